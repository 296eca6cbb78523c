"""首页 and 参考库: what is due, what other places published."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jiangcheng.inspection.items import actions
from jiangcheng.inspection.items import queries as item_queries
from jiangcheng.inspection.items import words as item_words
from jiangcheng.inspection.items.models import ItemVersion, LibraryRow
from jiangcheng.inspection.plans import lists, queries
from jiangcheng.inspection.plans.models import Filing, Plan, Reminder
from jiangcheng.kernel import calendar
from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import scope
from jiangcheng.web import context, todo
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response

context.ACT_WORDS.update(item_words.ACT_WORDS)
context.ACT_WORDS.update({
    "items.cap_end": "停止适用上限",
    "items.paused_days": "记录暂停日期", "items.import_fix": "在线修改导入内容", "plans.start": "开始编制", "plans.row_add": "新增一行",
    "plans.row_save": "修改一行", "plans.row_delete": "删除一行", "plans.row_drop": "取消一行", "plans.sent": "送两个备案部门",
    "plans.rows_back": "恢复计划行", "plans.adjust": "开始调整", "plans.remark": "逐行意见", "plans.remark_delete": "撤去意见",
    "plans.remind": "催办", "demo.dates": "演示日期",
})

BEGIN = "可以从上年复制、从事项清单生成，或者导入 Excel。"
SAYING = ("basis", "cap_as_published", "ratio_or_frequency", "frequency", "device_or_method")
"""What of a library row is worth a glance, first found."""


@navigation("planner")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    body = request.actor.body
    year = plan_year()
    rows = queries.newest_size(body, year)
    held = item_queries.versions_in_force(calendar.today()).filter(item__body=body)
    return [
        {"label": "首页", "url": reverse("planner-home")},
        {"label": "检查事项", "url": reverse("planner-items"), "count": held.count()},
        {"label": "检查计划", "url": reverse("planner-plans"), "count": "" if rows is None else rows},
        {"label": "频次", "url": reverse("planner-caps")},
        {"label": "文书模板", "url": reverse("planner-papers")},
        {"label": "导入", "url": reverse("planner-imports")},
        {"rule": True},
        {"label": "参考库", "url": reverse("planner-library")},
        {"label": "公示", "url": reverse("public-items")},
    ]


def plan_year() -> int:
    """The year whose plan is being made: next year's from October on."""
    today = calendar.today()
    return today.year + 1 if today.month >= 10 else today.year


@screen("planner/", "327-13-2", "327-14-2", "327-14-3", "HR-07-1", "HR-13-3")
@desk("planner")
def home(request: HttpRequest) -> HttpResponse:
    """Countdown to 31 March, then what is returned, to mend, to publish, to record; items to tidy up."""
    body, today = request.actor.body, calendar.today()
    year = plan_year()
    found = due(body, year)
    waiting = Filing.objects.filter(plan__body=body, state="waiting", office_kind="judicial", plan__state__in=queries.WAITING)
    return render(request, "planner/home.html", {
        "title": "首页", "year": year, "countdown": queries.countdown(year), "deadline": queries.deadline(year),
        "plan": queries.newest(body, year), **found, "this_year": queries.filed_plan(body, today.year), "today_year": today.year,
        "late": late(body, today), "begin": BEGIN,
        "open_plans": [(p, len(lists.problems(p))) for p in found["open_plans"]],
        "waiting": [f for f in waiting if f.round == f.plan.round],
        "reminders": Reminder.objects.filter(body=body, year__gte=today.year).order_by("-at")[:3],
        "drafts": _unpublished(body).exclude(pk__in=[v.pk for v in found["returned"]])[:8],
        "unused": item_queries.unused(body, today),
    })


def _unpublished(body_id: int) -> QuerySet[ItemVersion]:
    """Drafts and what waits for the head."""
    return ItemVersion.objects.filter(item__body=body_id, state__in=("draft", "review")).select_related("item").order_by("state", "item__code")


def _returned(body_id: int) -> list[ItemVersion]:
    """Drafts that the head has sent back."""
    return list(_sent_back(_unpublished(body_id).filter(state="draft")))


def _sent_back(drafts: QuerySet[ItemVersion]) -> QuerySet[ItemVersion]:
    mine = Leaf.objects.filter(subject_kind=ItemVersion._meta.label, subject_id=Cast(OuterRef("pk"), CharField()), act="item.return")
    return drafts.filter(Exists(mine))


def due(body_id: int, year: int) -> dict[str, list[Any]]:
    """What stands in 今日待办: plans to go on with, the year without one, to publish, to record, items sent back."""
    return {
        "open_plans": list(Plan.objects.filter(body=body_id, state__in=queries.EDITABLE).order_by("state", "year")),
        "unplanned": [] if queries.newest(body_id, year) else [year],
        "unpublished": lists.unpublished(body_id), "outside": list(lists.unfiled_outside(body_id)), "returned": _returned(body_id),
    }


@todo.counter("planner")
def waiting_count(request: HttpRequest) -> int:
    """How many things stand in 今日待办: ``due``, counted in one question."""
    plans, drafts = Plan.objects.filter(body=OuterRef("pk")), ItemVersion.objects.filter(item__body=OuterRef("pk"), state="draft")
    found = Body.objects.filter(pk=request.actor.body).values_list(
        _number(plans.filter(state__in=(*queries.EDITABLE, "filed"))), Exists(plans.filter(year=plan_year())),
        _number(lists.unfiled_outside(OuterRef("pk"))), _number(_sent_back(drafts)),
    )
    return sum(open_ + (not planned) + outside + returned for open_, planned, outside, returned in found)


def _number(rows: QuerySet) -> Coalesce:
    """The number of rows, for use within another question."""
    return Coalesce(Subquery(rows.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")), 0)


def late(body_id: int, today: date) -> dict[str, str] | None:
    """The strip for a year's plan that was not sent by the deadline: since when, who knows, what is still possible."""
    limit = queries.deadline(today.year)
    sent = Plan.objects.filter(body=body_id, year=today.year, submitted_at__isnull=False)
    if today <= limit or sent.exists():
        return None
    return {
        "word": f"逾期未备案 {calendar.working_days_between(limit, today)} 个工作日",
        "told": f"{today.year}年度计划应于 {limit.month}月{limit.day}日 前报送；司法行政部门和上级主管部门可以看到",
        "still": "现在仍可报送，按逾期受理",
    }


@screen("planner/library", "327-07-1")
@desk("planner")
def library(request: HttpRequest) -> HttpResponse:
    """What other places published, to look at and to copy into one's own draft."""
    table = request.GET.get("table", "items")
    if table not in item_words.LIBRARY:
        table = "items"
    rows = scope(request.actor, LibraryRow.objects.filter(table=table)).order_by("n")
    for word in request.GET.get("q", "").split():
        rows = rows.filter(Q(title__icontains=word) | Q(owner__icontains=word))
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "planner/library.html", {
        "title": "参考库", "table": table, "tables": list(item_words.LIBRARY.items()), "page_obj": page,
        "rows": [(r, next((r.data[k] for k in SAYING if r.data.get(k)), "—")) for r in page], "can_copy": table in ("items", "offsite"),
        "word": item_words.LIBRARY[table],
    })


@require_POST
@desk("planner")
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """复制到我的草稿."""
    row = get_object_or_404(LibraryRow, pk=pk)
    try:
        version = actions.copy_library(row, Body.objects.get(pk=request.actor.body), request.actor)
    except Refused as refused:
        return refused_response(request, refused)
    messages.success(request, f"已复制为草稿“{version.name}”，请逐项核对补齐。")
    return redirect("planner-item", version.item_id)
