"""Signing keys: pairs kept in the var folder, never in the database or the repository.

Two uses: ``ledger`` signs promises and checkpoints, ``code`` signs inspection codes. A pair is made on first start, with the
algorithm of the setting (``JIANGCHENG_SIGN``: ``ed25519``, or ``sm2``: SM2 with SM3, GB/T 32918 and 32905); its public half is
also written as ``<use>-<id>.pub`` and stays there after the pair is replaced, so that old signatures can be checked.
A public half of 32 bytes is Ed25519, of 64 bytes SM2; a signature has 64 bytes either way.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from jiangcheng.kernel import sm

USES = ("ledger", "code")
ALGORITHMS = {"ed25519": "Ed25519", "sm2": "SM2"}


class UnknownAlgorithm(ValueError):
    """The setting names an algorithm that is not there."""


@dataclass(frozen=True)
class Key:
    """A pair with its id: the first 16 hexadecimal digits of SHA-256 of the public half. ``alg`` is Ed25519 or SM2."""

    use: str
    id: str
    public: bytes
    private: Any
    alg: str = "Ed25519"

    def sign(self, message: bytes) -> bytes:
        """64 bytes of signature."""
        return sm.sign(self.private, self.public, message) if self.alg == "SM2" else self.private.sign(message)


def folder() -> Path:
    """Where the pairs live (``JIANGCHENG_VAR``/keys)."""
    return Path(os.environ.get("JIANGCHENG_VAR") or settings.VAR) / "keys"


def key_id(public: bytes) -> str:
    """Short name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def algorithm_of(public: bytes) -> str:
    """Name of the algorithm, by the length of the public half."""
    return "SM2" if len(public) == sm.PUBLIC else "Ed25519"


def wanted() -> str:
    """Algorithm of pairs that are made from now on, as shown: Ed25519 or SM2. ``UnknownAlgorithm`` for another setting."""
    name = settings.SIGN.lower()
    if name not in ALGORITHMS:
        raise UnknownAlgorithm(f"JIANGCHENG_SIGN={settings.SIGN}: ed25519 or sm2")
    return ALGORITHMS[name]


def ledger_key() -> Key:
    """The pair that signs promises and checkpoints."""
    return _load("ledger", folder())


def code_key() -> Key:
    """The pair that signs inspection codes."""
    return _load("code", folder())


def current(use: str) -> Key:
    """The pair of a use."""
    return _load(use, folder())


_loaded: dict[tuple[str, Path], tuple[tuple[int, int], Key]] = {}


def _load(use: str, where: Path) -> Key:
    """The pair in the file; held in memory until the file is another one, so that every process follows a change of keys."""
    path = where / f"{use}.pem"
    if not path.exists():
        _first(path)
    found = path.stat()
    stamp = (found.st_ino, found.st_mtime_ns)
    kept = _loaded.get((use, where))
    if kept and kept[0] == stamp:
        return kept[1]
    key = _read(use, path)
    _publish(where, key)
    _loaded[use, where] = (stamp, key)
    return key


def _publish(where: Path, key: Key) -> None:
    published = where / f"{key.use}-{key.id}.pub"
    if not published.exists():
        published.write_text(key.public.hex() + "\n")


def _read(use: str, path: Path) -> Key:
    pem = path.read_bytes()
    pair = sm.read_pem(pem)
    if pair is not None:
        return Key(use, key_id(pair[1]), pair[1], pair[0], "SM2")
    private = load_pem_private_key(pem, password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{path}: neither an Ed25519 nor an SM2 key")
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Key(use, key_id(public), public, private)


def pair_id(path: Path) -> str:
    """Id of a pair anywhere, without taking it into use. ``ValueError`` when the file is no such pair."""
    return _read("", path).id


def _new_pem() -> bytes:
    if wanted() == "SM2":
        return sm.write_pem(*sm.generate())
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path) -> None:
    """A new pair in a file that only its owner reads, on the disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_new_pem())
        file.flush()
        os.fsync(file.fileno())


def _first(path: Path) -> None:
    """Make the first pair; of several processes that start together the first one's pair stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write(draft)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


# A change of keys, in two steps around the commit of its act


def stage(use: str) -> Key:
    """Make the next pair of a use beside the present one. Nothing signs with it before ``swap``."""
    where = folder()
    draft = where / f".{use}.{secrets.token_hex(8)}.next"
    _write(draft)
    key = _read(use, draft)
    draft.rename(_staged(use, key.id))
    return key


def _staged(use: str, name: str) -> Path:
    return folder() / f"{use}-{name}.next"


def discard(use: str, name: str) -> None:
    """Throw away a pair that was staged and is not wanted."""
    _staged(use, name).unlink(missing_ok=True)


def swap(use: str, name: str) -> bool:
    """Put a staged pair in force, in one step; the private half before it is gone, its public half stays. False when it
    was put in force before."""
    staged = _staged(use, name)
    if not staged.exists():
        return False
    current(use)  # published before it is replaced
    _publish(folder(), _read(use, staged))
    os.replace(staged, folder() / f"{use}.pem")
    return True


def public_keys() -> list[dict[str, str]]:
    """All published public keys, retired ones included: id, use, alg, public (hex)."""
    ledger_key(), code_key()
    found = []
    for path in sorted(folder().glob("*.pub")):
        use, _, name = path.stem.partition("-")
        public = path.read_text().strip()
        found.append({"id": name, "use": use, "alg": algorithm_of(bytes.fromhex(public)), "public": public})
    return found


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """True when the signature is the key's."""
    if len(public) == sm.PUBLIC:
        return sm.verify(public, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
