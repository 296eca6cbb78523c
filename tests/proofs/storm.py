"""Writers that are killed: ``kill_storm`` starts processes that act, acknowledge after COMMIT, and die by SIGKILL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def environment(var: Path) -> dict[str, str]:
    """A database, keys and files of its own in ``var``; forms frozen beside it."""
    path = os.pathsep.join([str(HERE.parents[1] / "src"), str(HERE)])
    return {**os.environ, "JIANGCHENG_VAR": str(var), "DATABASE_URL": "", "PYTHONPATH": path, "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "jiangcheng.settings"}  # fmt: skip


def start(var: Path, role: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, __file__, role], env=environment(var), stdout=subprocess.PIPE, text=True)


def kill_storm(var: Path, times: int = 5, writers: int = 2, seconds: float = 0.7) -> list[dict]:
    """Promises acknowledged by the writers before each of ``times`` kills. ``var`` holds the database afterwards."""
    prepare = start(var, "prepare")
    assert prepare.wait(60) == 0
    acknowledged = []
    for turn in range(times):
        running = [start(var, "write") for _ in range(writers)]
        for process in running:
            assert process.stdout.readline() == "ready\n"
        time.sleep(seconds + 0.07 * turn)
        for process in running:
            os.kill(process.pid, signal.SIGKILL)
        for process in running:
            said = process.stdout.read().splitlines(keepends=True)
            process.wait()
            acknowledged += [json.loads(line) for line in said if line.endswith("\n")]
    return acknowledged


def _prepare() -> None:
    from django.core.management import call_command
    from django.db import connection

    from jiangcheng.kernel import storage

    call_command("migrate", "kernel", verbosity=0)
    sample.create_tables()
    storage.install_guards(connection)


def _write() -> None:
    from jiangcheng.kernel import ledger, sequencer
    from jiangcheng.kernel.actor import SYSTEM

    sequencer.start_background()
    with ledger.act("write.begin", SYSTEM):
        row = sample.Sample(state="draft", name="0")
        row.save()
    print("ready", flush=True)
    for i in range(1, 10**9):
        with ledger.act("write.add", SYSTEM) as act:
            sample.Sample(state="draft", name=str(i), phone=str(i)).save()
            row.name = str(i)
            row.save()
        print(act.receipt.promise, flush=True)


def _once() -> None:
    """One act, three quiet seconds, an orderly end."""
    from jiangcheng.kernel import ledger, sequencer
    from jiangcheng.kernel.actor import SYSTEM

    sequencer.start_background()
    with ledger.act("once", SYSTEM):
        sample.Sample(state="draft", name="0").save()
    time.sleep(3)
    with ledger.act("last", SYSTEM):
        pass


if __name__ == "__main__":
    import django

    django.setup()
    import sample

    from jiangcheng.kernel import canonical
    from jiangcheng.settings import VAR

    canonical.FORMS_FILE = VAR / "forms.json"
    with sample.installed():
        canonical.freeze()
        {"prepare": _prepare, "write": _write, "once": _once}[sys.argv[1]]()
