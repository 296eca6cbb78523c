"""The register is data; an id that is not in it cannot be cited; a citation says where it stands."""

import csv
from pathlib import Path

import pytest

from jiangcheng.law import digest, loading, registry, rule, screens
from jiangcheng.law.rule import Breach, Refused, Remedy

DUTIES = Path(registry.__file__).parent / "duties"


def test_every_line_of_the_three_registers_is_there():
    lines = {
        row["id"]: register
        for register in registry.REGISTERS
        for row in csv.DictReader((DUTIES / f"{register}.csv").read_text("utf-8").splitlines())
    }
    assert {i: d.register for i, d in registry.duties().items()} == lines
    assert len(lines) == 272
    assert registry.duties()["327-17-4"].article == 17
    assert registry.duties()["327-17-4"].mode == "block"
    assert registry.duties()["HR-15-8"].relates_to == ("327-15-1",)


def test_a_house_rule_relates_to_duties_that_exist():
    for duty in registry.duties().values():
        assert registry.known(duty.relates_to) == duty.relates_to


def test_chapters_cover_the_articles_once():
    articles = [n for _, numbers in registry.CHAPTERS for n in numbers]
    assert articles == list(range(1, 44))


@pytest.mark.parametrize(("n", "said"), [(1, "一"), (10, "十"), (17, "十七"), (20, "二十"), (43, "四十三")])
def test_article_numbers(n, said):
    assert registry.chinese_number(n) == said


def test_an_unknown_id_is_an_import_error_everywhere():
    for wrong in (
        lambda: rule.rule("327-99-9")(lambda f: None),
        lambda: rule.enforces("327-17-44")(lambda: None),
        lambda: screens.screen("officer/x", "HR-0-0")(lambda request: None),
    ):
        with pytest.raises(ImportError, match="no such duty"):
            wrong()
    with pytest.raises(KeyError):
        registry.display_source("327-99-9")


def test_what_a_test_declares_is_cited_but_is_no_code_of_the_package():
    before = registry.citations("327-39-1")

    @rule.enforces("327-39-1")
    def here():
        """Nothing."""

    assert here in registry.CITED["327-39-1"]
    assert registry.citations("327-39-1") == before
    assert registry.where(here).endswith("here")


def test_properties_and_rules_stand_for_their_functions():
    class Thing:
        @rule.enforces("327-39-1")
        @property
        def part(self):
            return 1

    checked = rule.enforces("327-39-1")(rule.rule("327-39-1")(lambda f: None))
    assert Thing.part.fget in registry.CITED["327-39-1"]
    assert checked.check in registry.CITED["327-39-1"]
    with pytest.raises(TypeError, match="no source"):
        registry.cite(["327-39-1"], "a word")


def test_a_rule_answers_with_breaches_that_carry_their_source():
    @rule.rule("327-17-4", "HR-17-3")
    def scanned(facts):
        return None if facts else Breach("尚未扫码，不能开始检查。", (Remedy("请企业扫描检查码"),))

    @rule.rule("327-18-1")
    def two(facts):
        yield Breach("差一人")
        yield Breach("证件过期", ids=("327-18-2",))

    assert scanned(True) == ()
    breaches = rule.check_all((scanned, two), False)
    assert [b.article for b in breaches] == ["第十七条第二项、平台约定 HR-17-3", "第十八条第一项", "第十八条第二项"]
    assert str(Refused(breaches)) == "尚未扫码，不能开始检查。；差一人；证件过期"


def test_a_screen_is_listed_and_cited_once():
    def view(request):
        return request

    marked = screens.screen("officer/visits/<no>", "327-39-1")(view)
    screens.screen("officer/visits/<no>", "327-39-1")(view)
    assert marked is view
    assert screens.of("327-39-1").count("officer/visits/<no>") == 1
    assert sum(thing is view for thing in registry.CITED["327-39-1"]) == 1
    screens.SCREENS["327-39-1"].remove("officer/visits/<no>")


def test_the_digest_follows_the_code_and_not_its_place():
    first = "def a(f):\n    # why\n    return f\n"
    assert digest.of_text(first) == digest.of_text("\n\n    def a(f):\n\n        return f\n")
    assert digest.of_text(first) != digest.of_text("def a(f):\n    return not f\n")


def test_the_digest_of_a_test_is_found_by_name(tmp_path):
    (tmp_path / "test_a.py").write_text("class T:\n    @mark\n    def test_b(self):\n        assert 1\n")
    before = digest.of_test(tmp_path, "test_a.py::T::test_b")
    (tmp_path / "test_a.py").write_text("\n\nclass T:\n    x = 1\n    @mark\n    def test_b(self):\n        assert 1\n")
    assert digest.of_test(tmp_path, "test_a.py::T::test_b") == before
    (tmp_path / "test_a.py").write_text("class T:\n    @other\n    def test_b(self):\n        assert 1\n")
    assert digest.of_test(tmp_path, "test_a.py::T::test_b") not in (before, None)
    (tmp_path / "test_a.py").write_text("class T(Base):\n    engine = 1\n")
    assert digest.of_test(tmp_path, "test_a.py::T::test_inherited")
    assert digest.of_test(tmp_path, "test_a.py::test_c") is None
    assert digest.of_test(tmp_path, "test_z.py::test_c") is None


def test_every_module_of_the_package_can_be_imported():
    found = loading.load_all()
    assert "jiangcheng.law.registry" in found
    assert "jiangcheng.kernel.flow" in found
    assert not [name for name in found if ".migrations" in name]
