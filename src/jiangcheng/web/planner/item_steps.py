"""其他法定程序 of an item: steps that laws, regulations and rules add, each with its source; entered and ended by the planner."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.dateparse import parse_date

from jiangcheng.inspection.items import extra, words
from jiangcheng.inspection.items.models import Item, ItemStep
from jiangcheng.inspection.reach.words import SOURCE_LEVELS
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.planner.forms import Drafted
from jiangcheng.web.register.forms import day_field
from jiangcheng.web.register.pages import answer


class StepForm(Drafted, forms.Form):
    """登记 a step. What is missing is said by the rule."""

    optional = ("valid_until",)

    text = forms.CharField(label="程序要求", max_length=200, required=False, help_text="例：抽样检验前告知被检查人")
    document = forms.CharField(label="文件名称", max_length=120, required=False, help_text="例：中华人民共和国食品安全法")
    level = forms.ChoiceField(label="效力层级", choices=[("", "请选择"), *SOURCE_LEVELS], required=False)
    clause = forms.CharField(label="条款", max_length=60, required=False, help_text="例：第八十七条")
    guards = forms.ChoiceField(label="办在何时", choices=words.STEP_GUARDS, widget=forms.RadioSelect, required=False)
    valid_from = day_field("适用起")
    valid_until = day_field("适用止", required=False)


@screen("planner/items/<id>/steps", "327-18-6")
@desk("planner")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps of one item with source and term; 登记, 停止适用."""
    item = Item.objects.filter(pk=pk, body=request.actor.body).first()
    if item is None:
        raise Http404("no such item")
    ending = request.POST.get("step") == "end"
    form = StepForm(request.POST if request.method == "POST" and not ending else None, initial={"valid_from": calendar.today()})

    def work() -> str:
        if ending:
            _end(request, item)
        else:
            extra.add_step(request.actor, item, **form.cleaned_data)
        return request.path

    def context() -> dict[str, Any]:
        name = item.versions.order_by("-n").values_list("name", flat=True).first()
        return {
            "title": "其他法定程序", "item": item, "name": name, "rows": item.steps.select_related("entered_by"), "form": form,
            "today": calendar.today(), "process": ledger.history(item),
        }

    return answer(request, "planner/item_steps.html", context, work, None if ending else form)


def _end(request: HttpRequest, item: Item) -> None:
    row = ItemStep.objects.filter(pk=whole(request.POST.get("row", "")) or 0, item=item).first()
    if row is None:
        raise Http404("no such step")
    last = parse_date(request.POST.get("last", "") or "0")
    if last is None:
        raise Refused([Breach("没有写明止日。", (Remedy("填写止日"),), "valid_until", ("327-18-6",))])
    extra.end_step(request.actor, row, last)
