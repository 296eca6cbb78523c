"""Generated plans of the demo city: last and this year's filed and published, next year's in several states."""

from __future__ import annotations

from datetime import date
from typing import Any

from jiangcheng.inspection.items import demo as items
from jiangcheng.inspection.items.queries import in_force_named
from jiangcheng.inspection.plans import actions, offices
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties.models import Body, Seat

WORDS = {"onsite": "现场", "offsite": "非现场", "both": "现场、非现场"}


def build(day: date, seed: int = 327) -> int:
    """Plans of the demo bodies by the base day; answers with their number. Items must be there.

    The base year: filed and published for bodies with a planner, none yet for the others (they are late). Next year:
    the market office still drafts with problems, the environment office's was returned, the emergency office's waits.
    """
    if Plan.objects.filter(demo=True).exists():
        return 0
    _complete_bodies()
    bodies = [b for b in Body.objects.filter(demo=True, enforces=True).order_by("id") if b.seats.filter(role="planner").exists()]
    for body in bodies:
        _filed(body, day.year, day)
    _next_year([b for b in bodies if b.level != "city"], day.year + 1)
    return Plan.objects.filter(demo=True).count()


def _complete_bodies() -> None:
    """What filing asks of the bodies and a demo body may lack: a word for receipt numbers, a superior department."""
    bodies = Body.objects.filter(demo=True)
    rows = [(office, {"word": office.name[0] + "司"}) for office in bodies.filter(judicial=True, word="")]
    for body in bodies.filter(enforces=True, superior=None, superior_name=""):
        above = body.short.replace("示范区", "武汉市") if body.short.startswith("示范区") else "示范区人民政府"
        rows.append((body, {"superior_name": ("湖北省市场监督管理局" if body.level == "city" else above) + "（演示）"}))
    items.backdate(rows)


def _rows(body: Body) -> list[dict[str, Any]]:
    fields = set(body.competences.values_list("field", flat=True))
    today = calendar.today()
    return [
        {
            "item_name": row["name"], "basis": row["basis"], "body_name": body.name, "subjects": row["subjects"], "contents": row["content"],
            "manner": WORDS[row["manner"]], "frequency": row["frequency"], "proportion": row["proportion"], "necessity": row["necessity"],
            "find": row["find"],
        }
        for row in items.catalogue() if row["field"] in fields and in_force_named(body.pk, row["name"], today)
    ]


def _plan(body: Body, year: int) -> tuple[Plan, Actor]:
    planner, _ = items.people(body)
    plan = actions.start_plan(body, year, planner)
    for row in _rows(body):
        actions.add_row(plan, planner, row)
    return plan, planner


def _office(body: Body, role: str, office: Body | None) -> Actor | None:
    if office is None:
        return None
    seat = Seat.objects.filter(body=office, role=role).select_related("account__person").order_by("id").first()
    person = seat.account.person if seat else None
    return Actor(
        person=person.pk if person else None, name=person.name if person else "演示数据", body=office.pk, body_name=office.name,
        roles=frozenset({role}), channel="job",
    )


def _filed(body: Body, year: int, day: date) -> Plan:
    plan, planner = _plan(body, year)
    actions.submit(plan, planner)
    offices.file(plan.filings.get(office_kind="judicial"), _office(body, "supervisor", body.judicial_office))
    plan = Plan.objects.get(pk=plan.pk)
    superior = plan.filings.get(office_kind="superior")
    sent, done = date(year, 3, 20), date(year, 3, 27)
    if superior.office_id is None:
        actions.outside(superior, planner, f"（演示）收文{year}-{body.pk:03d}", min(sent, calendar.today()))
    else:
        offices.acknowledge(superior, _office(body, "superior", body.superior))
    actions.publish(plan, planner)
    plan.refresh_from_db()
    dates: list[tuple[Any, dict[str, Any]]] = [(plan, {
        "submitted_at": items.moment(sent, 14), "filed_at": items.moment(done), "published_at": items.moment(done, 15), "late": False,
    })]
    dates += [(f, {"received_at": items.moment(sent, 14), "decided_at": items.moment(done)}) for f in plan.filings.all()]
    items.backdate(dates)
    return plan


def _next_year(bodies: list[Body], year: int) -> None:
    """Next year's plans in several states, by the field that tells the bodies apart."""
    by_field = {c.field: b for b in reversed(bodies) for c in b.competences.all()}
    if body := by_field.get("food"):
        _with_problems(body, year)
    if body := by_field.get("environment"):
        _returned(body, year)
    if body := by_field.get("safety"):
        plan, planner = _plan(body, year)
        actions.submit(plan, planner)


SPOILT = {
    1: {"necessity": ""}, 2: {"proportion": "若干", "necessity": ""}, 4: {"basis": ""}, 5: {"body_name": "市场监管部门"},
    7: {"frequency": "每年3次"}, 8: {"proportion": "", "necessity": ""},
}


def _with_problems(body: Body, year: int) -> None:
    planner, _ = items.people(body)
    plan = actions.start_plan(body, year, planner, "copy")
    for row in plan.rows.all():
        if row.n in SPOILT:
            actions.save_row(row, planner, SPOILT[row.n])
    actions.check(plan, planner)


def _returned(body: Body, year: int) -> None:
    plan, planner = _plan(body, year)
    actions.submit(plan, planner)
    filing = plan.filings.get(office_kind="judicial")
    judge = _office(body, "supervisor", body.judicial_office)
    first, second, *_ = plan.rows.all()
    offices.remark(filing, first, judge, "必要性没有说明本年抽检情况，请补充数据。", must_fix=True)
    offices.remark(filing, second, judge, "建议写明重点时段。")
    offices.return_(filing, judge, "其余各行未发现问题")
