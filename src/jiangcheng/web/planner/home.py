"""首页, 频次, 参考库: what is due, which caps hold, what other places published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jiangcheng.inspection.items import actions, caps
from jiangcheng.inspection.items import queries as item_queries
from jiangcheng.inspection.items import words as item_words
from jiangcheng.inspection.items.models import Cap, ItemVersion, LibraryRow
from jiangcheng.inspection.plans import lists, queries
from jiangcheng.inspection.plans.models import Filing, Plan, Reminder
from jiangcheng.kernel import calendar
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import scope
from jiangcheng.web import context
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.planner.forms import CapForm

context.ACT_WORDS.update(item_words.ACT_WORDS)
context.ACT_WORDS.update({
    "items.cap_end": "停止适用上限",
    "items.paused_days": "记录暂停日期", "items.import_fix": "在线修改导入内容", "plans.start": "开始编制", "plans.row_add": "新增一行",
    "plans.row_save": "修改一行", "plans.row_delete": "删除一行", "plans.row_drop": "取消一行", "plans.sent": "送两个备案部门",
    "plans.rows_back": "恢复计划行", "plans.adjust": "开始调整", "plans.remark": "逐行意见", "plans.remark_delete": "撤去意见",
    "plans.remind": "催办", "demo.dates": "演示日期",
})


SAYING = ("basis", "cap_as_published", "ratio_or_frequency", "frequency", "device_or_method")
"""What of a library row is worth a glance, first found."""


@navigation("planner")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    body = request.actor.body
    if not request.actor.has("planner"):  # a head who looks at the body's lists
        return [
            {"label": "待我审批", "url": reverse("head-home")}, {"label": "检查事项", "url": reverse("planner-items")},
            {"label": "检查计划", "url": reverse("planner-plans")}, {"label": "频次", "url": reverse("planner-caps")},
        ]
    year = plan_year()
    newest = queries.newest(body, year)
    held = item_queries.versions_in_force(calendar.today()).filter(item__body=body)
    return [
        {"label": "首页", "url": reverse("planner-home")},
        {"label": "检查事项", "url": reverse("planner-items"), "count": held.count()},
        {"label": "检查计划", "url": reverse("planner-plans"), "count": newest.rows.count() if newest else ""},
        {"label": "频次", "url": reverse("planner-caps")},
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
    open_plans = Plan.objects.filter(body=body, state__in=queries.EDITABLE).order_by("state", "year")
    waiting = Filing.objects.filter(plan__body=body, state="waiting", office_kind="judicial", plan__state__in=queries.WAITING)
    return render(request, "planner/home.html", {
        "title": "首页", "year": year, "countdown": queries.countdown(year), "deadline": queries.deadline(year),
        "plan": queries.newest(body, year), "this_year": queries.filed_plan(body, today.year), "today_year": today.year,
        "missing_this_year": queries.filed_plan(body, today.year) is None and today > queries.deadline(today.year),
        "late_days": calendar.working_days_between(queries.deadline(today.year), today),
        "open_plans": [(p, len(lists.problems(p))) for p in open_plans], "waiting": [f for f in waiting if f.round == f.plan.round],
        "unpublished": lists.unpublished(body), "outside": lists.unfiled_outside(body),
        "reminders": Reminder.objects.filter(body=body, year__gte=today.year).order_by("-at")[:3],
        "drafts": ItemVersion.objects.filter(item__body=body, state__in=("draft", "review")).order_by("state")[:8],
        "unused": item_queries.unused(body, today),
    })


@screen("planner/caps", "327-15-1", "HR-15-2", "HR-15-3")
@desk("planner", "head")
def caps_page(request: HttpRequest) -> HttpResponse:
    """Caps that hold for the body, those kept as printed, and items without any."""
    today, body = calendar.today(), request.actor.body
    form = CapForm(body, request.POST or None, initial={"valid_from": today})
    if request.method == "POST":
        try:
            if request.POST.get("step") == "end":
                return _end_cap(request)
            if form.is_valid():
                return _record_cap(request, form)
        except Refused as refused:
            return refused_response(request, refused)
    fields = list(Body.objects.get(pk=body).competences.values_list("field", flat=True))
    covers = Q(body=body) | Q(item__body=body) | (Q(body=None, item=None) & (Q(field="") | Q(field__in=fields)))
    found = caps.valid_on(today).filter(covers).select_related("item").order_by("field", "limit")
    return render(request, "planner/caps.html", {
        "title": "频次", "held": [c for c in found if c.enforceable], "printed": [c for c in found if not c.enforceable],
        "gaps": caps.without_cap(body, today), "form": form, "planner": request.actor.has("planner"), "today": today, "own": body,
    })


def _record_cap(request: HttpRequest, form: CapForm) -> HttpResponse:
    """登记 a cap that binds the planner's own body."""
    actions.may_draft(request.actor, request.actor.body)
    given = form.cleaned_data
    body = Body.objects.get(pk=request.actor.body)
    made = caps.record(
        request.actor, caps.Printed(
            given["issuer"], given["issuer_level"], given["printed"], given["valid_from"], exceptions=given["exceptions"],
            source_url=given["source_url"],
        ), body=body, item=given["item"], field=given["field"], demo=body.demo,
    )
    read = [c for c in made if c.enforceable]
    said = "、".join(f"每{c.get_period_display()} {c.limit} 次{c.subject_class}" for c in read)
    if read:
        messages.success(request, f"已登记，读作：{said}。")
    else:
        messages.warning(request, f"已按原文保留，未能自动执行：{made[0].why_not}。")
    return redirect("planner-caps")


def _end_cap(request: HttpRequest) -> HttpResponse:
    """停止适用 of a cap of the planner's own body."""
    actions.may_draft(request.actor, request.actor.body)
    cap = get_object_or_404(Cap, pk=request.POST.get("cap") or 0, body=request.actor.body)
    caps.end(cap, request.actor, calendar.today(), request.POST.get("reason", ""))
    messages.success(request, "已停止适用，以前的日期仍按它计算。")
    return redirect("planner-caps")


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
