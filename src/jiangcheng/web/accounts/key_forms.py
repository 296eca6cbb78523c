"""Input of keys for programs: a person's own, a system's."""

from __future__ import annotations

from typing import Any

from django import forms

from jiangcheng.parties import access, api_keys, words
from jiangcheng.parties.models import Account, Body


def _day(**attrs: Any) -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **attrs})


class OwnKeyForm(forms.Form):
    """A key of one's own; the password is asked again, so that an open browser does not make keys."""

    name = forms.CharField(label="用途", max_length=60, help_text="由哪个系统或者程序使用")
    seat = forms.ChoiceField(label="岗位", help_text="程序以这个岗位办理，办理过程写您的姓名")
    acts = forms.ChoiceField(
        label="可以做什么", choices=(("read", "只读取"), ("act", "读取和办理")), widget=forms.RadioSelect, initial="read",
    )
    valid_until = forms.DateField(label="有效期至", widget=_day())
    password = forms.CharField(
        label="当前密码", strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.seats = {str(s.pk): s for s in access.seats_today(account) if s.role != "admin"}
        self.fields["seat"].choices = [(key, access.seat_word(s)) for key, s in self.seats.items()]
        self.fields["valid_until"].widget.attrs["max"] = api_keys.longest().isoformat()

    def clean_password(self) -> str:
        if not self.account.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError("密码不符")
        return ""


class SystemKeyForm(forms.Form):
    """A reading key for another system."""

    name = forms.CharField(label="系统名称", max_length=60)
    body = forms.ModelChoiceField(label="单位", queryset=Body.objects.order_by("name"), empty_label="未选择")
    role = forms.ChoiceField(
        label="读取范围", choices=[(r, w) for r, w in words.ROLES if r in api_keys.SYSTEM_ROLES],
        help_text="与这个岗位的人员看到的相同；只读取，不能办理",
    )
    valid_until = forms.DateField(label="有效期至", widget=_day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].widget.attrs["max"] = api_keys.longest().isoformat()
