"""Reading instructions, findings, alerts and the access log; who sees them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.oversight.models import AccessEvent, Alert, Finding, Instruction
from jiangcheng.oversight.words import FINDING_KINDS, PRINCIPLES
from jiangcheng.parties import bodies, territory
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import body_of, register, scope

READS = ("planner", "head", "supervisor", "superior")


@register(Instruction)
def visible_instructions(actor: Actor, queryset: Any) -> Any:
    """The government that gave it, and the people of the body it is addressed to."""
    if actor.body is None:
        return queryset.none()
    if actor.has("government"):
        return queryset.filter(government=actor.body)
    return queryset.filter(to=actor.body) if actor.has(*READS) else queryset.none()


def _supervised(actor: Actor) -> Any:
    own = body_of(actor)
    return bodies.supervised(own).values("pk") if own and actor.has("supervisor") else Body.objects.none().values("pk")


@register(Finding)
def visible_findings(actor: Actor, queryset: Any) -> Any:
    """Judicial offices, as far as they read the body; the head of the body reads what concerns it."""
    if actor.has("head") and actor.body:
        return queryset.filter(body=actor.body)
    return queryset.filter(body__in=_supervised(actor))


@register(Alert)
def visible_alerts(actor: Actor, queryset: Any) -> Any:
    """The office an alert was sent to, and the city's office. Seen by supervisors alone, shown as no ranking."""
    own = body_of(actor)
    if own is None or not actor.has("supervisor"):
        return queryset.none()
    return queryset if own.judicial and own.level == "city" else queryset.filter(office=own)


@register(AccessEvent)
def visible_access(actor: Actor, queryset: Any) -> Any:
    """Who looked at what: judicial offices for the bodies they read, and for their own people."""
    own = body_of(actor)
    if own is None or not actor.has("supervisor"):
        return queryset.none()
    return queryset.filter(body__in=bodies.supervised(own).values("pk")) | queryset.filter(body=own)


def addressees(actor: Actor) -> QuerySet[Body]:
    """Bodies that a government may instruct: enforcement bodies and judicial offices of its territory."""
    own = body_of(actor)
    if own is None or not actor.has("government"):
        return Body.objects.none()
    found = Body.objects.filter(territory.within(own.division, "division")).exclude(pk=own.pk)
    return (found.filter(enforces=True) | found.filter(judicial=True)).order_by("level", "name")


def waiting_instructions(actor: Actor) -> QuerySet[Instruction]:
    """What waits for the actor: replies to read for a government, instructions to answer for an addressee."""
    states = ("replied",) if actor.has("government") else ("given", "returned")
    return scope(actor, Instruction.objects.filter(state__in=states)).select_related("government", "to").order_by("due", "id")


def late_instructions(actor: Actor) -> QuerySet[Instruction]:
    """Instructions whose term has passed without a reply."""
    found = scope(actor, Instruction.objects.filter(state__in=("given", "returned"), due__lt=calendar.today()))
    return found.select_related("government", "to").order_by("due", "id")


@enforces("327-05-3")
def by_principle(found: QuerySet[Finding]) -> list[tuple[str, str, list[int], int]]:
    """Slug and word of each principle, how many findings of each kind touch it, and of all kinds."""
    rows = list(found.values_list("kind", "principles"))
    out = []
    for slug, word in PRINCIPLES:
        counts = [sum(kind == k and slug in principles for kind, principles in rows) for k, _ in FINDING_KINDS]
        out.append((slug, word, counts, sum(counts)))
    return out


def open_alerts(actor: Actor) -> QuerySet[Alert]:
    """Alerts that wait for the office."""
    return scope(actor, Alert.objects.filter(state="open")).select_related("body", "person").order_by("-at")
