"""Visits as matters of papers, and the clock of the result (HR-18-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.inspection.visits.queries import ARRIVED
from jiangcheng.kernel import calendar, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.papers import queries as papers
from jiangcheng.parties.scope import scope


@papers.matter("visit")
def _visits(actor: Actor) -> Any:
    """An enterprise that was told of a visit in advance reads its papers, which bear the code, from arrival on."""
    found = scope(actor, Visit.objects.all())
    return (found.filter(ARRIVED) if actor.has("enterprise") else found).values("number")


@dataclass(frozen=True)
class Untold:
    """A visit whose result was not told yet: last day to tell it, and how far off that is."""

    visit: Visit
    deadline: date
    limit: calendar.Limit


@enforces("327-18-5", "HR-18-1")
def untold(actor: Actor, today: date | None = None) -> list[Untold]:
    """Visits that ended and whose result was not told, the most pressing first."""
    days = int(parameters.value("HR-18-1"))
    found = scope(actor, Visit.objects.filter(state="to_tell").select_related("enterprise", "body"))
    out = []
    for visit in found:
        deadline = calendar.add_working_days(timezone.localtime(visit.ended_at).date(), days)
        out.append(Untold(visit, deadline, calendar.limit(deadline, today)))
    return sorted(out, key=lambda u: u.deadline)


@enforces("327-20-5")
def open_orders(actor: Actor) -> Any:
    """Orders not fulfilled whose visit the actor may see, by term: the follow-ups list."""
    visible = scope(actor, Visit.objects.all()).values("pk")
    live = Order.objects.filter(visit__in=visible).exclude(state="corrected").exclude(visit__state__in=("closed", "archived", "revoked"))
    return live.select_related("visit__enterprise", "visit__body", "paper").order_by("due", "id")


@enforces("327-25-1")
def unarchived(actor: Actor) -> Any:
    """Closed visits not yet archived that the actor may see, the longest waiting first."""
    return scope(actor, Visit.objects.filter(state="closed")).select_related("enterprise", "body").order_by("closed_at")
