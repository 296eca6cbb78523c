"""市、区政府: overview of the territory, what is there to approve, instructions with addressee, term and reply.

The government leads and itself supervises (article 6); it reads, approves and instructs, and edits no inspection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.law.screens import screen
from jiangcheng.oversight import actions, queries, words
from jiangcheng.oversight.flows import INSTRUCTION
from jiangcheng.oversight.models import Instruction
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import body_of, scope, visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.context import ACT_WORDS, navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.leader.views import figure_rows, overview
from jiangcheng.web.planner.forms import Drafted
from jiangcheng.web.register.forms import day_field
from jiangcheng.web.register.pages import answer
from jiangcheng.web.templatetags.text import cn_datetime

ACT_WORDS.update(words.ACT_WORDS)
HEADS = (("交办编号", 22), ("交办给", 30), ("事由", 40), ("要求", 60), ("回复期限", 14), ("状态", 12), ("回复", 60), ("回复时间", 26))


@dataclass(frozen=True)
class Approvals:
    """A kind of approval that the decree gives to a government. ``waiting`` counts what waits, once the platform carries it out;
    until then it is None and the page says how the thing is done meanwhile. ``page`` is the name of its list."""

    word: str
    ids: str
    means: str
    waiting: Callable[[Actor], int] | None = None
    page: str = ""


APPROVALS: list[Approvals] = [
    Approvals("专项检查计划", "327-13-3", "部门拟订的专项检查计划，按规定报本级政府或者上级主管部门批准。"),
    Approvals("联合检查事项清单", "327-27-2", "联合检查事项清单经同级司法行政部门审核后，报本级政府批准。"),
    Approvals("检查标准冲突的协调", "327-10-2", "不同领域的检查标准不一致的，由部门报本级政府或者上级主管部门协调。"),
]


@navigation("government")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"label": "本辖区概况", "url": reverse("government-home"), "icon": "home"},
        {"label": "待批", "url": reverse("government-approvals"), "icon": "check"},
        {"label": "交办", "url": reverse("government-instructions"), "icon": "list", "count": _counts(request.actor)},
        {"rule": True},
        {"label": "条文与落实", "url": reverse("law")},
    ]


def _counts(actor: Actor) -> int:
    return queries.waiting_instructions(actor).count()


@screen("government/", "327-06-2", "327-06-1")
@desk("government")
def home(request: HttpRequest) -> HttpResponse:
    """What waits, then the figures of the territory, each with its rows."""
    return render(request, "government/home.html", {
        "title": "本辖区概况", "rows_page": "government-rows", "own": body_of(request.actor), "replied": queries.waiting_instructions(request.actor),
        "late": [(i, calendar.limit(i.due)) for i in queries.late_instructions(request.actor)], **overview(request.actor),
    })


@screen("government/figures/<figure>", "327-06-2")
@desk("government")
def rows(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows behind one figure."""
    return figure_rows(request, slug, "government-home", "本辖区概况")


@screen("government/approvals/", "327-06-2")
@desk("government")
def approvals(request: HttpRequest) -> HttpResponse:
    """What the decree gives to the government to approve, with what waits; what the platform does not carry out yet says so."""
    found = [(a, a.waiting(request.actor) if a.waiting else None) for a in APPROVALS]
    return render(request, "government/approvals.html", {"title": "待批", "rows": found})


class InstructionForm(Drafted, forms.Form):
    """交办: addressee, what is asked, term."""

    to = forms.ModelChoiceField(label="交办给", queryset=Body.objects.none(), empty_label="请选择单位", required=False)
    title = forms.CharField(label="事由", max_length=100, required=False, help_text="例：核实重复检查的反映")
    text = forms.CharField(
        label="要求", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": "4"}), help_text="写明要办什么、回复什么。",
    )
    due = day_field("回复期限", required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = queries.addressees(actor)


@screen("government/instructions/", "327-06-2")
@desk("government")
def instructions(request: HttpRequest) -> HttpResponse:
    """Instructions given; search, filter by state, export; 交办 on the same page."""
    term = calendar.add_working_days(calendar.today(), 10)
    form = InstructionForm(request.POST or None, actor=request.actor, initial={"due": term})

    def work() -> str:
        given = form.cleaned_data
        row = actions.instruct(request.actor, given["to"], given["title"], given["text"], given["due"])
        return reverse("government-instruction", args=[row.pk])

    if request.GET.get("format") == "xlsx":
        return exports.excel("交办", HEADS, (_cells(i) for i in chosen(request)[:5000]))
    return answer(request, "government/instructions.html", lambda: {
        "title": "交办", **listed(request), "form": form, "own": body_of(request.actor),
    }, work, form, "已交办。")


def chosen(request: HttpRequest) -> Any:
    """Instructions of the actor as the address says."""
    query, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = scope(request.actor, Instruction.objects.select_related("to", "government", "given_by", "replied_by"))
    if query:
        found = found.filter(Q(title__icontains=query) | Q(number__icontains=query) | Q(to__name__icontains=query) | Q(text__icontains=query))
    if state == "late":
        found = found.filter(state__in=("given", "returned"), due__lt=calendar.today())
    elif state in words.INSTRUCTION_STATES:
        found = found.filter(state=state)
    return found.order_by("-given_at", "-id")


def listed(request: HttpRequest) -> dict[str, Any]:
    """A page of instructions with their limits, and the filters."""
    page = Paginator(chosen(request), 20).get_page(request.GET.get("page"))
    lines = [(i, calendar.limit(i.due) if i.state in ("given", "returned") else None, words.INSTRUCTION_TONES[i.state]) for i in page]
    return {"page_obj": page, "rows": lines, "states": [("", "全部"), ("late", "逾期未回复"), *words.INSTRUCTION_STATES.items()]}


def _cells(i: Instruction) -> tuple[Any, ...]:
    return (i.number, i.to.name, i.title, i.text, i.due, i.state_word, i.reply, cn_datetime(i.replied_at) if i.replied_at else "")


STEPS = {"settle": actions.settle, "return": actions.send_back, "withdraw": actions.withdraw, "reply": actions.reply}


def instruction_page(request: HttpRequest, pk: int, back: str) -> HttpResponse:
    """One instruction for either side: what was asked, by when, the reply; the steps that are open; 办理过程."""
    found = Instruction.objects.select_related("to", "government", "given_by", "replied_by")
    row = visible_or_404(request.actor, found, pk=pk)

    def work() -> str:
        step = request.POST.get("step", "")
        if step not in STEPS:
            raise Refused([Breach("没有收到要办理的步骤。", (), ids=("327-06-2",))])
        STEPS[step](request.actor, row, request.POST.get("text", ""))
        return request.path

    return answer(request, "government/instruction.html", lambda: {
        "title": row.title, "row": row, "tone": words.INSTRUCTION_TONES[row.state], "back": reverse(back),
        "limit": calendar.limit(row.due) if row.state in ("given", "returned") else None, "text": request.POST.get("text", ""),
        "steps": {s.name for s in INSTRUCTION.open_steps(row, request.actor)}, "process": ledger.history(row),
    }, work)


@screen("government/instructions/<id>/", "327-06-2")
@desk("government")
def instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """One instruction, for the government: 办结, 退回重报, 撤回."""
    return instruction_page(request, pk, "government-instructions")


@screen("instructions/", "327-06-2")
@desk(*queries.READS)
def received(request: HttpRequest) -> HttpResponse:
    """交办事项 received by the own body, to be answered in time."""
    soon = calendar.today() + timedelta(days=5)
    return render(request, "government/received.html", {"title": "政府交办", **listed(request), "soon": soon})


@screen("instructions/<id>/", "327-06-2")
@desk(*queries.READS)
def received_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One instruction, for its addressee: 回复."""
    return instruction_page(request, pk, "instructions")
