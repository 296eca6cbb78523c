"""Reading plans: which rows may be used, who is late, what changed, what is still to mend."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from jiangcheng.inspection.items import house
from jiangcheng.inspection.plans import reading
from jiangcheng.inspection.plans.models import Plan, PlanRow
from jiangcheng.kernel import calendar, parameters
from jiangcheng.law import parameters as law
from jiangcheng.law.rule import enforces

FILED = ("filed", "published")
WAS_FILED = (*FILED, "replaced")
EDITABLE = ("drafting", "to_mend", "returned")
WAITING = ("submitted", "adjusting")


def deadline(year: int) -> date:
    """The last day on which the plan of a year is filed in time (31 March, article 13).

    For years before the decree the same day is named; no plan was due on it (``is_due``).
    """
    return law.day_in(year, "plan.filing-deadline", max(date(year, 12, 31), parameters.value("decree.in-force")))


def is_due(year: int) -> bool:
    """Does the decree ask for the plan of that year? The first one was due on 31 March 2026."""
    return deadline(year) >= parameters.value("plan.first-filing")


def end_of(day: date) -> datetime:
    """24:00 of a civil day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def filed_plan(body_id: int, year: int, day: date | None = None) -> Plan | None:
    """The version in force of a body's plan of a year, on a civil day (today when none is given)."""
    plans = Plan.objects.filter(body=body_id, year=year)
    if day is None:
        return plans.filter(state__in=FILED).order_by("-n").first()
    return plans.filter(state__in=WAS_FILED, filed_at__lt=end_of(day)).order_by("-n").first()


def newest(body_id: int, year: int) -> Plan | None:
    """The newest version, in whatever state."""
    return Plan.objects.filter(body=body_id, year=year).order_by("-n").first()


def newest_size(body_id: int, year: int) -> int | None:
    """How many rows the newest version has; None without one."""
    plans = Plan.objects.filter(body=body_id, year=year).annotate(size=Count("rows"))
    return plans.order_by("-n").values_list("size", flat=True).first()


def pending_adjustment(plan: Plan) -> Plan | None:
    """The adjustment of a filed plan that waits to be filed or was returned after it had been sent."""
    return Plan.objects.filter(adjusts=plan, state__in=("adjusting", "returned")).order_by("-n").first()


@enforces("HR-13-1", "HR-13-2", "HR-14-2")
def usable_rows(body_id: int, day: date) -> list[PlanRow]:
    """Plan rows on which a visit of ``body_id`` may stand on a civil day, by row number.

    The filed plan of the year; before one is filed, until the deadline, last year's filed rows (HR-13-1), afterwards
    none (HR-13-2). Rows that a submitted adjustment drops are gone at once, narrower ones hold at once, new or wider
    ones only once filed (HR-14-2). Whether the row's item is in force is asked of the items.
    """
    plan = filed_plan(body_id, day.year)
    if plan is None and _last_year_holds(day):
        plan = filed_plan(body_id, day.year - 1)
    return [] if plan is None else _rows_with_adjustment(plan)


def _last_year_holds(day: date) -> bool:
    if house.value("HR-13-1", day) != "last-year-rows-until-deadline":
        return False
    return day <= deadline(day.year) or house.value("HR-13-2", day) == "alert-only"


def _rows_with_adjustment(plan: Plan) -> list[PlanRow]:
    rows = list(plan.rows.filter(withdrawn_at=None).select_related("plan", "item", "item__body"))
    adjusted = pending_adjustment(plan)
    if adjusted is None or parameters.value("HR-14-2.before-filing") != "dropped-or-narrower":
        return rows
    newer = {r.copied_from_id: r for r in adjusted.rows.select_related("plan", "item", "item__body")}
    found = []
    for row in rows:
        new = newer.get(row.pk)
        if new is None:
            continue  # dropped
        found.append(new if reading.compare(row, new) == reading.NARROWER else row)
    return found


def is_usable(row: PlanRow, day: date) -> bool:
    """May a visit stand on this row on that day? A row that lives on in the version in force counts as that row."""
    if row.withdrawn_at is not None or row.plan.state not in (*WAS_FILED, *WAITING, "returned"):
        return False
    usable = {r.pk for r in usable_rows(row.plan.body_id, day)}
    return row.pk in usable or (row.plan.state == "replaced" and not usable.isdisjoint(lineage(row)))


def in_season(row: PlanRow, day: date) -> bool:
    """Does the row plan for the quarter of that day?"""
    return str((day.month + 2) // 3) in row.quarters.split(",")


def lineage(row: PlanRow) -> list[int]:
    """Ids of a row and of the rows that it was copied from or into in the same year: what visits of a row count over."""
    found, todo = {row.pk}, {row.pk}
    while todo:
        near = PlanRow.objects.filter(plan__year=row.plan.year, plan__body=row.plan.body_id)
        links = set(near.filter(copied_from__in=todo).values_list("pk", flat=True))
        links |= set(near.filter(copies__in=todo).values_list("pk", flat=True))
        todo = links - found
        found |= todo
    return sorted(found)


def countdown(year: int, today: date | None = None) -> calendar.Limit:
    """Working days to 31 March 24:00 of a plan's year (alert of article 13)."""
    return calendar.limit(deadline(year), today, warn=20)


def rows_of(plans: Iterable[Plan]) -> QuerySet[PlanRow]:
    """Rows of several plans with item and body."""
    return PlanRow.objects.filter(plan__in=plans).select_related("plan", "item").order_by("plan", "n")
