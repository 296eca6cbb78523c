"""Input of the security administrator."""

from __future__ import annotations

from django import forms

from jiangcheng.parties.words import KEY_USES


class IdentityForm(forms.Form):
    """The identifier of a person at the identity provider."""

    subject = forms.CharField(
        label="统一身份认证中的身份标识", max_length=200, help_text="对方登录后，页面上“身份标识”一栏的内容",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class RotationForm(forms.Form):
    """Which key is to be changed, and why."""

    use = forms.ChoiceField(label="哪种密钥", choices=[(slug, f"{word}密钥") for slug, word in KEY_USES], widget=forms.RadioSelect)
    why = forms.CharField(label="原因", max_length=300, help_text="例：按年度计划更换；例：服务器移交")
