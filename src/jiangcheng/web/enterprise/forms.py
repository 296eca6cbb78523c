"""Forms of the enterprise's desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password


class PersonForm(forms.Form):
    """One more user of the enterprise's account."""

    name = forms.CharField(label="姓名", max_length=50)
    username = forms.CharField(label="账号名", max_length=60, help_text="例：chen.dianzhang，或手机号")
    phone = forms.CharField(label="手机", max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    password = forms.CharField(
        label="初始密码", help_text="至少 10 位，首次登录后请本人修改", strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> Any:
        password = self.cleaned_data["password"]
        validate_password(password)
        return password
