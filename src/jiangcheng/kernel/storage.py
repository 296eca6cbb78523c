"""Where SQLite and PostgreSQL differ: guards, locks, the leader of the sequencer. Nothing else may ask for the engine.

How the engines are opened stands in ``kernel.engines``.

A race is decided by one conditional statement, the same text on both engines::

    INSERT INTO counter (…) SELECT … ON CONFLICT (…) DO UPDATE SET n = counter.n + 1 WHERE counter.n < … RETURNING n

No row back means refused; the first insert must check the limit as well.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

try:
    import fcntl
except ImportError:  # not on this system: one server process is then the operator's duty
    fcntl = None

Q = TypeVar("Q", bound=QuerySet)

INSERT_ONLY = ("kernel_leaf", "kernel_leafindex", "kernel_checkpoint", "kernel_bulkrow")
_UNIQUE = {
    "kernel_leaf": "id = NEW.id OR hash = NEW.hash OR (chain = NEW.chain AND n = NEW.n)",
    "kernel_leafindex": "idx = NEW.idx OR leaf_id = NEW.leaf_id",
    "kernel_checkpoint": "id = NEW.id OR size = NEW.size",
    "kernel_bulkrow": "id = NEW.id OR (leaf_id = NEW.leaf_id AND position = NEW.position)",
}
_ADVISORY = 4_207_327  # number of the advisory lock of the sequencer
_PLACES = _ADVISORY + 1  # of the lock under which places in the tree are given


def is_sqlite() -> bool:
    """True on the embedded engine."""
    return connection.vendor == "sqlite"


def lock_for_digest(rows: QuerySet) -> None:
    """Hold rows so that a digest and the row it is of are of the same moment; on SQLite they are."""
    if not is_sqlite():
        list(lock_rows(rows).values_list("pk"))


def lock_rows(rows: Q) -> Q:
    """Rows locked until the end of the transaction. On SQLite the transaction itself (IMMEDIATE) is the lock."""
    return rows if is_sqlite() else rows.select_for_update(of=("self",))


# --- insert-only tables --------------------------------------------------------------------------------------------


def _sqlite_guards(table: str) -> list[str]:
    taken = f"SELECT 1 FROM {table} WHERE {_UNIQUE[table]}"  # noqa: S608  names of our own
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        # INSERT OR REPLACE deletes without a delete trigger
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({taken}) {refuse}",
    ]


def _postgres_guards(table: str) -> list[str]:
    return [
        "CREATE OR REPLACE FUNCTION kernel_insert_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$",
        f"DROP TRIGGER IF EXISTS {table}_insert_only ON {table}",
        f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION kernel_insert_only()",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION kernel_insert_only()",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC",
    ]


def install_guards(db: Any = connection) -> None:
    """Make the ledger's tables insert-only. May be repeated; runs after every migration."""
    make = _sqlite_guards if db.vendor == "sqlite" else _postgres_guards
    with db.cursor() as cursor:
        for table in INSERT_ONLY:
            for statement in make(table):
                cursor.execute(statement)


def lift_guards(db: Any = connection) -> None:
    """Take the guards away. For the tests alone: what a database administrator could do, and emptying a test table."""
    with db.cursor() as cursor:
        for table in INSERT_ONLY:
            if db.vendor == "sqlite":
                for name in ("no_update", "no_delete", "no_replace"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
            else:
                for name in ("insert_only", "no_truncate"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}")


# --- one sequencer -------------------------------------------------------------------------------------------------


class Leader:
    """The lock that lets one process of all sign checkpoints: a file lock on SQLite, an advisory lock on PostgreSQL.

    The operating system or the server frees it when the process dies.
    """

    def __init__(self) -> None:
        self._file: Any = None
        self._session: Any = None

    def held(self) -> bool:
        """Try to be, or stay, the leader."""
        return self._hold_file() if is_sqlite() else self._hold_advisory()

    def _hold_file(self) -> bool:
        if self._file is not None or fcntl is None:
            return True
        path = Path(os.environ.get("JIANGCHENG_VAR") or settings.VAR) / "sequencer.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def _hold_advisory(self) -> bool:
        connection.ensure_connection()
        if self._session is connection.connection:
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY])
            won = cursor.fetchone()[0]
        self._session = connection.connection if won else None
        return won

    def release(self) -> None:
        """Let another process lead."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._session is not None and self._session is connection.connection:
            with contextlib.suppress(Exception), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY])
        self._session = None


# --- indexes -------------------------------------------------------------------------------------------------------


def places_come_later() -> bool:
    """PostgreSQL: acts run side by side, and the sequencer gives places to what they committed."""
    return not is_sqlite()


def lock_places() -> None:
    """PostgreSQL: until the end of the transaction nobody else gives places."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PLACES])


def index_in_act(leaf: int) -> None:
    """SQLite: the act's transaction is alone, so it takes the next index itself."""
    if is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO kernel_leafindex (idx, leaf_id) SELECT coalesce(max(idx), -1) + 1, %s FROM kernel_leafindex",
                [leaf],
            )


def waiting_leaves(low: int) -> Iterator[int]:
    """PostgreSQL: ids above ``low`` without an index, oldest first. A lower id can commit later than a higher one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM kernel_leaf l WHERE id > %s AND NOT EXISTS "
            "(SELECT 1 FROM kernel_leafindex i WHERE i.leaf_id = l.id) ORDER BY id",
            [low],
        )
        yield from (row[0] for row in cursor.fetchall())


def oldest_writer() -> datetime | None:
    """PostgreSQL: when the oldest transaction began that has written and still runs; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL "
            "AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def gather_statistics() -> None:
    """After a large load: let the planner know how much there is now, instead of when it next looks by itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# --- copies of the whole database ----------------------------------------------------------------------------------

DUMP_NAME = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""Name of the copy in a backup, by engine."""


class ToolMissing(RuntimeError):
    """A program of the engine that a copy needs is not there, or failed; in words for the operator."""


def is_empty() -> bool:
    """True when the database holds no table yet."""
    return not connection.introspection.table_names()


def dump(target: Path) -> None:
    """Copy the database as of one moment into a file, while others write."""
    if not is_sqlite():
        _program("pg_dump", "--format=custom", "--no-owner", f"--file={target}")
        return
    source, copy = sqlite3.connect(connection.settings_dict["NAME"]), sqlite3.connect(target)
    with contextlib.closing(source), contextlib.closing(copy):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, readable where nothing may be written


def load(source: Path) -> None:
    """Fill the empty database from a copy made by ``dump``."""
    connection.close()
    if is_sqlite():
        path = Path(connection.settings_dict["NAME"])
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        shutil.copyfile(source, path)
    else:
        _program("pg_restore", "--exit-on-error", "--no-owner", "--single-transaction", str(source))


def _program(name: str, *arguments: str) -> None:
    """Run a client program of PostgreSQL on our database; the password goes by the environment."""
    given = connection.settings_dict
    found = shutil.which(name)
    if found is None:
        raise ToolMissing(f"没有找到 {name}，请安装 PostgreSQL 客户端程序。")
    place = {"PGHOST": given["HOST"], "PGPORT": str(given["PORT"]), "PGUSER": given["USER"], "PGPASSWORD": given["PASSWORD"]}
    command = [found, f"--dbname={given['NAME']}", *arguments]
    done = subprocess.run(command, env={**os.environ, **place}, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ToolMissing(f"{name} 没有完成：{done.stderr.strip()[:500]}")
