"""The head's desk: one card, the checks, 批准."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.plans import lists
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.inspection.plans.words import NINE
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
from jiangcheng.parties.models import Certificate, Delegation, Headship
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.head.forms import DelegationForm
from jiangcheng.web.templatetags import text

SOON = 2 * 3600
ENDS_SOON = 7

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
        {"label": "待我审批", "url": reverse("head-home"), "icon": "today", "count": waiting_count(request)},
        {"label": "事项", "url": reverse("head-items"), "icon": "check"},
        {"label": "本单位", "url": reverse("head-office"), "icon": "list"},
        {"label": "授权委托", "url": reverse("head-delegation"), "icon": "me"},
    ]


def _recusals(request: HttpRequest) -> QuerySet[Recusal]:
    """Requests that an officer stand aside, not yet decided."""
    visits = scoping.scope(request.actor, Visit.objects.filter(body=request.actor.body))
    return Recusal.objects.filter(decided_at=None, visit__in=visits).select_related("visit__enterprise", "officer__person")


def _reviews(request: HttpRequest) -> QuerySet[ItemVersion]:
    """Item versions that wait for review."""
    return ItemVersion.objects.filter(item__body=request.actor.body, state="review").select_related("item").order_by("item__code")


def waiting_count(request: HttpRequest) -> int:
    """How many things stand on 待我审批."""
    return queries.to_approve(request.actor).count() + _recusals(request).count() + _reviews(request).count()


def _card(request: HttpRequest, visit: Visit, opinion: str = "") -> dict[str, Any]:
    day, process = scheme_facts.day_of(visit), ledger.history(visit)
    found = {
        "visit": visit, "people": scheme_facts.seats(visit), "items": visit.items.select_related("version"),
        "limits": [
            {"period": x.period, "used": x.used, "limit": x.limit, "item": x.item, "reached": x.used + 1 == x.limit}
            for x in scheme_facts.limits(visit, day)
        ],
        "process": process, "sent": process.filter(act="visit.submit").last(), "deciding": visit.state == "to_approve",
    }
    if not found["deciding"]:
        return found
    facts = scheme_facts.of(visit, actor=request.actor, reason=opinion)
    left = (visit.window_start - timezone.now()).total_seconds() if visit.window_start else None
    return found | {
        "missing": VISIT.missing("approve", facts),
        "checks": [{"word": words, "ok": not check_all(behind, facts)} for words, behind in CHECKS],
        "soon": f"还有 {text.duration(left)}" if left is not None and 0 < left < SOON else "",
    }


@screen("head/", "327-17-1")
@desk("head")
def home(request: HttpRequest) -> HttpResponse:
    """The first scheme to approve as a whole card, the others below it; recusals to decide."""
    waiting = list(queries.to_approve(request.actor).select_related("enterprise", "site__division", "row__plan", "drafted_by", "body"))
    context = {
        "title": "待我审批", "waiting": waiting[1:], "total": len(waiting), "recusals": _recusals(request), "reviews": _reviews(request),
    }
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
    context: dict[str, Any] = {"title": "更换人员", "visit": found, "people": people, "free": free, "reason": request.POST.get("reason", "")}
    if request.method == "POST":
        leaving = get_object_or_404(found.officers.filter(left_at=None), pk=request.POST.get("leaving") or 0)
        coming = next((c for c in free if str(c.person_id) == request.POST.get("coming")), None)
        context |= {"leaving": leaving.pk, "coming": coming.person_id if coming else 0}
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
    found = get_object_or_404(_recusals(request), pk=pk)
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
    body, today = request.actor.body, calendar.today()
    rows = Delegation.objects.filter(body=body).select_related("giver", "taker").order_by("-valid_until", "-pk")
    heads = Headship.objects.filter(body=body, valid_from__lte=today).exclude(valid_until__lt=today)
    return render(request, "head/delegation.html", {
        "title": "授权委托", "rows": [(r, *standing(r, today)) for r in rows], "form": form, "today": today,
        "heads": heads.select_related("person").order_by("-rank", "pk"),
    }, status=422 if form.is_bound else 200)


def standing(row: Delegation, today: date) -> tuple[str, str]:
    """State of a delegation on a day: word and tone."""
    left = (row.valid_until - today).days
    if row.ended_at:
        return "已终止", "wait"
    if left < 0:
        return "已到期", "wait"
    if row.valid_from > today:
        return "未生效", "wait"
    return ("有效", "ok") if left > ENDS_SOON else ({0: "今日到期", 1: "明日到期"}.get(left, f"{left} 日后到期"), "warn")


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
    plans = scoping.scope(request.actor, Plan.objects.filter(body=request.actor.body)).exclude(state="replaced")
    return render(request, "head/office.html", {
        "title": "本单位", "visits": running[:200], "total": running.count(), "plans": plans.order_by("-year", "-n"),
        "unarchived": matters.unarchived(request.actor)[:200],
        "orders": [(o, calendar.limit(o.due)) for o in orders.select_related("visit__enterprise").order_by("due")[:200]],
    })


@screen("head/plans/<year>", "327-13-1")
@desk("head")
def plan(request: HttpRequest, year: int) -> HttpResponse:
    """The body's plan of a year, to read."""
    found = scoping.scope(request.actor, Plan.objects.filter(body=request.actor.body, year=year)).order_by("-n").first()
    if found is None:
        raise Http404("no plan of that year")
    return render(request, "head/plan.html", {
        "title": str(found), "plan": found, "nine": NINE, "process": lists.process(found),
        "rows": [(r.n, [(word, getattr(r, name)) for name, word in NINE]) for r in found.rows.filter(withdrawn_at=None)],
    })
