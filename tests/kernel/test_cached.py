"""Small tables in memory: never None under other threads, never kept from a transaction that may be rolled back."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel import cached
from jiangcheng.kernel.cached import Cached
from jiangcheng.kernel.models import Setting

pytestmark = pytest.mark.django_db(transaction=True)


def decide(value):
    return Setting.objects.create(name="x", value=value, valid_from="2026-01-01", decided_by="-", decided_at=timezone.now(), ground="-")


def values():
    return sorted(Setting.objects.values_list("value", flat=True))


def test_a_change_is_seen_at_once_and_a_rolled_back_one_not_kept():
    held = Cached(Setting, values)
    assert held() == []
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        decide("a")
        assert held() == ["a"]
        1 / 0
    assert held() == []
    decide("b")
    assert held() == ["b"]


def test_what_was_read_while_the_table_changed_is_not_kept():
    reading, go_on = threading.Event(), threading.Event()
    answers = iter([["old"], ["new"]])

    def load():
        found = next(answers)
        if found == ["old"]:
            reading.set()
            go_on.wait(5)
        return found

    held, seen = Cached(Setting, load), []
    slow = threading.Thread(target=lambda: seen.append(held()))
    slow.start()
    assert reading.wait(5)
    held.forget()  # another thread committed a change meanwhile
    go_on.set()
    slow.join(5)
    assert seen == [["old"]] and held() == ["new"]


def test_what_another_thread_drops_between_look_and_answer_is_still_answered(monkeypatch):
    held = Cached(Setting, lambda: ["kept"])
    assert held() == ["kept"]
    monkeypatch.setattr(cached.time, "monotonic", lambda: held.forget() or 0.0)  # asked just after the look
    assert held() == ["kept"]
