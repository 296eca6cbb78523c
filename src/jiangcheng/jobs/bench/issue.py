"""``bench issue``: 领取检查码 over HTTP, with log-in, rules, cap, signature and leaves, against the same reads and writes.

The other side is not written by hand. The act is done once for each of its visits inside a transaction that is rolled
back, and every statement is kept as it went to the database; the plain driver then plays them, with their transaction,
in the keys that it is given itself. So it reads and writes exactly what the act reads and writes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from jiangcheng.jobs.bench import cpu, rounds
from jiangcheng.jobs.bench import place as places
from jiangcheng.jobs.bench.place import OFFICER, Place
from jiangcheng.jobs.bench.record import Recorder, spread_keys
from jiangcheng.jobs.bench.verify import bare

CONNECTIONS = 8
A_ROUND = 60
"""Acts a round on each side."""


def log_in() -> Any:
    """A test client with the officer's session."""
    from django.test import Client  # noqa: PLC0415  needs the apps

    from jiangcheng.parties.demo import PASSWORD  # noqa: PLC0415

    client = Client(HTTP_HOST="127.0.0.1")
    client.post("/login/", {"username": OFFICER, "password": PASSWORD})
    client.get("/officer/")
    return client


def request(client: Any, number: str) -> str:
    """The raw request of the act, as the officer's browser sends it."""
    from urllib.parse import quote  # noqa: PLC0415

    token = client.cookies["csrftoken"].value
    body = urlencode({"csrfmiddlewaretoken": token, "step": "issue", "key": secrets.token_hex(12)})
    cookie = "; ".join(f"{name}={c.value}" for name, c in client.cookies.items())
    return (
        f"POST /officer/visits/{quote(number)}/act/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def run(here: Place, town: Any, count: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """All rounds."""
    from jiangcheng.inspection.visits import growth  # noqa: PLC0415  needs the apps

    spread_keys()
    numbers = growth.standing(town, OFFICER, 2 * A_ROUND * count + 8 * CONNECTIONS, "to_code", places.soon())
    clients = [log_in() for _ in range(CONNECTIONS)]
    mine, other, warm = numbers[: A_ROUND * count], numbers[A_ROUND * count : 2 * A_ROUND * count], numbers[2 * A_ROUND * count :]
    recorder = Recorder(clients)
    plays = [recorder.act(n, request_fields()) for n in other]
    say(f"  the act asks {len(plays[-1])} statements")
    series = rounds.Series("issue", here.engine, "the same statements, psycopg, prepared and binary, 2 processes", unit="acts per second")
    series.more["statements"] = len(plays[-1])
    meter = cpu.database()
    with places.serving() as there:
        def asked(some: list[str]) -> rounds.Took:
            each = [[request(client, n) for n in own] for client, own in zip(clients, rounds.dealt(some, CONNECTIONS), strict=True)]
            return rounds.asked(there, each, meter, "302")

        def measure(n: int) -> rounds.Took:
            return asked(mine[n * A_ROUND : (n + 1) * A_ROUND])

        asked(warm)
        if here.engine == "postgresql":
            def plain(n: int) -> rounds.Took:
                parts = rounds.dealt(plays[n * A_ROUND : (n + 1) * A_ROUND], 2)
                work = [rounds.written(here.var, f"issue{i}", here.plain() | {"scripts": own}) for i, own in enumerate(parts)]
                return rounds.together("jiangcheng.jobs.bench.plain", work, meter)

            return rounds.interleave(count, [(series, measure)], plain, say)
        series.baseline = "the same statements behind a bare granian function, 2 processes"
        with bare(here, plays) as other_side:
            def behind(n: int) -> rounds.Took:
                numbered = [rounds.get(f"/{i}") for i in range(n * A_ROUND, (n + 1) * A_ROUND)]
                return rounds.asked(other_side, rounds.dealt(numbered, CONNECTIONS), meter)

            return rounds.interleave(count, [(series, measure)], behind, say)


def request_fields() -> dict[str, str]:
    """What the form of the act sends, but for the token against forgery."""
    return {"step": "issue", "key": secrets.token_hex(12)}
