"""Input of the registers of article 2 and 4."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from jiangcheng.inspection.outside.words import PURPOSES
from jiangcheng.inspection.reach.rules import MAY_BE_SET_ASIDE
from jiangcheng.inspection.reach.words import SOURCE_LEVELS, TIE_KINDS
from jiangcheng.law import registry
from jiangcheng.parties.words import FIELDS
from jiangcheng.web.planner.forms import Drafted


def day_field(label: str, required: bool = True, **more: Any) -> forms.DateField:
    """A date of the browser."""
    return forms.DateField(label=label, required=required, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)


def firm_field() -> forms.CharField:
    """The enterprise by its code."""
    return forms.CharField(
        label="企业的统一社会信用代码", max_length=18, help_text="18 位，可先在上方查找企业后复制。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class OutingForm(Drafted, forms.Form):
    """登记走访. What is missing or no such visit is said by the rules."""

    always = ("uscc", "day", "start", "end")
    optional = ("invited_by",)

    uscc = firm_field()
    purpose = forms.ChoiceField(
        label="这次去做什么（目的）", choices=[("", "请选择"), *PURPOSES], required=False,
        help_text="巡查、核验企业是否守法，或者决定、命令是否执行的，是行政检查，不能在这里登记。",
    )
    aim = forms.CharField(label="具体内容", max_length=300, required=False, help_text="例：讲解新修订的食品标签标准，听取意见。",
                          widget=forms.Textarea(attrs={"rows": "2"}))
    people = forms.CharField(label="前往人员", max_length=200, required=False, help_text="姓名，用顿号隔开。")
    day = day_field("日期")
    start = forms.TimeField(label="开始时间", widget=forms.TimeInput(attrs={"type": "time"}))
    end = forms.TimeField(label="结束时间", widget=forms.TimeInput(attrs={"type": "time"}))
    invited_by = forms.CharField(label="企业邀请或者同意", max_length=200, required=False, help_text="谁、何时邀请或者同意。")

    def window(self) -> tuple[datetime, datetime]:
        """Start and end in the city's time."""
        data, zone = self.cleaned_data, timezone.get_current_timezone()
        return datetime.combine(data["day"], data["start"], zone), datetime.combine(data["day"], data["end"], zone)


class TieForm(Drafted, forms.Form):
    """登记隶属或国资关系, with the evidence."""

    always = ("uscc", "valid_from")
    optional = ("valid_until",)

    uscc = firm_field()
    kind = forms.ChoiceField(label="关系", choices=TIE_KINDS, widget=forms.RadioSelect, required=False)
    document = forms.CharField(label="证明文件", max_length=200, required=False, help_text="例：示编〔2024〕12号；或者出资人名录第 36 号。")
    evidence = forms.FileField(label="证明材料", required=False, help_text="扫描件或者照片，PDF、JPG、PNG。")
    valid_from = day_field("自何日起")
    valid_until = day_field("至何日止", required=False)


class ExceptionForm(Drafted, forms.Form):
    """登记从其规定."""

    optional = ("valid_until",)

    document = forms.CharField(label="文件名称", max_length=120, required=False, help_text="例：中华人民共和国道路交通安全法。通知、函不能登记。")
    level = forms.ChoiceField(label="效力层级", choices=[("", "请选择"), *SOURCE_LEVELS], required=False)
    clause = forms.CharField(label="条款", max_length=60, required=False, help_text="例：第八十七条")
    says = forms.CharField(label="另行规定的内容", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": "2"}))
    duty = forms.ChoiceField(label="本办法的哪一项要求不适用", required=False)
    fields_ = forms.MultipleChoiceField(label="适用的领域", choices=FIELDS, required=False, widget=forms.CheckboxSelectMultiple)
    valid_from = day_field("适用起")
    valid_until = day_field("适用止", required=False, help_text="没有止日的不填。")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = [(d, f"{registry.display_source(d)}：{registry.wording(d)}") for d in MAY_BE_SET_ASIDE]
        self.fields["duty"].choices = [("", "请选择"), *rows]
