"""Where SQLite and PostgreSQL differ: guards, locks, search, the leader of the sequencer. Nothing else may ask for the engine.

How the engines are opened stands in ``kernel.engines``; how they are cared for (settings, copies) in ``kernel.care``.

A race is decided by one conditional statement, the same text on both engines::

    INSERT INTO counter (…) SELECT … ON CONFLICT (…) DO UPDATE SET n = counter.n + 1 WHERE counter.n < … RETURNING n

No row back means refused; the first insert must check the limit as well.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Lookup, Model, QuerySet, TextField

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
_AT_ONCE = 500  # rows of one statement
_PLACES = _ADVISORY + 1  # of the lock under which places in the tree are given


def is_sqlite() -> bool:
    """True on the embedded engine."""
    return connection.vendor == "sqlite"


def insert_many(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]], *, key: Sequence[str] = ()) -> None:
    """Insert plain values of the named fields, many rows a statement; rows with the same ``key`` are overwritten.

    Quicker than rows made one by one, for tables that the ledger fills itself: no signals, no defaults.
    """
    own = [model._meta.get_field(n).column for n in names]
    clash = ""
    if key:
        same = {model._meta.get_field(n).column for n in key}
        changed = ", ".join(f"{c} = excluded.{c}" for c in own if c not in same)
        clash = f" ON CONFLICT ({', '.join(sorted(same))}) DO UPDATE SET {changed}"
    head = f"INSERT INTO {model._meta.db_table} ({', '.join(own)}) VALUES "  # noqa: S608 (names of our own tables and columns)
    one = f"({', '.join(['%s'] * len(own))})"
    rows = iter(rows)
    with connection.cursor() as cursor:
        while part := list(islice(rows, _AT_ONCE)):
            cursor.execute(head + ", ".join([one] * len(part)) + clash, [value for row in part for value in row])


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


def release_memory() -> None:
    """During a large load: give back the pages that SQLite keeps in this process; PostgreSQL keeps them in its own."""
    if is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA shrink_memory")


def gather_statistics() -> None:
    """After a large load: let the planner know how much there is now, instead of when it next looks by itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# --- many rows at once ---------------------------------------------------------------------------------------------


def reserve_keys(model: type[Any], many: int) -> list[int]:
    """The next ``many`` keys of a table, in order, for rows that ``put_rows`` writes. Call inside a transaction."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if not is_sqlite():
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, many])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq", [many, table])
        last = cursor.fetchone()
        if last is None:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, many])
        end = last[0] if last else many
        return list(range(end - many + 1, end + 1))


def _counted() -> list[str]:
    """Tables of ours whose keys are counted up."""
    models = [m for m in apps.get_models() if m.__module__.startswith("jiangcheng.") and "Auto" in m._meta.pk.get_internal_type()]
    return sorted(m._meta.db_table for m in models)


def last_keys() -> dict[str, int]:
    """The last key that each table gave."""
    with connection.cursor() as cursor:
        if is_sqlite():
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return dict(cursor.fetchall())
        wanted = [f"{table}_id_seq" for table in _counted()]
        cursor.execute("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE sequencename = ANY(%s)", [wanted])
        return {name.removesuffix("_id_seq"): last for name, last in cursor.fetchall()}


def spread_keys(first: int) -> None:
    """For measuring alone: let each table go on counting in a range of its own, ``first`` times 1, 2, 3 …"""
    known = last_keys()
    with connection.cursor() as cursor:
        for n, table in enumerate(_counted(), 1):
            if known.get(table, 0) >= first:
                continue
            if not is_sqlite():
                cursor.execute("SELECT setval(%s, %s)", [f"{table}_id_seq", n * first])
            elif table in known:
                cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [n * first, table])
            else:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, n * first])


def needs_preparing(kind: str) -> bool:
    """Must a value of this kind of field be prepared by Django before ``put_rows``, or does the driver take it as it is?"""
    return kind == "JSONField" or (is_sqlite() and kind not in ("CharField", "TextField", "BooleanField") and "Integer" not in kind)


def put_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows the quickest way of the engine: COPY, or one prepared statement. Values are the driver's own."""
    names = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        if is_sqlite():
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)  # noqa: S608  names of our own
            return
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)


# --- search by pairs of characters ---------------------------------------------------------------------------------

# Neither pg_trgm nor the trigram tokenizer of FTS5 finds a word of two characters. The pairs are therefore made by us
# (kernel.search) and kept as words in one column; the engine only has to find rows that hold all of them.
_SEARCH = {
    "sqlite": (
        "CREATE VIRTUAL TABLE IF NOT EXISTS kernel_searchindex USING fts5(grams, content='kernel_searchrow', content_rowid='id', "
        "detail='none', columnsize=0, tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co Cn'\")",
        "CREATE TRIGGER IF NOT EXISTS kernel_searchrow_put AFTER INSERT ON kernel_searchrow BEGIN "
        "INSERT INTO kernel_searchindex (rowid, grams) VALUES (NEW.id, NEW.grams); END",
        "CREATE TRIGGER IF NOT EXISTS kernel_searchrow_gone AFTER DELETE ON kernel_searchrow BEGIN "
        "INSERT INTO kernel_searchindex (kernel_searchindex, rowid, grams) VALUES ('delete', OLD.id, OLD.grams); END",
        "CREATE TRIGGER IF NOT EXISTS kernel_searchrow_new AFTER UPDATE OF grams ON kernel_searchrow BEGIN "
        "INSERT INTO kernel_searchindex (kernel_searchindex, rowid, grams) VALUES ('delete', OLD.id, OLD.grams); "
        "INSERT INTO kernel_searchindex (rowid, grams) VALUES (NEW.id, NEW.grams); END",
    ),
    "postgresql": (
        "CREATE INDEX IF NOT EXISTS kernel_searchrow_grams ON kernel_searchrow USING gin (string_to_array(grams, ' '))",
        "ALTER INDEX kernel_searchrow_grams ALTER COLUMN 1 SET STATISTICS 1000",
    ),
}


def install_search(db: Any = connection) -> None:
    """Make the index over the pairs. May be repeated; runs after every migration."""
    with db.cursor() as cursor:
        for statement in _SEARCH[db.vendor]:
            cursor.execute(statement)


class GramsField(TextField):
    """Pairs of characters as words with a space between; asked with ``grams__hold=[pair, …]``: rows that hold them all."""


@GramsField.register_lookup
class _Hold(Lookup):
    lookup_name = "hold"

    def get_prep_lookup(self) -> list[str]:
        return list(self.rhs)

    def get_db_prep_lookup(self, value: Any, db: Any) -> tuple[str, list[Any]]:
        return "%s", [list(value)]

    def as_sql(self, compiler: Any, db: Any) -> tuple[str, list[Any]]:
        column, _ = self.process_lhs(compiler, db)
        if db.vendor == "sqlite":
            own = column.rpartition(".")[0]
            asked = " AND ".join(f'"{pair}"' for pair in self.rhs)
            return f'{own}."id" IN (SELECT rowid FROM kernel_searchindex WHERE kernel_searchindex MATCH %s)', [asked]  # noqa: S608  a name of our own
        return f"string_to_array({column}, ' ') @> %s::text[]", [self.rhs]


@contextlib.contextmanager
def one_moment() -> Iterator[None]:
    """A transaction in which all questions see the database as of one moment. Inside another transaction, as that one sees it."""
    began = not connection.in_atomic_block
    with transaction.atomic():
        if began and not is_sqlite():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
