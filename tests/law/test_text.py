"""The gazette is read where it lies, or not at all."""

import pytest

from jiangcheng.law import registry, text

SAMPLE = """
武汉市规范涉企行政检查办法

第一章 总 则

第一条 甲,乙:

(一)丙;
 - (二)丁。
- 戊
己。

第二章 二

第二条 庚,依照第一条
办理。

第二条 再说一遍。

某某文件
"""


@pytest.fixture
def lying(tmp_path, monkeypatch):
    monkeypatch.setenv("JIANGCHENG_GAZETTE", str(tmp_path))
    return tmp_path


def test_without_a_text_nothing_is_shown(lying):
    assert text.files() == []
    assert text.articles() is None
    assert text.article(17) is None


def test_a_folder_and_a_file_can_be_named(lying, monkeypatch):
    (lying / "a.txt").write_text(SAMPLE, "utf-8")
    assert text.files() == [lying / "a.txt"]
    monkeypatch.setenv("JIANGCHENG_GAZETTE", str(lying / "a.txt"))
    assert text.files() == [lying / "a.txt"]


def test_the_var_folder_is_looked_at_first(tmp_path, monkeypatch):
    monkeypatch.delenv("JIANGCHENG_GAZETTE", raising=False)
    folder = tmp_path / "data" / "gazette"
    folder.mkdir(parents=True)
    (folder / "b.txt").write_text(SAMPLE, "utf-8")
    assert text.files(tmp_path) == [folder / "b.txt"]


def test_torn_paragraphs_are_joined_and_items_kept():
    found = text.split(SAMPLE, text.DECREE_TITLE, 2)
    assert found == {
        1: ("甲，乙：", "（一）丙；", "（二）丁。", "戊己。"),
        2: ("庚，依照第一条办理。",),
    }


def test_another_document_is_no_decree():
    assert text.split(SAMPLE.replace("规范涉企", "其他"), text.DECREE_TITLE, 2) is None


def test_the_real_text_has_every_article():
    decree, fund = text.articles(), text.articles(registry.FUND)
    if decree is None:
        pytest.skip("the gazette is not at hand")
    assert list(decree) == list(range(1, 44))
    assert [len(decree[n]) for n in (15, 17, 20, 40)] == [1, 3, 8, 12]
    assert list(fund) == list(range(1, 18))
    assert len(text.article(43)) == 1
