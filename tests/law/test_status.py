"""Status is computed: what is cited, proved by passing tests, and still the same code."""

import io
import json
from dataclasses import replace

import pytest

from jiangcheng.law import digest, parameters, registry, report, screens, status
from jiangcheng.law.status import Proof

SOURCE = "def test_refused():\n    assert 1\n\n\ndef test_allowed():\n    assert 2\n"
FREE = "327-39-1"


@pytest.fixture
def cited():
    """Duties of every mode, each cited by a real function of the package for the time of the test."""
    made = []

    def cite(one, thing=parameters.value_on):
        registry.cite([one], thing)
        made.append((one, thing))
        return registry.duties()[one]

    yield cite
    for one, thing in made:
        registry.CITED[one].remove(thing)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(SOURCE)
    return tmp_path


def proof(root, one, case, outcome="passed"):
    test = f"tests/test_a.py::test_{case}"
    return Proof(one, test, case, outcome, status.rule_digest(one), digest.of_test(root, test))


def test_open_without_code_and_proof(root):
    assert status.judge(replace(registry.duties()[FREE], id="none"), [], root) == "open"


@pytest.mark.parametrize("one", ["327-18-1", "327-17-4"])
def test_block_and_require_need_a_refused_and_an_allowed_case(cited, root, one):
    duty = cited(one)
    assert status.judge(duty, [], root) == "partial"
    assert status.judge(duty, [proof(root, one, "refused")], root) == "partial"
    assert status.judge(duty, [proof(root, one, "allowed")], root) == "partial"
    assert status.judge(duty, [proof(root, one, c) for c in status.CASES], root) == "enforced"


@pytest.mark.parametrize("one", ["327-08-2", "327-14-3", "327-43-1", "327-05-1", "327-39-1", "HR-15-8"])
def test_the_other_modes_need_one(cited, root, one):
    duty = cited(one)
    assert status.judge(duty, [], root) == "partial"
    assert status.judge(duty, [proof(root, one, "allowed")], root) == "enforced"


def test_a_test_that_did_not_pass_is_no_proof(cited, root):
    duty = cited("327-18-1")
    for outcome in ("failed", "skipped"):
        both = [proof(root, duty.id, "refused"), proof(root, duty.id, "allowed", outcome)]
        assert status.judge(duty, both, root) == "partial"
        more = [*[proof(root, duty.id, c) for c in status.CASES], proof(root, duty.id, "allowed", outcome)]
        assert status.judge(duty, more, root) == "partial"


def test_stale_when_the_code_has_changed(cited, root):
    duty = cited("327-18-1")
    old = [proof(root, duty.id, c) for c in status.CASES]
    cited("327-18-1", parameters.read)
    assert status.judge(duty, old, root) == "stale"
    assert status.judge(duty, [proof(root, duty.id, c) for c in status.CASES], root) == "enforced"


def test_stale_when_the_test_has_changed_or_gone(cited, root):
    duty = cited("327-18-1")
    old = [proof(root, duty.id, c) for c in status.CASES]
    (root / "tests" / "test_a.py").write_text("\n\n# moved\n" + SOURCE)
    assert status.judge(duty, old, root) == "enforced"
    (root / "tests" / "test_a.py").write_text(SOURCE.replace("assert 2", "assert 3"))
    assert status.judge(duty, old, root) == "stale"
    (root / "tests" / "test_a.py").write_text("")
    assert status.judge(duty, old, root) == "stale"


def test_stale_when_the_code_no_longer_cites(cited, root):
    cited(FREE)
    old = [proof(root, FREE, "allowed")]
    registry.CITED[FREE].remove(parameters.value_on)
    try:
        assert status.judge(registry.duties()[FREE], old, root) == "stale"
    finally:
        registry.CITED[FREE].append(parameters.value_on)


def test_without_its_tests_an_installed_package_trusts_their_digests(cited, root, tmp_path):
    duty = cited(FREE)
    elsewhere = tmp_path / "site-packages"
    elsewhere.mkdir()
    assert status.judge(duty, [proof(root, FREE, "allowed")], elsewhere) == "enforced"


def test_the_proof_file_is_the_same_bytes_whatever_the_order(cited, root, tmp_path):
    cited(FREE)
    lines = [proof(root, FREE, "allowed"), proof(root, "327-18-1", "refused"), proof(root, "327-18-1", "allowed")]
    status.write(lines, tmp_path / "a.json")
    status.write([*reversed(lines), lines[0]], tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert status.read(tmp_path / "a.json") == sorted(lines)
    assert status.read(tmp_path / "none.json") == []


def test_a_partial_run_keeps_what_it_did_not_run(cited, root):
    cited(FREE)
    kept, ran = proof(root, FREE, "refused"), proof(root, FREE, "allowed")
    gone = replace(kept, test="tests/test_a.py::test_gone")
    renamed = replace(kept, duty="327-99-9")
    new = replace(ran, outcome="failed")
    assert status.merge([kept, ran, gone, renamed], [new], {ran.test}, root) == sorted([kept, new])
    assert status.merge([kept, ran], [], {ran.test}, root) == [kept]


def test_code_is_named_with_file_and_name(cited):
    cited(FREE)
    assert "src/jiangcheng/law/parameters.py:value_on" in [c.where for c in registry.citations(FREE)]


def law(*argv):
    out = io.StringIO()
    assert report.main(argv, out=out) == 0
    return out.getvalue()


def test_json_has_every_duty_once_and_totals_that_add_up(cited):
    cited(FREE)
    found = json.loads(law("--format", "json"))
    duties, totals = found["duties"], found["totals"]
    assert [d["id"] for d in duties] == [d.id for d in registry.duties().values() if d.register != registry.HOUSE]
    assert totals["duties"] == len(duties) == 180
    assert sum(totals[s] for s in status.STATUSES) == 180
    assert sum(totals["modes"].values()) == 180
    assert len(found["house_rules"]) == 92
    assert {"id", "article", "register", "mode", "status", "enforced_by", "tests", "screens"} <= duties[0].keys()
    mine = next(d for d in duties if d["id"] == FREE)
    assert (mine["article"], mine["register"], mine["mode"]) == ("39", "decree-327", "support")
    assert "src/jiangcheng/law/parameters.py:value_on" in mine["enforced_by"]


def test_the_table_names_every_duty_and_can_be_filtered(cited):
    cited(FREE)
    screens.SCREENS[FREE].append("officer/here")
    try:
        table = law()
        assert all(f"\n{one} " in f"\n{table}" for one in registry.ids())
        assert "officer/here" in table
    finally:
        screens.SCREENS[FREE].remove("officer/here")
    assert FREE not in law("--status", "open")
    assert "AIF-02-1" not in law("--register", "decree-327")


def test_undecided_house_rules_with_default_and_alternatives():
    said = law("--undecided")
    assert said.rstrip().endswith("92 house rules undecided")
    assert "HR-14-1    10 (working days; else: 5, 15, deemed-filed)" in said
    one = parameters.shipped()["HR-14-1"]
    out = io.StringIO()
    report.main(["--undecided", "--format", "json"], undecided=lambda: [one], out=out)
    assert [r["id"] for r in json.loads(out.getvalue())["undecided"]] == ["HR-14-1"]


def test_code_is_loaded_before_the_table_is_made():
    called = []
    report.main(["--status", "open"], load=lambda: called.append(1), out=io.StringIO())
    assert called == [1]


def test_markdown_is_a_table_by_article(cited):
    cited(FREE)
    page = law("--format", "markdown")
    assert page == law("--format", "markdown")
    assert page.count("\n## 第十七条\n") == 1
    assert "\n## 资金管理办法第六条\n" in page
    assert "| 327-17-4 | 进门先亮检查码并扫码，然后才能开始检查。 | block |" in page
    assert all(line.count("|") == 7 for line in page.splitlines() if line.startswith("|"))


def test_check_is_red_only_when_something_is_stale(cited, tmp_path, monkeypatch):
    monkeypatch.setattr(status, "PROOF", tmp_path / "proof.json")
    cited(FREE)
    out = io.StringIO()
    assert report.main(["--check"], out=out) == 0
    here = "tests/law/test_status.py::test_markdown_is_a_table_by_article"
    good = Proof(FREE, here, "allowed", "passed", status.rule_digest(FREE), digest.of_test(status.ROOT, here))
    status.write([good])
    assert report.main(["--check"], out=out) == 0
    status.write([replace(good, rule_digest="0")])
    assert report.main(["--check"], out=out) == 1
    assert FREE in out.getvalue()


def test_articles_for_the_page(cited):
    found = status.by_article(status.standings([]))
    assert [a.number for a in found] == list(range(2, 44))
    seventeen = next(a for a in found if a.number == 17)
    assert (seventeen.name, seventeen.chapter) == ("第十七条", "第二章 一般规范")
    assert [s.duty.id for s in seventeen.duties] == ["327-17-1", "327-17-2", "327-17-3", "327-17-4"]
    assert {"HR-17-3", "HR-17-4", "HR-13-1"} <= {s.duty.id for s in seventeen.house_rules}
    fund = status.by_article(status.standings([]), registry.FUND)
    assert (fund[0].name, fund[0].chapter) == ("资金管理办法第二条", "")


def test_a_snapshot_is_the_whole_table():
    assert [s.duty.id for s in status.snapshot()] == list(registry.duties())
