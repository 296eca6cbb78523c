"""The four steps: 上传 keeps the file, 预览 and 校验 read and judge it line by line, 入库 writes it part by part."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel import ledger, storage, zips
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.models import RowDigest
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.parties.imports.kinds import BAD, KIND_WORDS, NEW, SAME, UPDATE, Checked, Kind, Written, of
from jiangcheng.parties.models import Import, ImportRun, ImportTrace
from jiangcheng.sheets import Bad, Line, Table, read, template
from jiangcheng.sheets.rows import MOST_UNPACKED

MOST_SHOWN = 200
"""Bad cells and changes that a page lists; the file of 仅下载有误行 has them all."""
FIRST = 5
RELEASED = 10_000
"""Lines after which memory that the database keeps in this process is given back."""
Beat = Callable[[int], None]


@dataclass
class Preview:
    """What a pass over the file found: counts of lines, the first bad cells and changes, the first lines."""

    sheet: str = ""
    head_row: int = 0
    letters: dict[str, str] = field(default_factory=dict)
    many: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KIND_WORDS, 0))
    bad: list[Bad] = field(default_factory=list)
    bad_cells: int = 0
    updates: list[tuple[int, str, str, str]] = field(default_factory=list)
    first: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def storable(self) -> int:
        return self.counts[NEW] + self.counts[UPDATE]

    def add(self, kind: Kind, one: Checked) -> None:
        """Count a line."""
        self.many += 1
        self.counts[one.kind] += 1
        self.bad_cells += len(one.bad)
        self.bad += one.bad[: max(0, MOST_SHOWN - len(self.bad))]
        if len(self.updates) < MOST_SHOWN:
            self.updates += [
                (one.line.n, name, *(mask(x) if name in kind.personal else x for x in (before, after))) for name, before, after in one.changed
            ]
        if len(self.first) < FIRST:
            self.first.append((one.line.n, one.line.values.get(kind.label, ""), one.word))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, to be kept."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Preview:
        """What ``as_dict`` kept."""
        return cls(**{**kept, "bad": [Bad(**b) for b in kept["bad"]], "updates": [tuple(u) for u in kept["updates"]],
                      "first": [tuple(f) for f in kept["first"]]})  # fmt: skip


def mask(text: str) -> str:
    """A personal value as a page may show it: 张*, 138****5678."""
    return text if len(text) < 2 else f"{text[0]}{'*' * (len(text) - 1)}" if len(text) < 7 else f"{text[:3]}****{text[-4:]}"


# ---- 上传 ----
@transaction.atomic
def keep(kind: str, body_id: int | None, target: str, name: str, content: bytes, actor: Actor) -> Import:
    """Keep the file as it came; the same file for the same target, not yet stored, is found again. Refused for others."""
    digest = hashlib.sha256(content).hexdigest()
    made = Import(
        kind=kind, body_id=body_id, target=target, name=name[:200], sha256=digest, content=content, uploaded_by_id=actor.person,
        uploaded_at=timezone.now(),
    )
    of(made).may(actor, made)
    _measured(content)
    again = Import.objects.filter(kind=kind, body=body_id, target=target, sha256=digest, stored_at=None).first()
    if again:
        return again
    with ledger.act("imports.keep", actor, about=made, extra={"name": name[:200], "sha256": digest}):
        made.save()
    ImportRun(upload=made).save()
    return made


def _measured(content: bytes) -> None:
    """A workbook unpacks to what a workbook unpacks to: measured before anybody opens it."""
    try:
        if content.startswith(b"PK"):
            zips.measure(content, MOST_UNPACKED)
    except zips.Unfit as wrong:
        raise Refused([Breach(f"表格文件不能读取：{wrong}。", (Remedy("另存为普通的 .xlsx 后上传"),), "file")]) from wrong


def run_of(upload: Import) -> ImportRun:
    """How far the import has come."""
    return ImportRun.objects.get_or_create(upload=upload)[0]


@transaction.atomic
def fix(upload: Import, actor: Actor, fixes: Mapping[str, str]) -> None:
    """在此修改: keep texts for single cells (cell → text); the file itself stays."""
    of(upload).may(actor, upload)
    must_be_open(upload)
    merged = {**upload.fixes, **{cell: text.strip()[:4000] for cell, text in fixes.items()}}
    if merged == upload.fixes:
        return
    upload.fixes = merged
    with ledger.act("imports.fix", actor, about=upload, extra={"cells": sorted(fixes)}):
        upload.save(update_fields=["fixes"])


def must_be_open(upload: Import) -> None:
    """Refused once the import has been stored."""
    if upload.stored_at:
        raise Refused([Breach("这次导入已经入库。", (Remedy("需要再改的，重新上传，相同的行不会重复"),))])


# ---- 预览、校验 ----
def table_of(upload: Import) -> Table:
    """The table of an upload. Raises ``Unreadable`` when the file as a whole cannot be read."""
    kind = of(upload)
    return read(bytes(upload.content), kind.columns, most=kind.most_rows, most_bytes=kind.most_bytes)


def lines_of(upload: Import, table: Table) -> Iterator[Line]:
    """Lines with what was mended on the page put into their cells."""
    fixes = upload.fixes
    for line in table:
        if not fixes or not any(cell in fixes for cell in line.cells.values()):
            yield line
            continue
        values = {name: fixes.get(line.cells[name], value) for name, value in line.values.items()}
        yield Line(line.n, values, line.cells, tuple(b for b in line.faults if b.cell not in fixes))


def pieces(upload: Import, table: Table) -> Iterator[list[Checked]]:
    """All lines judged, so many at a time as one transaction stores (all at once where the kind wants it)."""
    kind = of(upload)
    shared, lines = kind.begin(upload), lines_of(upload, table)
    order = {c.field: n for n, c in enumerate(sorted(kind.columns, key=lambda c: _place(table.columns.get(c.field, ""))))}
    size = kind.most_rows + 1 if kind.whole else kind.part
    while some := list(islice(lines, size)):
        judged = [_with_faults(one, order) for one in kind.judge(shared, some)]
        for i in range(0, len(judged), kind.part):
            yield judged[i : i + kind.part]


def _place(letters: str) -> tuple[int, str]:
    return (len(letters), letters)


def _with_faults(one: Checked, order: Mapping[str, int]) -> Checked:
    """Faults of the cells themselves stand first and make the line bad; bad cells in the order of the sheet."""
    faulty = {b.field for b in one.line.faults}
    bad = (*one.line.faults, *(b for b in one.bad if b.field not in faulty))
    if not bad:
        return one
    return replace(one, kind=BAD, changed=(), bad=tuple(sorted(bad, key=lambda b: order.get(b.field, -1))))


def check(upload: Import, beat: Beat | None = None) -> Preview:
    """校验: each line against what is there; nothing is written. ``beat`` is told how many lines are done."""
    kind, table = of(upload), table_of(upload)
    found = Preview(table.name, table.head_row, table.columns)
    for piece in pieces(upload, table):
        for one in piece:
            found.add(kind, one)
        if beat:
            beat(found.many)
    return found


# ---- 入库 ----
def store(upload: Import, actor: Actor, beat: Beat | None = None) -> dict[str, int]:
    """入库: new and changed lines are written part by part, bad ones left out, unchanged ones not touched. Counts by kind.

    Broken off, it goes on where it stopped: how far it came is written in the transaction of each part.
    """
    kind = of(upload)
    kind.may(actor, upload)
    must_be_open(upload)
    run, table = run_of(upload), table_of(upload)
    place, shared, counts = 0, kind.begin(upload), Counter(run.counts)
    for part in pieces(upload, table):
        before, place = place, place + len(part)
        if place <= run.done:
            continue
        more = Counter(one.kind for one in part)
        with transaction.atomic():
            _advance(run, before, place, counts + more)
            _trace(upload, kind.save(shared, upload, actor, [x for x in part if x.kind in (NEW, UPDATE)]))
        counts += more
        if place // RELEASED != before // RELEASED:
            storage.release_memory()
        if beat:
            beat(place)
    upload.__dict__.pop("content", None)  # the file is let go of; asked for again, it is read again
    storage.release_memory()
    return _finish(upload, actor, {kind_: counts[kind_] for kind_ in KIND_WORDS})


def _advance(run: ImportRun, before: int, place: int, counts: Mapping[str, int]) -> None:
    """Write how far the import has come; refused when another process went on in the meantime."""
    moved = ImportRun.objects.filter(pk=run.pk, done=before).update(done=place, counts=dict(counts), beat_at=timezone.now())
    if not moved:
        raise Refused([Breach("这次导入正在另一处入库。", (Remedy("稍候刷新页面看进度"),))])


def _trace(upload: Import, written: Sequence[Written]) -> None:
    """Keep which rows were written, what they held before and on which leaf that stands: what ``undo`` asks."""
    unknown: dict[str, list[str]] = {}
    for w in written:
        if w.leaf is None:
            unknown.setdefault(w.model._meta.db_table, []).append(str(w.key))
    leaves = {
        (tab, key): leaf for tab, keys in unknown.items()
        for key, leaf in RowDigest.objects.filter(tab=tab, key__in=keys).values_list("key", "leaf")
    }
    ImportTrace.objects.bulk_create([
        ImportTrace(
            upload=upload, model=w.model._meta.label, key=str(w.key), before=w.before,
            leaf=w.leaf if w.leaf is not None else leaves[w.model._meta.db_table, str(w.key)],
        )
        for w in written
    ], batch_size=1000)


@transaction.atomic
def _finish(upload: Import, actor: Actor, counts: dict[str, int]) -> dict[str, int]:
    upload.stored, upload.stored_at = counts, timezone.now()
    with ledger.act("imports.store", actor, about=upload, extra=counts):
        upload.save(update_fields=["stored", "stored_at"])
    ImportRun.objects.filter(upload=upload).update(phase="")
    return counts


# ---- files ----
def blank(kind: Kind, upload: Import | None = None, rows: Sequence[Mapping[str, Any]] = ()) -> bytes:
    """下载模板: the table to fill in, with drop-downs."""
    return template(kind.columns, rows, title=kind.noun, lists=kind.lists(upload), notes=kind.notes)


def bad_lines(upload: Import) -> bytes:
    """仅下载有误行: the bad lines with a comment on each bad cell, to be filled in and imported again."""
    kind = of(upload)
    notes: dict[tuple[int, str], str] = {}
    rows: list[dict[str, str]] = []
    for piece in pieces(upload, table_of(upload)):
        for one in piece:
            if one.kind == BAD:
                rows.append(one.line.values)
                for b in one.bad:
                    said = notes.get((len(rows), b.field), "")
                    notes[len(rows), b.field] = f"{said}{b.reason}。{b.remedy}"
    return template(kind.columns, rows, title="有误的行", lists=kind.lists(upload), bad=notes, many=len(rows) > kind.part)


__all__ = [
    "BAD", "KIND_WORDS", "NEW", "SAME", "UPDATE", "Preview", "bad_lines", "blank", "check", "fix", "keep", "lines_of", "mask",
    "must_be_open", "pieces", "run_of", "store", "table_of",
]
