"""Export of the ledger and of every audited row, for a verifier who holds nothing but the public key.

Written into a folder: ``leaves.jsonl`` (in the order of the tree), ``checkpoints.jsonl``, ``checkpoint.json`` (the
last one, to be kept elsewhere), ``bulk.jsonl``, ``rows/<table>.jsonl`` (canonical form, personal fields as
commitments, no salts), ``forms.json``, ``keys.json`` and ``verify.py`` itself.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction

from jiangcheng.kernel import canonical, keys, models, sequencer, verify
from jiangcheng.law.rule import enforces

BATCH = 500


@enforces("327-08-2")
def export(folder: str | Path, audited: Iterable[type] | None = None) -> Path:
    """Write everything, as of one moment. ``audited`` defaults to all audited models. The folder is made if need be.

    Take a checkpoint first (``sequencer.checkpoint_now``) when the export shall be covered to its last leaf.
    """
    folder = Path(folder)
    (folder / "rows").mkdir(parents=True, exist_ok=True)
    with transaction.atomic():
        _lines(folder / "leaves.jsonl", _leaves())
        last = None
        with (folder / "checkpoints.jsonl").open("w", encoding="utf-8") as file:
            for last in models.Checkpoint.objects.order_by("size").iterator():
                file.write(canonical.text(sequencer.export_checkpoint(last)) + "\n")
        parts = models.BulkRow.objects.order_by("leaf_id", "position").values_list("leaf_id", "entry")
        _lines(folder / "bulk.jsonl", ({"leaf": leaf, "entry": entry} for leaf, entry in parts.iterator()))
        for model in canonical.audited_models() if audited is None else audited:
            _lines(folder / "rows" / f"{model._meta.db_table}.jsonl", _rows(model))
    if last is not None:
        (folder / "checkpoint.json").write_text(canonical.text(sequencer.export_checkpoint(last)), "utf-8")
    if canonical.FORMS_FILE.exists():
        shutil.copy(canonical.FORMS_FILE, folder / "forms.json")
    (folder / "keys.json").write_text(json.dumps(keys.public_keys(), indent=1), "utf-8")
    shutil.copy(verify.__file__, folder / "verify.py")
    return folder


def _lines(path: Path, items: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(canonical.text(item) + "\n" for item in items)


def _leaves() -> Iterable[dict[str, Any]]:
    """Leaves with a place in the order of the tree, places whose leaf is gone, then leaves without a place."""
    columns = [c for c in verify.COLUMNS if c not in ("at", "device_time")]
    names = ("pk", "entry", "hash", "receipt", "key_id", "at", "device_time", *columns)
    placed = models.LeafIndex.objects.order_by("idx").values_list("idx", *(f"leaf__{n}" for n in names))
    for idx, *row in placed.iterator(2000):
        yield {"idx": idx, **_leaf(columns, row)}
    empty = models.LeafIndex.objects.exclude(leaf_id__in=models.Leaf.objects.values("pk")).order_by("idx")
    yield from ({"idx": idx, "id": leaf, "entry": None} for idx, leaf in empty.values_list("idx", "leaf_id"))
    waiting = models.Leaf.objects.exclude(pk__in=models.LeafIndex.objects.values("leaf_id")).order_by("pk")
    for row in waiting.values_list(*names).iterator(2000):
        yield {"idx": None, **_leaf(columns, row)}


def _leaf(columns: list[str], row: Iterable[Any]) -> dict[str, Any]:
    pk, entry, digest, receipt, key, at, device_time, *rest = row
    beside = dict(zip(columns, rest, strict=True))
    beside |= {"at": canonical.moment(at), "device_time": canonical.moment(device_time)}
    return {"id": pk, "entry": entry, "hash": digest, "receipt": receipt, "key": key, "columns": beside}


def _rows(model: Any) -> Iterable[dict[str, Any]]:
    """Every row in the form it was last recorded in; ``form`` null when that form is lost."""
    current = canonical.current_form(model)
    known = dict(models.RowDigest.objects.filter(tab=current.table).exclude(digest="").values_list("key", "form"))
    every = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
    for i in range(0, len(every), BATCH):
        by_form = defaultdict(list)
        for pk in every[i : i + BATCH]:
            by_form[known.get(str(pk), current.version)].append(pk)
        for version, group in by_form.items():
            form = canonical.form_of(model, version)
            if form is None:
                yield from ({"pk": str(pk), "form": None} for pk in group)
                continue
            salts = canonical.salts(form, map(str, group))
            for key, values in canonical.read(model, form, group).items():
                erased = canonical.cover(form, key, values, salts)
                yield {"pk": key, "form": version, "fields": values, "erased": erased}
