"""Fixtures for every test: the demo world."""

from __future__ import annotations

import logging

import pytest
import structlog

from tests.world import World

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

pytest_plugins = ["tests.plugin_proof"]


@pytest.fixture
def world(db):
    """One city with bodies, people, enterprises; see tests/world.py."""
    return World()
