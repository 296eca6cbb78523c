"""An encrypted backup: the folder as one file, readable only with the passphrase.

After two readable lines (what it is; when it was made, and the salt) follow parts of 1 MiB, each sealed with AES-256-GCM
under a key that scrypt makes from the passphrase. The number of each part, whether it is the last, and the readable lines
are sealed with it: a part that is changed, dropped, swapped or cut off is noticed.
"""

from __future__ import annotations

import json
import os
import struct
import tarfile
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jiangcheng.kernel.copies import MAGIC

PART = 1 << 20
SHORTEST = 12
"""Characters of a passphrase at least."""


class Unreadable(Exception):
    """Another passphrase, or the file was changed or cut off; in words for the operator."""


def phrase_from(path: Path) -> bytes:
    """The passphrase: first line of a file. ``Unreadable`` when there is none, or a short one."""
    try:
        words = path.read_text("utf-8").splitlines()[0].strip()
    except (OSError, UnicodeDecodeError, IndexError) as problem:
        raise Unreadable(f"读不到口令文件 {path}。") from problem
    if len(words) < SHORTEST:
        raise Unreadable(f"口令至少 {SHORTEST} 个字符（{path}）。")
    return words.encode()


def _key(phrase: bytes, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(phrase))


def _nonce(number: int, last: bool) -> bytes:
    """Parts of one file have a key of their own, so counting is enough."""
    return struct.pack(">IQ?", 0, number, last)[1:]


class _Sealing:
    """Takes what tar writes, and writes sealed parts."""

    def __init__(self, file: BinaryIO, key: AESGCM, head: bytes):
        self.file, self.key, self.head, self.number, self.kept = file, key, head, 0, bytearray()

    def write(self, data: bytes) -> int:
        self.kept += data
        while len(self.kept) > PART:
            self._part(bytes(self.kept[:PART]), last=False)
            del self.kept[:PART]
        return len(data)

    def finish(self) -> None:
        self._part(bytes(self.kept), last=True)

    def _part(self, plain: bytes, *, last: bool) -> None:
        self.file.write(self.key.encrypt(_nonce(self.number, last), plain, self.head))
        self.number += 1


class _Opening:
    """Gives tar what it asks for, part by part."""

    def __init__(self, file: BinaryIO, key: AESGCM, head: bytes):
        self.file, self.key, self.head, self.number, self.plain, self.ended = file, key, head, 0, b"", False
        self.ahead = file.read(PART + 16)

    def read(self, size: int = -1) -> bytes:
        while not self.ended and (size < 0 or len(self.plain) < size):
            part, self.ahead = self.ahead, self.file.read(PART + 16)
            self.ended = not self.ahead
            try:
                self.plain += self.key.decrypt(_nonce(self.number, self.ended), part, self.head)
            except InvalidTag as problem:
                why = "口令不对，或者文件" if self.number == 0 else f"第 {self.number + 1} 段"
                raise Unreadable(f"加密备份打不开：{why}已被改动、不完整。") from problem
            self.number += 1
        size = len(self.plain) if size < 0 else size
        given, self.plain = self.plain[:size], self.plain[size:]
        return given


def seal(folder: Path, target: Path, phrase: bytes, said: dict[str, Any]) -> None:
    """Write the folder as one sealed file. ``said`` stays readable; no personal data, no key may stand in it."""
    salt = os.urandom(16)
    head = MAGIC + json.dumps({**said, "salt": salt.hex()}, ensure_ascii=False).encode() + b"\n"
    with target.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(head)
        sealing = _Sealing(file, _key(phrase, salt), head)
        with tarfile.open(fileobj=sealing, mode="w|") as tar:  # type: ignore[arg-type]
            tar.add(folder, arcname=".")
        sealing.finish()
        file.flush()
        os.fsync(file.fileno())


def unseal(source: Path, folder: Path, phrase: bytes) -> None:
    """Bring back the folder. ``Unreadable`` when the passphrase is another or a byte was changed; what is written then is no backup."""
    with source.open("rb") as file:
        first, second = file.readline(200), file.readline(4000)
        if first != MAGIC:
            raise Unreadable(f"{source.name} 不是加密备份。")
        try:
            salt = bytes.fromhex(json.loads(second)["salt"])
        except (ValueError, KeyError, TypeError) as problem:
            raise Unreadable(f"{source.name} 的开头已被改动。") from problem
        opening = _Opening(file, _key(phrase, salt), first + second)
        try:
            with tarfile.open(fileobj=opening, mode="r|") as tar:  # type: ignore[arg-type]
                tar.extractall(folder, filter="data")
            opening.read()
        except tarfile.TarError as problem:
            raise Unreadable(f"加密备份打不开：{problem}") from problem
