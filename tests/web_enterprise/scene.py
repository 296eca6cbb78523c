"""Visits taken to their end, and short ways to the pages of a code."""

from __future__ import annotations

import datetime as dt

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.visits.actions import door, outcome, record
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.models import Leaf
from jiangcheng.papers import codes

LINE = {"strokes": [[[10, 10], [60, 80], [120, 20]]], "width": 324, "height": 128}


def code_of(visit: Visit):
    return codes.current(visit.number)


def page(visit: Visit, name: str = "verify", *more: str) -> str:
    return reverse(name, args=[code_of(visit).token, *more])


def live(visit: Visit) -> dict[str, str]:
    """The changing part of the QR as it stands on the officer's screen now."""
    return {"r": codes.rotating(code_of(visit), timezone.now())}


def leaves() -> int:
    return Leaf.objects.count()


def scan(visit: Visit, client: Client | None = None, **seen: str) -> tuple[Client, object]:
    """Open the live code in a browser and confirm."""
    client = client or Client()
    client.get(page(visit), live(visit))
    return client, client.post(page(visit, "verify-confirm"), {**live(visit), **seen})


def shown(stage, visit: Visit) -> Visit:
    """Certificates shown, notice issued and received, inspection started."""
    door.show_certificate(stage.lead, visit)
    door.issue_notice(stage.lead, visit)
    door.start(stage.lead, visit)
    return stage.fresh(visit)


def answered(stage, visit: Visit, problem: str = "") -> Visit:
    """Every question answered; with ``problem`` the first has one."""
    lines = facts.lines(visit)
    if problem:
        record.answer(stage.lead, visit, lines[0].question, "problem", problem)
    record.all_fine(stage.lead, visit)
    return stage.fresh(visit)


def signed(stage, visit: Visit) -> Visit:
    """Signed by the enterprise and both officers, notice received."""
    if not visit.signatures.filter(kind="enterprise").exists():
        record.sign(stage.lead, visit, "enterprise", "glass", name="孙兰", drawing=LINE)
    record.sign(stage.lead, visit, "officer", "glass", drawing=LINE)
    record.sign(stage.assist, visit, "officer", "glass", drawing=LINE)
    outcome.hand_over_notice(stage.lead, visit, "glass", receiver="孙兰", drawing=LINE)
    return stage.fresh(visit)


def finished(stage, visit: Visit, order: bool = False) -> Visit:
    """结束检查; with ``order`` one point is to be corrected."""
    wanted = ["correct"] if order else ["none"]
    law = "《中华人民共和国食品安全法》第五十三条"
    points = [{"fact": "两种调味料没有供货者许可证", "ground": law, "broken": law, "todo": "补齐 2 种调味料的供货者许可证复印件"}]
    due = timezone.localdate() + dt.timedelta(days=15)
    orders = [{"kind": "correct", "points": points, "due": due, "law_term": "", "term_reason": "一般整改期限"}]
    outcome.finish(stage.lead, visit, wanted, orders if order else (), guidance="已说明进货查验的要求。" if order else "")
    return stage.fresh(visit)


def told(stage, visit: Visit) -> Visit:
    outcome.tell(stage.lead, visit, "glass", receiver="孙兰", drawing=LINE)
    return stage.fresh(visit)


def whole(stage, order: bool = False, visit: Visit | None = None) -> Visit:
    """A visit from the door to the told result."""
    visit = shown(stage, visit or stage.arrived())
    visit = signed(stage, answered(stage, visit, "调味料两种没有供货者许可证" if order else ""))
    return told(stage, finished(stage, visit, order))
