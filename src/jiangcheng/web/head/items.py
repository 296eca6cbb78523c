"""检查事项 of the head: what waits for review, as it will be published and what it changes; what is published, and its pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiangcheng.inspection.items import actions, facts, flows, queries
from jiangcheng.inspection.items.models import Item, ItemVersion, Pause
from jiangcheng.kernel import calendar
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.parties.scope import visible_or_404
from jiangcheng.web import bulk
from jiangcheng.web.desk import desk
from jiangcheng.web.officer import acting
from jiangcheng.web.planner import item_list

DONE = {"publish": "已公布", "return": "已退回修改", "pause": "已暂停实施", "resume": "已恢复实施", "withdraw": "已取消"}
MOST_WORDS = Pause._meta.get_field("reason").max_length
ON_PAGE = {"effective_from": "#day", "opinion": "#opinion", "until": "#day"}


@screen("head/items", "327-07-1", "327-07-3")
@desk("head")
def listing(request: HttpRequest) -> HttpResponse:
    """The body's items without drafts; those to review first asked for with ``state=review``; several published at once."""
    mine = queries.newest_of(request.actor.body, drafts=False)
    rows = item_list.wanted(request, mine)
    if request.GET.get("format") == "xlsx":
        return item_list.workbook(rows)
    result = None
    if request.method == "POST":
        if ticked := bulk.chosen(request, mine):
            result = bulk.each(ticked, item_list.label, lambda v: _publish(request, v, _day_for(v)))
        else:
            messages.warning(request, bulk.NOTHING_CHOSEN)
    found = item_list.context(request, mine, rows)
    found["columns"] = [c for c in found["columns"] if c[0] != "lacking"]
    found["states"] = [s for s in found["states"] if s[0] != "draft"]
    return render(request, "head/items.html", {"title": "检查事项", "result": result, "bulk": (("publish", "公布"),), **found})


def _day_for(version: ItemVersion) -> date:
    """The day that the draft asks for, or today where that has passed or none is asked for."""
    return max(version.effective_from or calendar.today(), calendar.today())


def _publish(request: HttpRequest, version: ItemVersion, day: date | None) -> Receipt:
    return _for_head(lambda: actions.publish(version, request.actor, day))


def _for_head(act: Any) -> Receipt:
    """Carry an act out; its refusal leads to the head's own pages, not to the planner's."""
    try:
        return act()
    except Refused as refused:
        raise Refused(own_ways(refused.breaches)) from refused


def own_ways(breaches: tuple[Breach, ...]) -> list[Breach]:
    """Breaches whose ways out lie on this page; what the planner has to mend stays as words."""
    return [
        replace(b, remedies=tuple(Remedy(r.text, ON_PAGE.get(b.field, "")) if r.to.startswith("planner-") else r for r in b.remedies))
        for b in breaches
    ]


@screen("head/items/<id>", "327-07-1", "327-07-3", "327-10-1")
@desk("head")
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: 公布 or 退回修改 what waits for review; pause, resume or withdraw what is published."""
    mine = Item.objects.filter(body=request.actor.body, versions__state__in=("review", *queries.HELD)).select_related("body")
    found = visible_or_404(request.actor, mine.distinct(), pk=pk)

    def work() -> str:
        version = found.versions.select_related("item__body").exclude(state="draft").order_by("-n").first()
        step = request.POST.get("step", "")
        receipt = _take(request, version, step)
        messages.success(request, f"“{version.name}”{DONE[step]}，存证编号 {receipt.number}")
        return reverse("head-home" if step in ("publish", "return") else "head-items")

    return acting.form(request, work, lambda: ("head/item.html", _context(request, found)))


def _take(request: HttpRequest, version: ItemVersion, step: str) -> Receipt:
    who, why, day = request.actor, request.POST.get("opinion", "").strip(), item_list.asked_day(request.POST)
    steps = {
        "publish": lambda: actions.publish(version, who, day), "return": lambda: actions.return_(version, who, why),
        "pause": lambda: actions.pause(version, who, why), "resume": lambda: actions.resume(version, who, why),
        "withdraw": lambda: actions.withdraw(version, who, why, day),
    }
    if step not in steps:
        raise Refused([Breach("没有这一步。", (Remedy("刷新页面"),))])
    if len(why) > MOST_WORDS:
        raise Refused([Breach(f"理由有 {len(why):,} 个字，最多 {MOST_WORDS} 个。", (Remedy("缩短后再提交", "#opinion"),), "opinion")])
    return _for_head(steps[step])


def _context(request: HttpRequest, item: Item) -> dict[str, Any]:
    found = item_list.detail(item, None)
    found["versions"] = [v for v in found["versions"] if v.state != "draft"]
    version = found["versions"][0]
    former = facts.former_of(version) if version.state == "review" else None
    asked = facts.of(version, request.actor, effective_from=_day_for(version))
    return {
        **found, "key": acting.fresh_key(), "title": version.name, "newest": version, "shown": version, "former": former,
        "changes": queries.differences(former, version) if former else (), "start": _day_for(version),
        "missing": own_ways(flows.ITEM.missing("publish", asked)) if version.state == "review" else (),
        "steps": {s.name for s in flows.ITEM.open_steps(version, request.actor)}, "said": request.POST,
    }
