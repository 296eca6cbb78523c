"""签名与告知: the record as it prints, signatures, outcome and orders, telling the result, closing, archiving, amending."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from jiangcheng.inspection.visits import sheets
from jiangcheng.inspection.visits.actions import archive, outcome, record
from jiangcheng.inspection.visits.facts import outcome as facts
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.papers import delivery
from jiangcheng.papers.models import Delivery, Paper
from jiangcheng.papers.words import MANNERS
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.officer import acting, ending
from jiangcheng.web.templatetags import text

OPEN = ("inspecting", "broken_off")
TOLD = ("told", "following", "not_done")


@screen("officer/visits/<no>/finish", "327-18-4", "327-18-5", "327-20-1", "327-20-2", "327-20-3", "327-20-4", "327-20-5", "327-25-1")
@desk("officer")
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """The end of a visit; what is shown follows its state, always with the one next step."""
    visit = acting.visit_of(request, number)
    if request.method != "POST":
        if visit.started_at is None and visit.state not in (*TOLD, "closed", "archived"):
            return redirect("visit-detail", number=number)
        return render(request, TEMPLATES[stage(visit)], page(request, visit))
    step = STEPS.get(request.POST.get("step", ""), acting.nothing)
    after = partial(_keep_signatures, request, number) if step is end else None

    def again() -> tuple[str, dict[str, Any]]:
        now = acting.visit_of(request, number)
        return TEMPLATES[stage(now)], page(request, now)

    return acting.answer(request, lambda: step(request, visit), again, after)


def stage(visit: Visit) -> str:
    """Which face the page has."""
    if visit.state in OPEN:
        return "end"
    return "tell" if visit.state == "to_tell" else "close" if visit.state in TOLD else "done"


TEMPLATES = {
    "end": "officer/finish.html", "tell": "officer/finish_tell.html", "close": "officer/finish_close.html", "done": "officer/finish_done.html",
}


# ---- pages ----
def page(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    """Context of the page in the visit's state."""
    base = {
        "title": "签名与告知", "visit": visit, "key": acting.fresh_key(), "posted": request.POST, "on_it": acting.on_it(request, visit),
        "receiver": request.POST.get("receiver", visit.receiver) or _receiver(visit)[0],
        "receiver_role": request.POST.get("receiver_role", visit.receiver_role) or _receiver(visit)[1],
    }
    return base | {"end": _end_page, "tell": _tell_page, "close": _close_page, "done": _done_page}[stage(visit)](request, visit)


def _receiver(visit: Visit) -> tuple[str, str]:
    """Who received the notice, as a proposal for who signs the record."""
    paper = record_facts.notice(visit)
    got = paper.deliveries.exclude(receiver="").order_by("id").first() if paper else None
    return (got.receiver, got.receiver_role) if got else ("", "")


def _end_page(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    found = ending.problems(visit)
    picked = ending.chosen(request.POST, found)
    known = facts.finish(visit, picked, ending.orders(request.POST, picked))
    me, name = request.actor.person, request.POST.get("receiver", visit.receiver) or _receiver(visit)[0]
    notice_open = known.needs_notice and known.notice_issued and not known.notice_receipted
    return {
        "title": "签名与告知", "preview": sheets.record(visit, picked, timezone.now()), "choices": ending.choices(request.POST, found),
        "problems": found, "drafts": ending.drafts(visit, request.POST, found), "missing": VISIT.missing("finish", known),
        "unsigned": record_facts.unsigned(visit), "firm_signed": _signed(visit, "enterprise"),
        "officers": [_signer(visit, o, me) for o in record_facts.current_officers(visit)],
        "unanswered": known.unanswered, "notice_open": notice_open,
        "recusals": acting.recusals(visit), "firm_who": f"当事人：{name}" if name else "当事人",
        "receipt_words": "签收通知书、笔录和结果告知书" if notice_open else "签收笔录和结果告知书",
        "guidance": request.POST.get("guidance", visit.guidance), "statement": request.POST.get("statement", visit.statement),
        "written": not visit.signatures.exists(), "signatures": visit.signatures.count(), "days": known.proposed_days,
    }


def _signer(visit: Visit, seat: Any, me: int | None) -> dict[str, Any]:
    """An officer who signs: name of the field, whose pad it is, the signature when there is one."""
    who = f"{seat.get_role_display()}：{seat.person.name}"
    return {
        "field": f"sign_{seat.person_id}", "who": who if seat.person_id == me else f"{who}（也可在本人手机上签）", "me": seat.person_id == me,
        "words": who, "signed": _signed(visit, "officer", seat.person_id),
    }


def _signed(visit: Visit, kind: str, person: int | None = None) -> Any:
    """The signature on the record as it stands."""
    return next((s for s in record_facts.signatures(visit) if s.kind == kind and (person is None or s.person_id == person)), None)


def _tell_page(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    waiting = outcome.to_tell(visit)
    agreed = outcome.consent(visit)
    manner = request.POST.get("manner") or ("platform" if agreed else "glass")
    return {
        "title": "告知结果", "waiting": waiting, "consent": agreed, "manners": MANNERS, "manner": manner, "took": _took(visit),
        "missing": VISIT.missing("close", facts.close(visit)), "orders": visit.orders.order_by("id"), "days": facts.told_days(visit),
        "papers": facts.papers_of(visit), "awaits_number": "punish" in visit.outcome_list and not visit.case_number,
    }


def _took(visit: Visit) -> str:
    """How long the inspection took, in words that follow 用时."""
    if not visit.started_at or not visit.ended_at:
        return ""
    return text.spell((visit.ended_at - visit.started_at).total_seconds())


def _close_page(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    return {
        "title": "办结", "missing": VISIT.missing("close", facts.close(visit)), "orders": visit.orders.order_by("id"),
        "deliveries": delivery.of(visit.number).prefetch_related("papers"), "papers": facts.papers_of(visit), "took": _took(visit),
        "guidance": request.POST.get("guidance", visit.guidance), "awaits_number": "punish" in visit.outcome_list and not visit.case_number,
        "undelivered": outcome.undelivered(visit), "manners": MANNERS, "consent": outcome.consent(visit),
        "manner": request.POST.get("manner", "glass"), "objections": visit.reports.filter(kind="objection"),
    }


def _done_page(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    ready = visit.state == "closed"
    return {
        "title": "归档", "missing": VISIT.missing("archive", facts.archive(visit)) if ready else (), "package": archive.package_of(visit),
        "papers": facts.papers_of(visit), "undelivered": outcome.undelivered(visit), "manners": MANNERS, "consent": outcome.consent(visit),
        "manner": request.POST.get("manner", "glass"), "deliveries": delivery.of(visit.number).prefetch_related("papers"),
    }


# ---- the end: people, signatures, outcome ----
def end(request: HttpRequest, visit: Visit) -> str:
    """签名并结束检查: statement, receipt of the notice, signatures, then outcome and papers.

    Where nothing was found and the firm signs for the result at once, the result is told with the same send.
    """
    sign_all(request, visit)
    found = ending.problems(visit)
    picked, drawing = ending.chosen(request.POST, found), request.POST.get("sign_receipt", "")
    outcome.finish(acting.actor(request), visit, picked, ending.orders(request.POST, picked), request.POST.get("guidance", ""))
    if drawing and not found:
        got = {"receiver": visit.receiver, "receiver_role": visit.receiver_role, "drawing": drawing, "key": _key(request, "r")}
        outcome.tell(acting.actor(request), visit, "glass", **got)
        messages.success(request, "检查结果已告知企业。")
    return acting.address("visit-finish", visit)


def sign(request: HttpRequest, visit: Visit) -> str:
    """Signatures alone, e.g. of 协办 on the own phone."""
    before = visit.signatures.count()
    sign_all(request, visit)
    if visit.signatures.count() > before:
        messages.success(request, "签名已保存。")
    return acting.address("visit-finish", visit)


def _keep_signatures(request: HttpRequest, number: str, refused: Refused) -> Refused:
    """The end was refused: what was signed with the same send stays signed, and is not asked for twice."""
    try:
        sign_all(request, acting.visit_of(request, number))
    except Refused as again:
        return again
    return refused


def sign_all(request: HttpRequest, visit: Visit) -> None:
    """Write down who was there and what the firm said, take the receipt of the notice, put the signatures."""
    data, who = request.POST, acting.actor(request)
    write_people(request, visit)
    drawing = data.get("sign_notice") or data.get("sign_receipt")
    if drawing and record_facts.notice(visit) is not None:
        outcome.hand_over_notice(
            who, visit, "glass", drawing=drawing, key=_key(request, "n"),
            receiver=data.get("receiver", "").strip(), receiver_role=data.get("receiver_role", "").strip(),
        )
    name = data.get("receiver", "").strip() or visit.receiver
    _put(request, visit, "enterprise", "sign_firm", name)
    for officer in record_facts.current_officers(visit):
        _put(request, visit, "officer", f"sign_{officer.person_id}", officer.person.name, officer.person_id)


def _key(request: HttpRequest, part: str) -> str:
    """The key of one part of a send; empty when it has none."""
    key = acting.key_of(request)
    return f"{key}-{part}"[:64] if key else ""


def write_people(request: HttpRequest, visit: Visit) -> None:
    """Receiver and statement, as far as they changed."""
    data, who = request.POST, acting.actor(request)
    name, role = data.get("receiver", "").strip(), data.get("receiver_role", "").strip()
    if "receiver" in data and (name, role) != (visit.receiver, visit.receiver_role) and not visit.signatures.exists():
        record.set_receiver(who, visit, name, role)
    if "statement" in data and data["statement"].strip() != visit.statement.strip():
        record.set_statement(who, visit, data["statement"])


def _put(request: HttpRequest, visit: Visit, kind: str, field: str, name: str, person: int | None = None) -> None:
    """One signature: drawn, or typed with its code."""
    data, who = request.POST, acting.actor(request)
    drawing, typed, code = data.get(field, ""), data.get(f"{field}_typed", "").strip(), data.get(f"{field}_code", "").strip()
    if drawing:
        if _signed(visit, kind, person) is None:
            record.sign(who, visit, kind, "glass", name=name, person=person, drawing=drawing, key=_key(request, field))
    elif typed:
        record.sign(who, visit, kind, "typed", name=typed if kind == "enterprise" else name, person=person, code=code)


def refuse_sign(request: HttpRequest, visit: Visit) -> str:
    """拒绝签名: reason, witness, photo or sound."""
    write_people(request, visit)
    data = request.POST
    proof = acting.keep(request, visit, "proof", "evidence")
    record.sign(
        acting.actor(request), visit, "enterprise", "refused", name=data.get("receiver", "").strip() or visit.receiver or "当事人", file=proof,
        reason=data.get("reason", ""), witness=data.get("witness", ""),
    )
    messages.success(request, "已登记拒绝签名。")
    return acting.address("visit-finish", visit)


def paper_sign(request: HttpRequest, visit: Visit) -> str:
    """纸质签名拍照: the firm signed a printed record."""
    write_people(request, visit)
    photo = acting.keep(request, visit, "proof", "signature")
    record.sign(acting.actor(request), visit, "enterprise", "paper", name=request.POST.get("receiver", "").strip(), file=photo)
    messages.success(request, "纸质签名已登记。")
    return acting.address("visit-finish", visit)


def people(request: HttpRequest, visit: Visit) -> str:
    """保存接待人和陈述 before anybody signs."""
    write_people(request, visit)
    messages.success(request, "已保存接待人和陈述。")
    return acting.address("visit-finish", visit)


# ---- telling ----
def _said(request: HttpRequest, visit: Visit) -> tuple[str, dict[str, Any]]:
    """Manner and values of a delivery as the form sends them."""
    data = request.POST
    manner = data.get("manner", "")
    names = {"glass": ("receiver", "receiver_role"), "paper": ("receiver", "receiver_role"), "refused": ("reason", "witness", "witness_unit"),
             "post": ("post_number",), "platform": ()}.get(manner, ())
    values: dict[str, Any] = {n: data.get(n, "").strip() for n in names}
    if manner == "glass":
        values |= {"drawing": data.get("sign_receipt", ""), "key": _key(request, "r")}
    else:
        values["proof"] = acting.keep(request, visit, "proof", "proof")
    return manner, values


def tell(request: HttpRequest, visit: Visit) -> str:
    """告知结果 in one of five ways."""
    if not outcome.to_tell(visit):
        outcome.tell(acting.actor(request), visit)
    else:
        manner, values = _said(request, visit)
        outcome.tell(acting.actor(request), visit, manner, **values)
    messages.success(request, "检查结果已告知企业。")
    return acting.address("visit-finish", visit)


def deliver(request: HttpRequest, visit: Visit) -> str:
    """送达 of papers still on the desk: an amendment, the notice, mail that came back."""
    manner, values = _said(request, visit)
    outcome.deliver(acting.actor(request), visit, outcome.undelivered(visit), manner, **values)
    messages.success(request, "送达情况已登记。")
    return acting.address("visit-finish", visit)


def _mail(request: HttpRequest, visit: Visit) -> Delivery:
    pk = request.POST.get("delivery", "")
    row = delivery.of(visit.number).filter(pk=whole(pk)).first()
    if row is None:
        raise Http404("delivery")
    return row


def mail_arrived(request: HttpRequest, visit: Visit) -> str:
    """邮件已送达."""
    proof = acting.keep(request, visit, "proof", "proof")
    outcome.mail_arrived(acting.actor(request), visit, _mail(request, visit), timezone.now(), proof)
    return acting.address("visit-finish", visit)


def mail_back(request: HttpRequest, visit: Visit) -> str:
    """邮件退回, with the reason."""
    proof = acting.keep(request, visit, "proof", "proof")
    outcome.mail_came_back(acting.actor(request), visit, _mail(request, visit), request.POST.get("reason", ""), proof)
    return acting.address("visit-finish", visit)


# ---- closing ----
def case(request: HttpRequest, visit: Visit) -> str:
    """填写立案文号."""
    outcome.enter_case_number(acting.actor(request), visit, request.POST.get("case_number", ""))
    messages.success(request, "立案文号已登记。")
    return acting.address("visit-finish", visit)


def guidance(request: HttpRequest, visit: Visit) -> str:
    """补记指导、教育情况."""
    record.set_guidance(acting.actor(request), visit, request.POST.get("guidance", ""))
    messages.success(request, "指导、教育情况已记录。")
    return acting.address("visit-finish", visit)


def close(request: HttpRequest, visit: Visit) -> str:
    """办结."""
    outcome.close(acting.actor(request), visit)
    messages.success(request, f"{visit.number} 已办结，可以归档。")
    return acting.address("visit-finish", visit)


def to_archive(request: HttpRequest, visit: Visit) -> str:
    """归档."""
    package = archive.archive_visit(acting.actor(request), visit)
    messages.success(request, f"已归档，档号 {package.number}，保管 {package.retention_years} 年。")
    return acting.address("visit-finish", visit)


STEPS: dict[str, Callable[[HttpRequest, Visit], str]] = {
    "end": end, "sign": sign, "refuse": refuse_sign, "paper": paper_sign, "people": people, "tell": tell, "deliver": deliver,
    "mail_arrived": mail_arrived, "mail_back": mail_back, "case": case, "guidance": guidance, "close": close, "archive": to_archive,
}


# ---- 更正（补充） ----
@screen("officer/visits/<no>/amend", "327-21-1")
@desk("officer")
def amend(request: HttpRequest, number: str) -> HttpResponse:
    """更正（补充）说明: which paper, where, what was, what is, why. The paper amended stays as it is."""
    visit = acting.visit_of(request, number)
    papers = [p for p in facts.papers_of(visit) if p.kind not in ("delivery", "file_index")]
    context = {"title": "更正（补充）", "visit": visit, "papers": papers, "posted": request.POST or request.GET, "key": acting.fresh_key()}

    def work() -> str:
        data = request.POST
        paper = next((p for p in papers if str(p.pk) == data.get("paper")), None)
        if paper is None:
            raise Refused([Breach("没有选择要更正的文书。", (Remedy("选择文书"),), "paper", ("327-21-1",))])
        change = {"where": data.get("where", "").strip(), "was": data.get("was", "").strip(), "now": data.get("now", "").strip()}
        made: Paper = outcome.amend(acting.actor(request), visit, paper, [change], data.get("reason", ""))
        messages.success(request, f"{made.number} 已出具，请送达企业。")
        return acting.address("visit-finish", visit)

    return acting.form(request, work, lambda: ("officer/amend.html", context))


@desk("officer")
def package(request: HttpRequest, number: str) -> HttpResponse:
    """The archive package as kept."""
    visit = acting.visit_of(request, number)
    kept = archive.package_of(visit)
    if kept is None:
        raise Http404("package")
    response = HttpResponse(archive.read(kept), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{visit.number}.zip"'
    return response


urlpatterns = [
    path("visits/<str:number>/finish/", finish, name="visit-finish"),
    path("visits/<str:number>/amend/", amend, name="visit-amend"),
    path("visits/<str:number>/package/", package, name="visit-package"),
]
