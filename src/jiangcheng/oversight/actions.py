"""Acts of oversight: one function a verb."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits.models import Report, Visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Refused, check_all, enforces
from jiangcheng.oversight import queries, rules, words
from jiangcheng.oversight.flows import ALERT, INSTRUCTION
from jiangcheng.oversight.models import Alert, Finding, Instruction
from jiangcheng.parties import bodies
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import body_of


@enforces("327-06-2")
def instruct(actor: Actor, to: Body | None, title: str, text: str, due: date | None, *, demo: bool = False) -> Instruction:
    """交办 to a body of the government's territory, with a term for the reply."""
    within = to is not None and queries.addressees(actor).filter(pk=to.pk).exists()
    facts = rules.InstructionFacts(
        actor.has("government") and actor.person is not None, within, to.name if to else "", title, text, due, calendar.today(),
    )
    if broken := check_all(rules.INSTRUCT, facts):
        raise Refused(broken)
    year, own = calendar.today().year, body_of(actor)
    with transaction.atomic(), ledger.act("oversight.instruct", actor, duties=("327-06-2",), opinion=title.strip()) as act:
        row = Instruction(
            number=f"{own.short[:16]}交办〔{year}〕{next_number(f'instruction:{own.pk}:{year}')}号", government=own, to=to, title=title.strip(),
            text=text.strip(), due=due, given_by_id=actor.person, given_at=timezone.now(), state="given", demo=demo,
        )
        row.save()
        act.about = row
    return row


def _take(step: str, actor: Actor, row: Instruction, text: str, field: str, **changes: Any) -> Receipt:
    with transaction.atomic():
        return INSTRUCTION.take(step, row, actor, rules.WordsFacts(text, field), opinion=text.strip()[:300], **changes)


def reply(actor: Actor, row: Instruction, text: str) -> Receipt:
    """回复 by the addressee, in words."""
    return _take("reply", actor, row, text, "reply", reply=text.strip(), replied_by_id=actor.person, replied_at=timezone.now())


def settle(actor: Actor, row: Instruction, text: str = "") -> Receipt:
    """办结: the reply is enough."""
    return _take("settle", actor, row, text.strip() or "同意办结。", "opinion", closing=text.strip()[:300] or "同意办结。")


def send_back(actor: Actor, row: Instruction, text: str) -> Receipt:
    """退回重报, with what is missing."""
    return _take("return", actor, row, text, "opinion", closing=text.strip()[:300])


def withdraw(actor: Actor, row: Instruction, text: str) -> Receipt:
    """撤回 before there is a reply, with the reason."""
    return _take("withdraw", actor, row, text, "opinion", closing=text.strip()[:300])


@enforces("327-05-3")
def file_finding(
    actor: Actor, body: Body | None, kind: str, principles: Collection[str], text: str, *, visit: Visit | None = None,
    report: Report | None = None, demo: bool = False,
) -> Finding:
    """按原则归类 a complaint, report, rating or finding on a body that the office supervises."""
    own = body_of(actor)
    supervised = body is not None and own is not None and actor.has("supervisor") and bodies.supervised(own).filter(pk=body.pk).exists()
    facts = rules.FindingFacts(
        kind, tuple(principles), text, supervised, [k for k, _ in words.FINDING_KINDS], [p for p, _ in words.PRINCIPLES],
    )
    if broken := check_all(rules.FINDING, facts):
        raise Refused(broken)
    year = calendar.today().year
    with transaction.atomic(), ledger.act("oversight.finding", actor, duties=("327-05-3",), opinion=text.strip()) as act:
        row = Finding(
            number=f"归{year}-{next_number(f'finding:{year}'):05d}", kind=kind, office_id=actor.body, body=body, visit=visit, report=report,
            principles=[p for p, _ in words.PRINCIPLES if p in principles], text=text.strip(), by_id=actor.person, at=timezone.now(), demo=demo,
        )
        row.save()
        act.about = row
    return row


def handle(actor: Actor, row: Alert, text: str) -> Receipt:
    """处理完毕 of an alert, in words."""
    with transaction.atomic():
        return ALERT.take(
            "handle", row, actor, rules.WordsFacts(text, "handling"), opinion=text.strip()[:500], handling=text.strip()[:500],
            handled_by_id=actor.person, handled_at=timezone.now(),
        )
