"""Fixtures for every test: the demo world."""

from __future__ import annotations

import pytest

from tests.world import World

pytest_plugins = ["tests.plugin_proof"]


@pytest.fixture
def world(db):
    """One city with bodies, people, enterprises; see tests/world.py."""
    return World()
