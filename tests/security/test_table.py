"""SECURITY.md says what is: every test it names exists, every switch is one that exists, and none is missing from it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from jiangcheng.kernel import breaks
from tests.security import test_controls

ROOT = Path(__file__).resolve().parents[2]
PLACES = (ROOT, ROOT / "src" / "jiangcheng")


def rows() -> list[list[str]]:
    """Cells of the table of controls."""
    text = (ROOT / "SECURITY.md").read_text("utf-8").split("## Controls", 1)[1].split("\n## ", 1)[0]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return found[2:]


ROWS = rows()


def test_the_table_is_there():
    assert len(ROWS) > 20 and all(len(row) == 5 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[r[0][:40] for r in ROWS])
def test_each_row_names_a_test_a_place_and_a_switch_that_exist(row):
    _, control, where, test, switch = row
    file, name = re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+)`", test).groups()
    functions = {n.name for n in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))) if isinstance(n, ast.FunctionDef)}
    assert name in functions, f"{file} has no {name}"
    for place in re.findall(r"`([^`]+)`", where):
        assert any((base / place).exists() for base in PLACES), place
    assert control
    assert switch == "–" or switch.strip("`") in breaks.GUARDS


def test_every_switch_stands_in_the_table_and_has_its_test():
    named = {row[4].strip("`") for row in ROWS} - {"–"}
    assert named == set(breaks.GUARDS)
    assert set(test_controls.HELD) - {"with_its_switch_the_test_turns_red", "the_switches_are_for_tests_alone"} == (
        set(breaks.GUARDS) - set(test_controls.ELSEWHERE)
    )


def test_every_switch_is_asked_somewhere():
    asked = set()
    for path in (*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")):
        asked |= set(re.findall(r'breaks\.broken\("([\w-]+)"\)', path.read_text("utf-8")))
    assert set(breaks.GUARDS) <= asked
