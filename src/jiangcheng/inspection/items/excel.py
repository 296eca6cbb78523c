"""The item list in Excel: template, check line by line, store into drafts. Importing the same file again changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from jiangcheng.inspection.items import actions, imports, sheets
from jiangcheng.inspection.items.imports import BAD, NEW, SAME, UPDATE, Checked, Preview
from jiangcheng.inspection.items.models import Import, Item, ItemVersion
from jiangcheng.inspection.items.sheets import Bad, Column, Line
from jiangcheng.inspection.items.words import MANNERS
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties.words import BASIS_LEVELS, FIELDS, LEVELS

CHOICES = {
    "field": {w: s for s, w in FIELDS}, "basis_level": {w: s for s, w in BASIS_LEVELS}, "lowest_level": {w: s for s, w in LEVELS},
    "manner": {w: s for s, w in MANNERS},
}
YES = {"是": True, "否": False, "": False, "√": True, "有": True, "无": False}
LIMITS = {
    f.name: f.max_length for f in ItemVersion._meta.get_fields() if getattr(f, "max_length", None) and f.name in actions.DRAFT_FIELDS
}
MOST_CODE = Item._meta.get_field("code").max_length
COLUMNS = (
    Column("code", "事项编码", hint="留空由系统编号；修改已有事项时填写", width=14, digits=True),
    Column("name", "检查事项", ("事项名称", "检查事项名称"), required=True, hint="写明检查什么，同一单位不能重名", width=30),
    Column("field", "领域", choices=tuple(CHOICES["field"]), hint="从下拉列表选择", width=12),
    Column("basis", "检查依据", ("依据", "法律依据"), hint="法律、法规、规章的名称和条款", width=40),
    Column("basis_level", "依据层级", choices=tuple(CHOICES["basis_level"]), hint="从下拉列表选择", width=12),
    Column("lowest_level", "法定最低层级", choices=tuple(CHOICES["lowest_level"]), hint="依法最低由哪一级实施", width=14),
    Column("subjects", "检查对象", hint="检查哪些企业", width=24),
    Column("content", "检查内容", ("检查内容和标准",), hint="检查的主要内容", width=40),
    Column("manner", "检查方式", choices=tuple(CHOICES["manner"]), hint="现场、非现场", width=14),
    Column("standard", "检查标准", hint="国务院主管部门公布的标准名称", width=30),
    Column("standard_issuer", "标准发布机关", width=20),
    Column("standard_version", "标准版本", width=14),
    Column("standard_from", "标准施行日期", hint="写成 2026-03-01", width=14, digits=True),
    Column("standard_none", "未公布标准", choices=("是", "否"), hint="确未公布的填“是”", width=12),
    Column("cap_note", "频次上限原文", ("频次上限",), width=24),
    Column("reason", "理由", ("新增、变更理由",), hint="新增、变更的理由", width=24),
    Column("questions", "检查要点", hint="每条一行（单元格内换行），或者用分号隔开", width=50),
)


def template(body: Any, versions: list[ItemVersion] | None = None) -> bytes:
    """The table to fill in; with ``versions`` it holds what they say, to be changed."""
    rows = [line_of(v) for v in versions or ()]
    return sheets.template(COLUMNS, rows, title="检查事项", notes=("带 * 的列必填。其余留空的，入库后为草拟，提交审核时逐项提示。",))


def line_of(version: ItemVersion) -> dict[str, str]:
    """A version as texts of the table."""
    back = {name: {s: w for w, s in words.items()} for name, words in CHOICES.items()}
    values = {c.field: getattr(version, c.field, "") for c in COLUMNS if c.field not in ("code", "questions")}
    values |= {name: back[name].get(values[name], "") for name in back}
    values["standard_none"] = "是" if version.standard_none else "否"
    values["standard_from"] = version.standard_from.isoformat() if version.standard_from else ""
    return {**values, "code": version.item.code, "questions": "\n".join(q.text for q in version.questions.all())}


def questions_of(text: str) -> list[str]:
    """Check questions of one cell: a line each, or parted by semicolons; leading numbers fall away."""
    parts = text.split("\n") if "\n" in text.strip() else re.split(r"[；;]", text)
    return [q for p in parts if (q := re.sub(r"^\s*[（(]?\d+[）).、．]\s*", "", p).strip())]


def fields_of(line: Line) -> tuple[dict[str, Any], list[Bad]]:
    """Draft fields of a line, and the cells that cannot be taken."""
    found: dict[str, Any] = {}
    bad: list[Bad] = []
    for column in COLUMNS:
        name, text = column.field, line.values.get(column.field, "")
        if name in ("code", "questions") or name not in line.values:
            continue
        value, why = _value(name, text)
        if why:
            bad.append(Bad(line.cells[name], text, *why, name))
        found[name] = value
    if not line.values.get("name"):
        bad.append(Bad(line.cells["name"], "", "缺检查事项名称", "填写事项名称", "name"))
    too_long = [q for q in questions_of(line.values.get("questions", "")) if len(q) > 300]
    if too_long:
        bad.append(Bad(line.cells["questions"], line.values["questions"], "检查要点超过 300 个字", "拆成几条", "questions"))
    return found, bad


def _value(name: str, text: str) -> tuple[Any, tuple[str, str] | None]:
    if name in CHOICES:
        if text and text not in CHOICES[name]:
            return "", (f"“{text}”不在可选项中", "改为：" + "".join(f"“{w}”" for w in CHOICES[name]))
        return CHOICES[name].get(text, ""), None
    if name == "standard_none":
        return YES.get(text, False), None if text in YES else ("应填“是”或者“否”", "改为“是”或者“否”")
    if name == "standard_from":
        if not text:
            return None, None
        try:
            return date.fromisoformat(re.sub(r"[年月/.]", "-", text).replace("日", "")), None
        except ValueError:
            return None, (f"“{text}”不是日期", "写成 2026-03-01")
    if len(text) > LIMITS.get(name, 4000):
        return text, (f"超过 {LIMITS.get(name, 4000)} 个字", "缩短后再导入")
    return text, None


def check(upload: Import) -> Preview:
    """校验: each line against the list. Raises ``sheets.Unreadable`` when the file as a whole cannot be read."""
    table = imports.read(upload, COLUMNS)
    items = list(Item.objects.filter(body=upload.body_id).prefetch_related("versions__questions"))
    newest = {i.pk: max(i.versions.all(), key=lambda v: v.n) for i in items if i.versions.all()}
    by_code = {i.code: newest[i.pk] for i in items if i.pk in newest}
    by_name = {v.name: v for v in newest.values() if v.state != "withdrawn"}
    seen: dict[tuple[str, str], int] = {}
    lines = []
    for line in table.lines:
        fields, bad = fields_of(line)
        version = by_code.get(line.values.get("code", "")) or by_name.get(line.values.get("name", ""))
        lines.append(_judge(line, fields, bad + _twice(line, seen) + _closed(line, version), version))
    return imports.preview(table, lines)


def _twice(line: Line, seen: dict[tuple[str, str], int]) -> list[Bad]:
    """Name or code that an earlier line bears already; a code that is too long."""
    found = []
    for name, word in (("name", "重名"), ("code", "编码相同")):
        text = line.values.get(name, "")
        if text and (name, text) in seen:
            found.append(Bad(line.cells[name], text, f"与第 {seen[name, text]} 行{word}", "删去重复的一行", name))
        seen.setdefault((name, text), line.n)
    if len(line.values.get("code", "")) > MOST_CODE:
        found.append(Bad(line.cells["code"], line.values["code"], f"事项编码超过 {MOST_CODE} 个字", "缩短后再导入", "code"))
    return found


def _closed(line: Line, version: ItemVersion | None) -> list[Bad]:
    """Items that an import cannot change: in review, or withdrawn."""
    state = version.state if version is not None else ""
    why = {
        "review": ("该事项正在审核，不能导入修改", "先撤回，或者等审核后再导入"), "withdrawn": ("该编码的事项已取消", "清空编码，按新增导入"),
    }.get(state)
    return [Bad(line.cells["name"], line.values["name"], *why, "name")] if why else []


def _judge(line: Line, fields: Mapping[str, Any], bad: list[Bad], version: ItemVersion | None) -> Checked:
    if bad:
        return Checked(line, BAD, tuple(bad), version)
    if version is None:
        return Checked(line, NEW)
    changed = [(n, str(getattr(version, n) or ""), str(v or "")) for n, v in fields.items() if getattr(version, n) != v and n != "reason"]
    asked = questions_of(line.values.get("questions", ""))
    had = [q.text for q in version.questions.all()]
    if "questions" in line.values and asked and asked != had:
        changed.append(("questions", "\n".join(had), "\n".join(asked)))
    return Checked(line, UPDATE if changed else SAME, (), version, tuple(changed))


@enforces("327-07-1")
@transaction.atomic
def store(upload: Import, actor: Actor) -> dict[str, int]:
    """入库: new lines become drafts, changed ones a draft of the item; bad lines are left out. Counts by kind.

    A long file is stored part by part: call it again until ``upload.stored_at`` is set.
    """
    actions.may_draft(actor, upload.body_id)
    imports.must_be_open(upload)
    found = check(upload)
    part = imports.part_of(found)
    for checked in part:
        fields, _ = fields_of(checked.line)
        asked = questions_of(checked.line.values.get("questions", ""))
        if checked.kind == NEW:
            actions.new_item(upload.body, actor, code=checked.line.values.get("code", ""), demo=upload.body.demo, questions=asked, **fields)
            continue
        version = checked.target
        if version.state != "draft":
            version = actions.new_version(version.item, actor, fields.get("reason") or "批量导入修订")
        actions.save_draft(version, actor, fields, asked or None)
    return imports.stored(upload, actor, found, part)


def bad_lines(upload: Import) -> bytes:
    """仅下载有误行: the bad lines with a comment on each bad cell, to be filled in and imported again."""
    found = check(upload).bad_lines
    notes = {(r, b.field): f"{b.reason}。{b.remedy}" for r, x in enumerate(found, 1) for b in x.bad}
    return sheets.template(COLUMNS, [x.line.values for x in found], title="有误的行", bad=notes)
