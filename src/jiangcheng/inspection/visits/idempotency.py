"""Acts that are sent twice count once: double taps, dropped connections, the outbox of a phone (幂等键).

The key comes from the device with every send. The first answer is kept in the transaction of the act, so that it is
there exactly when the act is; a refused act keeps no key and may be sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from jiangcheng.inspection.visits.models import SentOnce
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces


@dataclass(frozen=True)
class Sent:
    """An answer as it can be given again: status, address to go to, text. ``again`` marks a repeated one."""

    status: int
    location: str = ""
    body: str = ""
    again: bool = False


@enforces("327-08-2")
def once(key: str, account: int | None, path: str, fn: Callable[[], Sent]) -> Sent:
    """Do ``fn`` once for a key of an account (None: somebody without one) and give its answer to every repetition.

    Without a key ``fn`` just runs. Raises ``Refused`` when the key was used for another address.
    """
    if not key:
        return fn()
    name = f"{account or 0}:{key}"[:80]
    kept = _kept(name, path)
    if kept is not None:
        return kept
    try:
        with transaction.atomic():
            row = SentOnce.objects.create(key=name, account=account or 0, path=path[:200], status=0)
            answer = fn()
            row.status, row.location, row.body = answer.status, answer.location[:300], answer.body
            row.save()
    except IntegrityError:
        kept = _kept(name, path)
        if kept is None:
            raise
        return kept
    return answer


def _kept(name: str, path: str) -> Sent | None:
    row = SentOnce.objects.filter(pk=name).first()
    if row is None:
        return None
    if row.path != path[:200]:
        raise Refused([Breach("这次提交的编号已用于另一操作，没有重复办理。", (Remedy("刷新页面后再提交"),))])
    return Sent(row.status, row.location, row.body, again=True)
