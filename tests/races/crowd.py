"""Many clients at once on one database: processes, each with several threads and its own connections.

A race that pytest's own transaction would hide needs a database of its own: ``database(path)`` makes one with the
tables of the project, ``crowd`` starts worker processes on it and adds up what they report.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import engines

ROOT = Path(__file__).resolve().parents[2]
SCALE = float(os.environ.get("JIANGCHENG_RACE_SCALE", "1"))
"""1 is the full size of 2,000 requests; an ordinary run on a slow machine may ask for less and says so."""


def scaled(count: int) -> int:
    return max(64, int(count * SCALE))


def environment(folder: Path, broken: str = "") -> dict[str, str]:
    """Variables of a worker: a var folder of its own, hence a database of its own; debug, because the switch asks it."""
    return {
        **os.environ, "JIANGCHENG_VAR": str(folder), "DATABASE_URL": engines.address(folder), "JIANGCHENG_DEBUG": "1",
        "JIANGCHENG_TEST_BREAK": broken, "DJANGO_SETTINGS_MODULE": "jiangcheng.settings", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }


def run(folder: Path, *words: str, broken: str = "", timeout: int = 300) -> subprocess.CompletedProcess:
    """One worker command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tests.races.worker", *words], env=environment(folder, broken), cwd=ROOT, timeout=timeout, check=False,
        capture_output=True, text=True,
    )


def prepare(folder: Path) -> dict:
    """Make the database with the world, approved visits and one code; what the workers need to know."""
    done = run(folder, "prepare")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def crowd(folder: Path, what: str, count: int, *, processes: int = 4, threads: int = 4, broken: str = "") -> dict:
    """``count`` requests of ``what`` from processes × threads clients; sums of the outcomes they report."""
    each = count // processes
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.races.worker", what, str(each), str(threads), str(n)], env=environment(folder, broken), cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for n in range(processes)
    ]
    total: dict[str, int] = {}
    for one in started:
        out, err = one.communicate(timeout=300)
        assert one.returncode == 0, err[-3000:]
        for name, n in json.loads(out.splitlines()[-1]).items():
            total[name] = total.get(name, 0) + n
    return total
