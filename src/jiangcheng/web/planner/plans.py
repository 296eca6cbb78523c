"""检查计划: the years, one year's plan with all its problems, and its steps."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jiangcheng.inspection.items import imports as importing
from jiangcheng.inspection.plans import actions, excel, flows, lists, queries, reading
from jiangcheng.inspection.plans.models import Filing, Plan, PlanRow
from jiangcheng.inspection.plans.words import FINDS, NINE
from jiangcheng.kernel import calendar
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Body
from jiangcheng.web import bulk, exports
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.planner.forms import UploadForm
from jiangcheng.web.planner.home import plan_year

PER_PAGE = 25
FIND_WORDS = dict(FINDS)
BULK = (("drop", "取消所选行"), ("delete", "删除所选行"))


@screen("planner/plans", "327-13-1")
@desk("planner")
def years(request: HttpRequest) -> HttpResponse:
    """Plans of the body by year, newest first."""
    body, year = request.actor.body, plan_year()
    plans = list(Plan.objects.filter(body=body).order_by("-year", "-n").prefetch_related("filings"))
    have = {p.year for p in plans}
    return render(request, "planner/years.html", {
        "title": "检查计划", "plans": plans, "year": year, "begun": year in have, "countdown": queries.countdown(year),
        "deadline": queries.deadline(year), "missing": [y for y in (calendar.today().year, year) if y not in have],
    })


def plan_of(request: HttpRequest, year: int) -> Plan | None:
    """The newest version of the body's plan, or the one asked for (``?n=``)."""
    found = Plan.objects.filter(body=request.actor.body, year=year).select_related("body__judicial_office", "body__superior", "adjusts")
    n = request.GET.get("n", "")
    return (found.filter(n=n).first() if n.isdigit() else None) or found.order_by("-n").first()


@screen("planner/plans/<year>", "327-13-1", "327-13-2", "327-14-3", "327-14-4", "327-15-1", "HR-14-2", "HR-13-3")
@desk("planner")
def plan_page(request: HttpRequest, year: int) -> HttpResponse:
    """The table with nine columns, blank ones marked, all problems on top, the next step."""
    if not 2025 <= year <= calendar.today().year + 1:
        raise Http404("no plan of that year")
    plan = plan_of(request, year)
    if request.method == "POST" and plan is not None and "bulk" in request.POST:
        done = _several(request, plan)
        return render(request, "planner/plan.html", {**context(request, Plan.objects.get(pk=plan.pk)), **done})
    if request.method == "POST":
        return _begin_or_upload(request, plan, year)
    if plan is None:
        return render(request, "planner/begin.html", {
            "title": f"{year}年度日常检查计划", "year": year, "countdown": queries.countdown(year), "deadline": queries.deadline(year),
            "last": actions.to_copy(request.actor.body, year), "upload": UploadForm(),
        })
    return render(request, "planner/plan.html", context(request, plan))


def _row_label(row: PlanRow) -> str:
    return f"第 {row.n} 行 {row.item_name}"


def _several(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    """批量办理 of the ticked rows: delete (asked back first), or take them out with a reason and keep them."""
    step, rows, why = request.POST["bulk"], bulk.chosen(request, plan.rows.filter(withdrawn_at=None).order_by("n")), request.POST.get("why", "")
    acts = {"delete": lambda row: actions.delete_row(row, request.actor), "drop": lambda row: actions.drop_row(row, request.actor, why)}
    if step not in acts or not rows:
        messages.warning(request, bulk.NOTHING_CHOSEN)
        return {"why": why}
    if step == "delete" and "sure" not in request.POST:
        return {"sure": [(row.pk, _row_label(row)) for row in rows]}
    return {"result": bulk.each(rows, _row_label, acts[step]), "why": why}


def _begin_or_upload(request: HttpRequest, plan: Plan | None, year: int) -> HttpResponse:
    body = Body.objects.get(pk=request.actor.body)
    form = UploadForm(request.POST, request.FILES)
    try:
        if request.FILES and form.is_valid():
            plan = plan or actions.start_plan(body, year, request.actor)
            actions.must_be_open(plan)
            file = form.cleaned_data["file"]
            made = importing.keep("plan", body.pk, str(plan.pk), file.name, file.read(), request.actor)
            return redirect("planner-import", made.pk)
        if request.FILES or "how" not in request.POST:
            messages.error(request, "；".join(e for found in form.errors.values() for e in found))
            return redirect("planner-plan", year)
        how = request.POST["how"]
        actions.start_plan(body, year, request.actor, how if how in ("blank", "copy", "items") else "blank")
    except Refused as refused:
        return refused_response(request, refused)
    return redirect("planner-plan", year)


def context(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    """All the page shows of a plan."""
    open_now = plan.state in queries.EDITABLE
    found = lists.problems(plan) if open_now else lists.Problems((), ())
    rows, differing = _rows(plan)
    show = request.GET.get("show") or ("bad" if found.cells else "all")
    page = Paginator(_wanted(show, rows, differing, found), PER_PAGE).get_page(request.GET.get("page"))
    cells = found.by_cell()
    filings = list(plan.filings.select_related("office", "decided_by").order_by("-round", "office_kind"))
    steps = {s.name for s in flows.PLAN.open_steps(plan, request.actor)}
    return {
        "title": str(plan), "plan": plan, "year": plan.year, "problems": found, "groups": found.groups(), "page_obj": page,
        "show": show, "rows": [{"row": r, "cells": [_cell(r, name, cells.get((r.pk, name), [])) for name, _ in NINE]} for r in page],
        "nine": NINE, "shown": bulk.shown(request, NINE, "item_name"), "bulk": BULK,
        "total": len(rows), "differing": len(differing), "open": open_now,
        "rest": f"其余 {len(rows) - len(found.rows)} 行已符合备案要求" if show == "bad" else "",
        "countdown": queries.countdown(plan.year), "deadline": queries.deadline(plan.year), "filings": filings, "steps": steps,
        "submit": "submit_adjusted" if plan.n > 1 else "submit", "process": lists.process(plan), "refile": lists.refile_limit(plan),
        "versions": Plan.objects.filter(body=plan.body_id, year=plan.year).order_by("-n"),
        "returned": next((f for f in filings if f.state == "returned" and f.office_kind == "judicial"), None),
        "papers": Paper.objects.filter(matter_kind="plan", matter=str(plan.pk)).order_by("-issued_at"),
        "said": request.POST, "outside": [f for f in filings if f.office_id is None and f.state == "waiting" and f.round == plan.round],
        "older": plan.state in queries.FILED and queries.newest(plan.body_id, plan.year).pk == plan.pk,
        "breaches": [p.breach for p in found.cells] + list(found.whole), "upload": UploadForm(),
    }


def _rows(plan: Plan) -> tuple[list[PlanRow], list[PlanRow]]:
    """The rows of a plan, and those that differ from the rows they were copied from."""
    rows = list(plan.rows.filter(withdrawn_at=None).select_related("copied_from__plan"))
    return rows, [r for r in rows if (r.copied_from and reading.changes(r.copied_from, r)) or (plan.n > 1 and not r.copied_from)]


def _wanted(show: str, rows: list[PlanRow], differing: list[PlanRow], found: lists.Problems) -> list[PlanRow]:
    """The rows that the filter asks for: those with problems, those that differ, else all."""
    return {"bad": [r for r in rows if r.n in set(found.rows)], "new": differing}.get(show, rows)


def _cell(row: Any, name: str, wrong: list[Any]) -> dict[str, Any]:
    text = getattr(row, name)
    first = wrong[0] if wrong else None
    said = first.reason.split("的", 1)[-1].rstrip("。") if first and text else (first.short if first else "")
    return {"name": name, "word": dict(NINE)[name], "text": text, "wrong": first, "said": said[:60]}


@desk("planner")
def table(request: HttpRequest, year: int) -> HttpResponse:
    """下载模板 with the rows (``kind=template``), only rows with problems (``kind=bad``), or the list as shown."""
    plan, kind = plan_of(request, year), request.GET.get("kind", "")
    if plan is None and kind == "template":
        empty = Plan(body=Body.objects.get(pk=request.actor.body), year=year)
        return exports.workbook(f"{empty}模板", excel.template(empty, rows=[]))
    if plan is None:
        return redirect("planner-plan", year)
    found = lists.problems(plan)
    if kind == "bad":
        return exports.workbook(f"{plan}待补正的行", excel.problem_rows(plan, found.rows))
    if kind == "template":
        return exports.workbook(f"{plan}模板", excel.template(plan))
    heads = [("行", 6), *((w, 24) for _, w in NINE), ("对象确定方式", 14), ("实施季度", 12)]
    rows = _wanted(request.GET.get("show", ""), *_rows(plan), found)
    return exports.excel(str(plan), heads, ((r.n, *(getattr(r, n) for n, _ in NINE), FIND_WORDS.get(r.find, ""), r.quarters) for r in rows))


@require_POST
@desk("planner")
def act(request: HttpRequest, year: int) -> HttpResponse:
    """One step on the newest version; a refusal draws the page again with every reason."""
    plan = plan_of(request, year)
    if plan is None:
        return redirect("planner-plan", year)
    try:
        _take(request, plan)
    except Refused as refused:
        return refused_response(request, refused, "planner/plan.html", context(request, Plan.objects.get(pk=plan.pk)))
    return redirect(reverse("planner-plan", args=[year]))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _take(request: HttpRequest, plan: Plan) -> None:
    who, step = request.actor, request.POST.get("step", "")
    if step == "reason" and plan.n > 1:
        actions.save_reason(plan, who, request.POST.get("reason", ""))
        return
    if step == "outside":
        filing = Filing.objects.filter(plan=plan, office_kind="superior", round=plan.round).first()
        if filing is None:
            raise Refused([Breach("计划还没有报送，没有可以登记的线下备案。", (Remedy("先提交备案"),), ids=("HR-13-3",))])
        receipt = actions.outside(filing, who, request.POST.get("number", ""), _date(request.POST.get("day", "")))
    elif step == "adjust":
        new = actions.adjust(plan, who, request.POST.get("reason", ""))
        messages.success(request, f"已建立“{new}”，修改后重新报送备案。")
        return
    elif step in ("submit", "withdraw", "publish"):
        receipt = {"submit": actions.submit, "withdraw": actions.withdraw, "publish": actions.publish}[step](plan, who)
    else:
        raise Refused([Breach("没有这一步。", (Remedy("刷新页面"),))])
    done = {"submit": "已报送司法行政部门和上级主管部门", "withdraw": "已撤回", "publish": "已公示", "outside": "已登记"}[step]
    messages.success(request, f"{done}，存证编号 {receipt.number}")
