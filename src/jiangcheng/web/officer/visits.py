"""今日, 检查, 我的: what is due, one visit, one's certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiangcheng.inspection.visits import counters, queries, words
from jiangcheng.inspection.visits.actions import door, scheme
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import BEFORE_DOOR, VISIT
from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.screens import screen
from jiangcheng.papers.models import Paper
from jiangcheng.parties import certificates
from jiangcheng.parties import scope as scoping
from jiangcheng.parties.models import Certificate
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.officer import acting
from jiangcheng.web.officer.forms import RescheduleForm
from jiangcheng.web.templatetags.text import cn_day, hm


@navigation("officer")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"label": "今日", "url": reverse("officer-home"), "icon": "today"},
        {"label": "检查", "url": reverse("officer-visits"), "icon": "visit"},
        {"label": "扫码", "url": reverse("officer-scan"), "icon": "scan"},
        {"label": "我的", "url": reverse("officer-me"), "icon": "me"},
    ]


@screen("officer/", "327-08-2", "327-20-5")
@desk("officer")
def home(request: HttpRequest) -> HttpResponse:
    """What is due: late orders, today's visits, corrections to recheck, returned schemes, other work under way."""
    today = calendar.today()
    mine = queries.my_visits(request.actor).select_related("enterprise", "site", "order").prefetch_related("officers__person")
    running = list(mine.exclude(state__in=("closed", "archived", "revoked", "lapsed")).order_by("window_start")[:200])
    now = [v for v in running if v.state in ("to_code", "to_enter", "to_approve") and v.window_start
           and timezone.localdate(v.window_start) <= today <= timezone.localdate(v.window_end)]
    at_door = [v for v in running if v.state in ("arrived", "inspecting", "broken_off", "to_tell")]
    drafts = [v for v in running if v.state in ("draft", "returned")]
    told = [v for v in running if v.state in ("told", "not_done")]
    declare = queries.undeclared(request.actor)
    later = [v for v in running if v.state in ("to_code", "to_enter", "to_approve") and v not in now]
    orders = [(o, calendar.limit(o.due)) for o in queries.followups(request.actor).select_related("visit__enterprise").order_by("due")[:50]]
    late = [(o, limit) for o, limit in orders if limit.tone == "late"]
    due = [(o, limit) for o, limit in orders if limit.tone != "late"]
    certificate = certificates.valid_certificate(request.actor.person, request.actor.body, today)
    return render(request, "officer/home.html", {
        "title": "今日", "today": today, "now": now, "at_door": at_door, "drafts": drafts, "told": told, "later": later, "late": late, "due": due,
        "declare": declare,
        "total": len(now) + len(at_door) + len(drafts) + len(told) + len(orders) + len(declare), "certificate": certificate,
        "ends_in": (certificate.valid_until - today).days if certificate else None,
    })


@screen("officer/visits", "327-24-2")
@desk("officer")
def listing(request: HttpRequest) -> HttpResponse:
    """All visits in one's scope, with search and filter."""
    found = scoping.scope(request.actor, Visit.objects.filter(body=request.actor.body)).select_related("enterprise", "site")
    query, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    if query:
        found = found.filter(
            Q(enterprise__name__icontains=query) | Q(enterprise__uscc__iexact=query) | Q(number__icontains=query)
            | Q(enterprise__initials__icontains=query.lower())
        )
    if state in words.STATES:
        found = found.filter(state=state)
    if request.GET.get("week"):
        monday = calendar.today() - timedelta(days=calendar.today().weekday())
        found = found.filter(window_start__date__range=(monday, monday + timedelta(days=6)))
    page = Paginator(found.order_by("-window_start", "-id"), 20).get_page(request.GET.get("page"))
    chips = [("", "全部"), *[(s, words.STATES[s]) for s in ("to_approve", "to_enter", "inspecting", "following", "closed", "archived")]]
    return render(request, "officer/visits.html", {
        "title": "检查", "page": page, "chips": chips, "week": request.GET.get("week", ""),
    })


PRIMARY = {
    "draft": ("继续填写", "visit-scheme"), "returned": ("修改方案", "visit-scheme"), "to_enter": ("亮码", "visit-code"),
    "arrived": ("开始检查", "visit-code"), "inspecting": ("继续检查", "visit-record"), "to_tell": ("告知结果", "visit-finish"),
    "broken_off": ("继续检查", "visit-code"), "told": ("办结", "visit-finish"), "following": ("跟踪整改", "visit-finish"),
    "not_done": ("办结", "visit-finish"), "closed": ("归档", "visit-finish"),
}
TABS = (("base", "基本信息"), ("items", "检查事项"), ("papers", "文书"), ("process", "办理过程"))
NEXT_STEP = {"to_code": "issue", "to_enter": "arrive", "arrived": "start"}


@screen("officer/visits/<no>", "327-08-2", "327-17-2", "327-15-1")
@desk("officer")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """State, window, missing list, four tabs, the one next action."""
    visit = scoping.visible_or_404(request.actor, Visit.objects.filter(body=request.actor.body), number=number)
    return render(request, "officer/visit.html", _page(request, visit))


def _page(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    known = facts.of(visit)
    step = NEXT_STEP.get(visit.state)
    missing = VISIT.missing(step, known) if step == "issue" else queries.missing_at_door(visit, request.actor) if step else ()
    word, url = PRIMARY.get(visit.state, ("", ""))
    mine = visit.officers.filter(person=request.actor.person, left_at=None).first()
    process = list(ledger.history(visit))
    return {
        "title": "检查详情", "keep": _kept_pages(request, visit), "key": acting.fresh_key(),
        "visit": visit, "people": facts.seats(visit), "items": visit.items.select_related("version"),
        "limits": known.limits, "counted": counters.why_not_counted(visit), "missing": missing, "primary": word,
        "primary_url": reverse(url, args=[visit.number]) if url else "", "process": process,
        "papers": scoping.scope(request.actor, Paper.objects.filter(matter_kind="visit", matter=visit.number)).order_by("issued_at"),
        "orders": visit.orders.all(), "tab_words": TABS, "tab": request.GET.get("tab", "base"), "tone": words.TONES.get(visit.state, ""),
        "on_it": mine is not None, "lead": mine is not None and mine.role == "lead",
        "stopped": next((leaf for leaf in process[::-1] if leaf.target == "revoked"), None), "recusals": acting.recusals(visit),
        "undeclared": mine is not None and mine.recusal_declared_at is None and visit.state in BEFORE_DOOR, "strip": _strip(visit),
    }


def _strip(visit: Visit) -> dict[str, Any] | None:
    """The strip of the window while the visit waits for it: 09:30 可以开始检查, 窗口还有 20 分钟, 可以检查 至 11:30."""
    if visit.state not in ("to_code", "to_enter") or visit.window_start is None:
        return None
    now, end = timezone.now(), timezone.localtime(visit.window_end)
    left = int((end - now).total_seconds() // 60)
    until = hm(end) if end.date() == calendar.today() else f"{cn_day(end)} {hm(end)}"
    if now < visit.window_start:
        return {"big": hm(visit.window_start), "small": "可以开始检查", "note": cn_day(visit.window_start), "tone": ""}
    if left < 0:
        return {"big": "检查时间已过", "small": "", "note": until, "tone": "late"}
    if left < 30:
        return {"big": f"窗口还有 {left} 分钟", "small": "", "note": "", "tone": "warn"}
    return {"big": "可以检查", "small": f"至 {until}", "note": "", "tone": ""}


KEPT = ("to_enter", "arrived", "inspecting", "broken_off")


def _kept_pages(request: HttpRequest, visit: Visit) -> list[str]:
    """Pages that the phone keeps for a place without network: code, certificates, notice, questions, entry without network."""
    if visit.state not in KEPT or not visit.officers.filter(person=request.actor.person, left_at=None).exists():
        return []
    names = ("visit-code", "visit-certificates", "visit-notice", "visit-offline", "visit-not-done", "visit-record", "visit-finish")
    pages = [reverse(name, args=[visit.number]) for name in names]
    count = len(record_facts.questions(visit))
    return pages + [reverse("visit-question", args=[visit.number, n]) for n in range(1, count + 1)]


@desk("officer")
@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Steps without a form of their own: 领取检查码, 撤回, 归档 …"""
    visit = scoping.visible_or_404(request.actor, Visit.objects.filter(body=request.actor.body), number=number)
    step = STEPS.get(request.POST.get("step", ""), acting.nothing)

    def page() -> tuple[str, dict[str, Any]]:
        visit.refresh_from_db()
        return "officer/visit.html", _page(request, visit)

    return acting.answer(request, lambda: step(request, visit), page)


def issue(request: HttpRequest, visit: Visit) -> str:
    """领取检查码."""
    scheme.issue_code(request.actor, visit)
    return acting.address("visit-code", visit)


def withdraw(request: HttpRequest, visit: Visit) -> str:
    """撤回, until the head acts."""
    scheme.withdraw(request.actor, visit)
    messages.success(request, "已撤回改期，检查恢复为中止。" if visit.started_at else "已撤回，可以继续修改。")
    return acting.address("visit-detail", visit)


def drop(request: HttpRequest, visit: Visit) -> str:
    """撤销 with the reason."""
    scheme.drop(request.actor, visit, request.POST.get("reason", "").strip())
    messages.success(request, f"{visit.number} 已撤销。")
    return acting.address("visit-detail", visit)


def declare(request: HttpRequest, visit: Visit) -> str:
    """声明无须回避, for oneself."""
    scheme.declare(request.actor, visit)
    messages.success(request, "已声明与企业没有利害关系。")
    return acting.address("visit-detail", visit)


def announce(request: HttpRequest, visit: Visit) -> str:
    """预告: the enterprise's accounts are told subject and time."""
    door.announce(acting.actor(request), visit)
    messages.success(request, "已预告。企业的账号现在可以看到本次检查的事项和时间。")
    return acting.address("visit-detail", visit)


STEPS = {"issue": issue, "withdraw": withdraw, "drop": drop, "declare": declare, "announce": announce}


@screen("officer/visits/<no>/reschedule", "327-17-1")
@desk("officer")
def reschedule(request: HttpRequest, number: str) -> HttpResponse:
    """申请调整时间: back to the head with a new window."""
    visit = scoping.visible_or_404(request.actor, Visit.objects.filter(body=request.actor.body), number=number)
    form = RescheduleForm(request.POST or None)

    def work() -> str:
        scheme.reschedule(request.actor, visit, *form.window(), form.cleaned_data["reason"])
        messages.success(request, "已提交审批，原检查码已撤销。")
        return acting.address("visit-detail", visit)

    return acting.form(request, work, lambda: ("officer/reschedule.html", {
        "title": "调整时间", "visit": visit, "form": form, "key": acting.fresh_key(),
    }), checked=form)


@screen("officer/me", "327-18-2", "HR-18-2")
@desk("officer")
def me(request: HttpRequest) -> HttpResponse:
    """Certificate with term, sessions, type size."""
    today = calendar.today()
    held = Certificate.objects.filter(person=request.actor.person, body=request.actor.body).order_by("-valid_until")
    rows = [(c, certificates.status_on(c, today), (c.valid_until - today).days) for c in held]
    orders = scoping.scope(request.actor, Order.objects.filter(visit__officers__person=request.actor.person)).distinct().count()
    coming = queries.my_visits(request.actor).filter(state__in=door.RECUSABLE, officers__person=request.actor.person).select_related("enterprise")
    return render(request, "officer/me.html", {"title": "我的", "rows": rows, "orders": orders, "coming": coming.distinct()[:10]})
