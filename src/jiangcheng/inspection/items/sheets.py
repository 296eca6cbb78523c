"""Tables in and out of Excel: a typed template, a tolerant reader that names the cell, exports that stay text.

Reading tolerates title rows above the head, full-width digits, percent cells and cells merged downwards. What cannot be
read with certainty is refused with its exact place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from jiangcheng.inspection.items.printed import normal

MOST_ROWS = 5000
MOST_BYTES = 5 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column of a table: field, printed head, other heads it is known by, words for choices, hint, width."""

    field: str
    head: str
    also: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    hint: str = ""
    width: int = 18
    required: bool = False
    digits: bool = False


@dataclass(frozen=True)
class Bad:
    """One cell that cannot be taken: its address, what stands there, why not, what to do."""

    cell: str
    value: str
    reason: str
    remedy: str
    field: str = ""

    @property
    def long(self) -> bool:
        """Does the text need more than one line to be mended?"""
        return len(self.value) > 40 or "\n" in self.value


class Unreadable(Exception):
    """The file as a whole cannot be read; ``bad`` says where and why."""

    def __init__(self, *bad: Bad) -> None:
        self.bad = bad
        super().__init__("；".join(f"{b.cell} {b.reason}".strip() for b in bad))


@dataclass(frozen=True)
class Line:
    """One row of a sheet: number as Excel counts, texts by field, addresses by field."""

    n: int
    values: dict[str, str]
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A sheet as read: its name, the head row, the lines with any content."""

    name: str
    head_row: int
    lines: tuple[Line, ...]
    columns: dict[str, str] = field(default_factory=dict)


def _text(value: Any, column: Column) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if column.field == "proportion" and 0 < value <= 1:
            return f"{value * 100:g}%"
        return f"{value:g}"
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    text = str(value).strip()
    return _half(text) if column.digits else text


def _half(text: str) -> str:
    wide = {ord(a): b for a, b in zip("０１２３４５６７８９％：／", "0123456789%:/", strict=True)}
    return text.translate(wide)


def _key(head: Any) -> str:
    return re.sub(r"[\s*＊（(].*$", "", normal(str(head or "")).replace("\n", "")) if head else ""


def _find_head(rows: list[list[Any]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    names = {k: c.field for c in columns for k in (c.head, *c.also)}
    for r, row in enumerate(rows[:15]):
        found: dict[str, int] = {}
        for i, cell in enumerate(row):
            name = names.get(_key(cell))
            if name and name in found:
                raise Unreadable(Bad(f"{xl_col_to_name(i)}{r + 1}", str(cell), "表头重复", "删去多余的一列"))
            if name:
                found[name] = i
        if len(found) * 2 >= len(columns):
            missing = [c.head for c in columns if c.required and c.field not in found]
            if missing:
                raise Unreadable(Bad(f"第 {r + 1} 行", "", f"表头缺少“{'”“'.join(missing)}”", "补上这些列，或者使用下载的模板"))
            return r, found
    raise Unreadable(Bad("A1", str(rows[0][0]) if rows and rows[0] else "", "前 15 行里没有找到表头", "使用下载的模板，或者保留模板的表头文字"))


def _merged(sheet: Any, head: int, columns: dict[str, int]) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells that a merge downwards covers → its first cell. A merge across columns of data is refused."""
    used = set(columns.values())
    found = {}
    for (r1, c1), (r2, c2) in getattr(sheet, "merged_cell_ranges", None) or []:
        if r2 <= head:
            if r2 == head and r1 < r2 and c1 in used:
                raise Unreadable(Bad(f"{xl_col_to_name(c1)}{r1 + 1}", "", "表头占了多行", "把表头合为一行"))
            continue
        if c1 != c2 and used & set(range(c1, c2 + 1)):
            raise Unreadable(Bad(f"{xl_col_to_name(c1)}{r1 + 1}", "", "单元格横向合并，看不出各列内容", "取消合并后分别填写"))
        found.update({(r, c1): (r1, c1) for r in range(r1 + 1, r2 + 1)})
    return found


def read(content: bytes, columns: Sequence[Column], sheet: str = "") -> Table:
    """Read the first sheet (or the named one). Raises ``Unreadable`` with the place; blank rows are passed over."""
    if len(content) > MOST_BYTES:
        raise Unreadable(Bad("文件", "", "文件超过 5 MB", "分成几个文件导入"))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        page = book.get_sheet_by_name(sheet) if sheet in book.sheet_names else book.get_sheet_by_index(0)
        rows = page.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError, KeyError) as wrong:
        raise Unreadable(Bad("文件", "", "不是可以读取的 Excel 文件", "另存为 .xlsx 后上传")) from wrong
    head, places = _find_head(rows, columns)
    merged = _merged(page, head, places)
    by_field = {c.field: c for c in columns}
    lines = []
    for r in range(head + 1, len(rows)):
        values = {}
        for name, c in places.items():
            r0, c0 = merged.get((r, c), (r, c))
            values[name] = _text(rows[r0][c0] if c0 < len(rows[r0]) else "", by_field[name])
        if any(values.values()) and not _is_note(values):
            lines.append(Line(r + 1, values, {name: f"{xl_col_to_name(c)}{r + 1}" for name, c in places.items()}))
    if len(lines) > MOST_ROWS:
        raise Unreadable(Bad(f"第 {lines[MOST_ROWS].n} 行", "", f"超过 {MOST_ROWS:,} 行", "分成几个文件导入"))
    return Table(page.name, head + 1, tuple(lines), {name: xl_col_to_name(c) for name, c in places.items()})


def _is_note(values: Mapping[str, str]) -> bool:
    """A foot line: one cell with words such as 填表说明 and nothing else."""
    filled = [v for v in values.values() if v]
    return len(filled) == 1 and bool(re.match(r"(填表说明|说明|注|备注|填报人|填表人|合计)", filled[0]))


# ---- writing ----
def _book() -> tuple[io.BytesIO, xlsxwriter.Workbook]:
    out = io.BytesIO()
    return out, xlsxwriter.Workbook(out, {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    })


def export(heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]], *, title: str = "导出") -> bytes:
    """A list as .xlsx: every cell is text, number or date by type, never a formula."""
    out, book = _book()
    head = book.add_format({"bold": True, "bg_color": "#E8F0FA", "border": 1, "text_wrap": True})
    cell, day = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    page = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    page.freeze_panes(1, 0)
    for c, (name, width) in enumerate(heads):
        page.set_column(c, c, width)
        page.write_string(0, c, name, head)
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row):
            _write(page, r, c, value, cell, day)
    book.close()
    return out.getvalue()


def _write(page: Any, r: int, c: int, value: Any, cell: Any, day: Any) -> None:
    if isinstance(value, bool):
        page.write_string(r, c, "是" if value else "否", cell)
    elif isinstance(value, int | float):
        page.write_number(r, c, value, cell)
    elif isinstance(value, datetime | date):
        page.write_datetime(r, c, value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, datetime.min.time()), day)
    elif value not in (None, ""):
        page.write_string(r, c, str(value), cell)


def template(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]] = (), *, title: str, lists: Mapping[str, Sequence[str]] | None = None,
    notes: Sequence[str] = (), bad: Mapping[tuple[int, str], str] | None = None,
) -> bytes:
    """A table to fill in: drop-downs for choices, a sheet of hints, given rows; ``bad`` puts a comment on a cell."""
    out, book = _book()
    head = book.add_format({"bold": True, "bg_color": "#E8F0FA", "border": 1, "text_wrap": True, "valign": "vcenter"})
    cell, red = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}), book.add_format(
        {"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#FCEBEA", "font_color": "#A8201A"}
    )
    page, hints, options = book.add_worksheet(title[:31]), book.add_worksheet("填写说明"), book.add_worksheet("可选项")
    page.freeze_panes(1, 1)
    choices = {c.field: tuple((lists or {}).get(c.field, c.choices)) for c in columns}
    for i, column in enumerate(columns):
        page.set_column(i, i, column.width, cell)
        page.write_string(0, i, column.head + ("*" if column.required else ""), head)
        if values := choices[column.field]:
            for r, word in enumerate(values):
                options.write_string(r, i, word)
            letter = xl_col_to_name(i)
            page.data_validation(1, i, 2000, i, {
                "validate": "list", "source": f"=可选项!${letter}$1:${letter}${len(values)}", "error_type": "warning",
                "error_title": "不在可选项中", "error_message": f"{column.head}请从下拉列表中选择。",
            })
    for r, row in enumerate(rows, 1):
        for i, column in enumerate(columns):
            why = (bad or {}).get((r, column.field), "")
            page.write_string(r, i, str(row.get(column.field, "") or ""), red if why else cell)
            if why:
                page.write_comment(r, i, why, {"x_scale": 2})
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


def safe_csv(value: Any) -> str:
    """A CSV cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
