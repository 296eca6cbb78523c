"""查询: enterprises, visits, papers by name, credit code, pinyin initials or number, within one's scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.actor import Actor
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Enterprise
from jiangcheng.parties.scope import scope
from jiangcheng.web.desk import desk

MOST = 20
LEAST = 2
STAFF = ("officer", "planner", "head", "supervisor", "superior", "leader", "enterprise")
# Role -> page of one visit, and list of visits that takes ``q``. Roles without one read the hit and no more.
VISIT_PAGES = {"officer": "visit-detail", "head": "head-visit", "supervisor": "supervisor-visit", "enterprise": "enterprise-visit"}
VISIT_LISTS = {"officer": "officer-visits", "supervisor": "supervisor-visits"}


@dataclass(frozen=True)
class Group:
    """Hits of one kind: at most MOST rows of ``total``; a row is (record, address of its page or nothing)."""

    word: str
    unit: str
    total: int
    rows: list[tuple[Any, str]]


def may_search(actor: Actor) -> bool:
    """Whether the search box is for this person: an administrator sees no records."""
    return actor.has(*STAFF)


def _first(actor: Actor, pages: dict[str, str]) -> str:
    return next((name for role, name in pages.items() if actor.has(role)), "")


def _visits(actor: Actor, query: str) -> Group:
    firm = Q(enterprise__name__icontains=query) | Q(enterprise__initials__icontains=query.lower()) | Q(enterprise__uscc__istartswith=query)
    found = scope(actor, Visit.objects.filter(Q(number__icontains=query) | firm)).select_related("enterprise", "body")
    page = _first(actor, VISIT_PAGES)
    return _group("检查", "次", found.order_by("-id"), lambda v: reverse(page, args=[v.number]) if page else "")


def _firms(actor: Actor, query: str) -> Group:
    found = scope(actor, Enterprise.objects.filter(
        Q(name__icontains=query) | Q(uscc__istartswith=query) | Q(initials__icontains=query.lower())
    ))
    page = _first(actor, VISIT_LISTS)
    return _group("企业", "家", found.order_by("name"), lambda f: f"{reverse(page)}?q={f.uscc}" if page else "")


def _papers(actor: Actor, query: str) -> Group:
    found = scope(actor, Paper.objects.filter(Q(number__icontains=query) | Q(code__iexact=query.replace(" ", ""))))
    return _group("文书", "份", found.order_by("-issued_at"), lambda p: reverse("paper-file", args=[p.code, "pdf"]))


def _group(word: str, unit: str, found: QuerySet, address: Any) -> Group:
    return Group(word, unit, found.count(), [(row, address(row)) for row in found[:MOST]])


@desk(*STAFF)
def results(request: HttpRequest) -> HttpResponse:
    """Up to twenty hits a kind; two characters suffice."""
    query = request.GET.get("q", "").replace("\0", "").strip()
    context: dict[str, Any] = {"title": "查询结果", "q": query, "short": 0 < len(query) < LEAST, "most": MOST}
    if len(query) >= LEAST:
        context |= {"visits": _visits(request.actor, query), "firms": _firms(request.actor, query), "papers": _papers(request.actor, query)}
    return render(request, "search.html", context)
