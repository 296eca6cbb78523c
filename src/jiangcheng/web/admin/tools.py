"""What the pages of the administrator's desk share: navigation, one form a page, refusals beside the fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiangcheng.law.rule import Refused
from jiangcheng.web.admin import words
from jiangcheng.web.context import navigation

__all__ = ["nav", "one_form", "refused_in", "words"]

PAGES = (
    ("首页", "admin-home"), ("单位", "admin-bodies"), ("人员", "admin-people"), ("账号", "admin-accounts"),
    ("参数与平台约定", "admin-parameters"), ("节假日", "admin-calendar"),
)


@navigation("admin")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    """Side navigation of the desk."""
    return [{"label": label, "url": reverse(name)} for label, name in PAGES]


def refused_in(form: BaseForm, refused: Refused) -> None:
    """Put every breach beside its field, or above the form."""
    for breach in refused.breaches:
        text = breach.sentence + (f"（依据：{breach.article}）" if breach.ids else "")
        form.add_error(breach.field if breach.field in form.fields else None, text)


def one_form(
    request: HttpRequest, form: BaseForm, act: Callable[[], Any], *, title: str, word: str, done: str, back: str,
    crumbs: tuple[tuple[str, str], ...] = (), sub: str = "", template: str = "admin/form.html",
) -> HttpResponse:
    """A page with one form: draws it, and when it is sent and sound does ``act`` and goes ``back`` saying ``done``."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except Refused as refused:
            refused_in(form, refused)
            status = 409
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"form": form, "title": title, "word": word, "back": back, "crumb_links": crumbs, "sub": sub}
    return render(request, template, context, status=status)
