"""Acts on ties and exceptions (article 2): one function a verb."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.reach import queries, rules, words
from jiangcheng.inspection.reach.flows import EXCEPTION
from jiangcheng.inspection.reach.models import LegalException, Tie
from jiangcheng.kernel import calendar, ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Breach, Refused, Remedy, check_all, enforces
from jiangcheng.papers import files
from jiangcheng.parties.models import Body, Enterprise
from jiangcheng.parties.words import FIELDS

FIELD_SLUGS = tuple(slug for slug, _ in FIELDS)


def _may(actor: Actor, *roles: str) -> None:
    if not actor.has(*roles) or actor.body is None or actor.person is None:
        raise Refused([Breach("您没有登记的权限。", (Remedy("请由计划管理员或者司法行政监督员登记"),), ids=("327-02-3",))])


def office_of(actor: Actor, body: Body | None) -> Body | None:
    """Which judicial office confirms (HR-02-1): that of the level, or the city's."""
    own = Body.objects.select_related("division").get(pk=actor.body)
    if parameters.value("HR-02-1") == "confirmed-by-city-office":
        return Body.objects.filter(judicial=True, level="city").order_by("id").first()
    return body.judicial_office if body else own


@enforces("327-02-3", "HR-02-1")
def enter_exception(actor: Actor, *, fields: list[str], valid_from: date | None, valid_until: date | None = None, demo: bool = False,
                    **said: str) -> LegalException:
    """登记: by a planner for the own body, by a judicial office for every body it supervises. Another person confirms it.

    ``said``: document, level, clause, says, duty. Refused with everything that is missing.
    """
    _may(actor, "planner", "supervisor")
    own = Body.objects.select_related("judicial_office").get(pk=actor.body)
    body = own if actor.has("planner") else None
    office = office_of(actor, body)
    words_ = {k: str(said.get(k, "")).strip() for k in ("document", "level", "clause", "says", "duty")}
    known = rules.ExceptionFacts(
        fields=tuple(fields), valid_from=valid_from, valid_until=valid_until, office=office.name if office else "",
        known_fields=FIELD_SLUGS, **words_,
    )
    if broken := check_all(rules.ENTER, known):
        raise Refused(broken)
    with transaction.atomic(), ledger.act("reach.exception", actor, duties=("327-02-3",), opinion=words_["says"]) as act:
        row = LegalException(
            number=f"从规{calendar.today().year}-{next_number(f'exception:{calendar.today().year}'):03d}", office=office, body=body,
            fields=sorted(set(fields)), valid_from=valid_from, valid_until=valid_until, entered_by_id=actor.person, entered_for=own,
            entered_at=timezone.now(), state="waiting", demo=demo, **words_,
        )
        row.save()
        act.about = row
    return row


def _step(name: str, actor: Actor, row: LegalException, reason: str, **changes: Any) -> Receipt:
    known = rules.ConfirmFacts(actor.person, row.entered_by_id, reason)
    receipt = EXCEPTION.take(name, row, actor, known, opinion=reason, **changes)
    queries.forget()
    transaction.on_commit(queries.forget)
    return receipt


def confirm(actor: Actor, row: LegalException, opinion: str = "") -> Receipt:
    """确认, by another person than the one who entered it: from now on acts of its fields in its term stand under it."""
    with transaction.atomic():
        return _step("confirm", actor, row, opinion.strip() or "已核对原文。", confirmed_by_id=actor.person, confirmed_at=timezone.now())


def refuse(actor: Actor, row: LegalException, reason: str) -> Receipt:
    """不予确认, with the reason."""
    with transaction.atomic():
        return _step("refuse", actor, row, reason)


def end(actor: Actor, row: LegalException, reason: str) -> Receipt:
    """停止适用 from tomorrow on; what was done under it stays as it was judged."""
    with transaction.atomic():
        last = min(filter(None, (row.valid_until, max(calendar.today(), row.valid_from))))
        return _step("end", actor, row, reason, valid_until=last)


@enforces("327-02-2")
def save_tie(
    actor: Actor, enterprise: Enterprise, *, kind: str, document: str, evidence: Any, valid_from: date | None,
    valid_until: date | None = None, demo: bool = False,
) -> Tie:
    """登记 a tie of the own body to an enterprise, with its evidence (an uploaded file or bytes) on file."""
    _may(actor, "planner")
    known = rules.TieFacts(kind, document, bool(evidence), valid_from, valid_until, tuple(k for k, _ in words.TIE_KINDS))
    if broken := check_all(rules.TIE, known):
        raise Refused(broken)
    if queries.tie_of(actor.body, enterprise.pk, valid_from) is not None:
        raise Refused([Breach(f"“{enterprise.name}”已经登记过这一关系。", (Remedy("查看已登记的关系"),), "enterprise", ("327-02-2",))])
    with transaction.atomic():
        matter = f"T{actor.body}-{next_number(f'tie:{actor.body}'):04d}"
        kept = files.keep(evidence, matter=matter, purpose="other", actor=actor)
        with ledger.act("reach.tie", actor, duties=("327-02-2",), opinion=document) as act:
            row = Tie(
                body_id=actor.body, enterprise=enterprise, kind=kind, document=document.strip(), evidence=kept, valid_from=valid_from,
                valid_until=valid_until, entered_by_id=actor.person, entered_at=timezone.now(), demo=demo,
            )
            row.save()
            act.about = row
    return row


def end_tie(actor: Actor, row: Tie, last: date) -> Receipt:
    """写明止日: the relation ended; inspections from the next day on follow the decree."""
    _may(actor, "planner")
    if row.body_id != actor.body or last < row.valid_from:
        raise Refused([Breach("止日早于起日，或者不是本单位登记的关系。", (Remedy("改正止日"),), "valid_until", ("327-02-2",))])
    with ledger.act("reach.tie_ended", actor, about=row, duties=("327-02-2",)) as act:
        row.valid_until = last
        row.save()
    return act.receipt
