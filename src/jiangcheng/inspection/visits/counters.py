"""Places under frequency caps: reserved when the code is issued, used at the scan, given back (article 15, HR-15-8).

A place is taken by one conditional statement, so that no interleaving passes a cap. All places of a visit are taken
or none. A test-only switch (``papers.breaks``) takes the condition away to show that it is the one that holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.items.caps import Limit
from jiangcheng.inspection.plans import queries as plans
from jiangcheng.inspection.visits.models import CapCounter, CapUse, Visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.papers import breaks

HELD = ("reserved", "used")
LONGEST = 31
"""Days of a window that are looked at; a longer one is refused before it comes here."""
Key = tuple[str, str, str]
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


def days_of(visit: Visit) -> list[date]:
    """Civil days of the window on which the visit may be carried out; today while it has none."""
    if not visit.window_start or not visit.window_end:
        return [calendar.today()]
    first, last = timezone.localdate(visit.window_start), timezone.localdate(visit.window_end)
    return [first + timedelta(days=n) for n in range(min(max((last - first).days, 0), LONGEST) + 1)]


@enforces("327-15-1", "HR-15-2", "HR-15-3", "HR-15-7")
def places(visit: Visit, day: date | None = None) -> list[Place]:
    """Counters on which the visit needs a place, in a steady order; empty for a visit that is not counted.

    A window that touches two periods needs a place in both, as it may be carried out in either; the scan uses one and
    gives the other back. With ``day`` the places of that day alone.
    """
    if not counts(visit):
        return []
    found: dict[tuple[str, str, str], Place] = {}
    for one in visit.items.select_related("version").order_by("id"):
        version = one.version
        for on in [day] if day else days_of(visit):
            for limit in caps.limits(visit.body_id, version.item_id, version.field, visit.enterprise, on, visit.row):
                subject = caps.subject_key(limit, visit.enterprise_id, visit.site_id)
                period = caps.period_key(limit, on)
                found.setdefault((key_of(limit), subject, period), Place(limit, key_of(limit), subject, period, version.name))
    return [found[k] for k in sorted(found)]


def key_of(limit: Limit) -> str:
    """Name of a limit's counter; the rows into which a plan row was copied count as that row."""
    return limit.key if limit.cap else f"row:{plans.lineage(limit.row)[0]}"


def taken(place: Place, besides: Visit | None = None) -> int:
    """Places held on the counter, without those that ``besides`` holds itself."""
    counter = CapCounter.objects.filter(cap_key=place.key, subject=place.subject, period=place.period).first()
    if counter is None:
        return 0
    own = besides is not None and counter.uses.filter(visit=besides, state__in=HELD).exists()
    return counter.n - own


def done(place: Place) -> int:
    """Visits that were carried out on the counter, without those that are only arranged."""
    uses = CapUse.objects.filter(counter__cap_key=place.key, counter__subject=place.subject, counter__period=place.period)
    return uses.filter(state="used").count()


def ordinal(use: CapUse) -> int:
    """Which of the visits carried out in its period this one is. Places that are only reserved do not show: they would
    tell of a visit that nobody may know of yet."""
    before = CapUse.objects.filter(counter=use.counter_id, state="used").exclude(visit=use.visit_id)
    at = use.visit.arrived_at
    return before.filter(visit__arrived_at__lt=at).count() + 1 if at else before.count() + 1


def other_days(visit: Visit, place: Place) -> list[date]:
    """Days of the other visits that hold a place under the same cap for the same subject, in any period."""
    held = Visit.objects.filter(
        cap_uses__state__in=HELD, cap_uses__counter__cap_key=place.key, cap_uses__counter__subject=place.subject,
    ).exclude(pk=visit.pk).distinct()
    days = [timezone.localdate(at or start) for at, start in held.values_list("arrived_at", "window_start") if at or start]
    return sorted(days)


def next_day(visit: Visit, place: Place, day: date) -> date | None:
    """First day from ``day`` on that keeps the minimum gap to the visits before and after it; None when ``day`` does."""
    limit = place.limit
    if not (limit.min_gap_days or limit.min_gap_months):
        return None
    found, others = day, other_days(visit, place)
    while near := [d for d in others if max(d, found) < caps.earliest_next(limit, min(d, found))]:
        found = caps.earliest_next(limit, max(near))
    return found if found != day else None


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
def reserve(visit: Visit, what: str = "领取检查码") -> list[CapUse]:
    """Reserve a place on every counter that covers the visit, or none. Call inside ``ledger.act`` and a transaction.

    Places the visit holds already are kept (a new code after a change of officers); reserved ones on counters that no
    longer cover it are given back. A visit that was carried out in part has used its place and needs no other, also
    when it goes on in a later period. Raises ``Refused`` with every full counter, and where another visit has come
    too near meanwhile: the counter, held by its change, keeps others waiting.
    """
    if visit.started_at is not None and visit.cap_uses.filter(state="used").exists():
        return list(visit.cap_uses.filter(state="used"))
    wanted = places(visit)
    keys = {(p.key, p.subject, p.period) for p in wanted}
    for use in _turn(visit, ("reserved",), "returned", spare=keys):
        ledger.touch(use)
    held = {u.counter_id: u for u in visit.cap_uses.select_related("counter")}
    full, made = [], []
    for place in wanted:
        own = next((u for u in held.values() if u.state in HELD and _is(u.counter, place)), None)
        if own is not None:
            made.append(own)
            continue
        counter = bump(place.key, place.subject, place.period, place.limit.limit)
        if counter is None:
            full.append(_full(visit, place, what))
        else:
            made.append(_write(visit, held.get(counter), counter, place))
            full += _too_near(visit, place)
    if full:
        raise Refused(full)
    return made


def _too_near(visit: Visit, place: Place) -> list[Breach]:
    if next_day(visit, place, days_of(visit)[0]) is None:
        return []
    ways = (Remedy("改选检查时间", "visit-scheme", (("number", visit.number),)),)
    return [Breach(f"“{place.item}”两次检查之间未满规定的间隔，不能再安排在这一时间。", ways, ids=("327-15-1",))]


def _is(counter: CapCounter, place: Place) -> bool:
    return (counter.cap_key, counter.subject, counter.period) == (place.key, place.subject, place.period)


def _write(visit: Visit, use: CapUse | None, counter: int, place: Place) -> CapUse:
    use = use or CapUse(visit=visit, counter_id=counter, cap=place.limit.cap, row=place.limit.row)
    use.state = "reserved"
    use.save()
    return use


def _full(visit: Visit, place: Place, act: str) -> Breach:
    what = "计划载明的频次" if place.limit.gap else "公布的上限"
    return Breach(
        f"“{place.item}”刚刚达到{what} {place.limit.limit} 次，不能{act}。",
        (Remedy("查看该企业的检查记录", "officer-visits", (("q", visit.enterprise.name),)),), ids=("327-15-1",),
    )


@enforces("327-15-1", "HR-15-8")
def ask_again(actor: Actor, visit: Visit, day: date) -> None:
    """At the scan: a cap that was published after the code was issued covers the visit too. A place on it is reserved in
    an act of its own; ``Refused`` where none is free. Nothing happens when every place is held."""
    held = {(u.counter.cap_key, u.counter.subject, u.counter.period) for u in visit.cap_uses.filter(state__in=HELD).select_related("counter")}
    if visit.started_at is not None or all((p.key, p.subject, p.period) in held for p in places(visit, day)):
        return
    with ledger.act("visit.cap_reserved", actor, about=visit, duties=("327-15-1",)):
        reserve(visit, "入企")


def use(visit: Visit, day: date) -> list[CapUse]:
    """The scan on ``day`` uses the reserved places of its period; those of another period that the window touches are
    given back. Rows changed, for the ``also`` of the act that follows."""
    wanted = {(p.key, p.subject, p.period) for p in places(visit, day)}
    return _turn(visit, ("reserved",), "used", only=wanted) + _turn(visit, ("reserved",), "returned")


def give_back(visit: Visit) -> list[CapUse]:
    """Give reserved places back. Rows changed, for the ``also`` of the act that follows; twice gives back once."""
    return _turn(visit, ("reserved",), "returned")


def release(visit: Visit) -> list[CapUse]:
    """Give back every place of a visit that ends without having begun, scanned or not: no visit is charged that did not
    happen. One that had begun keeps what it used."""
    return _turn(visit, HELD if visit.started_at is None else ("reserved",), "returned")


def _turn(
    visit: Visit, source: tuple[str, ...], target: str, *, only: set[Key] | None = None, spare: set[Key] = frozenset(),
) -> list[CapUse]:
    """Change places from one state to another, each by one conditional statement, so that none is counted twice."""
    changed = []
    for one in CapUse.objects.filter(visit=visit, state__in=source).select_related("counter").order_by("counter_id"):
        key = (one.counter.cap_key, one.counter.subject, one.counter.period)
        if key in spare or (only is not None and key not in only):
            continue
        if CapUse._base_manager.filter(pk=one.pk, state=one.state).update(state=target):
            if target == "returned":
                _drop(one.counter_id)
            one.state = target
            changed.append(one)
    return changed


def settle_back(visit: Visit, actor: Actor = SYSTEM) -> int:
    """Give places of a visit that never began back in an act of its own, where no step of the visit does it."""
    with ledger.act("visit.cap_returned", actor, about=visit, duties=("327-15-1",)):
        changed = release(visit)
        for row in changed:
            ledger.touch(row)
    return len(changed)
