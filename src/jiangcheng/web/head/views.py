"""The head's desk: one card, the checks, 批准."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
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
from jiangcheng.law.rule import check_all
from jiangcheng.law.screens import screen
from jiangcheng.papers import formats
from jiangcheng.parties import access, certificates
from jiangcheng.parties import actions as parties
from jiangcheng.parties import scope as scoping
from jiangcheng.parties.models import Certificate, Delegation, Headship
from jiangcheng.web import todo
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.head.forms import DelegationForm
from jiangcheng.web.officer import acting
from jiangcheng.web.templatetags import text

SOON = 2 * 3600
ENDS_SOON = 7

# What a head sees as "系统核对": a line of words and the rules behind it.
CHECKS = (
    ("事项已公布，检查标准齐全", (rules.items_published, rules.standard_recorded)),
    ("计划已备案，事项在计划内；不属于计划的有线索或者责令文书", (
        rules.row_filed, rules.items_planned, rules.kind_grounded, rules.keeps_to_its_order,
    )),
    ("未超过年度频次上限", (rules.under_limit,)),
    ("两名以上人员证件有效，主办声明无须回避，本人不在其中", (rules.two_officers, rules.lead_declared, rules.nobody_approves_own)),
    ("人员和审批人都不是该企业的企业用户", (rules.nobody_of_the_firm,)),
    ("主体、企业和场所在适用和管辖范围内", (rules.lawful_body, rules.competent, rules.subject_covered, rules.in_scope, rules.in_territory)),
    ("方案具体、时间合适，对象确定有据", (
        rules.scheme_complete, rules.subject_found, rules.window_short, rules.entered_early, rules.kind_given, rules.manner_given,
    )),
    ("合并联合情况已经写明", (rules.merge_stated,)),
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


@todo.counter("head")
def waiting_count(request: HttpRequest) -> int:
    """How many things stand on 待我审批; counted once a request, navigation and 待办 ask both."""
    kept = vars(request)
    if "head_waiting" not in kept:
        found = (queries.to_approve(request.actor), _recusals(request), _reviews(request), formats.to_approve(request.actor.body))
        kept["head_waiting"] = sum(rows.count() for rows in found)
    return kept["head_waiting"]


def _card(request: HttpRequest, visit: Visit, opinion: str = "") -> dict[str, Any]:
    day, process = scheme_facts.day_of(visit), ledger.history(visit)
    found = {
        "visit": visit, "people": scheme_facts.seats(visit), "items": visit.items.select_related("version"),
        "limits": [
            {"period": x.period, "used": x.done, "limit": x.limit, "item": x.item, "reached": x.done + 1 == x.limit}
            for x in scheme_facts.limits(visit, day)
        ],
        "key": acting.fresh_key(), "process": process, "sent": process.filter(act="visit.submit").last(), "deciding": visit.state == "to_approve",
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
        "formats": formats.to_approve(request.actor.body),
        "key": acting.fresh_key(),
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

    def work() -> str:
        if request.POST.get("step") == "return":
            scheme.return_(request.actor, found, opinion)
            messages.success(request, f"{found.number} 已退回修改。")
        else:
            scheme.approve(request.actor, found, opinion)
            messages.success(request, f"{found.number} 已批准，可以领取检查码。")
        return reverse("head-home")

    def page() -> tuple[str, dict[str, Any]]:
        found.refresh_from_db()
        return "head/visit.html", _card(request, found, opinion) | {"title": "检查方案", "opinion": opinion}

    return acting.form(request, work, page)


@screen("head/visits/<no>/replace", "327-18-1")
@desk("head")
def replace(request: HttpRequest, number: str) -> HttpResponse:
    """Replace an officer who cannot come: the old code is revoked, a new one has to be fetched."""
    found = scoping.visible_or_404(request.actor, Visit.objects.filter(body=request.actor.body), number=number)
    data = request.POST
    people, free = scheme_facts.replaceable(found), _free(found)
    leaving, coming = whole(data.get("leaving", "")), whole(data.get("coming", ""))

    def work() -> str:
        chosen = next((c.person_id for c in free if c.person_id == coming), 0)
        scheme.replace_officer(request.actor, found, leaving or 0, chosen, data.get("reason", ""))
        messages.success(request, "已更换人员，原检查码已撤销。新人员本人声明后，由主办重新领码。")
        return reverse("head-office")

    return acting.form(request, work, lambda: ("head/replace.html", {
        "title": "更换人员", "visit": found, "people": people, "free": free, "reason": data.get("reason", ""), "leaving": leaving,
        "coming": coming, "key": acting.fresh_key(),
    }))


def _free(visit: Visit) -> list[Certificate]:
    """Certificates good on the day of the visit, of officers who are not on it and did not have to stand aside."""
    day = scheme_facts.day_of(visit)
    out = {o.person_id for o in visit.officers.filter(Q(left_at=None) | Q(recusals__granted=True))}
    held = Certificate.objects.filter(body=visit.body_id).exclude(person__in=out).select_related("person").order_by("person__name", "id")
    return [c for c in held if certificates.status_on(c, day) == "valid"]


@desk("head")
@require_POST
def recusal(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a request that an officer stand aside."""

    def work() -> str:
        found = get_object_or_404(_recusals(request), pk=pk)
        door.decide_recusal(request.actor, found, granted=request.POST.get("granted") == "yes")
        messages.success(request, "已作出回避决定，检查人员可以看到。")
        return reverse("head-home")

    return acting.once(request, work)


@screen("head/delegation", "327-17-1")
@desk("head")
def delegation(request: HttpRequest) -> HttpResponse:
    """Who may approve, for what, until when; add a delegation."""
    form = DelegationForm(request.POST or None, actor=request.actor)

    def work() -> str:
        parties.delegate(form.save(commit=False), request.actor)
        messages.success(request, "授权委托已登记。")
        return reverse("head-delegation")

    return acting.form(request, work, lambda: ("head/delegation.html", _delegations(request, form)), checked=form)


def _delegations(request: HttpRequest, form: DelegationForm) -> dict[str, Any]:
    body, today = request.actor.body, calendar.today()
    rows = Delegation.objects.filter(body=body).select_related("giver", "taker").order_by("-valid_until", "-pk")
    heads = Headship.objects.filter(body=body, valid_from__lte=today).exclude(valid_until__lt=today)
    return {
        "title": "授权委托", "rows": [(r, *standing(r, today)) for r in rows], "form": form, "today": today, "key": acting.fresh_key(),
        "heads": heads.select_related("person").order_by("-rank", "pk"), "closed": not access.delegations_count(today),
    }


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

    def work() -> str:
        row = get_object_or_404(Delegation, pk=pk, body=request.actor.body, ended_at=None)
        parties.end_delegation(row, request.actor)
        messages.success(request, f"{row.paper} 已终止。")
        return reverse("head-delegation")

    return acting.once(request, work)


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
