"""``bin/jiangcheng soak`` in small: it counts, it reports, it sees a guard that is off, and it needs a checkout."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from jiangcheng.jobs import soak
from tests import engines
from tests.races import crowd

pytestmark = pytest.mark.alone


def run(tmp_path, *words: str) -> tuple[int, dict]:
    engine = "postgresql" if engines.server() else "sqlite"
    done = subprocess.run(
        [sys.executable, "-m", "jiangcheng.jobs.cli", "soak", "--engine", engine, "--format", "json", *words], cwd=crowd.ROOT,
        env=crowd.environment(tmp_path), capture_output=True, text=True, timeout=300, check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    return done.returncode, json.loads(done.stdout)


def test_two_kills_and_some_races(tmp_path):
    status, report = run(tmp_path, "--kills", "2", "--races", "400", "--output", str(tmp_path / "report.json"))
    (found,) = report["results"]
    assert (status, report["ok"]) == (0, True), report
    assert found["kills"]["done"] == 2 and found["kills"]["acknowledged"] >= 24
    assert [found["kills"][name] for name in ("lost", "doubled", "findings")] == [0, 0, 0]
    assert found["races"]["done"] == 400 and found["races"]["over"] == found["races"]["redeemed_twice"] == 0
    assert json.loads((tmp_path / "report.json").read_text("utf-8")) == report


def test_a_guard_that_is_off_is_seen(tmp_path):
    status, report = run(tmp_path, "--kills", "0", "--races", "400", "--broken", "cap")
    assert status == 1 and not report["ok"] and report["results"][0]["races"]["over"] > 0


def test_the_time_is_kept(tmp_path):
    status, report = run(tmp_path, "--kills", "0", "--races", "1000000", "--minutes", "0.02")
    races = report["results"][0]["races"]
    assert status == 0 and 0 < races["done"] < 20_000 and races["asked"] == 1_000_000


def test_without_a_checkout_it_says_so(tmp_path, settings, capsys):
    settings.ROOT = tmp_path
    assert soak.main([]) == 2
    assert "源代码目录" in capsys.readouterr().err
