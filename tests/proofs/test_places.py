"""PostgreSQL: every committed leaf gets a place, however late its transaction ends."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from jiangcheng.kernel import ledger, models, sequencer
from jiangcheng.kernel.actor import SYSTEM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="on SQLite the place is given inside the act"),
]


def beat():
    with ledger.act("beat", SYSTEM):
        pass


def places():
    return list(models.LeafIndex.objects.order_by("idx").values_list("idx", "leaf__act"))


def test_a_leaf_that_is_committed_late_gets_its_place(home, monkeypatch):
    monkeypatch.setattr(sequencer, "CLOCKS_DIFFER", dt.timedelta(0))
    written, end = threading.Event(), threading.Event()

    def held():
        with transaction.atomic():
            with ledger.act("late", SYSTEM):
                pass
            written.set()
            end.wait(20)
        connection.close()

    slow = threading.Thread(target=held)
    slow.start()
    assert written.wait(20)
    running = sequencer.Sequencer()
    for _ in range(3):
        beat()
        running.step()
    assert [act for _, act in places()] == ["beat"] * 3
    end.set()
    slow.join(20)
    beat()
    running.step()
    assert sorted(act for _, act in places()) == ["beat"] * 4 + ["late"]
    assert [idx for idx, _ in places()] == list(range(5))
