"""Input of log-in, password and claim."""

from __future__ import annotations

from django import forms
from django.contrib.auth.password_validation import validate_password

from jiangcheng.parties import uscc, words


class LoginForm(forms.Form):
    """Account and password; paste and password managers are welcome."""

    username = forms.CharField(
        label="账号", max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}),
    )
    password = forms.CharField(
        label="密码", max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """Change of the own password."""

    old = forms.CharField(
        label="当前密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码", strip=False, help_text="至少 10 位，不用常见密码；可以用一句好记的话",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(label="再填一次新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, account, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_old(self) -> str:
        if not self.account.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError("当前密码不符")
        return self.cleaned_data["old"]

    def clean_new(self) -> str:
        validate_password(self.cleaned_data["new"], self.account)
        return self.cleaned_data["new"]

    def clean(self) -> dict:
        data = super().clean()
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次填写的新密码不同")
        return data


class ClaimForm(forms.Form):
    """Claim of an enterprise: credit code, printed code, and the account to be made."""

    uscc = forms.CharField(
        label="统一社会信用代码", max_length=30, help_text="营业执照上的 18 位代码",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label="认领码", max_length=20, help_text="检查通知书末页的 10 位认领码，不分大小写",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(label="您的姓名", max_length=50, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        label="手机", max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    username = forms.CharField(
        label="设置账号", max_length=60, help_text="字母、数字或手机号，登录时使用",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="设置密码", strip=False, help_text="至少 10 位，不用常见密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )

    def clean_uscc(self) -> str:
        found = uscc.check(self.cleaned_data["uscc"])
        if not found.valid:
            raise forms.ValidationError(found.problem)
        return found.code


class DecisionForm(forms.Form):
    """认定 of a subject whose code does not settle whether the decree applies (HR-04-1)."""

    applies = forms.ChoiceField(
        label="认定结论", widget=forms.RadioSelect,
        choices=[(slug, word) for slug, word in words.APPLIES if slug != "undecided"],
    )
    reason = forms.CharField(
        label="认定理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="例：村集体经济组织，从事生产经营，按企业对待",
    )
