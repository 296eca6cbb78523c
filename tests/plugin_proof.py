"""Pytest plugin: ties tests to duties and writes down what a run has proved.

``@pytest.mark.duty("327-18-1", "refused")`` names the duties a test proves, ids first, the case last. An unknown id or
a missing case stops the collection. With ``--write-proof`` the run ends by writing the proof file of the law package;
a partial run changes only the entries of the tests it ran. Works alone and under xdist (the marks travel as user
properties of the reports).
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from jiangcheng.law import digest, loading, registry, status

KEY = "duty"
WEIGHT = ("skipped", "passed", "failed")
"""A test with parameters failed if one failed, and passed if one passed and the others could not run."""


def pytest_addoption(parser):
    group = parser.getgroup("law")
    group.addoption("--write-proof", action="store_true", help="write what the marked tests proved")
    group.addoption("--proof-file", default=None, help="where to write it (default: the law package)")


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "duty(*ids, case): the duties or house rules this test proves; case is 'refused' or 'allowed'"
    )
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config), "law-recorder")


def marks_of(item):
    """Pairs (duty, case) of a test. A mark that is wrong is a ValueError."""
    for mark in item.iter_markers(KEY):
        ids, case = (mark.args, mark.kwargs["case"]) if "case" in mark.kwargs else (mark.args[:-1], mark.args[-1:])
        case = case if isinstance(case, str) else "".join(case)
        if case not in status.CASES:
            raise ValueError(f"{item.nodeid}: the duty mark ends with its case, 'refused' or 'allowed'")
        if not ids:
            raise ValueError(f"{item.nodeid}: the duty mark names no duty")
        unknown = [i for i in ids if i not in registry.ids()]
        if unknown:
            raise ValueError(f"{item.nodeid}: no such duty or house rule: {', '.join(map(str, unknown))}")
        for one in ids:
            yield one, case


def pytest_collection_modifyitems(items):
    wrong = []
    for item in items:
        try:
            pairs = sorted(set(marks_of(item)))
        except ValueError as error:
            wrong.append(str(error))
            continue
        item.user_properties += [(KEY, f"{one} {case}") for one, case in pairs]
    if wrong:
        raise pytest.UsageError("\n".join(wrong))


def outcome_of(report):
    """passed, failed or skipped; an expected failure proves nothing, an unexpected pass neither."""
    if hasattr(report, "wasxfail"):
        return "skipped"
    return report.outcome


class Recorder:
    """Gathers the reports (in the controller, when tests run in workers) and writes the proof at the end."""

    def __init__(self, config):
        self.config = config
        self.outcomes = defaultdict(set)
        self.claims = defaultdict(set)
        self.problem = ""

    def pytest_runtest_logreport(self, report):
        test = report.nodeid.partition("[")[0]
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[test].add(outcome_of(report))
        self.claims[test] |= {tuple(value.split()) for name, value in report.user_properties if name == KEY}

    def proofs(self):
        for test, pairs in self.claims.items():
            outcome = max(self.outcomes[test] or {"skipped"}, key=WEIGHT.index)
            for one, case in pairs:
                yield one, test, case, outcome

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        if not self.config.getoption("--write-proof") or self.config.getoption("collectonly"):
            return
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return
        try:
            loading.load_all()
        except Exception as error:
            self.problem = f"proof not written, a module cannot be imported: {error!r}"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        root = Path(self.config.rootpath)
        path = Path(self.config.getoption("--proof-file") or status.PROOF)
        new = [
            status.Proof(one, test, case, outcome, status.rule_digest(one), digest.of_test(root, test) or "")
            for one, test, case, outcome in self.proofs()
        ]
        status.write(status.merge(status.read(path), new, set(self.claims), root), path)

    def pytest_terminal_summary(self, terminalreporter):
        if self.problem:
            terminalreporter.write_line(self.problem, red=True)
