"""Papers as DOCX: the same blocks, with the official faces named and left to the office suite."""

import copy as copying
import datetime as dt
import io
import re
import zipfile
from functools import lru_cache

from docx import Document
from docx.document import Document as Doc

from . import letters
from .check import check
from .kinds import blocks
from .typeset import clean, meta
from .word_page import footers, lean, page
from .word_text import CENTER, RIGHT, TITLE, Writer, shape


@lru_cache(maxsize=8)
def _frame(mark: str, raised: bool) -> bytes:
    """An empty paper: page, styles and headers stand, text and feet are to come."""
    doc, out = Document(), io.BytesIO()
    page(doc, mark, raised)
    lean(doc)
    doc.save(out)
    return out.getvalue()


def _pack(doc: Doc, day: dt.datetime) -> bytes:
    """The file with fixed times inside, so that the same data gives the same bytes."""
    raw, out = io.BytesIO(), io.BytesIO()
    doc.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(name))
    return out.getvalue()


def _day(date: str) -> dt.datetime:
    numbers = re.findall(r"\d+", date)
    return dt.datetime(*map(int, numbers[:3])) if len(numbers) >= 3 else dt.datetime(2000, 1, 1)


def docx(kind: str, data: dict, *, copy: int = 1, layout: bytes | None = None) -> bytes:
    """One paper as DOCX, A4, with the official faces named. Same words as the PDF; errors as there, but a rare
    character is no error here: the office suite looks for a face. The same data gives the same bytes."""
    check(kind, data)
    data = clean(copying.deepcopy(data))
    head = meta(kind, data)
    doc = Document(io.BytesIO(_frame(head["watermark"], kind == "record")))
    writer = Writer(doc, head)
    doc.core_properties.title = f"{head['title']} {head['number']}".strip()[:255]
    doc.core_properties.author = "、".join(head["body"])[:255]
    doc.core_properties.created = doc.core_properties.modified = _day(head["date"])
    for name in head["body"]:
        size = min(22, max(18, 440 // len(name)))  # a long name shrinks to one line, then wraps
        writer.para(name, TITLE, size, pitch=33, align=CENTER)
    title = head["title"] if len(head["title"]) > 5 else " ".join(head["title"])
    writer.para(title, TITLE, 22, pitch=33, align=CENTER, after=6)
    if head["number"]:
        writer.para(head["number"], align=RIGHT, after=6)
    for b in letters.layout(kind, layout, data) if layout else blocks(kind, data):
        writer.block(b)
    if writer.last_table:  # a document may not end in a table
        shape(doc.add_paragraph(), pitch=1)
    footers(writer, kind, data, copy)
    return _pack(doc, _day(head["date"]))
