"""Backstage of the journeys: a process beside the running city that walks a visit to where a trouble begins, by the real
actions, and says how things stand. One JSON line in, one out: ``{"do": "coded", "with": {…}}``.
"""

from __future__ import annotations

import json
import random
import sys
import time
import traceback
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402

from jiangcheng.inspection.plans import queries as plans  # noqa: E402
from jiangcheng.inspection.visits import demo  # noqa: E402
from jiangcheng.inspection.visits.actions import door, outcome, record, scheme  # noqa: E402
from jiangcheng.inspection.visits.models import CapUse, Visit  # noqa: E402
from jiangcheng.kernel import calendar, ledger  # noqa: E402
from jiangcheng.papers import codes  # noqa: E402
from jiangcheng.papers.models import Paper, StoredFile  # noqa: E402
from jiangcheng.parties import actions as parties  # noqa: E402
from jiangcheng.parties.models import Certificate  # noqa: E402


class Crew(demo.Walk):
    """Two officers of the demo market office and a window of their own."""

    def __init__(self, people: list[str], start: datetime | None, end: datetime | None) -> None:
        super().__init__(random.SystemRandom().randrange(1 << 60))
        self.lead, self.second = (demo._actor(name) for name in people)
        self.start, self.end = start or self.start, end or self.end


def crew(people: list[str] | None = None, start: float = -20, end: float | None = None) -> tuple[Crew, Any]:
    """People, a window in minutes from now, and a plan row that may be used."""
    now = timezone.now()
    walk = Crew(people or ["officer1", "officer2"], now + timedelta(minutes=start), now + timedelta(minutes=end) if end is not None else None)
    day = calendar.today()
    rows = [r for r in plans.usable_rows(walk.lead.body, day) if plans.in_season(r, day) and r.item_id and "非" not in r.manner]
    return walk, rows[0]


def told(visit: Visit) -> dict[str, Any]:
    """A visit as a journey needs to know it."""
    code = codes.current(visit.number)
    return {
        "number": visit.number, "state": visit.state, "uscc": visit.enterprise.uscc, "firm": visit.enterprise.name,
        "address": visit.site.address, "site": visit.site_id, "why": visit.not_done_why, "short": code.short if code else "",
        "token": code.token if code else "", "lead": [o.person.name for o in visit.officers.filter(left_at=None, role="lead")],
        "acts": [leaf.act for leaf in ledger.history(visit)],
        "photo_places": list(StoredFile.objects.filter(matter=visit.number, purpose="evidence").values_list("place", flat=True)),
        "answers": visit.answers.count(),
        "places": [u.state for u in CapUse.objects.filter(visit=visit)],
        "began_late": bool(visit.started_at and visit.arrived_at and visit.started_at == visit.arrived_at),
        "notice": next((p for p in visit_papers(visit)), ""),
    }


def visit_papers(visit: Visit) -> list[str]:
    """Numbers of the notices of a visit."""
    return list(Paper.objects.filter(matter=visit.number, kind="notice").order_by("-pk").values_list("number", flat=True))


def walked(to: str, **said: Any) -> dict[str, Any]:
    """A fresh visit at a step: submitted, approved, coded, arrived, started."""
    walk, row = crew(**said)
    return told(getattr(walk, to)(row))


def over() -> dict[str, Any]:
    """A code whose window has just passed."""
    walk, row = crew(end=0.15)
    visit = walk.coded(row)
    time.sleep(max(0.0, (visit.window_end - timezone.now()).total_seconds()) + 0.2)
    return told(visit)


def broken_off_yesterday() -> dict[str, Any]:
    """Scanned, started and broken off yesterday; the window lasts until tonight."""
    yesterday = timezone.now() - timedelta(days=1)
    walk, row = crew(start=-1440 - 60)
    visit = walk.coded(row)
    code = codes.current(visit.number)
    door.confirm_by_enterprise(door.at_the_door(code), visit, rotating=codes.rotating(code, yesterday), now=yesterday)
    door.show_certificate(walk.lead, visit)
    door.issue_notice(walk.lead, visit)
    outcome.hand_over_notice(walk.lead, visit, "glass", drawing=demo.STROKES, receiver="陈店长（演示）", receiver_role="店长")
    door.start(walk.lead, demo.fresh(visit), now=yesterday)
    record.break_off(walk.lead, demo.fresh(visit), "冷库停电")
    return told(demo.fresh(visit))


def certificate(username: str, days: int) -> str:
    """The certificate of an officer is good until so many days from today."""
    actor = demo._actor(username)
    row = Certificate.objects.get(person=actor.person, body=actor.body)
    row.valid_until = calendar.today() + timedelta(days=days)
    parties.save_certificate(row, demo._actor("admin"))
    return row.person.name


def reissue(number: str) -> dict[str, Any]:
    """A new code in place of the one that is out."""
    visit = Visit.objects.get(number=number)
    scheme.issue_code(demo._actor("officer1"), visit)
    return told(demo.fresh(visit))


def state(number: str) -> dict[str, Any]:
    """How a visit stands now."""
    return told(Visit.objects.select_related("enterprise", "site").get(number=number))


KNOWN = {"walked": walked, "over": over, "broken_off_yesterday": broken_off_yesterday, "certificate": certificate, "state": state, "reissue": reissue}


def main() -> None:
    """Answer one line after the other until the input ends; the ledger is closed like that of every writer."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"said": KNOWN[asked["do"]](**asked["with"])}
        except Exception:
            answer = {"wrong": traceback.format_exc()}
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    ledger.heartbeat("ledger.close")


if __name__ == "__main__":
    main()
