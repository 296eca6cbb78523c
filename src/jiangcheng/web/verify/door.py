"""查验检查码: what a code is now, confirmation of arrival, and the report that people do not match."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from jiangcheng.inspection.visits import queries, words
from jiangcheng.inspection.visits.actions import door
from jiangcheng.inspection.visits.facts import door as door_facts
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.law.screens import screen
from jiangcheng.papers import codes
from jiangcheng.parties.access import address_of
from jiangcheng.web import errors
from jiangcheng.web.errors import refused_response
from jiangcheng.web.verify import bound

REASONS = {"unknown": "查无此码", "revoked": "已撤销", "bad_signature": "签名不符", "limited": "查询过于频繁，请十分钟后再试"}
LATER = {"not_yet": "尚未到检查时间", "expired": "检查已结束"}
NOT_FOUND = {"unknown": 404, "bad_signature": 404, "revoked": 410, "limited": 429}


def _read(request: HttpRequest, value: str) -> codes.Reading:
    return codes.read(value, where=address_of(request))


# --- typing the code ---


@screen("v/", "327-17-4")
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Type the short code; a known one leads to its page, an unknown one says so and how often it may be tried."""
    typed = (request.POST.get("code") or request.GET.get("code") or "").strip()
    context: dict[str, Any] = {"title": "查验检查码", "typed": typed, "limit": codes.TRIES, "minutes": codes.TRIES_MINUTES}
    if not typed:
        return render(request, "verify/start.html", context)
    if "/v/" in typed:  # the whole address was pasted
        typed = typed.split("/v/", 1)[1].split("?")[0].strip("/")
    reading = _read(request, typed)
    if reading.code is not None:
        return redirect("verify", value=reading.code.token)
    if reading.state == "bad_signature":
        return _red(request, reading, typed)
    context["error"] = (
        f"查询次数较多，请 {codes.TRIES_MINUTES} 分钟后再试。着急核实的，可以请对方亮码后直接扫码。" if reading.state == "limited"
        else f"查无此码。请对照对方手机上的 10 位短码再输一次，还可试 {reading.tries_left} 次。"
    )
    return render(request, "verify/start.html", context, status=429 if reading.state == "limited" else 422)


# --- the page of a code ---


@screen("v/<token>", "327-17-4", "327-17-2", "327-18-2", "HR-17-7")
@never_cache
@require_safe
def show(request: HttpRequest, value: str) -> HttpResponse:
    """What the code is now. Nothing is changed, however often it is opened."""
    if errors.wants_json(request):
        return machine(request, value)
    reading = _read(request, value)
    if reading.bad:
        return _red(request, reading, value)
    if reading.state in LATER:
        return _later(request, reading, value)
    return _good(request, reading, value)


def _phone_of(page: queries.DoorPage) -> dict[str, str]:
    return {"phone": page.phone, "office": page.office}


def _red(request: HttpRequest, reading: codes.Reading, value: str) -> HttpResponse:
    return render(request, "verify/bad.html", {
        "title": "此码无效", "tone": "bad", "reason": REASONS.get(reading.state, reading.word), "value": value,
        "since": reading.code.revoked_at if reading.code else None, "typed": len(value) <= codes.SHORT * 3,
        **_phone_of(queries.door_page(reading)),
    })


def _later(request: HttpRequest, reading: codes.Reading, value: str) -> HttpResponse:
    """Outside the window: no body, no names, no time."""
    return render(request, "verify/later.html", {
        "title": LATER[reading.state], "state": reading.state, "value": value, "word": reading.word,
        **_phone_of(queries.door_page(reading)),
    })


def _good(request: HttpRequest, reading: codes.Reading, value: str, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    """The green page of a valid code, or of a used one for who scanned it live or is bound to the visit."""
    code = reading.code
    page = queries.door_page(reading)
    visit = page.visit
    changing = request.GET.get("r", "") or request.POST.get("r", "")
    live = bound.is_live(code, changing, request.POST.get("live", ""))
    known = bound.may_read(request, visit)
    at = visit.scanned_at or code.used_at
    again = _scanned_again(visit, code)
    context: dict[str, Any] = {
        "title": "此码有效", "value": value, "page": page, "visit": visit, "used": reading.state == "used", "at": at, "live": live,
        "live_ticket": bound.ticket(code) if live else "", "r": changing, "again": again, "known": known, "tone": "good",
        "people": [(seat, request.POST.get(f"seen-{seat.pk}", "")) for seat in page.people],
        "questions": len(record_facts.questions(visit)), "refused": refused, "number": errors.quote_number() if refused else "",
        "missing": _missing(visit, live) if not context_confirms(reading, again) else _missing(visit, live, again=again),
        "seen_words": words.SEEN, **_phone_of(page),
    }
    if reading.state == "used" and not (live or known):
        return render(request, "verify/used.html", context | {"title": "此码已登记"}, status=status)
    return render(request, "verify/good.html", context, status=status)
