"""Search by pairs of characters: one index for names, codes, initials and numbers, on both engines, right after each act.

A record is found by two characters that stand together in what it says; longer words are found by all their pairs and
then compared as written. Runs of letters and digits are besides cut into fours, so that a credit code or initials ask
few rows. What an upper layer wants to be found it declares once::

    @index(Enterprise, "e")
    def enterprises(rows): return ((e.pk, (e.name, e.initials), (e.uscc,)) for e in rows)

The ledger tells of every row that an act wrote, so the index follows ``save``, ``update`` and bulk loads in the same
transaction. What was written past the ledger is put in by ``rebuild``. Finding is not seeing: ask ``parties.scope``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from jiangcheng.kernel import ledger
from jiangcheng.kernel.models import SearchRow

Said = tuple[int, tuple[str, ...], tuple[str, ...]]
"""Of one record: its key, words (names, numbers of papers, initials) and codes (found by four signs or more)."""
Say = Callable[[Any], Iterable[Said]]
BATCH = 500
COMMON = 1000
"""A word that more records hold is no help in finding them: the list is then walked and each row is asked."""
LONG = 4
_RUN = re.compile(r"[0-9a-z]{4,}")


@dataclass(frozen=True)
class Index:
    """How the records of one table are searched. ``acts``: names of the acts that may change what is said of a record
    after it was made (None: any); ``near``: tables whose records say something of others, with the way to the keys of those."""

    model: type[Model]
    kind: str
    say: Say
    acts: tuple[str, ...] | None
    near: tuple[tuple[type[Model], str], ...]

    def rows(self) -> QuerySet:
        return self.model._base_manager.all()


INDEXES: dict[type[Model], Index] = {}


def index(
    model: type[Model], kind: str, *, acts: tuple[str, ...] | None = None, near: tuple[tuple[type[Model], str], ...] = (),
) -> Callable[[Say], Say]:
    """Declare what of a table's records is searched; the function gets a queryset. ``acts`` spares the index when no other act
    changes what is said. ``near`` are (model, look-up) pairs: when a row of the model changes, records with ``look-up`` equal
    to it are indexed anew."""

    def wrap(say: Say) -> Say:
        if model in INDEXES or any(known.kind == kind for known in INDEXES.values()):
            raise RuntimeError(f"{model.__name__} or kind {kind}: two ways to search")
        INDEXES[model] = Index(model, kind, say, acts, near)
        return say

    return wrap


# --- pairs ---------------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Letters, figures and characters alone, full-width and capital forms made the same: ``鄂检〔２０26〕1号`` → ``鄂检20261号``."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum() or unicodedata.category(c) in ("Co", "Cn"))


def _cut(text: str, size: int) -> set[str]:
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def _fours(text: str) -> set[str]:
    return {piece for run in _RUN.findall(text) for piece in _cut(run, LONG)}


def _kept(kind: str, words: Iterable[str], codes: Iterable[str]) -> list[str]:
    """All that a record can be found by, each with the letter of its kind in front."""
    found: set[str] = set()
    for word in words:
        found |= _cut(word, 2) | _fours(word)
    for code in codes:
        found |= _fours(code) or _cut(code, 2)
    return [kind + gram for gram in sorted(found)]


def _asked(kind: str, word: str) -> list[str]:
    """What a record that holds the word must be found by: fours of long runs, pairs of the rest."""
    inside = {i for run in _RUN.finditer(word) for i in range(run.start(), run.end() - 1)}
    pairs = {word[i : i + 2] for i in range(len(word) - 1) if i not in inside}
    return [kind + gram for gram in sorted(pairs | _fours(word))]


# --- finding -------------------------------------------------------------------------------------------------------


def words_of(query: str) -> list[str]:
    """The words of a query as typed, in plain letters; what holds no letter or figure is left out."""
    return [word for typed in query.split() if (word := plain(typed))]


def holding(model: type[Model], query: str) -> Q:
    """Condition on rows of an indexed table: they hold every word of the query. No word, no row. Asks the index once.

    Rare words are answered with the keys themselves. For a word that is common the rows of the list are asked one by one,
    in the order of the list: a page of it is full soon.
    """
    return holding_many([model], query)[model]


def holding_many(models: Iterable[type[Model]], query: str) -> dict[type[Model], Q]:
    """``holding`` for several tables by one question."""
    words, wanted = words_of(query), dict.fromkeys(models)
    if not words:
        return {model: Q(pk__in=()) for model in wanted}
    rows = {model: SearchRow.objects.filter(kind=INDEXES[model].kind) for model in wanted}
    for word in words:
        rows = {model: some.filter(text__contains=word) for model, some in rows.items()}
    keys = _few(words, rows)
    return {
        model: Q(pk__in=found) if (found := keys.get(INDEXES[model].kind, [])) is not None else Q(Exists(some.filter(key=OuterRef("pk"))))
        for model, some in rows.items()
    }


def _few(words: list[str], rows: dict[type[Model], QuerySet]) -> dict[str, list[int] | None]:
    """Keys by kind of what holds the words; None for a kind of which too many do, or that single characters are asked of."""
    parts, values = [], []
    for model, some in rows.items():
        kind = INDEXES[model].kind
        grams = [gram for word in words for gram in _asked(kind, word)]
        if not grams:
            return {INDEXES[m].kind: None for m in rows}
        text, given = some.filter(grams__hold=grams).order_by().values_list("kind", "key")[: COMMON + 1].query.sql_with_params()
        parts.append(f"SELECT * FROM ({text}) part{len(parts)}")  # noqa: S608  made by the ORM, values apart
        values += given
    found: dict[str, list[int] | None] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        for kind, key in cursor.fetchall():
            found.setdefault(kind, []).append(key)
    return {kind: keys if len(keys) <= COMMON else None for kind, keys in found.items()}


def found(rows: QuerySet, query: str, path: str = "", known: dict[type[Model], Q] | None = None) -> QuerySet:
    """Rows of a list that hold the query; with a ``path`` those whose record at the path does (``"enterprise"``).

    Several lists that are asked for the same query get what is ``known`` by ``holding_many``.
    """
    model = at_end(rows.model, path)
    asked = known[model] if known else holding(model, query)
    return rows.filter(**{f"{path}__in": model._base_manager.filter(asked).values("pk")}) if path else rows.filter(asked)


def at_end(model: type[Model], path: str) -> type[Model]:
    """The table to which a path leads; the table itself without one."""
    for part in path.split("__") if path else ():
        model = model._meta.get_field(part).related_model
    return model


# --- keeping up ----------------------------------------------------------------------------------------------------


def refresh(model: type[Model], keys: Iterable[Any]) -> None:
    """Index some records anew; those that are gone are taken out."""
    own, wanted = INDEXES[model], [int(k) for k in keys]
    for i in range(0, len(wanted), BATCH):
        some = wanted[i : i + BATCH]
        _put(own, own.say(own.rows().filter(pk__in=some)), set(some))


def _put(own: Index, said: Iterable[Said], wanted: set[int]) -> None:
    made = list(_rows(own, said))
    SearchRow.objects.bulk_create(
        made, batch_size=BATCH, update_conflicts=True, unique_fields=["kind", "key"], update_fields=["text", "grams"],
    )
    gone = wanted - {row.key for row in made}
    if gone:
        SearchRow.objects.filter(kind=own.kind, key__in=gone).delete()


def _rows(own: Index, said: Iterable[Said]) -> Iterator[SearchRow]:
    for key, words, codes in said:
        texts, signs = [plain(w) for w in words], [plain(c) for c in codes]
        grams = _kept(own.kind, texts, signs)
        yield SearchRow(kind=own.kind, key=key, text="\n".join(t for t in (*texts, *signs) if t), grams=" ".join(grams))


def _after(act: Any, lines: list[dict[str, Any]]) -> None:
    """Told by the ledger what an act wrote. A table without index costs nothing; nor does an act that changes no words."""
    changed: dict[str, list[str]] = defaultdict(list)
    fresh: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        (changed if line["before"] and line["after"] else fresh)[line["table"]].append(line["pk"])
    for own in INDEXES.values():
        table = own.model._meta.db_table
        keys = fresh[table] + (changed[table] if own.acts is None or act.name in own.acts else [])
        for model, path in own.near:
            if theirs := changed[model._meta.db_table]:
                keys += own.rows().filter(**{f"{path}__in": theirs}).values_list("pk", flat=True)
        if keys:
            refresh(own.model, keys)


ledger.AFTER.append(_after)


def rebuild(models: Iterable[type[Model]] | None = None) -> Iterator[tuple[str, int]]:
    """Make the index anew, of all tables when none are given; each is (name of the table, records). A table is whole before and after."""
    for model in INDEXES if models is None else models:
        own, n = INDEXES[model], 0
        with transaction.atomic():
            SearchRow.objects.filter(kind=own.kind).delete()
            keys = own.rows().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH)
            while some := list(islice(keys, BATCH)):
                _put(own, own.say(own.rows().filter(pk__in=some)), set(some))  # an act may have put some in meanwhile
                n += len(some)
        yield model._meta.verbose_name if not str(model._meta.verbose_name).isascii() else model._meta.label, n


def empty_indexes() -> list[type[Model]]:
    """Tables that hold records and of which nothing is indexed: a database from before there was an index."""
    return [
        model for model, own in INDEXES.items()
        if own.rows().exists() and not SearchRow.objects.filter(kind=own.kind).exists()
    ]
