"""检查事项 of the planner: the body's list, one item with its versions, the draft's form. Review is on the head's desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiangcheng.inspection.items import actions, excel, facts, flows, queries
from jiangcheng.inspection.items import imports as importing
from jiangcheng.inspection.items.models import Item, ItemVersion
from jiangcheng.inspection.items.words import STATE_TONES
from jiangcheng.kernel import calendar
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import visible_or_404
from jiangcheng.web import bulk, exports
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.planner import item_list
from jiangcheng.web.planner.forms import ItemForm, QuestionForms, UploadForm

BULK = (("submit", "提交审核"), ("withdraw_draft", "撤回"), ("delete", "删除草稿"))


@screen("planner/items", "327-07-1", "327-10-1", "HR-07-1")
@desk("planner")
def listing(request: HttpRequest) -> HttpResponse:
    """The list with 在用 and 待补正; search, filter by state, columns, export, import, 批量办理."""
    if request.method == "POST" and "bulk" not in request.POST:
        return _upload(request)
    mine = queries.newest_of(request.actor.body)
    rows = item_list.wanted(request, mine)
    if request.GET.get("format") == "xlsx":
        return item_list.workbook(rows)
    done = _several(request, mine) if request.method == "POST" else {}
    return render(request, "planner/items.html", {
        "title": "检查事项", "unused": queries.unused(request.actor.body, calendar.today()), "upload": UploadForm(), "bulk": BULK,
        **item_list.context(request, mine, rows), **done,
    })


def _several(request: HttpRequest, mine: Any) -> dict[str, Any]:
    """批量办理 of the ticked rows; a deletion is asked back with the names of the items first."""
    step, who, rows = request.POST["bulk"], request.actor, bulk.chosen(request, mine)
    acts = {"submit": actions.submit, "withdraw_draft": actions.withdraw_draft, "delete": actions.delete_draft}
    if step not in acts or not rows:
        messages.warning(request, bulk.NOTHING_CHOSEN)
        return {}
    if step == "delete" and "sure" not in request.POST:
        return {"sure": [(v.pk, item_list.label(v)) for v in rows]}
    return {"result": bulk.each(rows, item_list.label, lambda v: acts[step](v, who))}


def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "；".join(e for found in form.errors.values() for e in found))
        return redirect("planner-items")
    file = form.cleaned_data["file"]
    made = importing.keep("items", request.actor.body, "", file.name, file.read(), request.actor)
    return redirect("planner-import", made.pk)


@desk("planner")
def template(request: HttpRequest) -> HttpResponse:
    """下载模板: empty, or with the newest versions of the list to be changed (``all=1``)."""
    body = Body.objects.get(pk=request.actor.body)
    mine = queries.newest_of(body.pk).exclude(state="withdrawn").prefetch_related("questions")
    versions = list(mine) if request.GET.get("all") else []
    return exports.workbook("检查事项模板" if not versions else "检查事项清单", excel.template(body, versions))


@desk("planner")
def new(request: HttpRequest) -> HttpResponse:
    """新增事项."""
    form = ItemForm(request.POST or None)
    asked = QuestionForms(request.POST or None, prefix="q")
    context = {"title": "新增事项", "form": form, "asked": asked}
    if request.method == "POST" and form.is_valid() and asked.is_valid():
        body = Body.objects.get(pk=request.actor.body)
        try:
            version = actions.new_item(body, request.actor, demo=body.demo, questions=_asked(asked), **form.cleaned_data)
        except Refused as refused:
            return refused_response(request, refused, "planner/item_edit.html", context)
        messages.success(request, f"已保存 {timezone.localtime():%H:%M}")
        return redirect("planner-item", version.item_id)
    return render(request, "planner/item_edit.html", context, status=422 if form.is_bound else 200)


def _asked(forms: Any) -> list[dict[str, str]]:
    return [f.cleaned_data for f in forms if f.cleaned_data.get("text")]


def _item(request: HttpRequest, pk: int) -> Item:
    return visible_or_404(request.actor, Item.objects.filter(body=request.actor.body).select_related("body"), pk=pk)


@screen("planner/items/<id>", "327-07-1", "327-07-3", "327-10-1", "HR-10-1", "327-03-2")
@desk("planner")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The version now beside 历次版本, the version of any day, what is missing, the next step."""
    return render(request, "planner/item.html", _detail(request, _item(request, pk)))


def _detail(request: HttpRequest, item: Item) -> dict[str, Any]:
    found = item_list.detail(item, item_list.asked_day(request.GET))
    newest = found["newest"]
    missing = flows.ITEM.missing("submit", facts.of(newest, request.actor)) if newest.state == "draft" else ()
    return {
        **found, "title": newest.name or "（未命名事项）", "missing": missing, "tone": STATE_TONES[newest.state],
        "steps": {s.name for s in flows.ITEM.open_steps(newest, request.actor)},
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
    title = newest.name if newest.state == "draft" else f"修订：{newest.name}"
    context = {"title": title, "form": form, "asked": asked, "item": item}
    if request.method == "POST" and form.is_valid() and asked.is_valid():
        try:
            target = newest if newest.state == "draft" else actions.new_version(item, request.actor, form.cleaned_data["reason"])
            actions.save_draft(target, request.actor, form.cleaned_data, _asked(asked))
        except Refused as refused:
            return refused_response(request, refused, "planner/item_edit.html", context)
        messages.success(request, f"已保存 {timezone.localtime():%H:%M}")
        return redirect("planner-item", item.pk)
    return render(request, "planner/item_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
@desk("planner")
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
    steps = {"submit": actions.submit, "withdraw_draft": actions.withdraw_draft, "delete": actions.delete_draft}
    step = request.POST.get("step", "")
    if step not in steps:
        raise Refused([Breach("没有这一步。", (Remedy("刷新页面"),))])
    receipt = steps[step](version, request.actor)
    if receipt is not None:
        messages.success(request, f"已办理，存证编号 {receipt.number}")
