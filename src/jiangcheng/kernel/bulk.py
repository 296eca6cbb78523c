"""Many new rows at once: written the quickest way of the engine, on the record by one leaf over the root of their digests.

``ledger.bulk`` reads every row back to digest it. Here the digests are made from the values that are written, and the
rows go in by ``storage.put_rows``: for rows that are new, whose keys were reserved before (``storage.reserve_keys``).
A row that was stored otherwise than it was digested is named by the verifier, as any other.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

from jiangcheng.kernel import canonical, ledger, storage
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.models import Leaf
from jiangcheng.kernel.records import must_fit

Links = Mapping[tuple[type[models.Model], Any], Mapping[str, Sequence[Any]]]
"""Many-to-many links of new rows: (model, key) → name of the field → keys of the others."""
_AS_IS = {"int", "bool", "text"}
"""Kinds of values that are canonical as they are; a text only while it is short."""


R = TypeVar("R", bound=models.Model)


@dataclass(frozen=True)
class _Table:
    """What is asked of every row of one table, worked out once."""

    form: canonical.Form
    columns: tuple[str, ...]
    names: tuple[str, ...]
    prepare: tuple[tuple[int, Callable[..., Any]], ...]
    kinds: tuple[tuple[str, str], ...]
    limits: tuple[tuple[str, int], ...]


@cache
def _table(model: type[models.Model]) -> _Table:
    fields = model._meta.concrete_fields
    form = canonical.current_form(model)
    return _Table(
        form, tuple(f.column for f in fields), tuple(f.attname for f in fields),
        tuple((i, f.get_db_prep_save) for i, f in enumerate(fields) if storage.needs_preparing(f.get_internal_type())),
        tuple((name, kind if kind not in _AS_IS else "") for name, _, kind in form.fields),
        tuple((f.attname, f.max_length or 1 << 30) for f in fields if isinstance(f, models.CharField | models.TextField)),
    )


@cache
def _blank(model: type[models.Model]) -> dict[str, Any]:
    return {f.attname: f.get_default() for f in model._meta.concrete_fields}


def new(model: type[R], **values: Any) -> R:
    """A new row from its columns (``body_id``, not ``body``; the key as ``pk``), made quicker than the model makes it."""
    row = model.__new__(model)
    row.__dict__.update(_blank(model), _state=models.base.ModelState(), **values)
    row.__dict__[model._meta.pk.attname] = row.__dict__.pop("pk")
    return row


def load(name: str, actor: Actor, rows: Iterable[models.Model], *, links: Links | None = None,
         extra: dict[str, Any] | None = None) -> ledger.Receipt:  # fmt: skip
    """Write new rows with their keys, and one leaf. Rows of a model that is not audited are written, not recorded.

    Rows go in model by model, in the order in which the models first appear: what is referred to comes first. Raises
    ``Refused`` for text that its column cannot hold, ``ValueError`` for a row without a key.
    """
    groups: dict[type[models.Model], list[Any]] = defaultdict(list)
    for row in rows:
        groups[type(row)].append(row)
    lines: list[dict[str, Any]] = []
    with ledger.act(name, actor, extra=extra, many=True) as mine:
        for model, group in groups.items():
            _write(model, group)
            if getattr(model, "ledger_audited", False):
                lines += _lines(model, group, links or {})
        _link(links or {})
        mine.lines = lines
    return mine.receipt


def _write(model: type[models.Model], group: list[Any]) -> None:
    table, values = _table(model), []
    for row in group:
        if row.pk is None:
            raise ValueError(f"{model.__name__}: a row without a key")
        kept = vars(row)
        if any(len(kept[n] or "") > most or "\0" in (kept[n] or "") for n, most in table.limits):
            must_fit(model, kept)
        line = [kept[n] for n in table.names]
        for i, prepare in table.prepare:
            if line[i] is not None:
                line[i] = prepare(line[i], connection)
        values.append(line)
    storage.put_rows(model._meta.db_table, table.columns, values)


def _lines(model: type[models.Model], group: list[Any], links: Links) -> list[dict[str, Any]]:
    form, kinds, lines, salts = _table(model).form, _table(model).kinds, [], []
    for row in group:
        key, kept = str(row.pk), vars(row)
        values = {n: canonical.value(kind, kept[n]) if kind else _plain(kept[n]) for n, kind in kinds}
        if form.links:
            own = links.get((model, row.pk), {})
            values |= {link: sorted(map(str, own.get(link, ()))) for link, *_ in form.links}
        for field in form.personal:
            salt = secrets.token_hex(16)
            commitment = canonical.commit(salt, values[field])
            salts.append((form.table, key, field, salt, commitment))
            values[field] = {"commitment": commitment}
        after = canonical.digest(form, key, values)
        lines.append({"table": form.table, "pk": key, "form": form.version, "before": None, "after": after})
    if salts:
        storage.put_rows("kernel_salt", ("tab", "key", "field", "salt", "commitment"), salts)
    return lines


def _plain(raw: Any) -> Any:
    """Canonical value of a number, a truth value or a text. A text that is kept as another type would show at once."""
    return canonical.long_text(raw) if isinstance(raw, str) else raw


def _link(links: Links) -> None:
    found: dict[tuple[str, str, str], list[tuple[Any, Any]]] = defaultdict(list)
    for (model, key), named in links.items():
        for name, others in named.items():
            field = model._meta.get_field(name)
            place = (field.remote_field.through._meta.db_table, field.m2m_column_name(), field.m2m_reverse_name())
            found[place] += [(key, other) for other in others]
    for (table, own, other), pairs in found.items():
        storage.put_rows(table, (own, other), pairs)


def reached(name: str) -> int:
    """How far a load in numbered batches has come, as the newest leaf of that name says (``extra.to``)."""
    newest = Leaf.objects.filter(act=name).order_by("-pk").values_list("entry", flat=True).first()
    return json.loads(newest)["extra"]["to"] if newest else 0
