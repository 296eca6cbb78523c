"""Proofs and checkpoints from stored subtrees: the same roots as the plain tree, and nothing is believed."""

from __future__ import annotations

import random

import filling
import pytest
from django.db import OperationalError, transaction

from jiangcheng.kernel import ledger, merkle, models, sequencer, storage, tree, verify
from jiangcheng.kernel.actor import SYSTEM


@pytest.fixture
def small(ledger_db, monkeypatch):
    """Blocks of four leaves, so that a short ledger has subtrees of several levels; guards lifted."""
    monkeypatch.setattr(tree, "STORED", 2)
    monkeypatch.setattr(tree, "BLOCK", 4)
    with transaction.atomic():
        storage.lift_guards()
        filling.links_may_break()
        yield ledger_db
        transaction.set_rollback(True)


def beat(count):
    for _ in range(count):
        with ledger.act("beat", SYSTEM):
            pass


def hashes():
    return [bytes.fromhex(h) for h in models.LeafIndex.objects.order_by("idx").values_list("leaf__hash", flat=True)]


def proved(number):
    """The size of the tree under which the one-file verifier finds the leaf."""
    proof = sequencer.inclusion(number)
    path, signed = [bytes.fromhex(p) for p in proof["path"]], proof["checkpoint"]
    assert verify.root_from(proof["index"], signed["size"], bytes.fromhex(proof["hash"]), path) == signed["root"]
    return signed["size"]


@pytest.mark.duty("327-08-2", "allowed")
def test_every_checkpoint_and_every_proof_agree_with_the_plain_tree(small):
    size, dice = 0, random.Random(327)
    while size < 90:
        size += (more := dice.randint(1, 9))
        beat(more)
        signed = sequencer.checkpoint_now()
        assert (signed.size, signed.root) == (size, merkle.root_of(hashes()).hex())
    numbers = [leaf.number for leaf in models.Leaf.objects.all()]
    assert {proved(number) for number in numbers} == {size}
    complete = {(level, at) for level in range(2, 7) for at in range(size >> level)}
    assert set(models.TreeNode.objects.values_list("level", "place")) == complete
    assert sequencer.checkpoint_now(whole=True).size == size


def test_a_proof_and_a_checkpoint_read_a_few_rows_of_a_large_ledger(small, django_assert_max_num_queries):
    beat(130)
    sequencer.checkpoint_now()
    with django_assert_max_num_queries(3 + 2 * 8):
        proved(models.Leaf.objects.first().number)
    beat(1)
    running = sequencer.Sequencer(0)
    running._go_on()
    assert running.tree.size == 130  # the leaves before are not taken in again
    assert running.step().size == 131


@pytest.mark.parametrize("harm", [
    "UPDATE kernel_treenode SET hash = '00' || substr(hash, 3)", "DELETE FROM kernel_treenode WHERE place IN (0, 2, 4)",
])  # fmt: skip
def test_subtrees_that_are_wrong_or_gone_do_no_harm(small, harm):
    beat(30)
    sequencer.checkpoint_now()
    assert filling.run(harm) > 3
    assert proved(models.Leaf.objects.first().number) == 30
    beat(3)
    signed = sequencer.checkpoint_now()
    assert (signed.size, signed.root) == (33, merkle.root_of(hashes()).hex())
    assert proved(models.Leaf.objects.first().number) == 33


@pytest.mark.duty("327-08-2", "refused")
def test_a_leaf_that_no_longer_leads_to_the_root_has_no_proof(small):
    beat(30)
    sequencer.checkpoint_now()
    leaf = models.Leaf.objects.order_by("id")[5]
    filling.run("UPDATE kernel_leaf SET hash = %s WHERE id = %s", "0" * 64, leaf.pk)
    with pytest.raises(sequencer.Broken):
        sequencer.inclusion(leaf.number)
    told = sequencer.receipt(leaf.number)
    assert told["inclusion"] is None and told["promise"]
    with pytest.raises(sequencer.Broken):
        sequencer.checkpoint_now(whole=True)


@pytest.mark.duty("327-08-2", "refused")
def test_nothing_is_signed_on_top_of_a_checkpoint_that_is_not_ours(small):
    beat(30)
    sequencer.checkpoint_now()
    beat(1)
    filling.run("UPDATE kernel_checkpoint SET root = %s", "0" * 64)
    with pytest.raises(sequencer.Broken, match="signature"):
        sequencer.checkpoint_now()


def test_heads_of_chains_outlive_a_checkpoint_that_could_not_be_written(small, monkeypatch):
    beat(3)
    running = sequencer.Sequencer()
    with monkeypatch.context() as patch:
        patch.setattr(models.Checkpoint.objects, "get_or_create", lambda **_: (_ for _ in ()).throw(OperationalError("away")))
        with pytest.raises(OperationalError):
            running.step()
    signed = running.step()
    assert signed.size == 3
    assert signed.heads == f'{{"{models.Leaf.objects.first().chain}":[2,"{models.Leaf.objects.last().hash}"]}}'
