"""At the door: 亮码, 展示证件, 出具通知书, 开始检查, and what goes wrong there (articles 17, 18)."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from jiangcheng.inspection.visits import queries, words
from jiangcheng.inspection.visits.actions import door, outcome
from jiangcheng.inspection.visits.facts import door as facts
from jiangcheng.inspection.visits.facts import outcome as end_facts
from jiangcheng.inspection.visits.facts import scheme as scheme_facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.papers import codes, delivery
from jiangcheng.papers.models import InspectionCode
from jiangcheng.parties import certificates as certificate_terms
from jiangcheng.web import errors
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.middleware import device_time
from jiangcheng.web.officer import acting, scan
from jiangcheng.web.templatetags.text import hm

AT_DOOR = ("to_enter", "arrived", "inspecting", "broken_off")
GONE = {"revoked": "已撤销", "expired": "已过期"}


# ---- 亮码 ----
def drawing(address: str) -> str:
    """The QR as it stands when the page is made, for phones without script."""
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, light="#FFFFFF")
    return mark_safe(out.getvalue().decode())  # our own drawing, of our own address


@screen("officer/visits/<no>/code", "327-17-2", "327-17-4", "327-18-1")
@desk("officer")
def code(request: HttpRequest, number: str) -> HttpResponse:
    """亮码 until the enterprise is there; then what is missing and 开始检查."""
    visit = acting.visit_of(request, number)
    if not acting.on_it(request, visit):
        return errors.forbidden(request)
    if visit.state in ("draft", "returned", "to_approve", "to_code"):
        return redirect("visit-detail", number=number)
    if visit.state in ("to_tell", "told", "following", "closed", "archived"):
        return redirect("visit-finish", number=number)
    shown = codes.current(visit.number)
    if visit.state in ("revoked", "lapsed") or shown is None:
        return render(request, "officer/code_bad.html", _bad(visit))
    return render(request, "officer/code.html", code_page(request, visit, shown))


def _bad(visit: Visit) -> dict[str, Any]:
    last = InspectionCode.objects.filter(visit=visit.number).order_by("-generation").first()
    why = (last.revoked_why if last else "") or visit.stopped_why
    return {"title": "检查码已撤销", "tone": "bad", "visit": visit, "why": why, "at": last.revoked_at if last else None}


def code_page(request: HttpRequest, visit: Visit, shown: InspectionCode | None = None) -> dict[str, Any]:
    """Everything on the page at the door: the code while it waits, the missing list, the one button."""
    shown = shown or codes.current(visit.number)
    now = timezone.now()
    waiting = visit.state == "to_enter" or (visit.state == "broken_off" and not scanned_today(visit))
    closed = queries.missing_to_show(visit) if waiting else ()
    page = {
        "title": "亮码", "visit": visit, "code": shown, "waiting": waiting, "closed": closed, "key": acting.fresh_key(),
        "missing": _before_start(visit) if not waiting else (), "people": seats_shown(visit), "mine": my_seat(request, visit),
        "scanned": scanned_words(visit), "reports": visit.reports.filter(kind="mismatch", cleared_at=None),
        "recusals": acting.recusals(visit), "notice": facts.notice_of(visit),
        "code_state": codes.STATE_WORDS[codes.state_now(shown, now)] if shown else "", "offline_late": queries.reported_late(visit),
    }
    page["all_shown"] = all(p.shown_at for p in page["people"])
    if waiting and not closed and shown:
        page |= {"address": f"{settings.PUBLIC_ADDRESS}/v/{shown.token}", "picture": drawing(codes.address(shown, now))}
    return page


def _before_start(visit: Visit) -> tuple[Breach, ...]:
    """What still stands in the way, the notice apart: the button itself issues it."""
    if visit.state == "inspecting":
        return ()
    found = [b for b in queries.missing_at_door(visit) if "327-17-3" not in b.ids]
    # Ways that lead to this very page are its own buttons.
    return tuple(replace(b, remedies=tuple(r for r in b.remedies if r.to != "visit-code")) for b in found)


def seats_shown(visit: Visit) -> list[Any]:
    """Officers on the visit; each with ``status``, the state of the certificate today."""
    found = scheme_facts.seats(visit)
    for seat in found:
        seat.status = certificate_terms.status_on(seat.certificate, timezone.localdate())
    return found


def my_seat(request: HttpRequest, visit: Visit) -> Any:
    """The actor's own seat on the visit."""
    return visit.officers.filter(person=request.actor.person, left_at=None).first()


def scanned_today(visit: Visit) -> bool:
    return visit.scanned_at is not None and timezone.localdate(visit.scanned_at) == timezone.localdate()


def scanned_words(visit: Visit) -> str:
    """09:41 已扫码入企; empty before."""
    if visit.scanned_at is None:
        return ""
    if visit.offline_device_at and visit.offline_device_at == visit.scanned_at:
        return f"{hm(visit.scanned_at)} 已无网络登记"
    return f"{hm(visit.scanned_at)} 已扫码入企"


@desk("officer")
def state(request: HttpRequest, number: str) -> HttpResponse:
    """What the phone asks every two seconds: waiting, scanned, revoked or expired, and what changed meanwhile."""
    visit = acting.visit_of(request, number)
    shown = codes.current(visit.number)
    found = "scanned"
    if visit.state in ("revoked", "lapsed") or (visit.state == "to_enter" and shown is None) or visit.state == "to_code":
        found = "revoked"
    elif visit.state == "to_enter":
        found = "expired" if codes.state_now(shown, timezone.now()) == "expired" else "waiting"
    elif visit.state == "broken_off" and not scanned_today(visit):
        found = "waiting"
    seen = [[s.pk, s.shown_at is not None, s.seen] for s in scheme_facts.seats(visit)]
    mark = f"{visit.state}-{found}-{seen}-{visit.reports.count()}-{acting.recusals(visit).count()}"
    return JsonResponse({
        "state": found, "text": scanned_words(visit), "url": acting.address("visit-code", visit), "visit": visit.state, "mark": mark,
    })


# ---- 展示证件 ----
@screen("officer/visits/<no>/certificates", "327-18-2")
@desk("officer")
def certificates(request: HttpRequest, number: str) -> HttpResponse:
    """展示证件 full-screen. The lead shows those of all who stand there, others their own; one at a time works too."""
    visit = acting.visit_of(request, number)
    if not acting.on_it(request, visit):
        return errors.forbidden(request)

    def work() -> str:
        mine, asked = my_seat(request, visit), request.POST.get("seat", "")
        seat = whole(asked) or (None if mine.role == "lead" else mine.pk)
        door.show_certificate(acting.actor(request), visit, seat)
        return acting.address("visit-certificates", visit)

    return acting.form(request, work, lambda: ("officer/certificates.html", _certificates(request, visit)))


def _certificates(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    people = seats_shown(visit)
    return {
        "title": "展示证件", "visit": visit, "people": people, "mine": my_seat(request, visit), "key": acting.fresh_key(),
        "all_shown": all(p.shown_at for p in people), "scanned": scanned_words(visit), "missing": _before_start(visit),
        "notice": facts.notice_of(visit),
    }


# ---- 开始检查 ----
@screen("officer/visits/<no>/start", "327-17-3", "327-17-4", "327-18-1", "327-18-2")
@desk("officer")
@require_POST
def start(request: HttpRequest, number: str) -> HttpResponse:
    """出具通知书并开始检查: the notice is issued when it was not, then the inspection starts; both or neither."""
    visit = acting.visit_of(request, number)

    def work() -> str:
        if visit.state in AT_DOOR and facts.notice_of(visit) is None:
            door.issue_notice(acting.actor(request), visit)
        door.start(acting.actor(request), visit)
        return acting.address("visit-record", visit)

    return acting.answer(request, work, lambda: ("officer/code.html", code_page(request, acting.visit_of(request, number))))


# ---- 通知书 ----
@screen("officer/visits/<no>/notice", "327-17-3", "327-18-3", "HR-17-7")
@desk("officer")
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """出具通知书, read on this phone, 当场签收 on glass, on paper, or refused before a witness."""
    visit = acting.visit_of(request, number)
    step = _issue_notice if request.POST.get("step") in ("issue", "start") else _hand_over
    return acting.form(
        request, lambda: step(request, visit), lambda: ("officer/notice.html", _notice(request, acting.visit_of(request, number))),
    )


def _issue_notice(request: HttpRequest, visit: Visit) -> str:
    door.issue_notice(acting.actor(request), visit)
    return acting.address("visit-notice", visit)


def _hand_over(request: HttpRequest, visit: Visit) -> str:
    data = request.POST
    manner = data.get("manner", "glass")
    values: dict[str, Any] = {"receiver": data.get("receiver", "").strip(), "receiver_role": data.get("receiver_role", "").strip()}
    if manner == "glass":
        values |= {"drawing": data.get("sign_notice", ""), "key": acting.key_of(request)}
    else:
        values["proof"] = acting.keep(request, visit, "proof", "proof")
    if manner == "refused":
        values |= {"reason": data.get("reason", ""), "witness": data.get("witness", ""), "witness_unit": data.get("witness_unit", "")}
    outcome.hand_over_notice(acting.actor(request), visit, manner, **values)
    messages.success(request, "通知书送达情况已登记。")
    return acting.address("visit-record" if visit.state == "inspecting" else "visit-code", visit)


def _notice(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    paper = facts.notice_of(visit)
    done = next((d for d in paper.deliveries.order_by("id") if delivery.settled(d)), None) if paper else None
    return {
        "title": "行政检查通知书", "visit": visit, "paper": paper, "data": paper.data if paper else {}, "done": done, "key": acting.fresh_key(),
        "on_it": acting.on_it(request, visit), "posted": request.POST, "items": scheme_facts.versions(visit),
        "running": visit.state in AT_DOOR, "needed": end_facts.needs_notice(visit),
    }


# ---- 无网络登记 ----
@screen("officer/visits/<no>/offline", "HR-17-4", "327-17-4")
@desk("officer")
def offline(request: HttpRequest, number: str) -> HttpResponse:
    """无网络登记: why, when by the device, a photo of door or licence. Kept on the phone until it has network."""
    visit = acting.visit_of(request, number)
    context = {"title": "无网络登记", "visit": visit, "reasons": words.OFFLINE_REASONS, "posted": request.POST, "key": acting.fresh_key(),
               "now": timezone.localtime()}

    def work() -> str:
        chosen, other = request.POST.get("reason", ""), request.POST.get("other", "").strip()
        if chosen == "other" and not other:
            raise Refused([Breach("选择“其他”的，须写明原因。", (Remedy("填写原因"),), "other", ("HR-17-4",))])
        who = acting.actor(request)
        photo = acting.keep(request, visit, "photo", "offline")
        done = door.arrive_offline(who, visit, reason=other or chosen, device_at=_device_at(request), photo=photo)
        messages.success(request, f"{hm(done.at)} 已登记到场。" if done.first else done.sentence)
        return acting.address("visit-code", visit)

    return acting.form(request, work, lambda: ("officer/offline.html", context))


def _device_at(request: HttpRequest) -> Any:
    """The time of the entry: of the outbox, else as typed (a phone without script)."""
    found = device_time(request)
    if found is None and request.POST.get("at"):
        try:
            found = timezone.datetime.fromisoformat(request.POST["at"]).replace(tzinfo=timezone.get_current_timezone())
        except ValueError:
            return None
    return found


# ---- 未实施, 中止, 继续, 回避, 接续 ----
@screen("officer/visits/<no>/not-done", "327-08-2")
@desk("officer")
def not_done(request: HttpRequest, number: str) -> HttpResponse:
    """未实施: why, what was found, a photo. Refusal keeps the way back open inside the window."""
    visit = acting.visit_of(request, number)
    context = {"title": "未实施", "visit": visit, "reasons": words.NOT_DONE, "posted": request.POST or request.GET, "key": acting.fresh_key()}

    def work() -> str:
        photo = acting.keep(request, visit, "photo", "evidence")
        door.not_done(acting.actor(request), visit, request.POST.get("why", ""), request.POST.get("note", "").strip(), photo=photo)
        messages.success(request, "已登记未实施。")
        return acting.address("visit-detail", visit)

    return acting.form(request, work, lambda: ("officer/not_done.html", context))


@screen("officer/visits/<no>/pause", "327-08-2")
@desk("officer")
def pause(request: HttpRequest, number: str) -> HttpResponse:
    """中止检查, with the reason."""
    visit = acting.visit_of(request, number)
    context = {"title": "中止检查", "visit": visit, "posted": request.POST, "key": acting.fresh_key()}

    def work() -> str:
        door.break_off(acting.actor(request), visit, request.POST.get("reason", "").strip())
        messages.success(request, "已中止检查。继续前，跨日的须再次扫码。")
        return acting.address("visit-detail", visit)

    return acting.form(request, work, lambda: ("officer/pause.html", context))


@desk("officer")
@require_POST
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """继续检查 after a break, or 企业改变意见，继续 after a refusal."""
    visit = acting.visit_of(request, number)

    def work() -> str:
        if visit.state == "not_done":
            door.resume_refused(acting.actor(request), visit)
            return acting.address("visit-code", visit)
        door.resume(acting.actor(request), visit)
        return acting.address("visit-record" if visit.started_at else "visit-code", visit)

    return acting.once(request, work)


@screen("officer/visits/<no>/recusal", "HR-18-2")
@desk("officer")
def recusal(request: HttpRequest, number: str) -> HttpResponse:
    """申请回避 by an officer of oneself, or in the words of the enterprise of any officer; the head decides."""
    visit = acting.visit_of(request, number)
    mine, data = my_seat(request, visit), request.POST
    who = data.get("who") or request.GET.get("who") or ("self" if mine else "firm")
    seat = str(mine.pk if mine else 0) if who == "self" else data.get("seat", "")

    def work() -> str:
        reason = data.get("reason", "").strip()
        door.request_recusal(acting.actor(request), visit, whole(seat) or 0, reason, for_firm=who == "firm")
        messages.success(request, "回避申请已送负责人，决定以前检查暂停。")
        return acting.address("visit-code" if visit.state in door.IN_HAND else "visit-detail", visit)

    return acting.form(request, work, lambda: ("officer/recusal.html", {
        "title": "申请回避", "visit": visit, "posted": data, "key": acting.fresh_key(), "mine": mine, "who": who, "people": seats_shown(visit),
        "waiting": acting.recusals(visit), "open": visit.state in door.RECUSABLE,
    }))


@desk("officer")
@require_POST
def lead(request: HttpRequest, number: str) -> HttpResponse:
    """接续主办: the lead's phone is dead; the other officer goes on as lead."""
    visit = acting.visit_of(request, number)

    def work() -> str:
        door.take_over_lead(acting.actor(request), visit, request.POST.get("reason", "").strip()[:200])
        messages.success(request, "您已接续主办。")
        return acting.address("visit-detail", visit)

    return acting.once(request, work)


urlpatterns = [
    *scan.urlpatterns,
    path("visits/<str:number>/code/", code, name="visit-code"),
    path("visits/<str:number>/state.json", state, name="visit-state"),
    path("visits/<str:number>/certificates/", certificates, name="visit-certificates"),
    path("visits/<str:number>/start/", start, name="visit-start"),
    path("visits/<str:number>/notice/", notice, name="visit-notice"),
    path("visits/<str:number>/offline/", offline, name="visit-offline"),
    path("visits/<str:number>/not-done/", not_done, name="visit-not-done"),
    path("visits/<str:number>/pause/", pause, name="visit-pause"),
    path("visits/<str:number>/resume/", resume, name="visit-resume"),
    path("visits/<str:number>/recusal/", recusal, name="visit-recusal"),
    path("visits/<str:number>/lead/", lead, name="visit-lead"),
]
