"""单位: bodies with their kind, basis, place and powers (article 3). A body may name another one of the same table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties import actions, uscc, words
from jiangcheng.parties import bodies as standing
from jiangcheng.parties.imports import kinds
from jiangcheng.parties.imports.enterprises import CLASSES, PARTING, place_of
from jiangcheng.parties.imports.kinds import NEW, Checked, Kind, Written
from jiangcheng.parties.imports.places import Places
from jiangcheng.parties.models import Body, Competence, Import
from jiangcheng.sheets import Bad, Column, Line, day

CHOICES = {
    "kind": {w: s for s, w in words.BODY_KINDS}, "basis_level": {w: s for s, w in words.BASIS_LEVELS}, "level": {w: s for s, w in words.LEVELS},
}
YES = {"是": True, "√": True, "否": False, "×": False}
FLAGS = ("vertical", "enforces", "judicial")
LINKS = ("superior", "judicial_office", "principal")
TEXTS = ("short", "basis", "entrust_scope", "superior_name", "word", "address", "complaint_phone")
DAYS = ("entrust_from", "entrust_until")
CHANGED = (*TEXTS, *DAYS, *LINKS, *FLAGS, *CHOICES, "division", "uscc")
SHOWN = {name: {s: w for w, s in found.items()} for name, found in CHOICES.items()} | {name: {True: "是", False: "否"} for name in FLAGS}
COLUMNS = (
    Column("name", "单位名称", ("名称", "执法主体名称", "行政执法主体", "单位全称", "执法主体"), required=True,
           hint="全称，按它认定是新增还是更新", width=34),
    Column("short", "简称", hint="留空与名称相同", width=18),
    Column("uscc", "统一社会信用代码", ("信用代码",), width=24, kind="code"),
    Column("kind", "类别", ("主体类别", "单位类别"), tuple(CHOICES["kind"]), required=True, hint="从下拉列表选择", width=22),
    Column("basis", "设立或授权依据", ("依据", "执法依据", "法定依据"), hint="法律、法规、规章或“三定”规定的名称和条款", width=40),
    Column("basis_level", "依据层级", (), tuple(CHOICES["basis_level"]), width=14),
    Column("level", "层级", ("单位层级", "级别"), tuple(CHOICES["level"]), required=True, width=12),
    Column("division", "管辖区域", ("行政区划", "所属区", "辖区"), required=True, hint="市级填“武汉市”，区级填区名", width=18),
    Column("superior", "上级主管部门", ("主管部门",), hint="已登记或者本表中的单位名称", width=30),
    Column("superior_name", "市外上级主管部门", hint="上级不在本市登记的填这里", width=24),
    Column("judicial_office", "同级司法行政部门", ("司法行政部门", "备案机关"), hint="已登记或者本表中的单位名称", width=24),
    Column("principal", "委托机关", hint="受委托的组织填写", width=28),
    Column("entrust_scope", "委托范围", width=28),
    Column("entrust_from", "委托起", ("委托起始日期",), width=14, kind="day"),
    Column("entrust_until", "委托止", ("委托截止日期",), width=14, kind="day"),
    Column("fields", "职权领域", ("执法领域", "职权"), hint="用顿号隔开：食品安全、特种设备；已有的职权不会因为不写而取消", width=30),
    Column("fields_from", "职权起", hint="留空为今天", width=14, kind="day"),
    Column("vertical", "垂直管理", (), ("是", "否"), width=10),
    Column("enforces", "是行政执法主体", ("是否执法主体",), ("是", "否"), hint="留空为是，司法行政部门留空为否", width=14),
    Column("judicial", "是司法行政部门", ("是否司法行政部门",), ("是", "否"), hint="留空为否", width=14),
    Column("word", "发文代字", ("代字",), hint="例：武市监", width=12),
    Column("address", "地址", ("办公地址",), width=30),
    Column("complaint_phone", "监督电话", ("投诉电话", "联系电话"), width=18, kind="digits"),
)
HEADS = {c.field: c.head for c in COLUMNS}


@dataclass
class Shared:
    """Bodies by name, divisions, powers held today, names in the table itself."""

    by_name: dict[str, Body]
    places: Places
    held: set[tuple[int, str]]
    demo: bool
    named: set[str] = field(default_factory=set)
    seen: dict[Hashable, int] = field(default_factory=dict)


@kinds.register
class Bodies(Kind):
    """单位 of the city: enforcement bodies, judicial offices, departments above."""

    slug, title, noun, columns, whole = "bodies", "导入单位", "单位", COLUMNS, True
    notes = (
        "按单位名称认定：没有的新增，有的更新，相同的不变；空白的单元格不会清除已有的内容。",
        "类别、依据、委托不全的单位可以入库，补全之前不能实施检查（第三条）。",
    )
    part = undo_part = 5000 * 20

    def may(self, actor: Actor, upload: Import) -> None:
        kinds.administers(actor)

    def lists(self, upload: Import | None) -> Mapping[str, Sequence[str]]:
        names = tuple(Body.objects.order_by("level", "name").values_list("name", flat=True)[:1000])
        return {"division": Places().words(), "superior": names, "principal": names,
                "judicial_office": tuple(Body.objects.filter(judicial=True).values_list("name", flat=True))}

    def begin(self, upload: Import) -> Shared:
        held = Competence.objects.filter(standing.running(timezone.localdate())).values_list("body", "field")
        return Shared({b.name: b for b in Body.objects.all()}, Places(), set(held), bool(upload.body and upload.body.demo))

    def judge(self, shared: Shared, lines: Sequence[Line]) -> list[Checked]:
        shared.named = {line.values["name"] for line in lines} | set(shared.by_name)
        return [self._one(shared, line) for line in lines]

    def _one(self, shared: Shared, line: Line) -> Checked:
        name = line.values["name"]
        row = shared.by_name.get(name)
        values, bad = _values(shared, line, row)
        bad += kinds.twice(shared.seen, line, name, "name", "重名") if name else []
        plain = {n: v for n, v in values.items() if n not in ("links", "fields", "fields_from")}
        checked = kinds.judged(line, bad, row, plain, SHOWN)
        if checked.bad:
            return checked
        more = _more_changes(shared, row, values) if row else ()
        kind = kinds.UPDATE if more and checked.kind == kinds.SAME else checked.kind
        return Checked(line, kind, (), row, (*checked.changed, *more), values)

    @enforces("327-03-1", "327-03-2")
    def save(self, shared: Shared, upload: Import, actor: Actor, part: Sequence[Checked]) -> list[Written]:
        """All bodies first, without their links, so that one may name another; then links and powers."""
        done: list[tuple[Body, Checked, dict[str, Any] | None]] = []
        for one in part:
            row = one.target or Body(name=one.values["name"], demo=shared.demo)
            before = None if one.kind == NEW else kinds.kept(row, CHANGED)
            for name in (n for n in one.values if n not in ("links", "fields", "fields_from")):
                setattr(row, name, one.values[name])
            if row.pk is None:
                actions.save_body(row, actor)
            shared.by_name[row.name] = row
            done.append((row, one, before))
        written = []
        for row, one, before in done:
            for name, target in one.values["links"].items():
                setattr(row, name, shared.by_name[target])
            if before is not None or one.values["links"]:
                actions.save_body(row, actor, "批量导入")
            written += [Written(Body, row.pk, before), *_powers(shared, row, one, actor)]
        return written


def _values(shared: Shared, line: Line, row: Body | None) -> tuple[dict[str, Any], list[Bad]]:
    """Values of a line by field; names of other bodies under ``links``, slugs of powers under ``fields``."""
    bad = kinds.lacking(line, COLUMNS) + kinds.too_long(line, Body, ((n, n) for n in ("name", *TEXTS)), HEADS)
    values: dict[str, Any] = {n: line.values[n] for n in TEXTS if line.values.get(n)}
    for name, choices in CHOICES.items():
        slug, wrong = kinds.chosen(line, name, choices)
        bad += wrong
        values |= {name: slug} if slug else {}
    for name in FLAGS:
        text = line.values.get(name, "")
        if text in YES:
            values[name] = YES[text]
        elif text:
            bad.append(kinds.wrong(line, name, "应填“是”或者“否”", "改为“是”或者“否”"))
    days, wrong = _days(line)
    division, lost = place_of(line, "division", shared.places)
    values |= days | ({"division": division} if division else {})
    links, fields, more = _names(shared, line)
    bad += wrong + lost + more + _code(line, values)
    values |= {"links": links, "fields": fields, "fields_from": days.pop("fields_from", None) or timezone.localdate()}
    if row is None:
        values |= {"name": line.values["name"]}
        values.setdefault("short", line.values["name"][:40])
        values.setdefault("enforces", not values.get("judicial", False))
    return values, bad


def _code(line: Line, values: dict[str, Any]) -> list[Bad]:
    text = line.values.get("uscc", "")
    if not text:
        return []
    found = uscc.check(text)
    values["uscc"] = found.code
    return [] if found.valid else [kinds.wrong(line, "uscc", found.problem.rstrip("。"), "更正，或者留空")]


def _days(line: Line) -> tuple[dict[str, date], list[Bad]]:
    values, bad = {}, []
    for name in (*DAYS, "fields_from"):
        if text := line.values.get(name, ""):
            found, why = day(text)
            values |= {name: found} if found else {}
            bad += [kinds.wrong(line, name, why, "写成 2026-03-01")] if why else []
    if (start := values.get("entrust_from")) and (end := values.get("entrust_until")) and end < start:
        bad.append(kinds.wrong(line, "entrust_until", "止日早于起日", "核对起止日期"))
    return values, bad


def _names(shared: Shared, line: Line) -> tuple[dict[str, str], list[str], list[Bad]]:
    """Names of other bodies that are there or come in with this table; slugs of the powers."""
    links, bad = {}, []
    for name in LINKS:
        text = line.values.get(name, "")
        if text and text == line.values["name"]:
            bad.append(kinds.wrong(line, name, f"{HEADS[name]}不能是本单位", "更正或者清空"))
        elif text and text not in shared.named:
            bad.append(kinds.wrong(line, name, f"没有登记“{text}”", "先登记，或者在本表中加上这个单位；市外的填“市外上级主管部门”"))
        elif text:
            links[name] = text
    written = [w for w in PARTING.split(line.values.get("fields", "")) if w]
    unknown = [w for w in written if w not in CLASSES]
    if unknown:
        bad.append(kinds.wrong(line, "fields", f"“{'、'.join(unknown)}”不是职权领域", "可以填：" + "、".join(CLASSES)))
    return links, [CLASSES[w] for w in written if w in CLASSES], bad


def _more_changes(shared: Shared, row: Body, values: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Links and powers that would change."""
    found = []
    for name, target in values["links"].items():
        old = getattr(row, f"{name}_id")
        if old is None or shared.by_name.get(target) is None or shared.by_name[target].pk != old:
            found.append((name, next((b.name for b in shared.by_name.values() if old and b.pk == old), ""), target))
    new = [f for f in values["fields"] if (row.pk, f) not in shared.held]
    return (*found, *((("fields", "", "、".join(standing.FIELD_WORDS[f] for f in new)),) if new else ()))


def _powers(shared: Shared, row: Body, one: Checked, actor: Actor) -> list[Written]:
    found = []
    for slug in one.values["fields"]:
        if (row.pk, slug) not in shared.held:
            power = Competence(field=slug, basis=(row.basis or "批量导入，依据待补")[:300], valid_from=one.values["fields_from"])
            actions.add_competence(row, power, actor)
            shared.held.add((row.pk, slug))
            found.append(Written(Competence, power.pk))
    return found
