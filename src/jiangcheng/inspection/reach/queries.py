"""Reading ties and exceptions; who sees them; which hold for a body, its fields and a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q

from jiangcheng.inspection.reach.models import LegalException, Tie
from jiangcheng.inspection.reach.rules import Under
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.cached import Cached
from jiangcheng.law import registry
from jiangcheng.law.rule import enforces
from jiangcheng.papers import queries as papers
from jiangcheng.parties import bodies
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import body_of, register, scope


@register(Tie)
def visible_ties(actor: Actor, queryset: Any) -> Any:
    """The body's own people, and the judicial offices that read the body."""
    if not actor.has("officer", "planner", "head", "supervisor") or actor.body is None:
        return queryset.none()
    if actor.has("supervisor"):
        return queryset.filter(body__in=bodies.supervised(body_of(actor)).values("pk"))
    return queryset.filter(body=actor.body)


@register(LegalException)
def visible_exceptions(actor: Actor, queryset: Any) -> Any:
    """The body's own people (also those for every body of their office), and judicial offices: own ones, the city's all."""
    own = body_of(actor)
    if own is None or not actor.has("officer", "planner", "head", "supervisor"):
        return queryset.none()
    if actor.has("supervisor"):
        return queryset if own.judicial and own.level == "city" else queryset.filter(office=own)
    office = own.judicial_office_id
    return queryset.filter(Q(body=own) | Q(body=None, office=office) | Q(body=None, office__level="city"))


@papers.matter("tie")
def _evidence(actor: Actor) -> Any:
    """Evidence is read by whoever reads the tie."""
    seen = scope(actor, Tie.objects.all()).exclude(evidence=None)
    return seen.values("evidence__matter")


def _load() -> list[LegalException]:
    return list(LegalException.objects.filter(state__in=("confirmed", "ended")).select_related("office").order_by("id"))


_held = Cached(LegalException, _load)


def waiting(office: int) -> Any:
    """Provisions that wait for the office to confirm them."""
    return LegalException.objects.filter(state="waiting", office=office)


def forget() -> None:
    """Drop the provisions held in memory, after a step that changed one."""
    _held.forget()


@enforces("327-02-3")
def exceptions_on(body: Body, fields: Collection[str], day: date) -> list[LegalException]:
    """Confirmed provisions that hold for the body on the day, in every one of the fields."""
    wanted = set(fields)
    return [e for e in _held() if wanted and wanted <= set(e.fields) and _holds(e, day) and _reaches(e, body)]


def _holds(row: LegalException, day: date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)


def _reaches(row: LegalException, body: Body) -> bool:
    if row.body_id is not None:
        return row.body_id == body.pk
    return row.office_id == body.judicial_office_id or row.office.level == "city"


def any_for(duty: str) -> bool:
    """Is any confirmed provision on record that sets the duty aside? Answered from memory."""
    return any(e.duty == duty for e in _held())


@enforces("327-02-3")
def under(body: Body, fields: Collection[str], day: date) -> tuple[Under, ...]:
    """What every act in these fields on the day shows: source, the article set aside, number on the register."""
    return tuple(
        Under(e.duty, f"从其规定：{e.source}（不适用{registry.display_source(e.duty)}，登记编号 {e.number}）", e.number)
        for e in exceptions_on(body, fields, day)
    )


@enforces("327-02-2")
def tie_of(body_id: int, enterprise_id: int, day: date) -> Tie | None:
    """The tie of the body to the enterprise on the day, by which its checks there are outside the decree."""
    return Tie.objects.filter(bodies.running(day), body=body_id, enterprise=enterprise_id).order_by("id").first()
