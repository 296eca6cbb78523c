"""The walking chain's duties stay within reach of proof: code cites each of them, and tests play every case it needs."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from jiangcheng.law import loading, registry, status

TESTS = Path(__file__).resolve().parents[1]
CHAIN = (
    "327-02-1", "327-03-1", "327-03-2", "327-04-1", "327-42-1", "327-06-1", "327-06-3", "327-07-1", "327-07-3",
    "327-08-2", "327-10-1", "327-11-4", "327-13-1", "327-13-2", "327-14-1", "327-14-2", "327-14-3", "327-14-4",
    "327-14-5", "327-15-1", "327-16-1", "327-17-1", "327-17-2", "327-17-3", "327-17-4", "327-18-1", "327-18-2",
    "327-18-3", "327-18-4", "327-18-5", "327-20-1", "327-20-2", "327-20-3", "327-20-5", "327-21-1", "327-25-1",
    "327-40-02", "327-43-1",
)


@cache
def marked() -> dict[str, set[str]]:
    """Duty → cases that some test is marked with."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "duty":
                *ids, case = (a.value for a in node.args if isinstance(a, ast.Constant))
                for one in ids:
                    found[one].add(case)
    return found


@pytest.mark.parametrize("one", CHAIN)
def test_the_chain_can_be_proved(one):
    loading.load_all()
    assert registry.citations(one)
    needed = status.BOTH_CASES.isdisjoint({registry.duties()[one].mode}) or marked()[one] == set(status.CASES)
    assert marked()[one] and needed
