"""Finding the head of a table below its titles: one row, or two where groups stand above the columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from jiangcheng.sheets.cells import narrow, normal
from jiangcheng.sheets.model import Bad, Column, Unreadable
from jiangcheng.sheets.rows import Sheet

TOP = 30
"""Rows among which the head is looked for."""


@dataclass(frozen=True)
class Head:
    """First and last row of the head (from 0) and the place of each field."""

    first: int
    last: int
    places: dict[str, int]


def key(text: Any) -> str:
    """A printed head without marks of obligation and remarks in brackets: 证号*（必填） → 证号."""
    return re.sub(r"[*(\[【].*$", "", normal(narrow(str(text or ""))).lstrip("*"))


def find(sheet: Sheet, columns: Sequence[Column]) -> Head | None:
    """The head that knows the most columns, or None. Raises ``Unreadable`` for a column twice or a wanted one missing."""
    names = {key(k): c.field for c in columns for k in (c.head, *c.also)}
    rows = sheet.rows.top(TOP + 1)
    best, most = None, 0
    for r in range(min(TOP, len(rows))):
        for last in (r, r + 1):
            if last < len(rows):
                words = _words(rows, r, last, sheet)
                count = len({names[w] for ways in words for w in ways if w in names})
                if count > most:
                    best, most = (r, last, words), count
    if best is None or (most < min(2, len(columns))):
        return None
    first, last, words = best
    places = _places(words, names, last)
    if missing := [c.head for c in columns if c.required and c.field not in places]:
        raise Unreadable(Bad(f"第 {last + 1} 行", "", f"表头缺少“{'”“'.join(missing)}”", "补上这些列，或者使用下载的模板"))
    return Head(first, last, places)


def _words(rows: Sequence[Sequence[Any]], first: int, last: int, sheet: Sheet) -> list[tuple[str, ...]]:
    """For each column the ways to read its head, the surest first: group and column together, the column, the group alone."""
    if first == last:
        return [(key(cell),) for cell in rows[first]]
    spread = _spread(rows[first], first, sheet)
    found = []
    for c in range(max(len(rows[first]), len(rows[last]))):
        above = key(spread[c]) if c < len(spread) else ""
        below = key(rows[last][c]) if c < len(rows[last]) else ""
        found.append(tuple(w for w in (above + below, below, "" if below else above) if w))
    return found


def _spread(row: Sequence[Any], r: int, sheet: Sheet) -> list[Any]:
    """The upper row of a head with each group repeated over the columns it stands above."""
    found = list(row)
    for (r1, c1), (r2, c2) in sheet.merged:
        if r1 <= r <= r2:
            found[c1 : c2 + 1] = [row[c1] if c1 < len(row) else ""] * (c2 + 1 - c1)
    if sheet.filled:  # a CSV file knows no merged cells: a group goes on until the next one
        for c in range(1, len(found)):
            found[c] = found[c] or found[c - 1]
    return found


def _places(words: Sequence[Sequence[str]], names: Mapping[str, str], last: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for c, ways in enumerate(words):
        name = next((names[w] for w in ways if w in names), None)
        if name is None:
            continue
        if name in found:
            raise Unreadable(Bad(f"{xl_col_to_name(c)}{last + 1}", ways[0], "表头重复", "删去多余的一列"))
        found[name] = c
    return found
