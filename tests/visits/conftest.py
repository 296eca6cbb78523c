"""Fixtures of the visits' tests."""

from __future__ import annotations

import pytest

from tests.visits.stage import Stage


@pytest.fixture
def stage(world):
    """A published item and a filed plan on the demo world; see stage.py."""
    return Stage(world)
