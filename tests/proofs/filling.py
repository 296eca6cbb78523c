"""Rows of any audited model, filled by what its fields ask for. Only for tamper tests: no rule is asked."""

from __future__ import annotations

import itertools
import uuid
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection, models

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM

_count = itertools.count(1)


def _number(field, i):
    return i


def _word(field, i):
    return f"w{i}"[-(field.max_length or 40) :]


_FILL = {
    models.UUIDField: lambda f, i: uuid.UUID(int=i),
    models.DateTimeField: lambda f, i: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=i),
    models.DateField: lambda f, i: date(2026, 1, 1) + timedelta(days=i % 10000),
    models.TimeField: lambda f, i: time(i % 24),
    models.DurationField: lambda f, i: timedelta(seconds=i),
    models.DecimalField: lambda f, i: Decimal(i % 10),
    models.BooleanField: lambda f, i: False,
    models.IntegerField: _number,
    models.FloatField: lambda f, i: i / 4,
    models.JSONField: lambda f, i: {"i": i},
    models.BinaryField: lambda f, i: bytes([i % 256]),
    models.GenericIPAddressField: lambda f, i: "127.0.0.1",
    models.CharField: _word,
    models.TextField: _word,
}


def unsaved(model):
    """An instance with its required (and its unique) fields filled; rows it points to are stored first."""
    i, given = next(_count), {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            if not field.null and (field.one_to_one or field.primary_key or not field.has_default()):
                given[field.name] = stored(field.related_model) if field.related_model is not model else None
        elif isinstance(field, models.AutoField) or (field.null and not field.unique):
            continue
        elif not field.has_default() or field.unique or field.primary_key:
            make = next((m for kind, m in _FILL.items() if isinstance(field, kind)), _word)
            given[field.attname] = make(field, i)
    return model(**given)


def stored(model):
    """A row in the table, on the record if the model is audited."""
    row = unsaved(model)
    if getattr(model, "ledger_audited", False):
        ledger.bulk("fill", SYSTEM, [row])
    else:
        model._base_manager.bulk_create([row])
    return row


def past_the_ledger(row):
    """What a database administrator can do: insert a row unseen."""
    type(row)._base_manager.bulk_create([row])


def run(sql, *args):
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        return cursor.rowcount


def numbers_from_one():
    """Leaves are numbered from 1 in this test; PostgreSQL goes on counting after a rollback."""
    if connection.vendor == "postgresql":
        run("SELECT setval(pg_get_serial_sequence('kernel_leaf', 'id'), 1, false)")


def links_may_break():
    """Foreign keys are not looked at until the end of the transaction, which never comes."""
    run("PRAGMA defer_foreign_keys = ON" if connection.vendor == "sqlite" else "SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def free_of_checks():
    """Check constraints do not stop these rows. PostgreSQL knows no such switch: there they are dropped, until the rollback."""
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints = ON")
        yield
        run("PRAGMA ignore_check_constraints = OFF")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace")
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
