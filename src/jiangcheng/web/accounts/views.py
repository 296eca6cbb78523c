"""Log-in, log-out, sessions, seats, password, and the claim of an enterprise's account."""

from __future__ import annotations

import math
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Refused
from jiangcheng.parties import access, enterprises
from jiangcheng.parties.models import Account, LoginEvent, OpenSession
from jiangcheng.web.accounts.forms import ClaimForm, LoginForm, PasswordForm
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import whole
from jiangcheng.web.errors import login_address

ACT_WORDS.update({
    "parties.password": "修改密码", "parties.claim": "认领企业账号", "parties.claim_code": "出具认领码", "parties.claim_try": "认领码核对",
    "parties.consent": "同意电子送达", "parties.user_added": "添加人员", "parties.consent_withdrawn": "撤回电子送达同意",
})
TOO_MANY = "此网络地址尝试次数过多，请过一会儿再试。"


def wait_words(left: timedelta) -> str:
    """还有 14 分钟, rounded up."""
    return f"{max(1, math.ceil(left.total_seconds() / 60))} 分钟"


def desk_of(request: HttpRequest) -> str:
    """Address of the desk of the active seat; the public home page where there is none."""
    actor = access.actor_of(request)
    for role in sorted(actor.roles):
        address = f"{get_script_prefix()}{role}/"
        try:
            resolve(address)
        except Resolver404:
            continue
        return address
    return resolve_url("home")


def _after(request: HttpRequest, wanted: str) -> HttpResponseRedirect:
    safe = wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if safe else desk_of(request))


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """登录. What was typed stays, the password apart; a locked account reads the time that is left."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if request.method != "POST":
        if request.actor.account is not None:
            return _after(request, wanted)
        return render(request, "accounts/login.html", {"form": LoginForm(), "next": wanted})
    form = LoginForm(request.POST)
    status = 200
    if form.is_valid():
        account = authenticate(request, **form.cleaned_data)
        if account is not None:
            access.log_in(request, account)
            return _after(request, wanted)
        status = _say_why(request, form)
    return render(request, "accounts/login.html", {"form": form, "next": wanted}, status=status)


def _say_why(request: HttpRequest, form: LoginForm) -> int:
    """Write the reason to the form; the answer's status: 429 while locked, 403 for what does not match."""
    username = form.cleaned_data["username"]
    left = access.login_allowed(username)
    if left is not None:
        form.add_error("password", f"连续 {access.TRIES} 次不符，账号已锁定，{wait_words(left)}后可以再试。急用的，请联系系统管理员解锁。")
        return 429
    if not access.address_allowed(access.address_of(request)):
        form.add_error("password", TOO_MANY)
        return 429
    form.add_error("password", f"账号或密码不符，还可试 {access.tries_left(username)} 次。")
    return 403


@never_cache
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """退出."""
    logout(request)
    messages.info(request, "已退出登录。")
    return redirect("login")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """登录设备: where this account is logged in; ends one or all others."""
    if request.actor.account is None:
        return redirect(login_address(request))
    account = request.user
    if request.method == "POST":
        if request.POST.get("all"):
            messages.success(request, f"已退出其他 {access.end_all(account, request.session.session_key)} 处登录。")
        else:
            _end_one(request, account)
        return redirect("sessions")
    rows = list(access.sessions_of(account).select_related("seat__body", "seat__enterprise"))
    for row in rows:
        row.here = row.key == request.session.session_key
        row.device = device_of(row.agent)
        row.seat_word = access.seat_word(row.seat) if row.seat else ""
    tries = LoginEvent.objects.filter(username=account.username).order_by("-at")[:10]
    return render(request, "accounts/sessions.html", {"title": "登录设备", "rows": rows, "others": len(rows) - 1, "tries": tries})


def _end_one(request: HttpRequest, account: Account) -> None:
    given = request.POST.get("session", "")
    if whole(given) is None or not access.end_session(account, whole(given)):
        raise Http404
    messages.success(request, "已退出该处登录。")


def device_of(agent: str) -> str:
    """A device in words, from what the browser says of itself."""
    systems = (("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("HarmonyOS", "鸿蒙设备"), ("Android", "安卓手机"), ("Windows", "Windows 电脑"),
               ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"))
    browsers = (("MicroMessenger", "微信"), ("Edg/", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    where = next((word for key, word in systems if key in agent), "其他设备")
    what = next((word for key, word in browsers if key in agent), "")
    return f"{where} · {what}" if what else where


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: HttpRequest) -> HttpResponse:
    """切换岗位: a person with several seats acts in one at a time."""
    if request.actor.account is None:
        return redirect(login_address(request))
    if request.method == "POST":
        given = request.POST.get("seat", "")
        if whole(given) is None or access.switch_seat(request, whole(given)) is None:
            raise Http404
        return redirect(desk_of(request))
    row = access.open_session(request)
    rows = [
        {"id": s.pk, "role": access.ROLE_WORDS[s.role], "where": (s.body or s.enterprise), "until": s.valid_until,
         "current": row is not None and s.pk == row.seat_id}
        for s in access.seats_today(request.user)
    ]
    return render(request, "accounts/seat.html", {"title": "切换岗位", "rows": rows})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """修改密码; every other session of the account ends."""
    if request.actor.account is None:
        return redirect(login_address(request))
    account = request.user
    form = PasswordForm(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        old_key = request.session.session_key
        with ledger.act("parties.password", request.actor, about=account):
            account.set_password(form.cleaned_data["new"])
            account.save(update_fields=["password"])
        update_session_auth_hash(request, account)
        OpenSession.objects.filter(key=old_key).update(key=request.session.session_key)
        ended = access.end_all(account, request.session.session_key)
        messages.success(request, "密码已修改。" + (f"其他 {ended} 处登录已退出。" if ended else ""))
        return redirect("sessions")
    return render(request, "accounts/password.html", {"title": "修改密码", "form": form})


@sensitive_post_parameters("password", "code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """认领企业: credit code and the code printed on a notice make the enterprise's first account."""
    if request.method != "POST":
        return render(request, "accounts/claim.html", {"form": ClaimForm(initial={"uscc": request.GET.get("uscc", "")})})
    form = ClaimForm(request.POST)
    address, status = access.address_of(request), 200
    if not access.address_allowed(address):
        form.add_error(None, TOO_MANY)
    elif form.is_valid():
        data = form.cleaned_data
        try:
            account = enterprises.claim(
                data["uscc"], data["code"], username=data["username"], password=data["password"], name=data["name"], phone=data["phone"],
            )
        except Refused as refused:
            status = 409
            _beside_fields(form, refused, address)
        else:
            access.log_in(request, account)
            messages.success(request, "企业账号已认领。")
            return redirect(desk_of(request))
    return render(request, "accounts/claim.html", {"form": form}, status=status)


def _beside_fields(form: ClaimForm, refused: Refused, address: str) -> None:
    for breach in refused.breaches:
        form.add_error(breach.field if breach.field in form.fields else None, breach.sentence)
    if any(b.field == "code" for b in refused.breaches):
        LoginEvent.objects.create(username="认领", ok=False, address=address)
