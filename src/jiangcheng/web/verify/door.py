"""查验检查码: what a code is now, and the confirmation of arrival."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from jiangcheng.inspection.visits import queries, words
from jiangcheng.inspection.visits.actions import door, reports
from jiangcheng.inspection.visits.facts import door as door_facts
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.law.screens import screen
from jiangcheng.papers import codes
from jiangcheng.parties.access import address_of
from jiangcheng.web import errors
from jiangcheng.web.base_views import photo_response
from jiangcheng.web.errors import refused_response
from jiangcheng.web.verify import bound

REASONS = {"unknown": "查无此码", "revoked": "已撤销", "bad_signature": "签名不符"}
LATER = {"not_yet": "尚未到检查时间", "expired": "检查已结束"}
NOT_FOUND = {"unknown": 404, "bad_signature": 404, "revoked": 410, "limited": 429}


def read(request: HttpRequest, value: str) -> codes.Reading:
    """What the code is; wrong short codes are counted by address."""
    return codes.read(value, where=address_of(request))


# --- typing the code ---


@screen("v/", "327-17-4")
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Type the short code; a known one leads to its page, an unknown one says so and how often it may be tried."""
    typed = (request.POST.get("code") or request.GET.get("code") or "").strip()
    if not typed:
        return _start(request, typed)
    if "/v/" in typed:  # the whole address was pasted
        typed = typed.split("/v/", 1)[1].split("?")[0].strip("/")
    reading = read(request, typed)
    if reading.code is not None:
        return redirect("verify", value=reading.code.token)
    if reading.state == "bad_signature":
        return _red(request, reading, typed)
    if reading.state == "limited":
        return _limited(request, typed)
    return _start(request, typed, f"查无此码。请对照对方手机上的 10 位短码再输一次，还可试 {reading.tries_left} 次。", 422)


def _start(request: HttpRequest, typed: str, error: str = "", status: int = 200) -> HttpResponse:
    context = {"title": "查验检查码", "typed": typed, "error": error, "limit": codes.TRIES, "minutes": codes.TRIES_MINUTES}
    return render(request, "verify/start.html", context, status=status)


def _limited(request: HttpRequest, typed: str) -> HttpResponse:
    """Too many wrong short codes from this address. Says nothing about the code: it was not looked at."""
    calm = f"查询次数较多，请 {codes.TRIES_MINUTES} 分钟后再试。着急核实的，可以请对方亮码后直接扫码。"
    return _start(request, typed, calm, 429)


# --- the page of a code ---


@screen("v/<token>", "327-17-4", "327-17-2", "327-18-2", "HR-17-7")
@never_cache
@require_safe
def show(request: HttpRequest, value: str) -> HttpResponse:
    """What the code is now. Nothing is changed, however often it is opened."""
    if errors.wants_json(request):
        return machine(request, value)
    reading = read(request, value)
    if reading.state == "limited":
        return _limited(request, value)
    if reading.bad:
        return _red(request, reading, value)
    if reading.state in LATER:
        return _later(request, reading, value)
    return _good(request, reading, value)


def phone_of(page: queries.DoorPage) -> dict[str, str]:
    """Whom to call: the office that supervises the code's body, of the city where no body is known."""
    if page.phone:
        return {"phone": page.phone, "office": page.office}
    city = reports.city_office()
    return {"phone": city.complaint_phone, "office": city.name} if city else {"phone": "", "office": page.office}


def _red(request: HttpRequest, reading: codes.Reading, value: str) -> HttpResponse:
    return render(request, "verify/bad.html", {
        "title": "此码无效", "tone": "bad", "reason": REASONS.get(reading.state, reading.word), "value": value,
        "since": reading.code.revoked_at if reading.code else None,
        **phone_of(queries.door_page(reading)),
    })


def _later(request: HttpRequest, reading: codes.Reading, value: str) -> HttpResponse:
    """Outside the window: no body, no names, no time."""
    return render(request, "verify/later.html", {
        "title": LATER[reading.state], "state": reading.state, "value": value, "word": reading.word,
        **phone_of(queries.door_page(reading)),
    })


def _missing(visit: Any, live: bool, again: bool) -> tuple[Breach, ...]:
    """What stands against 确认人员到场 now, in words for the enterprise."""
    known = door_facts.of(visit, way="enterprise", live=live)
    found = VISIT.missing("arrive", known.for_(code_state="valid") if again else known)
    return bound.plain(Refused(found)).breaches if found else ()


def _scanned_again(visit: Any, code: Any) -> bool:
    """Does the visit wait for another scan, broken off on an earlier day of its window?"""
    now = timezone.now()
    earlier = visit.scanned_at and timezone.localdate(visit.scanned_at) != timezone.localdate(now)
    return bool(visit.state == "broken_off" and earlier and code.window_start <= now <= code.window_end)


def _good(request: HttpRequest, reading: codes.Reading, value: str, refused: Refused | None = None) -> HttpResponse:
    """The green page of a valid code; of a used one for who scanned it live or is bound to the visit."""
    code, page = reading.code, queries.door_page(reading)
    visit = page.visit
    changing = request.POST.get("r") or request.GET.get("r", "")
    live = bound.is_live(code, changing, request.POST.get("live", ""))
    ticket = bound.ticket(code) if live else ""
    known, used = bound.may_read(request, visit), reading.state == "used"
    again = used and _scanned_again(visit, code)
    context: dict[str, Any] = {
        "title": "此码有效", "value": value, "page": page, "visit": visit, "used": used, "again": again, "known": known, "tone": "good",
        "at": visit.scanned_at or code.used_at, "live": live, "live_ticket": ticket, "r": changing,
        "people": [(seat, _photo(value, seat, ticket), request.POST.get(f"seen-{seat.pk}", "")) for seat in page.people], "seen_words": words.SEEN,
        "questions": len(record_facts.questions(visit)), "missing": _missing(visit, live, again) if again or not used else (),
        **phone_of(page),
    }
    if used and not (live or known):
        return render(request, "verify/used.html", context | {"title": "此码已登记"})
    if refused:
        return refused_response(request, bound.plain(refused), "verify/good.html", context)
    return render(request, "verify/good.html", context)


def _photo(value: str, seat: Any, ticket: str) -> str:
    """Where this reader gets the photo on an officer's certificate."""
    return reverse("verify-photo", args=[value, seat.certificate_id]) + (f"?{urlencode({'live': ticket})}" if ticket else "")


@screen("v/<token>/photos/<id>", "327-18-2")
@require_safe
def photo(request: HttpRequest, value: str, pk: int) -> HttpResponse:
    """The photo of an officer whom the page of this code shows to this reader now; 404 for everybody else's."""
    reading = read(request, value)
    page = queries.door_page(reading)
    shown = page.named and (
        reading.state == "valid" or bound.may_read(request, page.visit) or bound.is_live(reading.code, "", request.GET.get("live", ""))
    )
    seat = next((s for s in page.people if s.certificate_id == pk), None) if shown else None
    if seat is None:
        raise Http404("photo")
    return photo_response(seat.certificate)


# --- confirmation ---


@screen("v/<token>/confirm", "327-17-4", "327-18-2")
@require_POST
def confirm(request: HttpRequest, value: str) -> HttpResponse:
    """确认人员到场: the one act of this page. The second time it says calmly that nothing more is to do."""
    reading = read(request, value)
    if reading.bad or reading.state in LATER:
        return redirect("verify", value=value)
    code, given = reading.code, request.POST.get("live", "")
    visit, changing = door.visit_of(code), request.POST.get("r", "")
    live = bound.is_live(code, changing, given)
    seen = {seat.pk: request.POST[f"seen-{seat.pk}"] for seat in visit.officers.filter(left_at=None)
            if request.POST.get(f"seen-{seat.pk}") in ("yes", "no")}
    place = request.POST.get("place", "")[:40]
    try:
        actor = bound.firm_actor(request, code, place)
        done = door.confirm_by_enterprise(actor, visit, rotating=bound.changing_part(code, changing, given), seen=seen, place=place)
    except Refused as refused:
        return _good(request, read(request, value), value, refused)
    if done.first or live:
        bound.bind(request, visit)
    messages.success(request, f"{done.sentence}，到场已确认。" if done.first else f"{done.sentence}。")
    return redirect("verify-visit" if bound.may_read(request, visit) else "verify", value=value)


# --- for machines ---


@screen("v/<token>.json", "327-17-4")
@never_cache
@require_GET
def machine(request: HttpRequest, value: str) -> JsonResponse:
    """The same as the page, for programs. Names only where the page shows them."""
    reading = read(request, value)
    said: dict[str, Any] = {"state": reading.state, "word": reading.word, "now": timezone.localtime().isoformat(timespec="seconds")}
    code = reading.code
    if reading.state == "revoked":
        said["revoked_at"] = timezone.localtime(code.revoked_at).isoformat(timespec="seconds")
    if reading.state == "used":
        said["used_at"] = timezone.localtime(code.used_at).isoformat(timespec="seconds")
    named = reading.state == "valid" or (reading.state == "used" and bound.is_live(code, request.GET.get("r", "")))
    if named:
        said |= _named(queries.door_page(reading), code)
    answer = JsonResponse(said, status=NOT_FOUND.get(reading.state, 200), json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _named(page: queries.DoorPage, code: Any) -> dict[str, Any]:
    visit = page.visit
    return {
        "body": visit.body.name, "subject": visit.enterprise.name, "uscc": visit.enterprise.uscc, "items": [v.name for v in page.items],
        "window": [timezone.localtime(t).isoformat(timespec="minutes") for t in (code.window_start, code.window_end)],
        "officers": [
            {"name": s.person.name, "certificate": s.certificate.number, "until": s.certificate.valid_until.isoformat(),
             "role": s.get_role_display()} for s in page.people
        ],
        "token": code.token, "key": code.key_id, "keys": reverse("verify-keys"),
    }


@screen("v/keys.json", "327-17-2")
@require_GET
def keys(request: HttpRequest) -> JsonResponse:
    """Public halves of the keys that sign codes, so that a code can be verified without this server."""
    answer = JsonResponse({"kind": "jiangcheng code keys v1", "algorithm": "Ed25519", "keys": codes.public_keys()})
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "public, max-age=300"
    return answer
