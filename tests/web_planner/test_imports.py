"""导入 and 首页 over HTTP: parts of a long file, mending without loss, the strip of a plan that is late."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jiangcheng.inspection.items import excel as item_excel
from jiangcheng.inspection.items import imports, sheets
from jiangcheng.inspection.items.models import Import, ItemVersion
from jiangcheng.inspection.plans import excel
from jiangcheng.kernel import calendar
from jiangcheng.web.planner import home
from tests.plans.conftest import ROW
from tests.web_planner.conftest import YEAR


def uploaded(town, page: str, columns, rows) -> Import:
    content = sheets.template(columns, rows, title="表")
    town.client("planner").post(page, {"file": SimpleUploadedFile("表.xlsx", content)})
    return Import.objects.latest("pk")


def plan_rows(town, count: int, **changes) -> list[dict[str, str]]:
    base = {**ROW, "n": "", "body_name": town.body.name, "find": "", "quarters": "", **changes}
    return [{**base, "subjects": f"第 {i} 类单位"} for i in range(count)]


def test_long_file_is_stored_in_parts_with_progress(town, plan, monkeypatch):
    monkeypatch.setattr(imports, "PART", 2)
    planner = town.client("planner")
    upload = uploaded(town, reverse("planner-plan", args=[YEAR]), excel.COLUMNS, plan_rows(town, 5))
    page = reverse("planner-import", args=[upload.pk])
    shown = planner.post(page, {"step": "store"}, follow=True).content.decode()
    assert "已处理 2 / 5 行" in shown
    assert plan.rows.count() == 3 + 2
    planner.post(page, {"step": "store"})
    last = planner.post(page, {"step": "store"}, follow=True).content.decode()
    assert "已入库：新增 5 行，更新 0 行，不变 0 行，有误 0 行" in last
    assert plan.rows.count() == 3 + 5
    assert planner.post(page, {"step": "store"}).status_code == 409


def test_same_file_again_changes_nothing(town, plan):
    page = reverse("planner-plan", args=[YEAR])
    rows = plan_rows(town, 2)
    first = uploaded(town, page, excel.COLUMNS, rows)
    town.client("planner").post(reverse("planner-import", args=[first.pk]), {"step": "store"})
    before = list(plan.rows.values())
    again = uploaded(town, page, excel.COLUMNS, rows)
    shown = town.client("planner").get(reverse("planner-import", args=[again.pk])).content.decode()
    assert again.pk != first.pk
    assert "表中 2 行与现有内容相同" in shown
    assert list(plan.rows.values()) == before


def test_long_text_is_not_cut_where_it_is_mended(town, plan):
    long = "因" * 4100
    upload = uploaded(town, reverse("planner-plan", args=[YEAR]), excel.COLUMNS, plan_rows(town, 1, necessity=long))
    page = reverse("planner-import", args=[upload.pk])
    planner = town.client("planner")
    assert long in planner.get(page).content.decode()
    planner.post(page, {"step": "fix", "fix-J2": long, "fix-Z9": "不在表中"})
    upload.refresh_from_db()
    assert upload.fixes == {}
    planner.post(page, {"step": "fix", "fix-J2": "投诉集中"})
    upload.refresh_from_db()
    assert upload.fixes == {"J2": "投诉集中"}


def test_questions_of_several_lines_keep_their_lines(town):
    row = {"name": "广告发布检查", "questions": "一" * 301 + "\n第二条"}
    upload = uploaded(town, reverse("planner-items"), item_excel.COLUMNS, [row])
    page = reverse("planner-import", args=[upload.pk])
    assert "<textarea" in town.client("planner").get(page).content.decode()
    town.client("planner").post(page, {"step": "fix", "fix-Q2": "第一条\r\n第二条"})
    town.client("planner").post(page, {"step": "store"})
    assert [q.text for q in ItemVersion.objects.get(name="广告发布检查").questions.all()] == ["第一条", "第二条"]


def test_table_without_rows_says_so(town, plan):
    upload = uploaded(town, reverse("planner-plan", args=[YEAR]), excel.COLUMNS, [])
    assert "表里没有填写内容的行" in town.client("planner").get(reverse("planner-import", args=[upload.pk])).content.decode()


@pytest.mark.duty("327-13-2", "allowed")
def test_strip_of_a_plan_that_is_late(town, plan, monkeypatch):
    assert home.late(town.body.pk, date(2026, 3, 31)) is None
    monkeypatch.setattr(calendar, "today", lambda: date(2026, 4, 13))
    strip = home.late(town.body.pk, date(2026, 4, 13))
    assert strip["word"] == "逾期未备案 8 个工作日"
    text = town.client("planner").get(reverse("planner-home")).content.decode()
    assert strip["word"] in text
    assert "司法行政部门和上级主管部门可以看到" in text
    assert "现在仍可报送" in text


ODD = ["“生僻”𠮷䶮龘野家😀", "<script>alert(1)</script>", "名" * 50, "a\u202ec", "''\"; DROP TABLE"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_text_is_shown_as_written(town, plan, odd):
    planner = town.client("planner")
    row = {**ROW, "body_name": town.body.name, "find": "draw", "quarters": ["1"], "step": "save", "necessity": odd, "subjects": odd}
    answer = planner.post(reverse("planner-row", args=[YEAR, 1]), row)
    assert answer.status_code == 302
    shown = planner.get(reverse("planner-plan", args=[YEAR]), {"show": "all"}).content.decode()
    assert "<script>alert" not in shown
    item = {"name": odd, "q-TOTAL_FORMS": "1", "q-INITIAL_FORMS": "0", "q-0-text": odd, "reason": odd * 3, "basis": odd}
    saved = planner.post(reverse("planner-item-new"), item, follow=True)
    assert saved.status_code in (200, 422)
    assert "<script>alert" not in saved.content.decode()
    assert planner.get(reverse("planner-items"), {"q": odd}).status_code == 200
    assert planner.get(reverse("planner-items"), {"format": "xlsx"}).status_code == 200


def test_the_character_nul_is_turned_away_in_words(town, plan):
    """No page sends it and PostgreSQL cannot keep it."""
    planner, odd = town.client("planner"), "a\0b"
    for answer in (planner.post(reverse("planner-row", args=[YEAR, 1]), {"necessity": odd}), planner.get(reverse("planner-items"), {"q": odd})):
        assert answer.status_code == 400
        assert "提交的内容无法识别" in answer.content.decode()
    assert not plan.rows.filter(necessity__contains="b").exists()


def test_reason_of_2000_characters_is_never_cut(town, plan):
    planner, long = town.client("planner"), "理" * 2000
    one = plan.rows.first()
    answer = planner.post(reverse("planner-plan", args=[YEAR]), {"bulk": "drop", "row": [one.pk], "why": long}).content.decode()
    assert "取消理由有 2,000 个字，最多 200 个" in answer
    assert long in answer
    one.refresh_from_db()
    assert one.withdrawn_at is None
