"""Rules of the annual daily plan: pure checks over frozen facts, each citing its duty.

A breach about a row has the field ``r<row id>.<content>``, so that a page can stand it beside the cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from jiangcheng.inspection.plans.words import NINE
from jiangcheng.law.rule import Breach, Remedy, Rule, rule

WORDS = dict(NINE)


def cn(day: date) -> str:
    """A day in a sentence: 2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True)
class RowFacts:
    """A plan row as the rules see it.

    ``listed`` is whether its item stands in the body's published list; ``item_name`` and ``item_manner`` come from
    there, ``near`` is the published name most like an unknown one. ``cap`` are the words of the strictest cap,
    ``over`` says that the row's frequency passes it.
    """

    pk: int
    n: int
    values: dict[str, str] = field(hash=False)
    listed: bool = True
    item_name: str = ""
    item_manner: str = "both"
    near: str = ""
    manner_fits: bool = True
    frequency_read: bool = True
    proportion_read: bool = True
    cap: str = ""
    over: bool = False

    def at(self, name: str) -> str:
        """Where in the form: r12.necessity."""
        return f"r{self.pk}.{name}"


@dataclass(frozen=True)
class PlanFacts:
    """A plan with all its rows; the offices it goes to; the acting person; what was said."""

    today: date
    year: int = 0
    plan: int = 0
    body_name: str = ""
    rows: tuple[RowFacts, ...] = ()
    adjusts: bool = False
    reason: str = ""
    judicial: str = ""
    superior: str = ""
    newer_filed: bool = False
    decided: tuple[str, ...] = ()
    must_fix: tuple[tuple[int, str], ...] = ()
    unmended: tuple[tuple[int, int], ...] = ()
    person: int | None = None
    planners: frozenset[int] = frozenset()
    """Everybody who wrote in the plan or sent it."""

    def to_plan(self, text: str) -> Remedy:
        """A way to the plan's page."""
        return Remedy(text, "planner-plan", (("year", self.year),))


@rule("327-13-1")
def nine_contents(f: PlanFacts):
    """Every row has the nine contents of article 13; all that is blank is said at once."""
    if not f.rows:
        yield Breach("计划还没有任何一行。", (f.to_plan("新增一行、从上年复制或者导入 Excel"),), "rows")
    for row in f.rows:
        for name, word in NINE:
            if not row.values.get(name, "").strip():
                yield Breach(f"第 {row.n} 行缺“{word}”。", (f.to_plan(f"补填第 {row.n} 行{word}"),), row.at(name))


@rule("327-13-1")
def items_published(f: PlanFacts):
    """Each row names an item of the body's own published list, by its published name."""
    for row in f.rows:
        name = row.values.get("item_name", "").strip()
        if not name:
            continue
        if not row.listed:
            yield Breach(
                f"第 {row.n} 行的“{name}”不在本单位公布的事项清单中。",
                (f.to_plan(f"改为清单中的“{row.near}”" if row.near else "改为清单中的事项"), Remedy("先公布该事项", "planner-items")),
                row.at("item_name"),
            )
        elif row.item_name and row.item_name != name:
            yield Breach(
                f"第 {row.n} 行的事项名称与公布的“{row.item_name}”不一致。", (f.to_plan(f"改为“{row.item_name}”"),), row.at("item_name")
            )


@rule("327-13-1")
def body_matches(f: PlanFacts):
    """The body of each row is the body whose plan it is."""
    for row in f.rows:
        named = row.values.get("body_name", "").strip()
        if named and named != f.body_name:
            yield Breach(f"第 {row.n} 行的检查主体“{named}”不是本单位。", (f.to_plan(f"改为“{f.body_name}”"),), row.at("body_name"))


@rule("327-13-1")
def manner_fits(f: PlanFacts):
    """The manner is on-site or off-site, and one that the published item provides for."""
    words = {"onsite": "现场", "offsite": "非现场", "both": "现场、非现场"}
    for row in f.rows:
        said = row.values.get("manner", "").strip()
        if said and not row.manner_fits:
            yield Breach(
                f"第 {row.n} 行的检查方式“{said}”与事项公布的方式（{words.get(row.item_manner, '')}）不符。",
                (f.to_plan("改为事项公布的检查方式"),), row.at("manner"),
            )


@rule("327-13-1")
def frequency_readable(f: PlanFacts):
    """The frequency says how many times in which period."""
    for row in f.rows:
        said = row.values.get("frequency", "").strip()
        if said and not row.frequency_read:
            yield Breach(
                f"第 {row.n} 行的检查频次“{said}”看不出次数和周期。", (f.to_plan("写成“每年 1 次”“每季度 1 次”等"),), row.at("frequency")
            )


@rule("327-13-1")
def proportion_readable(f: PlanFacts):
    """The proportion is a percentage, a count or full coverage."""
    for row in f.rows:
        said = row.values.get("proportion", "").strip()
        if said and not row.proportion_read:
            yield Breach(
                f"第 {row.n} 行的“{said}”不是可以执行的比例。", (f.to_plan("写成“20%”“全覆盖”“30 家”等"),), row.at("proportion")
            )


@rule("327-15-1")
def within_cap(f: PlanFacts):
    """No row plans more visits a year than a published cap allows."""
    for row in f.rows:
        if row.over:
            yield Breach(
                f"第 {row.n} 行的检查频次“{row.values['frequency']}”超过公布的上限（{row.cap}）。",
                (f.to_plan("降到上限以内"), f.to_plan("改为非现场检查")), row.at("frequency"),
            )


@rule("327-14-4")
def adjustment_reasoned(f: PlanFacts):
    """An adjusted plan says why it was adjusted when it is filed again."""
    if f.adjusts and not f.reason.strip():
        return Breach("调整后的计划没有写明调整理由。", (f.to_plan("填写调整理由"),), "reason")
    return None


@rule("327-14-2")
def remarks_mended(f: PlanFacts):
    """A plan that was returned comes back with every row changed that the office marked 须补正."""
    for pk, n in f.unmended:
        yield Breach(
            f"第 {n} 行退回时标为“须补正”，还没有改动。",
            (Remedy("对照意见修改", "planner-plan-diff", (("year", f.year),)),), f"r{pk}.item_name",
        )


@rule("327-13-2")
def both_offices_known(f: PlanFacts):
    """The plan goes to the same-level judicial office and to the superior department: both must be on record."""
    for word, name in (("同级司法行政部门", f.judicial), ("上级主管部门", f.superior)):
        if not name:
            yield Breach(f"单位资料中没有{word}，无法报送备案。", (Remedy("请系统管理员补全单位资料", "admin-bodies"),), "offices")


@rule("327-14-1")
def nothing_to_mend(f: PlanFacts):
    """What the office itself marked as to be mended stands against filing."""
    if f.must_fix:
        rows = "、".join(str(n) for n, _ in f.must_fix)
        return Breach(
            f"第 {rows} 行标为“须补正”，不能准予备案。", (Remedy("改为“仅提示”"), Remedy("退回补正")), "remarks",
        )
    return None


@rule("327-14-2")
def return_says_why(f: PlanFacts):
    """A plan is returned only with at least one row marked 须补正, and each of these with words."""
    if not f.must_fix:
        return Breach(
            "退回须有至少 1 行标为“须补正”并写明意见；符合条件的计划应当准予备案。", (Remedy("在逐行意见中标出须补正的行"), Remedy("准予备案")),
            "remarks",
        )
    empty = [str(n) for n, text in f.must_fix if not text.strip()]
    if empty:
        return Breach(f"第 {'、'.join(empty)} 行标为“须补正”，但没有写明意见。", (Remedy("写明不符合哪一项条件"),), "remarks")
    return None


@rule("327-14-1", "327-13-2")
def examiner_is_another(f: PlanFacts):
    """Who wrote in the plan or sent it acts on it at neither office (one person, one seat in a matter)."""
    if f.person is not None and f.person in f.planners:
        return Breach("您参与了本计划的编制，不能办理本计划的备案。", (Remedy("由本部门其他人员审查"),))
    return None


@rule("327-13-2")
def office_has_not_acted(f: PlanFacts):
    """A submission is taken back only until an office has acted on it."""
    if f.decided:
        return Breach(f"{'、'.join(f.decided)}已经办理，不能撤回。", (Remedy("需要改动的，备案后办理调整"),))
    return None


@rule("327-14-5", "327-14-3")
def newest_is_published(f: PlanFacts):
    """What is published is the plan as adjusted: never a version that a later filed one has replaced."""
    if f.newer_filed:
        return Breach("已有调整后的计划备案，应公示调整后的计划。", (f.to_plan("公示调整后的计划"),))
    return None


@dataclass(frozen=True)
class OutsideFacts:
    """A filing with a superior outside the platform (HR-13-3): number and day of its document."""

    today: date
    office_on_platform: bool = False
    office_name: str = ""
    number: str = ""
    day: date | None = None


@rule("HR-13-3", "327-13-2")
def outside_documented(f: OutsideFacts):
    """Filing with a superior that does not use the platform is recorded by document number and day."""
    if f.office_on_platform:
        yield Breach(f"“{f.office_name}”使用本平台，由其在线办理。", (Remedy("等待其收悉"),))
    if not f.number.strip():
        yield Breach("没有填写收文号或者备案文号。", (Remedy("填写文号"),), "outside_number")
    if f.day is None:
        yield Breach("没有填写备案日期。", (Remedy("填写日期"),), "outside_day")
    elif f.day > f.today:
        yield Breach("备案日期不能晚于今天。", (Remedy("核对日期"),), "outside_day")


@dataclass(frozen=True)
class RowUse:
    """A visit wants to stand on a plan row on a day: what ``facts.row_use`` found."""

    day: date
    n: int = 0
    year: int = 0
    usable: bool = True
    filed: bool = True
    dropped: bool = False
    adjusting: bool = False
    last_year: bool = False


@rule("327-14-4", "HR-14-2", "HR-13-1", "HR-13-2")
def row_may_be_used(f: RowUse):
    """A visit stands on a filed row: rows added or widened by an adjustment wait for its filing, dropped ones are gone."""
    if f.usable:
        return None
    see = Remedy("查看计划进度", "planner-plan", (("year", f.year),))
    if f.dropped:
        return Breach(f"计划第 {f.n} 行已在调整中取消，不能再据以检查。", (Remedy("改用其他已备案的计划行"), see), "row")
    if f.adjusting:
        return Breach(f"计划第 {f.n} 行是调整后新增或扩大的内容，重新备案前不能使用。", (Remedy("等待备案"), see), "row")
    if f.last_year:
        return Breach("3月31日后须按本年度已备案的计划检查，上年度计划不再适用。", (see,), "row")
    return Breach(f"计划第 {f.n} 行尚未备案，不能据以检查。", (see,), "row")


ROWS: tuple[Rule, ...] = (
    nine_contents, items_published, body_matches, manner_fits, frequency_readable, proportion_readable, within_cap,
)
SUBMIT: tuple[Rule, ...] = (*ROWS, remarks_mended, adjustment_reasoned, both_offices_known)
ACKNOWLEDGE: tuple[Rule, ...] = (examiner_is_another,)
WITHDRAW: tuple[Rule, ...] = (office_has_not_acted,)
FILE: tuple[Rule, ...] = (examiner_is_another, nothing_to_mend, *ROWS)
RETURN: tuple[Rule, ...] = (examiner_is_another, return_says_why)
PUBLISH: tuple[Rule, ...] = (newest_is_published,)
OUTSIDE: tuple[Rule, ...] = (outside_documented,)


def row_of(breach: Breach) -> tuple[int, str] | None:
    """``(row id, content)`` that a breach is about, None when it is about the whole plan."""
    head, dot, name = breach.field.partition(".")
    return (int(head[1:]), name) if dot and head[1:].isdigit() else None


def about_rows(breaches: tuple[Breach, ...]) -> Iterator[tuple[int, str, Breach]]:
    """Breaches that are about a cell, with row id and content."""
    for breach in breaches:
        place = row_of(breach)
        if place:
            yield (*place, breach)
