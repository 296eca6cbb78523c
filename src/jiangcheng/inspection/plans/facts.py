"""Loads what the rules of plans ask about; one query a thing, however many rows a plan has."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import Any

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.plans import queries, reading
from jiangcheng.inspection.plans.models import Filing, Plan, PlanRow
from jiangcheng.inspection.plans.rules import OutsideFacts, PlanFacts, RowFacts, RowUse
from jiangcheng.inspection.plans.words import NINE
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties.models import Body

WRITING = ("plans.start", "plans.adjust", "plans.row_add", "plans.row_save", "plans.row_delete", "plans.row_drop", "plans.sent")


class Listed:
    """The published list of a body, as a plan of a year may draw on it; caps remembered by item."""

    def __init__(self, body: Body, year: int, today: date) -> None:
        self.body = body
        self.days = sorted({today, max(today, date(year, 1, 1))})
        versions = [v for day in self.days for v in items.published_list(body.pk, day)]
        self.by_item = {v.item_id: v for v in versions}
        self.by_name = {v.name: v for v in versions}
        self._caps: dict[int, Any] = {}

    def find(self, row: PlanRow) -> ItemVersion | None:
        """The listed version that a row means: by its item, else by the name."""
        return self.by_item.get(row.item_id) if row.item_id else self.by_name.get(row.item_name.strip())

    def near(self, name: str) -> str:
        """The published name most like this one, "" when none is."""
        return next(iter(get_close_matches(name.strip(), self.by_name, 1, 0.5)), "") if name.strip() else ""

    def cap(self, version: ItemVersion) -> Any:
        """The strictest cap over an item for every enterprise, None when none is published."""
        if version.item_id not in self._caps:
            self._caps[version.item_id] = caps.strictest(self.body, version.item_id, version.field, self.days[-1])
        return self._caps[version.item_id]


def row_facts(row: PlanRow, listed: Listed) -> RowFacts:
    """Facts of one row, saved or not (an imported one has no id: its number stands for it)."""
    version = listed.find(row)
    read = caps.read_frequency(row.frequency)
    cap = listed.cap(version) if version else None
    manner = version.manner if version and version.manner else "both"
    return RowFacts(
        pk=row.pk or row.n, n=row.n, near="" if version else listed.near(row.item_name),
        values={name: getattr(row, name) for name, _ in NINE}, listed=version is not None,
        item_name=version.name if version else "", item_manner=manner, manner_fits=reading.manner_fits(row.manner, manner),
        frequency_read=read is not None, proportion_read=reading.read_proportion(row.proportion) is not None,
        cap=f"每{caps.PERIOD_WORDS[cap.period]} {cap.limit} 次，{cap.issuer}" if cap else "",
        over=bool(cap and read and reading.read_manner(row.manner) != "offsite" and caps.over_cap(*read, cap)),
    )


def of(plan: Plan, actor: Actor | None = None, *, filing: Filing | None = None, **said: Any) -> PlanFacts:
    """Facts of a plan today, with the remarks of the filing in hand."""
    today = calendar.today()
    body = plan.body
    listed = Listed(body, plan.year, today)
    remarks = filing.remarks.select_related("row").order_by("row__n") if filing else ()
    decided = plan.filings.filter(round=plan.round).exclude(state="waiting")
    values = {
        "today": today, "year": plan.year, "plan": plan.pk, "body_name": body.name, "adjusts": plan.n > 1, "reason": plan.reason,
        "rows": tuple(row_facts(r, listed) for r in plan.rows.filter(withdrawn_at=None)),
        "judicial": body.judicial_office.name if body.judicial_office else "",
        "superior": body.superior.name if body.superior else body.superior_name,
        "newer_filed": Plan.objects.filter(body=body, year=plan.year, n__gt=plan.n, state__in=queries.WAS_FILED).exists(),
        "decided": tuple(f.office_name for f in decided), "must_fix": tuple((r.row.n, r.text) for r in remarks if r.must_fix),
        "unmended": unmended(plan), "person": actor.person if actor else None, "planners": planners(plan),
    }
    return PlanFacts(**{**values, **said})


def planners(plan: Plan) -> frozenset[int]:
    """Everybody who wrote in the plan or sent it, by the ledger."""
    wrote = ledger.history(plan).filter(act__in=WRITING).values_list("actor", flat=True)
    return frozenset({plan.drafted_by_id, *wrote} - {None})


def unmended(plan: Plan) -> tuple[tuple[int, int], ...]:
    """Rows (id, number) that the last return marked 须补正 and that say the same as they did then."""
    if plan.state not in queries.EDITABLE:
        return ()
    filing = plan.filings.filter(office_kind="judicial", state="returned").order_by("-round").first()
    if filing is None:
        return ()
    sent = {r["pk"]: r for r in filing.rows}
    marked = PlanRow.objects.filter(remarks__filing=filing, remarks__must_fix=True, withdrawn_at=None)
    keep = (*(n for n, _ in NINE), "find", "quarters")
    return tuple((r.pk, r.n) for r in marked.order_by("n") if r.pk in sent and all(getattr(r, k) == sent[r.pk][k] for k in keep))


def outside(filing: Filing, number: str, day: date | None) -> OutsideFacts:
    """Facts of a filing with a superior outside the platform."""
    return OutsideFacts(calendar.today(), filing.office_id is not None, filing.office_name, number, day)


def row_use(row: PlanRow, day: date) -> RowUse:
    """May a visit stand on the row on that day, and if not, why?"""
    plan = row.plan
    return RowUse(
        day=day, n=row.n, year=day.year, usable=queries.is_usable(row, day), filed=plan.state in queries.FILED,
        dropped=row.withdrawn_at is not None, adjusting=plan.n > 1 and plan.state not in queries.WAS_FILED,
        last_year=plan.year < day.year,
    )
