"""待办: where each desk begins, and how many things wait there. The count is the length of the list behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jiangcheng.web.work import lists

DESKS = (
    ("officer", "officer-home"), ("head", "head-home"), ("planner", "planner-home"), ("supervisor", "supervisor-home"),
    ("superior", "superior-home"), ("enterprise", "enterprise-home"), ("leader", "leader-home"), ("admin", "admin-home"),
    ("government", "government-home"), ("security", "security-home"), ("audit", "audit-home"),
)


def home_of(request: HttpRequest) -> str:
    """Name of the first page of one's desk; of the public page without log-in."""
    return next((name for role, name in DESKS if request.actor.has(role)), "public-home")


def home(request: HttpRequest) -> HttpResponse:
    """To the first page of one's desk."""
    return redirect(home_of(request))


def count(request: HttpRequest) -> int:
    """Things that wait for the person, over all roles of the present seat: the length of 待办."""
    actor = getattr(request, "actor", None)
    return lists.total(actor) if actor is not None and actor.account is not None else 0


def unread(request: HttpRequest) -> int:
    """Notices that the person has not read."""
    actor = getattr(request, "actor", None)
    return lists.unread(actor) if actor is not None and actor.account is not None else 0
