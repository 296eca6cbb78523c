"""The verifier reads a SQLite file as it reads an export: every kind of field comes out the same."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import connection
from sample import Child, Sample, Tag
from test_ledger import MA, full

from jiangcheng.kernel import canonical, keys, ledger, sequencer
from jiangcheng.kernel.verify import verify_export


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the SQLite file")
def test_a_file_and_an_export_agree(ledger_db, check, tmp_path):
    with ledger.act("add", MA):
        rows = [full(str(i), amount=i / 4, ratio=i * 1.1, seen=None if i == 2 else full().seen) for i in range(4)]
        for row in rows:
            row.save()
        Child.objects.create(parent=rows[0], word="a")
        rows[0].tags.add(Tag.objects.create(name="t"), Tag.objects.create(name="u"))
    ledger.bulk("load", MA, [full("b", code=None, clock=None, span=None, photo=None)])
    ledger.erase(rows[1], ["phone", "born"], MA, ground="申请")
    sequencer.checkpoint_now()
    assert check() == []
    copy = sqlite3.connect(tmp_path / "copy.sqlite3")
    for statement in connection.connection.iterdump():  # the test's own open transaction, as a file
        if not statement.startswith(("BEGIN", "COMMIT")):
            copy.execute(statement)
    copy.commit()

    def found():
        given = {"forms": canonical.FORMS_FILE, "files": ledger_db / "files"}
        return verify_export(tmp_path / "copy.sqlite3", [keys.ledger_key().public], every=True, **given)

    assert found() == []
    copy.execute("UPDATE sample_sample SET amount = amount + 1 WHERE id = ?", [rows[2].pk])
    copy.execute("DELETE FROM sample_child")
    copy.commit()
    assert [(f.kind, f.table) for f in found()] == [("row-removed", "sample_child"), ("row-changed", "sample_sample")]
    assert Sample.objects.count() == 5
