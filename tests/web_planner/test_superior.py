"""The superior department: plans to acknowledge by age, inspections of its system from the arrival on."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jiangcheng.inspection.plans import actions
from jiangcheng.inspection.plans.models import Filing
from jiangcheng.web.superior import views
from tests.visits.stage import Stage


@pytest.mark.django_db
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


@pytest.mark.duty("327-06-1", "refused")
def test_revoking_without_a_reason_is_refused_in_place(world):
    visit = Stage(world).arrived()
    answer = world.client("superior").post(reverse("superior-visit", args=[visit.number]), {"reason": " "})
    assert answer.status_code == 409
    assert "撤销检查" in answer.content.decode()
    visit.refresh_from_db()
    assert visit.state == "arrived"


@pytest.mark.duty("327-06-1", "allowed")
def test_the_superior_revokes_with_a_reason_and_the_body_reads_who_and_why(world):
    visit = Stage(world).arrived()
    superior, page = world.client("superior"), reverse("superior-visit", args=[visit.number])
    assert page in superior.get(reverse("superior-visits")).content.decode()
    after = superior.post(page, {"reason": "超出本系统年度重点"}, follow=True).content.decode()
    assert "超出本系统年度重点" in after
    visit.refresh_from_db()
    assert visit.state == "revoked"
    told = world.client("officer1").get(reverse("visit-detail", args=[visit.number])).content.decode()
    assert "超出本系统年度重点" in told
    assert world.city_body.name in told


@pytest.mark.parametrize(("tab", "shown"), [("", "对象确定"), ("items", "检查要点"), ("papers", "行政检查审批表"), ("process", "存证编号"),
                                            ("odd", "对象确定")])
def test_the_visit_has_four_tabs(world, tab, shown):
    visit = Stage(world).started()
    for desk in ("superior", "supervisor"):
        text = world.client(desk).get(reverse(f"{desk}-visit", args=[visit.number]), {"tab": tab}).content.decode()
        assert shown in text
        assert text.count('aria-current="page"') >= 1
        assert all(word in text for word in ("基本信息", "检查事项", "文书", "办理过程"))
