"""群众和企业反映: what people reported who read a code that is not running; dealt with in words, contact by two persons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiangcheng.inspection.visits.actions import reports
from jiangcheng.inspection.visits.models import Report, Visit
from jiangcheng.kernel import calendar
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.papers.codes import SHORT, STATE_WORDS
from jiangcheng.papers.models import InspectionCode
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.templatetags.text import cn_datetime

ACT_WORDS.update({
    "report.sent": "收到反映", "report.handled": "处理反映", "report.contact_asked": "申请查看联系方式", "report.contact_opened": "同意查看联系方式",
})
STATES = (("", "待处理"), ("done", "已处理"), ("visits", "检查现场的反映"))
HEADS = (
    ("编号", 18), ("提交时间", 26), ("所读的码", 24), ("码的状态", 12), ("单位", 30), ("情况", 60), ("地点", 30), ("处理完毕", 26), ("处理情况", 60),
)


def chosen(request: HttpRequest) -> QuerySet[Report]:
    """Reports as the address says: to be dealt with, dealt with, or from running visits; with the words looked for."""
    state, query = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state == "visits":
        found = scope(request.actor, Report.objects.filter(visit__isnull=False, kind="mismatch")).order_by("-at")
    elif state == "done":
        found = scope(request.actor, Report.objects.filter(kind="code", cleared_at__isnull=False)).order_by("-cleared_at")
    else:
        found = reports.waiting(request.actor)
    if query:
        words = Q(number__icontains=query) | Q(text__icontains=query) | Q(place__icontains=query) | Q(body__name__icontains=query)
        found = found.filter(words | Q(code__icontains=query.replace(" ", "")) | Q(visit__number__icontains=query))
    return found.select_related("body", "visit__body", "visit__enterprise", "cleared_by", "opened_by", "opened_with")


def line(row: Report, known: dict[str, Visit]) -> dict[str, Any]:
    """A report as the page shows it; ``known`` are the visits of codes that this office may see."""
    waits = row.kind == "code" and row.cleared_at is None
    return {
        "report": row, "name": _name(row), "body": _body(row), "state": STATE_WORDS.get(row.code_state, row.code_state),
        "short": len(row.code) <= SHORT,
        "limit": calendar.limit(reports.answer_by(row)) if waits else None, "visit": row.visit or known.get(row.code),
        "opened": bool(row.contact and row.opened_with_id),
    }


def _name(row: Report) -> str:
    return row.visit.number if row.visit else row.number


def _body(row: Report) -> str:
    body = row.visit.body if row.visit else row.body
    return body.name if body else ""


def _visits(request: HttpRequest, rows: list[Report]) -> dict[str, Visit]:
    numbers = dict(InspectionCode.objects.filter(short__in=[r.code for r in rows if r.code]).values_list("short", "visit"))
    seen = {v.number: v for v in scope(request.actor, Visit.objects.filter(number__in=numbers.values()))}
    return {short: seen[number] for short, number in numbers.items() if number in seen}


def _page(request: HttpRequest) -> dict[str, Any]:
    page = Paginator(chosen(request), 20).get_page(request.GET.get("page"))
    known = _visits(request, list(page))
    return {
        "title": "收到的反映", "page_obj": page, "rows": [line(r, known) for r in page], "states": STATES, "me_person": request.actor.person,
        "waiting": reports.waiting(request.actor).count(), "posted": request.POST, "q": request.GET.get("q", ""),
    }


@screen("supervisor/reports", "327-38-4", "327-41-1", "HR-41-2")
@desk("supervisor")
def listing(request: HttpRequest) -> HttpResponse:
    """处理 with words; 查看联系方式 asked by one and agreed to by another; Excel of the filter, without contacts."""
    if request.method == "POST":
        return _act(request)
    if request.GET.get("format") == "xlsx":
        return exports.excel("收到的反映", HEADS, (_cells(r) for r in chosen(request)[:20000]))
    return render(request, "supervisor/reports.html", _page(request))


def _cells(row: Report) -> tuple[Any, ...]:
    done = cn_datetime(row.cleared_at) if row.cleared_at else ""
    return (
        _name(row), cn_datetime(row.at), row.code, STATE_WORDS.get(row.code_state, ""), _body(row), row.text, row.place, done, row.handling,
    )


def _act(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    row = visible_or_404(request.actor, Report.objects.filter(kind="code"), number=number)
    try:
        if request.POST.get("step") == "contact":
            opened = reports.open_contact(request.actor, row)
            messages.success(request, f"{number} 的联系方式可以查看。" if opened else f"已申请查看 {number} 的联系方式，等另一名监督员同意。")
        else:
            reports.handle(request.actor, row, request.POST.get("handling", ""))
            messages.success(request, f"{number} 已处理完毕。")
    except Refused as refused:
        return refused_response(request, refused, "supervisor/reports.html", _page(request))
    return redirect(request.get_full_path())
