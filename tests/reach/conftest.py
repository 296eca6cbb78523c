"""Fixtures of the visits' tests."""

from __future__ import annotations

import pytest

from tests.visits.stage import Stage
from tests.visits.walk import Walk


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    """Files of a test go into a folder of its own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def stage(world):
    """A published item and a filed plan on the demo world; see stage.py."""
    return Stage(world)


@pytest.fixture
def walk(stage):
    """From the start of an inspection to its archive; see walk.py."""
    return Walk(stage)
