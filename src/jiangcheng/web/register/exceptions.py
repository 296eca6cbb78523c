"""从其规定: provisions of laws, regulations and rules that apply instead of a duty; entered by one, confirmed by another."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiangcheng.inspection.reach import actions, words
from jiangcheng.inspection.reach.flows import EXCEPTION
from jiangcheng.inspection.reach.models import LegalException
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law import registry
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.parties.words import FIELDS
from jiangcheng.web.desk import desk
from jiangcheng.web.register.forms import ExceptionForm
from jiangcheng.web.register.outside import READS
from jiangcheng.web.register.pages import answer

FIELD_WORDS = dict(FIELDS)


def line(row: LegalException) -> dict[str, Any]:
    """A provision as lists show it."""
    return {
        "row": row, "tone": words.TONES[row.state], "aside": registry.display_source(row.duty), "wording": registry.wording(row.duty),
        "fields": "、".join(FIELD_WORDS.get(f, f) for f in row.fields),
    }


@screen("exceptions/", "327-02-3", "HR-02-1")
@desk(*READS)
def listing(request: HttpRequest) -> HttpResponse:
    """Those within one's scope; search, filter by state; 待确认 first."""
    query, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = scope(request.actor, LegalException.objects.select_related("office", "body", "entered_by", "confirmed_by"))
    if query:
        found = found.filter(Q(document__icontains=query) | Q(number__icontains=query) | Q(says__icontains=query))
    if state in words.STATES:
        found = found.filter(state=state)
    page = Paginator(found.order_by("-state", "-id"), 20).get_page(request.GET.get("page"))
    return render(request, "register/exceptions.html", {
        "title": "从其规定", "page_obj": page, "rows": [line(r) for r in page], "states": [("", "全部"), *words.STATES.items()],
        "may_enter": request.actor.has("planner", "supervisor"),
    })


@screen("exceptions/new/", "327-02-3", "HR-02-1")
@desk("planner", "supervisor")
def new(request: HttpRequest) -> HttpResponse:
    """登记: a circular or letter is refused; another person confirms."""
    form = ExceptionForm(request.POST or None, initial={"valid_from": calendar.today()})

    def work() -> str:
        given = dict(form.cleaned_data)
        row = actions.enter_exception(request.actor, fields=given.pop("fields_"), **given)
        return reverse("exception", args=[row.pk])

    return answer(request, "register/exception_new.html", lambda: {"title": "登记从其规定", "form": form}, work, form, "已登记，等待另一人确认。")


STEPS = {"confirm": actions.confirm, "refuse": actions.refuse, "end": actions.end}


@screen("exceptions/<id>/", "327-02-3", "HR-02-1")
@desk(*READS)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One provision; 确认, 不予确认, 停止适用; 办理过程."""
    row = visible_or_404(request.actor, LegalException.objects.select_related(
        "office", "body", "entered_by", "entered_for", "confirmed_by"), pk=pk)

    def work() -> str:
        act = STEPS.get(request.POST.get("step", ""))
        if act is None:
            raise Refused([Breach("没有收到要办理的步骤。", (), ids=("327-02-3",))])
        act(request.actor, row, request.POST.get("reason", ""))
        return request.path

    return answer(request, "register/exception.html", lambda: {
        "title": row.number, **line(row), "steps": {s.name for s in EXCEPTION.open_steps(row, request.actor)},
        "own": row.entered_by_id == request.actor.person, "process": ledger.history(row), "reason": request.POST.get("reason", ""),
    }, work)
