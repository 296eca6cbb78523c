"""No request that the OpenAPI file allows, and none that breaks it, makes the server answer 500 or more."""

from __future__ import annotations

import pytest

from tests.api import fuzz

pytestmark = pytest.mark.django_db
CASES = 2000
"""In the suite; ``--fuzz-cases 20000`` for the long run."""


def test_nothing_breaks_the_server(db, request, settings):
    settings.TESTING = True
    report = fuzz.run(request.config.getoption("--fuzz-cases") or CASES, say=print)
    print(report)
    assert report.broken == []
    assert sum(report.cases.values()) >= 0.9 * (request.config.getoption("--fuzz-cases") or CASES)
    assert {200, 401, 403, 404, 409, 422} <= set(report.statuses)
    assert len(report.operations) > 90
