"""The superior department: plans to acknowledge by age, inspections of its system from the arrival on."""

from __future__ import annotations

import io
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jiangcheng.inspection.plans import actions
from jiangcheng.inspection.plans.models import Filing
from jiangcheng.web.superior import views
from tests.visits.stage import Stage


def test_age_of_a_filing_in_words():
    filing = Filing(received_at=timezone.make_aware(datetime(2026, 2, 10, 9)))
    assert views.waited(filing, date(2026, 2, 10)) == ("今日收到", "info")
    assert views.waited(filing, date(2026, 2, 12)) == ("已收到 2 个工作日", "info")
    assert views.waited(filing, date(2026, 3, 12))[1] == "warn"


def test_acknowledged_from_the_list(town, plan):
    actions.submit(plan, town.actor("planner"))
    superior = town.client("superior")
    filing = plan.filings.get(office_kind="superior")
    assert town.body.name in superior.get(reverse("superior-home")).content.decode()
    page = reverse("superior-filing", args=[filing.pk])
    assert plan.rows.first().necessity in superior.get(page).content.decode()
    superior.post(page, {"opinion": "已阅"})
    filing.refresh_from_db()
    assert filing.state == "acknowledged"


def test_inspections_of_the_system_from_the_arrival_on(world):
    stage = Stage(world)
    before, arrived = stage.coded(site=world.site2), stage.arrived()
    superior, page = world.client("superior"), reverse("superior-visits")
    text = superior.get(page).content.decode()
    assert arrived.number in text
    assert before.number not in text
    assert world.enterprise.name in text
    assert arrived.number not in superior.get(page, {"q": "没有这家"}).content.decode()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(superior.get(page, {"format": "xlsx"}).content)).get_sheet_by_index(0).to_python()
    assert [r[0] for r in rows[1:]] == [arrived.number]
