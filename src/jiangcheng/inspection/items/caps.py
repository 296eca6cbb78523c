"""Frequency caps (频次上限, article 15): which ones cover a visit, in which period and for which subject they count.

The counters themselves belong to the visits. A cap that could not be read is kept as printed and listed, never counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from jiangcheng.inspection.items import house, seats
from jiangcheng.inspection.items.models import Cap, Item, ItemVersion
from jiangcheng.inspection.items.printed import per_year, read_cap, read_frequency
from jiangcheng.inspection.items.queries import versions_in_force
from jiangcheng.inspection.items.words import CAP_LEVELS, PERIODS
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces

LEVEL_ORDER = {slug: n for n, (slug, _) in enumerate(CAP_LEVELS)}
PERIOD_WORDS = dict(PERIODS)


@dataclass(frozen=True)
class Limit:
    """A number of visits that holds for one subject: from a published cap, or from the plan row itself (HR-15-3).

    ``key`` names the counter (``cap:7``, ``row:12``); ``gap`` says that no cap is published and the row speaks.
    """

    key: str
    limit: int
    period: str
    per: str = "enterprise"
    min_gap_days: int | None = None
    min_gap_months: int | None = None
    cap: Cap | None = None
    row: Any = None

    @property
    def gap(self) -> bool:
        return self.cap is None

    @property
    def words(self) -> str:
        """每年 2 次（国务院主管部门公布）, or the plan row's own frequency."""
        source = f"{self.cap.issuer}公布" if self.cap else "本单位计划载明，未公布上限"
        return f"每{PERIOD_WORDS[self.period]} {self.limit} 次（{source}）"


def _pk(thing: Any) -> Any:
    return getattr(thing, "pk", thing)


def valid_on(day: date) -> QuerySet[Cap]:
    """Caps in force on a day, enforceable or not, floors included."""
    return Cap.objects.filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)


def _classes(enterprise: Any) -> set[str]:
    marks = getattr(enterprise, "classes", "") or ""
    return {m.strip() for m in marks.replace("，", ",").replace("；", ",").replace(";", ",").split(",") if m.strip()}


@enforces("327-15-1", "HR-15-2")
def covering(body: Any, item: Any, field: str, enterprise: Any, day: date) -> list[Cap]:
    """Enforceable caps that cover a visit of ``body`` for ``item`` (of ``field``) to ``enterprise`` on a civil day.

    ``body``, ``item`` are rows or ids; None for the item asks for the caps above items. Strictest first: all of them
    bind (HR-15-2), unless the city has decided that the highest level or the latest one alone does.
    """
    mine = Q(item=_pk(item)) if item is not None else Q(pk__in=())
    wide = Q(item=None) & (Q(body=None) | Q(body=_pk(body))) & (Q(field="") | Q(field=field or "-"))
    found = valid_on(day).filter(mine | wide, enforceable=True, floor=False, limit__isnull=False).exclude(period="")
    have = _classes(enterprise)
    caps = [c for c in found.select_related("item", "body") if not c.subject_class or c.subject_class in have]
    return _chosen(sorted(caps, key=_strictness), day)


def _strictness(cap: Cap) -> tuple[int, int, int]:
    return (per_year(cap.limit, cap.period), cap.limit, cap.pk or 0)


def _chosen(caps: list[Cap], day: date) -> list[Cap]:
    how = house.value("HR-15-2", day)
    if not caps or how == "strictest":
        return caps
    if how == "latest":
        newest = max(c.valid_from for c in caps)
        return [c for c in caps if c.valid_from == newest]
    top = min(LEVEL_ORDER[c.issuer_level] for c in caps)
    return [c for c in caps if LEVEL_ORDER[c.issuer_level] == top]


@enforces("HR-15-3")
def limits(body: Any, item: Any, field: str, enterprise: Any, day: date, row: Any = None) -> list[Limit]:
    """What may not be exceeded by a visit, strictest first: published caps, else the plan row's own frequency.

    ``row`` is the plan row that the visit stands on (times per period); without a cap and without a readable row the
    answer is empty: nothing is refused, the gap is listed.
    """
    caps = covering(body, item, field, enterprise, day)
    found = [Limit(f"cap:{c.pk}", c.limit, c.period, c.per, c.min_gap_days, c.min_gap_months, c, row) for c in caps]
    if found or row is None or not getattr(row, "times", None):
        return found
    return [Limit(f"row:{row.pk}", row.times, row.period or "year", row=row)]


@enforces("HR-15-7")
def period_key(cap: Any, day: date) -> str:
    """The period of a Cap or Limit that a civil day lies in: 2026, 2026H1, 2026Q3, 2026-08, 2026W34, 2026-08-21.

    Years are calendar years (HR-15-7); weeks are ISO weeks, named by their own year.
    """
    kind = cap.period or "year"
    if kind == "week":
        year, week, _ = day.isocalendar()
        return f"{year}W{week:02d}"
    parts = {
        "year": f"{day:%Y}", "half": f"{day:%Y}H{1 if day.month <= 6 else 2}", "quarter": f"{day:%Y}Q{(day.month + 2) // 3}",
        "month": f"{day:%Y-%m}", "day": day.isoformat(),
    }
    return parts[kind]


@enforces("HR-15-7")
def subject_key(cap: Any, enterprise: Any, site: Any = None) -> str:
    """The subject a cap counts by: ``e<id>``, or ``s<id>`` where the cap says sites (HR-15-7)."""
    if cap.per == "site" and site is not None:
        return f"s{_pk(site)}"
    return f"e{_pk(enterprise)}"


def earliest_next(cap: Any, last: date) -> date:
    """First day on which another visit keeps the cap's minimum gap after one on ``last``."""
    if cap.min_gap_months:
        month = last.month - 1 + cap.min_gap_months
        year, month = last.year + month // 12, month % 12 + 1
        end = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month, min(last.day, end))
    return last + timedelta(days=cap.min_gap_days or 0)


def strictest(body: Any, item: Any, field: str, day: date) -> Cap | None:
    """The strictest cap that covers every enterprise (no class) for a body's item: what a plan's frequency must keep."""
    return next((c for c in covering(body, item, field, None, day) if not c.subject_class), None)


def over_cap(times: int, period: str, cap: Cap) -> bool:
    """Would ``times`` per ``period`` pass the cap somewhere in the year?"""
    if period == cap.period:
        return times > cap.limit
    if per_year(1, period) > per_year(1, cap.period):  # the plan's period is the shorter one
        inside = {"day": 1, "week": 7, "month": 30, "quarter": 91, "half": 182, "year": 365}
        return times * max(1, inside[cap.period] // inside[period]) > cap.limit
    return times > per_year(cap.limit, cap.period)


def unreadable(bodies: Iterable[int] | None = None) -> QuerySet[Cap]:
    """Caps kept as printed: 按原文保留，未能自动执行."""
    found = Cap.objects.filter(enforceable=False).select_related("body", "item")
    return found if bodies is None else found.filter(Q(body__in=bodies) | Q(body=None))


def without_cap(body_id: int, day: date) -> list[ItemVersion]:
    """Items of a body in force for which no cap is published (the gap of HR-15-3)."""
    return [
        v for v in versions_in_force(day).filter(item__body=body_id).order_by("item__code")
        if not covering(body_id, v.item_id, v.field, None, day)
    ]


@dataclass(frozen=True)
class Printed:
    """Where a printed cap comes from and what it covers."""

    issuer: str
    issuer_level: str
    text: str
    valid_from: date
    scope: str = ""
    exceptions: str = ""
    source_url: str = ""
    valid_until: date | None = None


@enforces("327-15-1")
def record(
    actor: Actor, printed: Printed, *, body: Any = None, item: Item | None = None, field: str = "", demo: bool = False,
) -> list[Cap]:
    """Write down a published cap as printed, with what could be read from it: one row for each limit in the print.

    A planner writes down what binds the own body; what binds more than one body comes in with the platform's lists.
    """
    owner = body or (item.body if item else None)
    seats.may_draft(actor, owner.pk if owner else None)
    with ledger.act("items.cap", actor, about=item or body, duties=("327-15-1",)):
        made = [
            Cap(
                issuer=printed.issuer, issuer_level=printed.issuer_level, body=body, item=item, field=field, printed=printed.text,
                exceptions=printed.exceptions, valid_from=printed.valid_from, valid_until=printed.valid_until,
                source_url=printed.source_url, demo=demo, limit=r.limit, period=r.period, per=r.per, subject_class=r.subject_class,
                min_gap_days=r.min_gap_days, min_gap_months=r.min_gap_months, floor=r.floor, enforceable=r.enforceable, why_not=r.why_not,
            )
            for r in read_cap(printed.text, printed.scope)
        ]
        for cap in made:
            cap.save()
    return made


def end(cap: Cap, actor: Actor, last_day: date, reason: str) -> None:
    """A cap that its issuer withdrew or replaced ends on a day; it still holds for the days before."""
    owner = cap.body_id or (cap.item.body_id if cap.item_id else None)
    seats.may_draft(actor, owner)
    if not reason.strip() or last_day < cap.valid_from:
        raise Refused([Breach("停止适用须写明理由，日期不早于起算日。", (Remedy("填写理由和日期"),), "reason", ("327-15-1",))])
    with ledger.act("items.cap_end", actor, about=cap, duties=("327-15-1",), opinion=reason):
        cap.valid_until = last_day
        cap.save()


@enforces("327-15-1")
def printed_with(version: ItemVersion, former: ItemVersion | None, actor: Actor) -> list[Cap]:
    """The cap that the published list prints with an item binds from the version's first day; the one before it ends.

    A print that did not change goes on. What cannot be read stays as printed, like every other cap.
    """
    before = former.cap_note.strip() if former else ""
    now, start, body = version.cap_note.strip(), version.effective_from, version.item.body
    if now == before:
        return []
    with ledger.act("items.cap", actor, about=version, duties=("327-15-1",), opinion=now):
        for cap in Cap.objects.filter(item=version.item_id, issuer_level="body", printed=before, valid_until=None):
            cap.valid_until = start - timedelta(days=1)
            cap.save()
        if not now:
            return []
        printed = Printed(body.name, "body", now, start, scope=version.name, source_url=version.source_url)
        return record(SYSTEM, printed, item=version.item, demo=version.item.demo)


__all__ = [
    "Limit", "Printed", "covering", "earliest_next", "end", "limits", "over_cap", "period_key", "printed_with", "read_frequency",
    "record", "strictest", "subject_key", "unreadable", "without_cap",
]
