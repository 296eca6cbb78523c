"""事项公示: the published lists, any item on any day, CSV and JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from jiangcheng.inspection.items import caps, queries
from jiangcheng.inspection.items.models import Item, ItemVersion
from jiangcheng.kernel import calendar
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.parties.words import FIELDS
from jiangcheng.web import bulk, exports
from jiangcheng.web.desk import whole

HEADS = (
    "事项编码", "检查事项", "单位", "领域", "检查依据", "检查对象", "检查内容", "检查方式", "检查标准", "频次上限", "版本", "施行日期", "检查要点",
)

COLUMNS = (("name", "检查事项"), ("body", "单位"), ("subjects", "检查对象"), ("manner", "检查方式"), ("version", "版本"))


def asked_day(request: HttpRequest) -> date | None:
    """The day in the address (``day=2026-03-01``), if it is one."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def line(v: ItemVersion, limits: str) -> tuple[Any, ...]:
    """A version as a line of open data, by HEADS."""
    standard = "未公布标准" if v.standard_none else "，".join(filter(None, (v.standard, v.standard_issuer, v.standard_version)))
    return (
        v.item.code, v.name, v.item.body.name, v.get_field_display(), v.basis, v.subjects, v.content, v.get_manner_display(), standard,
        limits, v.n, v.effective_from, "；".join(q.text for q in v.questions.all()),
    )


def limit_words(v: ItemVersion, day: date) -> str:
    """Caps over an item in words; empty where none is published."""
    found = caps.covering(v.item.body_id, v.item_id, v.field, None, day)
    return "；".join(f"每{c.get_period_display()} {c.limit} 次（{c.issuer}）" for c in found)


@screen("items/", "327-07-1", "327-07-3")
def listing(request: HttpRequest) -> HttpResponse:
    """Items in force today or on a given day; search, by body and field; CSV, JSON."""
    day = asked_day(request) or calendar.today()
    found = queries.search(scope(request.actor, queries.versions_in_force(day)), request.GET.get("q", ""))
    body = Body.objects.filter(pk=whole(request.GET.get("body", ""))).first()
    if body:
        found = found.filter(item__body=body)
    held = set(found.order_by().values_list("field", flat=True).distinct())
    if request.GET.get("field"):
        found = found.filter(field=request.GET["field"])
    found = found.order_by("item__body__name", "item__code").prefetch_related("questions")
    kind = request.GET.get("format")
    if kind in exports.OPEN_KINDS:
        rows = [line(v, limit_words(v, day)) for v in found]
        return exports.open_data(kind, f"检查事项清单{day}", HEADS, rows, title="检查事项清单", day=day.isoformat())
    return render(request, "public/items.html", {
        "title": "检查事项公示", "page_obj": Paginator(found, 30).get_page(request.GET.get("page")), "day": day, "body": body,
        "fields": [("", "全部领域"), *((s, w) for s, w in FIELDS if s in held)], "past": asked_day(request) is not None, "columns": COLUMNS,
        "shown": bulk.shown(request, COLUMNS, "name"),
    })


@screen("items/<id>", "327-07-3", "327-10-1")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """An item: the version of the day chosen, its questions, all versions with reason and days."""
    item = visible_or_404(request.actor, Item.objects.select_related("body"), pk=pk)
    today = calendar.today()
    day = asked_day(request) or today
    shown = queries.in_force(item, day)
    versions = [v for v in queries.history(item) if v.state in queries.HELD]
    if not versions:
        raise Http404("not published")
    return render(request, "public/item.html", {
        "title": (shown or versions[0]).name, "item": item, "shown": shown, "versions": versions, "day": day, "today": today,
        "chosen": asked_day(request), "limits": limit_words(shown, day) if shown else "",
    })
