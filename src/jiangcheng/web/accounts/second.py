"""二次验证 at log-in: after the password a code of the app, a recovery code, or a passkey."""

from __future__ import annotations

import json
import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from jiangcheng.law.screens import screen
from jiangcheng.parties import access, passkeys, second
from jiangcheng.parties.identity import Passkey
from jiangcheng.parties.models import Account
from jiangcheng.web.accounts.forms import SecondForm
from jiangcheng.web.accounts.views import PENDING, TOO_MANY, after, wait_words

WITHIN = 300
"""Seconds between the password and the second step."""
CHALLENGE = "passkey_challenge"


def pending(request: HttpRequest) -> Account | None:
    """Who gave the right password in this browser and still owes the second step; None when that was too long ago."""
    found = request.session.get(PENDING)
    if not found or time.time() - found["at"] > WITHIN:
        request.session.pop(PENDING, None)
        return None
    return Account.objects.select_related("person").filter(pk=found["account"], is_active=True).first()


def _let_in(request: HttpRequest, account: Account) -> str:
    """Open the session; where to go."""
    found = request.session.pop(PENDING)
    request.session.pop(CHALLENGE, None)
    access.log_in(request, account, twice=True)
    request.session.update(found["kept"])
    return after(request, found["next"]).url


def _closed(request: HttpRequest, account: Account) -> str:
    """Why nothing may be tried now, in words; empty when it may."""
    left = second.locked_for(account)
    if left is not None:
        return f"二次验证多次不符，已锁定，{wait_words(left)}后可以再试。急用的，请联系安全管理员。"
    return "" if access.address_allowed(access.address_of(request)) else TOO_MANY


@screen("login/second/", "HR-08-11")
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The second step. 403 for a code that does not match, 429 while locked."""
    account = pending(request)
    if account is None:
        return redirect("login")
    form, status = SecondForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        why = _closed(request, account)
        if not why:
            good = second.check(account, form.cleaned_data["code"])
            access.note_login(request, account.username, good, "second")
            if good:
                return redirect(_let_in(request, account))
            why = _closed(request, account)
        form.add_error("code", why or f"口令不符，还可试 {second.tries_left(account)} 次。")
        status = 429 if why else 403
    context = {"form": form, "account": account, "title": "二次验证", "passkey": passkeys.possible() and _has_passkey(account)}
    return render(request, "accounts/second.html", context, status=status)


def _has_passkey(account: Account) -> bool:
    return Passkey.objects.filter(account=account).exists()


@never_cache
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """For the page's script: without ``answer`` the challenge, with it the check. JSON both ways; 403 and 429 as for codes."""
    account = pending(request)
    if account is None:
        return JsonResponse({"sentence": "登录已超时，请重新输入密码。"}, status=403)
    if why := _closed(request, account):
        return JsonResponse({"sentence": why}, status=429)
    answer = request.POST.get("answer", "")
    if not answer:
        options, request.session[CHALLENGE] = passkeys.ask(account)
        return JsonResponse({"options": json.loads(options)})
    good = passkeys.check(account, answer, request.session.pop(CHALLENGE, ""))
    access.note_login(request, account.username, good, "second")
    if not good:
        why = _closed(request, account)
        return JsonResponse({"sentence": why or f"通行密钥不符，还可试 {second.tries_left(account)} 次。"}, status=429 if why else 403)
    return JsonResponse({"next": _let_in(request, account)})
