"""Files that go out: texts stay texts in cells, heads, names of sheets and CSV."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from jiangcheng.sheets import Column, csv_text, export, read, safe, sheet_name, template

ODD = ["=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1", "\n=1", "＝1+1", "－1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("odd", ODD)
def test_no_cell_head_or_sheet_name_is_a_formula(odd):
    content = export([(odd, 10)], [[odd]], title=odd)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
        assert b"hyperlink" not in packed.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in packed.read("xl/styles.xml")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert not book.sheet_names[0].startswith(("=", "+", "-", "@", "＝", "－"))
    assert [len(r) for r in book.get_sheet_by_index(0).to_python()] == [1, 1]


@pytest.mark.parametrize("odd", ODD)
def test_csv_cells_and_heads_are_no_formulas(odd):
    rows = list(csv.reader(io.StringIO(csv_text([odd], [[odd], [5], [-5], [None]], foot=[odd]))))
    assert [r[0][:1] for r in rows if r and r[0] not in ("5", "-5", "")] == ["'"] * 3
    assert ["-5"] in rows


def test_names_of_sheets_are_lawful():
    assert sheet_name("[2026]年:计划/表*？") == "2026 年 计划 表 ？"
    assert len(sheet_name("长" * 40)) == 31
    assert sheet_name("=") == sheet_name("") == sheet_name("'") == "表"
    assert safe("../../etc") == ".. .. etc"


def test_codes_stay_texts_and_long_numbers_whole():
    content = export([("信用代码", 20), ("数", 8)], [["00123", 10**17 + 1], ["1E5", 3]])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1:] == [["00123", "100000000000000001"], ["1E5", 3.0]]


def test_the_mark_stands_in_the_sheet_and_on_the_printed_page():
    content = export([("甲", 8)], [["一"]], mark="示例局，张三 导出")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        page = packed.read("xl/worksheets/sheet1.xml").decode()
    assert page.count("示例局，张三 导出") >= 2
    assert "headerFooter" in page


def test_a_template_offers_choices_and_comes_back_as_it_was():
    columns = (Column("a", "甲", required=True), Column("b", "乙", choices=("一", "二")))
    content = template(columns, [{"a": "=x", "b": "一"}], title="[表]", bad={(1, "a"): "不对"})
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        page = packed.read("xl/worksheets/sheet1.xml").decode()
        assert "<dataValidation " in page
        assert "=可选项" not in page and "可选项!$B$1:$B$2" in page
        assert any("comments" in name for name in packed.namelist())
    assert read(content, columns).lines[0].values == {"a": "=x", "b": "一"}
    assert read(template(columns, [{"a": "x"}], title="表", many=True), columns).lines[0].values["a"] == "x"
