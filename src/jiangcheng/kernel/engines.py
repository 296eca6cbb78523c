"""How the database is opened. Read by the settings: nothing of Django may be imported here.

SQLite: WAL so that readers never wait, FULL so that a commit that was acknowledged survives a power cut, IMMEDIATE so
that a transaction takes the one write lock at its start (no deadlock on upgrade, no two writers), and a time-out of
20 s to queue for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
}


def database(url: str, folder: Path) -> dict[str, Any]:
    """``postgres://user:password@host:port/name`` as Django wants it; without one the SQLite file in the folder."""
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "jiangcheng.sqlite3", "OPTIONS": SQLITE_OPTIONS}
    parts = urlparse(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"server_side_binding": True},
    }
