"""Parts of lists: search, filters, heads of columns, pages, bulk acts, tabs, navigation. Registered with ``jc``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from jiangcheng.web import context as page_context
from jiangcheng.web.templatetags.address import here, link, query, usable

register = template.Library()


@register.inclusion_tag("parts/search.html", takes_context=True)
def search(
    context: dict[str, Any], name: str = "q", *, placeholder: str = "名称、信用代码、拼音首字母、文书号", label: str = "查询", url: str = "",
    hero: bool = False,
) -> dict[str, Any]:
    """查询框. Keeps the other filters of the address, goes back to page 1."""
    request = context.get("request")
    given = request.GET if request else {}
    kept = _kept(context, name, "page") if not url else []
    return {"name": name, "value": given.get(name, ""), "placeholder": placeholder, "label": label, "url": url, "hero": hero, "kept": kept}


@register.inclusion_tag("parts/chips.html", takes_context=True)
def chips(context: dict[str, Any], name: str, rows: Sequence[Any], label: str = "筛选") -> dict[str, Any]:
    """筛选条: rows (value, word) or (value, word, count); value "" is 全部. The choice lies in the address."""
    request = context.get("request")
    now = request.GET.get(name, "") if request else ""
    items = [
        {"word": r[1], "count": r[2] if len(r) > 2 else None, "url": query(context, page=None, **{name: r[0]}), "current": str(r[0]) == now}
        for r in rows
    ]
    return {"items": items, "label": label}


@register.inclusion_tag("parts/th.html", takes_context=True)
def th(context: dict[str, Any], word: str, key: str = "", css: str = "") -> dict[str, Any]:
    """Head of a column; with a key it sorts (``sort=key``, ``sort=-key``)."""
    request = context.get("request")
    now = request.GET.get("sort", "") if request else ""
    direction = "ascending" if now == key else "descending" if now == f"-{key}" else ""
    return {
        "word": word, "key": key, "css": css, "direction": direction if key else "",
        "url": query(context, page=None, sort=f"-{key}" if now == key else key) if key else "",
    }


@register.inclusion_tag("parts/row_height.html", takes_context=True)
def row_height(context: dict[str, Any]) -> dict[str, Any]:
    """行高 标准 · 紧凑, remembered."""
    return {"compact": context.get("compact"), "here": here(context), "url": link("rows")}


@register.inclusion_tag("parts/columns.html", takes_context=True)
def columns(context: dict[str, Any], rows: Sequence[tuple[str, str]], fixed: str = "") -> dict[str, Any]:
    """显示列: rows (key, word). The choice lies in the address as ``col``; nothing chosen means all. ``fixed``: always shown."""
    request = context.get("request")
    chosen = set(request.GET.getlist("col")) if request else set()
    shown = [{"key": k, "word": w, "on": not chosen or k in chosen, "fixed": k in fixed.split()} for k, w in rows]
    return {"rows": shown, "kept": _kept(context, "col", "page")}


@register.simple_tag(takes_context=True)
def keep(context: dict[str, Any], *but: str) -> SafeString:
    """Hidden fields that carry the present filters along in a GET form, all but the names given: ``{% keep "body" "page" %}``."""
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', _kept(context, *but))


def _kept(context: dict[str, Any], *but: str) -> list[tuple[str, str]]:
    request = context.get("request")
    return [(k, v) for k in request.GET for v in request.GET.getlist(k) if k not in but] if request else []


@register.inclusion_tag("parts/bulk.html")
def bulk(
    form_id: str, actions: Sequence[tuple[str, str]], url: str = "", *, ask: str = "", why: str = "", wrong: str = "",
) -> dict[str, Any]:
    """批量办理: a form whose rows are boxes of ``{% pick form_id row.pk … %}``; actions (value, word); read with web.bulk.

    ``ask`` adds a field ``why`` of that name, for acts that need a reason; ``wrong`` says what is missing.
    """
    return {"form_id": form_id, "actions": actions, "url": url, "ask": ask, "why": why, "wrong": wrong}


@register.inclusion_tag("parts/pick.html")
def pick(form_id: str, value: Any, label: str, ticked: Collection[Any] = ()) -> dict[str, Any]:
    """The box of one row of a list for 批量办理; ``label`` says to a screen reader which row it is, ``ticked`` keeps choices."""
    return {"form_id": form_id, "value": value, "label": label, "checked": value in ticked}


@register.inclusion_tag("parts/bulk_result.html", takes_context=True)
def bulk_result(context: dict[str, Any], rows: Iterable[Any], title: str = "办理结果") -> dict[str, Any]:
    """Result of each row: (label, None) done, (label, breaches) refused with reasons and ways out."""
    found = [{"label": label, "breaches": usable(context, breaches)} for label, breaches in rows]
    refused = sum(bool(r["breaches"]) for r in found)
    done = len(found) - refused
    return {
        "rows": found, "title": title, "done": done, "refused": refused, "done_words": f"已办 {done} 行", "refused_words": f"未办 {refused} 行",
    }


@register.inclusion_tag("parts/pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Any, unit: str = "条", note: str = "", name: str = "page") -> dict[str, Any]:
    """``共 1,243 条`` with the way through the pages; ``page`` is a Django page, ``name`` its word in the address."""
    before = query(context, **{name: page.previous_page_number()}) if page.has_previous() else ""
    after = query(context, **{name: page.next_page_number()}) if page.has_next() else ""
    return {"page": page, "total": f"{page.paginator.count:,}", "unit": unit, "before": before, "after": after, "note": note}


@register.inclusion_tag("parts/empty.html", name="nothing")
@register.inclusion_tag("parts/empty.html")
def empty(title: str, why: str = "", word: str = "", url: str = "") -> dict[str, Any]:
    """空状态: says why, offers the next step."""
    return {"title": title, "why": why, "word": word, "url": url}


@register.inclusion_tag("parts/tiles.html")
def tiles(rows: Iterable[Any]) -> dict[str, Any]:
    """Counts: rows (word, number, unit, tone) or with an address as fifth."""
    return {"rows": [dict(zip(("word", "number", "unit", "tone", "url"), r, strict=False)) for r in rows]}


@register.inclusion_tag("parts/tabs.html", takes_context=True)
def tabs(context: dict[str, Any], rows: Sequence[Any], label: str = "案卷内容") -> dict[str, Any]:
    """页签: rows (word, address) or (word, address, current); without the third the address of the page decides."""
    items = [{"label": r[0], "url": r[1], "current": len(r) > 2 and bool(r[2])} for r in rows]
    request = context.get("request")
    return {"items": page_context.mark_current(items, request.path if request else ""), "label": label}


@register.simple_tag(takes_context=True)
def nav_items(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Navigation of the desk with the present page marked."""
    request = context.get("request")
    return page_context.mark_current(list(context.get("nav") or ()), request.path if request else "")


@register.simple_tag(takes_context=True)
def site_nav(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Navigation of the public pages: ``site_nav`` of the view, else what was declared with navigation("public")."""
    request = context.get("request")
    make = page_context.NAVIGATION.get("public")
    items = context.get("site_nav") or (make(request) if make and request else [])
    return page_context.mark_current(list(items), request.path if request else "")
