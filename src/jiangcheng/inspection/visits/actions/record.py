"""Writing the record of a visit (articles 18, 19): answers, photos, statement, receiver, signatures; breaking off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from jiangcheng.inspection.items.models import Question
from jiangcheng.inspection.visits import seats
from jiangcheng.inspection.visits.actions.shared import lock, refuse, require
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Answer, Signature, Visit
from jiangcheng.inspection.visits.rules import record as rules
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Remedy, enforces
from jiangcheng.papers import codes, files, glass
from jiangcheng.papers.models import StoredFile
from jiangcheng.parties.models import Person


@dataclass(frozen=True)
class Answered:
    """The answer as it stands after a send. ``over`` names whose answer was written over, with its time;
    ``kept`` is true when the answer that stands is another officer's, noted later than the one sent."""

    answer: Answer
    over: str = ""
    over_at: datetime | None = None
    kept: bool = False


def _officer(actor: Actor, visit: Visit) -> None:
    if not seats.on_visit(actor, visit):
        raise refuse("您不是本次检查的检查人员。", Remedy("请由检查人员办理"), ids=("327-18-4",))


# --- answers -------------------------------------------------------------------------------------------------------


@enforces("327-18-4", "327-19-1")
def answer(
    actor: Actor, visit: Visit, question: Question, verdict: str, text: str = "", method: str = "",
    photos: Iterable[StoredFile] = (), device_at: datetime | None = None, method_law: str = "",
) -> Answered:  # fmt: skip
    """Note the finding on one question; both officers may write at once, the later one counts by the device's clock.

    ``method`` defaults to the question's usual one. ``photos`` are added to those already there. The same send twice
    changes nothing. Refused after the first signature, and for what the rules of the record ask.
    """
    for _ in range(3):
        try:
            with transaction.atomic():
                return _answer(actor, lock(visit), question, verdict, text.strip(), method or question.method, list(photos),
                               device_at or actor.device_time, method_law.strip())  # fmt: skip
        except IntegrityError:  # both officers gave the first answer at the same moment
            continue
    raise refuse("同一项刚刚被多人同时填写，本次没有保存。", Remedy("再点一次保存"), ids=("327-18-4",))


def _answer(
    actor: Actor, visit: Visit, question: Question, verdict: str, text: str, method: str, photos: list[StoredFile],
    device_at: datetime | None, method_law: str,
) -> Answered:  # fmt: skip
    _officer(actor, visit)
    row = Answer.objects.filter(visit=visit, question=question).select_related("by").first()
    new = {"verdict": verdict, "text": text, "method": method, "method_law": method_law}
    here = {p.pk for p in row.photos.all()} if row else set()
    if row and row.by_id == actor.person and all(getattr(row, k) == v for k, v in new.items()) and {p.pk for p in photos} <= here:
        return Answered(row)
    mine = question.pk in {q.pk for q in facts.questions(visit)}
    known = facts.write_facts(visit, text=text, method=method, method_law=method_law, verdict=verdict, question_of_visit=mine)
    require(rules.ANSWER, known)
    _own_files(visit, photos)
    if row and device_at and row.device_at and row.by_id != actor.person and device_at < row.device_at:
        return Answered(row, row.by.name, row.at, kept=True)
    over = (row.by.name, row.at) if row and row.by_id != actor.person else ("", None)
    row = row or Answer(visit=visit, question=question)
    with ledger.act("visit.answer", actor, duties=("327-18-4", "327-19-1"), about=row if row.pk else None,
                    extra={"visit": visit.number, "question": question.pk, "verdict": verdict, "over": over[0]}) as act:  # fmt: skip
        for name, value in new.items():
            setattr(row, name, value)
        row.by_id, row.at, row.device_at = actor.person, timezone.now(), device_at
        row.save()
        act.about = row
        if photos:
            row.photos.add(*photos)
    return Answered(row, *over)


def _own_files(visit: Visit, photos: Iterable[StoredFile]) -> None:
    if any(p.matter != visit.number for p in photos):
        raise refuse("照片不属于本次检查，没有保存。", Remedy("重新拍照"), ids=("327-18-4",), field="photos")


def all_fine(actor: Actor, visit: Visit, questions: Iterable[Question] | None = None) -> list[Answered]:
    """未发现问题 on every question still open (or on those given)."""
    with transaction.atomic():
        visit = lock(visit)
        open_ = [x.question for x in facts.lines(visit) if x.answer is None] if questions is None else list(questions)
        return [answer(actor, visit, q, "fine") for q in open_]


def add_photo(
    actor: Actor, visit: Visit, upload: Any, *, question: Question | None = None, key: str = "", taken_at: datetime | None = None,
    place: str = "", purpose: str = "evidence",
) -> StoredFile:  # fmt: skip
    """Keep a photo or recording of the visit and put it to the answer of a question, if one is given already."""
    with transaction.atomic():
        visit = lock(visit)
        _officer(actor, visit)
        kept = StoredFile.objects.filter(matter=visit.number, key=key).first() if key else None
        if kept is None:
            require(rules.WRITE, facts.write_facts(visit))
        stored = files.keep(upload, matter=visit.number, purpose=purpose, actor=actor, key=key, taken_at=taken_at, place=place)
        row = Answer.objects.filter(visit=visit, question=question).first() if question and kept is None else None
        if row is not None:
            with ledger.act("visit.answer.photo", actor, about=row, duties=("327-18-4",)):
                row.photos.add(stored)
    return stored


def set_statement(actor: Actor, visit: Visit, text: str) -> Receipt:
    """陈述申辩 in the words of the enterprise, noted by an officer or written by the enterprise itself."""
    with transaction.atomic():
        visit = lock(visit)
        if not seats.door(actor, visit):
            raise refuse("您不能填写本次检查的陈述。", Remedy("请由企业人员或检查人员填写"), ids=("327-18-4",))
        require(rules.WRITE, facts.write_facts(visit))
        with ledger.act("visit.statement", actor, about=visit, duties=("327-18-4",)) as act:
            visit.statement = text.strip()
            visit.save(update_fields=["statement"])
    return act.receipt


def set_receiver(actor: Actor, visit: Visit, name: str, role: str = "") -> Receipt:
    """Who received the officers. Anyone whom the enterprise sends will do (327-40-02)."""
    with transaction.atomic():
        visit = lock(visit)
        if not seats.door(actor, visit):
            raise refuse("您不能填写现场接待人。", Remedy("请由企业人员或检查人员填写"), ids=("327-18-4",))
        require(rules.WRITE, facts.write_facts(visit))
        with ledger.act("visit.receiver", actor, about=visit, duties=("327-18-4",)) as act:
            visit.receiver, visit.receiver_role = name.strip()[:50], role.strip()[:50]
            visit.save(update_fields=["receiver", "receiver_role"])
    return act.receipt


def set_guidance(actor: Actor, visit: Visit, text: str) -> Receipt:
    """指导、教育 of the enterprise (article 20), noted until the visit is closed."""
    with transaction.atomic():
        visit = lock(visit)
        _officer(actor, visit)
        if visit.state not in ("inspecting", "broken_off", "to_tell", "told", "following"):
            raise refuse(f"本次检查现在是“{visit.state_word}”，不能补记。", Remedy("出具更正（补充）说明"), ids=("327-20-5",))
        with ledger.act("visit.guidance", actor, about=visit, duties=("327-20-5",)) as act:
            visit.guidance = text.strip()
            visit.save(update_fields=["guidance"])
    return act.receipt


# --- signatures ----------------------------------------------------------------------------------------------------


def _code_fits(visit: Visit, kind: str, person: int | None, code: str) -> bool:
    """Typed names count with a code: the enterprise's is the short code of the visit, an officer's the last four signs
    of the own certificate."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    if kind == "enterprise":
        wanted = codes.normal_short(plain)
        return any(constant_time_compare(c.short, wanted) for c in codes.InspectionCode.objects.filter(visit=visit.number))
    on = visit.officers.filter(person=person, left_at=None).select_related("certificate").first()
    return on is not None and len(plain) >= 4 and on.certificate.number.upper().replace("-", "").endswith(plain)


@enforces("327-18-4")
def sign(
    actor: Actor, visit: Visit, kind: str, way: str, *, name: str = "", person: int | None = None, drawing: Any = None,
    file: StoredFile | None = None, code: str = "", reason: str = "", witness: str = "", key: str = "",
) -> Signature:  # fmt: skip
    """Put a signature to the record as it stands, or note the refusal to sign. A second tap gives the first signature.

    ``kind``: enterprise, officer, witness; ``way``: glass (``drawing``: strokes, SVG or PNG), typed (``code``), paper
    (``file``: photo), refused (``reason``, ``witness``, photo or sound). From then on the record is closed.
    """
    with transaction.atomic():
        visit = lock(visit)
        if not (seats.on_visit(actor, visit) or (seats.firm_of_visit(actor, visit) and kind == "enterprise" and way != "refused")):
            raise refuse("您不能在这份笔录上登记签名。", Remedy("请由检查人员或企业人员办理"), ids=("327-18-4",))
        officer = kind == "officer"
        person = (person or actor.person) if officer else None
        on = visit.officers.filter(person=person, left_at=None).exists() if officer else True
        if officer and way == "typed" and person != actor.person:
            raise refuse("键入姓名只能由本人办理。", Remedy("请本人在屏上签名"), ids=("327-18-4",), field="way")
        name = (_name_of(person) if officer else name.strip() or visit.receiver)[:50]
        bound = facts.digest(visit)
        known = visit.signatures.filter(kind=kind, name=name, record_digest=bound).first()
        if known is not None:
            return known
        if file is not None:
            _own_files(visit, [file])
        fits = way == "typed" and _code_fits(visit, kind, person, code)
        there = file is not None or (way == "glass" and bool(drawing))
        asked = facts.sign_facts(
            visit, kind, way, name=name, file=there, code_fits=fits, reason=reason, witness=witness, on_visit=on,
        )
        require(rules.SIGN, asked)
        if way == "glass" and file is None:
            file = glass.keep(drawing, matter=visit.number, actor=actor, key=key, name=f"{name}签名")
        row = Signature(
            visit=visit, kind=kind, person_id=person, name=name, way=way, file=file, record_digest=bound,
            reason=reason.strip()[:300], witness=witness.strip()[:50], at=timezone.now(),
        )  # fmt: skip
        with ledger.act("visit.sign", actor, about=row, duties=("327-18-4",), opinion=row.reason,
                        extra={"visit": visit.number, "record": bound, "kind": kind, "way": way}):  # fmt: skip
            row.save()
    return row


def _name_of(person: int | None) -> str:
    return Person.objects.filter(pk=person).values_list("name", flat=True).first() or ""


def record_data(visit: Visit) -> dict[str, Any]:
    """The record as data: what the signatures are bound to."""
    return facts.record_data(visit)


# --- breaking off --------------------------------------------------------------------------------------------------


def break_off(actor: Actor, visit: Visit, reason: str) -> Receipt:
    """中止检查, with the reason; it goes on with ``door.resume``."""
    with transaction.atomic():
        visit = lock(visit)
        return VISIT.take(
            "break_off", visit, actor, facts.reason_facts(visit, reason), opinion=reason, stopped_why=reason.strip()[:300]
        )
