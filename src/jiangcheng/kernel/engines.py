"""How the database is opened. Read by the settings: nothing of Django may be imported here.

SQLite: WAL so that readers never wait, FULL so that a commit that was acknowledged survives a power cut, IMMEDIATE so
that a transaction takes the one write lock at its start (no deadlock on upgrade, no two writers), and a time-out of
20 s to queue for it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import psycopg

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
        # a statement asked for the fifth time stays prepared: planning costs more than most of our questions do
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5},
    }


class Plain:
    """A connection for reading, beside Django's: committed rows, one thread, statements kept prepared, no layer between.

    Statements are written with ``%s``. Opens when first asked and once anew when the connection was lost; the error of
    the driver goes out when that does not help. Times of SQLite come as text: ``moment`` reads both.
    """

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._sqlite = given["ENGINE"].endswith("sqlite3")
        self._open: Any = None

    def rows(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a question."""
        if self._sqlite:
            if self._open is None:
                self._open = self._file()
            return self._open.execute(statement.replace("%s", "?"), values).fetchall()
        for last in (False, True):
            try:
                if self._open is None:
                    self._open = self._server()
                return self._open.execute(statement, values, binary=True).fetchall()
            except (psycopg.OperationalError, psycopg.InterfaceError):
                self.close()
                if last:
                    raise
        raise AssertionError("unreachable")

    def _file(self) -> sqlite3.Connection:
        name = str(self._given["NAME"])
        address = name if name.startswith("file:") else f"{Path(name).resolve().as_uri()}?mode=ro"
        return sqlite3.connect(address, uri=True, timeout=SQLITE_OPTIONS["timeout"], isolation_level=None, check_same_thread=False)

    def _server(self) -> psycopg.Connection:
        g = self._given
        return psycopg.connect(
            dbname=g["NAME"], user=g["USER"] or None, password=g["PASSWORD"] or None, host=g["HOST"] or None, port=g["PORT"] or None,
            autocommit=True, prepare_threshold=0, options="-c timezone=UTC",
        )

    def close(self) -> None:
        """Let the connection go; the next question opens another."""
        gone, self._open = self._open, None
        if gone is not None:
            with contextlib.suppress(Exception):
                gone.close()


def moment(raw: Any) -> datetime:
    """A time as ``Plain`` answered it."""
    return raw if isinstance(raw, datetime) else datetime.fromisoformat(raw).replace(tzinfo=UTC)
