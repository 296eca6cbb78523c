"""The whole server is killed five times while people act on it over HTTP: what was acknowledged is there, once."""

from __future__ import annotations

import pytest
from hall import prepare
from tally import drafted, findings, storm, times

from tests import engines

pytestmark = pytest.mark.alone

KILLS = 5


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with a database, and what clients must know of it."""
    var = tmp_path_factory.mktemp("hall")
    return var, prepare(var)


@pytest.fixture
def made(prepared, tmp_path):
    """A copy for one test."""
    return engines.copy(prepared[0], tmp_path / "var"), prepared[1]


@pytest.mark.duty("327-08-2", "allowed")
def test_no_acknowledged_act_is_lost_when_the_server_is_killed(made):
    var, notes = made
    server, crowd = storm(var, notes, times=KILLS)
    assert len(crowd.answered) >= KILLS and len(crowd.drafts) >= KILLS and crowd.receipts
    assert set(times(var, crowd.answered)) == {1}
    visits = drafted(var)
    assert {reason: visits.get(reason) for reason in crowd.drafts} == {r: [n] for r, n in crowd.drafts.items()}
    assert all(len(visits.get(reason, [])) <= 1 for reason in crowd.undrafted)

    assert set(times(var, crowd.unanswered)) <= {0, 1}
    again = [*crowd.unanswered, *crowd.answered[-5:]]
    assert [act.send(crowd.people[act.who]) for act in again * 2] == [200] * len(again) * 2
    assert set(times(var, again)) == {1}
    server.stop()

    assert findings(var, crowd.receipts) == []


def test_an_answer_before_its_commit_is_seen(made):
    """The test above would go red: the fault loses acts that were acknowledged."""
    var, notes = made
    server, crowd = storm(var, notes, times=1, broken="commit")
    server.kill()
    lost = times(var, crowd.answered).count(0) + len(crowd.drafts.keys() - drafted(var).keys())
    assert lost >= 1
