"""待办: where each desk begins, and how many things wait there. The count is the length of the list behind it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jiangcheng.inspection.plans import lists
from jiangcheng.inspection.visits import queries
from jiangcheng.inspection.visits.actions import reports
from jiangcheng.inspection.visits.models import Order
from jiangcheng.kernel.actor import Actor
from jiangcheng.papers import formats
from jiangcheng.parties.scope import scope

Counter = Callable[[HttpRequest], int]
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
    return sum(number(request) for role, number in COUNTERS.items() if request.actor.has(role))


def counter(role: str) -> Callable[[Counter], Counter]:
    """Declare, beside a desk's first page, how many things stand on it."""

    def take(number: Counter) -> Counter:
        COUNTERS[role] = number
        return number

    return take


def _supervisors(actor: Actor) -> int:
    filings = lists.waiting_for(actor.body, "judicial").count()
    return filings + queries.offline_to_check(actor).count() + reports.waiting(actor).count() + formats.to_file(actor.body).count()


def _owed(actor: Actor) -> int:
    return scope(actor, Order.objects.filter(visit__enterprise=actor.enterprise, state__in=OWED)).count()


OWED = ("open", "overdue")
COUNTERS: dict[str, Counter] = {
    "officer": lambda request: queries.today(request.actor).count() + queries.followups(request.actor).count(),
    "supervisor": lambda request: _supervisors(request.actor),
    "enterprise": lambda request: _owed(request.actor),
    "superior": lambda request: lists.waiting_for(request.actor.body, "superior").count(),
}
"""How many things wait at a desk; those of 计划管理员 and 单位负责人 stand beside their first page (``counter``)."""
