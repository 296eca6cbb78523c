"""我要反映 where no visit is running: kept without an account, answered by the judicial office; the reporter protected."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits.actions.record import refuse, require
from jiangcheng.inspection.visits.models import Report
from jiangcheng.inspection.visits.rules import reports as rules
from jiangcheng.kernel import calendar, ledger, parameters, storage
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Remedy, enforces
from jiangcheng.papers import codes
from jiangcheng.papers.models import Guess
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import scope

STRANGER = Actor(name="读码的人", channel="code")
"""Who reports: nobody is asked for a name, and none is written into the ledger, where it could not be erased."""
SAME_MINUTES = 10
"""The same words about the same code within so many minutes are one report, sent twice."""


def city_office() -> Body | None:
    """The judicial office of the city, for codes that name no body."""
    return Body.objects.filter(judicial=True, level="city").order_by("pk").first()


def office_for(code: Any) -> Body | None:
    """The judicial office that answers reports on a code: of its body's level, of the city where no body is known."""
    return (code.body.judicial_office if code else None) or city_office()


def code_words(value: str, code: Any) -> str:
    """How the code is kept: its short code where it is ours, what was typed, or the digest of a token."""
    if code is not None:
        return code.short
    return codes.normal_short(value)[:30] if len(value) <= codes.SHORT * 3 else hashlib.sha256(value.encode()).hexdigest()


def _where(address: str) -> str:
    return f"report/{address}"[:45]


@enforces("327-38-4", "HR-41-2")
def report_code(reading: codes.Reading, value: str, *, text: str, place: str = "", contact: str = "", address: str = "") -> Report:
    """Keep what somebody saw who read a code; answers with the row and its number at once. A second tap is the first one."""
    office, now = office_for(reading.code), timezone.now()
    code, said = code_words(value, reading.code), text.strip()[:500]
    before = Report.objects.filter(kind="code", code=code, text=said, at__gt=now - timedelta(minutes=SAME_MINUTES), cleared_at=None).first()
    if before is not None and said:
        return before
    sent = Guess.objects.filter(address=_where(address), at__gt=now - timedelta(hours=1)).count()
    require(rules.REPORT, rules.ReportFacts(said, sent, office.complaint_phone if office else ""))
    with transaction.atomic():
        year = calendar.today().year
        row = Report(
            kind="code", number=f"反映{year}-{next_number(f'report/{year}'):04d}", code=code, code_state=reading.state, office=office,
            body=reading.code.body if reading.code else None, text=said, place=place.strip()[:100], contact=contact.strip()[:100], at=now,
        )
        with ledger.act("report.sent", STRANGER, about=row, duties=("327-38-4", "HR-41-2"), extra={"state": reading.state}):
            row.save()
        Guess.objects.create(address=_where(address))
    return row


def waiting(actor: Actor) -> Any:
    """Reports that the actor's office has to deal with, the oldest first."""
    if not actor.has("supervisor"):
        return Report.objects.none()
    return scope(actor, Report.objects.filter(kind="code", cleared_at=None, office=actor.body)).order_by("at", "id")


@enforces("HR-41-2")
def answer_by(report: Report) -> date:
    """Last day to deal with a report: working days after it came, or 60 natural days by another choice of the house rule."""
    came, term = timezone.localdate(report.at), parameters.value("HR-41-2")
    return calendar.add_working_days(came, term) if isinstance(term, int) else came + timedelta(days=60)


def _locked(report: Report) -> Report:
    storage.lock_rows(Report.objects.filter(pk=report.pk)).first()
    return Report.objects.get(pk=report.pk, kind="code")


@enforces("327-41-1", "HR-41-2")
def handle(actor: Actor, report: Report, words: str) -> Receipt:
    """处理: what was found and done; closes the report."""
    with transaction.atomic():
        row = _locked(report)
        require(rules.HANDLE, rules.HandleFacts(row.office_id, actor.body, actor.has("supervisor"), row.cleared_at is not None, words))
        with ledger.act("report.handled", actor, about=row, duties=("327-41-1", "HR-41-2")) as act:
            row.handling, row.cleared_at, row.cleared_by_id = words.strip()[:500], timezone.now(), actor.person
            row.save()
    return act.receipt


@enforces("HR-41-2")
def open_contact(actor: Actor, report: Report) -> bool:
    """查看联系方式: the first officer asks (False), a second one agrees (True); both looks stand in the ledger."""
    with transaction.atomic():
        row = _locked(report)
        if not row.contact:
            raise refuse("反映人没有留下联系方式。", Remedy("按反映的情况处理"), ids=("HR-41-2",))
        if row.opened_with_id:
            return True
        known = rules.ContactFacts(row.office_id, actor.body, actor.has("supervisor"), asked_by=row.opened_by_id, person=actor.person)
        require(rules.CONTACT, known)
        agreed = row.opened_by_id is not None
        with ledger.act("report.contact_opened" if agreed else "report.contact_asked", actor, about=row, duties=("HR-41-2",)):
            if agreed:
                row.opened_with_id = actor.person
            else:
                row.opened_by_id = actor.person
            row.save()
    return agreed
