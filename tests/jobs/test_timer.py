"""The clock's own housekeeping: what no limit and no session needs any more goes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from jiangcheng.jobs import timer
from jiangcheng.papers import codes
from jiangcheng.papers.models import Guess


@pytest.mark.django_db
def test_old_guesses_and_sessions_go_and_fresh_ones_stay():
    now = timezone.now()
    for address, age in (("a", dt.timedelta(minutes=5)), ("b", dt.timedelta(hours=25))):
        Guess.objects.filter(pk=Guess.objects.create(address=address).pk).update(at=now - age)
    for key, left in (("over", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + dt.timedelta(hours=left))
    said = list(timer.run_once())
    assert "过期的查询计数：1 件" in said and not any("失败" in line for line in said)
    assert list(Guess.objects.values_list("address", flat=True)) == ["a"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert codes.tries_left("a", now) == codes.TRIES - 1
