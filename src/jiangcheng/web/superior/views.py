"""上级主管部门: plans sent to it, 收悉; who of its system has not filed; inspections of its system."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.plans import lists, offices
from jiangcheng.inspection.plans.models import Filing
from jiangcheng.inspection.plans.words import NINE
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.oversight import waited_words

LONG, PER_PAGE = 10, 30


@navigation("superior")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"label": "计划收悉", "url": reverse("superior-home"), "count": lists.waiting_for(request.actor.body, "superior").count()},
        {"label": "本系统检查", "url": reverse("superior-visits")},
        {"rule": True},
        {"label": "公示", "url": reverse("public-plans")},
        {"label": "条文与落实", "url": reverse("law")},
    ]


@screen("superior/", "327-13-2")
@desk("superior")
def home(request: HttpRequest) -> HttpResponse:
    """Plans sent, oldest first; who of the system is late; what was acknowledged."""
    office, today = Body.objects.get(pk=request.actor.body), calendar.today()
    waiting = lists.waiting_for(office.pk, "superior")
    done = scope(request.actor, Filing.objects.filter(state="acknowledged")).select_related("plan__body").order_by("-decided_at", "-pk")
    if request.GET.get("format") == "xlsx":
        rows = [*waiting, *done]
        return exports.excel("计划收悉", (("单位", 30), ("计划", 30), ("收到", 14), ("状态", 12)), (
            (f.plan.body.name, str(f.plan), timezone.localdate(f.received_at), f.state_word) for f in rows
        ))
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    late = [x for x in lists.late_bodies(office, today.year, today) if not x.filed_late]
    return render(request, "superior/home.html", {
        "title": "计划收悉", "done": done[:20], "year": today.year, "page_obj": page,
        "late": Paginator(late, PER_PAGE).get_page(request.GET.get("late")),
        "waiting": [(f, *waited(f, today)) for f in page],
    })


def waited(filing: Filing, today: date) -> tuple[str, str]:
    """How long a filing has waited to be acknowledged: words and tone."""
    days = calendar.working_days_between(timezone.localdate(filing.received_at), today)
    return waited_words(max(days, 0)), "warn" if days >= LONG else "info"


@screen("superior/filings/<id>", "327-13-2", "327-14-4")
@desk("superior")
def filing(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as sent, and 收悉."""
    found = visible_or_404(request.actor, Filing.objects.select_related("plan__body", "office"), pk=pk)
    if request.method == "POST":
        try:
            receipt = offices.acknowledge(found, request.actor, request.POST.get("opinion", ""))
        except Refused as refused:
            return refused_response(request, refused, "superior/filing.html", _filing(found) | {"opinion": request.POST.get("opinion", "")})
        messages.success(request, f"已收悉，存证编号 {receipt.number}")
        return redirect("superior-home")
    return render(request, "superior/filing.html", _filing(found))


def _filing(found: Filing) -> dict[str, Any]:
    return {
        "title": str(found.plan), "filing": found, "plan": found.plan, "nine": NINE, "changes": lists.differences(found),
        "rows": [(r["n"], [(word, r[name]) for name, word in NINE]) for r in found.rows], "process": ledger.history(found),
    }


@desk("superior")
def visits(request: HttpRequest) -> HttpResponse:
    """Inspections of the bodies below, from the arrival on: state by state, with Excel of the filter."""
    found = scope(request.actor, Visit.objects.filter(body__superior=request.actor.body)).select_related("body", "enterprise")
    counts = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    rows = found.filter(state=request.GET["state"]) if request.GET.get("state") in counts else found
    for word in request.GET.get("q", "").split():
        rows = rows.filter(Q(enterprise__name__icontains=word) | Q(body__name__icontains=word) | Q(number__icontains=word))
    rows = rows.order_by("-arrived_at", "-pk")
    if request.GET.get("format") == "xlsx":
        return exports.excel("本系统检查", (("编号", 20), ("单位", 30), ("企业", 34), ("到场", 14), ("状态", 14)), (
            (v.number, v.body.name, v.enterprise.name, timezone.localdate(v.arrived_at) if v.arrived_at else "", v.state_word) for v in rows
        ))
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    states = [("", "全部", sum(counts.values())), *((s, w, counts[s]) for s, w in Visit.state_words.items() if s in counts)]
    return render(request, "superior/visits.html", {"title": "本系统检查", "page_obj": page, "states": states})
