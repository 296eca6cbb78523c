"""Letters whose wording is edited in an office suite: a DOCX with tags in, the blocks of the paper out.

Title, number, foot, QR, signature block, seal place, receipt and annexes are never part of a template: they come from the
kind itself, so that no template can sign, seal or number anything. A template is read into the same blocks of which every
paper is made; PDF and DOCX of the paper therefore carry the same words.
"""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from .blocks import para, plain, sub, table, texts
from .fields import Text
from .kinds import blocks
from .shapes import SHAPES

TO, TEXT, HEAD, SECOND, POINT = "抬头", "正文", "标题一", "标题二", "条目"
STYLES = {TO: 0, TEXT: 2, HEAD: 2, SECOND: 2, POINT: 2}
"""Paragraph styles of a template and their indent in characters. A style of another name counts as 正文."""
HEADS = {HEAD: "h1", "heading 1": "h1", "标题 1": "h1"}
SECONDS = (SECOND, "heading 2", "标题 2")
FIXED = ("closing", "annex")
LARGEST = 2 * 1024 * 1024
UNFOLDED = 30 * 1024 * 1024
"""Bytes of a template, packed and unpacked: an office file of a few pages has 20 kB."""
FILTERS = ("join", "length", "first", "last", "trim")


@dataclass(frozen=True)
class Fault:
    """What stands against a template: in words, and the duty behind it where there is one."""

    words: str
    remedy: str
    duty: str = "327-21-2"


class Unreadable(ValueError):
    """The template cannot be set with these data; the text is for people."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Values, loops and conditions; no calls, no reckoning, a handful of filters."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"模板里不能计算（{operator}）")

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def _environment() -> _Sandbox:
    made = _Sandbox(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS} | {"escape": made.filters["escape"], "e": made.filters["e"]}
    return made


@cache
def letters() -> dict[str, dict[str, Any]]:
    """The letters that can be edited: ``lines`` of the national wording, and ``must``."""
    return tomllib.loads((Path(__file__).parent / "letters.toml").read_text("utf-8"))


# --- the template to begin with -----------------------------------------------------------------------------------


def start(kind: str) -> bytes:
    """The present wording of a letter as DOCX with tags, for an office suite."""
    doc, grid = Document(), None
    for name, indent in STYLES.items():
        style = doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.font.size, style.font.name = Pt(16), "仿宋_GB2312"
        style.paragraph_format.first_line_indent = Pt(16 * indent)
        style.paragraph_format.line_spacing = Pt(29)
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    for line in letters()[kind]["lines"]:
        if line.startswith("|"):
            cells = [c.strip() for c in line[1:].split("|")]
            grid = grid or doc.add_table(0, len(cells), style="Table Grid")
            for cell, text in zip(grid.add_row().cells, cells, strict=True):
                cell.text = text
            continue
        grid = None
        style, text = (part.strip() for part in line.split("|", 1))
        doc.add_paragraph(text, style=style)
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


# --- from template and data to blocks ------------------------------------------------------------------------------


def _context(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data as a template sees them: running text always as a list, what may be left out always there, no frame."""
    shape, found = SHAPES[kind], {}
    for name, hint in shape.__annotations__.items():
        value = data.get(name)
        if hint == Text or Text in getattr(hint, "__args__", ()):
            found[name] = texts(value or "")
        elif value is None:
            found[name] = [] if "list" in str(hint) else ""
        else:
            found[name] = value
    return {k: v for k, v in found.items() if k not in ("verify", "copies", "watermark", "screen", "receipt", "title", "sign")}


def _filled(template: bytes, context: dict[str, Any]) -> Any:
    made = DocxTemplate(io.BytesIO(template))
    made.render(context, jinja_env=_environment(), autoescape=True)
    out = io.BytesIO()
    made.save(out)
    return Document(io.BytesIO(out.getvalue()))


def _inline(p: Paragraph) -> Any:
    """The words of a paragraph; bold ones in 黑体."""
    parts: list[Any] = []
    for run in p.runs:
        text = run.text
        if not text:
            continue
        if run.bold:
            parts.append({"hei": text})
        elif parts and isinstance(parts[-1], str):
            parts[-1] += text
        else:
            parts.append(text)
    return parts[0] if len(parts) == 1 else parts


def _paragraph(p: Paragraph) -> dict[str, Any] | None:
    style, words = (p.style.name if p.style is not None else TEXT), p.text.strip()
    if not words:
        return None
    if style == TO:
        return {"b": "to", "t": words}
    if style.lower() in HEADS:
        return {"b": "h1", "t": words}
    if style.lower() in SECONDS:
        return sub(words)
    numbered = re.match(r"(\d{1,3}[.．、])\s*(.+)", words, re.S) if style == POINT else None
    return {"b": "point", "n": numbered[1], "t": numbered[2]} if numbered else para(_inline(p))


def _table(found: Table) -> dict[str, Any] | None:
    rows = [[cell.text.strip() for cell in row.cells] for row in found.rows]
    if len(rows) < 2:
        return None
    given = [column.width or 0 for column in found.columns]
    total = sum(given)
    wide = [round(156 * w / total, 1) for w in given] if total and all(given) else [0] * len(rows[0])
    if rows[0][0] == "序号":
        wide = [13, *([0] * (len(wide) - 1))] if len(set(wide)) == 1 else wide
    centred = [
        "c" if cell.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.CENTER or rows[0][i] == "序号" else "l"
        for i, cell in enumerate(found.rows[1].cells)
    ]
    return table(wide, rows[0], rows[1:], "".join(centred))


def _read(doc: Any) -> Iterator[dict[str, Any]]:
    for thing in doc.iter_inner_content():
        block = _table(thing) if isinstance(thing, Table) else _paragraph(thing)
        if block is not None:
            yield block


def layout(kind: str, template: bytes, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a paper by a template: its own words, then signature, receipt and annexes as the kind has them.

    Raises ``Unreadable`` when the template cannot be set with these data.
    """
    try:
        found = list(_read(_filled(template, _context(kind, data))))
    except TemplateError as error:
        raise Unreadable(_said(error)) from error
    return [*found, *(b for b in blocks(kind, data) if b["b"] in FIXED)]


def _said(error: TemplateError) -> str:
    text = str(error.message or error)
    unknown = re.search(r"'([^']+)' is undefined|has no attribute '([^']+)'", text)
    if unknown:
        return f"没有名为“{unknown[1] or unknown[2]}”的内容"
    filter_ = re.search(r"No filter named '([^']+)'", text)
    if filter_:
        return f"不能使用“{filter_[1]}”"
    if isinstance(error, SecurityError):
        return text if "模板" in text else "模板里只能取值、循环和判断"
    return f"标记写法有误（{text[:80]}）"


# --- what stands against a template --------------------------------------------------------------------------------


def faults(kind: str, template: bytes, data: dict[str, Any]) -> list[Fault]:
    """Everything that stands against a template of a kind, tried with ``data`` (a complete sample)."""
    outside = list(_outside(template))
    if outside:
        return outside
    try:
        found = layout(kind, template, data)
    except Unreadable as error:
        return [Fault(f"模板不能生成文书：{error}。", "对照下载的现行模板改正这一处标记")]
    said = _squeezed("".join(_words(b for b in found if b["b"] not in FIXED)))
    return [
        Fault(f"模板没有载明“{word}”。", f"在正文里加入标记 {{{{ {path} }}}}", duty)
        for path, word, duty in letters()[kind]["must"]
        if not all(_squeezed(value) in said for value in _values(data, path.split(".")))
    ]


def _outside(template: bytes) -> Iterator[Fault]:
    """What a template may not be or carry, before it is opened as an office file."""
    again = "用文字处理软件另存为 .docx 后重新上传"
    if len(template) > LARGEST:
        yield Fault("文件超过 2 MB。", "去掉图片等内容后重新上传")
        return
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as packed:
            names, size = packed.namelist(), sum(i.file_size for i in packed.infolist())
            if "word/document.xml" not in names:
                yield Fault("不是 Word 文档（.docx）。", again)
                return
            if size > UNFOLDED:
                yield Fault("文件展开后过大，没有打开。", again)
                return
            links = b"".join(packed.read(n) for n in names if n.endswith(".rels"))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        yield Fault("不是 Word 文档（.docx），或者文件已损坏。", again)
        return
    if any("vbaProject" in n or n.startswith(("word/activeX", "word/embeddings")) for n in names):
        yield Fault("模板里有宏或者嵌入对象。", "删除宏和嵌入对象")
    if any(n.startswith("word/media/") for n in names):
        yield Fault("模板里有图片；印章、签名和标识由系统按规定生成，模板不能带图。", "删除图片")
    if b'TargetMode="External"' in links:
        yield Fault("模板引用了外部文件或者网址。", "取消链接后重新上传")


def _words(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    for b in found:
        yield plain(b.get("n", "")) + plain(b.get("t", ""))
        for row in b.get("rows", ()):
            yield from (plain(c) for c in row["cells"])


def _values(data: Any, path: list[str]) -> Iterator[str]:
    """The texts at ``points.fact`` of the data, in every element of a list on the way."""
    if isinstance(data, list):
        for one in data:
            yield from _values(one, path)
    elif path:
        yield from _values(data.get(path[0], ""), path[1:])
    else:
        yield from texts(str(data))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


__all__ = ["Fault", "Unreadable", "faults", "layout", "letters", "start"]
