"""Input of the administrator's desk."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone

from jiangcheng.law.parameters import Parameter
from jiangcheng.papers import portraits
from jiangcheng.parties import uscc, words
from jiangcheng.parties.actions import DayLine, spans
from jiangcheng.parties.models import (
    Account,
    Body,
    Certificate,
    Competence,
    Division,
    Enterprise,
    Headship,
    Person,
    Seat,
)
from jiangcheng.web.admin.words import CHOICES, PARTS, UNITS


def day_input(**attrs: Any) -> forms.DateInput:
    """A date field of the browser."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **attrs})


def _term(data: dict[str, Any], form: forms.BaseForm, start: str, until: str) -> None:
    if data.get(start) and data.get(until) and data[until] < data[start]:
        form.add_error(until, "止日不能早于起日")


class PlainForm(forms.ModelForm):
    """A model form whose empty choices say so in words."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = "未选择"
            elif isinstance(field, forms.ChoiceField):
                field.choices = [(value, word if value else "未选择") for value, word in field.choices]


class BodyForm(PlainForm):
    """A body: kind, basis, entrustment, level, territory, superior and office. Gaps are allowed, and shown as gaps."""

    class Meta:
        model = Body
        fields = (
            "name", "short", "uscc", "kind", "enforces", "judicial", "basis", "basis_level", "principal", "entrust_scope", "entrust_from",
            "entrust_until", "level", "division", "superior", "superior_name", "judicial_office", "vertical", "word", "address",
            "complaint_phone",
        )
        widgets = {"entrust_from": day_input(), "entrust_until": day_input()}
        help_texts = {
            "basis": "例：《中华人民共和国食品安全法》第六条", "entrust_scope": "受委托的组织填写，例：食品安全日常检查",
            "judicial_office": "对本单位行政检查进行监督的司法行政部门", "superior_name": "主管部门不在本市的，写名称",
            "vertical": "税务、海关等垂直管理单位", "word": "例：示市监", "enforces": "不勾选的单位不能实施行政检查",
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["judicial_office"].queryset = Body.objects.filter(judicial=True)
        self.fields["principal"].queryset = Body.objects.filter(kind="organ")
        self.fields["division"].queryset = Division.objects.order_by("path")
        self.fields["division"].label_from_instance = lambda d: "　" * (d.level - 1) + d.name

    def clean_uscc(self) -> str:
        code = self.cleaned_data["uscc"]
        if not code:
            return ""
        found = uscc.check(code)
        if not found.valid:
            raise forms.ValidationError(found.problem)
        return found.code

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _term(data, self, "entrust_from", "entrust_until")
        if data.get("principal") and data["principal"].pk == self.instance.pk:
            self.add_error("principal", "委托机关不能是本单位")
        return data


class CompetenceForm(PlainForm):
    """A field that the body may inspect."""

    field = forms.ChoiceField(label="领域", choices=words.FIELDS)

    class Meta:
        model = Competence
        fields = ("field", "basis", "valid_from", "valid_until")
        widgets = {"valid_from": day_input(), "valid_until": day_input()}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _term(data, self, "valid_from", "valid_until")
        return data


class HeadForm(PlainForm):
    """A responsible head of a body, with term."""

    class Meta:
        model = Headship
        fields = ("person", "rank", "valid_from", "valid_until")
        widgets = {"valid_from": day_input(), "valid_until": day_input()}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _term(data, self, "valid_from", "valid_until")
        return data


class TermForm(forms.Form):
    """The last day of a term."""

    valid_until = forms.DateField(label="止日", widget=day_input(), help_text="这一天仍有效，次日起失效")
    why = forms.CharField(label="原因", max_length=200, help_text="例：调离本单位")


class PersonForm(forms.ModelForm):
    """A natural person."""

    class Meta:
        model = Person
        fields = ("name", "phone")
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel"})}


class CertificateForm(PlainForm):
    """An enforcement certificate, with the photo of its holder."""

    photo = forms.FileField(
        label="证件照片", required=False, widget=forms.FileInput(attrs={"accept": portraits.ACCEPT}),
        help_text="JPG 或 PNG，竖向，不小于 240×320 像素，不超过 5 MB。入企时企业凭照片核对来人；照片中的拍摄位置等信息不保留",
    )
    drop = forms.BooleanField(label="撤下现有照片", required=False)

    class Meta:
        model = Certificate
        fields = ("body", "number", "issuer", "valid_from", "valid_until")
        labels = {"body": "所属单位"}
        widgets = {"valid_from": day_input(), "valid_until": day_input()}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.photo:
            self.fields["photo"].label = "更换证件照片"
        else:
            del self.fields["drop"]

    def row(self) -> Certificate:
        """The certificate as filled in, its photo kept in the store. Refused when the photo cannot be used."""
        row = self.save(commit=False)
        if sent := self.cleaned_data["photo"]:
            row.photo = portraits.keep(sent)
        elif self.cleaned_data.get("drop"):
            row.photo = ""
        return row

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _term(data, self, "valid_from", "valid_until")
        return data


class SuspendForm(forms.Form):
    """暂扣 of a certificate."""

    start = forms.DateField(label="暂扣起", widget=day_input())
    suspended_until = forms.DateField(label="暂扣止", required=False, widget=day_input(), help_text="未定的留空")
    why = forms.CharField(label="原因", max_length=200)


class RevokeForm(forms.Form):
    """注销 of a certificate."""

    day = forms.DateField(label="注销日期", widget=day_input(), help_text="自这一天起失效，不能恢复")
    why = forms.CharField(label="原因", max_length=200)


def new_password(label: str = "初始密码") -> forms.CharField:
    """A password set for someone else: shown while it is typed, changed by its owner later."""
    return forms.CharField(
        label=label, strip=False, help_text="至少 10 位，不用常见密码；请当面告知，并请本人登录后修改",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class AccountForm(forms.Form):
    """A new account for a person."""

    username = forms.CharField(
        label="账号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = new_password()

    def clean_username(self) -> str:
        if Account.objects.filter(username=self.cleaned_data["username"]).exists():
            raise forms.ValidationError("这个账号名已有人使用，请换一个")
        return self.cleaned_data["username"]

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]


class ResetForm(forms.Form):
    """A new password for an account."""

    password = new_password("新密码")

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label="原因", max_length=200)


class SeatForm(PlainForm):
    """A role in a body, or for an enterprise by its credit code."""

    code = forms.CharField(
        label="企业的统一社会信用代码", required=False, max_length=30, help_text="只在角色为企业用户时填写",
    )

    class Meta:
        model = Seat
        fields = ("role", "body", "code", "valid_from", "valid_until")
        labels = {"body": "单位"}
        widgets = {"valid_from": day_input(), "valid_until": day_input()}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _term(data, self, "valid_from", "valid_until")
        if data.get("role") == "enterprise":
            self.instance.enterprise = Enterprise.objects.filter(uscc=uscc.compact(data.get("code", ""))).first()
            data["body"] = None
            if self.instance.enterprise is None:
                self.add_error("code", "没有登记这个信用代码的企业")
        elif not data.get("body"):
            self.add_error("body", "请选择单位")
        elif data.get("role") == "supervisor" and not data["body"].judicial:
            self.add_error("body", "司法行政监督员须在司法行政部门")
        return data


class ParameterForm(forms.Form):
    """新增一版: a new value of a parameter, from a day on, with its ground. Fields follow the kind of value."""

    valid_from = forms.DateField(label="自何日起", widget=day_input())
    ground = forms.CharField(label="依据", max_length=400, help_text="例：市司法局办公会议纪要〔2026〕8号")

    def __init__(self, parameter: Parameter, current: Any, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.parameter, self.like = parameter, parameter.versions[-1].value
        unit = UNITS.get(parameter.unit, "")
        made: dict[str, forms.Field] = {}
        if isinstance(self.like, dict):
            for key, part in self.like.items():
                made[f"part_{key}"] = self._field(part, current[key], PARTS.get(key, key), unit if not isinstance(part, str) else "")
        else:
            made["value"] = self._field(self.like, current, "新的取值", unit)
        self.fields = {**made, **self.fields}

    def _field(self, like: Any, current: Any, label: str, unit: str) -> forms.Field:
        help_text = f"单位：{unit}" if unit else ""
        if isinstance(like, bool):
            return forms.ChoiceField(label=label, choices=[("true", "是"), ("false", "否")], initial="true" if current else "false")
        if isinstance(like, int | float):
            return forms.DecimalField(label=label, min_value=0, initial=current, help_text=help_text)
        if isinstance(like, date):
            return forms.DateField(label=label, widget=day_input(), initial=current)
        others = [o for o in self.parameter.others if isinstance(o, str)] if not isinstance(self.like, dict) else []
        options = list(dict.fromkeys([like, *others]))
        return forms.ChoiceField(label=label, choices=[(o, CHOICES.get(o, o)) for o in options], initial=current)

    def clean_valid_from(self) -> date:
        if self.cleaned_data["valid_from"] < timezone.localdate():
            raise forms.ValidationError("生效日不能早于今天：已办事项按当时的约定")
        return self.cleaned_data["valid_from"]

    def text(self) -> str:
        """The value in the form that the law package reads."""
        data = self.cleaned_data
        if isinstance(self.like, dict):
            return json.dumps({k: _plain(data[f"part_{k}"]) for k in self.like}, ensure_ascii=False)
        found = _plain(data["value"])
        return found.isoformat() if isinstance(found, date) else str(found)


def _plain(value: Any) -> Any:
    if isinstance(value, str | date):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


class DaysForm(forms.Form):
    """导入通知: holidays and make-up days as the notice lists them."""

    source = forms.CharField(label="通知名称和文号", max_length=200, help_text="例：国务院办公厅关于2027年部分节假日安排的通知")
    holidays = forms.CharField(
        label="放假", widget=forms.Textarea(attrs={"rows": 7}), help_text="每行一段，例：2027-01-01至2027-01-03 元旦",
    )
    workdays = forms.CharField(
        label="调休上班", required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text="每行一日，例：2027-02-06 春节",
    )

    def _lines(self, name: str, working: bool) -> list[DayLine]:
        found, wrong = [], []
        for n, line in enumerate(self.cleaned_data.get(name, "").splitlines(), 1):
            if not line.strip():
                continue
            days, _, word = line.strip().partition(" ")
            try:
                found += [DayLine(day, working, word.strip()[:40]) for day in spans(days)]
            except ValueError:
                wrong.append(f"第 {n} 行“{line.strip()}”不是日期，请按例填写")
        if wrong:
            raise forms.ValidationError(wrong)
        return found

    def clean_holidays(self) -> list[DayLine]:
        return self._lines("holidays", False)

    def clean_workdays(self) -> list[DayLine]:
        return self._lines("workdays", True)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        both = {x.day for x in data.get("holidays") or []} & {x.day for x in data.get("workdays") or []}
        if both:
            self.add_error("workdays", f"{min(both)} 同时列为放假和上班")
        return data
