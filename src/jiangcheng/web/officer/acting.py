"""What every act on a visit shares: the visit in scope, one act a key, what the device says, files, the answer."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiangcheng.inspection.visits import idempotency, seats
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers import files
from jiangcheng.papers.models import StoredFile
from jiangcheng.parties import scope as scoping
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.errors import refused_response, wants_json
from jiangcheng.web.middleware import device_time

ACT_WORDS.update({
    "visit.draft": "起草检查方案", "visit.scheme": "修改检查方案", "visit.officers": "确定检查人员", "visit.declared": "声明无须回避",
    "visit.picked": "指定对象", "visit.announced": "预告", "code.issue": "生成检查码",
    "visit.cap_reserved": "核对新公布的上限", "visit.certificates_shown": "展示证件",
    "visit.certificates_seen": "企业核对证件", "visit.scanned_again": "再次扫码", "visit.notice": "出具通知书",
    "visit.received": "登记接待人", "visit.reported": "企业反映人员不符", "visit.report_cleared": "核实企业反映",
    "visit.recusal_asked": "申请回避", "visit.recusal_decided": "决定是否回避", "visit.lead_taken": "接续主办",
    "visit.offline_checked": "核查无网络登记", "visit.answer": "记录检查情况", "visit.answer.photo": "补充照片",
    "visit.statement": "记录陈述申辩", "visit.receiver": "登记接待人", "visit.guidance": "记录指导、教育", "visit.sign": "笔录签名",
    "visit.case_number": "填写立案文号", "visit.objection": "企业提出意见", "order.open": "开出责令文书", "order.files": "提交整改材料",
    "files.keep": "保存文件", "delivery.open": "办理送达",
})

Work = Callable[[], str]
"""An act: does it, and gives the address to go to."""
Page = Callable[[], tuple[str, dict[str, Any]]]
"""A page as it stands now: template and context, drawn only when it is shown."""
FOR_VISIT = ("body__judicial_office", "body__division", "enterprise", "site", "row__plan", "order__visit", "draw")


def visit_of(request: HttpRequest, number: str) -> Visit:
    """The visit of the officer's body that may be seen; 404 otherwise."""
    found = Visit.objects.filter(body=request.actor.body).select_related(*FOR_VISIT)
    return scoping.visible_or_404(request.actor, found, number=number)


def on_it(request: HttpRequest, visit: Visit) -> bool:
    """Is the person on the visit now?"""
    return seats.on_visit(request.actor, visit)


def recusals(visit: Visit) -> Any:
    """Requests that an officer stand aside which the head has not decided: until then the visit is paused."""
    return visit.recusals.filter(decided_at=None).select_related("officer__person")


def actor(request: HttpRequest) -> Actor:
    """Who acts, with the device's own clock and place."""
    place = request.POST.get("place", "").strip()[:40]
    return replace(request.actor, device_time=device_time(request), place=place or request.actor.place)


def fresh_key() -> str:
    """A key for the next send of a form."""
    return secrets.token_hex(12)


def key_of(request: HttpRequest) -> str:
    """The key of this send: of the phone's outbox, else of the form with what was typed into it. A form sent twice as it
    stands is one act; sent again with something changed, or by another button, it is another."""
    if sent := request.headers.get("Idempotency-Key", ""):
        return sent[:60]
    if not (given := request.POST.get("key", "")):
        return ""
    said = sorted((name, values) for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "key", "place"))
    return f"{given[:40]}-{hashlib.sha256(repr(said).encode()).hexdigest()[:12]}"


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Where to go on: an address for the outbox, a redirect for a browser."""
    return JsonResponse({"next": address}) if wants_json(request) else redirect(address)


def once(request: HttpRequest, work: Work) -> HttpResponse:
    """Do ``work`` once for the key of the send. ``Refused`` passes through."""
    sent = idempotency.once(key_of(request), request.actor.account, request.path, lambda: idempotency.Sent(302, work()))
    return go(request, sent.location)


def answer(request: HttpRequest, work: Work, page: Page, after: Callable[[Refused], Refused] | None = None) -> HttpResponse:
    """Do ``work`` once. A refusal draws ``page`` again, its form filled, with all that is missing on top.

    ``after`` may still keep what a refused act leaves behind, and say what is missing then.
    """
    try:
        return once(request, work)
    except Refused as found:
        refused = after(found) if after else found
        return refused_response(request, refused, *page())


def form(request: HttpRequest, work: Work, page: Page, checked: BaseForm | None = None) -> HttpResponse:
    """A page with a form: shown, or when it was sent, done. Fields that ``checked`` finds wrong are said on the page (422)."""
    if request.method == "POST" and (checked is None or checked.is_valid()):
        return answer(request, work, page)
    return render(request, *page(), status=422 if request.method == "POST" else 200)


def nothing(request: HttpRequest, about: Any) -> str:
    """The step of a send that names none: a page left open over a change."""
    raise Refused([Breach("没有收到要办理的步骤。", (Remedy("刷新页面后再提交"),))])


def keep(request: HttpRequest, visit: Visit, name: str, purpose: str) -> StoredFile | None:
    """The one file sent under a name, kept for the visit; None when none was sent. Only for people on the visit."""
    upload = request.FILES.get(name)
    if upload is None:
        return None
    if not on_it(request, visit):
        raise Refused([Breach("您不是本次检查的检查人员，照片没有保存。", (Remedy("请由检查人员办理"),), "photo", ("327-18-4",))])
    key = f"{key_of(request)}-{name}"[:64] if key_of(request) else ""
    return files.keep(
        upload, matter=visit.number, purpose=purpose, actor=actor(request), key=key, taken_at=device_time(request),
        place=request.POST.get("place", "").strip()[:40],
    )


def address(name: str, visit: Visit, **more: Any) -> str:
    """Address of a page of a visit."""
    return reverse(name, kwargs={"number": visit.number, **more})
