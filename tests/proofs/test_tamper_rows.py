"""One change, one delete, one insert and one swap in each audited table: the verifier names table, row and last act."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import filling
import pytest
import sample
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models, transaction

from jiangcheng.kernel import canonical, keys, ledger, sequencer
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.export import export
from jiangcheng.kernel.verify import verify_export

EVERY = [*canonical.audited_models(), sample.Sample, sample.Child]
pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="raw statements of this file are SQLite's")


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def quoted(model):
    return connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(model._meta.pk.column)


def change(model, pk):
    """Alter the first field that can be altered."""
    table, key = quoted(model)
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    field = sorted(fields, key=lambda f: (f.is_relation, not isinstance(f, models.CharField | models.TextField)))[0]
    column = connection.ops.quote_name(field.column)
    is_text = isinstance(field, models.CharField | models.TextField) and not field.is_relation
    if isinstance(field, models.DateTimeField | models.DateField):
        new = "'1999-01-01 00:00:00'" if isinstance(field, models.DateTimeField) else "'1999-01-01'"
    else:
        new = "'zz'" if is_text else f"coalesce({column}, 0) + 77777"
    assert filling.run(f"UPDATE {table} SET {column} = {new} WHERE {key} = %s", pk) == 1


def delete(model, pk):
    table, key = quoted(model)
    assert filling.run(f"DELETE FROM {table} WHERE {key} = %s", pk) == 1


def raw_key(row):
    return row._meta.pk.get_db_prep_value(row.pk, connection)


def swap(model, a, b):
    table, key = quoted(model)
    spare = -1 if isinstance(a, int) else "~"
    for old, new in ((a, spare), (b, a), (spare, b)):
        assert filling.run(f"UPDATE {table} SET {key} = %s WHERE {key} = %s", new, old) == 1


@pytest.mark.duty("327-08-2", "refused")
@pytest.mark.parametrize("model", EVERY, ids=lambda m: m._meta.db_table)
def test_each_table(model, ledger_db):
    table = model._meta.db_table
    with filling.free_of_checks():
        a, b, extra = filling.stored(model), filling.stored(model), filling.unsaved(model)
        sequencer.checkpoint_now()
        audited = [m for m in apps.get_models() if getattr(m, "ledger_audited", False)]
        public = keys.ledger_key().public

        def found():
            shutil.rmtree(ledger_db / "x", ignore_errors=True)
            return verify_export(export(ledger_db / "x", audited), [public])

        assert found() == []
        with undone():
            change(model, raw_key(a))
            (one,) = found()
            assert (one.kind, one.table, one.pk) == ("row-changed", table, str(a.pk)) and one.leaf
        with undone():
            delete(model, raw_key(a))
            (one,) = found()
            assert (one.kind, one.table, one.pk) == ("row-removed", table, str(a.pk)) and one.leaf
        with undone():
            filling.past_the_ledger(extra)
            (one,) = found()
            assert (one.kind, one.table, one.pk) == ("row-inserted", table, str(extra.pk))
        with undone():
            swap(model, raw_key(a), raw_key(b))
            both = found()
            assert {(f.table, f.pk) for f in both} == {(table, str(a.pk)), (table, str(b.pk))}
            kinds = {"row-swapped"} if not canonical.current_form(model).personal else {"row-changed", "row-swapped"}
            assert {f.kind for f in both} <= kinds


def one_sample(**given):
    with ledger.act("add", SYSTEM) as act:
        row = sample.Sample(state="draft", name="甲", phone="1", **given)
        row.save()
    return row, act


def test_a_change_that_an_honest_act_overwrites_is_still_named(check):
    row, _ = one_sample()
    sample.Sample._base_manager.update(note="evil")
    row.refresh_from_db()
    with ledger.act("honest", SYSTEM):
        row.name = "乙"
        row.save()
    (one,) = check()
    assert one.kind == "row-changed" and "honest" in one.text and one.leaf == "1"


def test_an_unseen_row_that_is_saved_later_is_named(check):
    filling.past_the_ledger(sample.Sample(state="draft", name="x"))
    row = sample.Sample.objects.get()
    with ledger.act("honest", SYSTEM):
        row.save()
    (one,) = check()
    assert one.kind == "row-changed" and one.pk == str(row.pk)


@pytest.mark.parametrize("what", ["link", "file", "file gone", "personal", "json"])
def test_what_hangs_on_a_row_is_covered(what, check, ledger_db):
    row, _ = one_sample(photo=ContentFile(b"jpeg", name="a.jpg"))
    tag = sample.Tag.objects.create(name="t")
    assert check() == []
    if what == "link":
        filling.run("INSERT INTO sample_sample_tags (sample_id, tag_id) VALUES (%s, %s)", row.pk, tag.pk)
    elif what == "file":
        (ledger_db / "files" / "a.jpg").write_bytes(b"other")
    elif what == "file gone":
        (ledger_db / "files" / "a.jpg").unlink()
    elif what == "personal":
        filling.run("UPDATE sample_sample SET phone = '2'")
    else:
        filling.run("""UPDATE sample_sample SET data = '{"a": 1}'""")
    (one,) = check()
    assert (one.kind, one.pk) == ("row-changed", str(row.pk))
