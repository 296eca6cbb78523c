"""The shared world on a day in February, its judicial office able to number papers."""

from __future__ import annotations

from datetime import date

import pytest

from jiangcheng.inspection.items import actions as items
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.plans import actions as plans
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM
from tests.items.conftest import COMPLETE, QUESTIONS
from tests.plans.conftest import ROW

YEAR = 2026
DAY = date(2026, 2, 10)


@pytest.fixture
def town(world, monkeypatch):
    """The world on DAY."""
    monkeypatch.setattr(calendar, "today", lambda: DAY)
    with ledger.act("test", SYSTEM):
        world.district_office.word = "示司"
        world.district_office.save()
    return world


@pytest.fixture
def published(town) -> ItemVersion:
    """A published item of the body."""
    version = items.new_item(town.body, town.actor("planner"), demo=True, questions=QUESTIONS, **COMPLETE)
    items.submit(version, town.actor("planner"))
    items.publish(version, town.actor("head"), DAY)
    return version


@pytest.fixture
def plan(town, published):
    """A plan being made, with three rows."""
    made = plans.start_plan(town.body, YEAR, town.actor("planner"))
    for subjects in ("餐饮服务单位", "食品销售单位", "学校食堂"):
        plans.add_row(made, town.actor("planner"), {**ROW, "body_name": town.body.name, "subjects": subjects})
    return made
