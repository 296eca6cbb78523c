"""Log-in through the identity provider (统一身份认证), and binding an identity there to one's account here."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from jiangcheng.law.rule import Refused
from jiangcheng.parties import access, oidc
from jiangcheng.web.accounts.forms import SureForm
from jiangcheng.web.accounts.views import enter
from jiangcheng.web.errors import login_address

OFFERED = "oidc_offered"
"""Session key: an identity that was proved and waits for the owner of the account to say yes."""


@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Off to the provider. ``?bind=1`` to bind an identity to the account that is logged in."""
    if not oidc.on():
        raise Http404
    purpose = "bind" if request.GET.get("bind") else "login"
    if purpose == "bind" and request.actor.account is None:
        return redirect(login_address(request))
    try:
        return redirect(oidc.begin(request, request.GET.get("next", ""), purpose))
    except oidc.Failed as wrong:
        return _failed(request, str(wrong), 502)


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Back from the provider: log in as the bound account; who is not bound is told so in words."""
    if not oidc.on():
        raise Http404
    try:
        said, waiting = oidc.finish(request)
    except oidc.Failed as wrong:
        access.note_login(request, "统一身份认证", False, "provider")
        return _failed(request, str(wrong), 403)
    if waiting["purpose"] == "bind":
        if request.actor.account is None:
            return redirect("login")
        request.session[OFFERED] = {"issuer": said.issuer, "subject": said.subject, "name": said.name}
        return redirect("account-bind")
    account = oidc.account_of(said)
    access.note_login(request, account.username if account else f"统一身份 {said.subject}", account is not None, "provider")
    if account is None:
        return render(request, "accounts/unbound.html", {"title": "尚未绑定", "said": said, "provider": oidc.name()}, status=403)
    return enter(request, account, waiting["next"], **{oidc.TOKEN: said.token})


def _failed(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return render(request, "accounts/provider_failed.html", {"title": "没有登录", "why": why, "provider": oidc.name()}, status=status)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bind(request: HttpRequest) -> HttpResponse:
    """绑定: both sides were shown, the password says that it is the owner who wants it."""
    if request.actor.account is None:
        return redirect(login_address(request))
    offered = request.session.get(OFFERED)
    if not offered:
        return redirect("account-security")
    form, status = SureForm(request.user, request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            oidc.bind(request.user, offered["issuer"], offered["subject"], request.actor)
        except Refused as refused:
            form.add_error(None, refused.breaches[0].sentence)
            status = 409
        else:
            request.session.pop(OFFERED)
            messages.success(request, f"已绑定，今后可以用{oidc.name()}登录。")
            return redirect("account-security")
    return render(request, "accounts/bind.html", {"title": "绑定统一身份", "form": form, "offered": offered}, status=status)
