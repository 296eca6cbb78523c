"""Officials' sheets: what is read as it was meant, and what is refused with its exact place."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from jiangcheng.sheets import Column, Unreadable, day, read, template

COLUMNS = (
    Column("code", "统一社会信用代码", ("信用代码",), required=True, kind="code"), Column("name", "企业名称", ("名称",), required=True),
    Column("start", "有效期起", kind="day"), Column("until", "有效期止", ("有效期至",), kind="day"), Column("note", "备注", kind="lines"),
    Column("phone", "联系电话", kind="digits"),
)
CODE = "91420100MA4KXXXX1X"


def book(*rows, merges=(), hide=(), formulas=(), more=(), at=0) -> bytes:
    """A workbook: rows of values, ranges merged with their text, hidden rows (as Excel counts), formulas (cell, text, result)."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = made.add_worksheet("企业")
    for r, row in enumerate(rows, at):
        for c, value in enumerate(row):
            if isinstance(value, dt.date):
                page.write_datetime(r, c, dt.datetime.combine(value, dt.time()), made.add_format({"num_format": "yyyy-mm-dd"}))
            else:
                page.write(r, c, value)
    for area, text in merges:
        page.merge_range(area, text)
    for n in hide:
        page.set_row(n - 1, None, None, {"hidden": True})
    for cell, formula, result in formulas:
        page.write_formula(cell, formula, None, result)
    for name, lines in more:
        other = made.add_worksheet(name)
        for r, row in enumerate(lines):
            other.write_row(r, 0, row)
    made.close()
    return out.getvalue()


HEAD = ("信用代码", "企业名称", "有效期起", "有效期止", "备注", "联系电话")


def refused(content: bytes):
    with pytest.raises(Unreadable) as wrong:
        list(read(content, COLUMNS))
    return wrong.value.bad[0]


def only(content: bytes) -> dict[str, str]:
    (line,) = read(content, COLUMNS).lines
    return line.values


# ---- read ----


def test_titles_above_notes_and_signatures_below():
    rows = (
        ("附件1",), ("2026年企业名单（截至3月）",), ("填报单位：示例局", "", "", "联系电话：027-1"), HEAD, (CODE, "甲公司"), (),
        ("合计", 1), ("填表人：张三", "审核人：李四", "日期：2026.3.1"), ("注：本表一式两份。",),
    )
    table = read(book(*rows, merges=[("A2:F2", rows[1][0]), ("A10:F10", "说明：信用代码以执照为准")]), COLUMNS)
    assert table.head_row == 4
    assert [(x.n, x.values["name"], x.cells["name"]) for x in table.lines] == [(5, "甲公司", "B5")]


def test_a_head_of_two_rows_groups_above_columns():
    head = (("企业名单",), ("信用代码", "企业名称", "有效期", "", "备注"), ("", "", "起", "止", ""))
    rows = (*head, (CODE, "甲公司", "2026.3.1", "2027年2月28日", "好"))
    merges = [("A2:A3", "信用代码"), ("B2:B3", "企业名称"), ("C2:D2", "有效期"), ("E2:E3", "备注")]
    table = read(book(*rows, merges=merges), COLUMNS)
    assert table.head_row == 3
    assert table.lines[0].values == {"code": CODE, "name": "甲公司", "start": "2026-03-01", "until": "2027-02-28", "note": "好"}


def test_a_head_of_two_rows_in_csv():
    text = "企业名单,,,\n信用代码,企业名称,有效期,\n,,起,止\n" + f"{CODE},甲公司,2026-3-1,2027-2-28\n"
    assert only(text.encode("gb18030"))["until"] == "2027-02-28"


def test_heads_with_marks_breaks_and_wide_forms():
    assert only(book(("信用代码*", "企业\n名称（必填）", "备　注"), (CODE, "甲公司", "一"))) == {"code": CODE, "name": "甲公司", "note": "一"}


def test_full_width_digits_blanks_and_breaks_in_cells():
    row = ("９１４２０１００ MA4K\nＸＸＸＸ１Ｘ", " 武汉甲\n乙公司\u3000", "", "", "第一条\r\n第二条", "０２７－１２３４\u200b")
    assert only(book(HEAD, row)) == {
        "code": CODE, "name": "武汉甲乙公司", "start": "", "until": "", "note": "第一条\n第二条", "phone": "027-1234",
    }


def test_rare_characters_and_emoji_stay():
    assert only(book(HEAD, (CODE, "𠮷䶮龘野家😀﨑")))["name"] == "𠮷䶮龘野家😀﨑"


def test_numbers_dates_and_results_of_formulas():
    results = [("B2", '=A1&"x"', "算出来的"), ("E2", "=1+1", 2)]
    content = book(HEAD, (CODE, "甲", dt.date(2026, 3, 1), 46082, "", 13800000000), formulas=results)
    assert only(content) == {
        "code": CODE, "name": "算出来的", "start": "2026-03-01", "until": "2026-03-01", "note": "2", "phone": "13800000000",
    }


def test_cells_merged_downwards_hold_for_each_row():
    content = book(HEAD, (CODE, "甲公司"), ("91420100MA4KXXXX2X", ""), merges=[("B2:B3", "甲公司")])
    assert [x.values["name"] for x in read(content, COLUMNS).lines] == ["甲公司", "甲公司"]


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_in_the_codes_and_with_the_marks_that_are_about(code, mark):
    text = mark.join(("信用代码", "企业名称", "备注")) + "\r\n" + mark.join((CODE, "甲公司", f'"两{mark}段\n两行"')) + "\r\n"
    assert only(text.encode(code))["note"] == f"两{mark}段\n两行"


def test_what_our_own_csv_made_safe_comes_back_as_it_was():
    assert only(f"信用代码,企业名称\n{CODE},'=1+1\n".encode())["name"] == "=1+1"


@pytest.mark.parametrize(("text", "found"), [
    (t, dt.date(2026, 3, 1)) for t in (
        "2026-03-01", "2026-3-1", "2026/3/1", "2026.3.1", "2026年3月1日", "2026年03月01日（周日）", "20260301", "２０２６．３．１",
        "2026-03-01 00:00:00", "2026-03-01T08:30", "二〇二六年三月一日", "二零二六年三月一日", " 2026 年 3 月 1 日 ", "46082", "2026、3、1",
        "2026年3月1号",
    )
] + [("二〇二六年十二月三十一日", dt.date(2026, 12, 31)), ("二〇二六年十月二十日", dt.date(2026, 10, 20))])
def test_dates_in_many_forms(text, found):
    assert day(text) == (found, "")


@pytest.mark.parametrize("text", ["2026年3月", "2026-3", "2026", "3/1/2026", "26.3.1", "2026-2-30", "去年", "2026-13-1", "长期", "1e5", "-1"])
def test_what_is_no_sure_date_is_none(text):
    assert day(text)[0] is None
    assert day(text)[1]


# ---- refused, with the place ----


def test_hidden_rows_with_contents_are_refused():
    content = book(HEAD, *((CODE, f"{n}公司") for n in range(6)), hide=(3, 4, 6))
    assert refused(content).cell == "第 3 至 4 行、第 6 行"


def test_hidden_rows_without_contents_do_no_harm():
    assert only(book(HEAD, (), (CODE, "甲"), hide=(2,)))["name"] == "甲"


def test_formulas_without_a_result_are_bad_in_their_cell():
    content = book(HEAD, (CODE, "甲"), (CODE, ""), formulas=[("B3", "=A1", ""), ("E2", "=1/0", "#DIV/0!")])
    lines = read(content, COLUMNS).lines
    assert [(b.cell, b.reason) for x in lines for b in x.faults] == [("E2", "公式出错，没有结果"), ("B3", "公式没有计算结果")]


def test_numbers_that_excel_cut_short():
    faults = read(book(HEAD, (914201001234567890, "甲"), ("9.14201E+17", "乙")), COLUMNS).lines
    assert [x.faults[0].cell for x in faults] == ["A2", "A3"]


def test_merges_across_columns_of_data():
    assert refused(book(HEAD, (CODE, "甲", "", "", "x"), merges=[("B2:C2", "甲")])).cell == "B2"


@pytest.mark.parametrize(("content", "place"), [
    (b"", "A1"), (b"\x00\x01\x02", "第 1 行"), (b"PK\x03\x04", "文件"), ("信用代码,企业名称\n1,\"没有结束\n2,x\n".encode(), "第 3 行"),
    ("信用代码,备注\n1,x\n".encode(), "第 1 行"), ("信用代码,企业名称,名称\n1,x,y\n".encode(), "C1"), ("甲,乙\n1,2\n".encode(), "A1"),
    (b"\xff\xff\xfe\n\x81", "第 1 行"),
])
def test_files_that_cannot_be_read(content, place):
    assert refused(content).cell == place


def test_two_sheets_with_data_are_refused_and_hints_are_not_data():
    assert refused(book(HEAD, (CODE, "甲"), more=[("二", [HEAD, (CODE, "乙")])])).cell == "工作表“二”"
    assert only(book(("没有表头",), more=[("二", [HEAD, (CODE, "乙")])]))["name"] == "乙"
    assert read(template(COLUMNS, title="企业"), COLUMNS).lines == ()


def test_a_zip_that_unpacks_without_end_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<x/>")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            for _ in range(650):
                file.write(b"0" * (1 << 20))
    assert "解压" in refused(out.getvalue()).reason


def test_too_many_rows():
    with pytest.raises(Unreadable) as wrong:
        list(read(book(HEAD, *((CODE, "甲"),) * 4), COLUMNS, most=3))
    assert wrong.value.bad[0].cell == "第 5 行"


def test_many_rows_are_read_from_a_file_and_not_from_memory(monkeypatch):
    monkeypatch.setattr("jiangcheng.sheets.rows.IN_MEMORY", 3)
    table = read(book(HEAD, *((CODE, f"{n}") for n in range(9))), COLUMNS)
    assert [x.values["name"] for x in table] == [x.values["name"] for x in table.lines] == [str(n) for n in range(9)]
