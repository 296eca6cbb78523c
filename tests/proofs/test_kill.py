"""Acknowledged is durable and provable: writers are killed five times under load, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from storm import exported, kill_storm, start

from jiangcheng.kernel import verify
from tests import engines

pytestmark = pytest.mark.alone


def rows(var: Path, question: str) -> list[tuple]:
    with engines.connect(var) as db:
        return db.execute(question).fetchall()


def lying(var: Path) -> tuple[Path, dict]:
    """What the verifier reads, and how: the database file as it lies, or an export where there is no file."""
    if engines.server():
        return exported(var), {}
    return var / engines.FILE, {"forms": var / "forms.json", "files": var / "files"}


@pytest.mark.duty("327-08-2", "allowed")
def test_kill_nine_five_times(tmp_path):
    var = tmp_path / "var"
    acknowledged = kill_storm(var)
    assert len(acknowledged) > 20
    (key,) = (var / "keys").glob("ledger-*.pub")
    path, how = lying(var)
    assert verify.verify_export(path, [str(key)], receipts=acknowledged, every=True, **how) == []
    (leaves,), (places,) = (rows(var, f"SELECT count(*) FROM {t}")[0] for t in ("kernel_leaf", "kernel_leafindex"))
    assert leaves == places > len(acknowledged)
    assert rows(var, "SELECT count(*) FROM kernel_checkpoint")[0][0] >= 1

    # the one file on its own, by another process: first intact, then with one row changed
    (tmp_path / "r.json").write_text(json.dumps(acknowledged[-1]))
    command = [sys.executable, "-I", "-S", verify.__file__, str(path), "--key", str(key), "--receipt", str(tmp_path / "r.json"),
               *(word for name, value in how.items() for word in (f"--{name}", str(value)))]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 0 and "完好 intact" in said.stdout, said.stdout
    with engines.connect(var) as db:
        db.execute("UPDATE sample_sample SET name = 'evil' WHERE id = 1")
    lying(var)  # exported again, where it is one
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 1 and "row-changed" in said.stdout and "sample_sample 1" in said.stdout


@pytest.mark.duty("327-08-2", "allowed")
def test_a_checkpoint_follows_within_two_seconds_and_the_end_is_witnessed(tmp_path):
    assert start(tmp_path, "prepare").wait(60) == 0
    assert start(tmp_path, "once").wait(60) == 0
    leaves = rows(tmp_path, "SELECT id, act, entry FROM kernel_leaf ORDER BY id")
    acts = [act for _, act, _ in leaves]  # a beat that falls between the last act and the end witnesses it: nothing is left to close
    assert acts[:-1] == ["once", "ledger.heartbeat", "last"] and acts[-1] in ("ledger.close", "ledger.heartbeat")
    signed = rows(tmp_path, "SELECT size, at FROM kernel_checkpoint ORDER BY size")
    assert signed[-1][0] == 4
    made, at = (datetime.fromisoformat(t) for t in (json.loads(leaves[0][2])["at"], signed[0][1]))
    assert 0 <= (at - made).total_seconds() <= 2
    (key,) = (tmp_path / "keys").glob("ledger-*.pub")
    path, how = lying(tmp_path)
    assert verify.verify_export(path, [str(key)], every=True, **how) == []
