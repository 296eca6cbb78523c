"""Is the database as old as this program, older, or newer? Asked before anything is served or restored."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def applied() -> list[str]:
    """Migrations that ran on the database, as ``app.name``; none on an empty one."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def unknown(names: Iterable[str]) -> list[str]:
    """Those of them that this program does not have: a newer version wrote the data. Squashed ones are known by what replaces them."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    known |= {f"{app}.{name}" for migration in loader.disk_migrations.values() for app, name in migration.replaces}
    return sorted(set(names) - known)


def pending() -> list[str]:
    """Migrations of this program that have not run on the database."""
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    return sorted(f"{app}.{name}" for app, name in loader.disk_migrations.keys() - loader.applied_migrations.keys())


def too_new() -> str:
    """One line that says that a newer version wrote these data, or nothing."""
    strange = unknown(applied())
    if not strange:
        return ""
    return f"数据由更新的版本写成（本版本没有 {strange[-1]} 等 {len(strange)} 项迁移），没有启动。请换回新版本，或恢复升级前的备份。"
