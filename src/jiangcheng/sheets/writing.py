"""Tables out: a typed template, exports that stay text, CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from jiangcheng.sheets.model import Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters by which a spreadsheet takes a text for a formula, full-width ones included."""
SURE = 10**15
VALIDATED = 20_000
"""Rows of a template that have drop-downs."""


def _always() -> bool:
    return True


guarded: Callable[[], bool] = _always
"""Are cells kept from being formulas? The doors set it; False only where a test shows what the guard holds."""


def safe_csv(value: Any) -> Any:
    """A CSV cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) and guarded() else value


def safe(text: str) -> str:
    """A name for a sheet or a file that is no formula and holds nothing that such names may not hold."""
    return re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", text).strip().lstrip("=+-@＝＋－＠ ")


def sheet_name(text: str) -> str:
    """A lawful sheet name: at most 31 characters, never empty."""
    return safe(text)[:31].strip() or "表"


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[Any]], foot: Sequence[str] = ()) -> str:
    """A list as CSV; heads and foot lines are made safe like the cells."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_csv(h) for h in heads])
    writer.writerows([safe_csv(v) for v in row] for row in rows)
    writer.writerows([safe_csv(line)] for line in foot)
    return out.getvalue()


def _book(*, many: bool = False) -> tuple[io.BytesIO, xlsxwriter.Workbook]:
    out = io.BytesIO()
    return out, xlsxwriter.Workbook(out, {
        "in_memory": not many, "constant_memory": many, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd",
    })


def export(heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]], *, title: str = "导出", mark: str = "") -> bytes:
    """A list as .xlsx: every cell is text, number or date by type, never a formula.

    ``mark`` says who took it out and when: it stands behind the last row and on every printed page.
    """
    out, book = _book(many=True)
    head = book.add_format({"bold": True, "bg_color": "#E8F0FA", "border": 1, "text_wrap": True, "num_format": "@"})
    page = book.add_worksheet(sheet_name(title))
    page.freeze_panes(1, 0)
    if mark:
        page.set_header("&C" + mark.replace("&", "&&")[:200])
        page.set_footer("&C" + mark.replace("&", "&&")[:180] + "　&P")
    for c, (name, width) in enumerate(heads):
        page.set_column(c, c, width)
        page.write_string(0, c, name, head)
    write, r = _writer(book, page), 0
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row):
            write(r, c, value)
    if mark:
        page.write_string(r + 2, 0, mark, book.add_format({"font_color": "#8792A2", "italic": True}))
    book.close()
    return out.getvalue()


def _writer(book: Any, page: Any) -> Callable[[int, int, Any], None]:
    """Writes a value as what it is; a text that looks like a formula is marked as text for good."""
    base = {"text_wrap": True, "valign": "top"}
    text, number = book.add_format({**base, "num_format": "@"}), book.add_format(base)
    odd, day = book.add_format({**base, "num_format": "@", "quote_prefix": True}), book.add_format({**base, "num_format": "yyyy-mm-dd"})

    def write(r: int, c: int, value: Any) -> None:
        if isinstance(value, bool):
            page.write_string(r, c, "是" if value else "否", text)
        elif isinstance(value, int | float) and abs(value) < SURE:
            page.write_number(r, c, value, number)
        elif isinstance(value, datetime | date):
            moment = value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
            page.write_datetime(r, c, moment, day)
        elif value not in (None, ""):
            words = str(value)
            page.write_string(r, c, words, odd if words.startswith(DANGEROUS) else text)

    return write


def template(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]] = (), *, title: str, lists: Mapping[str, Sequence[str]] | None = None,
    notes: Sequence[str] = (), bad: Mapping[tuple[int, str], str] | None = None, many: bool = False,
) -> bytes:
    """A table to fill in: drop-downs for choices, a sheet of hints, given rows; ``bad`` puts a comment on a cell.

    ``many``: the rows are too many to lie in memory.
    """
    out, book = _book(many=many)
    base = {"text_wrap": True, "valign": "top", "num_format": "@"}
    head = book.add_format({"bold": True, "bg_color": "#E8F0FA", "border": 1, "text_wrap": True, "valign": "vcenter"})
    cell, odd = book.add_format(base), book.add_format({**base, "quote_prefix": True})
    red = book.add_format({**base, "bg_color": "#FCEBEA", "font_color": "#A8201A", "quote_prefix": True})
    page, hints, options = book.add_worksheet(sheet_name(title)), book.add_worksheet("填写说明"), book.add_worksheet("可选项")
    page.freeze_panes(1, 1)
    choices = {c.field: tuple((lists or {}).get(c.field, c.choices)) for c in columns}
    for i, column in enumerate(columns):
        page.set_column(i, i, column.width, cell)
        page.write_string(0, i, column.head + ("*" if column.required else ""), head)
        if values := choices[column.field]:
            letter = xl_col_to_name(i)
            page.data_validation(1, i, VALIDATED, i, {
                "validate": "list", "source": f"=可选项!${letter}$1:${letter}${len(values)}", "error_type": "warning",
                "error_title": "不在可选项中", "error_message": f"{column.head}请从下拉列表中选择。",
            })
    for r, row in enumerate(rows, 1):
        for i, column in enumerate(columns):
            why = (bad or {}).get((r, column.field), "")
            words = str(row.get(column.field, "") or "")
            page.write_string(r, i, words, red if why else odd if words.startswith(DANGEROUS) else cell)
            if why:
                page.write_comment(r, i, why, {"x_scale": 2})
    for r in range(max((len(v) for v in choices.values()), default=0)):
        for i, column in enumerate(columns):
            if r < len(choices[column.field]):
                options.write_string(r, i, choices[column.field][r])
    options.hide()
    _hints(hints, columns, notes, head, cell)
    book.close()
    return out.getvalue()


def _hints(page: Any, columns: Sequence[Column], notes: Sequence[str], head: Any, cell: Any) -> None:
    page.set_column(0, 0, 20)
    page.set_column(1, 1, 80)
    page.write_string(0, 0, "列", head)
    page.write_string(0, 1, "怎样填写", head)
    for r, column in enumerate(columns, 1):
        page.write_string(r, 0, column.head, cell)
        page.write_string(r, 1, ("必填。" if column.required else "") + column.hint, cell)
    for r, note in enumerate(notes, len(columns) + 2):
        page.write_string(r, 1, note, cell)
