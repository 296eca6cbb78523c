"""账号安全: password, second step (code app, passkeys, recovery codes), identity provider, sessions, on one page."""

from __future__ import annotations

import io
import json

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties import access, oidc, passkeys, second
from jiangcheng.parties.identity import Passkey
from jiangcheng.parties.models import Account
from jiangcheng.web.accounts.forms import AppForm, SureForm
from jiangcheng.web.desk import whole
from jiangcheng.web.errors import login_address

NEW_CHALLENGE = "new_passkey_challenge"
CODES = "new_recovery_codes"
"""Session key of recovery codes that are shown once and then forgotten."""




@screen("account/", "HR-08-11", "HR-08-12")
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What protects this account, and what is missing. New recovery codes are shown once."""
    if request.actor.account is None:
        return redirect(login_address(request))
    account: Account = request.user
    roles = {seat.role for seat in access.seats_today(account)}
    keys = list(Passkey.objects.filter(account=account).order_by("added_at"))
    return render(request, "accounts/security.html", {
        "title": "账号安全", "account": account, "app": second.has_app(account), "keys": keys, "possible": passkeys.possible(),
        "enrolled": second.enrolled(account), "must": second.required(roles), "left": second.codes_left(account),
        "codes": request.session.pop(CODES, None), "devices": access.sessions_of(account).count(),
        "provider": oidc.name(), "identities": list(account.identities.all()), "idle": int(access.idle_time().total_seconds() // 60),
        "whole": int(access.whole_time().total_seconds() // 3600),
    })


def _set_up(request: HttpRequest, codes: list[str], done: str) -> None:
    """The session counts as proved, every other one ends: it was opened without the new step."""
    request.session[second.DONE] = True
    if codes:
        request.session[CODES] = codes
    ended = access.end_all(request.user, request.session.session_key)
    messages.success(request, done + (f"其他 {ended} 处登录已退出。" if ended else ""))


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True, light="#FFFFFF")
    return mark_safe(out.getvalue().decode())


@screen("account/app/", "HR-08-11")
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """设置动态口令: QR and secret, then the first code puts it in force."""
    if request.actor.account is None:
        return redirect(login_address(request))
    account: Account = request.user
    form, status = AppForm(request.POST or None), 200
    try:
        secret = second.begin_app(account)
        if request.method == "POST" and form.is_valid():
            _set_up(request, second.confirm_app(account, form.cleaned_data["code"], request.actor), "动态口令已启用。")
            return redirect("account-security")
    except Refused as refused:
        if second.has_app(account):
            messages.info(request, refused.breaches[0].sentence)
            return redirect("account-security")
        form.add_error("code", refused.breaches[0].sentence)
        status = 409
    return render(request, "accounts/app.html", {
        "title": "设置动态口令", "form": form, "qr": _qr(second.address(account, secret)), "account": account,
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    }, status=status)


@screen("account/passkey/", "HR-08-11")
@never_cache
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """添加通行密钥, for the page's script: without ``answer`` the challenge, with it the new key is kept. JSON."""
    if request.actor.account is None:
        return JsonResponse({"sentence": "请先登录。"}, status=401)
    if not passkeys.possible():
        return JsonResponse({"sentence": "通行密钥需要以域名和加密地址（https）访问本平台。"}, status=409)
    answer = request.POST.get("answer", "")
    if not answer:
        options, request.session[NEW_CHALLENGE] = passkeys.ask_new(request.user)
        return JsonResponse({"options": json.loads(options)})
    try:
        challenge = request.session.pop(NEW_CHALLENGE, "")
        codes = passkeys.add(request.user, answer, challenge, request.POST.get("name", ""), request.actor)
    except Refused as refused:
        return JsonResponse({"sentence": refused.breaches[0].sentence}, status=409)
    _set_up(request, codes, "通行密钥已添加。")
    return JsonResponse({"next": "/account/"})


CHANGES = {
    "app": ("停用动态口令", "停用后，登录时不再要求动态口令。"),
    "codes": ("更换恢复码", "生成 10 个新的恢复码，原来的恢复码全部作废。"),
    "passkey": ("删除通行密钥", "删除后，这个设备或密钥不能再用于登录。"),
    "identity": ("解除统一身份绑定", "解除后，不能再用统一身份认证登录这个账号。"),
}


@screen("account/change/", "HR-08-11")
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Take away or renew one of the ways, after the password was given once more."""
    if request.actor.account is None:
        return redirect(login_address(request))
    account: Account = request.user
    what = request.POST.get("what") or request.GET.get("what", "")
    if what not in CHANGES:
        return redirect("account-security")
    pk = whole(request.POST.get("pk") or request.GET.get("pk", "")) or 0
    form, status = SureForm(account, request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, account, what, pk)
        except Refused as refused:
            form.add_error(None, refused.breaches[0].sentence)
            status = 409
        else:
            messages.success(request, f"已{CHANGES[what][0]}。")
            return redirect("account-security")
    title, sub = CHANGES[what]
    return render(request, "accounts/change.html", {"title": title, "sub": sub, "what": what, "pk": pk, "form": form}, status=status)


def _change(request: HttpRequest, account: Account, what: str, pk: int) -> None:
    actor = request.actor
    if what == "app":
        second.drop_app(account, actor)
    elif what == "codes":
        request.session[CODES] = second.renew_codes(account, actor)
    elif what == "passkey":
        passkeys.drop(account, pk, actor)
    else:
        oidc.unbind(account, pk, actor)
