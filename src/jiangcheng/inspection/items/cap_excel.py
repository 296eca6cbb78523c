"""频次上限 as a table: published caps written down as printed, each with what could be read from it (article 15)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jiangcheng.inspection.items import caps, seats
from jiangcheng.inspection.items.models import Cap, Item
from jiangcheng.inspection.items.words import CAP_LEVELS
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties.imports import kinds
from jiangcheng.parties.imports.kinds import NEW, SAME, UPDATE, Checked, Kind, Written
from jiangcheng.parties.models import Import
from jiangcheng.parties.words import FIELDS
from jiangcheng.sheets import Bad, Column, Line, day

LEVELS = {w: s for s, w in CAP_LEVELS}
FIELD = {w: s for s, w in FIELDS}
CHANGED = ("exceptions", "source_url", "valid_until")
COLUMNS = (
    Column("printed", "上限原文", ("频次上限", "年度检查频次上限", "上限"), required=True,
           hint="照公布的原文填写，例：同一企业每年检查不超过2次", width=44, kind="lines"),
    Column("issuer", "发布机关", ("发布单位", "公布机关"), required=True, width=28),
    Column("issuer_level", "发布层级", (), tuple(LEVELS), required=True, hint="从下拉列表选择", width=18),
    Column("item", "检查事项", ("事项名称", "事项编码", "检查事项名称"), hint="只对一个事项适用的，填本单位事项的编码或者名称", width=28),
    Column("field", "领域", (), tuple(FIELD), hint="对整个领域适用的选领域；事项和领域都空白的，对本单位全部检查适用", width=14),
    Column("exceptions", "例外", ("例外情形", "除外情形"), hint="照公布的原文填写", width=30, kind="lines"),
    Column("valid_from", "适用自", ("起", "生效日期", "施行日期"), required=True, width=14, kind="day"),
    Column("valid_until", "适用至", ("止", "失效日期"), hint="没有期限的留空", width=14, kind="day"),
    Column("source_url", "来源", ("公布网址", "文号"), hint="公布的网址或者文号", width=30),
)
HEADS = {c.field: c.head for c in COLUMNS}
Key = tuple[int | None, str, str, date | None]


@dataclass
class Shared:
    """Items of the body by code and name, caps written down by what they cover, what earlier lines said."""

    items: dict[str, Item]
    caps: dict[Key, list[Cap]]
    seen: dict[Hashable, int] = field(default_factory=dict)


@kinds.register
class Caps(Kind):
    """频次上限 that bind one body, written down by its planners."""

    slug, title, noun, desk, label, columns = "caps", "导入频次上限", "频次上限", "planner", "printed", COLUMNS
    notes = ("按适用范围、原文和适用日期认定：没有的新增，有的更新，相同的不变。", "读不出次数的，按原文保留，不自动执行，“频次”页会列出。")

    def may(self, actor: Actor, upload: Import) -> None:
        seats.may_draft(actor, upload.body_id)

    def lists(self, upload: Import | None) -> Mapping[str, Sequence[str]]:
        return {"item": tuple(n for n in _items(upload.body_id)) if upload else ()}

    def begin(self, upload: Import) -> Shared:
        there: dict[Key, list[Cap]] = {}
        for cap in Cap.objects.filter(body=upload.body_id) | Cap.objects.filter(item__body=upload.body_id):
            there.setdefault((cap.item_id, cap.field, cap.printed, cap.valid_from), []).append(cap)
        return Shared(_items(upload.body_id), there)

    def judge(self, shared: Shared, lines: Sequence[Line]) -> list[Checked]:
        return [self._one(shared, line) for line in lines]

    def _one(self, shared: Shared, line: Line) -> Checked:
        values, bad = _values(shared, line)
        item = values["item"]
        key = (item.pk if item else None, values["field"], values["printed"], values.get("valid_from"))
        bad += kinds.twice(shared.seen, line, key, "printed", "是同一上限") if not bad else []
        if bad:
            return Checked(line, kinds.BAD, tuple(bad))
        rows = shared.caps.get(key)
        if not rows:
            return Checked(line, NEW, values=values)
        changed = kinds.differing(rows[0], {n: values[n] for n in CHANGED if values.get(n)})
        return Checked(line, UPDATE if changed else SAME, (), rows, changed, values)

    @enforces("327-15-1")
    def save(self, shared: Shared, upload: Import, actor: Actor, part: Sequence[Checked]) -> list[Written]:
        written = []
        for one in part:
            if one.kind == NEW:
                written += [Written(Cap, cap.pk) for cap in _record(upload, actor, one.values)]
                continue
            with ledger.act("items.cap", actor, about=one.target[0], duties=("327-15-1",)):
                for cap in one.target:
                    written.append(Written(Cap, cap.pk, kinds.kept(cap, CHANGED)))
                    for name in CHANGED:
                        setattr(cap, name, one.values.get(name) or getattr(cap, name))
                    cap.save()
        return written


def _items(body_id: int | None) -> dict[str, Item]:
    """Items of a body by code, and by name where only one bears it."""
    found: dict[str, Item] = {}
    twice: set[str] = set()
    for item in Item.objects.filter(body=body_id).prefetch_related("versions"):
        newest = max(item.versions.all(), key=lambda v: v.n, default=None)
        if newest and newest.name:
            twice |= {newest.name} & set(found)
            found[newest.name] = item
        found[item.code] = item
    return {name: item for name, item in found.items() if name not in twice}


def _values(shared: Shared, line: Line) -> tuple[dict[str, Any], list[Bad]]:
    bad = kinds.lacking(line, COLUMNS) + kinds.too_long(line, Cap, (("issuer", "issuer"), ("source_url", "source_url")), HEADS)
    level, wrong = kinds.chosen(line, "issuer_level", LEVELS)
    slug, odd = kinds.chosen(line, "field", FIELD)
    text = line.values.get("item", "")
    item = shared.items.get(text)
    if text and item is None:
        bad.append(kinds.wrong(line, "item", f"本单位没有事项“{text}”，或者有几个同名", "填事项编码；没有的先导入事项"))
    if item and slug:
        bad.append(kinds.wrong(line, "field", "事项和领域只能填一个", "清空其中一个"))
    days: dict[str, date] = {}
    for name in ("valid_from", "valid_until"):
        if given := line.values.get(name, ""):
            found, why = day(given)
            days |= {name: found} if found else {}
            bad += [kinds.wrong(line, name, why, "写成 2026-03-01")] if why else []
    if len(days) == 2 and days["valid_until"] < days["valid_from"]:
        bad.append(kinds.wrong(line, "valid_until", "止日早于起日", "核对起止日期"))
    texts = {n: line.values.get(n, "") for n in ("printed", "issuer", "exceptions", "source_url")}
    return {**texts, "issuer_level": level, "field": slug, "item": item, **days}, bad + wrong + odd


def _record(upload: Import, actor: Actor, values: Mapping[str, Any]) -> list[Cap]:
    printed = caps.Printed(
        values["issuer"], values["issuer_level"], values["printed"], values["valid_from"], exceptions=values["exceptions"],
        source_url=values["source_url"], valid_until=values.get("valid_until"),
    )
    return caps.record(actor, printed, body=upload.body, item=values["item"], field=values["field"], demo=upload.body.demo)
