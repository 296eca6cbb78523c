"""Every duty and house rule has a short wording of our own."""

import re
from pathlib import Path

import pytest

from jiangcheng.law import registry, text

LONGEST = 45
COPIED = 16
HALF_WIDTH = str.maketrans("，；：（）？", ",;:()?")


def bare(words):
    return re.sub(r"\s", "", words).translate(HALF_WIDTH)


def copied_runs(words, source, length=COPIED):
    words = bare(words)
    return [words[i : i + length] for i in range(len(words) - length + 1) if words[i : i + length] in source]


@pytest.mark.parametrize("one", sorted(registry.ids()))
def test_short_and_in_chinese(one):
    words = registry.wording(one)
    assert 4 <= len(words) <= LONGEST
    assert words.endswith("。")
    assert re.search(r"[一-鿿]", words)
    assert registry.topic(one)
    assert len(registry.topic(one)) <= 20


def test_no_wording_without_a_duty_and_none_twice():
    words = registry._words()
    named = [*words["duties"], *words["house"]]
    assert sorted(named) == sorted(registry.ids())
    assert set(words["clauses"]) <= registry.ids()
    said = [registry.wording(i) for i in named]
    assert len(set(said)) == len(said)


def test_nothing_is_copied_from_the_gazette():
    files = text.files()
    if not files:
        pytest.skip("the gazette is not at hand")
    source = bare("".join(Path(f).read_text("utf-8") for f in files))
    assert copied_runs(source[2000:2040], source)  # the check itself finds a copy
    assert {i: r for i in registry.ids() if (r := copied_runs(registry.wording(i), source))} == {}


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        ("327-17-1", "第十七条第一项"),
        ("327-17-4", "第十七条第二项"),
        ("327-18-1", "第十八条第一项"),
        ("327-20-2", "第二十条第一款第二项"),
        ("327-20-5", "第二十条第二款"),
        ("327-15-1", "第十五条"),
        ("327-40-02", "第四十条第二项"),
        ("327-42-1", "第四十二条"),
        ("AIF-16-1", "资金管理办法第十六条"),
        ("HR-15-8", "平台约定 HR-15-8"),
    ],
)
def test_sources_as_people_cite_them(one, shown):
    assert registry.display_source(one) == shown


def test_every_source_stands_in_the_decree():
    """Paragraphs and items named in a source exist in the loaded text."""
    articles = text.articles()
    if articles is None:
        pytest.skip("the gazette is not at hand")
    for one in registry._words()["clauses"]:
        shown = registry.display_source(one)
        paragraphs = articles[registry.duties()[one].article]
        item = re.search(r"第([一二三四五六七八九十]+)项", shown)
        assert item is None or any(p.startswith(f"（{item[1]}）") for p in paragraphs), one
        part = re.search(r"第([一二三四五六])款", shown)
        outer = [p for p in paragraphs if not p.startswith("（")]
        assert part is None or "一二三四五六".index(part[1]) < len(outer), one
