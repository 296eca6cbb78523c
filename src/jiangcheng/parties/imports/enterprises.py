"""企业 by the hundred thousand: judged by credit code, written in bulk. The code says how the decree applies (article 4)."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties import real, uscc, words
from jiangcheng.parties.imports import kinds, rows
from jiangcheng.parties.imports.kinds import Checked, Kind, Written
from jiangcheng.parties.imports.places import REMEDY, Places
from jiangcheng.parties.models import Enterprise, Import
from jiangcheng.sheets import Bad, Column, Line

STATUS = {w: s for s, w in words.ENTERPRISE_STATUS} | {
    "在业": "open", "开业": "open", "正常": "open", "在营": "open", "存续（在营、开业、在册）": "open", "歇业": "paused", "迁移": "moved",
    "已注销": "gone", "吊销": "gone", "吊销，未注销": "gone",
}
CLASSES = {w: s for s, w in words.FIELDS}
PLAIN = ("name", "address", "industry", "legal_person", "contact", "phone")
CHANGED = (*PLAIN, "initials", "division", "classes", "status")
SHOWN = {"status": dict(words.ENTERPRISE_STATUS)}
COLUMNS = (
    Column("uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "统一信用代码", "统一社会信用代码(注册号)", "纳税人识别号"), required=True,
           hint="18 位，按它认定是新增还是更新", width=24, kind="code"),
    Column("name", "企业名称", ("名称", "单位名称", "市场主体名称", "公司名称", "主体名称", "经营主体名称"), required=True, width=36),
    Column("division", "行政区划", ("所属区", "所在区", "区划", "登记所在区划", "所属区域", "行政区", "辖区"), 
           hint="可以只填区，也可以填到街道；新增的企业留空时按信用代码第 3 至 8 位认定", width=20),
    Column("address", "登记地址", ("住所", "地址", "注册地址", "企业住所", "经营地址", "企业地址", "登记住所"), width=40),
    Column("industry", "行业", ("所属行业", "行业名称", "行业类别", "行业门类"), width=18),
    Column("classes", "分类标记", ("领域", "监管领域", "分类"), hint="涉及的检查领域，用顿号隔开：食品安全、特种设备", width=20),
    Column("legal_person", "法定代表人", ("法人", "法人代表", "负责人", "法定代表人(负责人)", "法定代表人姓名", "经营者"), width=14),
    Column("contact", "联系人", ("联络员", "联系人姓名"), width=14),
    Column("phone", "联系电话", ("电话", "手机", "手机号", "手机号码", "联系方式", "联系人电话"), width=18, kind="digits"),
    Column("status", "状态", ("登记状态", "经营状态", "企业状态"), tuple(w for _, w in words.ENTERPRISE_STATUS), hint="留空为存续", width=12),
)
HEADS = {c.field: c.head for c in COLUMNS}
PARTING = re.compile(r"[、，,；;\s]+")


@dataclass
class Shared:
    """Divisions, and credit codes of earlier lines."""

    places: Places
    demo: bool
    seen: dict[Hashable, int] = field(default_factory=dict)


def classes_of(line: Line) -> tuple[str | None, list[Bad]]:
    """Marks of an enterprise as the caps read them; words of fields become their slugs, own classes stay as written."""
    text = line.values.get("classes", "")
    return (",".join(CLASSES.get(w, w) for w in PARTING.split(text) if w) if text else None), []


def place_of(line: Line, name: str, places: Places, code: str = "") -> tuple[Any, list[Bad]]:
    """The division of a cell; of a blank one the division that a credit code names."""
    text = line.values.get(name, "")
    if not text and not code:
        return None, []
    found, why = places.find(text or code)
    if found is None and not text:
        return None, [kinds.wrong(line, name, "缺行政区划，信用代码里的区划也不认识", REMEDY)]
    return found, [kinds.wrong(line, name, why, REMEDY)] if why else []


@kinds.register
class Enterprises(Kind):
    """企业: an administrator enters the subjects of inspection of the whole city."""

    slug, title, noun, columns = "enterprises", "导入企业", "企业", COLUMNS
    notes = (
        "按统一社会信用代码认定：没有的新增，有的更新，相同的不变。", "空白的单元格不会清除已有的内容。",
        "一次最多 200,000 行，可以用 .xlsx 或 .csv。",
    )
    personal = frozenset(Enterprise.personal)
    part, most_rows, most_bytes = 2000, 200_000, 60 * 1024 * 1024

    def may(self, actor: Actor, upload: Import) -> None:
        kinds.administers(actor)

    def lists(self, upload: Import | None) -> Mapping[str, Sequence[str]]:
        return {"division": Places().words()}

    def begin(self, upload: Import) -> Shared:
        return Shared(Places(), bool(upload.body and upload.body.demo))

    def judge(self, shared: Shared, lines: Sequence[Line]) -> list[Checked]:
        codes = [uscc.compact(line.values["uscc"]) for line in lines]
        there = {e.uscc: e for e in Enterprise.objects.filter(uscc__in=codes)}
        return [self._one(shared, line, code, there.get(code)) for line, code in zip(lines, codes, strict=True)]

    def _one(self, shared: Shared, line: Line, code: str, row: Enterprise | None) -> Checked:
        bad = kinds.lacking(line, COLUMNS)
        found = uscc.check(code)
        if code and not found.valid:
            bad.append(kinds.wrong(line, "uscc", found.problem.rstrip("。"), "对照营业执照更正"))
        bad += kinds.twice(shared.seen, line, code, "uscc", "信用代码相同") if code else []
        bad += kinds.too_long(line, Enterprise, ((n, n) for n in PLAIN), HEADS)
        status, wrong = kinds.chosen(line, "status", STATUS)
        division, lost = place_of(line, "division", shared.places, code[2:8] if row is None and found.valid else "")
        classes, odd = classes_of(line)
        if classes and len(classes) > Enterprise._meta.get_field("classes").max_length:
            odd = [kinds.wrong(line, "classes", "分类标记过长", "只留与检查有关的分类")]
        bad += wrong + lost + odd
        values = {n: line.values[n] for n in PLAIN if line.values.get(n)}
        values |= {n: v for n, v in (("division", division), ("classes", classes), ("status", status)) if v}
        if row is None and not bad:
            values |= {"uscc": code, "applies": found.applies, "demo": shared.demo}
        return kinds.judged(line, bad, row, values, SHOWN)

    @enforces("327-04-1")
    def save(self, shared: Shared, upload: Import, actor: Actor, part: Sequence[Checked]) -> list[Written]:
        named = [replace(one, values={**one.values, "initials": real.initials(one.values.get("name", one.line.values["name"]))}) for one in part]
        return rows.write(Enterprise, CHANGED, lambda values: Enterprise(**values), named, upload, actor, ("327-04-1",))
