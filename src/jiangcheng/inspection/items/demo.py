"""Generated items of the demo city: published lists with check questions and caps, the same for the same base day."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.items import actions, caps
from jiangcheng.inspection.items.caps import Printed
from jiangcheng.inspection.items.models import Cap, Item, ItemVersion
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.parties.models import Body, Seat

# issuer, level, field, printed text
CAPS = (
    ("省级市场监管部门（演示）", "province", "food", "同一企业每年检查不超过2次"),
    ("省级市场监管部门（演示）", "province", "equipment", "2次/年"),
    ("市级生态环境部门（演示）", "city", "environment", "同一检查对象每季度检查不超过1次"),
    ("国家消防救援机构（演示）", "state", "fire", "年度内对同一检查对象检查不超过2次，时间间隔不少于1个月"),
    ("市级城管部门（演示）", "city", "city", "同一主体每周检查不超过2次"),
    ("省级市场监管部门（演示）", "province", "market", "1/"),
)


@cache
def catalogue() -> list[dict[str, Any]]:
    """The generated items, with what a plan row says about them."""
    text = resources.files("jiangcheng.inspection").joinpath("data", "demo_items.toml").read_text("utf-8")
    return tomllib.loads(text)["item"]


def people(body: Body) -> tuple[Actor, Actor]:
    """Planner and head of a demo body as actors; where it has none, the generator acts in their place."""

    def actor(role: str) -> Actor:
        seat = Seat.objects.filter(body=body, role=role).select_related("account__person").order_by("id").first()
        person = seat.account.person if seat else None
        return Actor(
            account=seat.account_id if seat else None, person=person.pk if person else None, name=person.name if person else "演示数据",
            body=body.pk, body_name=body.name, roles=frozenset({role}), channel="job",
        )

    return actor("planner"), actor("head")


def moment(day: date, hour: int = 10) -> datetime:
    """A time of a civil day in the city."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def backdate(rows: list[tuple[Any, dict[str, Any]]]) -> None:
    """Generated days of the past, in one act of the generator; states are left alone."""
    if not rows:
        return
    with ledger.act("demo.dates", SYSTEM, about=rows[0][0]):
        for row, values in rows:
            for name, value in values.items():
                setattr(row, name, value)
            row.save()


def start_of(day: date) -> date:
    """From when the generated lists hold: the first working day of January of the year before the base day."""
    return calendar.add_working_days(date(day.year - 1, 1, 1), 1)


def build(day: date, seed: int = 327) -> int:
    """Publish the items of every demo body for its fields, and the caps; answers with the number of items.

    Deterministic; a database that has demo items already is left as it is.
    """
    if Item.objects.filter(demo=True).exists():
        return 0
    made: list[ItemVersion] = []
    for body in Body.objects.filter(demo=True, enforces=True).order_by("id"):
        if body.kind != "entrusted":
            made += _of_body(body)
    start = start_of(day)
    backdate([(v, {"effective_from": start, "published_at": moment(start)}) for v in made])
    for issuer, level, field, text in CAPS:
        if not Cap.objects.filter(demo=True, field=field).exists():
            caps.record(SYSTEM, Printed(issuer, level, text, start), field=field, demo=True)
    _revision(day)
    return len(made)


def _of_body(body: Body) -> list[ItemVersion]:
    planner, head = people(body)
    fields = set(body.competences.values_list("field", flat=True))
    made = []
    for row in catalogue():
        if row["field"] in fields and row["name"] not in skipped(body):
            version = actions.new_item(body, planner, demo=True, questions=_questions(row), **fields_of(row))
            actions.submit(version, planner)
            actions.publish(version, head, calendar.today())
            made.append(version)
    return made


def skipped(body: Body) -> frozenset[str]:
    """What a body has not published: the district office leaves one item as a draft, to be seen in its list."""
    return frozenset({"餐厨垃圾收运检查"}) if body.level == "street" else frozenset()


def fields_of(row: dict[str, Any]) -> dict[str, Any]:
    """Draft fields of a generated item. Standards are named as none published where we know of none."""
    keep = ("name", "field", "basis", "subjects", "content", "manner")
    rule_level = "law" if "法》" in row["basis"] and "办法》" not in row["basis"] else "regulation"
    return {
        **{k: row[k] for k in keep}, "basis_level": rule_level, "lowest_level": "street", "standard_none": True,
        "reason": "按法定职责编制（演示）",
    }


def _questions(row: dict[str, Any]) -> list[dict[str, str]]:
    methods = ("look", "look", "survey", "ask")
    return [{"text": q, "basis": row["basis"], "method": methods[n % len(methods)]} for n, q in enumerate(row["questions"])]


def _revision(day: date) -> None:
    """Second versions, a paused and a withdrawn item, a draft: what a list looks like after a year."""
    body = Body.objects.filter(demo=True, enforces=True, competences__field="food", level="district", kind="organ").order_by("id").first()
    if body is None:
        return
    planner, head = people(body)
    by_name = {v.name: v for v in ItemVersion.objects.filter(item__body=body, state="published")}
    old = by_name.get("食品经营监督检查")
    if old:
        new = actions.new_version(old.item, planner, "检查要点调整，补充公示要求（演示）")
        actions.submit(new, planner)
        actions.publish(new, head, calendar.today())
        turn = date(day.year, 3, 2)
        old.refresh_from_db()
        backdate([(old, {"ended_on": turn - timedelta(days=1)}), (new, {"effective_from": turn, "published_at": moment(turn)})])
    if paused := by_name.get("特殊食品经营检查"):
        actions.pause(paused, head, "配合省级要点修订，暂停实施（演示）")
        backdate([(p, {"start": day - timedelta(days=20)}) for p in paused.pauses.all()])
    actions.new_item(
        body, planner, demo=True, name="预付卡经营监督检查", field="market", subjects="发行预付卡的企业", reason="投诉增长（演示）",
    )
