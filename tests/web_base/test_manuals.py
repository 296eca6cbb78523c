"""The manuals: one a desk, articles and pictures that exist, shown in the product, found from the page that one needs help with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from jiangcheng.law import registry
from jiangcheng.web import help_pages, manuals
from tests.journeys import pictures

TEXTS = {desk: (manuals.FOLDER / f"{desk}.md").read_text("utf-8") for desk in manuals.DESKS}
PARTS = ("第一页", "遇到问题怎么办")


@pytest.mark.parametrize("desk", manuals.DESKS)
def test_a_manual_says_what_for_begins_with_the_first_page_and_ends_with_the_troubles(desk: str) -> None:
    found = manuals.parse(desk, TEXTS[desk])
    titles = [s.title for s in found.sections]
    assert found.title.endswith("手册") and found.lead and len(titles) >= 3
    assert titles[0].startswith(PARTS[0]) and titles[-1] == PARTS[1]
    for section in found.sections[:-1]:
        assert any(b.kind == "basis" for b in section.blocks), section.title


@pytest.mark.parametrize("desk", manuals.DESKS)
def test_articles_in_a_manual_are_those_of_the_register(desk: str) -> None:
    for words, one in re.findall(r"(?:依据：|、)([^（、\n]+)（`([^`]+)`）", TEXTS[desk]):
        assert registry.display_source(one).removesuffix(f" {one}") == words
        assert registry.wording(one)


def test_every_picture_shown_is_there_small_and_of_the_right_width_and_no_other() -> None:
    files = {path.stem: path for path in pictures.PICTURES.glob("*.png")}
    assert set(files) == pictures.wanted()
    for name, path in files.items():
        assert path.stat().st_size <= pictures.MOST, name
        assert Image.open(path).width in (390, pictures.WIDEST), name


def test_every_picture_is_taken_by_a_journey() -> None:
    journeys = "\n".join(path.read_text("utf-8") for path in Path(pictures.__file__).parent.glob("test_*.py"))
    assert {name for name in pictures.wanted() if f'"{name}"' not in journeys} == set()


@pytest.mark.parametrize("desk", manuals.DESKS)
@pytest.mark.django_db
def test_the_product_shows_the_manual(desk: str, client) -> None:
    page = client.get(f"/help/{desk}/").content.decode()
    found = manuals.manual(desk)
    assert all(s.title in page and f'id="{s.anchor}"' in page for s in found.sections)
    for name in re.findall(r'src="(/help/pictures/[^"]+)"', page):
        assert client.get(name)["Content-Type"] == "image/png"
    assert re.findall(r'(?:src|href)="https?://', page) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "title", "section"), [
    ("/officer/", "执法人员手册", "第一页：今日"), ("/officer/visits/示市监2026-0001/", "执法人员手册", "领取检查码"),
    ("/officer/visits/示市监2026-0001/code/", "执法人员手册", "到场亮码和入企"), ("/officer/visits/x/record/3/", "执法人员手册", "逐项检查和拍照"),
    ("/v/abc/", "企业手册", "有人来检查：先查验"), ("/v/abc/report/", "企业手册", "遇到问题怎么办"),
    ("/admin/sites/3/", "系统管理员手册", "场所更正"),
    ("/head/visits/x/replace/", "单位负责人手册", "更换人员"), ("/supervisor/offline/", "司法行政监督员手册", "无网络登记核查"),
])
def test_help_leads_to_the_section_that_explains_the_page(client, address: str, title: str, section: str) -> None:
    page = client.get("/help/", {"for": address}).content.decode()
    assert f"{title}：{section}" in page


@pytest.mark.django_db
def test_every_help_page_links_to_its_manual(client) -> None:
    page = client.get("/help/").content.decode()
    assert set(help_pages.ARTICLES) == set(manuals.DESKS)
    for desk in manuals.DESKS:
        assert f'href="/help/{desk}/"' in page


@pytest.mark.django_db
def test_pictures_and_manuals_that_are_none(client) -> None:
    assert client.get("/help/pictures/absent.png").status_code == 404
    assert client.get("/help/nobody/").status_code == 404
    assert client.post("/help/pictures/officer-home.png").status_code == 405


def test_what_a_manual_says_is_escaped() -> None:
    found = manuals.parse("officer", "# 手册\n\n## 一\n<b>不是标签</b> **粗** `码` [别处](https://example.org) [企业](enterprise.md)\n- 甲 <i>\n")
    page = str(found.sections[0].blocks[0].lines[0]) + str(found.sections[0].blocks[1].lines[0])
    assert "<i>" not in page and "&lt;b&gt;不是标签&lt;/b&gt; <b>粗</b>" in page
    assert "example.org" not in page and '<a href="../enterprise/">企业</a>' in page
