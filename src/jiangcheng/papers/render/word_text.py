"""Inline text and blocks written into a DOCX document."""

import copy as copying
import io

from docx.document import Document as Doc
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from . import signature
from .blocks import WIDTH

TITLE, FANG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LEFT, CENTER, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
WIDEST = 26  # mm of a signature
BOTH = WD_ALIGN_PARAGRAPH.JUSTIFY
PITCH, BODY, CELL, SMALL, FOOT = 29, 16, 14, 12, 10.5  # pt


def face(run, name: str, size: float | None = None):
    """Set a run's face for all scripts; ``w:eastAsia`` must be named apart."""
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(key), name)
    if size:
        run.font.size = Pt(size)
    return run


def shape(p: Paragraph, *, pitch: float | None = PITCH, indent: float = 0, align=None, before: float = 0,
          after: float = 0, keep: bool = False) -> Paragraph:  # fmt: skip
    """Line pitch in pt (None: single), first-line indent in characters, distances in pt."""
    f = p.paragraph_format
    f.space_before, f.space_after, f.alignment = Pt(before), Pt(after), align
    f.line_spacing_rule = WD_LINE_SPACING.EXACTLY if pitch else WD_LINE_SPACING.SINGLE
    if pitch:
        f.line_spacing = Pt(pitch)
    if indent:
        ind = p._element.get_or_add_pPr().get_or_add_ind()
        ind.set(qn("w:firstLineChars"), str(round(indent * 100)))
        ind.set(qn("w:firstLine"), str(round(indent * BODY * 20)))
    f.keep_with_next = keep or None
    f.widow_control = False
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
                face(p.add_run(line), name, size)

    def _mark(self, p: Paragraph, it: dict, size) -> Paragraph:
        if "tick" in it:
            face(p.add_run("☑" if it["tick"] else "□"), SONG, size)
            face(p.add_run(it["t"]), FANG, size)
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
            face(p.add_run("　　"), FANG, size)
            return self.words(p, it["fill"], size)
        if p.text:
            after = copying.deepcopy(p._element)
            for r in after.findall(qn("w:r")):
                after.remove(r)
            p._element.addnext(after)
            p = Paragraph(after, p._parent)
        p.paragraph_format.alignment = RIGHT
        p.paragraph_format.space_before = Pt(6)
        return self.words(p, it["right"], size)

    def _blank(self, p: Paragraph, it: dict, size):
        if signature.has_picture(it.get("sign")):
            self._sign(p, it["sign"], size, it.get("h", 9))
            return
        room = "　" * max(1, round((it["w"] or 32) / 5.6))
        text = it["blank"]
        size = SMALL if len(text) > 14 else size
        run = face(p.add_run((text if len(text) > 14 else f"　{text}　") if text else room), FANG, size)
        run.font.underline = True

    @staticmethod
    def _sign(p: Paragraph, sign: dict | None, size, height: float):
        if signature.has_picture(sign):
            f = p.paragraph_format
            shape(p, pitch=None, align=f.alignment, before=f.space_before.pt, keep=bool(f.keep_with_next))
            picture = p.add_run().add_picture(io.BytesIO(signature.png(signature.trimmed(sign))), height=Mm(height))
            if picture.width > Mm(WIDEST):
                picture.height, picture.width = Mm(height * Mm(WIDEST) / picture.width), Mm(WIDEST)
        elif sign:
            face(p.add_run(sign.get("name", "")), FANG, size)

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
    def _bare(self, n: int) -> Table:
        table = self.doc.add_table(1, n)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for c in table.rows[0].cells:
            c.width = Mm(WIDTH / n)
        return table

    def _ruled(self, rows: int, cols: list[float], y: float, joined: bool) -> Table:
        if self.last_table and not joined:
            shape(self.doc.add_paragraph(), pitch=10)
        elif not joined and self.doc.paragraphs:
            self.doc.paragraphs[-1].paragraph_format.space_after = Pt(6)
        table = self.doc.add_table(rows, len(cols))
        table.style = "Table Grid"
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, cols, strict=True):
            column.width = Mm(width)
        pad = Mm(y).twips
        table._tbl.tblPr.insert_element_before(parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:top w:w="{pad // 2}" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
            f'<w:bottom w:w="{pad // 2}" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
        ), "w:tblLook")  # fmt: skip
        self.last_table = True
        return table

    def _fill(self, cell: _Cell, it, size, align=LEFT, middle=True, name=FANG):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER if middle else WD_CELL_VERTICAL_ALIGNMENT.TOP
        self.words(shape(cell.paragraphs[0], pitch=round(size * 1.42), align=align), it, size, name)

    def _form(self, b, keep):
        cols = b["cols"]
        table = self._ruled(len(b["rows"]), cols, b["y"], b.get("join", False))
        for cells, row in zip(b["rows"], table.rows, strict=True):
            if not cells[0]["torn"]:
                _row_flag(row, "w:cantSplit")
            at = 0
            for c in cells:
                span = c.get("span", 1)
                cell = row.cells[at]
                if span > 1:
                    cell = cell.merge(row.cells[at + span - 1])
                cell.width = Mm(sum(cols[at : at + span]))
                at += span
                if "label" in c:
                    self._fill(cell, _label(c), CELL, CENTER)
                elif c.get("seal"):
                    self.seal(cell=cell)
                    self.last_table = True
                else:
                    self._fill(cell, c["t"], CELL, CENTER if c.get("align") == "c" else LEFT)

    def _table(self, b, keep):
        cols = b["cols"]
        table = self._ruled(len(b["rows"]) + 1, cols, b["y"], b.get("join", False))
        _row_flag(table.rows[0], "w:tblHeader")
        lines = [{"cells": b["head"], "torn": False, "head": True}, *b["rows"]]
        for line, row in zip(lines, table.rows, strict=True):
            if not line["torn"]:
                _row_flag(row, "w:cantSplit")
            head = line.get("head", False)
            for it, cell, letter, width in zip(line["cells"], row.cells, b["aligns"], cols, strict=True):
                cell.width = Mm(width)
                align = CENTER if head or letter == "c" else LEFT
                self._fill(cell, it, b["size"], align, head or b["valign"] != "top", HEI if head else FANG)


def _label(c: dict) -> str:
    """A field's name; one of two characters is spread with wide spaces."""
    words = "\n".join(c["label"])
    return words[0] + "　" * (c["w"] - 2) + words[1] if len(words) == 2 and c["w"] > 2 else words


def _row_flag(row, tag: str):
    row._tr.get_or_add_trPr().append(OxmlElement(tag))
