"""Loads what stands outside the scheme itself: ties, provisions that apply instead, steps that other laws add."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.items import extra as items
from jiangcheng.inspection.reach import queries as reach
from jiangcheng.inspection.reach.rules import Under
from jiangcheng.inspection.visits.rules.reach import ExtraStep
from jiangcheng.kernel import calendar, parameters
from jiangcheng.law.rule import enforces

FREQUENCY = "327-15-1"


def judged_day(visit: Any) -> date:
    """The day by which provisions are looked up: the first of the window, never before the decree came into force."""
    day = timezone.localdate(visit.window_start) if visit.window_start else calendar.today()
    return max(day, parameters.value("decree.in-force"))


def tie(visit: Any, day: date) -> str:
    """The tie that takes a check of this body at this subject out of the decree, in words; empty when there is none."""
    found = reach.tie_of(visit.body_id, visit.enterprise_id, day)
    return f"{found.get_kind_display()}（{found.document}）" if found else ""


def fields_of(visit: Any) -> set[str]:
    """Fields of the items that the visit checks."""
    return {f for f in visit.items.values_list("version__field", flat=True) if f}


@enforces("327-02-3")
def under(visit: Any, day: date) -> tuple[Under, ...]:
    """Provisions that apply to the visit instead of duties of the decree."""
    return reach.under(visit.body, fields_of(visit), day)


@enforces("327-02-3", "327-15-1")
def freed_from_caps(visit: Any) -> bool:
    """Does another provision settle how often, so that the visit enters no cap?"""
    return reach.any_for(FREQUENCY) and any(u.duty == FREQUENCY for u in under(visit, judged_day(visit)))


@enforces("327-18-6")
def steps(visit: Any, day: date) -> tuple[ExtraStep, ...]:
    """Steps that other laws add to the visit's items on the day, each with whether it was done."""
    done = set(visit.steps_done.values_list("step", flat=True)) if visit.pk else set()
    wanted = items.steps_on(visit.items.values_list("version__item_id", flat=True), day)
    return tuple(ExtraStep(s.text, s.source, s.guards, s.pk in done) for s in wanted)
