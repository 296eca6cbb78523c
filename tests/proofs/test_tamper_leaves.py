"""Leaves altered, removed, reordered, inserted; checkpoints forged, forked, rolled back. The administrator holds the
database and lifts every guard; he does not hold the key."""

from __future__ import annotations

import json

import filling
import pytest
import sample
from django.db import transaction

from jiangcheng.kernel import canonical, chain, keys, ledger, merkle, models, sequencer, storage
from jiangcheng.kernel.actor import SYSTEM

pytestmark = [pytest.mark.duty("327-08-2", "refused")]


@pytest.fixture
def ten(ledger_db):
    """Ten acts, the first six under a checkpoint; receipts as the actors hold them; guards lifted."""
    filling.numbers_from_one()
    acts = []
    for i in range(10):
        with ledger.act(f"act{i}", SYSTEM, opinion="同意") as act:
            sample.Sample(state="draft", name=str(i)).save()
        acts.append(act.receipt)
        if i == 5:
            sequencer.checkpoint_now()
    with transaction.atomic():
        storage.lift_guards()
        filling.links_may_break()
        yield acts
        transaction.set_rollback(True)


def drop(number):
    filling.run("DELETE FROM kernel_leafindex WHERE leaf_id = %s", number)
    filling.run("DELETE FROM kernel_leaf WHERE id = %s", number)


def close_gap():
    """The administrator numbers the places anew."""
    left = list(models.LeafIndex.objects.order_by("idx").values_list("leaf_id", flat=True))
    filling.run("DELETE FROM kernel_leafindex")
    for idx, leaf in enumerate(left):
        filling.run("INSERT INTO kernel_leafindex (idx, leaf_id) VALUES (%s, %s)", idx, leaf)


def kinds(found):
    return {f.kind for f in found}


def test_intact(ten, check):
    receipts = [json.loads(r.promise) for r in ten]
    assert check(sign=False, receipts=receipts, every=True) == []
    assert check(sign=True, receipts=[sequencer.receipt(3)]) == []


@pytest.mark.parametrize("renumber", [False, True])
def test_a_leaf_removed_under_the_checkpoint(ten, check, renumber):
    drop(3)
    if renumber:
        close_gap()
    found = check(sign=False)
    signed = "checkpoint-mismatch" if storage.is_sqlite() else "rolled-back"  # PostgreSQL: the last four have no place yet
    assert {"leaf-removed", signed} <= kinds(found)
    assert any(f.kind == "leaf-removed" and f.leaf == "4" for f in found)


def test_a_leaf_and_its_row_removed_after_the_checkpoint(ten, check):
    drop(8)
    close_gap()
    filling.run("DELETE FROM sample_sample WHERE name = '7'")
    found = check(sign=False)
    assert kinds(found) == {"leaf-removed"} and found[0].leaf == "9"


def test_the_last_leaf_removed_shows_by_its_receipt(ten, check):
    drop(10)
    filling.run("DELETE FROM sample_sample WHERE name = '9'")
    assert check(sign=False) == []  # nobody holds anything: the window that the promise leaves open
    (one,) = check(sign=False, receipts=[json.loads(ten[9].promise)])
    assert (one.kind, one.leaf) == ("leaf-removed", "10")


def test_the_last_leaf_removed_shows_by_a_heartbeat(ten, check):
    mine = chain.current()
    heads = {mine.id: [9, models.Leaf.objects.get(pk=10).hash]}
    chain.forget()  # the thread of the heartbeat has its own chain
    with ledger.act("ledger.heartbeat", SYSTEM, extra={"heads": heads}):
        pass
    assert check(sign=False) == []
    drop(10)
    close_gap()
    assert "leaf-removed" in kinds(check(sign=False))


@pytest.mark.parametrize("number", [2, 9])
@pytest.mark.parametrize("how", ["column", "entry", "entry and hash"])
def test_a_leaf_altered(ten, check, number, how):
    leaf = models.Leaf.objects.get(pk=number)
    forged = leaf.entry.replace("同意", "不同意")
    if how == "column":
        filling.run("UPDATE kernel_leaf SET opinion = '不同意' WHERE id = %s", number)
    else:
        digest = merkle.leaf_hash(forged.encode()).hex() if how == "entry and hash" else leaf.hash
        filling.run("UPDATE kernel_leaf SET opinion = '不同意', entry = %s, hash = %s WHERE id = %s", forged, digest, number)
    found = check(sign=False)
    assert kinds(found) & {"leaf-changed", "leaf-inserted"}
    assert any(f.leaf == str(number) for f in found)


def test_two_leaves_swapped(ten, check):
    filling.run("DELETE FROM kernel_leafindex WHERE leaf_id IN (2, 3)")
    filling.run("INSERT INTO kernel_leafindex (idx, leaf_id) VALUES (1, 3), (2, 2)")
    found = check(sign=False)
    assert {"leaf-reordered", "checkpoint-mismatch"} <= kinds(found)
    assert "leaf-reordered" in {f.kind for f in found if f.leaf == "2"}


def test_numbers_of_two_leaves_swapped(ten, check):
    for sql in ("UPDATE {t} SET {c} = 99 WHERE {c} = 2", "UPDATE {t} SET {c} = 2 WHERE {c} = 3",
                "UPDATE {t} SET {c} = 3 WHERE {c} = 99"):  # fmt: skip
        filling.run(sql.format(t="kernel_leaf", c="id"))
        filling.run(sql.format(t="kernel_leafindex", c="leaf_id"))
    found = check(sign=False, receipts=[json.loads(ten[1].promise)])
    assert kinds(found) == {"leaf-reordered"}


@pytest.mark.parametrize("own_chain", [False, True])
def test_a_forged_leaf_inserted(ten, check, own_chain):
    last = models.Leaf.objects.get(pk=10)
    entry = json.loads(last.entry) | {"act": "forged", "rows": []}
    entry |= {"chain": "f" * 32, "n": 0, "prev": ""} if own_chain else {"n": 10, "prev": last.hash}
    words = canonical.text(entry)
    forged = models.Leaf(
        act="forged", subject_kind=last.subject_kind, subject_id=last.subject_id, actor=last.actor,
        actor_name=last.actor_name, body=last.body, body_name=last.body_name, opinion=last.opinion, at=last.at,
        entry=words, hash=merkle.leaf_hash(words.encode()).hex(), receipt=last.receipt, key_id=last.key_id,
        chain=entry["chain"], n=entry["n"],
    )  # fmt: skip
    forged.save(force_insert=True)
    storage.index_in_act(forged.pk)
    (one,) = check(sign=False)
    assert (one.kind, one.leaf) == ("leaf-inserted", str(forged.pk))


def test_another_key_is_not_trusted(ten, check, monkeypatch, tmp_path):
    monkeypatch.setenv("JIANGCHENG_VAR", str(tmp_path / "other"))
    found = check(sign=False)  # verified with the key of the other folder
    assert "checkpoint-changed" in kinds(found) and "leaf-inserted" in kinds(found)


def test_a_checkpoint_altered(ten, check):
    filling.run("UPDATE kernel_checkpoint SET at = '2020-01-01T00:00:00.000000Z'")
    assert kinds(check(sign=False)) == {"checkpoint-changed"}


def test_a_restored_backup_shows_by_a_checkpoint_kept_elsewhere(ten, check):
    kept = sequencer.export_checkpoint(sequencer.checkpoint_now())
    filling.run("DELETE FROM kernel_checkpoint WHERE size > 6")
    for number in range(7, 11):
        drop(number)
        filling.run("DELETE FROM sample_sample WHERE name = %s", str(number - 1))
    assert check(sign=False) == []
    assert {"rolled-back", "leaf-removed"} == kinds(check(sign=False, checkpoints=[kept]))


def test_another_story_after_a_backup_is_a_fork(ten, check):
    kept = sequencer.export_checkpoint(sequencer.checkpoint_now())
    filling.run("DELETE FROM kernel_checkpoint WHERE size > 6")
    for number in range(7, 11):
        drop(number)
        filling.run("DELETE FROM sample_sample WHERE name = %s", str(number - 1))
    chain.forget()
    for _ in range(5):
        with ledger.act("other", SYSTEM):
            pass
    sequencer.checkpoint_now()
    assert check(sign=False) == []
    assert "forked" in kinds(check(sign=False, checkpoints=[kept]))


def test_the_sequencer_signs_nothing_over_a_broken_tree(ten):
    running = sequencer.Sequencer()
    running.step()
    drop(10)
    with pytest.raises(sequencer.Broken):
        running.step()
    with pytest.raises(sequencer.Broken):
        sequencer.checkpoint_now()


def test_a_bulk_part_altered(ledger_db, check):
    ledger.bulk("load", SYSTEM, [sample.Sample(state="draft", name=str(i)) for i in range(5)])
    assert check() == []
    with transaction.atomic():
        storage.lift_guards()
        filling.run("UPDATE kernel_bulkrow SET entry = replace(entry, 'sample_sample', 'sample_child') WHERE position = 2")
        assert "bulk-changed" in kinds(check(sign=False))
        transaction.set_rollback(True)


def test_a_digest_table_that_lies_changes_nothing(ten, check):
    filling.run("UPDATE sample_sample SET note = 'evil' WHERE name = '1'")
    row = sample.Sample.objects.get(name="1")
    form = canonical.current_form(sample.Sample)
    values = canonical.read(sample.Sample, form, [row.pk])[str(row.pk)]
    canonical.cover(form, str(row.pk), values, canonical.salts(form, [str(row.pk)]))
    models.RowDigest.objects.filter(key=str(row.pk)).update(digest=canonical.digest(form, str(row.pk), values))
    with ledger.act("honest", SYSTEM):
        row.save()
    (one,) = check(sign=False)
    assert one.kind == "row-changed" and one.pk == str(row.pk)


def test_public_keys_are_published_and_private_ones_are_not_readable(home):
    keys.ledger_key(), keys.code_key()
    published = {k["use"]: k for k in keys.public_keys()}
    assert published["ledger"]["public"] == keys.ledger_key().public.hex()
    assert published["code"]["id"] == keys.code_key().id
    assert (keys.folder() / "ledger.pem").stat().st_mode & 0o777 == 0o600
