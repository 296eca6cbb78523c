"""本次检查: the pages of one visit for the browser bound to it. A stranger with the code alone is asked for the notice's number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import sequencer
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.papers import codes
from jiangcheng.papers.models import InspectionCode
from jiangcheng.parties.access import address_of
from jiangcheng.web.errors import is_part, refused_response
from jiangcheng.web.verify import answering, bound, correcting, firm


def addresses(value: str) -> firm.Addresses:
    """The pages of a visit under its code."""
    return firm.Addresses(
        reverse("verify-visit", args=[value]), reverse("verify-answer", args=[value]),
        lambda number: reverse("verify-order", args=[value, number]), lambda leaf: reverse("verify-receipt", args=[value, leaf]),
        reverse("verify-report", args=[value]),
    )


def _found(request: HttpRequest, value: str) -> tuple[InspectionCode, Visit] | None:
    reading = codes.read(value, where=address_of(request))
    return (reading.code, firm.load(reading.code.visit)) if reading.code else None


Page = Callable[[HttpRequest, InspectionCode, Visit, str], HttpResponse]


def _with_visit(request: HttpRequest, value: str, draw: Page) -> HttpResponse:
    """Draw a page for who is bound; others are asked for the number of the notice, unknown codes go to the red page."""
    found = _found(request, value)
    if found is None:
        return redirect("verify", value=value)
    code, visit = found
    if not bound.may_read(request, visit):
        return _gate(request, code, visit, value)
    try:
        return draw(request, code, visit, value)
    except Refused as refused:
        return refused_response(request, bound.plain(refused))


def _gate(request: HttpRequest, code: InspectionCode, visit: Visit, value: str, error: str = "", status: int = 200) -> HttpResponse:
    """Asks for the number of the notice. Says nothing of the visit, not even whether it took place."""
    return render(request, "verify/gate.html", {
        "title": "本次检查", "value": value, "error": error, "typed": request.POST.get("notice", ""), "tries": bound.number_tries_left(code),
    }, status=status)


@screen("v/<token>/visit", "327-18-3", "327-18-5", "327-40-02")
@never_cache
@require_safe
def show(request: HttpRequest, value: str) -> HttpResponse:
    """What was agreed to, the notice, rights and duties, result, what to do until when, papers with receipts."""

    def draw(request: HttpRequest, code: InspectionCode, visit: Visit, value: str) -> HttpResponse:
        urls = addresses(value)
        page = firm.view(visit, bound.firm_actor(request, code), urls)
        if is_part(request) and request.GET.get("seen") == page.mark:
            return HttpResponse(status=204)
        swap = is_part(request)
        part = "verify/visit_part.html" if swap else "verify/visit.html"
        return render(request, part, {"title": "本次检查", "v": page, "visit": visit, "urls": urls, "value": value, "swap": swap})

    return _with_visit(request, value, draw)


@require_POST
def open_by_number(request: HttpRequest, value: str) -> HttpResponse:
    """Opens the page later, or after the officers scanned the firm's code: short code and number of the notice together."""
    found = _found(request, value)
    if found is None:
        return redirect("verify", value=value)
    code, visit = found
    if bound.fits_notice(code, visit, request.POST.get("notice", "")):
        bound.bind(request, visit)
        messages.success(request, "已打开本次检查。")
        return redirect("verify-visit", value=value)
    left = bound.number_tries_left(code)
    error = f"通知书文号不符，还可试 {left} 次。" if left else "今天输错的次数较多，请明天再试，或登录企业账号查看。"
    return _gate(request, code, visit, value, error, 422 if left else 429)


@screen("v/<token>/answer", "327-18-4", "327-18-5", "327-40-02", "HR-18-2")
@never_cache
def answer(request: HttpRequest, value: str) -> HttpResponse:
    """The record to read, own words, signature, receipt."""

    def draw(request: HttpRequest, code: InspectionCode, visit: Visit, value: str) -> HttpResponse:
        return answering.handle(request, visit, bound.firm_actor(request, code), addresses(value), short=code.short)

    return _with_visit(request, value, draw)


@screen("v/<token>/orders/<no>", "327-20-3", "327-20-5")
@never_cache
def order(request: HttpRequest, value: str, number: str) -> HttpResponse:
    """提交整改 without an account."""

    def draw(request: HttpRequest, code: InspectionCode, visit: Visit, value: str) -> HttpResponse:
        row = correcting.order_of(visit, number)
        return correcting.handle(request, row, bound.firm_actor(request, code), addresses(value), "verify/order.html")

    return _with_visit(request, value, draw)


@screen("v/<token>/receipts/<no>", "327-08-2")
@require_safe
def receipt(request: HttpRequest, value: str, leaf: str) -> HttpResponse:
    """查看存证回执: the signed promise of one act, with its proof once a checkpoint covers it."""

    def draw(request: HttpRequest, code: InspectionCode, visit: Visit, value: str) -> HttpResponse:
        return receipt_file(visit, leaf)

    return _with_visit(request, value, draw)


def receipt_file(visit: Visit, number: str) -> HttpResponse:
    """The receipt as a file to keep; Http404 for an act that is not of this visit."""
    leaf = firm.leaf_of(visit, number)
    if leaf is None:
        raise Http404("leaf")
    found: dict[str, Any] = sequencer.receipt(leaf.number)
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="receipt-{leaf.number}.json"'
    return response
