"""场所 of enterprises that are there: the place by which territory is judged (HR-11-1)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties import uscc
from jiangcheng.parties.imports import kinds, rows
from jiangcheng.parties.imports.enterprises import place_of
from jiangcheng.parties.imports.kinds import Checked, Kind, Written
from jiangcheng.parties.imports.places import Places
from jiangcheng.parties.models import Enterprise, Import, Site
from jiangcheng.sheets import Bad, Column, Line

USED = {"是": True, "在用": True, "正常": True, "否": False, "停用": False, "关闭": False}
CHANGED = ("address", "division", "latitude", "longitude", "active")
COLUMNS = (
    Column("uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "统一信用代码"), required=True,
           hint="企业须已登记，未登记的先导入企业", width=24, kind="code"),
    Column("enterprise", "企业名称", ("名称", "单位名称", "市场主体名称"), hint="只供核对，可以不填；填写的要与登记名称一致", width=34),
    Column("name", "场所名称", ("经营场所名称", "门店名称", "点位名称"), required=True, hint="同一企业的场所按名称区分：总部、汉口门店", width=24),
    Column("address", "场所地址", ("经营场所", "经营地址", "地址", "实际经营地址", "详细地址"), required=True, width=40),
    Column("division", "所在区划", ("行政区划", "所属区", "所在区", "所属街道", "区划", "辖区"), required=True,
           hint="以场所实际所在地为准，最好填到街道", width=20),
    Column("latitude", "纬度", ("北纬", "lat"), hint="30.59 这样的小数", width=12, kind="digits"),
    Column("longitude", "经度", ("东经", "lng", "lon"), hint="114.30 这样的小数", width=12, kind="digits"),
    Column("active", "在用", ("是否在用", "状态"), ("是", "否"), hint="留空为在用", width=10),
)
HEADS = {c.field: c.head for c in COLUMNS}


@dataclass
class Shared:
    """Divisions, and sites of earlier lines."""

    places: Places
    seen: dict[Hashable, int] = field(default_factory=dict)


def degrees(line: Line, name: str, most: float) -> tuple[float | None, list[Bad]]:
    """A coordinate in degrees; None when blank."""
    text = line.values.get(name, "").rstrip("°度").strip()
    if not text:
        return None, []
    try:
        value = round(float(text), 7)
    except ValueError:
        return None, [kinds.wrong(line, name, f"“{text}”不是小数形式的度数", "写成 30.5928")]
    if not -most <= value <= most:
        return None, [kinds.wrong(line, name, f"{HEADS[name]}超出 {most:g} 度，经纬度可能填反了", "核对经度和纬度")]
    return value, []


@kinds.register
class Sites(Kind):
    """场所: places where enterprises produce, trade or manage."""

    slug, title, noun, columns = "sites", "导入场所", "场所", COLUMNS
    notes = ("按统一社会信用代码和场所名称认定：没有的新增，有的更新，相同的不变。", "空白的单元格不会清除已有的内容。")
    part, most_rows, most_bytes = 2000, 200_000, 60 * 1024 * 1024

    def may(self, actor: Actor, upload: Import) -> None:
        kinds.administers(actor)

    def lists(self, upload: Import | None) -> Mapping[str, Sequence[str]]:
        return {"division": Places().words()}

    def begin(self, upload: Import) -> Shared:
        return Shared(Places())

    def judge(self, shared: Shared, lines: Sequence[Line]) -> list[Checked]:
        codes = [uscc.compact(line.values["uscc"]) for line in lines]
        firms = {e.uscc: e for e in Enterprise.objects.filter(uscc__in=codes).only("uscc", "name")}
        there = {(s.enterprise_id, s.name): s for s in Site.objects.filter(enterprise__in=[e.pk for e in firms.values()])}
        found = []
        for line, code in zip(lines, codes, strict=True):
            firm = firms.get(code)
            found.append(self._one(shared, line, code, firm, there.get((firm.pk, line.values["name"])) if firm else None))
        return found

    def _one(self, shared: Shared, line: Line, code: str, firm: Enterprise | None, row: Site | None) -> Checked:
        bad = kinds.lacking(line, COLUMNS)
        if code and firm is None:
            problem = uscc.check(code).problem.rstrip("。")
            bad.append(kinds.wrong(line, "uscc", problem or "没有登记这家企业", "更正信用代码" if problem else "先导入企业，再导入场所"))
        named = line.values.get("enterprise", "")
        if firm and named and named != firm.name:
            bad.append(kinds.wrong(line, "enterprise", f"与登记名称“{firm.name}”不一致，信用代码可能填错", "核对信用代码，或者清空企业名称"))
        bad += kinds.twice(shared.seen, line, (code, line.values["name"]), "name", "是同一场所") if code and line.values["name"] else []
        bad += kinds.too_long(line, Site, (("name", "name"), ("address", "address")), HEADS)
        division, lost = place_of(line, "division", shared.places)
        latitude, high = degrees(line, "latitude", 90)
        longitude, wide = degrees(line, "longitude", 180)
        text = line.values.get("active", "")
        unknown = [kinds.wrong(line, "active", "应填“是”或者“否”", "改为“是”或者“否”")] if text and text not in USED else []
        bad += lost + high + wide + unknown
        given = (("address", line.values["address"] or None), ("division", division), ("latitude", latitude), ("longitude", longitude),
                 ("active", USED.get(text)))
        values = {n: v for n, v in given if v is not None}
        if row is None and firm:
            values |= {"enterprise": firm, "name": line.values["name"]}
        return kinds.judged(line, bad, row, values, {"active": {True: "是", False: "否"}})

    @enforces("HR-11-1")
    def save(self, shared: Shared, upload: Import, actor: Actor, part: Sequence[Checked]) -> list[Written]:
        return rows.write(Site, CHANGED, lambda values: Site(**values), part, upload, actor, ("HR-11-1",))
