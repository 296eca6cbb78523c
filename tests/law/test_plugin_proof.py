"""The plugin in real runs of pytest: what it refuses, what it writes, alone and with workers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiangcheng.law import registry

TESTS = Path(__file__).resolve().parent.parent
CONFTEST = """
from jiangcheng.law import loading, parameters, registry
loading.load_all = lambda: []
registry.cite(["327-18-1", "327-18-2", "327-39-1"], parameters.value_on)
"""
GOOD = """
import pytest

@pytest.mark.duty("327-18-1", "327-18-2", "refused")
def test_one_officer():
    assert True

@pytest.mark.duty("327-18-1", "allowed")
@pytest.mark.parametrize("n", [1, 2])
def test_two_officers(n):
    assert n

@pytest.mark.duty("327-39-1", "allowed")
def test_broken():
    assert False

@pytest.mark.xfail
@pytest.mark.duty("327-18-2", "allowed")
def test_expected():
    assert False

def test_unmarked():
    assert True
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\naddopts = --strict-markers\n")

    def go(source, *argv):
        (tmp_path / "tests" / "test_a.py").write_text(source)
        paths = os.pathsep.join([str(registry.PACKAGE.parent), str(TESTS)])
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "plugin_proof", "-p", "no:django", "-p", "no:cacheprovider",
             "--proof-file", str(tmp_path / "proof.json"), *argv],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=120,
        )

    go.proof = tmp_path / "proof.json"
    return go


def entries(path):
    return {(p["duty"], p["test"].partition("::")[2], p["case"]): p["outcome"] for p in json.loads(path.read_text())}


EXPECTED = {
    ("327-18-1", "test_one_officer", "refused"): "passed",
    ("327-18-2", "test_one_officer", "refused"): "passed",
    ("327-18-1", "test_two_officers", "allowed"): "passed",
    ("327-39-1", "test_broken", "allowed"): "failed",
    ("327-18-2", "test_expected", "allowed"): "skipped",
}


def test_a_run_writes_what_it_proved(run):
    run(GOOD)
    assert not run.proof.exists()
    run(GOOD, "--write-proof")
    assert entries(run.proof) == EXPECTED
    first = run.proof.read_bytes()
    assert b"rule_digest" in first
    run(GOOD, "--write-proof")
    assert run.proof.read_bytes() == first


def test_workers_write_the_same(run):
    run(GOOD, "--write-proof")
    alone = run.proof.read_bytes()
    run.proof.unlink()
    done = run(GOOD, "--write-proof", "-n", "2")
    assert "1 failed, 4 passed, 1 xfailed" in done.stdout
    assert run.proof.read_bytes() == alone


def test_a_partial_run_changes_only_its_own_entries(run):
    run(GOOD, "--write-proof")
    run(GOOD.replace("assert False", "assert True", 1), "--write-proof", "-k", "broken")
    assert entries(run.proof) == EXPECTED | {("327-39-1", "test_broken", "allowed"): "passed"}


def test_one_failed_parameter_fails_the_entry(run):
    run(GOOD.replace("assert n", "assert n == 1"), "--write-proof")
    assert entries(run.proof)["327-18-1", "test_two_officers", "allowed"] == "failed"


def test_a_parameter_that_could_not_run_leaves_the_others_word(run):
    run(GOOD.replace("assert n", "if n == 2:\n        pytest.skip('no such engine')"), "--write-proof")
    assert entries(run.proof)["327-18-1", "test_two_officers", "allowed"] == "passed"


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ('"327-99-1", "refused"', "no such duty or house rule: 327-99-1"),
        ('"327-18-1"', "ends with its case"),
        ('"327-18-1", "denied"', "ends with its case"),
        ('"refused"', "names no duty"),
        ("", "ends with its case"),
    ],
)
def test_a_wrong_mark_stops_the_collection(run, mark, said):
    done = run(f"import pytest\n\n@pytest.mark.duty({mark})\ndef test_x():\n    assert True\n", "--write-proof")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said in done.stdout + done.stderr
    assert not run.proof.exists()
