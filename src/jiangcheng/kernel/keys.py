"""Signing keys: Ed25519 pairs kept in the var folder, never in the database or the repository.

Two uses: ``ledger`` signs promises and checkpoints, ``code`` signs inspection codes. A pair is made on first start;
its public half is also written as ``<use>-<id>.pub`` and stays there after the pair is replaced, so that old
signatures can be checked.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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

USES = ("ledger", "code")


@dataclass(frozen=True)
class Key:
    """A pair with its id: the first 16 hexadecimal digits of SHA-256 of the public half."""

    use: str
    id: str
    public: bytes
    private: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519 signature."""
        return self.private.sign(message)


def folder() -> Path:
    """Where the pairs live (``JIANGCHENG_VAR``/keys)."""
    return Path(os.environ.get("JIANGCHENG_VAR") or settings.VAR) / "keys"


def key_id(public: bytes) -> str:
    """Short name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def ledger_key() -> Key:
    """The pair that signs promises and checkpoints."""
    return _load("ledger", folder())


def code_key() -> Key:
    """The pair that signs inspection codes."""
    return _load("code", folder())


@cache
def _load(use: str, where: Path) -> Key:
    path = where / f"{use}.pem"
    if not path.exists():
        _make(path)
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{path}: not an Ed25519 key")
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = Key(use, key_id(public), public, private)
    published = where / f"{use}-{key.id}.pub"
    if not published.exists():
        published.write_text(public.hex() + "\n")
    return key


def _make(path: Path) -> None:
    """Write a new pair; of several processes that start together the first one's pair stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def public_keys() -> list[dict[str, str]]:
    """All published public keys, retired ones included: id, use, alg, public (hex)."""
    ledger_key(), code_key()
    found = []
    for path in sorted(folder().glob("*.pub")):
        use, _, name = path.stem.partition("-")
        found.append({"id": name, "use": use, "alg": "Ed25519", "public": path.read_text().strip()})
    return found


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """True when the signature is the key's."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
