"""导入: four steps on one address, bad cells with reason and remedy, mended on the page or in the file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from jiangcheng.inspection.items import excel as item_excel
from jiangcheng.inspection.items import imports as importing
from jiangcheng.inspection.items.models import Import
from jiangcheng.inspection.items.sheets import Unreadable
from jiangcheng.inspection.plans import excel as plan_excel
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.planner.home import plan_year

TONES = {"new": "ok", "update": "info", "same": "wait", "bad": "late"}


@desk("planner")
def listing(request: HttpRequest) -> HttpResponse:
    """What was uploaded, newest first, and where to begin."""
    found = scope(request.actor, Import.objects.defer("content")).order_by("-uploaded_at")
    return render(request, "planner/imports.html", {
        "title": "导入", "page_obj": Paginator(found, 20).get_page(request.GET.get("page")), "year": plan_year(),
    })


def _import(request: HttpRequest, pk: int) -> tuple[Import, Plan | None]:
    found = visible_or_404(request.actor, Import.objects.select_related("body"), pk=pk)
    plan = get_object_or_404(Plan, pk=found.target, body=request.actor.body) if found.kind == "plan" else None
    return found, plan


def _check(upload: Import, plan: Plan | None) -> importing.Preview:
    return plan_excel.check(upload, plan) if plan else item_excel.check(upload)


@screen("planner/imports/<id>", "327-13-1", "327-07-1")
@desk("planner")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """上传 → 预览 → 校验 → 入库. A POST mends cells (fields named after their address) or stores."""
    upload, plan = _import(request, pk)
    if request.method == "POST":
        return _act(request, upload, plan)
    return render(request, "planner/import.html", _context(upload, plan))


def _context(upload: Import, plan: Plan | None) -> dict[str, Any]:
    shown = {"title": "导入年度计划" if plan else "导入检查事项", "upload": upload, "plan": plan}
    try:
        found = _check(upload, plan)
    except Unreadable as wrong:
        steps = [("上传", upload.name), ("预览", "读不出表格"), ("校验", ""), ("入库", "")]
        return {**shown, "unreadable": wrong.bad, "steps": steps, "current": 2}
    counts = upload.stored or found.counts
    heads = plan_excel.WORDS if plan else {c.field: c.head for c in item_excel.COLUMNS}
    many = len(found.lines)
    lacking = len(found.bad_lines)
    steps = [
        ("上传", f"{many} 行，表头已识别"), ("预览", f"表头在第 {found.table.head_row} 行"),
        ("校验", f"有 {lacking} 行需要修改" if lacking else "全部可以入库"),
        ("入库", "已完成" if upload.stored_at else "尚未开始"),
    ]
    return {
        **shown, "found": found, "steps": steps, "current": 5 if upload.stored_at else 3, "many": many,
        "tiles": [(importing.KIND_WORDS[k], n, "行", TONES[k]) for k, n in counts.items()],
        "updates": [(x.line.n, heads.get(name, name), before, after) for x in found.updates for name, before, after in x.changed],
        "first": [(x.line.n, x.line.values["item_name" if plan else "name"], x.word) for x in found.lines[:5]],
    }


def _act(request: HttpRequest, upload: Import, plan: Plan | None) -> HttpResponse:
    fixes = {k.removeprefix("fix-"): v for k, v in request.POST.items() if k.startswith("fix-")}
    try:
        if request.POST.get("step") == "fix" and fixes:
            importing.fix(upload, request.actor, fixes)
            return redirect("planner-import", upload.pk)
        counts = plan_excel.store(upload, plan, request.actor) if plan else item_excel.store(upload, request.actor)
    except Unreadable:
        return redirect("planner-import", upload.pk)
    except Refused as refused:
        return refused_response(request, refused, "planner/import.html", _context(upload, plan))
    said = "，".join(f"{importing.KIND_WORDS[k]} {n} 行" for k, n in counts.items())
    messages.success(request, f"已入库：{said}。")
    if counts["bad"]:
        return redirect("planner-import", upload.pk)
    return redirect("planner-plan", plan.year) if plan else redirect("planner-items")


@desk("planner")
def bad(request: HttpRequest, pk: int) -> HttpResponse:
    """仅下载有误行."""
    upload, plan = _import(request, pk)
    try:
        content = plan_excel.bad_lines(upload, plan) if plan else item_excel.bad_lines(upload)
    except Unreadable:
        return redirect("planner-import", pk)
    return exports.workbook("有误的行", content)
