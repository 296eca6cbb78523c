"""A writer of ``bench ledger``: issues codes in a process of its own, with the ledger or, for the other side, without it.

Without means: no digests are taken and no leaf is written; rows, rules, caps and signature of the code are the same. It is
done by replacing two functions of ``kernel.ledger`` in this process; the platform itself knows no such switch.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from typing import Any


def _without_ledger() -> None:
    from jiangcheng.kernel import ledger  # noqa: PLC0415  needs the apps

    def observe(model: Any, wanted: list[str]) -> dict[str, Any]:
        return {key: ledger._Seen(asked=True) for key in wanted}

    def close(mine: Any, said: dict[str, Any]) -> None:
        mine.receipt = ledger.Receipt("0")

    ledger._observe, ledger._close = observe, close


def main() -> None:
    """One writer, or the sequencer when there is nothing to write."""
    with open(sys.stdin.readline().strip(), "rb") as file:
        work = pickle.load(file)  # noqa: S301  written by the process that started us
    import django  # noqa: PLC0415

    django.setup()
    from jiangcheng.inspection.visits.actions import scheme  # noqa: PLC0415  needs the apps
    from jiangcheng.inspection.visits.demo import _actor  # noqa: PLC0415
    from jiangcheng.inspection.visits.models import Visit  # noqa: PLC0415

    if not work["ledger"]:
        _without_ledger()
    actor = _actor(work["officer"])
    visits = list(Visit.objects.filter(number__in=work["scripts"]))
    for visit in visits[: work["warm"]]:
        scheme.issue_code(actor, visit)
    print("ready", flush=True)
    sys.stdin.readline()
    began, used = time.perf_counter(), time.process_time()
    for visit in visits[work["warm"] :]:
        scheme.issue_code(actor, visit)
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used, "n": len(visits) - work["warm"]}
    print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
