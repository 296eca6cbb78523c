"""The small city of the items' tests, with a plan that can be filed."""

from __future__ import annotations

from datetime import date

import pytest

from jiangcheng.inspection.plans import actions, offices
from tests.items.conftest import city, on_day, published  # noqa: F401

ROW = {
    "item_name": "食品经营监督检查", "basis": "《中华人民共和国食品安全法》第一百一十条", "body_name": "示例区市场监督管理局",
    "subjects": "食品经营者", "contents": "许可、进货查验", "manner": "现场", "frequency": "每年1次", "proportion": "20%",
    "necessity": "上年度抽查不合格率 3.1%，高于全区平均",
}


@pytest.fixture
def draft(city, on_day, published):  # noqa: F811
    """draft(year, *rows) → a plan of that year with these rows (changes to ROW); the item is published."""

    def make(year: int = 2026, *changes: dict, day: date | None = None):
        if not make.items:
            make.items.append(published())
            published("特种设备使用检查", field="equipment", basis="《特种设备安全法》第五十七条", subjects="使用单位", manner="both")
        on_day(day or date(year, 2, 2))
        plan = actions.start_plan(city.office, year, city.planner)
        for change in changes or ({},):
            actions.add_row(plan, city.planner, {**ROW, **change})
        return plan

    make.items = []
    return make


@pytest.fixture
def filed(city, draft):  # noqa: F811
    """filed(year, *rows) → a plan that the judicial office has filed."""

    def make(year: int = 2026, *changes: dict, day: date | None = None):
        plan = draft(year, *changes, day=day)
        actions.submit(plan, city.planner)
        offices.file(judicial(plan), city.supervisor)
        plan.refresh_from_db()
        return plan

    return make


def judicial(plan):
    """The filing of the present round with the judicial office."""
    return plan.filings.get(office_kind="judicial", round=plan.round)


def superior(plan):
    """The filing of the present round with the superior department."""
    return plan.filings.get(office_kind="superior", round=plan.round)
