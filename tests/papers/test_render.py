"""Every paper in both forms, with the long, rare and awkward texts that real names and findings bring."""

import base64
import io
import re

import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from jiangcheng.papers import fonts, render
from jiangcheng.papers.render import blocks as building
from jiangcheng.papers.render.kinds import blocks

LONG_NAME = "武汉演示" + "长江新区光谷东湖高新技术产业" * 3 + "食品科技发展股份有限公司（演示）"
RARE = "㙦𬭎龘"
AWKWARD = "A&B <script>“演示”</script> #let x = 1 $y$ *z* _w_ \\n @a"
NUMBER = re.compile(r"〔20\d\d〕\d+号$")
PAGES = {
    "approval": 2, "notice": 4, "record": 4, "stop": 2, "correct": 2, "result": 2, "delivery": 1, "filing": 2,
    "return": 2, "file_index": 2, "transfer": 1, "amendment": 1,
}  # fmt: skip


def walk(it):
    """All block-like dicts of a paper, nested ones too."""
    if isinstance(it, list):
        for v in it:
            yield from walk(v)
    elif isinstance(it, dict):
        yield it
        for v in it.values():
            yield from walk(v)


def words_of(raw: bytes) -> str:
    """All text of a DOCX in order, without spaces: body, tables, headers, footers."""
    doc = Document(io.BytesIO(raw))
    section = doc.sections[0]
    parts = [doc.element.body]
    for part in (section.first_page_header, section.header, section.first_page_footer, section.footer):
        parts.append(part._element)
    text = "".join(t.text or "" for p in parts for t in p.iter(qn("w:t")))
    return re.sub(r"\s", "", text)


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("kind", render.KINDS)
def test_each_paper_is_pdf_a(kind):
    raw = render.pdf(kind, render.sample(kind))
    assert raw.startswith(b"%PDF-1.7")
    assert b"pdfaid:part>2<" in raw
    assert b"pdfaid:conformance>B<" in raw
    assert b"/OutputIntents" in raw or b"/OutputIntent" in raw


@pytest.mark.parametrize("kind", render.KINDS)
def test_page_counts(kind):
    assert render.pages(kind, render.sample(kind)) == PAGES[kind]


@pytest.mark.parametrize("kind", render.KINDS)
def test_same_data_same_bytes(kind):
    data = render.sample(kind)
    assert render.pdf(kind, data) == render.pdf(kind, data)
    assert render.docx(kind, data) == render.docx(kind, data)
    assert data == render.sample(kind)  # the caller's data is not touched


@pytest.mark.parametrize("kind", render.KINDS)
def test_docx_carries_the_same_words_as_the_blocks(kind):
    data = render.sample(kind)
    text = words_of(render.docx(kind, data))
    assert squeeze(data["title"]) in text
    assert squeeze(data["number"]) in text
    assert data["verify"]["code"] in text
    assert "演示数据" in text
    for b in walk(blocks(kind, data)):
        for key in ("t", "text", "hei", "kai", "small", "keep"):
            if isinstance(b.get(key), str):
                for line in b[key].split("\n"):
                    assert squeeze(line) in text
        for row in b.get("rows", []) if b.get("b") == "table" else []:
            for c in row["cells"]:
                assert squeeze(building.plain(c)) in text


@pytest.mark.parametrize("kind", render.KINDS)
def test_docx_names_the_official_faces_and_the_page(kind):
    doc = Document(io.BytesIO(render.docx(kind, render.sample(kind))))
    faces = {f.get(qn("w:eastAsia")) for f in doc.element.body.iter(qn("w:rFonts"))}
    assert {"方正小标宋简体", "仿宋_GB2312"} <= faces <= {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"}
    s = doc.sections[0]
    assert [round(x.mm) for x in (s.page_width, s.page_height, s.top_margin, s.left_margin, s.right_margin)] == [
        210, 297, 37, 28, 26]  # fmt: skip
    assert round(s.bottom_margin.mm) == (49 if kind == "record" else 35)
    assert list(s.first_page_footer._element.iter(qn("pic:pic")))  # the QR


@pytest.mark.parametrize("kind", render.KINDS)
def test_numbers_have_hexagonal_brackets(kind):
    number = render.sample(kind)["number"]
    assert NUMBER.search(number) or (kind == "file_index" and number == "")


@pytest.mark.parametrize("kind", render.KINDS)
def test_long_name_rare_characters_and_markup_in_both_forms(kind):
    data = render.sample(kind)
    name = LONG_NAME + RARE + AWKWARD
    for key in ("addressee", "recipient", "name"):
        if isinstance(data.get(key), str):
            data[key] = name
    if "enterprise" in data:
        data["enterprise"] |= {"name": name, "site": name, "address": name}
    assert 1 <= render.pages(kind, data) <= PAGES[kind] + 2
    text = words_of(render.docx(kind, data))
    if name in str(blocks(kind, data)):
        assert squeeze(name) in text


def test_operators_long_body_name_and_two_bodies():
    data = render.sample("notice") | {"body": [LONG_NAME, LONG_NAME], "sign": [LONG_NAME, LONG_NAME]}
    assert render.pages("notice", data) <= PAGES["notice"] + 1
    assert words_of(render.docx("notice", data)).count(LONG_NAME) >= 4


def test_forty_items_and_a_finding_of_three_thousand_characters():
    notice = render.sample("notice")
    notice["items"] = notice["items"] * 40
    assert render.pages("notice", notice) > PAGES["notice"]
    record = render.sample("record")
    record["findings"] = record["findings"] * 4
    record["findings"][3]["text"] = "冷藏柜温度显示异常，" * 300
    record["findings"][7]["item"] = "很长的检查项目名称" * 60
    assert render.pages("record", record) > 10
    text = words_of(render.docx("record", record))
    assert "见表后“第4项详细情况”" in text
    assert "冷藏柜温度显示异常，" * 300 in text


def test_long_opinion_may_break_across_pages():
    data = render.sample("approval")
    data["opinions"][2]["text"] = "同意按方案检查。" * 400
    data["why_on_site"] = "需要到场核实。" * 300
    assert render.pages("approval", data) >= 5


def test_empty_lists_and_open_lines():
    record = render.sample("record") | {"media": [], "other": "", "law": "", "statement": "无。", "review": ""}
    assert render.pages("record", record) <= PAGES["record"]
    assert "本次检查未制作照片和录音录像" in words_of(render.docx("record", record))
    approval = render.sample("approval")
    for o in approval["opinions"]:
        o["name"], o["time"] = "", ""
    assert "年月日" in words_of(render.docx("approval", approval))


@pytest.mark.parametrize("char", ["😀", "\U00033000", "\ue000"])
def test_missing_glyph_is_named_and_never_replaced(char):
    data = render.sample("correct")
    data["enterprise"]["name"] = f"武汉{char}演示（演示）"
    with pytest.raises(render.MissingGlyph) as refused:
        render.pdf("correct", data)
    assert refused.value.chars == char
    assert f"U+{ord(char):04X}" in str(refused.value)
    assert "系统不会改写原文" in str(refused.value)
    assert char in words_of(render.docx("correct", data))


def test_missing_glyphs_are_all_named_at_once():
    data = render.sample("correct")
    data["enterprise"]["name"] = "武汉😀演示（演示）"
    data["contact"] = "🀄联系人😀"
    with pytest.raises(render.MissingGlyph) as refused:
        render.pdf("correct", data)
    assert set(refused.value.chars) == {"😀", "🀄"}


def test_control_characters_do_not_stop_a_paper():
    data = render.sample("correct")
    data["contact"] = "联系人\x00\x0b：陈示一\r\n电话\x1f"
    assert render.pdf("correct", data).startswith(b"%PDF")
    assert "联系人：陈示一" in words_of(render.docx("correct", data))


def test_missing_fields_are_named_all_at_once():
    data = render.sample("record")
    del data["notice_no"], data["enterprise"]["uscc"], data["findings"][1]["result"]
    with pytest.raises(render.MissingFields) as refused:
        render.docx("record", data)
    assert set(refused.value.fields) == {"notice_no", "enterprise.uscc", "findings[2].result"}
    with pytest.raises(render.UnknownKind):
        render.pdf("poster", data)


@pytest.mark.parametrize(("kind", "key", "inner"), [
    ("notice", "rights", ""), ("notice", "duties", ""), ("notice", "items", "basis"), ("correct", "points", "deadline"),
    ("stop", "points", ""), ("return", "faults", "reason"),
])  # fmt: skip
def test_what_would_say_nothing_is_refused(kind, key, inner):
    data = render.sample(kind)
    if inner:
        data[key][0][inner] = ""
    else:
        data[key] = []
    with pytest.raises(render.MissingFields) as refused:
        render.pdf(kind, data)
    assert refused.value.fields == [f"{key}[1].{inner}" if inner else key]


def _png() -> str:
    out = io.BytesIO()
    Image.new("RGBA", (300, 100), (0, 0, 0, 80)).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def signed() -> dict:
    """The record with signatures of all three sorts: strokes, picture, typed name."""
    strokes = [[[20, 60], [90, 150], [200, 40]], [[240, 100], [400, 90], [560, 140]], [[300, 30]]]
    record = render.sample("record")
    record["signatures"] = {
        "firm": {"name": "赵演", "time": "2026年11月23日10时50分", "strokes": strokes, "width": 600, "height": 200},
        "lead": {"name": "陈示一", "png": _png()},
        "second": {"name": "林示二"},
    }
    return record


def test_signatures_on_glass_stand_in_both_forms():
    record = signed()
    plain = render.pdf("record", render.sample("record"))
    raw = render.pdf("record", record)
    assert raw != plain
    assert b"/Subtype /Image" in raw or b"/Subtype/Image" in raw
    doc = Document(io.BytesIO(render.docx("record", record)))
    assert len(list(doc.element.body.iter(qn("pic:pic")))) == 2
    assert "2026年11月23日10时50分" in words_of(render.docx("record", record))
    delivery = render.sample("delivery") | {"signed": record["signatures"]["firm"], "served": {"name": "林示二"}}
    assert render.pages("delivery", delivery) == 1


def test_a_signature_that_is_no_picture_is_refused():
    record = signed()
    record["signatures"]["lead"]["png"] = base64.b64encode(b"<svg onload='x'/>").decode()
    with pytest.raises(OSError):
        render.pdf("record", record)


def test_copies_and_watermark():
    data = render.sample("notice")
    assert render.pdf("notice", data) != render.pdf("notice", data, copy=2)
    text = words_of(render.docx("notice", data, copy=2))
    assert "第2联交企业" in text
    assert "演示数据" not in words_of(render.docx("notice", data | {"watermark": None}))


def test_png_for_the_screen():
    data = render.sample("notice")
    first, last = render.png("notice", data), render.png("notice", data, 4)
    assert first != last
    with Image.open(io.BytesIO(first)) as picture:
        assert abs(picture.height / picture.width - 297 / 210) < 0.01
    with pytest.raises(IndexError):
        render.png("notice", data, 5)


def test_operators_folder_comes_first_and_a_wrong_one_does_no_harm(monkeypatch, tmp_path):
    before = render.pdf("return", render.sample("return"))
    monkeypatch.setenv("JIANGCHENG_FONTS", f"{tmp_path}:/nowhere/at/all")
    assert fonts.folders()[0] == str(tmp_path)
    assert len(fonts.folders()) == 2
    assert render.pdf("return", render.sample("return")) == before


def test_official_families_come_first_when_they_are_there():
    roles, bold = fonts.arrange(["Noto Serif SC", "Noto Sans SC", "FangSong_GB2312", "方正小标宋简体"], False)
    assert roles["title"] == ["方正小标宋简体", "Noto Serif SC", "Noto Sans SC"]
    assert roles["fang"][0] == "FangSong_GB2312"
    assert roles["hei"] == ["Noto Sans SC", "Noto Serif SC"]
    assert bold == "face"
    assert fonts.arrange(["Noto Serif SC"], True)[1] == "weight"
    assert fonts.faces().title_bold == "stroke"


@pytest.mark.parametrize("sign", [
    {"name": "甲", "strokes": [[[5, 5]]], "width": 390, "height": 300},
    {"name": "乙", "strokes": [[[0, 0], [100000, 1]]], "width": 1e9, "height": 0},
    {"name": "丙", "strokes": [[[10, 10], [10, 280]], [[380, 20], [12, 290]]], "width": 390, "height": 300},
])  # fmt: skip
def test_odd_strokes_stay_inside_their_line(sign):
    record = render.sample("record") | {"signatures": {"firm": sign, "lead": sign}}
    assert render.pages("record", record) == PAGES["record"]
    doc = Document(io.BytesIO(render.docx("record", record)))
    sizes = [int(e.get("cx")) for e in doc.element.body.iter(qn("wp:extent"))]
    assert len(sizes) == 2
    assert max(sizes) <= 26.1 * 36000


def test_a_picture_of_monstrous_size_is_refused():
    out = io.BytesIO()
    Image.new("1", (5000, 10)).save(out, "PNG")
    record = render.sample("record") | {"signatures": {"firm": {"name": "甲", "png": base64.b64encode(out.getvalue()).decode()}}}
    with pytest.raises(ValueError, match="larger than 4000"):
        render.pdf("record", record)
