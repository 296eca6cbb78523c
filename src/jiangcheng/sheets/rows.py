"""Raw rows of a file, .xlsx or .csv, whatever its size: values as they are, merged places, hidden rows, broken formulas."""

from __future__ import annotations

import codecs
import csv
import io
import marshal
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from jiangcheng.sheets.model import Bad, Unreadable

IN_MEMORY = 20_000
MOST_UNPACKED = 600 * 1024 * 1024
MOST_SHEETS = 20
MOST_CELL = 32_767
"""Characters of a cell; Excel has no longer ones, so a longer CSV cell is a quotation mark that was never closed."""
_HIDDEN = re.compile(rb'<row\b(?=[^>]*\shidden="(?:1|true)")[^>]*\sr="(\d+)"')
_ERROR = re.compile(rb'<c\b(?=[^>]*\st="e")[^>]*?\sr="([A-Z]+\d+)"')
_UNCOUNTED = re.compile(rb'<c\b(?![^>]*\st="str")[^>]*?\sr="([A-Z]+\d+)"[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Spool:
    """Rows that are written once and read many times; many of them lie in a temporary file and not in memory."""

    def __init__(self) -> None:
        self._rows: list[list[Any]] = []
        self._file: Any = None
        self._count = 0

    def extend(self, rows: Iterable[list[Any]]) -> None:
        """Add rows; everything moves to a file when they become many."""
        for row in rows:
            self._count += 1
            if self._file is not None:
                marshal.dump(row, self._file)
                continue
            self._rows.append(row)
            if len(self._rows) > IN_MEMORY:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the spool is no longer needed)
                for kept in self._rows:
                    marshal.dump(kept, self._file)
                self._rows = []

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[list[Any]]:
        if self._file is None:
            yield from self._rows
            return
        place = 0
        for _ in range(self._count):
            self._file.seek(place)
            row = marshal.load(self._file)  # noqa: S302 (written by this process a moment ago)
            place = self._file.tell()
            yield row

    def top(self, count: int) -> list[list[Any]]:
        """The first rows."""
        return [row for row, _ in zip(self, range(count), strict=False)]


@dataclass
class Sheet:
    """A sheet as it came: name, rows, ranges merged ((row, column), (row, column)), hidden rows, cells whose formula has no result.

    Rows and columns are counted from 0, as the rows stand; ``hidden`` and ``broken`` are named as Excel names them.
    """

    name: str
    rows: Spool
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    filled: bool = False


def plain(value: Any) -> Any:
    """A value that can be kept: dates become text."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value) if isinstance(value, timedelta) else value


def sheets(content: bytes, name: str = "") -> Iterator[Sheet]:
    """The visible sheets of a file, one after the other; a CSV file is one sheet. Raises ``Unreadable``."""
    if content[:4] == b"PK\x03\x04":
        yield from _workbook(content)
    elif content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unreadable(Bad("文件", name, "是旧格式（.xls）或者加了密码的文件，看不出隐藏行和出错的公式", "去掉密码，另存为 .xlsx 后上传"))
    else:
        yield _csv(content)


# ---- Excel ----
def _workbook(content: bytes) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise Unreadable(Bad("文件", "", "文件解压后过大", "删去图片和多余的工作表，或者分成几个文件"))
            parts = _parts(packed)
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            shown = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible][:MOST_SHEETS]
            for name in shown:
                page = book.get_sheet_by_name(name)
                sheet = Sheet(name, Spool(), list(page.merged_cell_ranges or []))
                sheet.rows.extend([plain(v) for v in row] for row in page.iter_rows())
                del page
                if name in parts:
                    _scan(packed, parts[name], sheet)
                yield sheet
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, OSError, ValueError, IndexError, KeyError, NotImplementedError) as wrong:
        raise Unreadable(Bad("文件", "", "不是可以读取的 Excel 文件", "用表格软件打开检查，另存为 .xlsx 后上传")) from wrong


def _parts(packed: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part of the package; empty for a package of another kind."""
    if "xl/workbook.xml" not in packed.namelist():
        raise Unreadable(Bad("文件", "", "不是 .xlsx 文件", "另存为 .xlsx 后上传"))
    places = {
        r.get("Id"): r.get("Target", "") for r in ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    }
    found = {}
    for one in ElementTree.fromstring(packed.read("xl/workbook.xml")).iter():  # noqa: S314 (expat limits what entities expand to)
        if one.tag.endswith("}sheet") and (target := places.get(one.get(_RELATION))):
            found[one.get("name")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _scan(packed: zipfile.ZipFile, part: str, sheet: Sheet) -> None:
    """Hidden rows, errors and formulas that were never counted: the reader of values shows all of these as blanks."""
    tail = b""
    with packed.open(part) as file:
        while piece := file.read(1 << 20):
            text = tail + piece
            cut = text.rfind(b"</c>") + 4
            cut = cut if cut > 4 else len(text)
            done, tail = text[:cut], text[cut:]
            _note(done, sheet)
    _note(tail, sheet)


def _note(text: bytes, sheet: Sheet) -> None:
    sheet.hidden.update(int(n) for n in _HIDDEN.findall(text))
    if len(sheet.broken) < 10_000:
        sheet.broken.update((c.decode(), "公式出错，没有结果") for c in _ERROR.findall(text))
        sheet.broken.update((c.decode(), "公式没有计算结果") for c in _UNCOUNTED.findall(text))


# ---- CSV ----
PIECE = 1 << 20


def code_of(content: bytes) -> str:
    """How a CSV file is written: UTF-8, UTF-16 with mark, or the Chinese codes that spreadsheets write (GB 18030)."""
    codes = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for code in codes:
        decoder = codecs.getincrementaldecoder(code)()
        for start in range(0, len(content) or 1, PIECE):
            piece = content[start : start + PIECE]
            try:
                text = decoder.decode(piece, final=start + PIECE >= len(content))
            except UnicodeDecodeError as wrong:
                place = content[: start + wrong.start].count(b"\n") + 1
                break
            if "\0" in text:
                place = content[:start].count(b"\n") + text[: text.index("\0")].count("\n") + 1
                raise Unreadable(Bad(f"第 {place} 行", "", "不是表格文件，或者含有不能读取的字符", "上传 .xlsx 或者 .csv 文件"))
        else:
            return code
    raise Unreadable(Bad(f"第 {place} 行", "", "文字编码读不出来", "用表格软件打开，另存为“CSV UTF-8”或者 .xlsx 后上传"))


def _csv(content: bytes) -> Sheet:
    text = io.TextIOWrapper(io.BytesIO(content), code_of(content), newline="")
    first = text.read(20_000)
    text.seek(0)
    split = max(",\t;，", key=lambda mark: sum(line.count(mark) for line in first.splitlines()[:15]))
    reader = csv.reader(text, delimiter=split, strict=True)
    sheet = Sheet("", Spool(), filled=True)
    try:
        sheet.rows.extend(_records(reader))
    except csv.Error as wrong:
        raise Unreadable(Bad(f"第 {reader.line_num} 行", "", "引号不成对", "检查这一行附近的双引号，或者另存为 .xlsx 后上传")) from wrong
    return sheet


def _records(reader: Any) -> Iterator[list[str]]:
    for n, row in enumerate(reader, 1):
        if any(len(cell) > MOST_CELL for cell in row):
            raise Unreadable(Bad(f"第 {n} 行", "", "一个单元格里的内容过长，引号可能没有成对", "检查这一行的双引号"))
        yield row
