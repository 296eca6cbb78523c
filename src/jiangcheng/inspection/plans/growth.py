"""An item with questions and three years' plans for each generated body, for visits in numbers to stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.items import demo as items
from jiangcheng.inspection.items.models import Item, ItemVersion, Question
from jiangcheng.inspection.items.queries import versions_in_force
from jiangcheng.inspection.plans import queries
from jiangcheng.inspection.plans.demo import WORDS
from jiangcheng.inspection.plans.models import Filing, Plan, PlanRow
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.parties import real
from jiangcheng.parties.growth import KINDS
from jiangcheng.parties.models import Body, Certificate, Headship

CODE = "PL-01"
QUESTIONS = 2


@dataclass(frozen=True)
class Post:
    """A body at work: its head and officers, the item it checks, the plan row of each year, the caps that count."""

    body: Body
    head: int
    officers: tuple[Certificate, ...]
    version: ItemVersion
    questions: tuple[Question, ...]
    rows: dict[int, PlanRow]
    limits: dict[tuple[int, int], list[caps.Limit]] = field(default_factory=dict)


def years(day: date) -> tuple[int, int, int]:
    """The years that visits are grown for, the present one first."""
    return (day.year, day.year - 1, day.year - 2)


def posts(day: date) -> list[Post]:
    """Every demo body that has a head and two officers, with item and plans; makes what is missing."""
    found = []
    for body in Body.objects.filter(demo=True, enforces=True, level="district").select_related("division", "judicial_office").order_by("id"):
        head = Headship.objects.filter(body=body, rank="principal").order_by("id").first()
        held = Certificate.objects.filter(body=body, suspended_from=None, revoked_at=None, valid_until__gt=date(day.year, 12, 31))
        if head is None or held.count() < 2:
            continue
        version = _version(body, day)
        if version is not None:
            questions = tuple(version.questions.all())
            found.append(Post(body, head.person_id, tuple(held.order_by("id")), version, questions, _rows(body, version, day)))
    return found


def counted(post: Post, day: date) -> list[caps.Limit]:
    """Limits on a visit of this body, as they stand at the end of the month of its day; kept, as many visits ask."""
    month = (day.year, day.month)
    if month not in post.limits:
        row, last = post.rows.get(day.year), day.replace(day=28)
        post.limits[month] = caps.limits(post.body, post.version.item, post.version.field, None, last, row)
    return post.limits[month]


def _version(body: Body, day: date) -> ItemVersion | None:
    """The item to check: with the fewest questions of those the body planned for this year, or a new one."""
    own = ItemVersion.objects.filter(item__body=body, item__code=CODE).order_by("n").first()
    if own is not None:
        return own
    plan = queries.filed_plan(body.pk, day.year)
    if plan is not None:
        planned = plan.rows.filter(item__isnull=False, withdrawn_at=None).exclude(manner__contains="非").values("item")
        live = versions_in_force(day).filter(item__in=planned).annotate(size=Count("questions")).filter(size__gt=0)
        return live.order_by("size", "id").first()
    fields = {f for _, f, _ in KINDS if body.competences.filter(field=f).exists()}
    row = next((r for r in items.catalogue() if r["field"] in fields), None)
    return _new_version(body, row, day) if row else None


def _new_version(body: Body, row: dict[str, Any], day: date) -> ItemVersion:
    start = date(day.year - 2, 1, 2)
    item = Item(body=body, code=CODE, demo=True)
    ledger.bulk("demo.grow_items", SYSTEM, [item])
    version = ItemVersion(
        item=item, n=1, state="published", initials=real.initials(row["name"]), effective_from=start, published_at=items.moment(start),
        **items.fields_of(row) | {"manner": "onsite"},
    )
    ledger.bulk("demo.grow_items", SYSTEM, [version])
    asked = [Question(version=version, n=n, text=text, basis=row["basis"]) for n, text in enumerate(row["questions"][:QUESTIONS], 1)]
    ledger.bulk("demo.grow_items", SYSTEM, asked)
    return version


def _rows(body: Body, version: ItemVersion, day: date) -> dict[int, PlanRow]:
    found = {}
    for year in years(day):
        plan = queries.filed_plan(body.pk, year) or _new_plan(body, year)
        row = plan.rows.filter(item=version.item_id).order_by("n").first() or _new_row(plan, version)
        row.plan = plan
        found[year] = row
    return found


def _new_plan(body: Body, year: int) -> Plan:
    sent, done = date(year, 3, 20), date(year, 3, 27)
    plan = Plan(body=body, year=year, round=1, state="published", submitted_at=items.moment(sent, 14), filed_at=items.moment(done),
                published_at=items.moment(done, 15), demo=True)
    ledger.bulk("demo.grow_plans", SYSTEM, [plan])
    kept = [Filing(
        plan=plan, round=1, state="filed", office_kind="judicial", office=body.judicial_office, office_name=body.judicial_office.name,
        received_at=plan.submitted_at, decided_at=plan.filed_at,
    )]
    if body.superior_id:
        kept.append(Filing(
            plan=plan, round=1, state="acknowledged", office_kind="superior", office=body.superior, office_name=body.superior.name,
            received_at=plan.submitted_at, decided_at=plan.filed_at,
        ))
    ledger.bulk("demo.grow_plans", SYSTEM, kept)
    return plan


def _new_row(plan: Plan, version: ItemVersion) -> PlanRow:
    row = next((r for r in items.catalogue() if r["name"] == version.name), {})
    made = PlanRow(
        plan=plan, n=plan.rows.count() + 1, item_id=version.item_id, item_name=version.name, basis=version.basis, body_name=plan.body.name,
        subjects=version.subjects, contents=version.content, manner=WORDS[version.manner or "both"], frequency=row.get("frequency", "每年1次"),
        proportion=row.get("proportion", "20%"), necessity=row.get("necessity", "例行检查（演示）"), times=1, period="year", find="draw",
    )
    ledger.bulk("demo.grow_plans", SYSTEM, [made])
    return made
