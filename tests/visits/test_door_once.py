"""Sends that come twice count once."""

from __future__ import annotations

import pytest

from jiangcheng.inspection.visits.actions import door
from jiangcheng.inspection.visits.idempotency import Sent, once
from jiangcheng.inspection.visits.models import SentOnce
from jiangcheng.law.rule import Breach, Refused


def counter():
    calls = []

    def act() -> Sent:
        calls.append(1)
        return Sent(303, f"/visits/{len(calls)}", "好")

    return act, calls


@pytest.mark.duty("327-08-2", "allowed")
def test_a_double_tap_is_answered_with_the_first_answer(db):
    act, calls = counter()
    first = once("k-1", 7, "/x/", act)
    again = once("k-1", 7, "/x/", act)
    assert (len(calls), again.status, again.location, again.body) == (1, 303, "/visits/1", "好")
    assert (first.again, again.again) == (False, True)


def test_keys_are_of_one_account_and_one_address(db):
    act, calls = counter()
    once("k-1", 7, "/x/", act)
    once("k-1", 8, "/x/", act)
    once("k-1", None, "/x/", act)
    assert len(calls) == 3
    with pytest.raises(Refused):
        once("k-1", 7, "/y/", act)
    assert len(calls) == 3


def test_without_a_key_it_just_runs(db):
    act, calls = counter()
    once("", 7, "/x/", act), once("", 7, "/x/", act)
    assert len(calls) == 2 and SentOnce.objects.count() == 0


@pytest.mark.duty("327-08-2", "refused")
def test_a_refused_send_keeps_no_key_and_nothing_else(stage):
    visit = stage.coded()

    def act() -> Sent:
        door.show_certificate(stage.lead, visit)
        raise Refused([Breach("还差一项")])

    with pytest.raises(Refused):
        once("k-2", 1, "/x/", act)
    assert SentOnce.objects.count() == 0
    assert not visit.officers.filter(shown_at__isnull=False).exists()
    assert not once("k-2", 1, "/x/", lambda: Sent(200)).again
