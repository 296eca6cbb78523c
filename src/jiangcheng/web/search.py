"""查询: enterprises, visits, papers by name, credit code, pinyin initials or number, within one's scope."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Enterprise
from jiangcheng.parties.scope import scope
from jiangcheng.web.desk import desk

MOST = 20
STAFF = ("officer", "planner", "head", "supervisor", "superior", "leader", "enterprise")


@desk(*STAFF)
def results(request: HttpRequest) -> HttpResponse:
    """Up to twenty hits a kind; two characters suffice."""
    query = request.GET.get("q", "").strip()
    context: dict = {"title": "查询结果", "q": query, "short": 0 < len(query) < 2}
    if len(query) >= 2:
        lower = query.lower()
        firms = scope(request.actor, Enterprise.objects.filter(
            Q(name__icontains=query) | Q(uscc__iexact=query) | Q(initials__icontains=lower)))
        visits = scope(request.actor, Visit.objects.filter(
            Q(number__icontains=query) | Q(enterprise__name__icontains=query) | Q(enterprise__initials__icontains=lower)))
        papers = scope(request.actor, Paper.objects.filter(Q(number__icontains=query) | Q(code__iexact=query)))
        context |= {
            "firms": firms.order_by("name")[:MOST], "visits": visits.select_related("enterprise").order_by("-id")[:MOST],
            "papers": papers.order_by("-issued_at")[:MOST],
        }
    return render(request, "search.html", context)
