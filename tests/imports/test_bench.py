"""A large import by the real path: with the ledger, its time and its memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from jiangcheng.jobs import imports
from jiangcheng.kernel.models import BulkRow, Leaf
from jiangcheng.parties.models import Enterprise

BENCH = """
import json, sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from jiangcheng.jobs import imports
from jiangcheng.parties.real import load_divisions
load_divisions()
print(json.dumps(imports.bench(int(sys.argv[1]))))
"""


def test_some_thousand_enterprises_with_a_leaf_over_each_part(world):
    before = Enterprise.objects.count()
    found = imports.bench(4500)
    assert Enterprise.objects.count() == before + 4500
    leaves = Leaf.objects.filter(act="imports.rows")
    assert [json.loads(x.entry)["bulk"]["size"] for x in leaves.order_by("id")] == [2000, 2000, 500]
    assert BulkRow.objects.filter(leaf__in=leaves).count() == 4500
    assert found["processor"] < 30


@pytest.mark.alone
def test_a_hundred_thousand_in_a_minute_and_300_megabytes(tmp_path):
    """Seconds of the processor are asked for, not of the clock: what else runs on the machine must not decide."""
    settings = {**os.environ, "JIANGCHENG_VAR": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "jiangcheng.settings"}
    done = subprocess.run([sys.executable, "-c", BENCH, "100000"], env=settings, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["processor"] < 60, found
    assert found["megabytes"] < 300, found
