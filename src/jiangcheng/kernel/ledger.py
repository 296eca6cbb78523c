"""The ledger: every act leaves one leaf in its own transaction, and nobody can alter it unseen (Art. 8 para. 2).

An act's leaf says who, for which body, when (server and device), where, by which duties, with which opinion, from
which state to which, and the digests before and after of every audited row it wrote. It is strung on this thread's
chain and signed. **The receipt is for the actor only after COMMIT**: ``act.receipt`` is set when the ``with`` block
ends, so whoever holds it inside a larger transaction must not let it leave before that one is committed (a view
answers after it). Acknowledged is then durable, and provable: at once by the promise, after the next checkpoint by an
inclusion proof.

What is promised, and no more: a row or leaf that is changed, removed, inserted or swapped is named by the verifier if
it is older than the last checkpoint that somebody outside holds, or covered by a receipt. Who holds both the database
and the signing key can forge what no checkpoint outside covers. Opinions and names of actors stand in the leaf itself
and cannot be erased.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel import canonical, chain, keys, merkle, models, storage
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.law.rule import enforces

WITHIN = 60
"""Seconds within which the signed word puts the leaf into the tree. The sequencer aims at 2; a restart may come between."""
BATCH = 500


class Unrecorded(RuntimeError):
    """An audited row was written outside ``ledger.act``."""


@dataclass(frozen=True)
class Receipt:
    """What the actor takes away: number of the leaf (存证编号) and the signed promise (JSON text)."""

    number: str
    promise: str = ""


@dataclass
class _Seen:
    """What is known of a touched row: its recorded digest (``known``, once ``asked``), and a digest that differed."""

    known: str | None = None
    asked: bool = False
    found: str | None = None


@dataclass
class Act:
    """An act in progress. ``receipt`` is there after the ``with`` block."""

    name: str
    actor: Actor
    about: Any
    outer: Act | None = None
    many: bool = False
    rows: dict[tuple[type, str], _Seen] = field(default_factory=dict)
    fresh: list[Any] = field(default_factory=list)
    receipt: Receipt | None = None

    def settle(self) -> None:
        """Rows that were new and have their key by now."""
        if self.fresh:
            for row in self.fresh:
                if row.pk is not None:
                    self.rows.setdefault((row._meta.concrete_model, str(row.pk)), _Seen())
            self.fresh = [row for row in self.fresh if row.pk is None]


_current: ContextVar[Act | None] = ContextVar("act", default=None)


# --- what an act touches -------------------------------------------------------------------------------------------


def in_act() -> bool:
    """True inside ``ledger.act``."""
    return _current.get() is not None


def _require(model: type) -> Act:
    mine = _current.get()
    if mine is None:
        raise Unrecorded(f"{model.__name__} written outside ledger.act")
    return mine


def touch(row: Any, *, gone: bool = False) -> None:
    """Put a row on the current act: its state at the end of the act is digested (gone or not is seen then).

    For rows written by a raw statement. Rows saved, deleted or updated through the ORM are touched by themselves.
    """
    model = row._meta.concrete_model
    mine = _require(model)
    if row.pk is None:
        mine.fresh.append(row)
    else:
        mine.rows.setdefault((model, str(row.pk)), _Seen())


def writing(row: Any) -> None:
    """Called before a row is written: touches it and compares what is stored with what the ledger last recorded."""
    if row._state.adding or row.pk is None:
        _require(row._meta.concrete_model).fresh.append(row)
    else:
        writing_keys(row._meta.concrete_model, [row.pk])


def writing_keys(model: type, wanted: Iterable[Any]) -> None:
    """``writing`` for many rows of one table."""
    mine = _require(model)
    mine.settle()
    new = [str(k) for k in wanted if (model, str(k)) not in mine.rows]
    outer = mine.outer
    while outer is not None:  # what an outer act wrote is on no leaf yet: nothing to compare with
        outer.settle()
        mine.rows.update({(model, k): _Seen() for k in new if (model, k) in outer.rows})
        new = [k for k in new if (model, k) not in mine.rows]
        outer = outer.outer
    for i in range(0, len(new), BATCH):
        mine.rows.update({(model, k): seen for k, seen in _observe(model, new[i : i + BATCH]).items()})


def _observe(model: Any, wanted: list[str]) -> dict[str, _Seen]:
    """Recorded digests of rows, and the actual ones where they differ: the row was changed past the ledger."""
    storage.lock_for_digest(model._base_manager.filter(pk__in=wanted))
    current = canonical.current_form(model)
    known = {d.key: d for d in models.RowDigest.objects.filter(tab=current.table, key__in=wanted)}
    seen = {k: _Seen(known[k].digest or None if k in known else None, asked=True) for k in wanted}
    by_form = defaultdict(list)
    for k in wanted:
        by_form[known[k].form if k in known and known[k].digest else current.version].append(k)
    for version, group in by_form.items():
        form = canonical.form_of(model, version)
        if form is None:
            continue
        stored, salts = canonical.read(model, form, group), canonical.salts(form, group)
        for k, values in stored.items():
            canonical.cover(form, k, values, salts)
            now = canonical.digest(form, k, values)
            if now != seen[k].known:
                seen[k].found = now
    return seen


# --- acts ----------------------------------------------------------------------------------------------------------


@enforces("327-08-2")
@contextmanager
def act(
    name: str, actor: Actor, *, about: Any = None, duties: Iterable[str] = (), opinion: str = "",
    move: tuple[str, str] | None = None, also: Sequence[Any] = (), extra: dict[str, Any] | None = None,
    many: bool = False,
) -> Iterator[Act]:  # fmt: skip
    """Everything audited that is written inside is digested into one leaf, inserted in the same transaction.

    ``about`` is the subject (default: the first row written); ``also`` are rows the caller changed already; ``extra``
    is kept in the leaf as JSON. ``many`` puts the rows into a Merkle tree of their own (a bulk load). An act inside
    an act leaves its own leaf, and the rows it writes are its own. When the block raises, nothing remains.
    """
    with transaction.atomic():
        outer = _current.get()
        mine = Act(name, actor, about, outer, many)
        token = _current.set(mine)
        try:
            for row in also:
                touch(row)
            yield mine
        finally:
            _current.reset(token)
        _close(mine, {"duties": list(duties), "opinion": opinion, "move": list(move) if move else None,
                      "extra": json.loads(json.dumps(extra or {}, default=str))})  # fmt: skip


def _close(mine: Act, said: dict[str, Any]) -> None:
    lines = _lines(mine)
    subject = _subject(mine)
    actor = mine.actor
    string = chain.current()
    n, prev = string.next()
    entry = {
        "v": 1, "act": mine.name, "subject": subject, "at": canonical.moment(timezone.now()), "within": WITHIN,
        "device_time": canonical.moment(actor.device_time), "place": actor.place, "channel": actor.channel,
        "actor": {"account": actor.account, "person": actor.person, "name": actor.name, "body": actor.body,
                  "body_name": actor.body_name, "enterprise": actor.enterprise},
        **said, "rows": [] if mine.many else lines, "chain": string.id, "n": n, "prev": prev,
    }  # fmt: skip
    if n == 0 and string.follows:
        entry["follows"] = string.follows
    parts = [canonical.text(line) for line in lines] if mine.many else []
    if mine.many:
        root = merkle.root_of([merkle.leaf_hash(p.encode()) for p in parts])
        entry["bulk"] = {"size": len(parts), "root": root.hex()}
    leaf, promise = _append(entry)
    string.add(n, leaf.hash)
    models.BulkRow.objects.bulk_create(
        [models.BulkRow(leaf=leaf, position=i, entry=p) for i, p in enumerate(parts)], batch_size=BATCH
    )
    _remember(lines, leaf)
    _stale_for_outer(mine)
    mine.receipt = Receipt(leaf.number, promise)


def _subject(mine: Act) -> list[str]:
    if mine.about is not None:
        return [mine.about._meta.label, str(mine.about.pk)]
    first = next(iter(mine.rows), None)
    return [first[0]._meta.label, first[1]] if first else ["", ""]


def _lines(mine: Act) -> list[dict[str, Any]]:
    """One line a row that the act wrote: digests before and after."""
    mine.settle()
    by_model = defaultdict(list)
    for model, key in mine.rows:
        by_model[model].append(key)
    lines, changed = [], []
    for model, wanted in by_model.items():
        form = canonical.current_form(model)
        for i in range(0, len(wanted), BATCH):
            lines += _model_lines(mine, model, form, wanted[i : i + BATCH], changed)
    canonical.save_salts(changed)
    return lines


def _model_lines(mine: Act, model: type, form: canonical.Form, wanted: list[str], changed: list) -> list[dict[str, Any]]:
    ask = [k for k in wanted if not mine.rows[model, k].asked]
    if ask:
        known = dict(models.RowDigest.objects.filter(tab=form.table, key__in=ask).values_list("key", "digest"))
        for k in ask:
            mine.rows[model, k].known = known.get(k) or None
    stored, salts, lines = canonical.read(model, form, wanted), canonical.salts(form, wanted), []
    gone = [k for k in wanted if k not in stored]
    for k in wanted:
        seen = mine.rows[model, k]
        line = {"table": form.table, "pk": k, "form": form.version, "before": seen.known, "after": None}
        if k in stored:
            erased = canonical.cover(form, k, stored[k], salts, changed)
            line["after"] = canonical.digest(form, k, stored[k])
            if erased:
                line["erased"] = erased
        if seen.found:
            line["found"] = seen.found
        if line["before"] or line["after"]:
            lines.append(line)
    if gone and form.personal:
        models.Salt.objects.filter(tab=form.table, key__in=gone).delete()
    return lines


def _append(entry: dict[str, Any]) -> tuple[models.Leaf, str]:
    """Sign and insert a leaf. The promise is JSON text; what is signed is ``promise_text``."""
    words = canonical.text(entry)
    key, digest = keys.ledger_key(), merkle.leaf_hash(words.encode()).hex()
    signature = key.sign(promise_text(key.id, digest, entry["at"], entry["within"])).hex()
    actor, move = entry["actor"], entry["move"] or ["", ""]
    leaf = models.Leaf(
        act=entry["act"], subject_kind=entry["subject"][0], subject_id=entry["subject"][1],
        actor=actor["person"], actor_name=actor["name"], body=actor["body"], body_name=actor["body_name"],
        opinion=entry["opinion"], source=move[0], target=move[1], duties=" ".join(entry["duties"]),
        at=entry["at"], device_time=entry["device_time"], place=entry["place"], entry=words, hash=digest,
        receipt=signature, key_id=key.id, chain=entry["chain"], n=entry["n"],
    )  # fmt: skip
    leaf.save(force_insert=True)
    storage.index_in_act(leaf.pk)
    return leaf, _promise(leaf, entry)


def promise_text(key_id: str, leaf_hash: str, at: str, within: int) -> bytes:
    """What is signed: this leaf, made at this time, will be in the tree within so many seconds."""
    return f"jiangcheng promise v1\n{key_id}\n{leaf_hash}\n{at}\n{within}\n".encode()


def _promise(leaf: models.Leaf, entry: dict[str, Any]) -> str:
    return canonical.text({
        "kind": "jiangcheng promise v1", "number": leaf.number, "hash": leaf.hash, "at": entry["at"],
        "within": entry["within"], "key": leaf.key_id, "signature": leaf.receipt,
    })  # fmt: skip


def _remember(lines: list[dict[str, Any]], leaf: models.Leaf) -> None:
    models.RowDigest.objects.bulk_create(
        [models.RowDigest(tab=x["table"], key=x["pk"], form=x["form"], digest=x["after"] or "", leaf=leaf.pk) for x in lines],
        batch_size=BATCH, update_conflicts=True, unique_fields=["tab", "key"], update_fields=["form", "digest", "leaf"],
    )  # fmt: skip


def _stale_for_outer(mine: Act) -> None:
    """Rows that an outer act touched as well must be asked for again."""
    outer = mine.outer
    while outer is not None:
        for key in mine.rows:
            if key in outer.rows:
                outer.rows[key].asked = False
        outer = outer.outer


# --- special acts --------------------------------------------------------------------------------------------------


def bulk(
    name: str, actor: Actor, rows: Iterable[Any], *, about: Any = None, duties: Iterable[str] = (), opinion: str = "",
    extra: dict[str, Any] | None = None,
) -> Receipt:  # fmt: skip
    """Record many rows by one leaf over the Merkle root of their digests.

    Unsaved rows are inserted (no ``save()`` runs), rows already stored are taken as they are: the way to put rows on
    the record that a migration wrote.
    """
    by_model = defaultdict(list)
    for row in rows:
        by_model[row._meta.concrete_model].append(row)
    with act(name, actor, about=about, duties=duties, opinion=opinion, extra=extra, many=True) as mine:
        for model, group in by_model.items():
            new = [r for r in group if r._state.adding]
            model._base_manager.bulk_create(new, batch_size=BATCH)
            for row in group:
                touch(row)
    return mine.receipt


def reform(actor: Actor = SYSTEM) -> Receipt | None:
    """Record anew every row whose recorded form is no longer the current one. Run after a migration that drops or
    retypes a field; None when there is nothing to do."""
    rows: dict[tuple[type, str], _Seen] = {}
    for model in canonical.audited_models():
        form = canonical.current_form(model)
        old = models.RowDigest.objects.filter(tab=form.table).exclude(form=form.version).exclude(digest="")
        rows.update({(model, k): _Seen() for k in old.values_list("key", flat=True)})
    if not rows:
        return None
    with act("ledger.reform", actor, many=True) as mine:
        mine.rows.update(rows)
    return mine.receipt


def erase(row: Any, fields: Sequence[str], actor: Actor, *, ground: str) -> Receipt:
    """Erase personal values of a row and their salts. The commitments stay, so old digests can still be checked.

    Raises ``ValueError`` for a field that is not personal or can hold neither null nor an empty text.
    """
    form = canonical.current_form(row._meta.concrete_model)
    own = {f: row._meta.get_field(f) for f in fields}
    kinds = {name: kind for name, _, kind in form.fields}
    for name, f in own.items():
        if f.attname not in form.personal or not (f.null or kinds[f.attname] == "text"):
            raise ValueError(f"{row._meta.label}.{name} cannot be erased")
    empty = {f.attname: None if f.null else "" for f in own.values()}
    with act("ledger.erase", actor, about=row, opinion=ground, extra={"fields": list(fields)}) as mine:
        writing(row)
        models.Salt.objects.filter(tab=form.table, key=str(row.pk), field__in=list(empty)).update(salt=None)
        row._meta.concrete_model._base_manager.filter(pk=row.pk).update(**empty)
    for name, nothing in empty.items():
        setattr(row, name, nothing)
    return mine.receipt


def heartbeat(name: str = "ledger.heartbeat") -> Receipt | None:
    """A leaf that names the heads of all chains of this process, if there is a head that none has named yet.

    It closes the window of a worker that dies: its last leaf cannot be dropped unseen.
    """
    heads = chain.unwitnessed()
    if not heads:
        return None
    with act(name, SYSTEM, extra={"heads": {c: list(h) for c, h in heads.items()}}) as mine:
        pass
    mine_chain = chain.current()
    chain.witnessed({**heads, mine_chain.id: (mine_chain.n, mine_chain.head)})
    return mine.receipt


# --- reading -------------------------------------------------------------------------------------------------------


@enforces("327-08-2")
def history(record: Any) -> Any:
    """Leaves about a record, oldest first (办理过程)."""
    return models.Leaf.objects.filter(subject_kind=record._meta.label, subject_id=str(record.pk)).order_by("id")


@enforces("327-08-2")
def holes(record: Any) -> list[str]:
    """Where the whole-process record of a stateful row has a hole: a move that does not start where the last ended."""
    found, state = [], None
    for leaf in history(record).exclude(target=""):
        if state is not None and leaf.source != state:
            found.append(f"存证编号 {leaf.number}：此前状态应为“{state}”，记录为“{leaf.source}”")
        state = leaf.target
    if state is not None and state != record.state:
        found.append(f"现在的状态“{record.state}”没有办理记录，最后记录为“{state}”")
    return found


def promise(leaf: models.Leaf) -> str:
    """The signed promise of a committed leaf again, for 存证回执."""
    return _promise(leaf, json.loads(leaf.entry))
