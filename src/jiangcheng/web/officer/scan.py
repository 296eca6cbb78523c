"""扫码入企, way two: the officer scans the firm's QR or licence, or types the credit code, and compares the name."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from jiangcheng.inspection.visits import queries
from jiangcheng.inspection.visits.actions import door
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.parties import uscc
from jiangcheng.parties.models import Enterprise
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.officer import acting

SCANNABLE = ("to_enter", "arrived", "broken_off", "inspecting")


def candidates(request: HttpRequest) -> list[Visit]:
    """Visits that the officer is on and that may be entered now, the running ones first."""
    now = timezone.now()
    found = queries.my_visits(request.actor).filter(
        state__in=SCANNABLE, window_start__lte=now, window_end__gte=now, officers__person=request.actor.person, officers__left_at=None,
    )
    return sorted(found.select_related("enterprise", "site").distinct(), key=lambda v: v.state != "to_enter")


@screen("officer/scan", "327-17-4", "HR-17-3")
@desk("officer")
@csp_update({"script-src": "'wasm-unsafe-eval'"})
def scanning(request: HttpRequest) -> HttpResponse:
    """Camera, photo, typing; then 核对企业; then the same result as when the enterprise scans."""
    number = request.GET.get("number") or request.POST.get("number") or ""
    visit = acting.visit_of(request, number) if number else None
    found = candidates(request)
    context = {"title": "扫码", "visit": visit, "candidates": found, "posted": request.POST}
    if request.method != "POST":
        return render(request, "officer/scan.html", context)
    try:
        visit, scanned, code = _read(request, visit, found)
        if request.POST.get("step") == "confirm":
            return acting.once(request, lambda: _arrive(request, visit, scanned, code))
    except Refused as refused:
        return refused_response(request, refused, "officer/scan.html", context)
    return _compare(request, visit, scanned, code)


def _read(request: HttpRequest, visit: Visit | None, found: list[Visit]) -> tuple[Visit, str, str]:
    """The visit that the scan belongs to, what was scanned, and the credit code in it or typed."""
    scanned, typed = request.POST.get("scanned", "").strip(), request.POST.get("uscc", "").strip()
    code = door.find_uscc(scanned) if scanned else uscc.compact(typed)
    visit = visit or next((v for v in found if v.enterprise.uscc == code), found[0] if len(found) == 1 else None)
    if visit is None and found and uscc.check(code).valid:
        ways = (Remedy("核对代码后重新录入"), Remedy("在下面选择本次检查，再扫码核对"))
        raise Refused([Breach("今天的检查对象中没有这家企业，不能入企。", ways, "uscc", ("327-17-4",))])
    if visit is None and not found:
        raise Refused([Breach("现在没有可以入企的检查。", (Remedy("查看今日待办", "officer-home"),), "uscc", ("327-17-4",))])
    if visit is None or not uscc.check(code).valid:
        ways = (Remedy("重新扫描营业执照上的二维码"), Remedy("核对后手工录入 18 位代码"))
        raise Refused([Breach("没有识别出有效的统一社会信用代码。", ways, "uscc", ("327-17-4",))])
    return visit, scanned, code


def _arrive(request: HttpRequest, visit: Visit, scanned: str, code: str) -> str:
    who = acting.actor(request)
    done = door.scan_by_officer(who, visit, scanned) if scanned else door.type_uscc(who, visit, code)
    if not done.first:
        messages.info(request, done.sentence)
    return acting.address("visit-code", visit)


def _compare(request: HttpRequest, visit: Visit, scanned: str, code: str) -> HttpResponse:
    """核对企业: the name large when it fits, both names side by side when it does not."""
    firm = Enterprise.objects.filter(uscc=code).first()
    same = visit.enterprise.uscc == code
    context: dict[str, Any] = {
        "title": "核对企业", "visit": visit, "code": code, "scanned": scanned, "firm": firm, "same": same, "key": acting.fresh_key(),
    }
    return render(request, "officer/scan_check.html", context, status=200 if same else 409)


urlpatterns = [path("scan/", scanning, name="officer-scan")]
