"""Acknowledged is durable and provable: writers are killed five times under load, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import datetime

import pytest
from storm import kill_storm, start

from jiangcheng.kernel import verify

pytestmark = pytest.mark.alone


@pytest.mark.duty("327-08-2", "allowed")
def test_kill_nine_five_times(tmp_path):
    var = tmp_path / "var"
    acknowledged = kill_storm(var)
    assert len(acknowledged) > 20
    (key,) = (var / "keys").glob("ledger-*.pub")
    database, forms = var / "jiangcheng.sqlite3", var / "forms.json"
    assert verify.verify_export(database, [str(key)], receipts=acknowledged, forms=forms, files=var / "files") == []
    db = sqlite3.connect(database)
    leaves, places = (db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("kernel_leaf", "kernel_leafindex"))
    assert leaves == places > len(acknowledged)
    assert db.execute("SELECT count(*) FROM kernel_checkpoint").fetchone()[0] >= 1

    # the one file on its own, by another process: first intact, then with one row changed
    (tmp_path / "r.json").write_text(json.dumps(acknowledged[-1]))
    command = [sys.executable, "-I", "-S", verify.__file__, str(database), "--key", str(key), "--forms", str(forms),
               "--files", str(var / "files"), "--receipt", str(tmp_path / "r.json")]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 0 and "完好 intact" in said.stdout, said.stdout
    db.execute("UPDATE sample_sample SET name = 'evil' WHERE id = 1")
    db.commit()
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 1 and "row-changed" in said.stdout and "sample_sample 1" in said.stdout


@pytest.mark.duty("327-08-2", "allowed")
def test_a_checkpoint_follows_within_two_seconds_and_the_end_is_witnessed(tmp_path):
    assert start(tmp_path, "prepare").wait(60) == 0
    assert start(tmp_path, "once").wait(60) == 0
    db = sqlite3.connect(tmp_path / "jiangcheng.sqlite3")
    leaves = db.execute("SELECT id, act, entry FROM kernel_leaf ORDER BY id").fetchall()
    acts = [act for _, act, _ in leaves]  # a beat that falls between the last act and the end witnesses it: nothing is left to close
    assert acts[:-1] == ["once", "ledger.heartbeat", "last"] and acts[-1] in ("ledger.close", "ledger.heartbeat")
    signed = db.execute("SELECT size, at FROM kernel_checkpoint ORDER BY size").fetchall()
    assert signed[-1][0] == 4
    made, at = (datetime.fromisoformat(t) for t in (json.loads(leaves[0][2])["at"], signed[0][1]))
    assert 0 <= (at - made).total_seconds() <= 2
    (key,) = (tmp_path / "keys").glob("ledger-*.pub")
    given = {"forms": tmp_path / "forms.json", "files": tmp_path / "files", "every": True}
    assert verify.verify_export(tmp_path / "jiangcheng.sqlite3", [str(key)], **given) == []
