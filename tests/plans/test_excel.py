"""Import in four steps: bad cells with address, reason and remedy; the same file again changes nothing."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter

from jiangcheng.inspection.items import actions as items
from jiangcheng.inspection.items import excel as item_excel
from jiangcheng.inspection.items import imports, sheets
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.plans import actions, excel
from tests.items.conftest import COMPLETE
from tests.plans.conftest import ROW

HEADS = [c.head for c in excel.COLUMNS]


def book(*rows, title: str = "", merges=()) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    page = made.add_worksheet()
    top = 0
    if title:
        page.merge_range(0, 0, 0, 5, title)
        top = 1
    for c, head in enumerate(HEADS):
        page.write(top, c, head)
    for r, row in enumerate(rows, top + 1):
        for c, value in enumerate(row):
            page.write(r, c, value)
    for area, text in merges:
        page.merge_range(area, text)
    made.close()
    return out.getvalue()


def line(**changes) -> list:
    values = {"n": "", **ROW, "find": "", "quarters": "", **changes}
    return [values[c.field] for c in excel.COLUMNS]


def upload(plan, city, content):
    return imports.keep("plan", city.office.pk, str(plan.pk), "计划.xlsx", content, city.planner)


@pytest.fixture
def plan(city, draft):
    one = draft()
    actions.delete_row(one.rows.get(), city.planner)
    return one


def test_bad_cells_with_address_and_good_rows_stored(city, plan):
    content = book(line(), line(subjects="小餐饮", necessity=""), line(item_name="没有公布", proportion="若干", subjects="摊贩"),
                   title="2026年度计划表")
    one = upload(plan, city, content)
    found = excel.check(one, plan)
    assert found.counts == {"new": 1, "update": 0, "same": 0, "bad": 2}
    assert [b.cell for b in found.bad] == ["J4", "B5", "I5"]
    assert all(b.reason and b.remedy for b in found.bad)
    assert "第十三条" in found.bad[0].reason
    assert excel.store(one, plan, city.planner)["new"] == 1
    assert plan.rows.count() == 1


def test_the_same_file_again_changes_nothing(city, plan):
    content = book(line(), line(item_name="特种设备使用检查", proportion=0.3))
    excel.store(upload(plan, city, content), plan, city.planner)
    assert plan.rows.get(n=2).proportion == "30%"
    before = [r.__dict__ | {"_state": None} for r in plan.rows.all()]
    again = upload(plan, city, content)
    assert again.stored_at is None
    assert excel.store(again, plan, city.planner) == {"new": 0, "update": 0, "same": 2, "bad": 0}
    assert [r.__dict__ | {"_state": None} for r in plan.rows.all()] == before


def test_row_number_updates_full_width_and_merged_down(city, plan):
    excel.store(upload(plan, city, book(line())), plan, city.planner)
    content = book(line(n="１", frequency="每年２次"), line(item_name="", subjects="小餐饮"), merges=[("B2:B3", ROW["item_name"])])
    found = excel.check(upload(plan, city, content), plan)
    assert [x.kind for x in found.lines] == ["update", "new"]
    assert found.updates[0].changed == (("frequency", "每年1次", "每年2次"),)


@pytest.mark.parametrize("n", ["0", "-1", "99999999999999999999", "7.5"])
def test_a_row_number_that_is_none_is_refused_with_its_cell(city, plan, n):
    found = excel.check(upload(plan, city, book(line(n=n))), plan)
    assert [(b.cell, b.field) for b in found.bad] == [("A2", "n")]


def test_two_lines_with_the_same_number_are_refused(city, plan):
    actions.add_row(plan, city.planner, ROW)
    found = excel.check(upload(plan, city, book(line(n="1", subjects="甲"), line(n="1", subjects="乙"))), plan)
    assert [(b.cell, b.field) for b in found.bad] == [("A3", "n")]


def test_a_number_of_a_dropped_row_is_new_once(city, plan):
    dropped = actions.add_row(plan, city.planner, ROW)
    actions.drop_row(dropped, city.planner, "不再实施")
    content = book(line(n=str(dropped.n), subjects="小餐饮"))
    assert excel.store(upload(plan, city, content), plan, city.planner)["new"] == 1
    assert excel.store(upload(plan, city, content), plan, city.planner)["same"] == 1
    assert plan.rows.filter(withdrawn_at=None).count() == 1


def test_words_that_are_too_long_are_said_beside_their_cell(city, plan):
    found = excel.check(upload(plan, city, book(line(necessity="长" * 4001), line(subjects="短" * 301))), plan)
    assert [(b.cell, b.field) for b in found.bad] == [("J2", "necessity"), ("E3", "subjects")]


def test_bad_lines_come_back_to_be_filled_in(city, plan):
    one = upload(plan, city, book(line(), line(subjects="小餐饮", necessity="")))
    table = sheets.read(excel.bad_lines(one, plan), excel.COLUMNS)
    assert len(table.lines) == 1
    assert table.lines[0].values["subjects"] == "小餐饮"


def test_mended_on_the_page(city, plan):
    one = upload(plan, city, book(line(necessity="")))
    imports.fix(one, city.planner, {"J2": "投诉上升 12%"})
    assert excel.check(one, plan).counts["bad"] == 0
    excel.store(one, plan, city.planner)
    assert plan.rows.get().necessity == "投诉上升 12%"


def test_template_reads_back_and_holds_the_list(city, draft):
    plan = draft()
    table = sheets.read(excel.template(plan), excel.COLUMNS)
    found = excel.check(upload(plan, city, excel.template(plan)), plan)
    assert table.lines[0].values["item_name"] == ROW["item_name"]
    assert found.counts == {"new": 0, "update": 0, "same": 1, "bad": 0}


@pytest.mark.parametrize(("content", "place"), [
    (b"not a workbook", "文件"), (book(["x"]).replace(b"x", b"x"), None),
])
def test_unreadable_file_says_where(city, plan, content, place):
    if place:
        with pytest.raises(sheets.Unreadable) as wrong:
            excel.check(upload(plan, city, content), plan)
        assert wrong.value.bad[0].cell == place


def test_merge_across_columns_is_refused_with_place(city, plan):
    with pytest.raises(sheets.Unreadable) as wrong:
        excel.check(upload(plan, city, book(line(), merges=[("C3:D3", "合并")])), plan)
    assert wrong.value.bad[0].cell == "C3"


def test_formula_like_text_stays_text():
    content = sheets.export([("名称", 10)], [["=1+1"], ["@cmd"]])
    column = sheets.Column("name", "名称")
    assert [x.values["name"] for x in sheets.read(content, [column]).lines] == ["=1+1", "@cmd"]
    assert sheets.safe_csv("=1+1") == "'=1+1"


def item_book(*rows: dict) -> bytes:
    return sheets.template(item_excel.COLUMNS, rows, title="检查事项")


def test_items_come_in_as_drafts_and_again_change_nothing(city, on_day):
    on_day(date(2026, 3, 2))
    good = {"name": "食品经营监督检查", "field": "食品安全", "basis": COMPLETE["basis"], "basis_level": "法律", "manner": "现场",
            "questions": "1. 许可证\n2. 进货凭证", "standard_none": "是"}
    wrong = {"name": "另一项检查", "field": "吃的", "standard_from": "去年"}
    one = imports.keep("items", city.office.pk, "", "事项.xlsx", item_book(good, wrong), city.planner)
    found = item_excel.check(one)
    assert [(b.cell, b.field) for b in found.bad] == [("C3", "field"), ("M3", "standard_from")]
    item_excel.store(one, city.planner)
    version = ItemVersion.objects.get()
    assert (version.field, version.manner, version.standard_none) == ("food", "onsite", True)
    assert [q.text for q in version.questions.all()] == ["许可证", "进货凭证"]
    again = imports.keep("items", city.office.pk, "", "事项.xlsx", item_book(good), city.planner)
    assert item_excel.store(again, city.planner)["same"] == 1
    assert ItemVersion.objects.count() == 1


def test_lines_that_no_import_can_carry_out_are_said_beforehand(city, on_day, published):
    withdrawn = published("旧事项")
    items.withdraw(withdrawn, city.head, "依据废止", date(2026, 2, 1))
    rows = (
        {"code": withdrawn.item.code, "name": "旧事项"}, {"code": "甲-1", "name": "甲"}, {"code": "甲-1", "name": "乙"}, {"name": "甲"},
        {"code": "长" * 41, "name": "丙"}, {"name": "旧事项"},
    )
    one = imports.keep("items", city.office.pk, "", "事项.xlsx", item_book(*rows), city.planner)
    assert [(b.cell, b.field) for b in item_excel.check(one).bad] == [("B2", "name"), ("A4", "code"), ("B5", "name"), ("A6", "code"), ("B7", "name")]
    assert item_excel.store(one, city.planner) == {"new": 1, "update": 0, "same": 0, "bad": 5}


def test_items_template_of_the_published_list_is_unchanged(city, published):
    version = published()
    one = imports.keep("items", city.office.pk, "", "事项.xlsx", item_excel.template(city.office, [version]), city.planner)
    assert item_excel.check(one).counts == {"new": 0, "update": 0, "same": 1, "bad": 0}
