"""非执法走访: the register of visits that are no inspections, with search and filter, entry, and one visit's page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.outside import actions, queries, words
from jiangcheng.inspection.outside.flows import OUTING
from jiangcheng.inspection.outside.models import Outing
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Enterprise
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk
from jiangcheng.web.register.forms import OutingForm
from jiangcheng.web.register.pages import answer, firm
from jiangcheng.web.templatetags.text import cn_datetime

ACT_WORDS.update(words.ACT_WORDS)
READS = ("officer", "planner", "head", "supervisor")
HEADS = (("登记编号", 22), ("单位", 30), ("企业", 34), ("目的", 24), ("做什么", 50), ("时间", 26), ("状态", 12), ("走访情况", 60))


@screen("outside/", "327-04-2", "327-02-2", "327-40-05")
@desk(*READS)
def listing(request: HttpRequest) -> HttpResponse:
    """The register within one's scope; search, filter by purpose, export."""
    query, purpose = request.GET.get("q", "").strip(), request.GET.get("purpose", "")
    found = queries.listed(request.actor, query, purpose if purpose in dict(words.OTHERS) else "")
    if request.GET.get("format") == "xlsx":
        return exports.personal(request, "非执法走访", HEADS, (_cells(o) for o in found[:20000]))
    return render(request, "register/outside.html", {
        "title": "非执法走访", "page_obj": Paginator(found, 20).get_page(request.GET.get("page")),
        "purposes": [("", "全部"), *words.OTHERS], "tones": words.TONES, "may_enter": request.actor.has("officer", "planner"),
        "own": not request.actor.has("supervisor"),
    })


def _cells(o: Outing) -> tuple[Any, ...]:
    return (o.number, o.body.name, o.enterprise.name, o.get_purpose_display(), o.aim, cn_datetime(o.start), o.state_word, o.note)


def found_firms(request: HttpRequest) -> list[Enterprise]:
    """Enterprises of one's territory whose name fits what was looked for: at most ten."""
    query = request.GET.get("firm", "").strip()
    if len(query) < 2:
        return []
    return list(scope(request.actor, Enterprise.objects.filter(name__icontains=query)).order_by("name")[:10])


@screen("outside/new/", "327-04-2", "327-02-2")
@desk("officer", "planner")
def new(request: HttpRequest) -> HttpResponse:
    """登记走访: every purpose is offered; one that verifies is refused and leads to a scheme."""
    form = OutingForm(request.POST or None, initial={"uscc": request.GET.get("uscc", ""), "day": calendar.today(), "start": "09:30", "end": "11:00"})

    def work() -> str:
        given, (start, end) = form.cleaned_data, form.window()
        row = actions.register(
            request.actor, firm(given["uscc"], ("327-04-2",)), purpose=given["purpose"], aim=given["aim"], people=given["people"], start=start,
            end=end, invited_by=given["invited_by"],
        )
        return reverse("outside-one", args=[row.pk])

    return answer(request, "register/outside_new.html", lambda: {
        "title": "登记走访", "form": form, "firms": found_firms(request), "q": request.GET.get("firm", ""),
    }, work, form, "已登记。走访后请填写走访情况。")


@screen("outside/<id>/", "327-04-2", "327-02-2")
@desk(*READS)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: purpose, people, evidence of the tie; 填写走访情况, 取消; 办理过程."""
    row = visible_or_404(request.actor, Outing.objects.select_related("enterprise", "body", "tie__evidence", "entered_by"), pk=pk)
    steps = {s.name for s in OUTING.open_steps(row, request.actor)}

    def work() -> str:
        note = request.POST.get("note", "")
        act = {"finish": actions.finish, "drop": actions.drop}.get(request.POST.get("step", ""))
        if act is None:
            raise Refused([Breach("没有收到要办理的步骤。", (), ids=("327-04-2",))])
        act(request.actor, row, note)
        return request.path

    return answer(request, "register/outside_one.html", lambda: {
        "title": row.enterprise.name, "row": row, "tone": words.TONES[row.state], "steps": steps, "process": ledger.history(row),
        "note": request.POST.get("note", ""), "begun": row.start <= timezone.now(),
    }, work)
