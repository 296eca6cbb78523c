"""What an act leaves behind, and what the verifier says to an honest ledger."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from sample import Child, Sample, Tag

from jiangcheng.kernel import canonical, keys, ledger, merkle, models, sequencer
from jiangcheng.kernel.actor import Actor

MA = Actor(person=7, account=3, name="马立", body=2, body_name="示例区局", place="30.5,114.3",
           device_time=datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC))  # fmt: skip


def full(name="甲", **more):
    given = {
        "state": "draft", "name": name, "note": "长" * 5000, "phone": "13800000000", "born": date(1990, 2, 3),
        "amount": Decimal("12.30"), "seen": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "clock": time(8, 30),
        "data": {"b": [1, 2.5], "a": "字"}, "flag": True, "ratio": 0.1, "span": timedelta(hours=1, microseconds=5),
        "code": uuid.UUID(int=5), "photo": ContentFile(b"jpeg", name=f"{name}.jpg"),
    }  # fmt: skip
    return Sample(**{**given, **more})


def lines(act):
    return json.loads(models.Leaf.objects.get(pk=act.receipt.number).entry)["rows"]


@pytest.mark.duty("327-08-2", "allowed")
def test_an_act_says_who_when_where_and_what(ledger_db, check):
    with ledger.act("sample.add", MA, duties=("327-08-2",), opinion="同意", extra={"cap": 4}) as first:
        row = full()
        row.save()
    with ledger.act("sample.file", MA, about=row, move=("draft", "filed")) as second:
        row.move(("draft",), "filed", {})
    leaf, after = ledger.history(row)
    assert (leaf.act, leaf.actor, leaf.actor_name, leaf.body_name) == ("sample.add", 7, "马立", "示例区局")
    assert (leaf.opinion, leaf.place, leaf.duty_ids) == ("同意", "30.5,114.3", ("327-08-2",))
    assert leaf.device_time == MA.device_time
    assert leaf.number == first.receipt.number
    assert (after.source, after.target) == ("draft", "filed")
    (made,), (moved,) = lines(first), lines(second)
    assert made["before"] is None and made["after"] == moved["before"] != moved["after"]
    promise = json.loads(first.receipt.promise)
    key = keys.ledger_key()
    text = ledger.promise_text(key.id, leaf.hash, promise["at"], promise["within"])
    assert keys.verify(key.public, text, bytes.fromhex(promise["signature"]))
    assert ledger.holes(row) == [] and check() == []


@pytest.mark.duty("327-08-2", "refused")
def test_audited_rows_are_not_written_outside_an_act(ledger_db):
    with ledger.act("add", MA):
        row = full()
        row.save()
        tag = Tag.objects.create(name="x")
    attempts = [
        row.save, row.delete, lambda: Sample.objects.update(name="x"), lambda: Sample.objects.all().delete(),
        lambda: Sample.objects.bulk_create([full("乙")]), lambda: row.tags.add(tag), lambda: ledger.touch(row),
        full("丙").save,
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(ledger.Unrecorded), transaction.atomic():
            attempt()


@pytest.mark.duty("327-08-2", "refused")
@pytest.mark.parametrize("way", [{"ignore_conflicts": True}, {"update_conflicts": True, "unique_fields": ["id"], "update_fields": ["name"]}])
def test_rows_whose_fate_nobody_knows_are_not_written_at_once(ledger_db, way):
    with pytest.raises(ledger.Unrecorded), ledger.act("add", MA):
        Sample.objects.bulk_create([full("乙")], **way)
    assert not Sample.objects.exists()


@pytest.mark.duty("327-08-2", "refused")
def test_a_hole_in_the_record_is_found(ledger_db, check):
    with ledger.act("add", MA):
        row = full()
        row.save()
    with ledger.act("file", MA, about=row, move=("draft", "filed")):
        row.move(("draft",), "filed", {})
    Sample._base_manager.filter(pk=row.pk).update(state="closed")
    row.refresh_from_db()
    assert len(ledger.holes(row)) == 1


def test_every_kind_of_write_is_recorded(ledger_db, check):
    with ledger.act("add", MA):
        rows = [full(str(i)) for i in range(3)]
        for row in rows:
            row.save()
        Child.objects.create(parent=rows[0], word="a")
        tag = Tag.objects.create(name="t")
    with ledger.act("update", MA) as updated:
        assert Sample.objects.filter(name__in=["1", "2"]).update(name="x") == 2
    with ledger.act("link", MA) as linked:
        rows[1].tags.add(tag)
    with ledger.act("unlink", MA):
        tag.sample_set.remove(rows[1])
    with ledger.act("raw", MA) as raw:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sample_sample SET name = 'raw' WHERE id = %s", [rows[1].pk])
        ledger.touch(rows[1])
    with ledger.act("delete", MA) as deleted:
        rows[0].delete()
    assert len(lines(updated)) == 2 and len(lines(linked)) == len(lines(raw)) == 1
    assert {x["table"] for x in lines(deleted)} == {"sample_sample", "sample_child"}
    assert all(x["after"] is None for x in lines(deleted))
    assert check() == []


def test_a_row_belongs_to_the_innermost_act(ledger_db, check):
    with ledger.act("outer", MA) as outer:
        a = full("a")
        a.save()
        with ledger.act("inner", MA) as inner:
            b = full("b")
            b.save()
            a.name = "a2"
            a.save()
        a.name = "a3"
        a.save()
    assert {x["pk"] for x in lines(inner)} == {str(a.pk), str(b.pk)}
    (line,) = lines(outer)
    assert line["pk"] == str(a.pk) and line["before"] != line["after"]
    assert check() == []


def test_rollbacks_leave_no_gap(ledger_db, check):
    with ledger.act("one", MA):
        full("1").save()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with ledger.act("lost", MA):
                full("2").save()
            1 / 0
    with ledger.act("two", MA):
        full("3").save()
        with pytest.raises(IntegrityError), transaction.atomic(), ledger.act("inner", MA):
            Sample(state="draft", name=None).save()
    assert list(models.Leaf.objects.values_list("n", flat=True)) == [0, 1]
    assert check() == []


def test_hooks_run_inside_a_test_do_not_advance_the_chain(ledger_db, check, django_capture_on_commit_callbacks):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with django_capture_on_commit_callbacks(execute=True), ledger.act("lost", MA):
            full("2").save()
        1 / 0
    with ledger.act("kept", MA):
        full("3").save()
    assert check() == []


def test_insert_only_tables_refuse(ledger_db):
    receipt = ledger.bulk("load", MA, [full("1"), full("2")])
    sequencer.checkpoint_now()
    for table in ("kernel_leaf", "kernel_leafindex", "kernel_checkpoint", "kernel_bulkrow"):
        column = connection.introspection.get_primary_key_column(connection.cursor(), table)
        for sql in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="insert-only"), transaction.atomic():
                connection.cursor().execute(sql)
    assert models.Leaf.objects.filter(pk=receipt.number).exists()


def test_a_bulk_load_is_one_leaf(ledger_db, check):
    before = models.Leaf.objects.count()
    receipt = ledger.bulk("load", MA, [full(str(i)) for i in range(30)])
    assert models.Leaf.objects.count() == before + 1
    leaf = models.Leaf.objects.get(pk=receipt.number)
    assert json.loads(leaf.entry)["bulk"]["size"] == leaf.bulk_rows.count() == 30
    row = Sample.objects.first()
    with ledger.act("change", MA):
        row.name = "neu"
        row.save()
    assert check() == []


def test_personal_values_can_be_erased_and_the_record_still_holds(ledger_db, check):
    with ledger.act("add", MA):
        row = full()
        row.save()
    receipt = ledger.erase(row, ["phone", "born"], MA, ground="本人申请")
    row.refresh_from_db()
    assert row.phone == "" and row.born is None
    assert not models.Salt.objects.exclude(salt=None).exists()
    everything = " ".join(models.Leaf.objects.values_list("entry", flat=True))
    assert "13800000000" not in everything and "1990-02-03" not in everything
    assert check() == []
    with ledger.act("change", MA) as changed:
        row.name = "乙"
        row.save()
    assert lines(changed)[0]["erased"] == ["born", "phone"] and receipt.number
    assert check() == []
    with ledger.act("again", MA):
        row.phone = "13900000000"
        row.save()
    assert check() == []
    with pytest.raises(ValueError, match="cannot be erased"):
        ledger.erase(row, ["name"], MA, ground="本人申请")


def test_erasing_past_the_ledger_is_named(ledger_db, check):
    with ledger.act("add", MA):
        row = full()
        row.save()
    Sample._base_manager.update(phone="")
    models.Salt.objects.filter(field="phone").update(salt=None)
    (found,) = check()
    assert (found.kind, found.table, found.pk) == ("row-changed", "sample_sample", str(row.pk))


def test_inclusion_proof_leads_to_the_signed_root(ledger_db):
    numbers = []
    for _ in range(11):
        with ledger.act("beat", MA) as act:
            pass
        numbers.append(act.receipt.number)
    assert sequencer.inclusion(numbers[3]) is None
    checkpoint = sequencer.checkpoint_now()
    for number in numbers:
        proof = sequencer.inclusion(number)
        path = [bytes.fromhex(p) for p in proof["path"]]
        root = merkle.root_from(proof["index"], checkpoint.size, bytes.fromhex(proof["hash"]), path)
        assert root.hex() == checkpoint.root
        assert merkle.root_from(proof["index"] ^ 1, checkpoint.size, bytes.fromhex(proof["hash"]), path) != root


def test_a_heartbeat_names_heads_once(ledger_db):
    from jiangcheng.kernel import chain

    assert ledger.heartbeat() is None
    with ledger.act("x", MA):
        pass
    chain.current().n, chain.current().head, chain.current().pending = 0, models.Leaf.objects.get().hash, []
    number = ledger.heartbeat().number
    heads = json.loads(models.Leaf.objects.get(pk=number).entry)["extra"]["heads"]
    assert heads == {chain.current().id: [0, models.Leaf.objects.first().hash]}


def test_old_forms_still_verify_and_reform_renews_them(ledger_db, check, monkeypatch):
    with ledger.act("add", MA):
        full().save()
    live = canonical.live_form

    def without_flag(model, version=0):
        form = live(model, version)
        if model is not Sample:
            return form
        return canonical.Form(form.table, version, form.pk, tuple(f for f in form.fields if f[0] != "flag"),
                              form.links, form.personal)  # fmt: skip

    table = "sample_sample"
    assert models.RowDigest.objects.get(tab=table).form == 1
    canonical.frozen()[table][2] = without_flag(Sample, 2)  # today's model lost a field: version 2
    with monkeypatch.context() as patch:
        patch.setattr(canonical, "live_form", without_flag)
        canonical.current_form.cache_clear()
        assert [f.kind for f in check()] == ["row-unchecked"]
        ledger.reform()
        assert check() == []
        assert models.RowDigest.objects.get(tab=table).form == 2
        assert ledger.reform() is None
    canonical.current_form.cache_clear()
    canonical.frozen()[table][3] = live(Sample, 3)  # and gained it again: rows of version 2 still hold
    assert check() == []
