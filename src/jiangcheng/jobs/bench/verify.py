"""``bench verify``: the machine-readable answer of the code look-up over HTTP against its statements through the driver."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from jiangcheng.jobs.bench import cpu, rounds
from jiangcheng.jobs.bench import place as places
from jiangcheng.jobs.bench.place import OFFICER, Place
from jiangcheng.jobs.bench.plain import Statement

CODES = 300
CONNECTIONS = 16
ASKED = 4_800
"""Requests a round; the other side plays twice as many."""


def scripts(numbers: list[str]) -> tuple[list[str], list[list[Statement]]]:
    """Tokens, and the statements that each of them asks for."""
    from jiangcheng.inspection.visits.models import Visit  # noqa: PLC0415  needs the apps
    from jiangcheng.papers.models import InspectionCode  # noqa: PLC0415
    from jiangcheng.web.verify import lookup  # noqa: PLC0415

    visits = dict(Visit.objects.filter(number__in=numbers).values_list("number", "pk"))
    tokens = list(InspectionCode.objects.filter(visit__in=numbers).values_list("token", "visit"))
    made = [
        [Statement(lookup.CODE, (token,)), Statement(lookup.PEOPLE, (visits[number],)), Statement(lookup.ITEMS, (visits[number],))]
        for token, number in tokens
    ]
    return [token for token, _ in tokens], made


def run(here: Place, town: Any, count: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """All rounds."""
    from jiangcheng.inspection.visits import growth  # noqa: PLC0415  needs the apps

    tokens, plays = scripts(growth.standing(town, OFFICER, CODES, "to_enter", places.soon()))
    requests = rounds.dealt([rounds.get(f"/v/{t}.json") for t in itertools.islice(itertools.cycle(tokens), ASKED)], CONNECTIONS)
    again = list(itertools.islice(itertools.cycle(plays), ASKED))
    work = [rounds.written(here.var, f"verify{n}", here.plain() | {"warm": plays[:20], "scripts": again}) for n in range(2)]
    series = rounds.Series("verify", here.engine, "the same 3 statements, psycopg, prepared and binary, 2 processes")
    meter = cpu.database()
    with places.serving() as there:
        def mine(_: int) -> rounds.Took:
            return rounds.asked(there, requests, meter)

        if here.engine == "postgresql":
            mine(0)
            return rounds.interleave(count, [(series, mine)], lambda _: rounds.together("jiangcheng.jobs.bench.plain", work, meter), say)
        series.baseline = "the same 3 statements behind a bare granian function, 2 processes"
        numbered = rounds.dealt([rounds.get(f"/{n}") for n in itertools.islice(itertools.cycle(range(len(plays))), ASKED)], CONNECTIONS)
        with bare(here, plays) as other:
            return rounds.interleave(count, [(series, mine)], lambda _: rounds.asked(other, numbered, meter), say)


def bare(here: Place, plays: list[list[Statement]]) -> Any:
    """A bare function that plays scripts, as a server."""
    import sys  # noqa: PLC0415

    work = rounds.written(here.var, "bare", here.plain() | {"scripts": plays})
    return places.serving([sys.executable, "-m", "jiangcheng.jobs.bench.bare"], "/", JIANGCHENG_BENCH_WORK=str(work))
