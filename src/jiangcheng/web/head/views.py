"""The head's desk: one card, the checks, 批准."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.visits import matters, queries
from jiangcheng.inspection.visits.actions import door, scheme
from jiangcheng.inspection.visits.facts import scheme as scheme_facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Order, Recusal, Visit
from jiangcheng.inspection.visits.rules import scheme as rules
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Refused, check_all
from jiangcheng.law.screens import screen
from jiangcheng.parties import scope as scoping
from jiangcheng.parties.models import Certificate, Delegation
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.head.forms import DelegationForm

# What a head sees as "系统核对": a line of words and the rules behind it.
CHECKS = (
    ("事项已公布，检查标准齐全", (rules.items_published, rules.standard_recorded)),
    ("计划已备案，事项在计划内", (rules.row_filed, rules.items_planned)),
    ("未超过年度频次上限", (rules.under_limit,)),
    ("两名以上人员证件有效，无须回避，本人不在其中", (rules.two_officers, rules.recusal_declared, rules.nobody_approves_own)),
    ("主体、企业和场所在适用和管辖范围内", (rules.lawful_body, rules.competent, rules.subject_covered, rules.in_scope, rules.in_territory)),
    ("方案具体、时间合适，对象确定有据", (rules.scheme_complete, rules.subject_found, rules.window_short, rules.kind_given, rules.manner_given)),
)


@navigation("head")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"label": "待我审批", "url": reverse("head-home"), "icon": "today", "count": queries.to_approve(request.actor).count()},
        {"label": "事项审核", "url": reverse("planner-items") + "?state=review", "icon": "list"},
        {"label": "本单位", "url": reverse("head-office"), "icon": "list"},
        {"label": "授权委托", "url": reverse("head-delegation"), "icon": "me"},
    ]


def _card(request: HttpRequest, visit: Visit, opinion: str = "") -> dict[str, Any]:
    facts = scheme_facts.of(visit, actor=request.actor, reason=opinion)
    day = scheme_facts.day_of(visit)
    soon = visit.window_start and (visit.window_start - timezone.now()).total_seconds() < 7200
    return {
        "visit": visit, "missing": VISIT.missing("approve", facts), "people": scheme_facts.seats(visit),
        "items": visit.items.select_related("version"), "limits": scheme_facts.limits(visit, day), "soon": soon,
        "checks": [{"word": words, "ok": not check_all(behind, facts)} for words, behind in CHECKS],
        "process": ledger.history(visit),
    }


@screen("head/", "327-17-1")
@desk("head")
def home(request: HttpRequest) -> HttpResponse:
    """The first scheme to approve as a whole card, the others below it; recusals to decide."""
    waiting = list(queries.to_approve(request.actor).select_related("enterprise", "site__division", "row__plan", "drafted_by", "body"))
    recusals = Recusal.objects.filter(
        decided_at=None, visit__in=scoping.scope(request.actor, Visit.objects.filter(body=request.actor.body))
    ).select_related("visit__enterprise", "officer__person")
    reviews = ItemVersion.objects.filter(item__body=request.actor.body, state="review").select_related("item")
    context = {"title": "待我审批", "waiting": waiting[1:], "total": len(waiting), "recusals": recusals, "reviews": reviews}
    if waiting:
        context |= _card(request, waiting[0])
    return render(request, "head/home.html", context)


@screen("head/visits/<no>", "327-17-1")
@desk("head")
def visit(request: HttpRequest, number: str) -> HttpResponse:
    """One scheme: approve it, or return it with an opinion."""
    found = scoping.visible_or_404(request.actor, Visit.objects.filter(body=request.actor.body), number=number)
    opinion = request.POST.get("opinion", "").strip()
    if request.method == "POST":
        try:
            if request.POST.get("step") == "return":
                scheme.return_(request.actor, found, opinion)
                messages.success(request, f"{found.number} 已退回修改。")
            else:
                scheme.approve(request.actor, found, opinion)
                messages.success(request, f"{found.number} 已批准，可以领取检查码。")
        except Refused as refused:
            found.refresh_from_db()
            context = _card(request, found, opinion) | {"title": "检查方案", "opinion": opinion}
            return refused_response(request, refused, "head/visit.html", context)
        return redirect("head-home")
    return render(request, "head/visit.html", _card(request, found) | {"title": "检查方案"})


@screen("head/visits/<no>/replace", "327-18-1")
@desk("head")
def replace(request: HttpRequest, number: str) -> HttpResponse:
    """Replace an officer who cannot come: the old code is revoked, a new one has to be fetched."""
    found = scoping.visible_or_404(request.actor, Visit.objects.filter(body=request.actor.body), number=number)
    people = scheme_facts.seats(found)
    day = scheme_facts.day_of(found)
    taken = {o.person_id for o in people}
    free = [
        c for c in Certificate.objects.filter(body=request.actor.body).select_related("person").order_by("person__name")
        if c.person_id not in taken and c.valid_from <= day <= c.valid_until
    ]
    context = {"title": "更换人员", "visit": found, "people": people, "free": free, "reason": request.POST.get("reason", "")}
    if request.method == "POST":
        leaving = get_object_or_404(found.officers.filter(left_at=None), pk=request.POST.get("leaving") or 0)
        coming = next((c for c in free if str(c.person_id) == request.POST.get("coming")), None)
        try:
            scheme.replace_officer(request.actor, found, leaving.pk, coming.person_id if coming else 0, context["reason"])
        except Refused as refused:
            return refused_response(request, refused, "head/replace.html", context)
        messages.success(request, "已更换人员，原检查码已撤销，请主办重新领码。")
        return redirect("head-office")
    return render(request, "head/replace.html", context)


@desk("head")
@require_POST
def recusal(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a request that an officer stand aside."""
    visits = scoping.scope(request.actor, Visit.objects.filter(body=request.actor.body))
    found = get_object_or_404(Recusal.objects.filter(visit__in=visits, decided_at=None), pk=pk)
    door.decide_recusal(request.actor, found, granted=request.POST.get("granted") == "yes")
    messages.success(request, "已作出回避决定，检查人员可以看到。")
    return redirect("head-home")


@screen("head/delegation", "327-17-1")
@desk("head")
def delegation(request: HttpRequest) -> HttpResponse:
    """Who may approve, for what, until when; add a delegation."""
    form = DelegationForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        with ledger.act("parties.delegate", request.actor, duties=("327-17-1",)):
            row = form.save(commit=False)
            row.body_id, row.giver_id = request.actor.body, request.actor.person
            row.save()
        messages.success(request, "授权委托已登记。")
        return redirect("head-delegation")
    rows = Delegation.objects.filter(body=request.actor.body).select_related("giver", "taker").order_by("-valid_until")
    status = 422 if form.is_bound else 200
    return render(request, "head/delegation.html", {"title": "授权委托", "rows": rows, "form": form, "today": calendar.today()}, status=status)


@desk("head")
@require_POST
def end_delegation(request: HttpRequest, pk: int) -> HttpResponse:
    """End a delegation before its term."""
    row = get_object_or_404(Delegation, pk=pk, body=request.actor.body, ended_at=None)
    with ledger.act("parties.delegation.end", request.actor, about=row, duties=("327-17-1",)):
        row.ended_at = timezone.now()
        row.save()
    messages.success(request, f"{row.paper} 已终止。")
    return redirect("head-delegation")


@screen("head/office", "327-06-3")
@desk("head")
def office(request: HttpRequest) -> HttpResponse:
    """Running visits and open orders of the body."""
    visits = scoping.scope(request.actor, Visit.objects.filter(body=request.actor.body))
    running = visits.exclude(state__in=("archived", "revoked", "lapsed")).select_related("enterprise", "site").order_by("window_start")
    orders = scoping.scope(request.actor, Order.objects.filter(visit__body=request.actor.body)).exclude(state="corrected")
    return render(request, "head/office.html", {
        "title": "本单位", "visits": running[:200], "total": running.count(),
        "unarchived": matters.unarchived(request.actor)[:200],
        "orders": [(o, calendar.limit(o.due)) for o in orders.select_related("visit__enterprise").order_by("due")[:200]],
    })
