"""Places under frequency caps: reserved when the code is issued, used at the scan, given back (article 15, HR-15-8).

A place is taken by one conditional statement, so that no interleaving passes a cap. All places of a visit are taken
or none. A test-only switch (``papers.breaks``) takes the condition away to show that it is the one that holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.items.caps import Limit
from jiangcheng.inspection.plans import queries as plans
from jiangcheng.inspection.visits.models import CapCounter, CapUse, Visit
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.papers import breaks

HELD = ("reserved", "used")
TAKE = """
INSERT INTO visits_capcounter (cap_key, subject, period, n)
SELECT CAST(%s AS varchar(40)), CAST(%s AS varchar(40)), CAST(%s AS varchar(16)), 1 WHERE CAST(%s AS integer) >= 1
ON CONFLICT (cap_key, subject, period) DO UPDATE SET n = visits_capcounter.n + 1 WHERE {condition}
RETURNING id
"""
GUARDED = TAKE.format(condition="visits_capcounter.n < CAST(%s AS integer)")
BROKEN = TAKE.format(condition="CAST(%s AS integer) IS NOT NULL")


@dataclass(frozen=True)
class Place:
    """One limit that covers a visit, with the counter it stands for."""

    limit: Limit
    key: str
    subject: str
    period: str
    item: str


@enforces("327-15-1", "HR-15-1", "HR-20-2")
def counts(visit: Visit) -> bool:
    """Does the visit enter the cap? Case visits and tracking visits on an order do not: they are shown in a second tally."""
    return visit.order_id is None and visit.kind in ("daily", "special")


def why_not_counted(visit: Visit) -> str:
    """Why a visit is not in the cap, in words; empty when it is."""
    if visit.order_id is not None:
        return "跟踪检查，不计入年度频次上限"
    return "" if counts(visit) else "个案检查，不计入年度频次上限"


@enforces("327-15-1", "HR-15-2", "HR-15-3", "HR-15-7")
def places(visit: Visit, day: date) -> list[Place]:
    """Counters on which the visit needs a place, in a steady order; empty for a visit that is not counted."""
    if not counts(visit):
        return []
    found: dict[tuple[str, str, str], Place] = {}
    for one in visit.items.select_related("version").order_by("id"):
        version = one.version
        for limit in caps.limits(visit.body_id, version.item_id, version.field, visit.enterprise, day, visit.row):
            key = limit.key if limit.cap else f"row:{plans.lineage(limit.row)[0]}"
            subject = caps.subject_key(limit, visit.enterprise_id, visit.site_id)
            period = caps.period_key(limit, day)
            found.setdefault((key, subject, period), Place(limit, key, subject, period, version.name))
    return [found[k] for k in sorted(found)]


def taken(place: Place, besides: Visit | None = None) -> int:
    """Places held on the counter, without those that ``besides`` holds itself."""
    counter = CapCounter.objects.filter(cap_key=place.key, subject=place.subject, period=place.period).first()
    if counter is None:
        return 0
    own = besides is not None and counter.uses.filter(visit=besides, state__in=HELD).exists()
    return counter.n - own


def last_visit(visit: Visit, place: Place) -> date | None:
    """Day of the last visit that holds a place under the same cap for the same subject, in any period."""
    held = Visit.objects.filter(
        cap_uses__state__in=HELD, cap_uses__counter__cap_key=place.key, cap_uses__counter__subject=place.subject,
    ).exclude(pk=visit.pk)
    last = held.aggregate(last=Max("window_start"))["last"]
    return timezone.localdate(last) if last else None


def earliest(limit: Limit, last: date) -> date:
    """First day that keeps the minimum gap after a visit on ``last``."""
    return caps.earliest_next(limit, last)


def bump(key: str, subject: str, period: str, limit: int) -> int | None:
    """Take one place if there is one: id of the counter, or None. One conditional statement on both engines."""
    statement = BROKEN if breaks.broken("cap") else GUARDED
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, subject, period, limit, limit])
        row = cursor.fetchone()
    return row[0] if row else None


def _drop(counter_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE visits_capcounter SET n = n - 1 WHERE id = %s AND n > 0", [counter_id])


@enforces("327-15-1", "HR-15-8")
def reserve(visit: Visit, day: date) -> list[CapUse]:
    """Reserve a place on every counter that covers the visit, or none. Call inside ``ledger.act`` and a transaction.

    Places the visit holds already are kept (a new code after a change of officers); places on counters that no longer
    cover it are given back. Raises ``Refused`` with every full counter.
    """
    wanted = places(visit, day)
    held = {u.counter_id: u for u in visit.cap_uses.select_related("counter")}
    keys = {(p.key, p.subject, p.period) for p in wanted}
    for use in held.values():
        if use.state in HELD and (use.counter.cap_key, use.counter.subject, use.counter.period) not in keys:
            _give_back(use)
    full, made = [], []
    for place in wanted:
        own = next((u for u in held.values() if u.state in HELD and _is(u.counter, place)), None)
        if own is not None:
            made.append(own)
            continue
        counter = bump(place.key, place.subject, place.period, place.limit.limit)
        if counter is None:
            full.append(place)
        else:
            made.append(_write(visit, held.get(counter), counter, place))
    if full:
        raise Refused(_full(visit, p) for p in full)
    return made


def _is(counter: CapCounter, place: Place) -> bool:
    return (counter.cap_key, counter.subject, counter.period) == (place.key, place.subject, place.period)


def _write(visit: Visit, use: CapUse | None, counter: int, place: Place) -> CapUse:
    use = use or CapUse(visit=visit, counter_id=counter, cap=place.limit.cap, row=place.limit.row)
    use.state = "reserved"
    use.save()
    return use


def _full(visit: Visit, place: Place) -> Breach:
    what = "计划载明的频次" if place.limit.gap else "公布的上限"
    return Breach(
        f"“{place.item}”刚刚达到{what} {place.limit.limit} 次，不能再领取检查码。",
        (Remedy("查看该企业的检查记录", "officer-visits", (("q", visit.enterprise.name),)),), ids=("327-15-1",),
    )


def use(visit: Visit) -> list[CapUse]:
    """The scan uses the reserved places. Rows changed, for the ``also`` of the act that follows."""
    return _turn(visit, ("reserved",), "used")


def give_back(visit: Visit, *, used_too: bool = False) -> list[CapUse]:
    """Give places back: reserved ones, and with ``used_too`` those of a visit that found nobody to inspect.

    Rows changed, for the ``also`` of the act that follows. One conditional statement a row: twice gives back once.
    """
    return _turn(visit, HELD if used_too else ("reserved",), "returned")


def _turn(visit: Visit, source: tuple[str, ...], target: str) -> list[CapUse]:
    changed = []
    for one in CapUse.objects.filter(visit=visit, state__in=source).order_by("counter_id"):
        if CapUse._base_manager.filter(pk=one.pk, state=one.state).update(state=target):
            if target == "returned":
                _drop(one.counter_id)
            one.state = target
            changed.append(one)
    return changed


def _give_back(one: CapUse) -> None:
    _drop(one.counter_id)
    one.state = "returned"
    one.save()


def settle_back(visit: Visit, actor: Actor = SYSTEM) -> int:
    """Give reserved places back in an act of its own, where no step of the visit does it."""
    with ledger.act("visit.cap_returned", actor, about=visit, duties=("327-15-1",)):
        changed = give_back(visit)
        for row in changed:
            ledger.touch(row)
    return len(changed)
