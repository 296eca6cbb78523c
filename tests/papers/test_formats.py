"""统一格式: what a template may say, who makes it hold, and that the paper says it in both forms."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from docx import Document

from jiangcheng.kernel.models import Setting
from jiangcheng.law.rule import Refused
from jiangcheng.papers import formats, issue
from jiangcheng.papers.render import letters, pdf, sample
from jiangcheng.papers.render.word import docx

EXTRA = "贮存冷链食品的，请备妥温度记录。"


def changed(kind="notice", *, drop="", add=EXTRA) -> bytes:
    """The national wording with a sentence more, and paragraphs with ``drop`` taken out."""
    doc = Document(io.BytesIO(letters.start(kind)))
    for p in doc.paragraphs:
        if drop and drop in p.text:
            p._element.getparent().remove(p._element)
    doc.add_paragraph(add, style="正文")
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


@pytest.fixture
def town(world):
    """The city department with a planner and a head of its own."""
    for key, name, role in (("city_planner", "邓蓝（演示）", "planner"), ("city_head", "钟岩（演示）", "head")):
        world.add_person(key, name, (role, world.city_body))
    return world


def made(town, template=None, *, day=None, kind="notice", until="file"):
    row = formats.draft(town.city_body, kind, template or changed(kind), "增加冷链提示", day or town.today, town.actor("city_planner"))
    for name, who in (("submit", "city_planner"), ("approve", "city_head"), ("file", "city_supervisor")):
        formats.step(name, row, town.actor(who))
        row.refresh_from_db()
        if name == until:
            break
    return row


def words(data: bytes, tmp_path) -> str:
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    return "".join(subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout.split())


def refused(act) -> str:
    with pytest.raises(Refused) as found:
        act()
    return str(found.value)


@pytest.mark.parametrize("kind", sorted(letters.letters()))
def test_the_national_wording_as_a_template_says_the_same(kind, tmp_path):
    data, template = sample(kind) | {"watermark": None}, letters.start(kind)
    assert letters.faults(kind, template, data) == []
    said = words(pdf(kind, data, layout=template), tmp_path)
    for path, _, _ in letters.letters()[kind]["must"]:
        for value in letters._values(data, path.split(".")):
            assert letters._squeezed(value)[:5] in said, path  # a page may end inside the rest
    assert docx(kind, data, layout=template)[:2] == b"PK"


@pytest.mark.duty("327-21-2", "allowed")
def test_a_filed_format_is_what_the_departments_bodies_issue(town, tmp_path):
    row = made(town)
    assert row.state == "filed" and row.number.startswith("（演示）武汉市司法局格备〔")
    paper = issue.issue("notice", body=town.body, matter_kind="visit", matter="1", data=_own("notice"), actor=town.actor("officer1"), demo=True)
    assert paper.data["format"]["sha256"] == row.sha256
    assert EXTRA in words(issue.content(paper), tmp_path)
    assert EXTRA in "".join(p.text for p in Document(io.BytesIO(issue.content(paper, "docx"))).paragraphs)


def _own(kind):
    return {k: v for k, v in sample(kind).items() if k not in ("number", "verify", "watermark", "date", "body", "sign", "title", "copies")}


@pytest.mark.duty("HR-21-1", "327-21-2", "refused")
@pytest.mark.parametrize("until", ["submit", "approve"])
def test_an_unfiled_format_is_not_used(town, until):
    made(town, until=until)
    assert formats.in_force(town.body, "notice", town.today) is None


@pytest.mark.duty("HR-21-1", "allowed")
def test_the_house_rule_may_offer_it_with_a_mark(town):
    row = made(town, until="approve")
    Setting.objects.create(name="HR-21-1", value="yes-with-mark", valid_from=town.today, decided_by="会议", decided_at=timezone.now(), ground="纪要")
    assert formats.in_force(town.body, "notice", town.today) == row


@pytest.mark.duty("327-21-2", "allowed")
def test_versions_hold_by_day_and_end(town):
    first = made(town)
    second = made(town, changed(add="第二版。"), day=town.today + dt.timedelta(days=10))
    at = lambda days: formats.in_force(town.body, "notice", town.today + dt.timedelta(days=days))  # noqa: E731
    assert (at(0), at(9), at(10), at(-1)) == (first, first, second, None)
    formats.step("end", first, town.actor("city_head"), "并入第二版")
    assert (at(0), at(10)) == (None, second)


@pytest.mark.duty("327-21-2", "refused")
def test_a_district_body_does_not_unify(town):
    said = refused(lambda: formats.draft(town.body, "notice", changed(), "x", town.today, town.actor("planner")))
    assert "由市级部门制定" in said


@pytest.mark.duty("327-18-3", "refused")
def test_what_the_decree_wants_said_is_not_left_out(town):
    said = refused(lambda: formats.draft(
        town.city_body, "notice", changed(drop="{{ t }}"), "", town.today - dt.timedelta(days=1), town.actor("city_planner")))
    for words_ in ("企业的权利", "企业的义务", "没有填写制定理由", "施行日期已过"):
        assert words_ in said


@pytest.mark.duty("327-21-2", "refused")
@pytest.mark.parametrize(("add", "words_"), [
    ("{{ ().__class__ }}", "模板"), ("{{ 9 * 9 }}", "不能计算"), ("{{ enterprise.secret }}", "没有名为"), ("{% for x in rights %}", "标记写法有误"),
    ("{{ rights|tojson }}", "不能使用"), ("{{ opening.append('x') }}", "模板"),
])
def test_a_template_reads_values_and_nothing_else(town, add, words_):
    assert words_ in refused(lambda: formats.draft(town.city_body, "notice", changed(add=add), "x", town.today, town.actor("city_planner")))


def packed(name: str, data: bytes = b"x", into: bytes = b"") -> bytes:
    out = io.BytesIO(into or letters.start("notice"))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, data)
    return out.getvalue()


@pytest.mark.duty("327-21-2", "refused")
@pytest.mark.parametrize(("data", "words_"), [
    (b"", "不是 Word 文档"), (b"PK\x03\x04 broken", "不是 Word 文档"), (packed("word/vbaProject.bin"), "宏"), (packed("word/media/seal.png"), "图片"),
    (packed("word/_rels/more.rels", b'<x TargetMode="External"/>'), "外部"), (packed("word/big.xml", b"0" * 31_000_000), "展开后过大"),
    (b"0" * 2_100_000, "超过 2 MB"), (packed("a.xlsx", into=b"PK\x05\x06" + b"\0" * 18), "不是 Word 文档"),
], ids=["empty", "broken", "macro", "picture", "link", "bomb", "large", "other"])
def test_what_is_no_template_is_turned_away(town, data, words_):
    assert words_ in refused(lambda: formats.draft(town.city_body, "notice", data, "x", town.today, town.actor("city_planner")))


@pytest.mark.duty("327-21-2", "refused")
def test_a_form_is_the_same_in_the_whole_city(town):
    assert "表格" in refused(lambda: formats.draft(town.city_body, "approval", changed(), "x", town.today, town.actor("city_planner")))


@pytest.mark.duty("327-21-2", "refused")
def test_steps_belong_to_their_people(town):
    row = made(town, until="submit")
    for name, who in (("approve", "head"), ("approve", "city_planner"), ("file", "city_supervisor")):
        refused(lambda name=name, who=who: formats.step(name, row, town.actor(who)))
    assert "理由" in refused(lambda: formats.step("return", row, town.actor("city_head")))
    formats.step("approve", row, town.actor("city_head"))
    refused(lambda: formats.step("file", row, town.actor("supervisor")))
    formats.step("send_back", row, town.actor("city_supervisor"), "请写明施行范围")
    assert formats.draft(town.city_body, "notice", changed(), "改", town.today, town.actor("city_planner")).pk == row.pk


def test_the_whole_way_on_the_pages_and_a_preview_that_signs_nothing(town, tmp_path):
    planner, head, office = town.client("city_planner"), town.client("city_head"), town.client("city_supervisor")
    page = reverse("planner-paper", args=["notice"])
    assert planner.get(reverse("planner-paper-start", args=["notice"])).content == letters.start("notice")
    bad = planner.post(page, {"reason": "为什么", "key": "k0"})
    assert bad.status_code == 409 and "没有选择模板文件" in bad.content.decode() and "为什么" in bad.content.decode()
    file = SimpleUploadedFile("x.docx", changed())
    sent = planner.post(page, {"reason": "增加提示", "effective_from": town.today.isoformat(), "file": file, "key": "k1"})
    row = formats.versions(town.city_body.pk, "notice").get()
    assert sent.status_code == 302 and sent.url == reverse("planner-format", args=[row.pk])
    preview = words(planner.get(reverse("format-file", args=[row.pk, "pdf"])).content, tmp_path)
    assert EXTRA in preview and "样张" in preview and "〔" not in preview.split("致")[0][:60]
    for client, name, step in ((planner, "planner-format", "submit"), (head, "head-format", "approve"), (office, "supervisor-format", "file")):
        address = reverse(name, args=[row.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {"step": step, "key": step}).status_code == 302
    assert office.get(reverse("supervisor-formats")).content.decode().count(f"{row}</a>") == 1
    assert "统一格式" in town.client("planner").get(page).content.decode()
    assert town.client("planner").get(reverse("format-file", args=[row.pk, "docx"])).status_code == 404
    assert planner.get(reverse("format-file", args=[row.pk, "docx"])).content == formats.template(row)
