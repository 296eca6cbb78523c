"""Acts on annual plans by the body's planner: begin, write rows, submit, adjust, publish. One function a verb."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.plans import facts, flows, queries, reading
from jiangcheng.inspection.plans.models import Filing, Plan, PlanRow
from jiangcheng.inspection.plans.words import FINDS, NINE
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces

ROW_FIELDS = (*(name for name, _ in NINE), "find", "quarters", "source_url")
LONGEST = 4000
LIMITS = {name: PlanRow._meta.get_field(name).max_length or LONGEST for name in ROW_FIELDS}
"""Most characters that each content of a row holds."""
FIND_SLUGS = {slug for slug, _ in FINDS}


def may_plan(actor: Actor, body_id: int) -> None:
    """Refused unless the actor is a planner of that body (or the platform loading data)."""
    if not (actor.has("planner") and actor.body == body_id) and not actor.has("system"):
        raise Refused([Breach("您没有编制该单位检查计划的权限。", (Remedy("请由该单位的计划管理员办理"),), ids=("327-13-1",))])


def reason_of(text: str, word: str, most: int, field: str) -> str:
    """A reason as typed, without blank ends. Refused when there is none, or when it is too long: nothing is cut."""
    text = text.strip()
    if not text:
        raise Refused([Breach(f"没有写明{word}。", (Remedy(f"写明{word}"),), field, ("327-14-4",))])
    if len(text) > most:
        raise Refused([Breach(f"{word}有 {len(text):,} 个字，最多 {most} 个。", (Remedy("缩短后再提交"),), field, ("327-14-4",))])
    return text


def must_be_open(plan: Plan) -> None:
    """Refused unless the plan's rows may still be changed."""
    if plan.state not in queries.EDITABLE:
        raise Refused([Breach(
            f"“{plan}”现在是“{plan.state_word}”，不能修改。",
            (Remedy("未办理的可以撤回；已备案的请办理调整", "planner-plan", (("year", plan.year),)),), ids=("327-14-4",),
        )])


@transaction.atomic
def start_plan(body: Any, year: int, actor: Actor, how: str = "blank", *, demo: bool | None = None, state: str = "drafting") -> Plan:
    """编制计划: ``blank``, ``copy`` (last year's newest filed rows), or ``items`` (a row for each published item).

    A plan of that year that already exists is returned as it is.
    """
    may_plan(actor, body.pk)
    if existing := queries.newest(body.pk, year):
        return existing
    plan = Plan(body=body, year=year, n=1, state=state, drafted_by_id=actor.person, demo=body.demo if demo is None else demo)
    with ledger.act("plans.start", actor, about=plan, duties=("327-13-1",), extra={"how": how}):
        plan.save()
        if how == "copy":
            _copy_last_year(plan)
        elif how == "items":
            _from_items(plan)
    return plan


def to_copy(body_id: int, year: int) -> Plan | None:
    """从上年复制: last year's plan in force, else its newest version."""
    return queries.filed_plan(body_id, year - 1) or queries.newest(body_id, year - 1)


def _copy_last_year(plan: Plan) -> None:
    last = to_copy(plan.body_id, plan.year)
    for n, row in enumerate(last.rows.filter(withdrawn_at=None) if last else (), 1):
        _copy(row, plan, n).save()


def _copy(row: PlanRow, plan: Plan, n: int) -> PlanRow:
    new = PlanRow(plan=plan, n=n, item_id=row.item_id, copied_from=row, **{f: getattr(row, f) for f in ROW_FIELDS})
    reading.read_into(new)
    return new


def _from_items(plan: Plan) -> None:
    words = {"onsite": "现场", "offsite": "非现场", "both": "现场、非现场"}
    day = max(calendar.today(), date(plan.year, 1, 1))
    for n, v in enumerate(items.published_list(plan.body_id, day), 1):
        PlanRow(
            plan=plan, n=n, item=v.item, item_name=v.name, basis=v.basis, body_name=plan.body.name, subjects=v.subjects,
            contents=v.content, manner=words.get(v.manner, ""),
        ).save()


def _fill(row: PlanRow, values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(ROW_FIELDS)
    if unknown:
        raise TypeError(f"no such contents: {sorted(unknown)}")
    texts = {name: str(value or "").strip() for name, value in values.items()}
    if broken := [b for name, text in texts.items() if (b := _cannot_hold(name, text))]:
        raise Refused(broken)
    for name, text in texts.items():
        setattr(row, name, text)
    row.find = row.find or "draw"
    row.quarters = row.quarters or "1,2,3,4"
    reading.read_into(row)
    match = items.in_force_named(row.plan.body_id, row.item_name, max(calendar.today(), date(row.plan.year, 1, 1)))
    row.item = match.item if match else None


def _cannot_hold(name: str, text: str) -> Breach | None:
    """Why a row cannot hold this text as the content ``name``."""
    word = PlanRow._meta.get_field(name).verbose_name
    if len(text) > LIMITS[name]:
        return Breach(f"“{word}”超过 {LIMITS[name]} 个字。", (Remedy("缩短后保存"),), name, ("327-13-1",))
    unknown = (name == "find" and text not in FIND_SLUGS) or (name == "quarters" and set(text.split(",")) - set("1234"))
    if text and unknown:
        return Breach(f"“{word}”的取值不在可选项中。", (Remedy("从选项中选择"),), name, ("327-13-1",))
    return None


@enforces("327-13-1")
@transaction.atomic
def add_row(plan: Plan, actor: Actor, values: Mapping[str, Any] | None = None, n: int | None = None) -> PlanRow:
    """新增一行; blank contents stay blank (待补). ``n`` is the row number where it is free, else the next one."""
    may_plan(actor, plan.body_id)
    must_be_open(plan)
    numbers = set(plan.rows.values_list("n", flat=True))
    row = PlanRow(plan=plan, n=n if n and n not in numbers else max(numbers, default=0) + 1)
    _fill(row, values or {})
    with ledger.act("plans.row_add", actor, about=plan, extra={"row": row.n}):
        row.save()
    return row


@enforces("327-13-1")
@transaction.atomic
def save_row(row: PlanRow, actor: Actor, values: Mapping[str, Any]) -> Receipt | None:
    """Write contents of a row; None when nothing changed."""
    may_plan(actor, row.plan.body_id)
    must_be_open(row.plan)
    before = {f: getattr(row, f) for f in (*ROW_FIELDS, "item_id", "times", "period")}
    _fill(row, values)
    if before == {f: getattr(row, f) for f in before}:
        return None
    changed = [f for f in ROW_FIELDS if before[f] != getattr(row, f)]
    with ledger.act("plans.row_save", actor, about=row.plan, extra={"row": row.n, "changed": changed}) as act:
        row.save()
    return act.receipt


@transaction.atomic
def delete_row(row: PlanRow, actor: Actor) -> None:
    """Take a row out of a draft. In an adjustment this drops the filed row, once it is submitted (HR-14-2)."""
    may_plan(actor, row.plan.body_id)
    must_be_open(row.plan)
    if row.remarks.exists():
        raise Refused([Breach(
            f"第 {row.n} 行有备案部门的意见，不能删除，可标为不再实施。", (Remedy("取消本行"),), ids=("327-14-2",),
        )])
    try:
        with ledger.act("plans.row_delete", actor, about=row.plan, extra={"row": row.n, "item": row.item_name}):
            row.copies.update(copied_from=None)
            row.delete()
    except ProtectedError as held:
        raise Refused([Breach(f"第 {row.n} 行已有检查使用，不能删除。", (Remedy("取消本行"),), ids=("327-14-4",))]) from held


@transaction.atomic
def drop_row(row: PlanRow, actor: Actor, why: str) -> Receipt:
    """取消本行 of an open plan, kept with its reason (rows that carry remarks cannot be deleted)."""
    may_plan(actor, row.plan.body_id)
    must_be_open(row.plan)
    why = reason_of(why, "取消理由", 200, "why")
    with ledger.act("plans.row_drop", actor, about=row.plan, opinion=why, extra={"row": row.n}) as act:
        row.withdrawn_at, row.withdrawn_why = timezone.now(), why
        row.save()
    return act.receipt


def snapshot(plan: Plan) -> list[dict[str, Any]]:
    """The rows of a plan as they are sent: what differences are shown against."""
    keep = (*(n for n, _ in NINE), "find", "quarters")
    return [
        {"pk": r.pk, "n": r.n, "from": r.copied_from_id, "item": r.item_id, **{k: getattr(r, k) for k in keep}}
        for r in plan.rows.filter(withdrawn_at=None)
    ]


@enforces("327-13-2", "327-14-4", "327-14-2")
def submit(plan: Plan, actor: Actor) -> Receipt:
    """提交备案 with both offices at once; a first submission after 31 March is accepted and marked late.

    Refused with every problem of every row; a plan in 编制中 then becomes 待补正.
    """
    try:
        with transaction.atomic():
            return _submit(plan, actor)
    except Refused:
        if plan.state == "drafting" and plan.rows.exists() and flows.PLAN.step("check").who(actor, plan):
            flows.PLAN.take("check", plan, actor)
        raise


def _submit(plan: Plan, actor: Actor) -> Receipt:
    now, step = timezone.now(), "submit_adjusted" if plan.n > 1 else "submit"
    first = plan.n == 1 and not plan.submitted_at and queries.is_due(plan.year)
    late = plan.late or (first and calendar.today() > queries.deadline(plan.year))
    _join_items(plan, actor)
    receipt = flows.PLAN.take(
        step, plan, actor, facts.of(plan, actor), opinion=plan.reason if plan.n > 1 else "", round=plan.round + 1, submitted_at=now,
        late=late,
    )
    with ledger.act("plans.sent", actor, about=plan, duties=("327-13-2",), extra={"round": plan.round, "late": late}):
        _take_back(plan, actor, f"第{plan.round}次报送", round__lt=plan.round)
        for kind, office, name in _offices(plan.body):
            Filing(
                plan=plan, state="waiting", round=plan.round, office_kind=kind, office=office, office_name=name, received_at=now,
                rows=snapshot(plan),
            ).save()
        if plan.adjusts_id:
            _mark_dropped(plan, now)
    return receipt


def _join_items(plan: Plan, actor: Actor) -> None:
    """Rows written before their item was published belong to it from now on."""
    listed = facts.Listed(plan.body, plan.year, calendar.today())
    found = [(row, v) for row in plan.rows.filter(item=None, withdrawn_at=None) if (v := listed.find(row))]
    if found and actor.has("planner") and plan.body_id == actor.body:
        with ledger.act("plans.row_save", actor, about=plan, extra={"rows": [row.n for row, _ in found], "changed": ["item"]}):
            for row, version in found:
                row.item = version.item
                row.save()


def _take_back(plan: Plan, actor: Actor, why: str, **which: Any) -> None:
    """Filings that no office has acted on are void: taken back, or overtaken by another submission."""
    for filing in plan.filings.filter(state="waiting", **which):
        flows.FILING.take("take_back", filing, actor, opinion=why)


def _offices(body: Any) -> list[tuple[str, Any, str]]:
    superior = body.superior.name if body.superior else body.superior_name
    return [("judicial", body.judicial_office, body.judicial_office.name), ("superior", body.superior, superior)]


def _mark_dropped(plan: Plan, now: Any) -> None:
    """Filed rows that the adjustment no longer has are gone at once; rows it took back again are there again."""
    kept = set(plan.rows.filter(withdrawn_at=None).values_list("copied_from", flat=True))
    mark = f"第{plan.n - 1}次调整：{plan.reason}"[:200]
    for row in plan.adjusts.rows.all():
        if row.pk not in kept and row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_why = now, mark
            row.save()
        elif row.pk in kept and row.withdrawn_why.startswith(f"第{plan.n - 1}次调整"):
            row.withdrawn_at, row.withdrawn_why = None, ""
            row.save()


@transaction.atomic
def withdraw(plan: Plan, actor: Actor) -> Receipt:
    """撤回 until an office acts: the plan was then not sent, unless an office had decided on an earlier round.

    Rows that a withdrawn adjustment had dropped hold again.
    """
    decided = plan.filings.filter(round__lt=plan.round, decided_at__isnull=False).order_by("-round").first()
    receipt = flows.PLAN.take(
        "withdraw", plan, actor, facts.of(plan, actor), submitted_at=decided.received_at if decided else None,
        late=bool(decided) and plan.late,
    )
    _take_back(plan, actor, "撤回", round=plan.round)
    if plan.adjusts_id:
        with ledger.act("plans.rows_back", actor, about=plan, duties=("327-14-4",)):
            for row in plan.adjusts.rows.filter(withdrawn_why__startswith=f"第{plan.n - 1}次调整"):
                row.withdrawn_at, row.withdrawn_why = None, ""
                row.save()
    return receipt


@enforces("327-14-4", "HR-14-2")
@transaction.atomic
def adjust(plan: Plan, actor: Actor, reason: str) -> Plan:
    """调整: the next version of a filed plan, with its rows, to be changed and filed again with both offices.

    An adjustment already open is returned as it is. Refused without a reason.
    """
    may_plan(actor, plan.body_id)
    newest = queries.newest(plan.body_id, plan.year)
    if newest.state in (*queries.EDITABLE, *queries.WAITING):
        return newest
    if plan.state not in queries.FILED:
        raise Refused([Breach(f"“{plan}”现在是“{plan.state_word}”，不能调整。", ids=("327-14-4",))])
    reason = reason_of(reason, "调整理由", 300, "reason")
    new = Plan(
        body=plan.body, year=plan.year, n=newest.n + 1, state="drafting", adjusts=plan, reason=reason,
        drafted_by_id=actor.person, demo=plan.demo,
    )
    with ledger.act("plans.adjust", actor, about=new, duties=("327-14-4",), opinion=reason):
        new.save()
        for n, row in enumerate(plan.rows.filter(withdrawn_at=None), 1):
            _copy(row, new, n).save()
    return new


@enforces("327-14-3", "327-14-5")
def publish(plan: Plan, actor: Actor) -> Receipt:
    """公示 the filed plan; the version before it is shown as replaced, with date and reason."""
    return flows.PLAN.take("publish", plan, actor, facts.of(plan, actor), published_at=timezone.now())


@enforces("HR-13-3")
def outside(filing: Filing, actor: Actor, number: str, day: date | None) -> Receipt:
    """登记线下备案 with a superior that does not use the platform: its document number and day."""
    return flows.FILING.take(
        "outside", filing, actor, facts.outside(filing, number, day), outside_number=number.strip(), outside_day=day,
        decided_at=timezone.now(), decided_by_id=actor.person,
    )


def check(plan: Plan, actor: Actor) -> tuple[Breach, ...]:
    """检查: everything that would refuse the submission; a plan with problems is then 待补正."""
    found = flows.PLAN.missing("submit", facts.of(plan, actor))
    if found and plan.state == "drafting":
        flows.PLAN.take("check", plan, actor)
    return found


def save_reason(plan: Plan, actor: Actor, reason: str) -> Receipt:
    """Write the reason of an open adjustment."""
    may_plan(actor, plan.body_id)
    must_be_open(plan)
    plan.reason = reason_of(reason, "调整理由", 300, "reason")
    with ledger.act("plans.row_save", actor, about=plan, opinion=plan.reason, extra={"changed": ["reason"]}) as act:
        plan.save()
    return act.receipt
