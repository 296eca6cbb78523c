"""What the security administrator does to an account: second step, sessions, identity at the provider."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from jiangcheng.law.screens import screen
from jiangcheng.parties import access, actions, oidc, second
from jiangcheng.parties.models import Account
from jiangcheng.web.admin.accounts import _crumbs
from jiangcheng.web.admin.forms import WhyForm
from jiangcheng.web.admin.tools import one_form
from jiangcheng.web.desk import desk
from jiangcheng.web.security.forms import IdentityForm

SHOWN = ("GET", "HEAD", "POST")


@screen("security/accounts/<id>/second", "HR-08-11")
@desk("security")
@require_http_methods(SHOWN)
def reset_second(request: HttpRequest, pk: int) -> HttpResponse:
    """重置二次验证: telephone and recovery codes are lost; every session of the account ends."""
    account = get_object_or_404(Account, pk=pk)
    form = WhyForm(request.POST or None)

    def act() -> None:
        second.reset(account, form.cleaned_data["why"], request.actor)
        access.end_all(account)

    return one_form(
        request, form, act, title=f"重置二次验证 {account.username}", word="重置二次验证", done="已重置，全部登录已退出。",
        back=reverse("admin-account", args=[pk]), crumbs=_crumbs(account),
        sub="请先当面或打电话核实本人。重置后，动态口令、通行密钥和恢复码全部作废，由本人重新设置。",
    )


@screen("security/accounts/<id>/sessions", "HR-08-12")
@desk("security")
@require_http_methods(SHOWN)
def end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    """退出全部登录 of an account."""
    account = get_object_or_404(Account, pk=pk)
    form = WhyForm(request.POST or None)
    return one_form(
        request, form, lambda: actions.end_sessions(account, form.cleaned_data["why"], request.actor), title=f"退出全部登录 {account.username}",
        word="退出全部登录", done="全部登录已退出。", back=reverse("admin-account", args=[pk]), crumbs=_crumbs(account),
        sub="例：手机遗失。没有提交的内容留在对方设备上。",
    )


@screen("security/accounts/<id>/identity", "327-08-3")
@desk("security")
@require_http_methods(SHOWN)
def bind(request: HttpRequest, pk: int) -> HttpResponse:
    """绑定 or 解除绑定 of an identity at the provider."""
    account = get_object_or_404(Account, pk=pk)
    bound = account.identities.first()
    form = WhyForm(request.POST or None) if bound else IdentityForm(request.POST or None)
    word = "解除统一身份绑定" if bound else "绑定统一身份"

    def act() -> None:
        if bound:
            oidc.unbind(account, bound.pk, request.actor, form.cleaned_data["why"])
        else:
            oidc.bind(account, settings.OIDC_ISSUER, form.cleaned_data["subject"], request.actor)

    return one_form(
        request, form, act, title=f"{word} {account.username}", word=word, done=f"已{word}。", back=reverse("admin-account", args=[pk]),
        crumbs=_crumbs(account), sub=f"现绑定：{bound.subject}" if bound else "只填写经过核对的身份标识；不按姓名或手机号对应。",
    )
