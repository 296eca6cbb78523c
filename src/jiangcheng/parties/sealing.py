"""Secrets that must be read again (shared secrets of code apps), sealed by a key that does not lie in the database."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from jiangcheng.kernel import keys


class Broken(ValueError):
    """The sealed text was not made with this installation's key, or was changed."""


@cache
def _box(path: Path) -> Fernet:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(draft, path)  # of several processes that start together the first one's key stays
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return Fernet(path.read_bytes())


def seal(text: str) -> str:
    """Encrypt for keeping in the database. The key is ``keys/second.key`` of the var folder, made on first use."""
    return _box(keys.folder() / "second.key").encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. ``Broken`` when the key is another one: then the second step is set up anew."""
    try:
        return _box(keys.folder() / "second.key").decrypt(sealed.encode()).decode()
    except InvalidToken as wrong:
        raise Broken("sealed with another key") from wrong
