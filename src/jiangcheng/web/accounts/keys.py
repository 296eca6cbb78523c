"""接口密钥: keys of one's own seats for programs; shown once, revoked at any time."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties import access, api_keys
from jiangcheng.parties.models import ApiKey
from jiangcheng.web.accounts.key_forms import OwnKeyForm
from jiangcheng.web.desk import whole
from jiangcheng.web.errors import login_address


@screen("keys", "HR-08-5")
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The own keys; 生成 shows the new one once, 撤销 ends one."""
    if request.actor.account is None:
        return redirect(login_address(request))
    if request.POST.get("revoke"):
        return _revoke(request)
    form = OwnKeyForm(request.user, request.POST or None, initial={"valid_until": timezone.localdate() + timedelta(days=90)})
    token, status = "", 200
    if request.method == "POST":
        status = 422
        if access.login_allowed(request.user.username) is not None:
            form.add_error("password", "密码不符的次数较多，请稍后再试")
        elif form.is_valid():
            token, status = _make(request, form)
    return render(request, "accounts/keys.html", {
        "title": "接口密钥", "form": form, "token": token, "rows": api_keys.keys_of(request.user), "may": bool(form.seats),
    }, status=status)


def _make(request: HttpRequest, form: OwnKeyForm) -> tuple[str, int]:
    data = form.cleaned_data
    try:
        _, token = api_keys.make_own(request.actor, form.seats[data["seat"]], data["name"], data["valid_until"], acts=data["acts"] == "act")
    except Refused as refused:
        for breach in refused.breaches:
            form.add_error(breach.field if breach.field in form.fields else None, breach.sentence)
        return "", 409
    return token, 201


def _revoke(request: HttpRequest) -> HttpResponse:
    key = ApiKey.objects.filter(account=request.actor.account, pk=whole(request.POST["revoke"]) or 0).first()
    if key is None:
        raise Http404("key")
    api_keys.revoke(request.actor, key, "本人撤销")
    messages.success(request, f"密钥“{key.name}”已撤销，使用它的程序不能再进入。")
    return redirect("api-keys")
