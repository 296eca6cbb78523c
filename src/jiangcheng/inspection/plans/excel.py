"""The annual plan in Excel: template, check row by row with the rules of filing, store. The same file again changes nothing.

A line belongs to the row whose number it bears; without a number to the row with the same item, subjects and contents;
else it is new.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from jiangcheng.inspection.items import imports, sheets
from jiangcheng.inspection.items.imports import BAD, NEW, SAME, UPDATE, Checked, Preview
from jiangcheng.inspection.items.models import Import
from jiangcheng.inspection.items.sheets import Bad, Column, Line
from jiangcheng.inspection.plans import actions, facts, reading
from jiangcheng.inspection.plans.models import Plan, PlanRow
from jiangcheng.inspection.plans.rules import ROWS, PlanFacts, about_rows
from jiangcheng.inspection.plans.words import FINDS, NINE
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import check_all, enforces

FIND_WORDS = {word: slug for slug, word in FINDS}
HINTS = {
    "item_name": "与本单位公布的事项清单一字不差，从下拉列表选择", "basis": "法律、法规、规章的名称和条款", "body_name": "本单位全称",
    "subjects": "检查哪些企业", "contents": "检查哪些内容", "manner": "现场、非现场，须与事项公布的方式一致",
    "frequency": "写成“每年1次”“每季度1次”，不得超过公布的上限", "proportion": "写成“20%”“全覆盖”“30家”",
    "necessity": "为什么今年要做这项检查，有数据的写数据",
}
COLUMNS = (
    Column("n", "行号", hint="修改已有的行时保留；新增的行留空", width=6, digits=True),
    *(
        Column(name, word, (word.removeprefix("检查"),) if word not in ("检查项目",) else (), required=name in ("item_name",), hint=HINTS[name],
               width=30 if name in ("basis", "contents", "necessity") else 18, digits=name in ("frequency", "proportion"),
               choices=("现场", "非现场", "现场、非现场") if name == "manner" else ())
        for name, word in NINE
    ),
    Column("find", "对象确定方式", choices=tuple(FIND_WORDS), hint="留空为随机抽取", width=14),
    Column("quarters", "实施季度", ("季度",), hint="写成 1,2,3,4；留空为全年", width=12, digits=True),
)
WORDS = {c.field: c.head for c in COLUMNS}


def template(plan: Plan, *, rows: list[PlanRow] | None = None) -> bytes:
    """The table to fill in, with the plan's rows (or some of them) and the published items to choose from."""
    listed = facts.Listed(plan.body, plan.year, calendar.today())
    given = plan.rows.filter(withdrawn_at=None) if rows is None else rows
    return sheets.template(
        COLUMNS, [line_of(r) for r in given], title=f"{plan.year}年度计划",
        lists={"item_name": sorted(listed.by_name), "body_name": (plan.body.name,)},
        notes=("九项内容缺一不可（第十三条）。有误的行不入库，改好后可以再次导入，不会重复。",),
    )


def line_of(row: PlanRow) -> dict[str, str]:
    """A row as texts of the table."""
    back = {slug: word for word, slug in FIND_WORDS.items()}
    return {"n": str(row.n), **{name: getattr(row, name) for name, _ in NINE}, "find": back.get(row.find, ""), "quarters": row.quarters}


def _quarters(text: str) -> str | None:
    parts = re.findall(r"[1-4]", text) if text else ["1", "2", "3", "4"]
    plain = re.sub(r"[\s,，、;；第季度一二三四至到-]", "", text)
    return ",".join(sorted(set(parts))) if parts and not re.sub(r"[1-4]", "", plain) else None


def values_of(line: Line) -> tuple[dict[str, str], list[Bad]]:
    """Contents of a line for ``actions.save_row``, and the cells that cannot be taken at all."""
    values = {name: line.values[name] for name, _ in NINE if name in line.values}
    bad = [
        Bad(line.cells[name], v, f"{WORDS[name]}超过 {actions.LIMITS[name]} 个字", "缩短后再导入", name)
        for name, v in values.items() if len(v) > actions.LIMITS[name]
    ]
    find = line.values.get("find", "")
    if find and find not in FIND_WORDS:
        bad.append(Bad(line.cells["find"], find, f"“{find}”不在可选项中", "改为：" + "、".join(FIND_WORDS), "find"))
    if "find" in line.values:
        values["find"] = FIND_WORDS.get(find, "draw")
    if "quarters" in line.values:
        quarters = _quarters(line.values["quarters"])
        if quarters is None:
            bad.append(Bad(line.cells["quarters"], line.values["quarters"], "看不出季度", "写成 1,2,3,4", "quarters"))
        values["quarters"] = quarters or "1,2,3,4"
    n = line.values.get("n", "")
    if n and not _number(line):
        bad.append(Bad(line.cells["n"], n, "行号不是 1 至 9999 的数字", "改为原来的行号，新增的行留空", "n"))
    return values, bad


def _number(line: Line) -> int:
    """The row number of a line; 0 where there is none or none that a row could have."""
    text = line.values.get("n", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _key(values: dict[str, str]) -> tuple[str, ...]:
    return tuple(values.get(name, "").strip() for name in ("item_name", "subjects", "contents"))


def _match(plan: Plan, lines: list[tuple[Line, dict[str, str]]]) -> dict[int, PlanRow]:
    """Sheet row → plan row."""
    rows = list(plan.rows.filter(withdrawn_at=None))
    by_n, by_key = {r.n: r for r in rows}, {}
    for r in rows:
        by_key.setdefault(_key({k: getattr(r, k) for k, _ in NINE}), r)
    found: dict[int, PlanRow] = {}
    taken: set[int] = set()
    for line, _ in lines:
        if (n := _number(line)) in by_n:
            found[line.n] = by_n[n]
            taken.add(n)
    for line, values in lines:
        row = by_key.get(_key(values))
        if line.n not in found and row is not None and row.n not in taken:
            found[line.n] = row
            taken.add(row.n)
    return found


def check(upload: Import, plan: Plan) -> Preview:
    """校验: every line against the rules of filing, all errors at once, each with its cell. Raises ``sheets.Unreadable``."""
    table = imports.read(upload, COLUMNS)
    listed = facts.Listed(plan.body, plan.year, calendar.today())
    lines = [(line, *values_of(line)) for line in table.lines]
    matched = _match(plan, [(line, values) for line, values, _ in lines])
    drafts = {line.n: _draft(plan, matched.get(line.n), line, values) for line, values, _ in lines}
    asked = PlanFacts(calendar.today(), plan.year, plan.pk, plan.body.name, tuple(facts.row_facts(d, listed) for d in drafts.values()))
    wrong: dict[int, list[Bad]] = {}
    by_line = {line.n: line for line, *_ in lines}
    for n, name, breach in about_rows(check_all(ROWS, asked)):
        line = by_line[n]
        reason = re.sub(r"^第 \d+ 行(的)?", "", breach.sentence).rstrip("。")
        remedy = re.sub(r"第 \d+ 行", "", breach.remedies[0].text) if breach.remedies else ""
        cell = line.cells.get(name, f"第 {n} 行")
        wrong.setdefault(n, []).append(Bad(cell, line.values.get(name, ""), f"{reason}（{breach.article}）", remedy, name))
    seen: dict[Any, int] = {}
    found = []
    for line, values, bad in lines:
        bad = bad + wrong.get(line.n, []) + _twice(line, values, seen)
        found.append(_judge(line, values, bad, matched.get(line.n)))
    return imports.preview(table, found)


def _twice(line: Line, values: dict[str, str], seen: dict[Any, int]) -> list[Bad]:
    """An earlier line means the same row: it bears the same number, or neither has one and both say the same."""
    n = _number(line)
    key, name = (n, "n") if n else (_key(values), "item_name")
    if key not in seen:
        seen[key] = line.n
        return []
    return [Bad(line.cells[name], line.values.get(name, ""), f"与第 {seen[key]} 行重复", "删去重复的一行", name)]


def _draft(plan: Plan, row: PlanRow | None, line: Line, values: dict[str, str]) -> PlanRow:
    """The line as an unsaved row that stands for its place in the sheet."""
    base = {name: getattr(row, name) for name, _ in NINE} if row else {}
    draft = PlanRow(plan=plan, n=line.n, **{**base, **values})
    reading.read_into(draft)
    return draft


def _judge(line: Line, values: dict[str, str], bad: list[Bad], row: PlanRow | None) -> Checked:
    if bad:
        return Checked(line, BAD, tuple(bad), row)
    if row is None:
        return Checked(line, NEW)
    changed = tuple((name, getattr(row, name), v) for name, v in values.items() if getattr(row, name) != v.strip())
    return Checked(line, UPDATE if changed else SAME, (), row, changed)


@enforces("327-13-1")
@transaction.atomic
def store(upload: Import, plan: Plan, actor: Actor) -> dict[str, int]:
    """入库: new and changed rows; bad lines are left out, unchanged ones are not touched. Counts by kind.

    A long file is stored part by part: call it again until ``upload.stored_at`` is set.
    """
    actions.may_plan(actor, plan.body_id)
    actions.must_be_open(plan)
    imports.must_be_open(upload)
    found = check(upload, plan)
    part = imports.part_of(found)
    for checked in part:
        values, _ = values_of(checked.line)
        if checked.kind == NEW:
            actions.add_row(plan, actor, values, _number(checked.line) or None)
        elif checked.kind == UPDATE:
            actions.save_row(checked.target, actor, values)
    return imports.stored(upload, actor, found, part)


def bad_lines(upload: Import, plan: Plan) -> bytes:
    """仅下载有误行: the bad lines with a comment on each bad cell."""
    found = check(upload, plan).bad_lines
    notes = {(r, b.field): f"{b.reason}。{b.remedy}" for r, x in enumerate(found, 1) for b in x.bad}
    listed = facts.Listed(plan.body, plan.year, calendar.today())
    rows: list[dict[str, Any]] = [x.line.values for x in found]
    return sheets.template(COLUMNS, rows, title="有误的行", lists={"item_name": sorted(listed.by_name)}, bad=notes)


def problem_rows(plan: Plan, numbers: list[int]) -> bytes:
    """The rows of a plan that have problems, as a table to fill in and import."""
    return template(plan, rows=list(plan.rows.filter(n__in=numbers)))
