"""我要反映: on a running visit it stops the start until cleared; otherwise it goes to the judicial office, with a number."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from jiangcheng.inspection.visits import queries
from jiangcheng.inspection.visits.actions import door, reports
from jiangcheng.inspection.visits.models import Report
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.papers import codes
from jiangcheng.parties.access import address_of
from jiangcheng.web.errors import refused_response
from jiangcheng.web.verify import bound
from jiangcheng.web.verify.door import phone_of, read

_SALT = "jiangcheng.report"
FIELDS = ("text", "place", "contact")


def _sent(request: HttpRequest) -> Report | None:
    """The report whose receipt the address carries; nobody can make up another's."""
    try:
        number = signing.Signer(salt=_SALT).unsign(request.GET.get("sent", ""))
    except signing.BadSignature:
        return None
    return Report.objects.filter(kind="code", number=number).first()


def _stops(reading: codes.Reading, page: queries.DoorPage) -> bool:
    """Is a visit in hand that the report stops?"""
    return reading.state in ("valid", "used") and page.visit is not None and page.visit.state in door.IN_HAND


@screen("v/<token>/report", "327-18-2", "327-38-4", "HR-41-2")
@never_cache
def send(request: HttpRequest, value: str) -> HttpResponse:
    """Whom to call, and the report itself. Shows nothing of a visit; without account."""
    reading = read(request, value)
    page = queries.door_page(reading)
    stops, posted = _stops(reading, page), request.method == "POST"
    sent = None if stops else _sent(request)
    context: dict[str, Any] = {
        "title": "我要反映", "value": value, "stops": stops, "reported": stops and page.reported, "sent": sent,
        "answer_by": reports.answer_by(sent) if sent else None, "typed": {name: request.POST.get(name, "") for name in FIELDS}, **phone_of(page),
    }
    if not posted:
        return render(request, "verify/report.html", context)
    try:
        if stops:
            door.report_mismatch(bound.firm_actor(request, reading.code), page.visit, request.POST.get("text", "").strip())
            return redirect("verify-report", value=value)
        row = reports.report_code(reading, value, address=address_of(request), **context["typed"])
    except Refused as refused:
        return refused_response(request, bound.plain(refused), "verify/report.html", context)
    receipt = urlencode({"sent": signing.Signer(salt=_SALT).sign(row.number)})
    return redirect(f"{reverse('verify-report', args=[value])}?{receipt}")
