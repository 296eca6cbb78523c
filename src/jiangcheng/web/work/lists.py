"""One list over several kinds of work: every kind is a query of three columns, joined and sorted by the database.

However long the list, a page asks: how many of each kind, which rows are on it, and the rows of each kind on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, DateField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone

from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.search import at_end, found, holding_many
from jiangcheng.work import actions, notices
from jiangcheng.work.kinds import KINDS, Kind
from jiangcheng.work.models import Handover

LATER = date(9999, 1, 1)
"""Sorts what has no day behind all that has one."""
UNREAD = "unread"
COLUMNS = ("w_kind", "w_key", "w_day")


@dataclass(frozen=True)
class Task:
    """One line of 待办. ``note`` says who handed it over."""

    kind: Kind
    record: Any
    title: str
    day: date | None
    limit: calendar.Limit | None
    note: str
    url: str

    @property
    def edge(self) -> str:
        """Colour of its edge: late, warn, or none."""
        tone = self.limit.tone if self.limit else ""
        return tone if tone in ("late", "warn") else ""


def kinds_of(actor: Actor) -> list[Kind]:
    """Kinds of work of the roles that the actor holds now, in the order in which they were declared."""
    return [kind for kind in KINDS.values() if actor.has(kind.role)]


def _day(kind: Kind) -> Any:
    name = kind.due or kind.since
    later = Cast(Value(LATER.isoformat()), DateField())
    if not name:
        return later
    column = F(name)
    return Coalesce(TruncDate(column) if isinstance(kind.model._meta.get_field(name), DateTimeField) else column, later, output_field=DateField())


def rows_of(actor: Actor, kind: Kind, query: str = "", *, late: bool = False, known: Any = None) -> QuerySet:
    """What of a kind of work is the actor's, as three columns; only what holds the query, only what is late."""
    rows = actions.left_with(actor, kind, kind.rows(actor))
    if query:
        rows = rows.none() if kind.search == "-" else found(rows, query, kind.search, known)
    rows = rows.order_by().annotate(w_kind=Cast(Value(kind.slug), CharField(max_length=24)), w_key=F("pk"), w_day=_day(kind))
    if late:
        rows = rows.filter(w_day__lt=timezone.localdate()) if kind.due else rows.none()
    return rows.values_list(*COLUMNS)


def _together(queries: list[QuerySet]) -> QuerySet | None:
    kept = [q for q in queries if not q.query.is_empty()]
    return kept[0].union(*kept[1:], all=True) if len(kept) > 1 else kept[0] if kept else None


def _number(rows: QuerySet, slug: str) -> QuerySet:
    named = rows.order_by().annotate(w_kind=Cast(Value(slug), CharField(max_length=40)), w_key=F("pk"))
    return named.values_list("w_kind").annotate(n=Count("w_key")).values_list("w_kind", "n")


def _counts(actor: Actor) -> dict[str, int]:
    """All that the head and the side of a page count, asked once a request: work by kind, the same with what was handed to
    others (``all:``), unread notices."""
    kept = vars(actor)
    if "work_counts" not in kept:
        each = [_number(notices.of(actor.account).filter(read_at=None), UNREAD)]
        for kind in kinds_of(actor):
            rows = kind.rows(actor)
            each += [_number(actions.left_with(actor, kind, rows), kind.slug), _number(rows, f"all:{kind.slug}")]
        joined = _together(each)
        kept["work_counts"] = dict(joined) if joined is not None else {}
    return kept["work_counts"]


def counts(actor: Actor) -> dict[str, int]:
    """How many wait, by kind of work."""
    found = _counts(actor)
    return {kind.slug: found.get(kind.slug, 0) for kind in kinds_of(actor)}


def total(actor: Actor) -> int:
    """How many things wait: the length of 待办."""
    return sum(counts(actor).values())


def waiting_in_all(actor: Actor, slug: str) -> int:
    """How many of a kind wait for the actor's desk, whoever of it has them: the length of the desk's own list."""
    return _counts(actor).get(f"all:{slug}", 0)


def unread(actor: Actor) -> int:
    """How many notices the account has not read."""
    return _counts(actor).get(UNREAD, 0)


def page_rows(actor: Actor, slug: str, query: str, late: bool) -> QuerySet | None:
    """The list as a query of three columns, the most pressing first; None when nothing can be in it."""
    wanted = [k for k in kinds_of(actor) if slug in ("", k.slug)]
    known = holding_many([at_end(k.model, k.search) for k in wanted if k.search != "-"], query) if query else {}
    joined = _together([rows_of(actor, k, query, late=late, known=known) for k in wanted])
    return joined.order_by("w_day", "w_kind", "w_key") if joined is not None else None


def tasks(actor: Actor, rows: list[tuple[str, int, date]]) -> list[Task]:
    """The lines of a page in their order, read kind by kind."""
    keys: dict[str, list[int]] = {}
    for slug, key, _ in rows:
        keys.setdefault(slug, []).append(key)
    records = {
        (slug, r.pk): r for slug, some in keys.items()
        for r in KINDS[slug].model._base_manager.filter(pk__in=some).select_related(*KINDS[slug].also)
    }
    notes = _notes(actor, keys)
    return [_task(KINDS[slug], records[slug, key], day, notes.get((slug, key), "")) for slug, key, day in rows if (slug, key) in records]


def _notes(actor: Actor, keys: dict[str, list[int]]) -> dict[tuple[str, int], str]:
    shared = {slug: some for slug, some in keys.items() if KINDS[slug].may}
    if not shared or actor.person is None:
        return {}
    given = Handover.objects.filter(taker=actor.person, ended_at=None, kind__in=shared).select_related("giver")
    given = given.filter(key__in={key for some in shared.values() for key in some})
    return {(g.kind, g.key): f"{g.giver.name}转办" + (f"：{g.reason}" if g.reason else "") for g in given}


def _task(kind: Kind, record: Any, day: Any, note: str) -> Task:
    day = None if day is None or day == LATER else day
    limit = calendar.limit(day) if day and kind.due else None
    page, args = kind.address(record)
    return Task(kind, record, kind.title(record), day, limit, note, reverse(page, args=args))
