"""What the enterprise does after the door: reads, states its case, signs, receives papers, reports on its orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits import seats
from jiangcheng.inspection.visits.actions import orders, outcome, record
from jiangcheng.inspection.visits.actions.record import refuse
from jiangcheng.inspection.visits.facts import outcome as facts
from jiangcheng.inspection.visits.facts import record as facts_of_record
from jiangcheng.inspection.visits.flows import ORDER
from jiangcheng.inspection.visits.models import Order, Report, Signature, Visit
from jiangcheng.inspection.visits.rules import record as rules
from jiangcheng.inspection.visits.words import HIDDEN_FROM_OTHERS
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Remedy, enforces
from jiangcheng.papers import files
from jiangcheng.papers.models import Delivery, Paper, StoredFile

MOST_FILES = 20
OVER = ("closed", "archived", "revoked")
SEEN = ("inspecting", "broken_off", "to_tell", "told", "following", "closed", "archived")


def _firm(actor: Actor, record_: Visit | Order) -> None:
    if not seats.firm_of_visit(actor, record_):
        raise refuse("您不能办理这家企业的事项。", Remedy("请由该企业人员办理"), ids=())


def state_case(actor: Actor, visit: Visit, text: str) -> Receipt:
    """陈述意见 before the record is signed: goes into the record. Afterwards ``object_`` takes it."""
    _firm(actor, visit)
    return record.set_statement(actor, visit, text)


def sign_record(actor: Actor, visit: Visit, *, name: str, drawing: Any = None, code: str = "", key: str = "") -> Signature:
    """The enterprise signs the record on its own phone: on glass, or the typed name with the visit's short code."""
    _firm(actor, visit)
    return record.sign(actor, visit, "enterprise", "glass" if drawing else "typed", name=name, drawing=drawing, code=code, key=key)


@enforces("327-18-4")
def decline(actor: Actor, visit: Visit, *, name: str, reason: str) -> Report:
    """不签名 on the enterprise's own phone, with its reason in its own words: a declaration of the firm that is printed in
    the record. It closes nothing: the officer's 拒绝签名 before a witness does, and the firm may still sign."""
    with transaction.atomic():
        visit = record.lock(visit)
        _firm(actor, visit)
        record.require(rules.DECLINE, facts_of_record.decline_facts(visit, reason))
        said = reason.strip()[:500]
        last = facts_of_record.unsigned(visit)
        if last is not None and last.text == said:
            return last
        row = Report(visit=visit, kind="unsigned", text=said, contact=name.strip()[:50] or visit.receiver, at=timezone.now())
        with ledger.act("visit.unsigned", actor, about=row, duties=("327-18-4",), opinion=said, extra={"visit": visit.number}):
            row.save()
    return row


@enforces("327-18-5")
def receive(actor: Actor, visit: Visit, *, name: str, role: str = "", drawing: Any, key: str = "") -> Delivery | None:
    """签收 on the enterprise's own phone: everything issued for it that has not been delivered. None when nothing waits,
    so that a second tap does no harm."""
    _firm(actor, visit)
    papers = outcome.undelivered(visit)
    if not papers:
        return None
    return outcome.deliver(actor, visit, papers, "glass", receiver=name, receiver_role=role, drawing=drawing, key=key)


def object_(actor: Actor, visit: Visit, text: str) -> Report:
    """An objection or remark after the record was signed (对结果有异议); the body reads and answers it."""
    _firm(actor, visit)
    if not text.strip():
        raise refuse("请写明意见。", Remedy("填写意见"), ids=("327-18-4",), field="text")
    if visit.state not in SEEN:
        raise refuse("本次检查还没有可以提出意见的内容。", Remedy("检查开始后再提出"), ids=("327-18-4",))
    row = Report(visit=visit, kind="objection", text=text.strip()[:500], at=timezone.now())
    with ledger.act("visit.objection", actor, about=row, duties=("327-18-4",), extra={"visit": visit.number}):
        row.save()
    return row


# --- orders --------------------------------------------------------------------------------------------------------


def add_file(actor: Actor, order: Order, upload: Any, *, key: str = "") -> StoredFile:
    """Keep a photo or document that proves the correction, while a correction may be sent; ``submit`` then names it."""
    _firm(actor, order)
    held = orders.lock(order)
    if held.state not in ORDER.step("answer").source or held.visit.state in OVER:
        raise refuse(f"责令事项{order.number}现在是“{held.state_word}”，不再接收整改材料。", Remedy("查看责令事项", "enterprise-order",
                     (("number", order.number),)), ids=("327-20-5",), field="files")
    return files.keep(upload, matter=order.visit.number, purpose="correction", actor=actor, key=key)


@enforces("327-20-5")
def submit(actor: Actor, order: Order, text: str, files_: Iterable[StoredFile] = ()) -> Receipt:
    """提交整改: what was done, and what proves it."""
    with transaction.atomic():
        held = orders.lock(order)
        _firm(actor, held)
        given: Sequence[StoredFile] = list(files_)
        if any(f.matter != held.visit.number or f.purpose != "correction" for f in given):
            raise refuse("有材料不属于本次整改。", Remedy("重新上传材料"), ids=("327-20-5",), field="files")
        if len(given) > MOST_FILES:
            raise refuse(f"一次最多提交 {MOST_FILES} 个文件。", Remedy("合并后重新提交"), ids=("327-20-5",), field="files")
        known = facts.order(held, text=text, files=len(given))
        receipt = ORDER.take("answer", held, actor, known, submission=text.strip(), submitted_at=timezone.now())
        if given:
            with ledger.act("order.files", actor, about=held, duties=("327-20-5",)):
                held.submission_files.add(*given)
    orders.reload(order)
    return receipt


def ask_more_time(actor: Actor, order: Order, reason: str) -> Receipt:
    """申请延期 with the reason; the body decides."""
    with transaction.atomic():
        held = orders.lock(order)
        known = facts.order(held, text=reason)
        receipt = ORDER.take("ask_more_time", held, actor, known, opinion=reason, extension_asked=reason.strip()[:300])
    orders.reload(order)
    return receipt


def papers_for(actor: Actor, visit: Visit) -> list[Paper]:
    """Papers of the visit that the enterprise may read; none before arrival, as the notice bears the code."""
    _firm(actor, visit)
    if visit.state in HIDDEN_FROM_OTHERS:
        return []
    return facts.papers_of(visit, "notice", *facts.TO_FIRM, "amendment", "delivery")
