"""Officials' tables as they come: read line by line, or refused with the exact place.

Read: title rows, a head of two rows, cells merged downwards, notes and signatures below, blank rows, full-width forms, line
breaks, dates in many forms, results of formulas. Refused as a whole: merges across columns of data, hidden rows with contents, a
head that lacks a wanted column, several sheets with data. Refused in their cell: formulas without a result, numbers cut short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from jiangcheng.sheets import heads
from jiangcheng.sheets.cells import tidy
from jiangcheng.sheets.model import Bad, Cells, Column, Line, Unreadable
from jiangcheng.sheets.rows import Sheet, sheets

MOST_ROWS = 5000
MOST_BYTES = 5 * 1024 * 1024
_NOTE = re.compile(r"[(（【]?(?:填表说明|填报说明|填写说明|说明|备注|注\s*[：:\d]|注$|填报人|填表人|制表人|审核人|合计|小计|总计|以下空白)")
_SIGNED = re.compile(r"(?:填表人|填报人|填报单位|填报日期|制表人?|审核人?|负责人|单位负责人|经办人|联系人|联系电话|电话|日期|时间)[：:（(]")
_SUM = re.compile(r"[合小总]\s*计")
AS_TEXT = "把该列设为文本格式，重新填写完整号码"
WRITE_AGAIN = {"公": "改为计算结果：复制后选择性粘贴为“值”", "号": AS_TEXT, "被": AS_TEXT}


@dataclass(frozen=True)
class Table:
    """A table found in a file: the name of its sheet, its head row (as Excel counts), the letters of its columns by field."""

    sheet: Sheet
    head: heads.Head
    wanted: tuple[Column, ...]
    most: int

    @property
    def name(self) -> str:
        return self.sheet.name

    @property
    def head_row(self) -> int:
        return self.head.last + 1

    @cached_property
    def columns(self) -> dict[str, str]:
        """Letters of the columns by field."""
        return {name: xl_col_to_name(c) for name, c in self.head.places.items()}

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines at once; for small tables."""
        return tuple(self)

    def __iter__(self) -> Iterator[Line]:
        """Lines with any content, in their order. Raises ``Unreadable`` at what no line can be made of."""
        covered, across = self._merges()
        firsts, kept = set(covered.values()), {}
        columns = [(c.field, self.head.places[c.field], c) for c in self.wanted if c.field in self.head.places]
        count = 0
        for r, row in enumerate(self.sheet.rows):
            if r <= self.head.last:
                continue
            if covered:
                kept.update({(r, c): row[c] for c in range(len(row)) if (r, c) in firsts})
                row = [kept.get(covered.get((r, c)), value) for c, value in enumerate(row)]
            line = self._line(r, row, columns)
            if line is None:
                continue
            if r in across:
                raise Unreadable(Bad(f"{xl_col_to_name(across[r])}{r + 1}", "", "单元格横向合并，看不出各列内容", "取消合并后分别填写"))
            if r + 1 in self.sheet.hidden:
                raise Unreadable(Bad(self._hidden_places(), "", "有内容的行被隐藏或筛选掉了，不清楚要不要导入", "取消筛选和隐藏；不要的行删去"))
            count += 1
            if count > self.most:
                raise Unreadable(Bad(f"第 {line.n} 行", "", f"超过 {self.most:,} 行", "分成几个文件导入"))
            yield line

    def _merges(self) -> tuple[dict[tuple[int, int], tuple[int, int]], dict[int, int]]:
        """Cells that a merge downwards covers → its first cell; rows that a merge across columns of data touches → its column."""
        used, covered, across, end = set(self.head.places.values()), {}, {}, len(self.sheet.rows)
        for (r1, c1), (r2, c2) in self.sheet.merged:
            if r2 <= self.head.last:
                continue
            last = min(r2, end - 1)
            if c1 != c2 and used & set(range(c1, c2 + 1)):
                across.update(dict.fromkeys(range(max(r1, self.head.last + 1), last + 1), c1))
            else:
                covered.update({(r, c1): (r1, c1) for r in range(r1 + 1, last + 1)})
        return covered, across

    def _line(self, r: int, row: Sequence[Any], columns: Sequence[tuple[str, int, Column]]) -> Line | None:
        values, faults, broken = {}, [], self.sheet.broken
        for name, c, column in columns:
            values[name], why = tidy(row[c] if c < len(row) else "", column)
            if broken:
                why = why or broken.get(f"{xl_col_to_name(c)}{r + 1}", "")
            if why:
                faults.append(Bad(f"{xl_col_to_name(c)}{r + 1}", values[name], why, WRITE_AGAIN[why[0]], name))
        if not faults and (not any(values.values()) or is_note(values, row)):
            return None
        return Line(r + 1, values, Cells(self.columns, r + 1), tuple(faults))

    def _hidden_places(self) -> str:
        """第 5 至 7 行、第 9 行 of the hidden rows below the head."""
        rows = sorted(n for n in self.sheet.hidden if n > self.head_row)
        spans: list[list[int]] = []
        for n in rows:
            if spans and n == spans[-1][1] + 1:
                spans[-1][1] = n
            else:
                spans.append([n, n])
        said = "、".join(f"第 {a} 行" if a == b else f"第 {a} 至 {b} 行" for a, b in spans[:5])
        return said + ("等" if len(spans) > 5 else "")


def is_note(values: Mapping[str, str], row: Sequence[Any]) -> bool:
    """A foot line: one cell with words such as 填表说明, names of those who filled it in, or a sum."""
    filled = [str(v).strip() for v in row if v not in ("", None)]
    if not filled:
        return False
    if len(filled) == 1:
        return bool(_NOTE.match(filled[0]) or _SIGNED.match(filled[0]))
    if _SUM.fullmatch(filled[0]):
        return all(re.fullmatch(r"[\d.,%家个次户]*", v) for v in filled[1:])
    return all(_SIGNED.match(v) for v in filled)


def read(content: bytes, columns: Sequence[Column], *, most: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Table:
    """The one table of a file that has the wanted columns. Raises ``Unreadable`` with the place."""
    if len(content) > most_bytes:
        raise Unreadable(Bad("文件", "", f"文件超过 {most_bytes // 1024 // 1024} MB", "分成几个文件导入"))
    first, table = None, None
    for sheet in sheets(content):
        first = first or sheet
        head = heads.find(sheet, columns)
        if head is None:
            continue
        found = Table(sheet, head, tuple(columns), most)
        if table is None or not _any(table):
            table = found
        elif _any(found):
            why = f"和工作表“{table.name}”都有数据，不清楚导入哪一张"
            raise Unreadable(Bad(f"工作表“{found.name}”", "", why, "只留一张工作表，或者分成两个文件"))
    if table is None:
        top = next((v for row in (first.rows.top(1) if first else []) for v in row), "")
        raise Unreadable(Bad("A1", str(top or "")[:60], f"前 {heads.TOP} 行里没有找到表头", "使用下载的模板，或者保留模板的表头文字"))
    return table


def _any(table: Table) -> bool:
    return next(iter(table), None) is not None
