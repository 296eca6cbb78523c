"""Lists of the planner's desk: columns, Excel of the filter, several rows at once; the forms of papers."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from jiangcheng.inspection.items import actions as items
from jiangcheng.inspection.items.models import Item, ItemVersion
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.papers import render
from jiangcheng.papers.models import Paper
from jiangcheng.web.planner import papers
from tests.items.conftest import COMPLETE, QUESTIONS
from tests.web_planner.conftest import YEAR


def sheet(answer) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def draft(town, name: str, **changes) -> ItemVersion:
    return items.new_item(town.body, town.actor("planner"), demo=True, questions=QUESTIONS, **{**COMPLETE, "name": name, **changes})


def test_columns_are_chosen_in_the_address(town, published):
    page = reverse("planner-items")
    planner = town.client("planner")
    every = planner.get(page).content.decode()
    few = planner.get(page, {"col": ["state"]}).content.decode()
    assert 'data-th="检查标准"' in every
    assert 'data-th="检查标准"' not in few
    assert 'data-th="状态"' in few
    assert published.name in few


def test_excel_has_the_rows_of_the_filter(town, published):
    draft(town, "广告发布检查", field="market")
    rows = sheet(town.client("planner").get(reverse("planner-items"), {"state": "draft", "format": "xlsx"}))
    assert [r[1] for r in rows] == ["检查事项", "广告发布检查"]


def test_several_drafts_submitted_each_with_its_result(town):
    good, bad = draft(town, "广告发布检查", field="market"), draft(town, "没有依据的事项", basis="")
    answer = town.client("planner").post(reverse("planner-items"), {"bulk": "submit", "row": [good.pk, bad.pk]})
    text = answer.content.decode()
    assert "已办 1 行" in text
    assert "缺“检查依据”" in text
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state) == ("review", "draft")
    town.client("planner").post(reverse("planner-items"), {"bulk": "withdraw_draft", "row": [good.pk]})
    good.refresh_from_db()
    assert good.state == "draft"


def test_deleting_is_asked_back_with_the_names(town):
    version, page, planner = draft(town, "广告发布检查"), reverse("planner-items"), town.client("planner")
    asked = planner.post(page, {"bulk": "delete", "row": [version.pk]}).content.decode()
    assert "删除下列 1 份草稿" in asked
    assert Item.objects.filter(pk=version.item_id).exists()
    planner.post(page, {"bulk": "delete", "row": [version.pk], "sure": "1"})
    assert not Item.objects.filter(pk=version.item_id).exists()


def test_rows_of_another_body_are_not_touched(town):
    version = draft(town, "广告发布检查")
    text = town.client("other_planner").post(reverse("planner-items"), {"bulk": "submit", "row": [version.pk]}).content.decode()
    assert "没有勾选要办理的行" in text
    version.refresh_from_db()
    assert version.state == "draft"


def test_plan_rows_taken_out_and_deleted(town, plan):
    page, planner = reverse("planner-plan", args=[YEAR]), town.client("planner")
    one, two, three = plan.rows.order_by("n")
    assert "没有写明取消理由" in planner.post(page, {"bulk": "drop", "row": [one.pk]}).content.decode()
    planner.post(page, {"bulk": "drop", "row": [one.pk], "why": "对象已注销"})
    one.refresh_from_db()
    assert one.withdrawn_why == "对象已注销"
    planner.post(page, {"bulk": "delete", "row": [two.pk, three.pk], "sure": "1"})
    assert list(plan.rows.values_list("pk", flat=True)) == [one.pk]


def test_plan_columns_and_excel_of_the_filter(town, plan):
    planner = town.client("planner")
    planner.post(reverse("planner-row", args=[YEAR, 2]), {"item_name": "食品经营监督检查", "necessity": "", "step": "save"})
    shown = planner.get(reverse("planner-plan", args=[YEAR]), {"show": "all", "col": ["frequency"]}).content.decode()
    assert 'data-th="检查频次"' in shown
    assert 'data-th="检查依据"' not in shown
    assert [r[0] for r in sheet(planner.get(reverse("planner-plan-table", args=[YEAR]), {"show": "bad"}))][1:] == [2]


def test_template_before_the_plan_is_begun(town, published):
    rows = sheet(town.client("planner").get(reverse("planner-plan-table", args=[YEAR]), {"kind": "template"}))
    assert len(rows) == 1
    assert not Plan.objects.filter(year=YEAR).exists()


def test_every_paper_has_a_form_in_force(town):
    assert [f.kind for f in papers.in_force(date(2026, 1, 1))] == list(render.KINDS)
    assert papers.in_force(date(2025, 11, 30)) == []
    text = town.client("planner").get(reverse("planner-papers")).content.decode()
    assert all(title in text for title in render.KINDS.values())


@pytest.mark.parametrize("kind", list(render.KINDS))
def test_sample_bears_no_number_and_no_hand_and_is_not_kept(town, kind):
    data = papers.sample(kind)
    assert data["number"] == ""
    assert data["watermark"] == "样张"
    assert not papers.SIGNATURES & set(data)
    assert not any(papers.BY_HAND & set(o) for o in data.get("opinions", ()))
    answer = town.client("planner").get(reverse("planner-paper-sample", args=[kind, "docx"]))
    assert answer.content[:2] == b"PK"
    assert Paper.objects.count() == 0


def test_sample_as_pdf(town):
    planner = town.client("planner")
    answer = planner.get(reverse("planner-paper-sample", args=["notice", "pdf"]))
    assert answer.content[:5] == b"%PDF-"
    assert answer["Content-Disposition"].startswith("inline")
    assert planner.get(reverse("planner-paper-sample", args=["notice", "exe"])).status_code == 404
    assert planner.get("/planner/papers/none.pdf").status_code == 404
