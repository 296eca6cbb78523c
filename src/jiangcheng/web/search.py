"""查询: enterprises, visits, papers, items and bodies by name, credit code, pinyin initials or number, within one's scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.search import holding_many
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Body, Enterprise
from jiangcheng.parties.scope import scope
from jiangcheng.web.desk import desk

MOST = 20
LEAST = 2
STAFF = ("officer", "planner", "head", "supervisor", "superior", "leader", "government", "enterprise")
# Role -> page of one visit, and list of visits that takes ``q``. Roles without one read the hit and no more.
VISIT_PAGES = {"officer": "visit-detail", "head": "head-visit", "supervisor": "supervisor-visit", "superior": "superior-visit",
               "enterprise": "enterprise-visit"}
VISIT_LISTS = {"officer": "officer-visits", "supervisor": "supervisor-visits", "superior": "superior-visits"}
ITEM_PAGES = {"planner": "planner-item", "head": "head-item"}


@dataclass(frozen=True)
class Group:
    """Hits of one kind: at most MOST rows, each (record, address of its page or nothing); ``more``: there are others besides,
    on the list at ``whole`` where the person has one."""

    rows: list[tuple[Any, str]]
    more: bool
    whole: str


def may_search(actor: Actor) -> bool:
    """Whether the search box is for this person: an administrator sees no records."""
    return actor.has(*STAFF)


def _first(actor: Actor, pages: dict[str, str]) -> str:
    return next((name for role, name in pages.items() if actor.has(role)), "")


def _group(found: QuerySet, address: Any, whole: str = "") -> Group:
    """One question: a row more than is shown tells whether there are others. None is counted: a million may hold a word."""
    rows = list(found[: MOST + 1])
    return Group([(row, address(row)) for row in rows[:MOST]], len(rows) > MOST, whole)


def _visits(actor: Actor, held: Q) -> Group:
    found = scope(actor, Visit.objects.filter(held)).select_related("enterprise", "body").order_by("-id")
    page, pages = _first(actor, VISIT_PAGES), _first(actor, VISIT_LISTS)
    return _group(found, lambda v: reverse(page, args=[v.number]) if page else "", reverse(pages) if pages else "")


def _firms(actor: Actor, held: Q) -> Group:
    found = scope(actor, Enterprise.objects.filter(held)).order_by("name")
    page = _first(actor, VISIT_LISTS)
    return _group(found, lambda f: f"{reverse(page)}?q={f.uscc}" if page else "")


def _papers(actor: Actor, held: Q) -> Group:
    found = scope(actor, Paper.objects.filter(held)).order_by("-id")
    return _group(found, lambda p: reverse("paper-file", args=[p.code, "pdf"]))


def _items(actor: Actor, held: Q) -> Group:
    found = scope(actor, items.versions_in_force(calendar.today())).filter(held).order_by("-id")
    page = _first(actor, ITEM_PAGES)

    def address(version: ItemVersion) -> str:
        own = page and version.item.body_id == actor.body
        return reverse(page, args=[version.item_id]) if own else reverse("public-item", args=[version.item_id])

    return _group(found, address, reverse("public-items"))


def _bodies(actor: Actor, held: Q) -> Group:
    found = scope(actor, Body.objects.filter(held, enforces=True)).order_by("name")
    return _group(found, lambda b: reverse("public-body", args=[b.pk]), reverse("public-bodies"))


FINDERS = (("visits", Visit, _visits), ("firms", Enterprise, _firms), ("papers", Paper, _papers), ("items", ItemVersion, _items),
           ("bodies", Body, _bodies))


@desk(*STAFF)
def results(request: HttpRequest) -> HttpResponse:
    """Up to twenty hits a kind; two characters suffice."""
    query = request.GET.get("q", "").replace("\0", "").strip()
    context: dict[str, Any] = {"title": "查询结果", "q": query, "short": 0 < len(query) < LEAST, "most": MOST}
    if len(query) >= LEAST:
        held = holding_many([model for _, model, _ in FINDERS], query)
        groups = {name: find(request.actor, held[model]) for name, model, find in FINDERS}
        context |= groups | {"searched": True, "none": not any(group.rows for group in groups.values())}
    return render(request, "search.html", context)
