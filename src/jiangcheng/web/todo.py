"""待办: where each desk begins, and how many things wait there. The count is the length of the list behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.plans import lists
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.inspection.visits import queries
from jiangcheng.inspection.visits.actions import reports
from jiangcheng.inspection.visits.models import Order
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties.scope import scope

DESKS = (
    ("officer", "officer-home"), ("head", "head-home"), ("planner", "planner-home"), ("supervisor", "supervisor-home"),
    ("superior", "superior-home"), ("enterprise", "enterprise-home"), ("leader", "leader-home"), ("admin", "admin-home"),
)


def home(request: HttpRequest) -> HttpResponse:
    """The first page of one's desk; the public page without log-in."""
    for role, name in DESKS:
        if request.actor.has(role):
            return redirect(name)
    return redirect("public-home")


def count(request: HttpRequest) -> int:
    """Things that wait for the person, over all roles of the present seat."""
    return sum(number(request.actor) for role, number in COUNTS if request.actor.has(role))


def _plans(actor: Actor) -> int:
    return Plan.objects.filter(body=actor.body, state__in=("to_mend", "returned")).count()


def _heads(actor: Actor) -> int:
    reviews = ItemVersion.objects.filter(item__body=actor.body, state="review").count()
    return queries.to_approve(actor).count() + reviews


def _supervisors(actor: Actor) -> int:
    filings = len(lists.waiting_for(actor.body, "judicial"))
    return filings + queries.offline_to_check(actor).count() + reports.waiting(actor).count()


OWED = ("open", "overdue")
COUNTS = (
    ("officer", lambda actor: queries.today(actor).count() + queries.followups(actor).count()),
    ("head", _heads),
    ("planner", _plans),
    ("supervisor", _supervisors),
    ("enterprise", lambda actor: scope(actor, Order.objects.filter(visit__enterprise=actor.enterprise, state__in=OWED)).count()),
    ("superior", lambda actor: len(lists.waiting_for(actor.body, "superior"))),
)
