"""What a storm of kills left behind, counted: for the proof, and for the long runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hall import ROOT, Answer, Crowd, Server, environment

from jiangcheng.kernel import verify
from tests import engines

EACH = 12
"""Acts acknowledged before each kill."""


def storm(var: Path, notes: dict, times: int, broken: str = "", told: Callable[[int], None] = lambda n: None) -> tuple[Server, Crowd]:
    """Kill the server again and again under load; it runs at the end. ``told`` hears how often."""
    server = Server(var, broken)
    server.start()
    try:
        crowd = Crowd(server.port, notes)
        for n in range(times):
            ended = crowd.until(EACH)
            server.kill()
            ended()
            assert not crowd.troubles, crowd.troubles
            told(n + 1)
            server.start()
    except BaseException:
        server.kill()
        raise
    return server, crowd


def on_record(var: Path) -> Counter:
    """How often each moment of a device stands on the record of answers."""
    with engines.connect(var) as db:
        entries = [json.loads(e) for (e,) in db.execute("SELECT entry FROM kernel_leaf WHERE act = 'visit.answer'").fetchall()]
    return Counter(datetime.fromisoformat(e["device_time"].replace("Z", "+00:00")) for e in entries)


def times(var: Path, acts: list[Answer]) -> list[int]:
    """How often each of the acts stands on the record."""
    found = on_record(var)
    return [found[datetime.fromisoformat(act.at)] for act in acts]


def drafted(var: Path) -> dict[str, list[str]]:
    """Numbers of visits by the reason that was typed for them."""
    numbers: dict[str, list[str]] = {}
    with engines.connect(var) as db:
        for reason, number in db.execute("SELECT pick_reason, number FROM visits_visit").fetchall():
            numbers.setdefault(reason, []).append(number)
    return numbers


def lying(var: Path) -> Path:
    """What the verifier reads: the database file, or an export where there is none."""
    if not engines.server():
        return var / engines.FILE
    command = [sys.executable, "-m", "jiangcheng.jobs.cli", "ledger", "export", str(var / "export")]
    subprocess.run(command, env=environment(var), cwd=ROOT, check=True, timeout=120)
    return var / "export"


def findings(var: Path, receipts: list[dict]) -> list[verify.Finding]:
    """What the verifier finds, against the receipts that people took home."""
    (key,) = (var / "keys").glob("ledger-*.pub")
    return verify.verify_export(lying(var), [str(key)], receipts=receipts, files=var / "files", every=True)
