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


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--fuzz-cases N``: how many requests the fuzzer of the interface makes (tests/api/fuzz.py)."""
    parser.addoption("--fuzz-cases", type=int, default=0, help="requests of the interface's fuzzer; a few hundred a role by default")
