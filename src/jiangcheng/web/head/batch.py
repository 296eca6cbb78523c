"""批量审批: the schemes that wait; several approved or returned at once. The rules judge each when it is decided, a result a row."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiangcheng.inspection.visits import queries
from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.inspection.visits.models import Visit, VisitOfficer
from jiangcheng.kernel.search import holding
from jiangcheng.law.screens import screen
from jiangcheng.web import bulk, paging
from jiangcheng.web.desk import desk
from jiangcheng.work import actions as work
from jiangcheng.work.kinds import KINDS

PER_PAGE = 20
ACTIONS = (("approve", "批准"), ("return", "退回修改"))


@screen("head/batch", "327-17-1")
@desk("head")
def page(request: HttpRequest) -> HttpResponse:
    """Tick, 批准 or 退回修改; each scheme is judged by itself, and one that is refused stops no other."""
    rows, context = _rows(request), {"title": "批量审批", "actions": ACTIONS, "why": "", "wrong": "", "ticked": ()}
    if request.method == "POST":
        context |= _decide(request, bulk.chosen(request, rows))
        rows = _rows(request)
    shown = paging.page(request, rows, PER_PAGE)
    return render(request, "head/batch.html", context | {"page": shown}, status=409 if context["wrong"] else 200)


def _rows(request: HttpRequest) -> Any:
    waiting = work.left_with(request.actor, KINDS["visit.approve"], queries.to_approve(request.actor))
    if query := request.GET.get("q", "").strip():
        waiting = waiting.filter(holding(Visit, query))
    people = VisitOfficer.objects.filter(left_at=None).select_related("person").order_by("-role", "id")
    return waiting.select_related("enterprise", "site", "row", "drafted_by").prefetch_related(Prefetch("officers", people, to_attr="people"))


def _decide(request: HttpRequest, chosen: list[Visit]) -> dict[str, Any]:
    """Result a row; a return needs its reason before anything is done."""
    why, returning = request.POST.get("why", "").strip(), request.POST.get("bulk") == "return"
    if not chosen:
        return {"wrong": bulk.NOTHING_CHOSEN, "why": why}
    if returning and not why:
        return {"wrong": "退回修改要写明意见，没有办理任何一件。", "ticked": [v.pk for v in chosen]}
    act = scheme.return_ if returning else scheme.approve
    done = bulk.each(chosen, lambda v: f"{v.number} {v.enterprise.name}", lambda v: act(request.actor, v, why))
    return {"done": done, "done_title": "退回结果" if returning else "批准结果"}
