"""陈述与签收: the record to read, the enterprise's own words, its signature, receipt of papers, recusal.

Shared by the browser at the door and the enterprise's account; the caller says who acts and where the pages are.
Any person whom the enterprise sends may do all of this (article 40): no field asks for the legal representative.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiangcheng.inspection.visits import words
from jiangcheng.inspection.visits.actions import door, enterprise, outcome, record
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.rules import record as rules
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Refused, check_all
from jiangcheng.web.errors import refused_response
from jiangcheng.web.verify import bound, firm

WRITING = ("inspecting", "broken_off")


def page(request: HttpRequest, visit: Visit, actor: Actor, urls: firm.Addresses, more: dict[str, Any]) -> dict[str, Any]:
    """Context of the page: what is to read, what may be done now, and which of it comes first."""
    signed = visit.signatures.filter(kind="enterprise").order_by("-id").first()
    writing = visit.state in WRITING and not visit.signatures.exists()
    waiting = [p for p in firm.paper_lines(enterprise.papers_for(actor, visit), urls) if p.waiting]
    not_yet = ()
    if visit.state in WRITING and signed is None:
        known = facts.sign_facts(visit, "enterprise", "glass", name="-", file=True, code_fits=False, reason="", witness="", on_visit=True)
        broken = check_all(rules.SIGN, known)
        not_yet = bound.plain(Refused(broken)).breaches if broken else ()
    can_sign = visit.state in WRITING and signed is None and not not_yet
    declared = facts.unsigned(visit)
    post = request.POST
    return {
        "title": "陈述与签收", "visit": visit, "lines": facts.lines(visit), "people": facts.current_officers(visit), "signed": signed,
        "writing": writing, "waiting": waiting, "not_yet": not_yet, "can_sign": can_sign, "declared": declared,
        "unsigned": post.get("unsigned", ""), "urls": urls, "begun": visit.started_at is not None,
        "main": "receive" if waiting else "sign" if can_sign and not declared else "statement" if writing else "",
        "statement": post.get("statement", visit.statement), "name": post.get("name", visit.receiver), "role": post.get("role", visit.receiver_role),
        "reason": post.get("reason", ""), "objection": post.get("objection", ""), "key": post.get("key") or secrets.token_hex(8),
        "word": firm.word_of(visit), "tone": words.TONES.get(visit.state, ""),
        "may_recuse": visit.state in door.IN_HAND, "recusals": visit.recusals.select_related("officer__person").order_by("id"),
        "objections": visit.reports.filter(kind="objection").order_by("id"), "ended": visit.ended_at is not None, **more,
    }


def _statement(request: HttpRequest, visit: Visit, actor: Actor) -> str:
    name = request.POST.get("name", "").strip()
    if name and (name, request.POST.get("role", "").strip()) != (visit.receiver, visit.receiver_role):
        record.set_receiver(actor, visit, name, request.POST.get("role", ""))
    enterprise.state_case(actor, visit, request.POST.get("statement", ""))
    return "已保存，签名前可以随时修改。"


def _sign(request: HttpRequest, visit: Visit, actor: Actor) -> str:
    post = request.POST
    name = post.get("sign_party_typed", "").strip() if not post.get("sign_party") else ""
    enterprise.sign_record(
        actor, visit, name=name or post.get("name", "").strip(), drawing=post.get("sign_party") or None, code=post.get("sign_party_code", ""),
        key=post.get("key", ""),
    )
    return "已签名。"


def _decline(request: HttpRequest, visit: Visit, actor: Actor) -> str:
    enterprise.decline(actor, visit, name=request.POST.get("name", ""), reason=request.POST.get("unsigned", ""))
    return "已记下您不签名和原因，会印在笔录上。"


def _receive(request: HttpRequest, visit: Visit, actor: Actor) -> str:
    post = request.POST
    done = enterprise.receive(
        actor, visit, name=post.get("name", "").strip(), role=post.get("role", "").strip(), drawing=post.get("sign_receive") or None,
        key=post.get("key", ""),
    )
    return "已签收。" if done else "文书都已签收，无需重复。"


def _recuse(request: HttpRequest, visit: Visit, actor: Actor) -> str:
    seat = request.POST.get("seat", "")
    door.request_recusal(actor, visit, int(seat) if seat.isdigit() else 0, request.POST.get("reason", ""))
    return "已申请回避。单位负责人决定之前，检查暂停。"


def _object(request: HttpRequest, visit: Visit, actor: Actor) -> str:
    enterprise.object_(actor, visit, request.POST.get("objection", ""))
    return "意见已提交，检查单位可以看到。"


STEPS = {"statement": _statement, "sign": _sign, "decline": _decline, "receive": _receive, "recuse": _recuse, "object": _object}


def handle(request: HttpRequest, visit: Visit, actor: Actor, urls: firm.Addresses, **more: Any) -> HttpResponse:
    """GET draws the page, POST does one of ``STEPS`` and comes back."""
    template = "verify/answer.html"
    if request.method != "POST":
        return render(request, template, page(request, visit, actor, urls, more))
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        return redirect(urls.answer)
    try:
        said = step(request, visit, actor)
    except Refused as refused:
        visit = firm.load(visit.number)
        return refused_response(request, bound.plain(refused), template, page(request, visit, actor, urls, more))
    messages.success(request, said)
    done = step in (_receive, _object) or (step is _sign and not outcome.undelivered(visit))
    return redirect(urls.visit if done else urls.answer)
