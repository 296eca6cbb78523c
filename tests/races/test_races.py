"""Races: no interleaving passes a cap or redeems a code twice; both turn red when the guard is switched off."""

from __future__ import annotations

import json

import pytest

from tests import engines
from tests.races.crowd import crowd, prepare, scaled

pytestmark = pytest.mark.alone

REQUESTS = 2000
FIRMS, LIMIT = 20, 3


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The database of the race, made once."""
    folder = tmp_path_factory.mktemp("race")
    prepare(folder)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """A copy for one test."""
    return engines.copy(made, tmp_path / "var")


def rows(folder, question: str) -> list[tuple]:
    with engines.connect(folder) as connection:
        return connection.execute(question).fetchall()


def held(folder) -> dict[int, int]:
    """Places that visits hold, by counter of the race's cap."""
    return dict(rows(folder, """
        SELECT u.counter_id, count(*) FROM visits_capuse u JOIN visits_capcounter c ON c.id = u.counter_id
        WHERE u.state IN ('reserved', 'used') AND c.cap_key LIKE 'cap:%' GROUP BY u.counter_id
    """))


@pytest.mark.duty("327-15-1", "HR-15-8", "refused")
def test_2000_requests_of_16_clients_never_pass_the_cap(folder):
    count = scaled(REQUESTS)
    seen = crowd(folder, "cap", count)
    assert sum(seen.values()) == count
    places = held(folder)
    assert len(places) == FIRMS
    assert set(places.values()) == {LIMIT}
    counted = rows(folder, "SELECT n FROM visits_capcounter WHERE cap_key LIKE 'cap:%'")
    assert {n for (n,) in counted} == {LIMIT}


def test_without_the_guard_the_cap_is_passed(folder):
    crowd(folder, "cap", scaled(REQUESTS) // 4, broken="cap")
    assert max(held(folder).values()) > LIMIT


@pytest.mark.duty("327-15-1", "327-17-2", "allowed")
def test_whole_issues_at_once_give_exactly_the_places_there_are(folder):
    seen = crowd(folder, "issue", 180, processes=2, threads=2)
    assert seen["issued"] == FIRMS * LIMIT
    assert set(held(folder).values()) == {LIMIT}
    codes = rows(folder, "SELECT count(*), count(DISTINCT visit) FROM papers_inspectioncode WHERE visit LIKE 'R-%'")
    assert codes == [(FIRMS * LIMIT, FIRMS * LIMIT)]


@pytest.mark.duty("327-17-4", "refused")
def test_one_of_2000_redemptions_succeeds(folder):
    count = scaled(REQUESTS)
    seen = crowd(folder, "code", count)
    assert seen == {"first": 1, "later": count - 1}


def test_without_the_guard_a_code_is_redeemed_more_than_once(folder):
    seen = crowd(folder, "code", 32, processes=2, broken="code")
    assert seen["first"] > 1


@pytest.mark.duty("327-17-4", "HR-17-3", "allowed")
def test_both_sides_at_once_make_one_arrival(folder):
    seen = crowd(folder, "door", 32, processes=2)
    assert seen == {"first": 1, "later": 31}
    code = json.loads((folder / "race.json").read_text())["coded"]
    leaves = rows(folder, "SELECT count(*) FROM kernel_leaf WHERE act = 'visit.arrive'")
    assert leaves == [(1,)]
    assert rows(folder, f"SELECT state FROM visits_visit WHERE number = '{code}'") == [("arrived",)]
