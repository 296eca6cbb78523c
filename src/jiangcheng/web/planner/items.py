"""检查事项: the body's list, one item with its versions, the draft's form. The head reviews and publishes on the same pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiangcheng.inspection.items import actions, caps, excel, facts, flows, queries
from jiangcheng.inspection.items import imports as importing
from jiangcheng.inspection.items.models import Item, ItemVersion
from jiangcheng.inspection.items.words import STATE_TONES, STATES
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.planner.forms import ItemForm, QuestionForms, UploadForm

EXPORT = (
    ("事项编码", 16), ("检查事项", 30), ("状态", 12), ("版本", 8), ("施行日期", 14), ("领域", 12), ("检查依据", 40), ("检查对象", 24),
    ("检查方式", 14), ("检查标准", 30), ("检查要点", 10),
)


def newest_of(body_id: int) -> Any:
    """The newest version of each item of a body, with the number of its questions."""
    last = ItemVersion.objects.filter(item=OuterRef("item")).order_by("-n").values("pk")[:1]
    return ItemVersion.objects.filter(item__body=body_id, pk=Subquery(last)).select_related("item").annotate(asked=Count("questions"))


def _lacking(version: ItemVersion) -> int:
    return len(flows.ITEM.missing("submit", facts.of(version))) if version.state == "draft" else 0


@screen("planner/items", "327-07-1", "327-10-1", "HR-07-1")
@desk("planner", "head")
def listing(request: HttpRequest) -> HttpResponse:
    """The list with 在用 and 待补正; search, filter by state, export, import."""
    body, today = request.actor.body, calendar.today()
    rows = newest_of(body)
    counts = {s: rows.filter(state=s).count() for s in STATES}
    if request.GET.get("state") in STATES:
        rows = rows.filter(state=request.GET["state"])
    rows = queries.search(rows, request.GET.get("q", "")).order_by("item__code")
    if request.GET.get("format") == "xlsx":
        return exports.excel("检查事项", EXPORT, (
            (v.item.code, v.name, v.state_word, v.n, v.effective_from, v.get_field_display(), v.basis, v.subjects, v.get_manner_display(),
             v.standard or ("未公布" if v.standard_none else ""), v.asked) for v in rows
        ))
    if request.method == "POST":
        return _upload(request)
    held = queries.in_force_many(rows.values_list("item", flat=True), today)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "planner/items.html", {
        "title": "检查事项", "page_obj": page, "today": today,
        "rows": [{"v": v, "held": held.get(v.item_id), "lacking": _lacking(v)} for v in page],
        "states": [("", "全部", sum(counts.values())), *((s, w, counts[s]) for s, w in STATES.items())],
        "unused": queries.unused(body, today), "upload": UploadForm(), "planner": request.actor.has("planner"),
    })


def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid() or not request.actor.has("planner"):
        messages.error(request, "没有收到可以读取的文件，请选择 .xlsx 文件。")
        return redirect("planner-items")
    file = form.cleaned_data["file"]
    made = importing.keep("items", request.actor.body, "", file.name, file.read(), request.actor)
    return redirect("planner-import", made.pk)


@desk("planner")
def template(request: HttpRequest) -> HttpResponse:
    """下载模板: empty, or with the newest versions of the list to be changed (``all=1``)."""
    body = Body.objects.get(pk=request.actor.body)
    versions = list(newest_of(body.pk).exclude(state="withdrawn").prefetch_related("questions")) if request.GET.get("all") else []
    return exports.workbook("检查事项模板" if not versions else "检查事项清单", excel.template(body, versions))


@desk("planner")
def new(request: HttpRequest) -> HttpResponse:
    """新增事项."""
    form = ItemForm(request.POST or None)
    asked = QuestionForms(request.POST or None, prefix="q")
    if request.method == "POST" and form.is_valid() and asked.is_valid():
        try:
            version = actions.new_item(
                Body.objects.get(pk=request.actor.body), request.actor, demo=Body.objects.get(pk=request.actor.body).demo,
                questions=_asked(asked), **form.cleaned_data,
            )
        except Refused as refused:
            return refused_response(request, refused)
        messages.success(request, f"已保存 {timezone.localtime():%H:%M}")
        return redirect("planner-item", version.item_id)
    return render(request, "planner/item_edit.html", {"title": "新增事项", "form": form, "asked": asked})


def _asked(forms: Any) -> list[dict[str, str]]:
    return [f.cleaned_data for f in forms if f.cleaned_data.get("text")]


def _item(request: HttpRequest, pk: int) -> Item:
    return visible_or_404(request.actor, Item.objects.filter(body=request.actor.body).select_related("body"), pk=pk)


def _day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


@screen("planner/items/<id>", "327-07-1", "327-07-3", "327-10-1", "HR-10-1", "327-03-2")
@desk("planner", "head")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The version now beside 历次版本, the version of any day, what is missing, the next step."""
    return render(request, "planner/item.html", _detail(request, _item(request, pk)))


def _detail(request: HttpRequest, item: Item) -> dict[str, Any]:
    versions = queries.history(item)
    newest, day, today = versions[0], _day(request), calendar.today()
    held = queries.in_force(item, today)
    shown = (queries.in_force(item, day) if day else None) or (newest if not day else None)
    step = {"draft": "submit", "review": "publish"}.get(newest.state)
    asked = facts.of(newest, request.actor)
    waited = calendar.working_days_between(timezone.localdate(last.at), today) if (last := ledger.history(newest).last()) else 0
    return {
        "title": newest.name or "（未命名事项）", "item": item, "versions": versions, "newest": newest, "held": held, "shown": shown, "day": day,
        "missing": flows.ITEM.missing(step, asked) if step else (), "steps": {s.name for s in flows.ITEM.open_steps(newest, request.actor)},
        "tone": STATE_TONES[newest.state], "process": [x for v in versions[::-1] for x in ledger.history(v)], "waited": waited,
        "caps": caps.covering(item.body, item, newest.field, None, today), "planner": request.actor.has("planner"), "today": today,
        "weak": shown is not None and queries.weak_basis(shown),
    }


@desk("planner")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft's form; an item that is published gets its next version first (修订)."""
    item = _item(request, pk)
    newest = item.versions.order_by("-n").first()
    shown = ItemVersion.objects.get(pk=newest.pk)
    if newest.state != "draft":  # a change has its own reason and day
        shown.reason, shown.effective_from = "", None
    form = ItemForm(request.POST or None, instance=shown)
    given = [{"text": q.text, "basis": q.basis, "method": q.method} for q in newest.questions.all()]
    asked = QuestionForms(request.POST or None, prefix="q", initial=given)
    if request.method == "POST" and form.is_valid() and asked.is_valid():
        try:
            target = newest if newest.state == "draft" else actions.new_version(item, request.actor, form.cleaned_data["reason"])
            actions.save_draft(target, request.actor, form.cleaned_data, _asked(asked))
        except Refused as refused:
            return refused_response(request, refused, "planner/item_edit.html", {"title": newest.name, "form": form, "asked": asked, "item": item})
        messages.success(request, f"已保存 {timezone.localtime():%H:%M}")
        return redirect("planner-item", item.pk)
    title = newest.name if newest.state == "draft" else f"修订：{newest.name}"
    return render(request, "planner/item_edit.html", {"title": title, "form": form, "asked": asked, "item": item})


@require_POST
@desk("planner", "head")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One step on the newest version; a refusal draws the page again with every reason."""
    item = _item(request, pk)
    version = item.versions.select_related("item__body").order_by("-n").first()
    try:
        _take(request, version)
    except Refused as refused:
        return refused_response(request, refused, "planner/item.html", _detail(request, item))
    if not Item.objects.filter(pk=pk).exists():
        messages.success(request, "草稿已删除。")
        return redirect("planner-items")
    return redirect("planner-item", pk)


def _take(request: HttpRequest, version: ItemVersion) -> None:
    step, who = request.POST.get("step", ""), request.actor
    why = request.POST.get("opinion", "")
    steps = {
        "submit": lambda: actions.submit(version, who), "withdraw_draft": lambda: actions.withdraw_draft(version, who),
        "return": lambda: actions.return_(version, who, why), "publish": lambda: actions.publish(version, who, _posted_day(request)),
        "pause": lambda: actions.pause(version, who, why), "resume": lambda: actions.resume(version, who, why),
        "withdraw": lambda: actions.withdraw(version, who, why, _posted_day(request)),
        "delete": lambda: actions.delete_draft(version, who),
    }
    if step not in steps:
        raise Refused([Breach("没有这一步。", (Remedy("刷新页面"),))])
    receipt = steps[step]()
    if receipt is not None:
        messages.success(request, f"已办理，存证编号 {receipt.number}")


def _posted_day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return None
