"""A database of its own for tests that start processes: a file on SQLite, a database of the test's server on PostgreSQL.

The folder names it: ``address(folder)`` is the ``DATABASE_URL`` for its processes, ``connect(folder)`` a connection to
look at it from outside Django, ``copy(a, b)`` a folder and its database once more.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

FILE = "jiangcheng.sqlite3"


def server() -> str:
    """Address of the test's PostgreSQL server; empty on SQLite."""
    return os.environ.get("DATABASE_URL", "")


def _name(folder: Path) -> str:
    return "own_" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]


def _make(folder: Path, template: str = "template1") -> None:
    with psycopg.connect(server(), autocommit=True) as admin:
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_name(folder)]).fetchone()
        if known is None:
            made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(made.format(sql.Identifier(_name(folder)), sql.Identifier(template)))


def address(folder: Path) -> str:
    """``DATABASE_URL`` for the processes of this folder; the database is made when it is not there yet."""
    if not server():
        return ""
    _make(folder)
    return f"{server().rpartition('/')[0]}/{_name(folder)}"


def copy(source: Path, target: Path) -> Path:
    """The folder and its database once more. Nobody may be connected to the source."""
    shutil.copytree(source, target)
    if server():
        _make(target, template=_name(source))
    return target


@contextmanager
def connect(folder: Path) -> Iterator[Any]:
    """A connection (``execute(question).fetchall()``) to the folder's database; commits at the end."""
    if server():
        with psycopg.connect(address(folder)) as connection:
            yield connection
        return
    connection = sqlite3.connect(folder / FILE)
    try:
        with connection:
            yield connection
    finally:
        connection.close()
