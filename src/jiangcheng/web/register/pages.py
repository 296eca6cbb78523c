"""What the pages of the registers share: finding the enterprise, doing an act once, answering a refusal on the same page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.parties.models import Enterprise
from jiangcheng.web.errors import refused_response

Context = Callable[[], dict[str, Any]]


def firm(code: str, ids: tuple[str, ...]) -> Enterprise:
    """The enterprise of a credit code; refused where there is none."""
    found = Enterprise.objects.filter(uscc=code.strip().upper()).first()
    if found is None:
        raise Refused([Breach("没有找到这个信用代码的企业。", (Remedy("核对 18 位信用代码"),), "uscc", ids)])
    return found


def answer(
    request: HttpRequest, template: str, context: Context, work: Callable[[], str], form: BaseForm | None = None, done: str = "已保存。",
) -> HttpResponse:
    """Draw the page; when it was sent and the form is sound do ``work`` and go where it says. A refusal keeps what was typed."""
    if request.method != "POST":
        return render(request, template, context())
    if form is not None and not form.is_valid():
        return render(request, template, context(), status=422)
    try:
        where = work()
    except Refused as refused:
        return refused_response(request, refused, template, context())
    messages.success(request, done)
    return redirect(where)
