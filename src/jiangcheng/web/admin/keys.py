"""接口密钥: every key of the platform; the administrator revokes, and makes reading keys for other systems."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties import api_keys
from jiangcheng.parties.models import ApiKey
from jiangcheng.web.accounts.key_forms import SystemKeyForm
from jiangcheng.web.admin.tools import refused_in
from jiangcheng.web.desk import desk, whole


@screen("admin/keys", "HR-08-5")
@desk("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """All keys, those that open something first; 撤销."""
    if request.POST.get("revoke"):
        key = get_object_or_404(ApiKey, pk=whole(request.POST["revoke"]) or 0)
        api_keys.revoke(request.actor, key, "系统管理员撤销")
        messages.success(request, f"密钥“{key.name}”已撤销，使用它的程序不能再进入。")
        return redirect("admin-keys")
    found = ApiKey.objects.select_related("account", "seat__body", "seat__enterprise", "body", "use").order_by("revoked_at", "-id")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "admin/keys.html", {"title": "接口密钥", "page": page, "rows": [api_keys.marked(k) for k in page], "whose": True})


@desk("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A reading key for another system, shown once."""
    form = SystemKeyForm(request.POST or None, initial={"valid_until": timezone.localdate() + timedelta(days=90)})
    token, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                _, token = api_keys.make_for_system(request.actor, data["body"], data["role"], data["name"], data["valid_until"])
                status = 201
            except Refused as refused:
                refused_in(form, refused)
                status = 409
    return render(request, "admin/key_new.html", {"title": "为系统生成密钥", "form": form, "token": token}, status=status)
