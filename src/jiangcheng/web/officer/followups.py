"""跟踪整改: orders by days left, what the firm submitted, follow-up visit, more time, fulfilled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from jiangcheng.inspection.visits import matters, queries, seats
from jiangcheng.inspection.visits.actions import orders
from jiangcheng.inspection.visits.facts import outcome as facts
from jiangcheng.inspection.visits.flows import ORDER
from jiangcheng.inspection.visits.models import Order
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.screens import screen
from jiangcheng.parties import scope as scoping
from jiangcheng.web.desk import desk
from jiangcheng.web.officer import acting, ending


@screen("officer/followups", "327-20-5", "327-20-3")
@desk("officer")
def listing(request: HttpRequest) -> HttpResponse:
    """Orders not fulfilled, the most pressing first, old findings beside."""
    orders_ = matters.open_orders(request.actor).filter(visit__body=request.actor.body)
    found = [(o, calendar.limit(o.due), queries.known(request.actor, facts.live_followups(o))) for o in orders_]
    late = sum(limit.tone == "late" for _, limit, _ in found)
    return render(request, "officer/followups.html", {"title": "跟踪整改", "rows": found, "late": late})


def _order(request: HttpRequest, number: str) -> Order:
    mine = Order.objects.filter(visit__body=request.actor.body).select_related("visit__enterprise", "visit__site", "visit__body", "paper")
    return scoping.visible_or_404(request.actor, mine, number=number)


@screen("officer/orders/<no>", "327-20-5", "327-20-3")
@desk("officer")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One order: points, what the firm did, 安排复查, 同意延期, 整改到位."""
    order = _order(request, number)
    step = STEPS.get(request.POST.get("step", ""), acting.nothing)
    return acting.form(
        request, lambda: step(request, order), lambda: ("officer/order.html", _page(request, _order(request, number))),
    )


def _page(request: HttpRequest, order: Order) -> dict[str, Any]:
    known = facts.order(order)
    sent = [{"url": acting.address("visit-file", order.visit, pk=f.pk), "name": f.name, "image": f.mime.startswith("image/")}
            for f in order.submission_files.order_by("id")]
    return {
        "title": "责令事项", "order": order, "visit": order.visit, "limit": calendar.limit(order.due), "files": sent, "key": acting.fresh_key(),
        "findings": order.visit.answers.filter(verdict="problem").select_related("question", "by").prefetch_related("photos").order_by("question__n"),
        "followups": scoping.scope(request.actor, order.followups.order_by("-id")),
        "missing": ORDER.missing("recheck", known) if order.state != "corrected" else (),
        "posted": request.POST, "process": ledger.history(order), "on_it": seats.on_visit(request.actor, order.visit),
        "live": order.state in ("open", "submitted", "overdue"), "rechecking": order.state == "rechecking",
    }


def recheck(request: HttpRequest, order: Order) -> str:
    """安排复查: a follow-up visit led by the order."""
    visit = orders.draft_followup(acting.actor(request), order)
    messages.success(request, f"复查方案 {visit.number} 已起草，补齐时间和人员后提交审批。")
    return reverse("visit-scheme", args=[visit.number])


def extend(request: HttpRequest, order: Order) -> str:
    """同意延期."""
    orders.extend(acting.actor(request), order, ending.day(request.POST.get("due", "")), request.POST.get("opinion", ""))
    messages.success(request, "已同意延期，说明文书已出具，请送达企业。")
    return reverse("officer-order", args=[order.number])


def done(request: HttpRequest, order: Order) -> str:
    """整改到位 on the material submitted."""
    orders.done(acting.actor(request), order, request.POST.get("opinion", "").strip())
    messages.success(request, "已登记整改到位。")
    return reverse("officer-order", args=[order.number])


STEPS = {"recheck": recheck, "extend": extend, "done": done}

urlpatterns = [
    path("followups/", listing, name="officer-followups"),
    path("orders/<str:number>/", detail, name="officer-order"),
]
