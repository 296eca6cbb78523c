"""导入 on the planner's desk: items, plans and caps of the own body."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from jiangcheng.inspection.items import cap_excel, excel
from jiangcheng.inspection.plans import excel as plan_excel
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Import
from jiangcheng.web import imports
from jiangcheng.web.desk import desk
from jiangcheng.web.planner.home import plan_year

ITEMS, PLAN, CAPS = excel.Items.slug, plan_excel.PlanRows.slug, cap_excel.Caps.slug


def _elsewhere() -> list[tuple[str, str, str]]:
    year = plan_year()
    return [("年度计划", f"打开 {year}年度计划，在“导入 Excel”里上传。", reverse("planner-plan", args=[year]) + "#import")]


def _back(upload: Import) -> tuple[str, str]:
    if upload.kind == PLAN:
        return reverse("planner-plan", args=[plan_excel.plan_of(upload).year]), "看计划"
    return (reverse("planner-caps"), "看频次") if upload.kind == CAPS else (reverse("planner-items"), "看事项清单")


DESK = imports.Desk("planner", (ITEMS, CAPS), _elsewhere, _back)


@desk("planner")
def listing(request: HttpRequest) -> HttpResponse:
    """What was uploaded, newest first, and where to begin."""
    return imports.listing(request, DESK)


@desk("planner")
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """下载模板."""
    return imports.template(request, DESK, kind)


@screen("planner/imports/<id>", "327-13-1", "327-07-1", "327-15-1")
@desk("planner")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """上传 → 预览 → 校验 → 入库."""
    return imports.detail(request, DESK, pk)


@desk("planner")
def bad(request: HttpRequest, pk: int) -> HttpResponse:
    """仅下载有误行."""
    return imports.bad(request, DESK, pk)
