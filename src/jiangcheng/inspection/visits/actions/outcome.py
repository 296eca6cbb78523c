"""The end of a visit (articles 18, 20): finish with outcome and orders, tell the result, deliver, close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits import counters, seats, sheets
from jiangcheng.inspection.visits.actions.shared import lock, ready, refuse, reload
from jiangcheng.inspection.visits.facts import outcome as facts
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.flows import ORDER, VISIT
from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.inspection.visits.rules.record import NoticeFacts, no_demand_for_head
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Refused, Remedy, enforces
from jiangcheng.papers import codes, delivery, glass
from jiangcheng.papers import issue as paper
from jiangcheng.papers.models import Delivery, Paper, StoredFile

# --- finish --------------------------------------------------------------------------------------------------------


def proposal() -> date:
    """The day proposed as term of a correction (HR-20-1)."""
    return calendar.today() + timedelta(days=facts.proposed_days())


def _clean(orders: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Orders as they are stored: texts stripped, days as dates."""
    out = []
    for o in orders:
        due = o.get("due")
        points = [{k: str(p.get(k, "")).strip() for k in ("fact", "broken", "ground", "todo")} for p in o.get("points", ())]
        texts = {k: str(o.get(k, "")).strip() for k in ("law_term", "term_reason", "presence_law")}
        out.append({"kind": o["kind"], "points": points, "due": date.fromisoformat(due) if isinstance(due, str) and due else due or None,
                    **texts})  # fmt: skip
    return out


@enforces("327-18-4", "327-20-1", "327-20-2", "327-20-3", "327-21-1")
def finish(
    actor: Actor, visit: Visit, outcomes: Sequence[str], orders: Sequence[dict[str, Any]] = (), guidance: str = "",
) -> Receipt:  # fmt: skip
    """结束检查: the record, the orders, the result and, for a penalty, the hand-over are issued, all or none.

    ``orders``: kind (stop, correct), points [{fact, ground, todo, broken}], due (a date), law_term or term_reason. A
    follow-up visit also settles its order: 整改到位 when nothing was found, 未改 otherwise.
    """
    wanted, drafts = list(dict.fromkeys(outcomes)), _clean(orders)

    def work() -> Receipt:
        fresh = Visit.objects.get(pk=visit.pk)
        ready("finish", fresh, actor, facts.finish(fresh, wanted, drafts, guidance))
        at, seen = timezone.now(), record_facts.digest(fresh)
        batch = paper.Batch(actor, body=fresh.body, matter_kind="visit", matter=fresh.number, demo=fresh.demo)
        made = _draft_papers(batch, fresh, wanted, drafts, at, guidance)
        with transaction.atomic():
            held = lock(fresh)
            if record_facts.digest(held) != seen:
                raise paper.Again(held.number)
            known = facts.finish(held, wanted, drafts, guidance)
            ready("finish", held, actor, known)
            issued = {p.number: p for p in batch.settle()}
            rows = [_open_order(actor, held, i, d, issued[n]) for i, (d, n) in enumerate(zip(drafts, made, strict=True), 1)]
            more = {"guidance": guidance.strip()} if guidance.strip() else {}
            receipt = VISIT.take(
                "finish", held, actor, known, also=rows, outcomes=",".join(wanted), ended_at=at, stopped_why="", **more
            )
            _settle_own_order(actor, held)
        reload(visit)
        return receipt

    return paper.attempt(work)


def _draft_papers(
    batch: paper.Batch, visit: Visit, outcomes: list[str], drafts: list[dict[str, Any]], at: datetime, guidance: str
) -> list[str]:
    """Set the papers of the end; answers with the numbers of the orders."""
    batch.add("record", sheets.record(visit, outcomes, at))
    numbers = []
    for d in drafts:
        numbers.append(batch.add(d["kind"], sheets.order(visit, d | {"guidance": guidance.strip()}, calendar.today())).number)
    listed = [(d["kind"], n, d["due"]) for d, n in zip(drafts, numbers, strict=True)]
    batch.add("result", sheets.result(visit, outcomes, listed, at))
    if "punish" in outcomes:
        batch.add("transfer", sheets.transfer(visit, at))
    return numbers


def _open_order(actor: Actor, visit: Visit, n: int, d: dict[str, Any], made: Paper) -> Order:
    row = Order(
        state="open", number=f"{visit.number}-{n}", visit=visit, kind=d["kind"], points=d["points"], due=d["due"],
        law_term=d["law_term"][:200], term_reason=d["term_reason"][:300], paper=made,
    )  # fmt: skip
    duty = "327-20-2" if d["kind"] == "stop" else "327-20-3"
    with ledger.act("order.open", actor, about=row, duties=(duty, "327-20-5"), extra={"paper": made.number}):
        row.save()
    return row


def _settle_own_order(actor: Actor, visit: Visit) -> None:
    """A follow-up visit that ended decides about its order."""
    if visit.order_id is None:
        return
    order = Order.objects.select_related("visit").get(pk=visit.order_id)
    if order.state != "rechecking" or order.visit.state == "revoked":
        return
    found = facts.found_by(visit)
    known = facts.order(order, found=found, opinion=f"复查{visit.number}")
    if found != "problem":
        ORDER.take("done", order, actor, known, opinion=f"复查{visit.number}确认整改到位", corrected_at=visit.ended_at)
    else:
        step = "not_yet" if not ORDER.missing("not_yet", known) else "still_open"
        ORDER.take(step, order, actor, known, opinion=f"复查{visit.number}发现问题仍然存在")


# --- delivery ------------------------------------------------------------------------------------------------------


def consent(visit: Visit) -> str:
    """The enterprise's consent to electronic delivery in words; empty without one."""
    e = visit.enterprise
    return f"{paper.cn_day(e.e_delivery_at)}由{e.e_delivery_by or '企业'}同意" if e.e_delivery_at else ""


def _delivery(
    actor: Actor, visit: Visit, manner: str, *, drawing: Any = None, key: str = "", at: datetime | None = None,
    proof: StoredFile | None = None, signature: StoredFile | None = None, **values: str,
) -> Delivery:  # fmt: skip
    """An unsaved delivery for the visit. A drawing on glass is kept first; the receiver defaults to who is there."""
    if any(f is not None and f.matter != visit.number for f in (proof, signature)):
        raise refuse("凭证不属于本次检查。", Remedy("重新上传凭证"), ids=("327-18-5",), field="proof")
    if manner == "glass" and drawing and signature is None:
        signature = glass.keep(drawing, matter=visit.number, actor=actor, key=key, name=f"{values.get('receiver') or visit.receiver}签收")
    if values.get("witness", "").strip() in record_facts.officer_names(visit):
        raise refuse("检查人员不能作见证人。", Remedy("另请见证人"), ids=("327-18-5",), field="witness")
    if manner == "platform":
        values["consent"] = consent(visit)
    if manner in ("glass", "paper"):
        values["receiver"] = values.get("receiver") or visit.receiver
        values["receiver_role"] = values.get("receiver_role") or visit.receiver_role
    return delivery.draft(manner, actor, matter=visit.number, at=at, proof=proof, signature=signature, **values)


def _proof_paper(batch: paper.Batch, visit: Visit, row: Delivery, papers: Sequence[Paper]) -> None:
    if row.manner != "post":
        case = f"检查{visit.number}"
        batch.add("delivery", delivery.sheet(row, papers, case=case, place=visit.site.address, server=sheets.names(visit)))


@enforces("327-18-5", "327-17-3")
def deliver(actor: Actor, visit: Visit, papers: Sequence[Paper], manner: str, **values: Any) -> Delivery:
    """Deliver papers of the visit and issue the 送达回证 (by post: when the mail has arrived).

    ``values``: receiver, receiver_role, drawing or signature (glass), proof, reason, witness, witness_unit,
    post_number, at, key. Refused with all that the way still needs.
    """
    return _deliver(actor, visit, papers, manner, None, **values)[0]


def _deliver(
    actor: Actor, visit: Visit, papers: Sequence[Paper], manner: str, step: str | None, **values: Any
) -> tuple[Delivery, Receipt | None]:
    def work() -> tuple[Delivery, Receipt | None]:
        fresh = Visit.objects.get(pk=visit.pk)
        if not seats.door(actor, fresh):
            raise refuse("您不能办理本次检查的送达。", Remedy("请由检查人员办理"), ids=("327-18-5",))
        if any(p.matter != fresh.number or p.kind not in facts.FOR_FIRM for p in papers):
            raise refuse("只能送达本次检查中应当交给企业的文书。", Remedy("选择本次检查的文书"), ids=("327-18-5",), field="papers")
        if step:
            ready(step, fresh, actor, facts.tell(fresh, papers))
        row = _delivery(actor, fresh, manner, **values)
        if broken := delivery.missing(row, papers):
            raise Refused(broken)
        batch = paper.Batch(actor, body=fresh.body, matter_kind="visit", matter=fresh.number, demo=fresh.demo)
        _proof_paper(batch, fresh, row, papers)
        with transaction.atomic():
            held = lock(fresh)
            known = facts.tell(held, papers)
            if step:
                ready(step, held, actor, known)
            elif (before := _delivered(papers)) is not None:
                return before, None
            delivery.send(row, papers, actor)
            batch.settle()
            receipt = VISIT.take(step, held, actor, known, told_at=timezone.now()) if step else None
            if step:
                _follow(actor, held)
        reload(visit)
        return row, receipt

    return paper.attempt(work)


def _delivered(papers: Sequence[Paper]) -> Delivery | None:
    """The delivery that settled all these papers already, while this one was being prepared."""
    if not papers or delivery.undelivered(papers):
        return None
    return next((d for d in papers[-1].deliveries.order_by("-id") if delivery.settled(d)), None)


def hand_over_notice(actor: Actor, visit: Visit, manner: str, **values: Any) -> Delivery:
    """Receipt of the notice, or its refusal before a witness (327-17-3). A second tap gives the first delivery."""
    notice = record_facts.notice(visit)
    if notice is None:
        raise refuse("尚未出具行政检查通知书。", Remedy("出具通知书"), ids=("327-17-3",))
    done = next((d for d in notice.deliveries.order_by("id") if delivery.settled(d)), None)
    if done is not None:
        return done
    made = deliver(actor, visit, [notice], manner, **values)
    with transaction.atomic():
        _receiver(actor, visit, made)
    return made


def _receiver(actor: Actor, visit: Visit, made: Delivery) -> None:
    """Who took the notice receives the officers, unless somebody else is named already."""
    held = lock(visit)
    if made.receiver and not held.receiver and not held.signatures.exists():
        with ledger.act("visit.receiver", actor, about=held, duties=("327-18-4",)):
            held.receiver, held.receiver_role = made.receiver, made.receiver_role
            held.save(update_fields=["receiver", "receiver_role"])


def undelivered(visit: Visit) -> list[Paper]:
    """Papers for the enterprise that have not reached it."""
    return delivery.undelivered(facts.papers_of(visit, *facts.FOR_FIRM))


def to_tell(visit: Visit) -> list[Paper]:
    """The papers that telling the result carries: record, orders, result, as far as not delivered yet."""
    return delivery.undelivered(facts.papers_of(visit, *facts.TO_FIRM))


@enforces("327-18-5", "HR-18-1")
def tell(actor: Actor, visit: Visit, manner: str = "", **values: Any) -> Receipt:
    """告知结果: deliver record, orders and result, also when nothing was found. ``values`` as in ``deliver``.

    Without a manner when the enterprise already signed for everything itself. With open orders the visit goes on to
    跟踪整改中.
    """
    papers = to_tell(visit)
    if papers or manner:
        receipt = _deliver(actor, visit, papers, manner, "tell", **values)[1]
        assert receipt is not None
        return receipt
    with transaction.atomic():
        held = lock(visit)
        receipt = VISIT.take("tell", held, actor, facts.tell(held, ()), told_at=timezone.now())
        _follow(actor, held)
    reload(visit)
    return receipt


def _follow(actor: Actor, visit: Visit) -> None:
    if visit.orders.exclude(state="corrected").exists():
        VISIT.take("follow", visit, actor)


def mail_arrived(actor: Actor, visit: Visit, row: Delivery, at: datetime, proof: StoredFile | None = None) -> Receipt:
    """The mail arrived: delivered, and the 送达回证 is issued."""

    def work() -> Receipt:
        with transaction.atomic():
            held = lock(visit)
            fresh = Delivery.objects.select_related("proof", "signature").get(pk=row.pk, matter=held.number)
            receipt = delivery.arrived(fresh, actor, at, proof)
            batch = paper.Batch(actor, body=held.body, matter_kind="visit", matter=held.number, demo=held.demo)
            papers = list(fresh.papers.order_by("id"))
            batch.add("delivery", delivery.sheet(fresh, papers, case=f"检查{held.number}", place=held.site.address, server=sheets.names(held)))
            batch.settle()
        return receipt

    return paper.attempt(work)


def mail_came_back(actor: Actor, visit: Visit, row: Delivery, reason: str, proof: StoredFile | None = None) -> Receipt:
    """The mail came back: the failed delivery is on record; another way may be tried with ``deliver``."""
    with transaction.atomic():
        held = lock(visit)
        fresh = Delivery.objects.get(pk=row.pk, matter=held.number)
        return delivery.came_back(fresh, actor, reason, proof)


# --- close ---------------------------------------------------------------------------------------------------------


@enforces("327-20-4")
def enter_case_number(actor: Actor, visit: Visit, number: str) -> Receipt:
    """立案文号 of the penalty case that the visit was handed over to."""
    with transaction.atomic():
        held = lock(visit)
        if not seats.on_visit(actor, held):
            raise refuse("您不是本次检查的检查人员。", Remedy("请由检查人员填写"), ids=("327-20-4",))
        if "punish" not in held.outcome_list or held.state not in ("to_tell", "told", "following"):
            raise refuse("本次检查没有待填写的立案文号。", Remedy("查看本次检查"), ids=("327-20-4",), field="case_number")
        if not number.strip():
            raise refuse("立案文号不能为空。", Remedy("填写立案文号"), ids=("327-20-4",), field="case_number")
        with ledger.act("visit.case_number", actor, about=held, duties=("327-20-4",), extra={"number": number.strip()}) as act:
            held.case_number = number.strip()[:80]
            held.save(update_fields=["case_number"])
    reload(visit)
    return act.receipt


@enforces("327-18-5", "327-17-3", "327-20-5")
def close(actor: Actor, visit: Visit) -> Receipt:
    """办结: told with evidence, orders settled, hand-over numbered. A visit that never began gives back its place, and its
    code is no longer good."""
    with transaction.atomic():
        held = lock(visit)
        unused = held.state == "not_done"
        also = [*counters.release(held), *codes.revoke_all(held.number, "未实施，已办结")] if unused else []
        receipt = VISIT.take("close", held, actor, facts.close(held), also=also, closed_at=timezone.now())
    reload(visit)
    return receipt


@enforces("327-21-1", "327-18-4")
def amend(actor: Actor, visit: Visit, paper_: Paper, changes: Sequence[dict[str, str]], reason: str) -> Paper:
    """更正（补充）说明 to a paper of the visit: [{where, was, now}] and the reason. Also after archiving; the paper that
    is amended stays as it is."""
    if not seats.on_visit(actor, visit):
        raise refuse("您不是本次检查的检查人员。", Remedy("请由检查人员办理"), ids=("327-18-4",))
    if paper_.matter != visit.number or paper_.kind in ("delivery", "file_index"):
        raise refuse("只能更正或补充本次检查的文书。", Remedy("选择本次检查的文书"), ids=("327-18-4",))
    if not changes or any(not c.get("now", "").strip() or not c.get("where", "").strip() for c in changes) or not reason.strip():
        raise refuse("更正（补充）须写明位置、内容和理由。", Remedy("逐项填写"), ids=("327-18-4",), field="changes")
    known = NoticeFacts(visit.number, (), (), (), 5, "-", tuple(c["now"] for c in changes))
    if broken := no_demand_for_head(known):
        raise Refused(broken)
    return paper.issue(
        "amendment", body=visit.body, matter_kind="visit", matter=visit.number, actor=actor, demo=visit.demo, replaces=paper_,
        data=sheets.amendment(visit, paper_, changes, reason.strip()),
    )  # fmt: skip
