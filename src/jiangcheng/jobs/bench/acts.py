"""``bench ledger``: the act of issuing a code with leaf and receipt against the same act without, two writers, no HTTP."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from jiangcheng.jobs.bench import cpu, rounds
from jiangcheng.jobs.bench import place as places
from jiangcheng.jobs.bench.place import OFFICER, Place

WRITERS, WARM = 2, 8
A_ROUND = 60
"""Acts of each writer in a round."""
SEQUENCER = "import django, sys; django.setup(); from jiangcheng.kernel import sequencer; sequencer.start_background(); sys.stdin.read()"


def run(here: Place, town: Any, count: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """All rounds; on SQLite the sequencer is a part of the act, so there is no second series."""
    from jiangcheng.inspection.visits import growth  # noqa: PLC0415  needs the apps

    each = WRITERS * (A_ROUND + WARM)
    meter = cpu.database()
    kinds = 3 if here.engine == "postgresql" else 2
    numbers = iter(growth.standing(town, OFFICER, each * count * kinds, "to_code", places.soon()))

    def acts(*, with_ledger: bool) -> rounds.Took:
        mine = [[next(numbers) for _ in range(A_ROUND + WARM)] for _ in range(WRITERS)]
        work = [
            rounds.written(here.var, f"act{n}", {"ledger": with_ledger, "officer": OFFICER, "scripts": own, "warm": WARM})
            for n, own in enumerate(mine)
        ]
        return rounds.together("jiangcheng.jobs.bench.actor", work, meter)

    def beside(_: int) -> rounds.Took:
        with sequencing():
            return acts(with_ledger=True)

    plain = "the same act without digests, leaf and receipt, 2 writers"
    series = [(rounds.Series("ledger", here.engine, plain, "acts per second"), lambda _: acts(with_ledger=True))]
    if here.engine == "postgresql":
        series.append((rounds.Series("ledger and sequencer", here.engine, plain, "acts per second"), beside))
    return rounds.interleave(count, series, lambda _: acts(with_ledger=False), say)


@contextlib.contextmanager
def sequencing() -> Iterator[None]:
    """A process that gives places and signs checkpoints while the block runs."""
    # a program of our own
    process = subprocess.Popen([sys.executable, "-c", SEQUENCER], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        yield
    finally:
        process.stdin.close()
        process.wait(30)
