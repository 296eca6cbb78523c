"""上级主管部门: plans sent to it, 收悉; who of its system has not filed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.plans import lists, offices
from jiangcheng.inspection.plans.models import Filing
from jiangcheng.inspection.plans.words import NINE
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response


@navigation("superior")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"label": "计划收悉", "url": reverse("superior-home"), "count": lists.waiting_for(request.actor.body, "superior").count()},
        {"rule": True},
        {"label": "公示", "url": reverse("public-plans")},
        {"label": "条文与落实", "url": reverse("law")},
    ]


@screen("superior/", "327-13-2")
@desk("superior")
def home(request: HttpRequest) -> HttpResponse:
    """Plans sent, oldest first; who of the system is late; what was acknowledged."""
    office, today = Body.objects.get(pk=request.actor.body), calendar.today()
    waiting = list(lists.waiting_for(office.pk, "superior"))
    done = scope(request.actor, Filing.objects.exclude(state="waiting")).select_related("plan__body").order_by("-decided_at")
    if request.GET.get("format") == "xlsx":
        rows = [*waiting, *done]
        return exports.excel("计划收悉", (("单位", 30), ("计划", 30), ("收到", 14), ("状态", 12)), (
            (f.plan.body.name, str(f.plan), timezone.localdate(f.received_at), f.state_word) for f in rows
        ))
    return render(request, "superior/home.html", {
        "title": "计划收悉", "done": done[:20], "late": [x for x in lists.late_bodies(office, today.year, today) if not x.filed_late],
        "waiting": [(f, calendar.working_days_between(timezone.localdate(f.received_at), today)) for f in waiting], "year": today.year,
    })


@screen("superior/filings/<id>", "327-13-2", "327-14-4")
@desk("superior")
def filing(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as sent, and 收悉."""
    found = visible_or_404(request.actor, Filing.objects.select_related("plan__body", "office"), pk=pk)
    if request.method == "POST":
        try:
            receipt = offices.acknowledge(found, request.actor, request.POST.get("opinion", ""))
        except Refused as refused:
            return refused_response(request, refused)
        messages.success(request, f"已收悉，存证编号 {receipt.number}")
        return redirect("superior-home")
    return render(request, "superior/filing.html", {
        "title": str(found.plan), "filing": found, "plan": found.plan, "nine": NINE, "changes": lists.differences(found),
        "rows": [[r["n"], [(word, r[name]) for name, word in NINE]] for r in found.rows], "process": ledger.history(found),
    })
