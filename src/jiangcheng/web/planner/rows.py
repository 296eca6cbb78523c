"""One row of a plan, and the page after a return: opinion on the left, the row on the right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.plans import actions, lists, queries
from jiangcheng.inspection.plans.facts import Listed
from jiangcheng.inspection.plans.models import Plan, PlanRow, Remark
from jiangcheng.inspection.plans.words import NINE
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.planner.forms import RowForm

SHOWN = [(name, word) for name, word in NINE if name not in ("item_name", "body_name")]
"""Contents that stand beside an opinion; the item is in the heading, the body is the reader's own."""


def _plan(request: HttpRequest, year: int) -> Plan:
    plan = queries.newest(request.actor.body, year)
    if plan is None:
        raise Http404("no such plan")
    return plan


def _listed(plan: Plan) -> dict[str, Any]:
    versions = Listed(plan.body, plan.year, calendar.today()).by_name
    return {"listed": sorted(versions), "chosen": versions}


@screen("planner/plans/<year>/rows/<n>", "327-13-1", "327-15-1")
@desk("planner")
def edit(request: HttpRequest, year: int, n: int) -> HttpResponse:
    """A row's nine contents with what stands against them; saving never asks for completeness."""
    plan = _plan(request, year)
    row = plan.rows.filter(n=n).first()
    if row is None:
        raise Http404("no such row")
    return _form(request, plan, row)


@desk("planner")
def new(request: HttpRequest, year: int) -> HttpResponse:
    """新增一行, the body's name already there."""
    plan = _plan(request, year)
    return _form(request, plan, None)


def _form(request: HttpRequest, plan: Plan, row: PlanRow | None) -> HttpResponse:
    written = request.POST if request.method == "POST" and request.POST.get("step") not in ("delete", "drop") else None
    form = RowForm(written, instance=PlanRow.objects.get(pk=row.pk) if row else None,
                   initial=None if row else {"body_name": plan.body.name, "find": "draw", "quarters": ["1", "2", "3", "4"]})
    context = {
        "title": f"第 {row.n} 行" if row else "新增一行", "plan": plan, "row": row, "form": form, **_listed(plan),
        "wrong": [p.breach for p in lists.problems(plan).cells if p.row == row.pk] if row and plan.state in queries.EDITABLE else [],
        "remarks": Remark.objects.filter(row=row).select_related("filing").order_by("-filing__round") if row else [],
        "why": request.POST.get("why", ""),
    }
    if request.method == "POST":
        try:
            if request.POST.get("step") == "delete" and row:
                actions.delete_row(row, request.actor)
                messages.success(request, f"第 {row.n} 行已删除。")
                return redirect("planner-plan", plan.year)
            if request.POST.get("step") == "drop" and row:
                actions.drop_row(row, request.actor, request.POST.get("why", ""))
                return redirect("planner-plan", plan.year)
            if form.is_valid():
                row = row or actions.add_row(plan, request.actor, {})
                actions.save_row(row, request.actor, form.values())
                messages.success(request, f"第 {row.n} 行已保存 {timezone.localtime():%H:%M}")
                return redirect(_next(plan, row, request.POST.get("step", "")))
        except Refused as refused:
            return refused_response(request, refused, "planner/row.html", context)
    return render(request, "planner/row.html", context, status=422 if request.method == "POST" else 200)


def _next(plan: Plan, row: PlanRow, step: str) -> str:
    """After 保存并看下一处, the next row with a problem; else the plan."""
    if step == "next":
        later = [n for n in lists.problems(plan).rows if n > row.n] or lists.problems(plan).rows
        if later:
            return reverse("planner-row", args=[plan.year, later[0]])
    return reverse("planner-plan", args=[plan.year]) + f"#r{row.n}"


@screen("planner/plans/<year>/diff", "327-14-2")
@desk("planner")
def diff(request: HttpRequest, year: int) -> HttpResponse:
    """退回修改对照: the office's opinion per row, what the row says, what was changed since."""
    plan = _plan(request, year)
    filing = plan.filings.filter(office_kind="judicial", state="returned").order_by("-round").first()
    if filing is None:
        return redirect("planner-plan", year)
    remarks = filing.remarks.select_related("row", "by").order_by("-must_fix", "row__n")
    changed = lists.compare_rows(filing.rows, actions.snapshot(plan), by_copy=False)
    touched = {c.n for c in changed}
    waited = calendar.working_days_between(timezone.localdate(filing.decided_at), calendar.today()) if filing.decided_at else 0
    leaf = ledger.history(filing).filter(act="filing.return").first()
    return render(request, "planner/diff.html", {
        "title": "退回修改对照", "plan": plan, "filing": filing, "changes": changed, "waited": waited, "opinion": leaf.opinion if leaf else "",
        "pairs": [
            {"remark": r, "row": r.row, "touched": r.row.n in touched, "now": [(word, getattr(r.row, name)) for name, word in SHOWN]}
            for r in remarks
        ],
        "problems": lists.problems(plan), "open": plan.state in queries.EDITABLE,
    })
