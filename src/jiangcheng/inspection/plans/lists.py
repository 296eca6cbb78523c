"""Lists over plans: who is late, what waits, what changed between two submissions, what is still to mend; who sees what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.plans import facts, flows, queries
from jiangcheng.inspection.plans.models import Filing, Plan, PlanRow, Remark, Reminder
from jiangcheng.inspection.plans.rules import about_rows, row_of
from jiangcheng.inspection.plans.words import NINE
from jiangcheng.kernel import calendar, ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Remedy, enforces
from jiangcheng.parties.models import Body, Competence
from jiangcheng.parties.scope import bodies_read, register

PUBLIC = ("published", "replaced")
WORDS = dict(NINE)


@register(Plan)
def _plans(actor: Actor, queryset: Any) -> Any:
    """The body sees its own; offices see what was sent to them; everybody sees what was published."""
    public = Q(published_at__isnull=False)
    if not actor.body:
        return queryset.filter(public)
    if actor.has("planner", "head", "officer"):
        return queryset.filter(public | Q(body=actor.body))
    if actor.has("supervisor", "superior", "leader"):
        return queryset.filter(public | Q(body__in=bodies_read(actor).values("pk"), submitted_at__isnull=False))
    return queryset.filter(public)


@register(PlanRow)
def _rows(actor: Actor, queryset: Any) -> Any:
    return queryset.filter(plan__in=_plans(actor, Plan.objects.all()).values("pk"))


@register(Filing)
def _filings(actor: Actor, queryset: Any) -> Any:
    """The body its own; the office what came to it; the judicial office both filings of the bodies it reads."""
    if actor.has("planner", "head"):
        return queryset.filter(plan__body=actor.body)
    if actor.has("supervisor"):
        return queryset.filter(Q(office=actor.body) | Q(plan__body__in=bodies_read(actor).values("pk")))
    if actor.has("superior"):
        return queryset.filter(office=actor.body, office_kind="superior")
    return queryset.none()


@register(Remark)
def _remarks(actor: Actor, queryset: Any) -> Any:
    return queryset.filter(filing__in=_filings(actor, Filing.objects.all()).values("pk"))


@register(Reminder)
def _reminders(actor: Actor, queryset: Any) -> Any:
    if actor.has("planner", "head"):
        return queryset.filter(body=actor.body)
    return queryset.filter(body__in=bodies_read(actor).values("pk")) if actor.has("supervisor") else queryset.none()


def waiting_for(office_id: int, kind: str) -> QuerySet[Filing]:
    """Filings that wait for an office, oldest first; those of withdrawn or older rounds do not."""
    found = Filing.objects.filter(office=office_id, office_kind=kind, state="waiting", round=F("plan__round"))
    if kind == "judicial":
        found = found.filter(plan__state__in=queries.WAITING)
    return found.exclude(plan__state__in=queries.EDITABLE).select_related("plan__body").order_by("received_at")


@enforces("327-14-1", "HR-14-1")
def examination_limit(filing: Filing, today: date | None = None) -> calendar.Limit | None:
    """How much of the time for examining a filing is left (HR-14-1); None where the house rule sets no number."""
    days = parameters.value("HR-14-1")
    if not isinstance(days, int):
        return None
    return calendar.limit(calendar.add_working_days(timezone.localdate(filing.received_at), days), today)


def overdue_filings(office_id: int, today: date | None = None) -> list[Filing]:
    """Filings whose time for examination is over: an alert; silence never counts as filed."""
    return [f for f in waiting_for(office_id, "judicial") if (x := examination_limit(f, today)) and x.tone == calendar.LATE]


def not_refiled(office_id: int) -> QuerySet[Plan]:
    """Plans that an office returned and that have not come back (327-14-2)."""
    return Plan.objects.filter(state="returned", body__judicial_office=office_id).select_related("body").order_by("body__name")


@dataclass(frozen=True)
class Late:
    """A body that has not filed with an office after the deadline, or not yet before it.

    ``days`` are working days past the deadline (0 before it); ``filed_late`` marks one that came, but late.
    """

    body: Body
    year: int
    day: date
    days: int
    plan: Plan | None
    reminded: Reminder | None
    filed_late: bool = False

    @property
    def words(self) -> str:
        return calendar.limit(queries.deadline(self.year), self.day).word

    @property
    def state(self) -> str:
        return self.plan.state_word if self.plan else "尚未编制"


def _bodies_of(office: Body, year: int) -> QuerySet[Body]:
    """Bodies that owe this office the year's plan: with a power on record between 1 January and the deadline.

    One whose first power begins later owes its first plan next year; one with no power on record is asked all the same.
    """
    mine = Q(judicial_office=office) if office.judicial else Q(superior=office)
    powers = Competence.objects.filter(body=OuterRef("pk"))
    held = powers.filter(Q(valid_until=None) | Q(valid_until__gte=date(year, 1, 1)), valid_from__lte=queries.deadline(year))
    return Body.objects.filter(mine, Exists(held) | ~Exists(powers), enforces=True).order_by("name")


@enforces("327-13-2")
def late_bodies(office: Body, year: int, day: date, *, before_deadline: bool = False) -> list[Late]:
    """Bodies that have not sent the year's plan to this office (judicial or superior) when the deadline has passed.

    With ``before_deadline`` also before it (who is still to come). Bodies that sent it late follow, marked.
    """
    limit = queries.deadline(year)
    if not queries.is_due(year) or (day <= limit and not before_deadline):
        return []
    bodies = _bodies_of(office, year)
    asked = bodies.order_by().values("pk")
    plans = {p.body_id: p for p in Plan.objects.filter(body__in=asked, year=year).order_by("n")}
    first = {p.body_id: p for p in Plan.objects.filter(body__in=asked, year=year, n=1)}
    reminders = {r.body_id: r for r in Reminder.objects.filter(body__in=asked, year=year).order_by("at")}
    days = max(0, calendar.working_days_between(limit, day))
    found, came = [], []
    for body in bodies:
        plan = first.get(body.pk)
        sent = plan and plan.submitted_at
        if sent and not plan.late:
            continue
        entry = Late(body, year, day, days, plans.get(body.pk), reminders.get(body.pk), bool(sent))
        (came if sent else found).append(entry)
    return [*found, *came]


def late_count(office: Body, year: int, day: date) -> int:
    """How many bodies have not sent the year's plan to the office once the deadline has passed: one question."""
    if not queries.is_due(year) or day <= queries.deadline(year):
        return 0
    sent = Plan.objects.filter(body=OuterRef("pk"), year=year, n=1, submitted_at__isnull=False)
    return _bodies_of(office, year).filter(~Exists(sent)).count()


def unfiled_outside(body_id: int) -> QuerySet[Filing]:
    """Filings with a superior outside the platform whose document number is not yet recorded (HR-13-3)."""
    found = Filing.objects.filter(plan__body=body_id, office_kind="superior", office=None, state="waiting", round=F("plan__round"))
    return found.exclude(plan__state__in=queries.EDITABLE).select_related("plan")


@dataclass(frozen=True)
class Change:
    """One difference between two submissions: ``kind`` changed, added or dropped; ``field`` empty for whole rows."""

    n: int
    item: str
    kind: str
    field: str = ""
    before: str = ""
    after: str = ""

    @property
    def word(self) -> str:
        return {"added": "新增", "dropped": "取消", "changed": dict(MORE).get(self.field, self.field)}[self.kind]


MORE = [*NINE, ("find", "对象确定方式"), ("quarters", "实施季度")]


def former_filing(filing: Filing) -> Filing | None:
    """The submission before this one on which the judicial office decided: of this plan, else of the version adjusted."""
    decided = Filing.objects.filter(office_kind="judicial", decided_at__isnull=False)
    before = decided.filter(plan=filing.plan_id, round__lt=filing.round).order_by("-round").first()
    if before is None and filing.plan.adjusts_id:
        before = decided.filter(plan=filing.plan.adjusts_id).order_by("-round").first()
    return before


@enforces("327-14-2")
def differences(filing: Filing) -> list[Change] | None:
    """What a submission changes against the one before; None when there is none before."""
    before = former_filing(filing)
    if before is None:
        return None
    return compare_rows(before.rows, filing.rows, by_copy=before.plan_id != filing.plan_id)


def compare_rows(old: list[dict[str, Any]], new: list[dict[str, Any]], *, by_copy: bool) -> list[Change]:
    """Differences between two snapshots; ``by_copy`` matches a new row to the row it was copied from."""
    had = {r["pk"]: r for r in old}
    found = []
    for row in new:
        was = had.pop(row["from"] if by_copy else row["pk"], None)
        if was is None:
            found.append(Change(row["n"], row["item_name"], "added"))
            continue
        found += [
            Change(row["n"], row["item_name"], "changed", name, was[name], row[name]) for name, _ in MORE if was[name] != row[name]
        ]
    return found + [Change(r["n"], r["item_name"], "dropped") for r in had.values()]


@dataclass(frozen=True)
class Problem:
    """One cell that stands against filing: row, content, what is wrong, and the ways to mend it."""

    n: int
    row: int
    field: str
    reason: str
    short: str
    remedies: tuple[Remedy, ...]
    breach: Breach


@dataclass(frozen=True)
class Problems:
    """Everything that stands against filing a plan: cells by row, and what concerns the plan as a whole."""

    cells: tuple[Problem, ...]
    whole: tuple[Breach, ...]

    def __len__(self) -> int:
        return len(self.cells) + len(self.whole)

    @property
    def rows(self) -> list[int]:
        """Numbers of the rows concerned."""
        return sorted({p.n for p in self.cells})

    def by_cell(self) -> dict[tuple[int, str], list[Problem]]:
        found: dict[tuple[int, str], list[Problem]] = {}
        for p in self.cells:
            found.setdefault((p.row, p.field), []).append(p)
        return found

    def groups(self) -> list[tuple[str, list[Problem]]]:
        """Problems by kind, most frequent first: ("缺检查必要性", [...])."""
        found: dict[str, list[Problem]] = {}
        for p in self.cells:
            found.setdefault(p.short, []).append(p)
        return sorted(found.items(), key=lambda g: -len(g[1]))


def short(breach: Breach, name: str) -> str:
    """Kind of a problem in a few words, for the summary over the table."""
    word = WORDS.get(name, name)
    text = breach.sentence
    if "缺“" in text:
        return f"缺{word}"
    for mark, said in (("不在本单位公布", "事项未公布"), ("不一致", "事项名称不一致"), ("超过公布的上限", "检查频次超过上限"),
                       ("还没有改动", "意见未处理")):
        if mark in text:
            return said
    return f"{word}有误"


def problems(plan: Plan) -> Problems:
    """All that stands against filing the plan, for its page."""
    return problems_in(flows.PLAN.missing("submit", facts.of(plan)), dict(plan.rows.values_list("pk", "n")))


def problems_in(breaches: Iterable[Breach], numbers: dict[int, int]) -> Problems:
    """Breaches sorted into cells and the rest."""
    breaches = tuple(breaches)
    cells = tuple(
        Problem(numbers.get(pk, pk), pk, name, b.sentence, short(b, name), b.remedies, b) for pk, name, b in about_rows(breaches)
    )
    return Problems(cells, tuple(b for b in breaches if row_of(b) is None))


def days_to_publish() -> int:
    """Working days within which a filed plan is published (HR-14-3)."""
    return int(parameters.value("HR-14-3.days"))


@enforces("327-14-3", "HR-14-3")
def unpublished(body_id: int, today: date | None = None) -> list[tuple[Plan, calendar.Limit]]:
    """Filed plans of a body that are not yet public, with the time left to publish them (HR-14-3)."""
    days = days_to_publish()
    return [
        (p, calendar.limit(calendar.add_working_days(timezone.localdate(p.filed_at), days), today))
        for p in Plan.objects.filter(body=body_id, state="filed").order_by("year", "n")
    ]


@enforces("327-14-3", "327-14-5")
def published_plan(body_id: int, year: int) -> Plan | None:
    """What the public sees as the plan in force: the newest version that was published."""
    return Plan.objects.filter(body=body_id, year=year, published_at__isnull=False).order_by("-n").first()


def process(plan: Plan) -> Any:
    """办理过程 of a plan without the single rows written while it was drafted (those stay in the ledger)."""
    return ledger.history(plan).exclude(act__in=("plans.row_add", "plans.row_save", "plans.row_delete"))


def refile_day(plan: Plan) -> date | None:
    """The day by which an adjustment is filed again (HR-14-2), counted from the day it was begun; None for a first plan."""
    first = ledger.history(plan).first() if plan.n > 1 else None
    return calendar.add_working_days(timezone.localdate(first.at), int(parameters.value("HR-14-2.days"))) if first else None


def refile_limit(plan: Plan, today: date | None = None) -> calendar.Limit | None:
    """Time left to file an open adjustment again."""
    day = refile_day(plan)
    return calendar.limit(day, today) if day else None


def without_item(body_id: int, day: date) -> list[PlanRow]:
    """Rows of the plan in force whose item is not in force on the day (withdrawn, paused): to be adjusted, not inspected."""
    rows = queries.usable_rows(body_id, day)
    held = items.in_force_many([r.item_id for r in rows if r.item_id], day)
    return [r for r in rows if r.item_id not in held]
