"""An upload in two words: heads and rows as CSV, kept for the administrator of the world."""

from __future__ import annotations

import pytest

from jiangcheng.parties.imports import machine
from jiangcheng.parties.imports.kinds import KINDS
from jiangcheng.parties.models import Import
from jiangcheng.sheets import csv_text


@pytest.fixture
def admin(world):
    return world.actor("admin")


@pytest.fixture
def upload(world, admin):
    """upload("sites", {"uscc": …}, …) → the kept file with these rows; ``who`` and ``body`` for a planner's."""

    def make(kind: str, *rows: dict, who=None, body=None, target: str = "", name: str = "表.csv") -> Import:
        who = who or admin
        columns = [c for c in KINDS[kind].columns if any(c.field in row for row in rows)]
        text = csv_text([c.head for c in columns], [[row.get(c.field, "") for c in columns] for row in rows])
        return machine.keep(kind, body or who.body, target, name, text.encode(), who)

    return make


def bad_cells(upload: Import) -> list[tuple[str, str]]:
    """(field, beginning of the reason) of every bad cell."""
    return [(b.field, b.reason) for b in machine.check(upload).bad]
