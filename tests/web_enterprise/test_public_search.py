"""The search of the public home: two characters, initials, credit code, number of a filing; nothing of a visit."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jiangcheng.inspection.plans.models import Filing
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from tests.web_enterprise import scene


def found(words: str) -> str:
    return Client().get(reverse("public-home"), {"q": words}).content.decode()


def file_plan(stage) -> None:
    with ledger.act("test.filing", SYSTEM):
        Filing(plan=stage.plan, round=1, office_kind="judicial", office=stage.world.district_office, office_name="司法局", rows=[],
               received_at=timezone.now(), decided_at=timezone.now(), state="filed", number="（演示）示司备〔2026〕5号").save()


@pytest.mark.duty("327-07-1", "327-14-3", "allowed")
@pytest.mark.parametrize("words", ["食品", "市场", "sc", "示司备〔2026〕5号", "演示示司备[2026]5号", "示司备20265"])
def test_hits(stage, words):
    file_plan(stage)
    assert "没有找到" not in found(words)


def test_credit_code_hits_the_body_alone(stage):
    page = found(stage.world.body.uscc.lower()) if stage.world.body.uscc else found(stage.world.body.name)
    assert stage.world.body.name in page and stage.world.other_body.name not in page


def test_nothing_of_a_visit_is_found(stage):
    visit = scene.whole(stage)
    notice = visit.body and scene.facts.notice(visit)
    for words in (visit.number, visit.enterprise.name, visit.enterprise.uscc, notice.number, "查无此词"):
        page = found(words)
        assert "没有找到，换两个字试试" in page and notice.code not in page, words
    odd = found("<script>alert(1)</script>𠮷🏭")
    assert "没有找到" in odd and "<script>alert" not in odd


@pytest.mark.parametrize(("name", "optional"), [("public-items", "检查对象"), ("public-bodies", "监督电话")])
def test_columns_are_chosen_and_the_filter_goes_to_excel(stage, name, optional):
    client = Client()
    head = f'<th scope="col">{optional}</th>'
    assert head in client.get(reverse(name)).content.decode()
    assert head not in client.get(reverse(name), {"col": ["name", "body", "kind"]}).content.decode()
    sent = client.get(reverse(name), {"format": "xlsx", "q": "查无此词"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sent.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 and len(CalamineWorkbook.from_filelike(io.BytesIO(
        client.get(reverse(name), {"format": "xlsx"}).content)).get_sheet_by_index(0).to_python()) > 1


def test_lists_of_the_enterprise_go_to_excel(stage):
    visit = scene.whole(stage, order=True)
    client = stage.world.client("enterprise")
    lists = {"enterprise-visits": visit.number, "enterprise-orders": visit.orders.get().number}
    wanted = lists | {"enterprise-papers": scene.facts.notice(visit).number}
    for name, text in wanted.items():
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get(reverse(name), {"format": "xlsx"}).content)).get_sheet_by_index(0)
        assert text in {str(cell) for row in sheet.to_python() for cell in row}, name
    assert "<th scope=\"col\">送达</th>" not in client.get(reverse("enterprise-papers"), {"col": "number"}).content.decode()
