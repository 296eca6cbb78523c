"""The whole server is killed five times while people act on it over HTTP: what was acknowledged is there, once."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from datetime import datetime

import pytest
from hall import Answer, Crowd, Server, prepare

from jiangcheng.kernel import verify

pytestmark = pytest.mark.alone

KILLS = 5
EACH = 12
"""Acts acknowledged before each kill."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with a database, and what clients must know of it."""
    var = tmp_path_factory.mktemp("hall")
    return var, prepare(var)


@pytest.fixture
def made(prepared, tmp_path):
    """A copy for one test."""
    return shutil.copytree(prepared[0], tmp_path / "var"), prepared[1]


def storm(var, notes, times=KILLS, broken=""):
    """Kill the server again and again under load; it runs at the end."""
    server = Server(var, broken)
    server.start()
    try:
        crowd = Crowd(server.port, notes)
        for _ in range(times):
            ended = crowd.until(EACH)
            server.kill()
            ended()
            assert not crowd.troubles
            server.start()
    except BaseException:
        server.kill()
        raise
    return server, crowd


def on_record(var) -> Counter:
    """How often each moment of a device stands on the record of answers."""
    with sqlite3.connect(var / "jiangcheng.sqlite3") as db:
        entries = [json.loads(e) for (e,) in db.execute("SELECT entry FROM kernel_leaf WHERE act = 'visit.answer'")]
    return Counter(datetime.fromisoformat(e["device_time"].replace("Z", "+00:00")) for e in entries)


def times(var, acts: list[Answer]) -> list[int]:
    found = on_record(var)
    return [found[datetime.fromisoformat(act.at)] for act in acts]


def drafted(var) -> dict[str, list[str]]:
    """Numbers of visits by the reason that was typed for them."""
    numbers: dict[str, list[str]] = {}
    with sqlite3.connect(var / "jiangcheng.sqlite3") as db:
        for reason, number in db.execute("SELECT pick_reason, number FROM visits_visit"):
            numbers.setdefault(reason, []).append(number)
    return numbers


@pytest.mark.duty("327-08-2", "allowed")
def test_no_acknowledged_act_is_lost_when_the_server_is_killed(made):
    var, notes = made
    server, crowd = storm(var, notes)
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

    (key,) = (var / "keys").glob("ledger-*.pub")
    found = verify.verify_export(var / "jiangcheng.sqlite3", [str(key)], receipts=crowd.receipts, files=var / "files", every=True)
    assert found == []


def test_an_answer_before_its_commit_is_seen(made):
    """The test above would go red: the fault loses acts that were acknowledged."""
    var, notes = made
    server, crowd = storm(var, notes, times=1, broken="commit")
    server.kill()
    lost = times(var, crowd.answered).count(0) + len(crowd.drafts.keys() - drafted(var).keys())
    assert lost >= 1
