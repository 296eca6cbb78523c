"""消息: what others did that concerns one; how one wants to be told; filters that one keeps."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from jiangcheng.law.screens import screen
from jiangcheng.web import paging
from jiangcheng.web.desk import desk
from jiangcheng.web.work.views import ALL, frame
from jiangcheng.work import actions, notices, words
from jiangcheng.work.models import Notice, Wish


def address(notice: Notice) -> str:
    """The page a notice leads to; empty when there is none any more."""
    try:
        return reverse(notice.page, args=notice.args) if notice.page else ""
    except NoReverseMatch:
        return ""


@screen("messages/", "327-08-2")
@desk(*ALL)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """消息, newest first; unread ones marked."""
    rows, show = notices.of(request.actor.account), request.GET.get("show", "")
    if show == "unread":
        rows = rows.filter(read_at=None)
    if request.GET.get("kind") in words.NOTICES:
        rows = rows.filter(kind=request.GET["kind"])
    page = paging.page(request, rows, 20)
    return render(request, "work/messages.html", frame(request, "消息") | {
        "page": page, "shows": [("", "全部"), ("unread", "未读")], "rows": [(n, address(n)) for n in page],
        "filtered": bool(show or request.GET.get("kind")),
    })


@desk(*ALL)
@require_POST
def open_(request: HttpRequest, pk: int) -> HttpResponse:
    """查看: marks the notice as read and goes to the thing."""
    notice = notices.read(request.actor.account, pk)
    if notice is None:
        raise Http404("notice")
    return redirect(address(notice) or "messages")


@desk(*ALL)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """全部标为已读."""
    notices.read(request.actor.account)
    messages.success(request, "全部消息已标为已读。")
    return redirect("messages")


class WishForm(forms.ModelForm):
    """Addresses, and which kinds of notice go to them."""

    by_mail = forms.MultipleChoiceField(label="发到电子邮件", choices=list(words.NOTICES.items()), required=False)
    by_sms = forms.MultipleChoiceField(label="发到手机短信", choices=list(words.NOTICES.items()), required=False)

    class Meta:
        model = Wish
        fields = ("mail", "mobile", "by_mail", "by_sms")

    def clean_mobile(self) -> str:
        number = self.cleaned_data["mobile"].replace(" ", "")
        if number and not (number.isascii() and number.isdigit() and len(number) == 11 and number.startswith("1")):
            raise forms.ValidationError("请填写 11 位手机号码。")
        return number


@screen("messages/settings/", "327-08-2")
@desk(*ALL)
def settings(request: HttpRequest) -> HttpResponse:
    """消息设置: address, number, kinds. Messages on the platform are always there."""
    wish = Wish.objects.filter(account=request.actor.account).first() or Wish(account_id=request.actor.account)
    form, status = WishForm(request.POST or None, instance=wish), 200
    if request.method == "POST":
        form = WishForm(request.POST, instance=wish)
        if form.is_valid():
            notices.save_wish(request.user, form.save(commit=False))
            messages.success(request, "消息设置已保存。")
            return redirect("messages")
        status = 422
    chosen = {name: request.POST.getlist(name) if request.method == "POST" else getattr(wish, name) for name in ("by_mail", "by_sms")}
    kinds = [(slug, word, slug in chosen["by_mail"], slug in chosen["by_sms"]) for slug, word in words.NOTICES.items()]
    return render(request, "work/settings.html", frame(request, "消息设置") | {"form": form, "kinds": kinds, "ways": _ways()}, status=status)


def _ways() -> dict[str, bool]:
    """Which ways out this installation has."""
    from django.conf import settings as installed  # noqa: PLC0415  a view of the same name stands here

    return {"mail": bool(installed.MAIL_SERVER), "sms": bool(installed.SMS_GATEWAY)}


@desk(*ALL)
@require_POST
def keep_filter(request: HttpRequest) -> HttpResponse:
    """保存筛选 of the list from which it comes."""
    page = request.POST.get("page", "")[:60]
    if not page.startswith("/") or not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        raise Http404("page")
    kept = actions.save_filter(request.actor, page, request.POST.get("name", ""), request.POST.get("query", ""))
    messages.success(request, f"已保存筛选“{kept.name}”。")
    return redirect(f"{page}?{kept.query}")


@desk(*ALL)
@require_POST
def drop_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """删除筛选."""
    gone = actions.drop_filter(request.actor, pk)
    if gone is None:
        raise Http404("filter")
    messages.success(request, f"已删除筛选“{gone.name}”。")
    return redirect(gone.page)
