"""Inline text and blocks written into a DOCX document."""

import copy as copying
import io
from functools import lru_cache

from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml.etree import SubElement

from . import signature
from .blocks import WIDTH

TITLE, FANG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LEFT, CENTER, RIGHT, BOTH = "left", "center", "right", "both"
WIDEST = 26  # mm of a signature
PITCH, BODY, CELL, SMALL, FOOT = 29, 16, 14, 12, 10.5  # pt


def _twips(points: float) -> int:
    return round(points * 20)


@lru_cache(maxsize=64)
def _run(name: str, size: float | None) -> str:
    """XML of an empty run: the face is set for all scripts; ``w:eastAsia`` must be named apart."""
    fonts = " ".join(f'w:{key}="{name}"' for key in ("ascii", "hAnsi", "eastAsia", "cs"))
    height = f'<w:sz w:val="{round(size * 2)}"/>' if size else ""
    return f"<w:r {nsdecls('w')}><w:rPr><w:rFonts {fonts}/>{height}</w:rPr></w:r>"


def face(p: Paragraph, text: str, name: str, size: float | None = None) -> Run:
    """Append a run to a paragraph. Parsed from text: built field by field it costs several times as much."""
    run = Run(parse_xml(_run(name, size)), p)
    p._element.append(run._element)
    if "\t" in text or "\r" in text or "\n" in text:
        run.text = text
    elif text:
        words = SubElement(run._element, qn("w:t"))
        words.text = text
        if text != text.strip():
            words.set(qn("xml:space"), "preserve")
    return run


@lru_cache(maxsize=256)
def _format(pitch: float | None, indent: float, align: str, before: float, after: float, keep: bool) -> str:
    """XML of the properties that ``shape`` gives a paragraph."""
    line = f'w:line="{_twips(pitch)}" w:lineRule="exact"' if pitch else 'w:line="240" w:lineRule="auto"'
    first = f'<w:ind w:firstLineChars="{round(indent * 100)}" w:firstLine="{round(indent * BODY * 20)}"/>' if indent else ""
    where = f'<w:jc w:val="{align}"/>' if align else ""
    return (
        f'<w:pPr {nsdecls("w")}>{"<w:keepNext/>" if keep else ""}<w:widowControl w:val="0"/>'
        f'<w:spacing w:before="{_twips(before)}" w:after="{_twips(after)}" {line}/>{first}{where}</w:pPr>'
    )


def shape(p: Paragraph, *, pitch: float | None = PITCH, indent: float = 0, align: str = "", before: float = 0,
          after: float = 0, keep: bool = False) -> Paragraph:  # fmt: skip
    """Line pitch in pt (None: single), first-line indent in characters, distances in pt. For a paragraph just made."""
    made, old = parse_xml(_format(pitch, indent, align, before, after, keep)), p._element.pPr
    if old is None:
        p._element.insert(0, made)
        return p
    if old.pStyle is not None:
        made.insert(0, old.pStyle)
    p._element.replace(old, made)
    return p


class Writer:
    """Writes inline text and blocks into one document."""

    def __init__(self, doc: Doc, head: dict):
        self.doc, self.head, self.last_table = doc, head, False

    # ---- inline text
    def words(self, p: Paragraph, it, size: float | None = None, name: str = FANG) -> Paragraph:
        """Append an inline text to a paragraph; returns the paragraph it ended in."""
        if isinstance(it, str):
            self._lines(p, it, size, name)
            return p
        if isinstance(it, dict):
            return self._mark(p, it, size)
        before = None
        for part in it:
            ticked = isinstance(part, dict) and "tick" in part
            if ticked and before:
                p.add_run("　")
            p = self.words(p, part, size, name)
            before = ticked
        return p

    @staticmethod
    def _lines(p: Paragraph, text: str, size, name):
        for i, line in enumerate(text.split("\n")):
            if i:
                p.add_run().add_break()
            if line:
                face(p, line, name, size)

    def _mark(self, p: Paragraph, it: dict, size) -> Paragraph:
        if "tick" in it:
            face(p, "☑" if it["tick"] else "□", SONG, size)
            face(p, it["t"], FANG, size)
        elif "blank" in it:
            self._blank(p, it, size)
        elif "sign" in it:
            self._sign(p, it["sign"], size, 10)
        elif "right" in it or "fill" in it:
            return self._right(p, it, size)
        elif "gap" not in it:
            key, value = next(iter(it.items()))
            name = {"hei": HEI, "kai": KAI}.get(key, FANG)
            self._lines(p, value, SMALL if key == "small" else size, name)
        return p

    def _right(self, p: Paragraph, it: dict, size) -> Paragraph:
        if "fill" in it:
            face(p, "　　", FANG, size)
            return self.words(p, it["fill"], size)
        if p.text:
            after = copying.deepcopy(p._element)
            for r in after.findall(qn("w:r")):
                after.remove(r)
            p._element.addnext(after)
            p = Paragraph(after, p._parent)
        p.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        p.paragraph_format.space_before = Pt(6)
        return self.words(p, it["right"], size)

    def _blank(self, p: Paragraph, it: dict, size):
        if signature.has_picture(it.get("sign")):
            self._sign(p, it["sign"], size, it.get("h", 9))
            return
        room = "　" * max(1, round((it["w"] or 32) / 5.6))
        text = it["blank"]
        size = SMALL if len(text) > 14 else size
        run = face(p, (text if len(text) > 14 else f"　{text}　") if text else room, FANG, size)
        run.font.underline = True

    @staticmethod
    def _sign(p: Paragraph, sign: dict | None, size, height: float):
        if signature.has_picture(sign):
            p.paragraph_format.line_spacing_rule, p.paragraph_format.space_after = WD_LINE_SPACING.SINGLE, 0
            picture = p.add_run().add_picture(io.BytesIO(signature.png(signature.trimmed(sign))), height=Mm(height))
            if picture.width > Mm(WIDEST):
                picture.height, picture.width = Mm(height * Mm(WIDEST) / picture.width), Mm(WIDEST)
        elif sign:
            face(p, sign.get("name", ""), FANG, size)

    # ---- blocks
    def para(self, it, name: str = FANG, size: float | None = None, **form) -> Paragraph:
        """A paragraph of its own."""
        if self.last_table:
            form["before"] = max(8, form.get("before", 0))
        p = shape(self.doc.add_paragraph(), **form)
        self.words(p, it, size, name)
        self.last_table = False
        return p

    def block(self, b: dict, keep: bool = False):
        """Write one block; ``keep`` holds it on the page of the next."""
        getattr(self, "_" + b["b"])(b, keep)

    def _para(self, b, keep):
        self.para(b["t"], indent=2, keep=keep, align=BOTH)

    def _to(self, b, keep):
        self.para(b["t"], keep=keep)

    def _h1(self, b, keep):
        self.para(b["t"], HEI, indent=2, keep=True)

    def _sub(self, b, keep):
        self.para(b["t"], KAI, indent=2, keep=True)

    def _point(self, b, keep):
        self.para([b["n"] + " ", b["t"]], indent=2, keep=keep, align=BOTH)

    def _note(self, b, keep):
        self.para(b["t"], size=SMALL, pitch=18, before=4)

    def _tight(self, b, keep):
        for t in b["t"]:
            self.para(t, size=CELL, pitch=22, indent=2, keep=True)

    def _group(self, b, keep):
        for i, x in enumerate(b["blocks"]):
            self.block(x, keep or i < len(b["blocks"]) - 1)

    def _annex(self, b, keep):
        self.para("附件", HEI).paragraph_format.page_break_before = True
        self.para(b["t"], TITLE, 22, pitch=32, align=CENTER, before=14, after=14)
        for x in b["blocks"]:
            self.block(x)

    def _signs(self, b, keep):
        for row in b["rows"]:
            table = self._bare(len(row))
            for c, cell in zip(row, table.rows[0].cells, strict=True):
                p = shape(cell.paragraphs[0], pitch=20, before=8, keep=True)
                self.words(p, [c["label"]] + ([c["blank"]] if c["blank"] else []), CELL)
        self.last_table = False
        if b["tail"]:
            self.para(b["tail"], size=CELL, pitch=24, before=8)

    def _closing(self, b, keep):
        for t in b["last"]:
            self.para(t, indent=2, keep=True)
        rest = b["receipt"]
        self.seal(bool(rest))
        if not rest:
            return
        self.para([{"hei": rest["title"]}, "　" + rest["text"]], size=CELL, pitch=22, before=20, keep=True)
        lines, pairs = rest["lines"], []
        for i in range(0, len(lines), 2):
            pairs.append([
                {"label": line["label"] + "：", "blank": {"blank": line.get("value", ""), "w": 0, "sign": line.get("sign")}}
                for line in lines[i : i + 2]
            ])  # fmt: skip
        tail = [rest["refusal"], {"blank": rest.get("refused", ""), "w": 60}] if rest.get("refusal") else None
        self._signs({"rows": pairs, "tail": tail}, False)

    def seal(self, keep: bool = False, cell: _Cell | None = None):
        """Signature block with room for the seal above and below; the date four characters in."""
        lines = [*self.head["sign"], self.head["date"]]
        for i, line in enumerate(lines):
            p = self.doc.add_paragraph() if not cell else cell.add_paragraph() if i else cell.paragraphs[0]
            last = i == len(lines) - 1
            shape(p, align=RIGHT, before=0 if i else 30 if cell else 40, after=14 if last else 0, keep=keep or not last)
            ind = p._element.get_or_add_pPr().get_or_add_ind()
            ind.set(qn("w:rightChars"), "400" if last else "200")
            ind.set(qn("w:right"), str((4 if last else 2) * BODY * 20))
            self.words(p, line, CELL if cell else None)
        self.last_table = False

    # ---- tables
    def _grid(self, table: str, cols: list[float], rows: list[str]) -> Table:
        """A table put into the document whole: ``table`` are its properties, each row its XML."""
        grid = "".join(f'<w:gridCol w:w="{Mm(width).twips}"/>' for width in cols)
        made = parse_xml(
            f"<w:tbl {nsdecls('w')}><w:tblPr>{table}{LOOK}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )
        body = self.doc._body
        body._element._insert_tbl(made)
        return Table(made, body)

    def _bare(self, n: int) -> Table:
        cells = "".join(_cell(WIDTH / n) for _ in range(n))
        return self._grid(PLACED.format(style=""), [WIDTH / n] * n, [f"<w:tr>{cells}</w:tr>"])

    def _ruled(self, rows: list[str], cols: list[float], y: float, joined: bool) -> Table:
        if self.last_table and not joined:
            shape(self.doc.add_paragraph(), pitch=10)
        elif not joined and self.doc.paragraphs:
            self.doc.paragraphs[-1].paragraph_format.space_after = Pt(6)
        pad = Mm(y).twips // 2
        edges = (
            f'<w:tblCellMar><w:top w:w="{pad}" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
            f'<w:bottom w:w="{pad}" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
        )
        self.last_table = True
        return self._grid(PLACED.format(style='<w:tblStyle w:val="TableGrid"/>') + edges, cols, rows)

    def _fill(self, cell: _Cell, it, size, align=LEFT, name=FANG):
        self.words(shape(cell.paragraphs[0], pitch=round(size * 1.42), align=align), it, size, name)

    def _form(self, b, keep):
        cols, rows = b["cols"], []
        for cells in b["rows"]:
            at, made = 0, []
            for c in cells:
                span = c.get("span", 1)
                made.append(_cell(sum(cols[at : at + span]), span, "" if c.get("seal") else "center"))
                at += span
            rows.append(_row(made, torn=cells[0]["torn"]))
        table = self._ruled(rows, cols, b["y"], b.get("join", False))
        for cells, row in zip(b["rows"], table._tbl.tr_lst, strict=True):
            for c, tc in zip(cells, row.tc_lst, strict=True):
                cell = _Cell(tc, table)
                if "label" in c:
                    self._fill(cell, _label(c), CELL, CENTER)
                elif c.get("seal"):
                    self.seal(cell=cell)
                    self.last_table = True
                else:
                    self._fill(cell, c["t"], CELL, CENTER if c.get("align") == "c" else LEFT)

    def _table(self, b, keep):
        lines = [{"cells": b["head"], "torn": False, "head": True}, *b["rows"]]
        rows = [
            _row([_cell(w, 1, "center" if "head" in x or b["valign"] != "top" else "top") for w in b["cols"]], torn=x["torn"], head="head" in x)
            for x in lines
        ]
        table = self._ruled(rows, b["cols"], b["y"], b.get("join", False))
        for line, row in zip(lines, table._tbl.tr_lst, strict=True):
            head = "head" in line
            for it, tc, letter in zip(line["cells"], row.tc_lst, b["aligns"], strict=True):
                self._fill(_Cell(tc, table), it, b["size"], CENTER if head or letter == "c" else LEFT, HEI if head else FANG)


PLACED = '{style}<w:tblW w:type="auto" w:w="0"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
LOOK = '<w:tblLook w:firstColumn="1" w:firstRow="1" w:lastColumn="0" w:lastRow="0" w:noHBand="0" w:noVBand="1" w:val="04A0"/>'


def _cell(width: float, span: int = 1, upright: str = "") -> str:
    """XML of an empty cell: width in mm, columns it spans, top or center."""
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    stands = f'<w:vAlign w:val="{upright}"/>' if upright else ""
    return f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{Mm(width).twips}"/>{spans}{stands}</w:tcPr><w:p/></w:tc>'


def _row(cells: list[str], *, torn: bool, head: bool = False) -> str:
    """XML of a row; one that is not torn stays on its page, a head is repeated."""
    flags = ("<w:tblHeader/>" if head else "") + ("" if torn else "<w:cantSplit/>")
    return f"<w:tr>{f'<w:trPr>{flags}</w:trPr>' if flags else ''}{''.join(cells)}</w:tr>"


def _label(c: dict) -> str:
    """A field's name; one of two characters is spread with wide spaces."""
    words = "\n".join(c["label"])
    return words[0] + "　" * (c["w"] - 2) + words[1] if len(words) == 2 and c["w"] > 2 else words
