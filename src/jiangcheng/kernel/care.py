"""Care of the database, where SQLite and PostgreSQL differ: how it is set, and copies of the whole of it.

The part of ``kernel.storage`` that no page needs: backup, restore and the doctor ask it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from jiangcheng.kernel import storage

# --- how the engine is set -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """One setting of the engine: what it is, whether it will do, and what to do when it will not (``grave``: at once)."""

    name: str
    value: str
    good: bool
    remedy: str = ""
    grave: bool = True


def settings_found() -> list[Setting]:
    """Version and settings that durability and the ledger rest on, as the open connection has them."""
    return _sqlite_settings() if storage.is_sqlite() else _postgres_settings()


def _asked(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def _sqlite_settings() -> list[Setting]:
    version = sqlite3.sqlite_version
    found = [Setting("SQLite", version, sqlite3.sqlite_version_info >= (3, 35), "需要 3.35 或更高版本：换用较新的 Python。")]
    for name, wanted, remedy in (
        ("journal_mode", "wal", "数据文件夹应在本机磁盘上，不能放在网络共享中。"), ("synchronous", "2", "去掉自行改动的数据库设置。"),
        ("foreign_keys", "1", "去掉自行改动的数据库设置。"),
    ):
        value = _asked(f"PRAGMA {name}")
        found.append(Setting(name, value, value == wanted, remedy))
    whole = _asked("PRAGMA quick_check(1)")
    found.append(Setting("quick_check", whole, whole == "ok", "数据库文件已损坏：停止服务，另存文件，从备份恢复。"))
    return found


def _postgres_settings() -> list[Setting]:
    version = int(_asked("SHOW server_version_num"))
    found = [Setting("PostgreSQL", _asked("SHOW server_version"), version >= 150_000, "需要 PostgreSQL 15 或更高版本。")]
    durable = "在 postgresql.conf 中设为 on 并重启：断电会丢失已确认的办理。"
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        value = _asked(f"SHOW {name}")
        fine = value == "on" or (name == "synchronous_commit" and value in ("local", "remote_write", "remote_apply"))
        found.append(Setting(name, value, fine, durable))
    for name, wanted, remedy in (
        ("server_encoding", "UTF8", "数据库应以 UTF8 建立。"), ("default_transaction_isolation", "read committed", "改回 read committed。"),
    ):
        value = _asked(f"SHOW {name}")
        found.append(Setting(name, value, value == wanted, remedy))
    bound = bool(connection.settings_dict.get("OPTIONS", {}).get("server_side_binding"))
    found.append(Setting("server_side_binding", str(bound), bound, "不要改动数据库的 OPTIONS。", grave=False))
    super_user = _asked("SELECT usesuper FROM pg_user WHERE usename = current_user") == "True"
    found.append(Setting("superuser", str(super_user), not super_user, "服务应使用普通用户：超级用户能绕过存证表的保护。", grave=False))
    return found


def now_there() -> datetime:
    """The clock of the database."""
    if storage.is_sqlite():
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def missing_guards() -> list[str]:
    """Triggers of the ledger's tables that are not there, or are switched off."""
    ends = ("no_update", "no_delete", "no_replace") if storage.is_sqlite() else ("insert_only", "no_truncate")
    with connection.cursor() as cursor:
        if storage.is_sqlite():
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        here = {row[0] for row in cursor.fetchall()}
    return [name for table in storage.INSERT_ONLY for end in ends if (name := f"{table}_{end}") not in here]


# --- copies of the whole database ----------------------------------------------------------------------------------

DUMP_NAME = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""Name of the copy in a backup, by engine."""


class ToolMissing(RuntimeError):
    """A program of the engine that a copy needs is not there, or failed; in words for the operator."""


def is_empty() -> bool:
    """True when the database holds no table yet."""
    return not connection.introspection.table_names()


def dump(target: Path, questions: Mapping[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    """Copy the database as of one moment into a file, while others write; answers of that same moment to ``questions``.

    Raises ``ToolMissing`` when the engine did not finish the copy.
    """
    return _copy_sqlite(target, questions) if storage.is_sqlite() else _dump_postgres(target, questions)


def _copy_sqlite(target: Path, questions: Mapping[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    try:
        source, copy = sqlite3.connect(connection.settings_dict["NAME"]), sqlite3.connect(target)
        with contextlib.closing(source), contextlib.closing(copy):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, readable where nothing may be written
            return {name: copy.execute(question).fetchall() for name, question in questions.items()}
    except sqlite3.Error as problem:
        raise ToolMissing(f"数据库没有复制完：{problem}") from problem


def _dump_postgres(target: Path, questions: Mapping[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    with storage.one_moment(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        answers = {}
        for name, question in questions.items():
            cursor.execute(question)
            answers[name] = cursor.fetchall()
        _program("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}")
        return answers


def load(source: Path) -> None:
    """Fill the empty database from a copy made by ``dump``: whole or not at all."""
    connection.close()
    if not storage.is_sqlite():
        _program("pg_restore", "--exit-on-error", "--no-owner", "--single-transaction", str(source))
        return
    path = Path(connection.settings_dict["NAME"])
    aside = path.with_name(f".{path.name}.restoring")
    shutil.copyfile(source, aside)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    aside.replace(path)


def size_on_disk() -> int:
    """Bytes that a copy of the database needs at most, about."""
    if storage.is_sqlite():
        path = Path(connection.settings_dict["NAME"])
        return sum(p.stat().st_size for end in ("", "-wal") if (p := path.with_name(path.name + end)).is_file())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def holds_acts() -> bool:
    """Does the ledger hold anything? True also of a database that an older version made; False of an empty one."""
    if "kernel_leaf" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM kernel_leaf LIMIT 1")
        return cursor.fetchone() is not None


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
