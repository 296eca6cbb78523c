"""The four steps of an import (上传、预览、校验、入库), shared by items and plans."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.items import sheets
from jiangcheng.inspection.items.models import Import
from jiangcheng.inspection.items.sheets import Bad, Line, Table
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy

NEW, UPDATE, SAME, BAD = "new", "update", "same", "bad"
KIND_WORDS = {NEW: "新增", UPDATE: "更新", SAME: "不变", BAD: "有误"}


@dataclass(frozen=True)
class Checked:
    """One line of the file, checked: what storing it would do, and every cell that stands against it."""

    line: Line
    kind: str
    bad: tuple[Bad, ...] = ()
    target: Any = None
    changed: tuple[tuple[str, str, str], ...] = ()

    @property
    def word(self) -> str:
        return KIND_WORDS[self.kind]


@dataclass(frozen=True)
class Preview:
    """All lines checked; counts by kind."""

    table: Table
    lines: tuple[Checked, ...]
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def bad(self) -> list[Bad]:
        """Every bad cell, in the order of the sheet."""
        return [b for line in self.lines for b in line.bad]

    @property
    def bad_lines(self) -> list[Checked]:
        return [line for line in self.lines if line.kind == BAD]

    @property
    def updates(self) -> list[Checked]:
        return [line for line in self.lines if line.kind == UPDATE]

    @property
    def storable(self) -> int:
        return self.counts.get(NEW, 0) + self.counts.get(UPDATE, 0)


def preview(table: Table, lines: list[Checked]) -> Preview:
    """Lines with their counts."""
    counts = Counter(line.kind for line in lines)
    order = {name: n for n, name in enumerate(sorted(table.columns, key=lambda f: (len(table.columns[f]), table.columns[f])))}
    lines = [replace(x, bad=tuple(sorted(x.bad, key=lambda b: order.get(b.field, -1)))) for x in lines]
    return Preview(table, tuple(lines), {kind: counts[kind] for kind in KIND_WORDS})


@transaction.atomic
def keep(kind: str, body_id: int, target: str, name: str, content: bytes, actor: Actor) -> Import:
    """上传: keep the file as it came; the same file for the same target, not yet stored, is found again."""
    digest = hashlib.sha256(content).hexdigest()
    again = Import.objects.filter(kind=kind, body=body_id, target=target, sha256=digest, stored_at=None).first()
    if again:
        return again
    made = Import(
        kind=kind, body_id=body_id, target=target, name=name[:200], sha256=digest, content=content, uploaded_by_id=actor.person,
        uploaded_at=timezone.now(),
    )
    with ledger.act("items.import", actor, about=made, extra={"name": name[:200], "sha256": digest}):
        made.save()
    return made


def read(upload: Import, columns: Any) -> Table:
    """The table of an upload, with what was mended on the page put into its cells."""
    table = sheets.read(bytes(upload.content), columns)
    if not upload.fixes:
        return table
    lines = tuple(
        Line(x.n, {f: upload.fixes.get(x.cells.get(f, ""), v) for f, v in x.values.items()}, x.cells) for x in table.lines
    )
    return sheets.Table(table.name, table.head_row, lines, table.columns)


@transaction.atomic
def fix(upload: Import, actor: Actor, fixes: dict[str, str]) -> None:
    """在此修改: keep texts for single cells (cell → text); the file itself stays."""
    must_be_open(upload)
    merged = {**upload.fixes, **{cell: text.strip()[:4000] for cell, text in fixes.items()}}
    if merged == upload.fixes:
        return
    upload.fixes = merged
    with ledger.act("items.import_fix", actor, about=upload, extra={"cells": sorted(fixes)}):
        upload.save()


def must_be_open(upload: Import) -> None:
    """Refused once the import has been stored."""
    if upload.stored_at:
        raise Refused([Breach("这次导入已经入库。", (Remedy("需要再改的，重新上传，相同的行不会重复"),))])


PART = 50
"""Lines that one transaction stores: a long file is stored in several, so that nobody else waits long for it."""


def part_of(found: Preview) -> list[Checked]:
    """The lines that the next transaction stores."""
    return [x for x in found.lines if x.kind in (NEW, UPDATE)][:PART]


def stored(upload: Import, actor: Actor, found: Preview, part: list[Checked]) -> dict[str, int]:
    """Note what storing ``part`` did, counted over all parts; call it in the transaction that stores.

    The upload is stored once nothing is left; until then the same file goes on where it stopped.
    """
    before = {kind: upload.stored.get(kind, 0) for kind in (NEW, UPDATE)}
    counts = {kind: n + sum(x.kind == kind for x in part) for kind, n in before.items()}
    counts |= {SAME: max(0, found.counts[SAME] - sum(before.values())), BAD: found.counts[BAD]}
    upload.stored = counts
    if len(part) == found.storable:
        upload.stored_at = timezone.now()
    with ledger.act("items.store", actor, about=upload, extra=counts):
        upload.save()
    return counts
