"""The list of a body's items as its planner and its head see it: filter, columns, export, the version of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jiangcheng.inspection.items import caps, facts, queries
from jiangcheng.inspection.items.models import Item, ItemVersion
from jiangcheng.inspection.items.words import STATES
from jiangcheng.kernel import calendar, ledger
from jiangcheng.web import bulk, exports

COLUMNS = (
    ("code", "编码"), ("name", "检查事项"), ("state", "状态"), ("held", "在用"), ("lacking", "待补正"), ("manner", "检查方式"),
    ("standard", "检查标准"), ("asked", "要点"),
)
EXPORT = (
    ("事项编码", 16), ("检查事项", 30), ("状态", 12), ("版本", 8), ("施行日期", 14), ("领域", 12), ("检查依据", 40), ("检查对象", 24),
    ("检查方式", 14), ("检查标准", 30), ("检查要点", 10),
)


def wanted(request: HttpRequest, rows: QuerySet[ItemVersion]) -> QuerySet[ItemVersion]:
    """The rows that the address asks for: state and words."""
    if request.GET.get("state") in STATES:
        rows = rows.filter(state=request.GET["state"])
    return queries.search(rows, request.GET.get("q", ""))


def workbook(rows: QuerySet[ItemVersion]) -> HttpResponse:
    """导出 Excel of the rows as filtered."""
    return exports.excel("检查事项", EXPORT, (
        (v.item.code, v.name, v.state_word, v.n, v.effective_from, v.get_field_display(), v.basis, v.subjects, v.get_manner_display(),
         v.standard or ("未公布" if v.standard_none else ""), v.asked) for v in rows
    ))


def context(request: HttpRequest, everything: QuerySet[ItemVersion], rows: QuerySet[ItemVersion]) -> dict[str, Any]:
    """What the table shows of ``rows``; the counts of the states are of ``everything``."""
    counts = dict(everything.order_by().values_list("state").annotate(Count("pk")))
    pages = Paginator(rows, 50)
    if not request.GET.get("q"):  # then it is counted already
        pages.count = counts.get(request.GET.get("state"), 0) if request.GET.get("state") in STATES else sum(counts.values())
    page = pages.get_page(request.GET.get("page"))
    held = queries.in_force_many([v.item_id for v in page], calendar.today())
    lacking = facts.lacking(page.object_list)
    return {
        "page_obj": page, "rows": [{"v": v, "held": held.get(v.item_id), "lacking": lacking.get(v.pk, 0)} for v in page],
        "states": [("", "全部", sum(counts.values())), *((s, w, counts.get(s, 0)) for s, w in STATES.items())],
        "columns": COLUMNS, "shown": bulk.shown(request, COLUMNS, "name"),
    }


def label(version: ItemVersion) -> str:
    """How a row is called in the result of 批量办理."""
    return f"{version.item.code} {version.name or '（未命名事项）'}"


def detail(item: Item, day: date | None) -> dict[str, Any]:
    """An item with all its versions; ``shown`` is the version of the day, or the newest when none is asked for."""
    versions, today = queries.history(item), calendar.today()
    newest = versions[0]
    shown = queries.in_force(item, day) if day else newest
    leaves = [leaf for v in versions[::-1] for leaf in ledger.history(v)]
    last = ledger.history(newest).last()
    return {
        "item": item, "versions": versions, "newest": newest, "shown": shown, "day": day, "today": today, "process": leaves,
        "returned": ledger.history(newest).filter(act="item.return").last() if newest.state == "draft" else None,
        "waited": calendar.working_days_between(timezone.localdate(last.at), today) if last else 0,
        "caps": caps.covering(item.body, item, newest.field, None, today), "weak": shown is not None and queries.weak_basis(shown),
    }


def asked_day(values: Any) -> date | None:
    """The civil day under ``day`` of a query or form; None where there is none or it is no day."""
    try:
        return date.fromisoformat(values.get("day", ""))
    except ValueError:
        return None
