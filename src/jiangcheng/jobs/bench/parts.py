"""What the time of one act is made of, by the clock around its parts, in one process and without the wire."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jiangcheng.jobs.bench import place as places
from jiangcheng.jobs.bench.place import OFFICER

ACTS = 30


class Clock:
    """Sums the time of named parts. A part inside another counts for itself alone."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._open: list[list[Any]] = []

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time for ``name`` until the block ends."""
        mine = [name, time.perf_counter(), 0.0]
        self._open.append(mine)
        try:
            yield
        finally:
            took = time.perf_counter() - mine[1]
            self._open.pop()
            self.spent[name] += took - mine[2]
            if self._open:
                self._open[-1][2] += took

    def around(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed."""
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.part(name):
                return work(*args, **kwargs)

        return timed


def issue(town: Any) -> list[tuple[str, float]]:
    """Parts of 领取检查码 in ms an act: waiting for the database, building questions, rules, ledger, signing, all else."""
    from django.db import connection  # noqa: PLC0415  needs the apps

    from jiangcheng.inspection.visits import growth  # noqa: PLC0415
    from jiangcheng.inspection.visits.facts import scheme as facts  # noqa: PLC0415
    from jiangcheng.jobs.bench.issue import log_in, request_fields  # noqa: PLC0415
    from jiangcheng.kernel import flow, keys, ledger  # noqa: PLC0415

    numbers = growth.standing(town, OFFICER, 2 * ACTS, "to_code", places.soon())
    client, clock = log_in(), Clock()

    def one(number: str) -> None:
        if client.post(f"/officer/visits/{number}/act/", request_fields()).status_code != 302:
            raise RuntimeError(number)

    for number in numbers[:ACTS]:
        one(number)
    kept = (facts.of, flow.check_all, ledger._close, ledger._observe, keys.Key.sign)
    facts.of = clock.around("loading what the rules ask", facts.of)
    flow.check_all = clock.around("rules", flow.check_all)
    ledger._close = clock.around("ledger: digests, leaf", ledger._close)
    ledger._observe = clock.around("ledger: what was there before", ledger._observe)
    keys.Key.sign = clock.around("signatures (Ed25519)", keys.Key.sign)
    try:
        with connection.execute_wrapper(lambda execute, *rest: clock.around("the database, and waiting for it", execute)(*rest)):
            for number in numbers[ACTS:]:
                with clock.part("session, forms, middleware, the act itself"):
                    one(number)
    finally:
        facts.of, flow.check_all, ledger._close, ledger._observe, keys.Key.sign = kept
    return sorted(((name, 1000 * spent / ACTS) for name, spent in clock.spent.items()), key=lambda p: -p[1])


def verify(town: Any) -> list[tuple[str, float]]:
    """Parts of the machine-readable answer in ms."""
    from jiangcheng.inspection.visits import growth  # noqa: PLC0415  needs the apps
    from jiangcheng.kernel.engines import Plain  # noqa: PLC0415
    from jiangcheng.papers.models import InspectionCode  # noqa: PLC0415
    from jiangcheng.web.verify import lookup  # noqa: PLC0415

    numbers = growth.standing(town, OFFICER, ACTS, "to_enter", places.soon())
    tokens = list(InspectionCode.objects.filter(visit__in=numbers).values_list("token", flat=True))
    clock, answer, rows = Clock(), lookup.beside(lambda environ, start: [b""]), Plain.rows
    Plain.rows = clock.around("three statements, and waiting for them", rows)
    try:
        for n in range(10 * ACTS):
            environ = {"PATH_INFO": f"/v/{tokens[n % ACTS]}.json", "REQUEST_METHOD": "GET", "HTTP_HOST": "127.0.0.1"}
            with clock.part("address, limit, times, JSON, headers"):
                answer(environ, lambda status, headers: None)
            if n < ACTS:
                clock.spent.clear()
    finally:
        Plain.rows = rows
        lookup._plain().close()
    return sorted(((name, 1000 * spent / (9 * ACTS)) for name, spent in clock.spent.items()), key=lambda p: -p[1])
