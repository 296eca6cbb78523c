"""What the record of a visit says now: questions, findings, times, signatures, and the digest that signatures bind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jiangcheng.inspection.items.models import Question
from jiangcheng.inspection.visits.models import Answer, Report, Signature, Visit
from jiangcheng.inspection.visits.rules.record import DeclineFacts, ReasonFacts, SignFacts, WriteFacts
from jiangcheng.kernel import canonical, parameters
from jiangcheng.papers.models import Paper, StoredFile

PICTURES = ("evidence", "audio", "proof")


@dataclass(frozen=True)
class Line:
    """One question of a visit in its running number, with the answer if there is one."""

    n: int
    question: Question
    answer: Answer | None

    @property
    def word(self) -> str:
        return str(self.n)


def questions(visit: Visit) -> list[Question]:
    """The check questions of a visit in order. A follow-up visit asks those that its order came from."""
    found = Question.objects.filter(version__visits__visit=visit).order_by("version__visits__id", "n").select_related("version")
    if visit.order_id:
        old = set(visit.order.visit.answers.filter(verdict="problem").values_list("question_id", flat=True))
        narrowed = [q for q in found if q.pk in old]
        return narrowed or list(found)
    return list(found)


def lines(visit: Visit) -> list[Line]:
    """All questions with their answers, numbered from 1."""
    given = {a.question_id: a for a in visit.answers.select_related("by").prefetch_related("photos")}
    return [Line(i, q, given.get(q.pk)) for i, q in enumerate(questions(visit), 1)]


def unanswered(found: list[Line]) -> tuple[str, ...]:
    """Numbers of questions without a finding."""
    return tuple(x.word for x in found if x.answer is None)


def notice(visit: Visit) -> Paper | None:
    """The notice of the visit: the newest one not void."""
    return Paper.objects.filter(matter_kind="visit", matter=visit.number, kind="notice", void_reason="").order_by("-id").first()


def record_data(visit: Visit) -> dict[str, Any]:
    """What the signatures stand for: who, where, when, told by which notice, every finding with method, time, words
    and photos, and the statement. Times in UTC; plain JSON."""
    paper = notice(visit)
    return {
        "visit": visit.number, "body": visit.body.name, "enterprise": visit.enterprise.name, "uscc": visit.enterprise.uscc,
        "site": str(visit.site), "notice": paper.number if paper else "", "started_at": canonical.moment(visit.started_at),
        "officers": [
            {"name": o.person.name, "certificate": o.certificate.number, "role": o.role} for o in current_officers(visit)
        ],
        "receiver": visit.receiver, "receiver_role": visit.receiver_role,
        "findings": [_finding(x) for x in lines(visit)], "statement": visit.statement,
    }  # fmt: skip


def _finding(line: Line) -> dict[str, Any]:
    a = line.answer
    base = {"n": line.n, "question": line.question.text, "basis": line.question.basis}
    if a is None:
        return base | {"verdict": ""}
    return base | {
        "verdict": a.verdict, "method": a.method, "method_law": a.method_law, "text": a.text, "by": a.by.name,
        "at": canonical.moment(a.at), "device_at": canonical.moment(a.device_at),
        "photos": sorted(p.sha256 for p in a.photos.all()),
    }  # fmt: skip


def digest(visit: Visit) -> str:
    """SHA-256 of the record as it stands."""
    return canonical.sha256(canonical.text(record_data(visit)))


def current_officers(visit: Visit) -> list[Any]:
    """Officers on the visit now, 主办 first."""
    found = visit.officers.filter(left_at=None).select_related("person", "certificate").order_by("id")
    return sorted(found, key=lambda o: o.role != "lead")


def officer_names(visit: Visit) -> tuple[str, ...]:
    """Names of everybody who is or was an officer on the visit: none of them witnesses."""
    return tuple(visit.officers.values_list("person__name", flat=True).distinct())


def signatures(visit: Visit, record_digest: str | None = None) -> list[Signature]:
    """Signatures on the record as it stands (or as it stood under a digest)."""
    wanted = record_digest or digest(visit)
    return list(visit.signatures.filter(record_digest=wanted).select_related("file", "person").order_by("id"))


def write_facts(visit: Visit, **more: Any) -> WriteFacts:
    """Facts for every act that writes the record."""
    signed = tuple(dict.fromkeys(visit.signatures.order_by("id").values_list("name", flat=True)))
    pending = visit.recusals.filter(decided_at=None).select_related("officer__person")
    return WriteFacts(
        visit.number, visit.state, visit.state_word, signed, begun=visit.started_at is not None,
        recusal_pending=tuple(r.officer.person.name for r in pending), **more,
    )  # fmt: skip


def sign_facts(visit: Visit, kind: str, way: str, **more: Any) -> SignFacts:
    """Facts for a signature about to be put to the record."""
    pictured = StoredFile.objects.filter(matter=visit.number, purpose__in=PICTURES).exists()
    must = parameters.value("HR-18-3") != "never"
    kept = more.get("file", False) or pictured
    return SignFacts(
        visit.number, visit.state, visit.state_word, kind, way, unanswered=unanswered(lines(visit)), sound_or_picture=kept,
        must_picture=must, begun=visit.started_at is not None, officers=officer_names(visit), **more,
    )  # fmt: skip


def firm_signed(visit: Visit) -> bool:
    """Did the enterprise put its name to the record? A refusal noted by the officers is no signature."""
    return visit.signatures.filter(kind="enterprise").exclude(way="refused").exists()


def unsigned(visit: Visit) -> Report | None:
    """The enterprise's last declaration that it does not sign, unless it signed since."""
    last = visit.reports.filter(kind="unsigned").order_by("-id").first()
    return None if last and firm_signed(visit) else last


def decline_facts(visit: Visit, reason: str) -> DeclineFacts:
    """Facts for 不签名 of the enterprise."""
    begun = visit.started_at is not None
    return DeclineFacts(visit.number, visit.state, visit.state_word, unanswered(lines(visit)), reason, firm_signed(visit), begun)


def reason_facts(visit: Visit, reason: str) -> ReasonFacts:
    """Facts of a step that asks only for a reason."""
    return ReasonFacts(visit.number, reason)
