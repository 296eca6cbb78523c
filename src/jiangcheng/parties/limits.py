"""How often one may ask (HR-08-5): requests counted a minute, by account, key or address, over all server processes.

One conditional statement counts and decides. The numbers are dated and a city's own to change; ``0`` is no limit.
"""

from __future__ import annotations

import time

from django.db import connection

from jiangcheng.kernel import breaks, parameters
from jiangcheng.law import parameters as law
from jiangcheng.law.rule import enforces
from jiangcheng.parties.models import RateCount

SECONDS = 60
KINDS = ("api", "api-address", "search", "upload")
_COUNT = (
    "INSERT INTO parties_ratecount (who, slot, n) VALUES (%s, %s, 1) ON CONFLICT (who, slot) "
    "DO UPDATE SET n = parties_ratecount.n + 1 WHERE parties_ratecount.n < %s RETURNING n"
)


@enforces("HR-08-5")
def number(part: str) -> int:
    """A number of HR-08-5 that holds today (``login``, ``api`` …); half of the shipped one where the city chose ``stricter``."""
    chosen = parameters.value("HR-08-5")
    if isinstance(chosen, dict):
        return int(chosen[part])
    return max(1, int(law.shipped()["HR-08-5"].versions[-1].value[part]) // 2)


@enforces("HR-08-5")
def wait(kind: str, who: str, now: float | None = None) -> int:
    """Count one request of a kind; 0 when it may go on, else the seconds until it may be sent again."""
    most = number(kind)
    if most <= 0 or breaks.broken("rate"):
        return 0
    moment = now if now is not None else time.time()
    slot = int(moment) // SECONDS
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [f"{kind}/{who}"[:100], slot, most])
        if cursor.fetchone() is not None:
            return 0
    return max(1, int((slot + 1) * SECONDS - moment))


def sweep(now: float | None = None) -> int:
    """Throw away the counts of past minutes; how many."""
    slot = int(now if now is not None else time.time()) // SECONDS
    return RateCount.objects.filter(slot__lt=slot - 1).delete()[0]
