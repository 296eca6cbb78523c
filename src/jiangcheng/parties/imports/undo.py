"""撤销导入: rows that an import wrote are taken back, as long as nobody has used or changed them since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model, OuterRef, Subquery
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.models import RowDigest
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.parties.imports.kinds import of
from jiangcheng.parties.models import Import, ImportTrace

DAYS = 30
"""Days for which an import may be taken back; then what rows held before is forgotten."""
NAMED = 5
Keys = set[str]
USERS: dict[str, list[Callable[[Keys], Keys]]] = defaultdict(list)


def users(label: str) -> Callable[[Callable[[Keys], Keys]], Callable[[Keys], Keys]]:
    """Declare a function that says which rows of the model (keys as text) are in use without a foreign key to them."""

    def wrap(find: Callable[[Keys], Keys]) -> Callable[[Keys], Keys]:
        USERS[label].append(find)
        return find

    return wrap


def can(upload: Import, now: datetime | None = None) -> bool:
    """Is the import one that may still be taken back, as far as time goes?"""
    now = now or timezone.now()
    return bool(upload.stored_at and not upload.undone_at and now - upload.stored_at < timedelta(days=DAYS)) and bool(
        ImportTrace.objects.filter(upload=upload).exists()
    )


def undo(upload: Import, actor: Actor, why: str) -> int:
    """Take the import back; how many rows. Refused with what stands against it, before anything is changed.

    Parts of the kind's ``undo_part`` rows are reverted by one transaction each; broken off, it goes on with what is left.
    """
    kind = of(upload)
    kind.may(actor, upload)
    if not can(upload):
        raise Refused([Breach("这次导入不能撤销：没有入库、已经撤销，或者入库已超过 30 日。", (Remedy("需要改的，改好后重新导入"),))])
    if not why.strip():
        raise Refused([Breach("请写明撤销的理由。", (), "why")])
    for traces in _parts(upload, forward=True):
        _must_be_untouched(upload, traces)
    done = 0
    while traces := next(_parts(upload), None):
        with transaction.atomic():
            _must_be_untouched(upload, traces)
            kind.revert(upload, actor, traces)
            ImportTrace.objects.filter(pk__in=[t.pk for t in traces]).delete()
            _follow(upload, traces)
        done += len(traces)
    with ledger.act("imports.undo", actor, about=upload, opinion=why.strip(), extra={"rows": done}):
        upload.undone_at = timezone.now()
        upload.save(update_fields=["undone_at"])
    return done


def _parts(upload: Import, *, forward: bool = False) -> Iterator[list[ImportTrace]]:
    """Traces in parts, the newest first."""
    last, step = (0, 1) if forward else (None, -1)
    while True:
        rows = ImportTrace.objects.filter(upload=upload).order_by("pk" if step == 1 else "-pk")
        if last is not None:
            rows = rows.filter(pk__gt=last) if step == 1 else rows.filter(pk__lt=last)
        part = list(rows[: of(upload).undo_part])
        if not part:
            return
        last = part[-1].pk
        yield part


def _follow(upload: Import, traces: Sequence[ImportTrace]) -> None:
    """Rows that the import wrote more than once: what is left to take back now stands on the leaf of this part."""
    for model, own in by_model(t for t in traces if t.before is not None).items():
        left = ImportTrace.objects.filter(upload=upload, model=model._meta.label, key__in=[t.key for t in own])
        now = RowDigest.objects.filter(tab=model._meta.db_table, key=OuterRef("key")).values("leaf")
        left.update(leaf=Subquery(now))


def by_model(traces: Iterable[ImportTrace]) -> dict[type[Model], list[ImportTrace]]:
    """Traces by the model of their row, in the order in which the models come up."""
    found: dict[type[Model], list[ImportTrace]] = {}
    for t in traces:
        found.setdefault(apps.get_model(t.model), []).append(t)
    return found


def _must_be_untouched(upload: Import, traces: Sequence[ImportTrace]) -> None:
    """Refused when a row was changed after the import (its record stands on another leaf), or a new row is used."""
    broken = []
    for model, own in by_model(traces).items():
        keys = [t.key for t in own]
        now = dict(RowDigest.objects.filter(tab=model._meta.db_table, key__in=keys).values_list("key", "leaf"))
        ours = set(ImportTrace.objects.filter(upload=upload, model=model._meta.label, key__in=keys).values_list("key", "leaf"))
        changed = sorted({t.key for t in own if (t.key, now.get(t.key)) not in ours})
        used = sorted(in_use(model, {t.key for t in own if t.before is None}, upload))
        for found, sentence in ((changed, "在导入之后又有改动"), (used, "已被使用")):
            if found:
                names = "、".join(f"“{row}”" for row in model._base_manager.filter(pk__in=found[:NAMED]))
                more = f"等 {len(found)} 项" if len(found) > NAMED else ""
                broken.append(Breach(f"{names or model._meta.verbose_name}{more}{sentence}，不能撤销这次导入。", (Remedy("个别有误的，逐项改正"),)))
    if broken:
        raise Refused(broken)


def in_use(model: type[Model], keys: Keys, upload: Import) -> Keys:
    """Keys of rows that something else refers to, other than rows of the same import."""
    found: Keys = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        other = relation.related_model
        own = ImportTrace.objects.filter(upload=upload, model=other._meta.label).values_list("key", flat=True)
        pairs = other._base_manager.filter(**{f"{relation.field.name}__in": keys}).values_list("pk", relation.field.attname)
        pairs = [(str(pk), str(key)) for pk, key in pairs]
        mine = set(own.filter(key__in=[pk for pk, _ in pairs])) if pairs else set()
        found |= {key for pk, key in pairs if pk not in mine}
    for find in USERS[model._meta.label]:
        found |= find(keys)
    return found


def revert(upload: Import, actor: Actor, traces: Sequence[ImportTrace]) -> None:
    """Delete rows that are new, put the old values back into changed ones: one leaf over all of them."""
    with ledger.act("imports.undo_rows", actor, about=upload, many=True):
        for model, own in by_model(traces).items():
            ledger.writing_keys(model, [t.key for t in own])
            for t in own:
                if t.before is not None:
                    put_back(model, t)
            new = model._base_manager.filter(pk__in=[t.key for t in own if t.before is None])
            new._raw_delete(new.db)  # nothing refers to them, that was asked; each stands on the leaf of this act


def put_back(model: type[Model], trace: ImportTrace) -> None:
    """Write what the row held before the import; inside an act."""
    row = model._base_manager.get(pk=trace.key)
    for name, value in trace.before.items():
        setattr(row, name, _value(model, name, value))
    row.save(update_fields=list(trace.before))


def _value(model: type[Model], name: str, value: Any) -> Any:
    own = next(f for f in model._meta.concrete_fields if f.attname == name)
    return (own.target_field if own.is_relation else own).to_python(value)


def forget(now: datetime) -> list[int]:
    """Traces of imports that can no longer be taken back are deleted; ids of those imports. Timed work."""
    old = list(
        ImportTrace.objects.filter(upload__stored_at__lt=now - timedelta(days=DAYS)).order_by().values_list("upload", flat=True).distinct()
    )
    ImportTrace.objects.filter(upload__in=old).delete()
    return old
