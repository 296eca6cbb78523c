"""What real commits do to the chain. ``flush`` between these tests is the kernel's own, for test databases alone."""

from __future__ import annotations

import json

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction

from jiangcheng.kernel import chain, keys, ledger, models, sequencer
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.export import export
from jiangcheng.kernel.verify import verify_export

pytestmark = pytest.mark.django_db(transaction=True)


def beat(name="beat"):
    with ledger.act(name, SYSTEM) as act:
        pass
    return models.Leaf.objects.get(pk=act.receipt.number)


def findings(home):
    sequencer.checkpoint_now()
    return verify_export(export(home / "x", []), [keys.ledger_key().public])


def test_the_chain_advances_with_the_commit(home):
    first = beat()
    assert (chain.current().n, chain.current().head, chain.current().pending) == (0, first.hash, [])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        beat("lost")
        1 / 0
    second = beat()
    assert (second.n, json.loads(second.entry)["prev"]) == (1, first.hash)
    assert findings(home) == []


def test_a_leaf_dropped_after_its_commit_leaves_a_gap(home):
    """The chain trusts its memory, not the table."""
    from jiangcheng.kernel import storage

    beat()
    lost = beat()
    storage.lift_guards()
    models.LeafIndex.objects.filter(leaf=lost).delete()
    models.Leaf.objects.filter(pk=lost.pk).delete()
    assert beat().n == 2
    assert {f.kind for f in findings(home)} == {"leaf-removed"}


def test_a_commit_of_unknown_outcome_ends_the_chain(home):
    first = beat()
    old = chain.current()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        beat("unknown")
        1 / 0
    old.session = object()  # the connection it ran on is gone
    entry = json.loads(beat().entry)
    assert entry["chain"] != old.id and entry["n"] == 0
    assert entry["follows"] == {"chain": old.id, "n": 0, "hash": first.hash}
    assert findings(home) == []


def test_flush_is_refused_outside_tests(home, monkeypatch):
    monkeypatch.delattr(mail, "outbox")
    with pytest.raises(CommandError):
        call_command("flush", interactive=False, verbosity=0)
