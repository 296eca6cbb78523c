"""Acknowledged is durable and provable: writers are killed five times under load, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import pytest
from storm import kill_storm

from jiangcheng.kernel import verify


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
