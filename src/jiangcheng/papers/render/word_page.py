"""What stands around the text of a DOCX paper: page, header with watermark, foot with QR and page number."""

import io

from docx.document import Document as Doc
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from .blocks import WIDTH
from .typeset import qr_png, sign_foot
from .word_text import BODY, CELL, CENTER, FANG, FOOT, HEI, LEFT, RIGHT, SMALL, SONG, Writer, face, shape


def _field(p: Paragraph, code: str, name: str, size: float):
    for kind, text in (("begin", None), (None, code), ("separate", None), ("t", "1"), ("end", None)):
        run = face(p, text if kind == "t" else "", name, size)
        if kind == "t":
            continue
        if kind is None:
            el = OxmlElement("w:instrText")
            el.text = text
            run._element.append(el)
        else:
            el = OxmlElement("w:fldChar")
            el.set(qn("w:fldCharType"), kind)
            run._element.append(el)


def _page_number(p: Paragraph, align):
    shape(p, pitch=None, align=align)
    face(p, "　— " if align != RIGHT else "— ", SONG, CELL)
    _field(p, "PAGE", SONG, CELL)
    face(p, " —　" if align == RIGHT else " —", SONG, CELL)


def _watermark(header, words: str, number: int):
    p = shape(header.paragraphs[0], pitch=None, align=CENTER)
    run = face(p, words, HEI, FOOT)
    run.font.color.rgb = RGBColor(0x80, 0x80, 0x80)
    safe = words.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    p.add_run()._element.append(parse_xml(
        f'<w:pict {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">'
        '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>'
        '<v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        f'</v:shapetype><v:shape id="watermark{number}" o:spid="_x0000_s{2048 + number}" type="#_x0000_t136" '
        'style="position:absolute;margin-left:0;margin-top:0;width:380pt;height:95pt;rotation:322;z-index:-251658752;'
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#ececec" stroked="f">'
        f'<v:textpath style="font-family:&quot;{HEI}&quot;;font-size:1pt" string="{safe}"/></v:shape></w:pict>'
    ))  # fmt: skip


def _sign_line(writer: Writer, footer, kind: str, data: dict):
    foot = sign_foot(kind, data)
    if foot is None:
        return
    p = shape(footer.paragraphs[0], pitch=None, after=6)
    parts = ["企业人员签名：", {"blank": "", "w": 28, "h": 7, "sign": foot["firm"]}, " 执法人员签名：",
             {"blank": "", "w": 28, "h": 7, "sign": foot["officers"]}, " " + (foot["date"] or "　　年　月　日")]  # fmt: skip
    writer.words(p, parts, SMALL)
    footer.add_paragraph()


def footers(writer: Writer, kind: str, data: dict, copy: int):
    """First page: QR, address, number and copy; later pages: code and copy, page number odd right, even left."""
    section, head = writer.doc.sections[0], writer.head
    lot = f"第 {copy} 联　{head['copies'][copy - 1]}" if copy <= len(head["copies"]) else ""
    first = section.first_page_footer
    _sign_line(writer, first, kind, data)
    table = first.add_table(1, 3, Mm(WIDTH))
    table.autofit = False
    for c, column, width in zip(table.rows[0].cells, table.columns, (24, 92, 40), strict=True):
        c.width = column.width = Mm(width)
    left, middle, right = table.rows[0].cells
    picture = io.BytesIO(qr_png(head["verify"]["url"]))
    shape(left.paragraphs[0], pitch=None).add_run().add_picture(picture, width=Mm(20))
    middle.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    v = head["verify"]
    writer.words(shape(middle.paragraphs[0], pitch=None), f"查验：{v['address']}\n编号 {v['code']}\n{v['hint']}", FOOT)
    _page_number(right.paragraphs[0], RIGHT)
    writer.words(shape(right.add_paragraph(), pitch=None, align=RIGHT, before=14), lot, FOOT)
    for p in (first.paragraphs[-1], first.add_paragraph()):
        if not p.text:
            shape(p, pitch=8 if head["sign_foot"] and p is not first.paragraphs[-1] else 1)
    for footer, align in ((section.footer, RIGHT), (section.even_page_footer, LEFT)):
        _sign_line(writer, footer, kind, data)
        _page_number(footer.paragraphs[-1], align)
        p = shape(footer.add_paragraph(), pitch=None, align=LEFT if align == RIGHT else RIGHT)
        writer.words(p, f"编号 {v['code']}　{lot}", FOOT)


def page(doc: Doc, mark: str, raised: bool):
    """A4 with the margins of the papers, 22 lines of 28 characters, and the watermark ``mark`` in every header."""
    s = doc.sections[0]
    s.start_type = WD_SECTION.NEW_PAGE
    s.page_width, s.page_height = Mm(210), Mm(297)
    s.top_margin, s.left_margin, s.right_margin = Mm(37), Mm(28), Mm(26)
    s.bottom_margin = Mm(49 if raised else 35)
    s.header_distance, s.footer_distance = Mm(15), Mm(8)
    s.different_first_page_header_footer = True
    doc.settings.odd_and_even_pages_header_footer = True
    grid = s._sectPr.find(qn("w:docGrid"))
    if grid is not None:  # office suites read the grid differently: pitch and spacing are set on the text itself
        s._sectPr.remove(grid)
    normal = doc.styles["Normal"]
    normal.font.size, normal.font.name = Pt(BODY), FANG
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(key), FANG)
    tight = OxmlElement("w:spacing")
    tight.set(qn("w:val"), "-5")  # 28 characters of 16 − 0.25 pt fill 156 mm
    normal.element.rPr.insert_element_before(tight, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")
    normal.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="zh-CN" w:eastAsia="zh-CN"/>'))
    props = normal.element.get_or_add_pPr()
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):  # no space between Chinese and figures
        off = OxmlElement(tag)
        off.set(qn("w:val"), "0")
        props.insert_element_before(off, "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr")
    if mark:
        for i, header in enumerate((s.first_page_header, s.header, s.even_page_header), 1):
            _watermark(header, mark, i)


STYLES = ("Normal", "Header", "Footer", "HeaderChar", "FooterChar", "TableGrid", "TableNormal", "DefaultParagraphFont", "NoList")
UNUSED = ("stylesWithEffects", "numbering", "customXml", "thumbnail")


def lean(doc: Doc):
    """Take out of an empty document what no paper uses: 150 styles, effects, lists, a picture; 800 of its 830 kB."""
    for style in list(doc.styles.element.style_lst):
        if style.styleId not in STYLES:
            doc.styles.element.remove(style)
    for rels in (doc.part.rels, doc.part.package.rels):
        for name in [k for k, rel in rels.items() if rel.reltype.rpartition("/")[2] in UNUSED]:
            del rels[name]
