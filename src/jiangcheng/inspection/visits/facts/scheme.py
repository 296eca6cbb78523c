"""Loads what the rules before the door ask about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.plans import queries as plans
from jiangcheng.inspection.plans.facts import row_use
from jiangcheng.inspection.plans.rules import row_may_be_used
from jiangcheng.inspection.visits import counters
from jiangcheng.inspection.visits.flows import BEFORE_DOOR
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.rules.scheme import judged_on
from jiangcheng.inspection.visits.rules.scheme_facts import (
    Approver,
    ItemFacts,
    Lead,
    LimitFacts,
    OfficerOn,
    RowFacts,
    SchemeFacts,
)
from jiangcheng.kernel import calendar, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties import access, bodies, certificates, enterprises, territory
from jiangcheng.parties.models import Seat
from jiangcheng.parties.rules import PlaceFacts

PERIOD_WORDS = {"year": "本年度", "half": "本半年", "quarter": "本季度", "month": "本月", "week": "本周", "day": "当日"}


def day_of(visit: Visit) -> date:
    """The civil day by which a visit is judged: the first of its window; today while it has none."""
    return timezone.localdate(visit.window_start) if visit.window_start else calendar.today()


def window_days(start: datetime, end: datetime) -> int:
    """Working days that the window touches; a day off on which it begins counts as one."""
    first, last = timezone.localdate(start), timezone.localdate(end)
    return max(1, calendar.working_days_between(first, last) + calendar.is_working(first)) if last >= first else 1


def seats(visit: Visit) -> list[Any]:
    """Officers on the visit now, lead first."""
    found = visit.officers.filter(left_at=None).select_related("person", "certificate")
    return sorted(found, key=lambda o: (o.role != "lead", o.pk))


def officers_on(visit: Visit, day: date) -> tuple[OfficerOn, ...]:
    """The officers with the state of their certificates on the day."""
    on = seats(visit)
    held = certificates.officer_facts([o.person_id for o in on], visit.body_id, day)
    return tuple(OfficerOn(c, o.role, o.recusal_declared_at is not None) for o, c in zip(on, held, strict=True))


def versions(visit: Visit) -> list[Any]:
    """Item versions of the scheme, in the order they were put in."""
    found = visit.items.select_related("version__item").order_by("id")
    return [i.version for i in found]


def _item(visit: Visit, version: Any, day: date, standard_free: bool) -> ItemFacts:
    now = items.in_force(version.item_id, day)
    return ItemFacts(
        name=version.name, why_not=why_not(version, now), manner=version.manner or "both",
        standard=version.standard.strip(), standard_none=version.standard_none, standard_free=standard_free,
        questions=version.questions.count(), planned=visit.row is None or visit.row.item_id == version.item_id,
        power=bodies.power_facts(visit.body, version.field, day) if version.field else None,
    )


def why_not(version: Any, now: Any) -> str:
    """Why a version is not in force where ``now`` is the one that is; empty when it is."""
    if now is not None and now.pk == version.pk:
        return ""
    if now is not None:
        return f"检查当日施行的是第 {now.n} 版，方案用的是第 {version.n} 版"
    if version.state in ("draft", "review"):
        return "尚未公布"
    return "检查当日没有施行（尚未施行、暂停实施或者已取消）"


def row_usable(visit: Visit, day: date) -> bool:
    """May the visit stand on its plan row on the day, in whichever version of the plan?"""
    usable = {r.pk for r in plans.usable_rows(visit.body_id, day)}
    return visit.row.withdrawn_at is None and bool(usable & set(plans.lineage(visit.row)))


def last_report(at: datetime) -> datetime | None:
    """Until when an entry without network at ``at`` may be completed (HR-17-4); None where it is not allowed."""
    day = timezone.localdate(at)
    term = parameters.value("HR-17-4", day)
    if term == "not-allowed":
        return None
    last = day + timedelta(days=10) if term == "10-natural-days" else calendar.add_working_days(day, int(term))
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))


def may_still_report(visit: Visit, now: datetime) -> bool:
    """May an entry without network inside the window still come in?"""
    last = last_report(visit.window_end)
    return last is not None and now < last


def _row(visit: Visit, day: date) -> RowFacts | None:
    row = visit.row
    if row is None:
        return None
    usable = row_usable(visit, day)
    why = "" if usable else row_may_be_used(replace(row_use(row, day), usable=False))[0].sentence
    return RowFacts(row.n, row.plan.year, usable, plans.in_season(row, day), row.find, why)


def limits(visit: Visit, day: date | None = None) -> tuple[LimitFacts, ...]:
    """Every limit that covers the visit in its window (or on one day), with the places that others hold."""
    found = []
    for place in counters.places(visit, day):
        one = place.limit
        found.append(LimitFacts(
            words=one.words, limit=one.limit, used=counters.taken(place, besides=visit), period=PERIOD_WORDS.get(one.period, "本期"),
            item=place.item, published=not one.gap, done=counters.done(place),
            too_near=counters.next_day(visit, place, day or day_of(visit)) is not None,
        ))
    return tuple(found)


def _lead(visit: Visit) -> Lead | None:
    """The order of a follow-up visit. ``live``: not fulfilled, of a visit that is not over, and this its one follow-up."""
    order = visit.order
    if order is None:
        return None
    live = order.state != "corrected" and order.visit.state not in ("closed", "archived", "revoked")
    own = set(order.visit.items.values_list("version__item_id", flat=True))
    others = tuple(v.name for v in versions(visit) if v.item_id not in own)
    return Lead(order.number, live, visit.enterprise_id == order.visit.enterprise_id, others)


def firm_people(visit: Visit) -> frozenset[int]:
    """People who hold a seat of the subject today."""
    held = Seat.objects.filter(bodies.running(calendar.today()), enterprise=visit.enterprise_id).values_list("account__person", flat=True)
    return frozenset(p for p in held if p is not None)


def mergeable(visit: Visit) -> tuple[str, ...]:
    """Planned visits of the body at the same enterprise that are not carried out yet, with which this one may be merged:
    those that its own drafter or officers prepare, as nobody else's may be told."""
    people = {visit.drafted_by_id, *visit.officers.filter(left_at=None).values_list("person", flat=True)}
    found = Visit.objects.filter(body=visit.body_id, enterprise=visit.enterprise_id, row__isnull=False, arrived_at=None, state__in=BEFORE_DOOR)
    known = found.filter(Q(drafted_by__in=people) | Q(officers__person__in=people, officers__left_at=None)).exclude(pk=visit.pk)
    return tuple(known.order_by("number").values_list("number", flat=True).distinct())


def replaceable(visit: Visit) -> list[Any]:
    """Seats that the head may fill with somebody else: of officers on the visit, and of one who had to stand aside while
    fewer than two are left."""
    now = seats(visit)
    gone = visit.officers.filter(left_at__isnull=False, recusals__granted=True).order_by("-left_at").distinct() if len(now) < 2 else ()
    return [*now, *gone]


def _drawn(visit: Visit) -> bool:
    """Does the subject stand in the recorded result, and was this place of it not used by another visit?"""
    draw = visit.draw
    if draw is None or draw.body_id != visit.body_id or draw.row_id != visit.row_id:
        return False
    others = draw.visits.filter(enterprise=visit.enterprise_id).exclude(pk=visit.pk).exclude(state__in=("revoked", "lapsed"))
    return visit.enterprise.uscc in draw.result and not others.exists()


def approver(actor: Actor, visit: Visit, day: date, opinion: str = "") -> Approver:
    """The actor as the one who approves for the visit's body today."""
    right = access.may_approve(actor.person, visit.body_id, day, "scheme") if actor.person else None
    return Approver(actor.person, actor.name, right is not None, opinion)


def of(visit: Visit, *, actor: Actor | None = None, reason: str = "", now: datetime | None = None) -> SchemeFacts:
    """Everything the rules ask about a visit before the door; with ``actor`` also about the one who approves."""
    now = now or timezone.now()
    today, real, in_force = timezone.localdate(now), day_of(visit), parameters.value("decree.in-force")
    day = max(real, in_force)  # no parameter of ours has a value on an earlier day, and nothing of it is judged
    body, place = visit.body, visit.site.division
    where = territory.governed(body, place)
    counted = counters.counts(visit)
    start, end = visit.window_start, visit.window_end
    return SchemeFacts(
        number=visit.number, now=now, today=today, day=real, judged=judged_on(real, in_force),
        body=bodies.facts_on(body, day),
        principal=bodies.facts_on(body.principal, day) if body.kind == "entrusted" and body.principal_id else None,
        subject=enterprises.subject_facts(visit.enterprise), in_city=where.applies, scope_reason=where.reason,
        place=PlaceFacts(body.name, place.name, territory.covers(body, place)), kind=visit.kind, manner=visit.manner,
        items=tuple(_item(visit, v, day, parameters.value("HR-10-1", day) == "usable-marked") for v in versions(visit)),
        officers=officers_on(visit, day), row=_row(visit, day), order=visit.order.number if visit.order_id else "",
        counted=counted, limits=limits(visit, None if day == real else day) if counted else (), chosen=visit.chosen, pick_reason=visit.pick_reason,
        drawn=_drawn(visit), window_start=start, window_end=end, window_days=window_days(start, end) if start and end else 1,
        max_days=parameters.value("HR-17-5", day), lead_days=parameters.value("HR-17-6", day), minutes=visit.minutes,
        steps=visit.steps, site=str(visit.site), why_onsite=visit.why_onsite, single_officer_law=visit.single_officer_law,
        drafter=visit.drafted_by_id, approver=approver(actor, visit, today, reason) if actor else None,
        approved=visit.approved_at is not None and visit.approved_by_id is not None, reason=reason, lead=_lead(visit),
        begun=visit.started_at is not None, firm_people=firm_people(visit), merge=visit.merge, merge_note=visit.merge_note,
        mergeable=mergeable(visit),
    )
