"""Telling an office what a rule of watching found, once; and the watch over the end of a period (article 40, item 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import calendar, ledger, parameters
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import enforces
from jiangcheng.oversight.models import Alert
from jiangcheng.oversight.rules import SurgeFacts, surges
from jiangcheng.parties.models import Body


def office_for(body: Body) -> Body | None:
    """Who is told: the judicial office of the body's level; about a judicial office itself, the city's."""
    if not body.judicial:
        return body.judicial_office
    return Body.objects.filter(judicial=True, level="city").order_by("id").first()


def tell(
    kind: str, key: str, body: Body, text: str, evidence: dict[str, Any], *, person: int | None = None, duties: Sequence[str] = (),
) -> Alert | None:
    """Send an alert with its evidence; None when the same thing was told before."""
    if Alert.objects.filter(key=key).exists():
        return None
    try:
        with transaction.atomic(), ledger.act("oversight.alert", SYSTEM, duties=duties, opinion=text) as act:
            row = Alert(
                kind=kind, key=key, office=office_for(body), body=body, person_id=person, text=text[:300], evidence=evidence, at=timezone.now(),
                state="open",
            )
            row.save()
            act.about = row
    except IntegrityError:  # another process was faster
        return None
    return row


def quarter(day: date) -> tuple[date, date]:
    """First and last day of the quarter of a day."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    after = date(first.year + (first.month == 10), (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def begun(body: Body, first: date, last: date) -> int:
    """Visits of the body that were begun from the first to the last day; follow-ups are owed and do not count."""
    found = Visit.objects.filter(body=body, order=None)
    return found.filter(Q(started_at__date__gte=first) & Q(started_at__date__lte=last)).count()


@enforces("327-40-04", "HR-40-6")
def surge_of(body: Body, today: date) -> SurgeFacts | None:
    """What the last days of the quarter brought, against the days before; None outside the last days."""
    first, last = quarter(today)
    limits: Any = parameters.value("HR-40-6", today)
    opening = last - timedelta(days=limits["last-days"] - 1)
    if today < opening:
        return None
    before, elapsed = (opening - first).days, (today - opening).days + 1
    usual = begun(body, first, opening - timedelta(days=1)) / before
    return SurgeFacts(begun(body, opening, today), usual * elapsed, limits["percent"], limits["least"])


@enforces("327-40-04", "HR-40-6")
def period_end(today: date | None = None) -> list[Alert]:
    """Alerts about bodies whose visits crowd at the end of a quarter, as where somebody set a number to be reached."""
    today = today or calendar.today()
    found = []
    for body in Body.objects.filter(enforces=True).select_related("judicial_office"):
        facts = surge_of(body, today)
        if facts is None or not surges(facts):
            continue
        first, _ = quarter(today)
        name = f"{first.year}年第{(first.month + 2) // 3}季度"
        text = f"{body.name}{name}末开始检查 {facts.last} 次，按本季度前段推算为 {facts.expected:.1f} 次，须核实有无下达指标"
        found.append(tell(
            "period_end", f"period_end:{body.pk}:{first}", body, text,
            {"期末次数": facts.last, "推算次数": round(facts.expected, 1), "截至": str(today)}, duties=("327-40-04",),
        ))
    return [a for a in found if a]
