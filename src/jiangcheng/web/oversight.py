"""One visit as an authority above the body reads it (调阅): four tabs, read-only, and 撤销检查 with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiangcheng.inspection.visits import counters, words
from jiangcheng.inspection.visits.actions import door
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Paper
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web.errors import refused_response

TABS = (("base", "基本信息"), ("items", "检查事项"), ("papers", "文书"), ("process", "办理过程"))
OUTCOMES = dict(words.OUTCOMES)


def waited_words(days: int) -> str:
    """How long a filing has waited, in words."""
    return f"已收到 {days} 个工作日" if days else "今日收到"


def outcome_words(visit: Visit) -> str:
    """Outcomes in words, or why it was not carried out."""
    if visit.state == "not_done" or visit.not_done_why:
        return f"未实施：{visit.get_not_done_why_display()}"
    return "、".join(OUTCOMES.get(o, o) for o in visit.outcome_list)


def page(request: HttpRequest, number: str, template: str) -> HttpResponse:
    """The visit's page at its address, or 撤销检查 posted to it."""
    found = Visit.objects.select_related("body__judicial_office", "enterprise", "site", "row__plan", "draw", "order")
    visit = visible_or_404(request.actor, found, number=number)
    if request.method == "POST":
        try:
            door.revoke(request.actor, visit, request.POST.get("reason", "").strip())
        except Refused as refused:
            visit = visible_or_404(request.actor, found, number=number)
            return refused_response(request, refused, template, _context(request, visit))
        messages.success(request, f"{number} 已撤销，检查码随之失效。")
        return redirect(request.path)
    return render(request, template, _context(request, visit))


def _context(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else "base"
    common = {
        "title": visit.enterprise.name, "visit": visit, "tab": tab, "tabs": [(word, f"?tab={key}", key == tab) for key, word in TABS],
        "may_revoke": any(step.name == "revoke" for step in VISIT.open_steps(visit, request.actor)),
        "reason": request.POST.get("reason", ""), "process": ledger.history(visit),
    }
    return common | MORE[tab](request, visit)


def _base(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    return {
        "people": facts.seats(visit), "items": visit.items.select_related("version"), "outcome": outcome_words(visit),
        "limits": facts.limits(visit, facts.day_of(visit)), "counted": counters.why_not_counted(visit),
        "orders": visit.orders.order_by("id"), "reports": visit.reports.order_by("id"),
    }


def _items(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    answers = {a.question_id: a for a in visit.answers.select_related("by")}
    versions = [i.version for i in visit.items.select_related("version").prefetch_related("version__questions")]
    return {"items": [(version, [(q, answers.get(q.pk)) for q in version.questions.all()]) for version in versions]}


def _papers(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    return {"papers": scope(request.actor, Paper.objects.filter(matter_kind="visit", matter=visit.number)).order_by("issued_at", "id")}


def _process(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    return {}


MORE = {"base": _base, "items": _items, "papers": _papers, "process": _process}
"""What a tab shows beyond the head of the page."""
