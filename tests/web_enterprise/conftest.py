"""A published item, a filed plan and visits at any step, for the pages of the enterprise."""

from __future__ import annotations

import pytest

from tests.visits.stage import Stage


@pytest.fixture
def stage(world):
    """See tests/visits/stage.py."""
    return Stage(world)
