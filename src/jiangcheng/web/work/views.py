"""待办, 已办, 我发起, and what is done from them: 转办, 催办, 撤回."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.scope import visible_or_404
from jiangcheng.web import paging, todo
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.errors import refused_response
from jiangcheng.web.work import lists, past
from jiangcheng.work import actions
from jiangcheng.work.kinds import KINDS, SUBJECTS

ACT_WORDS.update({"work.hand_over": "转办", "work.nudge": "催办"})
ALL = ("officer", "planner", "head", "supervisor", "superior", "leader", "enterprise", "admin")
STAFF = ("officer", "planner", "head", "supervisor", "superior", "leader", "admin")
ON_PHONE = ("officer", "head")
PER_PAGE = 20


def frame(request: HttpRequest, title: str, here: str = "") -> dict[str, Any]:
    """What the pages of this package share: the layout of the person's desk, and the way between the three lists."""
    phone = request.actor.has(*ON_PHONE)
    tabs = [("待办", reverse("todo"), here == "todo"), ("已办", reverse("done"), here == "done"), ("我发起", reverse("started"), here == "started")]
    return {
        "title": title, "phone": phone, "layout": "base/phone.html" if phone else "base/desk.html", "tab_rows": tabs,
        "q": request.GET.get("q", "").strip(),
    }


def _page(request: HttpRequest, rows: Any) -> Any:
    return paging.page(request, rows, PER_PAGE)


@screen("todo/", "327-08-2")
@desk(*ALL)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """待办: everything that waits for the person, the most pressing first; by kind, late only, searched."""
    actor, context = request.actor, frame(request, "待办", "todo")
    kind, late, found = request.GET.get("kind", ""), request.GET.get("late") == "1", lists.counts(request.actor)
    rows = lists.page_rows(actor, kind if kind in KINDS else "", context["q"], late)
    page = _page(request, rows) if rows is not None else None
    chips = [("", "全部", lists.total(actor)), *((k.slug, k.word, found.get(k.slug, 0)) for k in lists.kinds_of(actor))]
    return render(request, "work/todo.html", context | {
        "page": page, "tasks": lists.tasks(actor, list(page)) if page else [], "chips": chips if len(chips) > 2 else [],
        "late_chips": [("", "不限时限"), ("1", "只看逾期")], "filtered": bool(context["q"] or kind or late), "home": todo.home_of(request),
    })


@screen("done/", "327-08-2")
@desk(*STAFF)
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """已办: things on which the person took a step, with its last one and where the thing stands now."""
    actor, context, wanted = request.actor, frame(request, "已办", "done"), request.GET.get("kind", "")
    page = _page(request, past.done(actor, wanted if wanted in SUBJECTS else "", context["q"]))
    leaves = Leaf.objects.in_bulk([row["last"] for row in page])
    made = past.lines(actor, [leaves[row["last"]] for row in page])
    return render(request, "work/past.html", context | {"page": page, "lines": made, "chips": _chips(request, begun=False), "own": False})


@screen("started/", "327-08-2")
@desk(*STAFF)
@require_safe
def started(request: HttpRequest) -> HttpResponse:
    """我发起: what the person began, who has it now and since when; 催办, 撤回."""
    return render(request, "work/past.html", _started(request))


def _started(request: HttpRequest) -> dict[str, Any]:
    actor, context, wanted = request.actor, frame(request, "我发起", "started"), request.GET.get("kind", "")
    page = _page(request, past.started(actor, wanted if wanted in SUBJECTS else "", context["q"]))
    return context | {"page": page, "lines": past.lines(actor, list(page), own=True), "chips": _chips(request, begun=True), "own": True}


def _chips(request: HttpRequest, *, begun: bool) -> list[tuple[str, str]]:
    """Kinds of thing that the person's roles have pages for; of those that can be begun where ``begun`` asks for them."""
    mine = [(label, own.word) for label, own in SUBJECTS.items() if request.actor.has(*own.pages) and (own.starts or not begun)]
    return [("", "全部"), *mine] if len(mine) > 1 else []


def _thing(request: HttpRequest) -> tuple[Any, Any]:
    """Subject and record that a button of 我发起 names; 404 for what may not be known."""
    own, key = SUBJECTS.get(request.POST.get("subject", "")), whole(request.POST.get("pk", ""))
    if own is None or key is None:
        raise Http404("subject")
    return own, visible_or_404(request.actor, own.model._base_manager.select_related(*own.related), pk=key)


@desk(*STAFF)
@require_POST
def nudge(request: HttpRequest) -> HttpResponse:
    """催办."""
    own, record = _thing(request)
    try:
        actions.nudge(request.actor, own, record)
    except Refused as refused:
        return refused_response(request, refused, "work/past.html", _started(request))
    messages.success(request, f"已催办：{own.title(record)}。")
    return redirect("started")


@desk(*STAFF)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """撤回, until the next person acts."""
    own, record = _thing(request)
    if own.withdraw is None:
        raise Http404("withdraw")
    try:
        own.withdraw(request.actor, record)
    except Refused as refused:
        return refused_response(request, refused, "work/past.html", _started(request))
    messages.success(request, f"已撤回：{own.title(record)}。")
    return redirect("started")


@screen("work/<kind>/<id>/hand-over", "327-08-2", "HR-08-22")
@desk(*ALL)
def hand_over(request: HttpRequest, work: str, pk: int) -> HttpResponse:
    """转办: choose a colleague who may do it."""
    kind = KINDS.get(work)
    if kind is None or not request.actor.has(kind.role):
        raise Http404(work)
    record = kind.rows(request.actor).filter(pk=pk).select_related(*kind.also).first()
    if record is None:
        raise Http404(work)
    context = frame(request, "转办") | {
        "kind": kind, "name": kind.title(record), "colleagues": actions.colleagues(request.actor, kind, record), "posted": request.POST,
        "chosen": whole(request.POST.get("taker", "")),
    }
    if request.method == "POST":
        try:
            made = actions.hand_over(request.actor, work, record, context["chosen"], request.POST.get("reason", ""))
        except Refused as refused:
            return refused_response(request, refused, "work/hand_over.html", context)
        messages.success(request, f"已转给{made.taker.name}办理。")
        return redirect("todo")
    return render(request, "work/hand_over.html", context)
