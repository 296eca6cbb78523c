"""The long runs behind ``bin/jiangcheng soak``: kills of a whole server under load, and races in rounds, on one engine.

``python -m tests.soak REPORT KILLS RACES MINUTES [BROKEN]``; the engine by ``TEST_ENGINE`` as in the tests. Nothing is asserted:
what was lost, doubled or passed is counted, and stands in the report.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests import plugin_engine  # noqa: F401  chooses and starts the engine

sys.path.insert(0, str(Path(__file__).parent / "proofs"))

import tally
from hall import prepare

from tests import engines
from tests.races import crowd

ROUND = 4000
"""Races a round; each round begins with free places."""
FIRMS, LIMIT = 20, 3
CLIENTS = {"processes": 4, "threads": 4}


def say(words: str) -> None:
    print(words, flush=True)


def kills(count: int) -> dict[str, Any]:
    """The server killed ``count`` times while people act; what was acknowledged and is not there, or twice."""
    found = {"asked": count, "done": 0, "acknowledged": 0, "lost": 0, "doubled": 0, "findings": 0}
    if not count:
        return found
    with tempfile.TemporaryDirectory(prefix="jiangcheng-kills-") as folder:
        var = Path(folder) / "var"
        var.mkdir()
        server, people = tally.storm(var, prepare(var), times=count, told=lambda n: say(f"killed {n} of {count}"))
        server.stop()
        seen, visits = tally.times(var, people.answered), tally.drafted(var)
        typed = {*people.drafts, *people.undrafted}
        wanted = [visits.get(reason, []) for reason in people.drafts]
        found |= {
            "done": count, "acknowledged": people.acknowledged, "lost": seen.count(0) + wanted.count([]),
            "doubled": sum(n > 1 for n in seen) + sum(len(visits.get(reason, [])) > 1 for reason in typed),
            "findings": len(wrong := tally.findings(var, people.receipts)),
        }
        for one in wrong[:20]:
            say(str(one))
        engines.drop(var)
    return found


def _held(folder: Path) -> list[int]:
    with engines.connect(folder) as db:
        return [n for _, n in db.execute(
            "SELECT u.counter_id, count(*) FROM visits_capuse u JOIN visits_capcounter c ON c.id = u.counter_id "
            "WHERE u.state IN ('reserved', 'used') AND c.cap_key LIKE 'cap:%' GROUP BY u.counter_id"
        ).fetchall()]


def races(count: int, minutes: float, broken: str) -> dict[str, Any]:
    """Rounds of clients who race for places and for one code, until ``count`` requests were answered or the time is over."""
    found = {"asked": count, "done": 0, "rounds": 0, "over": 0, "missing": 0, "redeemed_twice": 0}
    with tempfile.TemporaryDirectory(prefix="jiangcheng-races-") as folder:
        made = Path(folder) / "made"
        made.mkdir()
        if count:
            crowd.prepare(made)
        until = time.monotonic() + minutes * 60 if minutes else float("inf")
        while found["done"] < count and time.monotonic() < until:
            here, what = Path(folder) / f"round{found['rounds']}", "code" if found["rounds"] % 2 else "cap"
            wanted = max(16, min(ROUND, count - found["done"]))
            seen = crowd.crowd(engines.copy(made, here), what, wanted, broken=broken, **CLIENTS)
            found["done"] += sum(seen.values())
            found["rounds"] += 1
            if what == "cap":
                places = _held(here)
                found["over"] += sum(max(0, n - LIMIT) for n in places)
                found["missing"] += FIRMS * LIMIT - min(seen["reserved"], FIRMS * LIMIT) if wanted >= ROUND else 0
            else:
                found["redeemed_twice"] += max(0, seen.get("first", 0) - 1)
            engines.drop(here)
            shutil.rmtree(here, ignore_errors=True)
            if found["rounds"] % 10 == 0:
                say(f"races: {found['done']:,} of {count:,}")
        if count:
            engines.drop(made)
    return found


def main(report: str, count: str, raced: str, minutes: str, broken: str = "") -> None:
    began = time.monotonic()
    found: dict[str, Any] = {"kills": kills(int(count)), "races": races(int(raced), float(minutes), broken)}
    wrong = [found["kills"][name] for name in ("lost", "doubled", "findings")]
    wrong += [found["races"][name] for name in ("over", "missing", "redeemed_twice")]
    found |= {"seconds": round(time.monotonic() - began, 1), "ok": not any(wrong)}
    Path(report).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
