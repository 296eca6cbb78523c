"""Steps before the door that the clock takes: lapsed windows, withdrawn plan rows. For the jobs; safe to repeat."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits import counters
from jiangcheng.inspection.visits.actions.drafting import EDITABLE
from jiangcheng.inspection.visits.actions.shared import lock
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import enforces
from jiangcheng.papers import codes

LAPSING = ("to_approve", "to_code", "to_enter")
WAITING = ("draft", "returned", *LAPSING)


@enforces("327-14-4", "HR-14-2", "HR-15-8")
def revoke_withdrawn_rows() -> list[Visit]:
    """Revoke visits not begun whose plan row was withdrawn: codes revoked, places given back."""
    waiting = Visit.objects.filter(state__in=WAITING, row__isnull=False, started_at=None)
    gone = [v for v in waiting.select_related("row__plan") if row_gone(v)]
    return [v for v in map(_revoke_on_withdrawn_row, gone) if v]


def _revoke_on_withdrawn_row(visit: Visit) -> Visit | None:
    with transaction.atomic():
        held = lock(visit)
        if held.state not in WAITING or held.started_at is not None or not row_gone(held):
            return None
        why = f"计划第 {held.row.n} 行已取消"
        also = [*codes.revoke_all(held.number, why), *counters.release(held)]
        VISIT.take("row_withdrawn", held, SYSTEM, opinion=why, also=also, stopped_why=why)
    return held


def row_gone(visit: Visit) -> bool:
    """Was the plan row of the visit withdrawn, or dropped by an adjustment?"""
    row = visit.row
    if row is None:
        return False
    if row.withdrawn_at is not None:
        return True
    if visit.state in EDITABLE or row.plan.state not in ("filed", "published", "replaced"):
        return False
    return not facts.row_usable(visit, facts.day_of(visit))


@enforces("HR-15-8", "HR-17-5")
def lapse_due(now: datetime | None = None) -> list[Visit]:
    """Visits whose window ended unused become 过期未实施 and their places are given back.

    One with a code waits as long as an entry without network may still be reported (HR-17-4). One that had begun and
    was to go on in a new window falls back to 中止检查: it still needs its end. A refused visit that never began gives
    its place back and its code is no longer good.
    """
    now = now or timezone.now()
    late = Visit.objects.filter(window_end__lt=now)
    done = [_lapse(v, now) for v in late.filter(state__in=(*LAPSING, "returned"))]
    refused = late.filter(state="not_done", started_at=None, cap_uses__state__in=counters.HELD).distinct()
    for visit in refused:
        counters.settle_back(visit)
    return [v for v in done if v]


def _lapse(visit: Visit, now: datetime) -> Visit | None:
    with transaction.atomic():
        held = lock(visit)
        step = "fall_back" if held.started_at else "lapse"
        waits = held.state == "to_enter" and facts.may_still_report(held, now)
        if held.state not in VISIT.step(step).source or waits or held.window_end >= now:
            return None
        if step == "fall_back":
            also = [*codes.revoke_all(held.number, "检查时间已过", now), *counters.give_back(held)]
            VISIT.take(step, held, SYSTEM, facts.of(held), also=also)
            return None
        VISIT.take(step, held, SYSTEM, also=counters.release(held))
    return held
