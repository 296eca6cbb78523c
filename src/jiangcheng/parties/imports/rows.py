"""Rows by the thousand: new and changed ones written in one act, recorded by one leaf over the Merkle root of their digests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.records import must_fit
from jiangcheng.parties.imports.kinds import NEW, Checked, Written, kept
from jiangcheng.parties.models import Import

BATCH = 500


def write(
    model: type[Model], names: Sequence[str], make: Any, part: Iterable[Checked], upload: Import, actor: Actor, duties: Sequence[str] = (),
) -> list[Written]:
    """Insert the new lines of a part and change the others; ``make`` builds an unsaved row from the values of a line.

    ``names`` are the fields that an import may change; values that a line does not have stay as they are.
    """
    new, changed, before = [], [], []
    for one in part:
        if one.kind == NEW:
            new.append(make(one.values))
            continue
        row = one.target
        before.append(kept(row, names))
        for name, value in one.values.items():
            setattr(row, name, value)
        must_fit(model, vars(row))
        changed.append(row)
    if not new and not changed:
        return []
    with ledger.act("imports.rows", actor, about=upload, duties=duties, many=True) as act:
        if new:
            model.objects.bulk_create(new, batch_size=BATCH)
        if changed:
            model.objects.bulk_update(changed, list(names), batch_size=BATCH)
    leaf = int(act.receipt.number)
    return [
        *(Written(model, row.pk, None, leaf) for row in new),
        *(Written(model, row.pk, old, leaf) for row, old in zip(changed, before, strict=True)),
    ]
