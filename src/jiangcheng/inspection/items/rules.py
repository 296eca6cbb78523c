"""Rules of the item list: pure checks over frozen facts, each citing its duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiangcheng.law.rule import Breach, Remedy, Rule, rule

LEVEL_ORDER = ("province", "city", "district", "street")
LEVEL_WORDS = {"province": "省级", "city": "市级", "district": "区级", "street": "街道、乡镇"}
FIELDS = (
    ("name", "检查事项名称"), ("field", "领域"), ("basis", "检查依据"), ("basis_level", "依据层级"), ("lowest_level", "法定最低层级"),
    ("subjects", "检查对象"), ("content", "检查内容"), ("manner", "检查方式"),
)


def cn(day: date) -> str:
    """A day in a sentence: 2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True)
class VersionFacts:
    """An item version as the rules see it, on a civil day, with the acting person and what was said.

    ``powers`` are the breaches of standing and competence found by parties (article 3). ``former_from`` is the
    effective day of the last other version that has begun; ``later`` the number of a published version after this one;
    ``withdrawn`` says that the item itself was withdrawn; ``drafters`` are all who wrote in the draft.
    """

    today: date
    item: int = 0
    name: str = ""
    n: int = 1
    state: str = "draft"
    filled: tuple[tuple[str, str], ...] = ()
    questions: int = 0
    standard: str = ""
    standard_issuer: str = ""
    standard_version: str = ""
    standard_from: date | None = None
    standard_none: bool = False
    reason: str = ""
    effective_from: date | None = None
    ended_on: date | None = None
    former_from: date | None = None
    later: int = 0
    withdrawn: bool = False
    body_name: str = ""
    body_level: str = ""
    lowest_level: str = ""
    powers: tuple[Breach, ...] = ()
    drafters: frozenset[int] = frozenset()
    person: int | None = None
    opinion: str = ""
    until: date | None = None
    same_name: bool = False

    def value(self, name: str) -> str:
        return dict(self.filled).get(name, "").strip()

    def to_item(self, text: str) -> Remedy:
        """A way to this item's page."""
        return Remedy(text, "planner-item", (("pk", self.item),))


@rule("327-07-1")
def fields_complete(f: VersionFacts):
    """Name, field, basis with level, lowest lawful level, subjects, content and manner are all there."""
    for name, word in FIELDS:
        if not f.value(name):
            yield Breach(f"缺“{word}”。", (f.to_item(f"填写{word}"),), name)
    if f.same_name:
        yield Breach(f"本单位已有名为“{f.name}”的事项。", (f.to_item("改名，或修订原有事项"),), "name")


@rule("327-07-1")
def has_questions(f: VersionFacts):
    """At least one check question, or nobody could carry the item out."""
    if f.questions < 1:
        return Breach("没有检查要点，现场无法逐项检查。", (f.to_item("至少添加 1 条检查要点"),), "questions")
    return None


@rule("327-10-1", "HR-10-1")
def standard_known(f: VersionFacts):
    """The published standard (issuer, version, from when), or the recorded fact that none is published."""
    if f.standard_none:
        if f.standard:
            return Breach("既填写了检查标准，又标为“未公布标准”。", (f.to_item("二者留其一"),), "standard_none")
        return None
    if not f.standard:
        return Breach("没有写明国务院主管部门公布的检查标准。", (f.to_item("填写标准；确未公布的，勾选“未公布标准”"),), "standard")
    lacking = [w for w, v in (
        ("标准发布机关", f.standard_issuer), ("标准版本", f.standard_version), ("标准施行日期", f.standard_from),
    ) if not v]
    return [Breach(f"检查标准缺“{w}”。", (f.to_item(f"填写{w}"),), "standard") for w in lacking]


@rule("327-03-2")
def body_may(f: VersionFacts):
    """The body stands (article 3) and the field lies within its duties, authorisation or entrustment."""
    yield from (Breach(b.sentence, b.remedies, "field", b.ids) for b in f.powers)
    if f.lowest_level and f.body_level and LEVEL_ORDER.index(f.body_level) > LEVEL_ORDER.index(f.lowest_level):
        yield Breach(
            f"该事项依法最低由{LEVEL_WORDS[f.lowest_level]}单位实施，“{f.body_name}”层级不够。",
            (f.to_item("核对法定最低层级"), Remedy("由有权的单位编入清单")), "lowest_level",
        )


@rule("327-07-3")
def reason_given(f: VersionFacts):
    """Each addition and change says why."""
    if not f.reason.strip():
        word = "新增" if f.n == 1 else "变更"
        return Breach(f"没有写明{word}理由。", (f.to_item(f"填写{word}理由"),), "reason")
    return None


@rule("327-07-3")
def day_given(f: VersionFacts):
    """A version is published with the day from which it holds: not in the past, and after the version that has begun."""
    if f.effective_from is None:
        return Breach("没有写明施行日期。", (f.to_item("填写施行日期"),), "effective_from")
    if f.effective_from < f.today:
        return Breach(f"施行日期 {cn(f.effective_from)} 早于公布之日。", (f.to_item("改为公布之日或以后"),), "effective_from")
    if f.former_from and f.effective_from <= f.former_from:
        return Breach(
            f"施行日期须晚于现行版本的施行日期 {cn(f.former_from)}。", (f.to_item("改为更晚的日期"),), "effective_from"
        )
    return None


@rule("327-07-1")
def second_person(f: VersionFacts):
    """Who wrote in a draft does not publish or return it (one person, one seat in a matter)."""
    if f.person in f.drafters:
        return Breach("您参与了本版本的起草，是起草人之一，不能审核公布。", (Remedy("请单位其他负责人审核"),))
    return None


@rule("327-07-3")
def opinion_given(f: VersionFacts):
    """Return, pause, resumption and withdrawal say why."""
    if not f.opinion.strip():
        return Breach("没有写明理由。", (f.to_item("写明理由"),), "opinion")
    return None


@rule("327-07-3")
def end_day_given(f: VersionFacts):
    """A withdrawal names the day from which the item is gone, today or later."""
    if f.until is None:
        return Breach("没有写明自何日起取消。", (f.to_item("填写取消日期"),), "until")
    if f.until < f.today:
        return Breach("取消日期不能早于今天。", (f.to_item("改为今天或以后"),), "until")
    return None


@rule("327-07-3")
def item_stands(f: VersionFacts):
    """A withdrawn item comes back as a new item, never by a change that was still waiting."""
    if f.withdrawn:
        return Breach("该事项已取消，不能再公布修订。", (Remedy("确需恢复的，请新增事项", "planner-items"),))
    return None


@rule("327-07-3")
def nothing_later(f: VersionFacts):
    """An item is withdrawn by its newest published version, so that nothing of it comes into force afterwards."""
    if f.later:
        return Breach(f"本版本之后已公布第{f.later}版，取消事项须从第{f.later}版办理。", (f.to_item(f"办理第{f.later}版"),))
    return None


@rule("327-07-3")
def not_ended(f: VersionFacts):
    """What has ended is neither paused nor resumed."""
    if f.ended_on and f.ended_on < f.today:
        return Breach(f"本版本已于 {cn(f.ended_on)} 停止施行，不能暂停或者恢复。", (f.to_item("办理现行版本"),))
    return None


SUBMIT: tuple[Rule, ...] = (item_stands, fields_complete, has_questions, standard_known, body_may, reason_given)
RETURN: tuple[Rule, ...] = (second_person, opinion_given)
PUBLISH: tuple[Rule, ...] = (second_person, item_stands, fields_complete, has_questions, standard_known, body_may, reason_given, day_given)
REASONED: tuple[Rule, ...] = (opinion_given, not_ended)
WITHDRAW: tuple[Rule, ...] = (nothing_later, opinion_given, end_day_given)
