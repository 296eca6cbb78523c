"""Reading visits: who sees what (scope), lists of the desks, and everything a page of one visit needs.

Until arrival, subject and time of a visit are visible to nobody but its people, their head and the judicial
supervisor. Every list, search, count and export starts from ``scope``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from jiangcheng.inspection.plans import queries as plans
from jiangcheng.inspection.visits import counters, seats
from jiangcheng.inspection.visits.facts import door as door_facts
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import BEFORE_DOOR, VISIT
from jiangcheng.inspection.visits.models import (
    Answer,
    CapUse,
    Draw,
    Order,
    Recusal,
    Report,
    Signature,
    Visit,
    VisitItem,
    VisitOfficer,
)
from jiangcheng.inspection.visits.rules.door import SHOW
from jiangcheng.inspection.visits.rules.scheme_facts import LimitFacts
from jiangcheng.inspection.visits.words import HIDDEN_FROM_OTHERS
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.flow import Step
from jiangcheng.law.rule import Breach, check_all, enforces
from jiangcheng.papers import codes
from jiangcheng.papers.models import InspectionCode, Paper
from jiangcheng.parties import bodies
from jiangcheng.parties.scope import body_of, register, scope

THERE = ("closed", "moved", "missing", "refused")
"""Reasons of 未实施 that show that the officers were at the place, scan or no scan."""
ARRIVED = (Q(arrived_at__isnull=False) | Q(not_done_why__in=THERE)) & ~Q(state__in=HIDDEN_FROM_OTHERS)
"""Its people were there, and no second coming is being prepared, the time of which would be betrayed."""
ANNOUNCED = Q(announced_at__isnull=False, state__in=("to_enter", "revoked"))
"""An officer told the enterprise subject and time in advance (预告): its own accounts may know, nobody else."""
OPEN = ("draft", "returned", "to_approve", "to_code", "to_enter", "arrived", "inspecting", "broken_off", "to_tell", "told", "not_done")
NEXT = {
    "draft": "submit", "returned": "submit", "to_approve": "approve", "to_code": "issue", "to_enter": "arrive", "arrived": "start",
    "broken_off": "resume",
}
"""The step that a visit's page leads to, as far as these rules know it."""


# --- who sees what ---


@enforces("327-06-1", "327-08-2", "HR-06-1")
@register(Visit)
def visible_visits(actor: Actor, queryset: QuerySet[Visit]) -> QuerySet[Visit]:
    """Before arrival: officers on the visit, drafter, head of the body, its judicial office. After it also the body's
    other officers and planners, the superior, the city's judicial office, leaders of the territory, the enterprise."""
    if actor.has("enterprise"):
        return queryset.filter(ARRIVED | ANNOUNCED, enterprise=actor.enterprise) if actor.enterprise else queryset.none()
    if actor.body is None:
        return queryset.none()
    if actor.has("head"):
        return queryset.filter(body=actor.body)
    if actor.has("officer"):
        own = VisitOfficer.objects.filter(person=actor.person).exclude(recusals__granted=True).values("visit")
        mine = Q(drafted_by=actor.person) | Q(pk__in=own) if actor.person else Q(pk__in=())
        return queryset.filter(mine | ARRIVED, body=actor.body)
    if actor.has("planner"):
        return queryset.filter(ARRIVED, body=actor.body)
    if actor.has("supervisor"):
        return queryset.filter(Q(body__judicial_office=actor.body) | (ARRIVED & Q(body__in=_supervised(actor))))
    if actor.has("superior"):
        return queryset.filter(ARRIVED, body__superior=actor.body)
    if actor.has("leader"):
        own_body = body_of(actor)
        return queryset.filter(ARRIVED, body__division__path__startswith=own_body.division.path) if own_body else queryset.none()
    return queryset.none()


def _supervised(actor: Actor) -> Any:
    office = body_of(actor)
    return bodies.supervised(office).values("pk") if office else ()


def _of_visible(actor: Actor) -> Any:
    return scope(actor, Visit.objects.all()).values("pk")


@register(VisitItem, VisitOfficer, Answer, Signature, Order, Recusal, CapUse)
def visible_children(actor: Actor, queryset: Any) -> Any:
    """Rows of a visit are seen by whoever sees the visit."""
    return queryset.filter(visit__in=_of_visible(actor))


@register(Report)
def visible_reports(actor: Actor, queryset: QuerySet[Report]) -> QuerySet[Report]:
    """A report on a visit goes with the visit; one without a visit is seen by the judicial office that answers it alone."""
    mine = Q(visit=None, office=actor.body) if actor.has("supervisor") and actor.body else Q(pk__in=())
    return queryset.filter(mine | Q(visit__in=_of_visible(actor)))


@register(Draw)
def visible_draws(actor: Actor, queryset: QuerySet[Draw]) -> QuerySet[Draw]:
    """A draw names subjects: its maker, people on visits from it, the head and the judicial office."""
    if actor.body is None:
        return queryset.none()
    if actor.has("head"):
        return queryset.filter(body=actor.body)
    if actor.has("supervisor"):
        return queryset.filter(body__judicial_office=actor.body)
    if actor.has("officer", "planner") and actor.person:
        on = Visit.objects.filter(officers__person=actor.person, draw__isnull=False).values("draw")
        return queryset.filter(Q(by=actor.person) | Q(pk__in=on), body=actor.body)
    return queryset.none()


@register(InspectionCode)
def visible_codes(actor: Actor, queryset: QuerySet[InspectionCode]) -> QuerySet[InspectionCode]:
    """Codes go with their visit; an enterprise reads a code by its address alone."""
    if actor.has("enterprise"):
        return queryset.none()
    return queryset.filter(visit__in=scope(actor, Visit.objects.all()).values("number"))


# --- lists of the desks ---


def my_visits(actor: Actor) -> QuerySet[Visit]:
    """Visits that the person is on now or drafted, newest window first."""
    if actor.person is None:
        return Visit.objects.none()
    own = VisitOfficer.objects.filter(person=actor.person, left_at=None).values("visit")
    found = Visit.objects.filter(Q(pk__in=own) | Q(drafted_by=actor.person), body=actor.body)
    return scope(actor, found).order_by("-window_start", "-id")


def _end_of_today() -> datetime:
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return start + timedelta(days=1)


def today(actor: Actor) -> QuerySet[Visit]:
    """What is due for an officer: visits whose window has come and that are not told yet, and returned schemes."""
    due = Q(state__in=("to_code", "to_enter", "arrived", "inspecting", "broken_off", "to_tell", "told"), window_start__lt=_end_of_today())
    return my_visits(actor).filter(due | Q(state="returned")).order_by("window_start", "id")


@enforces("HR-18-2", "327-40-08")
def undeclared(actor: Actor) -> list[Visit]:
    """Visits that a colleague put the person on, for which it has not declared yet that nothing calls for standing aside."""
    mine = VisitOfficer.objects.filter(person=actor.person, left_at=None, recusal_declared_at=None).values("visit")
    waiting = Visit.objects.filter(pk__in=mine, body=actor.body, state__in=BEFORE_DOOR).exclude(drafted_by=actor.person)
    return list(scope(actor, waiting).select_related("enterprise", "site").order_by("window_start", "id"))


@enforces("327-17-1")
def to_approve(actor: Actor) -> QuerySet[Visit]:
    """Schemes that wait for the head of a body, soonest window first."""
    if not actor.has("head"):
        return Visit.objects.none()
    return scope(actor, Visit.objects.filter(body=actor.body, state="to_approve")).order_by("window_start", "id")


@enforces("327-20-5")
def followups(actor: Actor) -> QuerySet[Order]:
    """Orders that are not fulfilled yet, by term."""
    live = Order.objects.exclude(state="corrected").exclude(visit__state__in=("closed", "archived", "revoked"))
    return scope(actor, live).order_by("due", "id")


@enforces("HR-17-4", "327-06-1")
def offline_to_check(actor: Actor) -> QuerySet[Visit]:
    """Entries without network that the judicial office has not verified, oldest first."""
    if not actor.has("supervisor"):
        return Visit.objects.none()
    waiting = Visit.objects.filter(offline_synced_at__isnull=False, offline_checked_at=None, body__judicial_office=actor.body)
    return scope(actor, waiting).order_by("offline_device_at", "id")


@enforces("HR-17-4")
def reported_late(visit: Visit) -> bool:
    """Was an entry without network completed after the term of the house rule?"""
    if visit.offline_device_at is None or visit.offline_synced_at is None:
        return False
    last = facts.last_report(visit.offline_device_at)
    return last is None or visit.offline_synced_at >= last


def open_rows(actor: Actor) -> list[Any]:
    """Plan rows of the body that may be used today, in this quarter; each with ``made``, the visits begun on it as far as
    the actor may know of them."""
    if actor.body is None:
        return []
    day = calendar.today()
    rows = [r for r in plans.usable_rows(actor.body, day) if plans.in_season(r, day)]
    for row in rows:
        begun = Visit.objects.filter(row__in=plans.lineage(row)).exclude(state__in=("revoked", "lapsed", "not_done"))
        row.made = scope(actor, begun).count()
    return rows


@enforces("327-06-1", "327-08-2")
def known(actor: Actor, found: list[Visit]) -> list[Visit]:
    """Those of some visits that the actor may know of, in their order."""
    seen = set(scope(actor, Visit.objects.filter(pk__in=[v.pk for v in found])).values_list("pk", flat=True))
    return [v for v in found if v.pk in seen]


# --- one visit ---


@dataclass(frozen=True)
class VisitPage:
    """What a page of one visit shows: the visit, its people, the next step with what it still lacks, limits, papers."""

    visit: Visit
    people: list[VisitOfficer]
    items: list[Any]
    steps: list[Step]
    next_step: str
    missing: tuple[Breach, ...]
    limits: tuple[LimitFacts, ...]
    not_counted: str
    code: InspectionCode | None
    code_state: str
    papers: QuerySet[Paper]
    orders: QuerySet[Order]
    reports: QuerySet[Report]
    recusals: QuerySet[Recusal]
    process: Any
    late_offline: bool


def missing_for(visit: Visit, step: str, actor: Actor | None = None) -> tuple[Breach, ...]:
    """What a step of these rules still lacks now."""
    if step in ("arrive", "start", "resume"):
        back = "resume_arrived" if step == "resume" and visit.started_at is None else step
        return VISIT.missing(back, door_facts.of(visit))
    return VISIT.missing(step, facts.of(visit, actor=actor if step == "approve" else None))


def missing_at_door(visit: Visit, actor: Actor | None = None) -> tuple[Breach, ...]:
    """开始检查前: what is missing before the inspection may start, from issue of the code on."""
    if visit.state == "broken_off":
        return missing_for(visit, "resume")
    return missing_for(visit, "start")


def missing_to_show(visit: Visit) -> tuple[Breach, ...]:
    """What closes the page with the code: window, lapsed certificate, withdrawn plan row."""
    known = door_facts.of(visit)
    return check_all(SHOW, known if known.code_state != "used" else known.for_(code_state="valid"))


def visit_page(actor: Actor, number: str) -> VisitPage | None:
    """Everything about one visit for whoever may see it; None when it may not be known."""
    found = scope(actor, Visit.objects.select_related(
        "body__judicial_office", "body__division", "body__principal", "enterprise", "site__division", "row__plan", "order__visit", "draw",
    )).filter(number=number).first()
    if found is None:
        return None
    step = NEXT.get(found.state, "")
    code = codes.current(found.number)
    return VisitPage(
        visit=found, people=facts.seats(found), items=facts.versions(found), steps=VISIT.open_steps(found, actor), next_step=step,
        missing=missing_for(found, step, actor) if step else (), limits=facts.limits(found, facts.day_of(found)),
        not_counted=counters.why_not_counted(found), code=code, code_state=codes.state_now(code, timezone.now()) if code else "",
        papers=scope(actor, Paper.objects.filter(matter_kind="visit", matter=found.number)).order_by("issued_at", "id"),
        orders=found.orders.order_by("id"), reports=found.reports.order_by("id"), recusals=found.recusals.order_by("id"),
        process=ledger.history(found), late_offline=reported_late(found),
    )


@dataclass(frozen=True)
class DoorPage:
    """The page behind a code for the enterprise: who, what, until when. No names outside the window."""

    reading: codes.Reading
    visit: Visit | None = None
    people: tuple[VisitOfficer, ...] = ()
    items: tuple[Any, ...] = ()
    notice: Paper | None = None
    reported: bool = False
    phone: str = ""
    office: str = ""

    @property
    def named(self) -> bool:
        """May names be shown?"""
        return self.visit is not None


@enforces("327-17-4", "327-18-2", "HR-17-7")
def door_page(reading: codes.Reading) -> DoorPage:
    """What a reading of a code shows. Changes nothing."""
    code = reading.code
    visit = Visit.objects.select_related("body__judicial_office", "enterprise", "site").get(number=code.visit) if code else None
    if visit is None or not _names_shown(reading, visit):
        office = code.body.judicial_office if code else None
        return DoorPage(reading, phone=office.complaint_phone if office else "", office=office.name if office else "")
    office = visit.body.judicial_office
    return DoorPage(
        reading, visit, tuple(facts.seats(visit)), tuple(facts.versions(visit)), door_facts.notice_of(visit),
        visit.reports.filter(kind="mismatch", cleared_at=None).exists(),
        (office.complaint_phone if office else "") or visit.body.complaint_phone, office.name if office else "",
    )


def _names_shown(reading: codes.Reading, visit: Visit) -> bool:
    """A good code names its people; a used one while the window lasts or the visit is under way."""
    if reading.state == "used":
        return visit.state in ("arrived", "inspecting", "broken_off") or reading.now <= reading.code.window_end
    return reading.state == "valid"


def may_show_code(actor: Actor, visit: Visit) -> bool:
    """亮码 is for the officers on the visit."""
    return seats.on_visit(actor, visit)
