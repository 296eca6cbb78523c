"""Published data come in as drafts and as a library, never completed, never in force."""

from __future__ import annotations

from datetime import date

import pytest

from jiangcheng.inspection.items import actions, real
from jiangcheng.inspection.items.models import ItemVersion, LibraryRow
from jiangcheng.inspection.items.queries import versions_in_force
from jiangcheng.inspection.plans import real as plans
from jiangcheng.inspection.plans.models import Plan, PlanRow
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.parties.models import Body
from jiangcheng.parties.real import load_divisions


@pytest.mark.django_db
def test_real_rows_are_drafts_and_library():
    load_divisions()
    assert real.load_real(SYSTEM) == {"items": 8, "library": 94 - 8 + 101 - 8 + 44 + 43 + 43}
    assert plans.load_real(SYSTEM) == {"plan rows": 8}
    assert {v.state for v in ItemVersion.objects.all()} == {"draft"}
    assert {(p.state, p.year) for p in Plan.objects.all()} == {("to_mend", 2025)}
    assert not any(r.necessity for r in PlanRow.objects.all())
    assert not versions_in_force(date(2026, 11, 23)).exists()
    assert not Body.objects.filter(enforces=True).exists()
    assert real.load_real(SYSTEM) == {"items": 0, "library": 0}
    assert plans.load_real(SYSTEM) == {"plan rows": 0}


def test_copy_into_my_draft(city, on_day):
    on_day(date(2026, 3, 2))
    real.load_library(SYSTEM)
    row = LibraryRow.objects.filter(table="items").exclude(data__basis="").first()
    version = actions.copy_library(row, city.office, city.planner)
    assert (version.name, version.basis, version.state, version.source_url) == (row.title, row.data["basis"], "draft", row.source_url)
    assert version.field == ""
