"""The generated plans of the demo city."""

from __future__ import annotations

import datetime as dt

import pytest

from jiangcheng.inspection.items import demo as items
from jiangcheng.inspection.items.models import Cap, ItemVersion
from jiangcheng.inspection.items.queries import published_list
from jiangcheng.inspection.plans import demo, lists
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.inspection.plans.queries import usable_rows
from jiangcheng.parties import demo as parties


@pytest.mark.django_db
def test_the_demo_city_has_lists_and_plans():
    day = dt.date(2026, 11, 23)
    city = parties.build(day)
    assert items.build(day) > 30
    assert demo.build(day) == 9
    market = city.bodies["market"]
    assert len(published_list(market.pk, day)) == 9  # ten, one is paused
    assert all(5 <= v.questions.count() <= 10 for v in ItemVersion.objects.filter(state="published"))
    rows = usable_rows(market.pk, day)
    assert len(rows) == 9
    assert {r.find for r in rows} == {"draw", "criteria", "full"}
    states = {p.body.short: p.state for p in Plan.objects.filter(year=2027).select_related("body")}
    assert states == {"示范区市场监督管理局": "to_mend", "示范区生态环境分局": "returned", "示范区应急管理局": "submitted"}
    assert not Plan.objects.filter(late=True).exists()
    late = lists.late_bodies(city.bodies["office"], 2026, day)
    assert len(late) == 4
    assert Cap.objects.filter(enforceable=False).count() == 1
    assert items.build(day) == 0
    assert demo.build(day) == 0
