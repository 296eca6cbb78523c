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

MOST_SHOWN = 200
"""Bad cells and changes that a page lists; the file of 仅下载有误行 has them all."""
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
    counts = upload.stored if upload.stored_at else found.counts
    running = bool(upload.stored) and not upload.stored_at
    done = upload.stored.get(importing.NEW, 0) + upload.stored.get(importing.UPDATE, 0)
    heads = plan_excel.WORDS if plan else {c.field: c.head for c in item_excel.COLUMNS}
    many = len(found.lines)
    lacking = len(found.bad_lines)
    steps = [
        ("上传", f"{many} 行，表头已识别"), ("预览", f"表头在第 {found.table.head_row} 行"),
        ("校验", f"有 {lacking} 行需要修改" if lacking else "全部可以入库" if many else "没有内容"),
        ("入库", "已完成" if upload.stored_at else f"已处理 {done:,} 行" if running else "尚未开始"),
    ]
    return {
        **shown, "found": found, "steps": steps, "current": 5 if upload.stored_at else 4 if running else 3, "many": many,
        "running": running, "done": done, "whole": done + found.storable,
        "tiles": [(importing.KIND_WORDS[k], n, "行", TONES[k]) for k, n in counts.items()],
        "updates": [(x.line.n, heads.get(name, name), before, after) for x in found.updates for name, before, after in x.changed][:MOST_SHOWN],
        "bad": found.bad[:MOST_SHOWN],
        "first": [(x.line.n, x.line.values["item_name" if plan else "name"], x.word) for x in found.lines[:5]],
    }


def _fixes(request: HttpRequest, upload: Import, plan: Plan | None) -> dict[str, str]:
    """Texts typed for bad cells, where they differ from what stands there."""
    typed = {k.removeprefix("fix-"): v.replace("\r\n", "\n") for k, v in request.POST.items() if k.startswith("fix-")}
    now = {b.cell: b.value for b in _check(upload, plan).bad}
    return {cell: text for cell, text in typed.items() if cell in now and text != now[cell]}


def _act(request: HttpRequest, upload: Import, plan: Plan | None) -> HttpResponse:
    try:
        if request.POST.get("step") == "fix":
            importing.fix(upload, request.actor, _fixes(request, upload, plan))
            return redirect("planner-import", upload.pk)
        counts = plan_excel.store(upload, plan, request.actor) if plan else item_excel.store(upload, request.actor)
    except Unreadable:
        return redirect("planner-import", upload.pk)
    except Refused as refused:
        return refused_response(request, refused, "planner/import.html", _context(upload, plan))
    if not upload.stored_at:
        return redirect("planner-import", upload.pk)
    said = "，".join(f"{importing.KIND_WORDS[k]} {n} 行" for k, n in counts.items())
    messages.success(request, f"已入库：{said}。")
    long = counts[importing.NEW] + counts[importing.UPDATE] > importing.PART
    if counts[importing.BAD] or long:  # a long file stays on the page that showed its progress
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
