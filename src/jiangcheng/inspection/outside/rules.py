"""What may be entered as a visit that is no inspection (articles 2, 4, 40). Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jiangcheng.law.rule import Breach, Remedy, Rule, rule

INSPECTION = Remedy("制作检查方案", "officer-scheme-new")
_CHECK = re.compile("检查|核查|核验|查验|抽查|巡查|排查|督查|暗访|突击|执法|查处|取证|抽样|整改情况|是否(?:遵守|违法|合规|落实)")
_NOT = re.compile("(?:不|非|无|未|免于|避免|不得|不作|不是|不做|不含|不涉及|不进行|不开展)[^，。；、]{0,6}$")


@dataclass(frozen=True)
class OutingFacts:
    """A visit as it was entered. ``verifies`` says that the purpose chosen is one of article 4, ``tie_needed`` the kind of tie
    that the purpose stands on, ``tie`` the one on record; ``orders`` are open orders of the body at the enterprise."""

    purpose: str
    purpose_word: str
    known: bool
    verifies: bool
    aim: str
    people: str
    start: datetime | None
    end: datetime | None
    enterprise: str
    tie_needed: str = ""
    tie: str = ""
    orders: tuple[str, ...] = ()


def checks(text: str) -> str:
    """The word by which a text says that something is verified, past a word that denies it; empty when there is none."""
    for found in _CHECK.finditer(text):
        if not _NOT.search(text[:found.start()]):
            return found.group()
    return ""


@rule("327-04-2")
def purpose_is_no_inspection(f: OutingFacts) -> Iterator[Breach]:
    """To verify whether law is kept or a decision carried out is an inspection, by whatever name; a follow-up too."""
    if not f.known:
        yield Breach("没有选择走访的目的。", (Remedy("选择目的"),), "purpose")
    elif f.verifies:
        yield Breach(f"“{f.purpose_word}”属于行政检查，不能登记为服务、联络、观摩走访。", (INSPECTION,), "purpose")
    elif not f.tie_needed and (word := checks(f.aim)):
        yield Breach(
            f"写明要做的是“{word}”，目的在于核实企业情况，属于行政检查，不能登记为{f.purpose_word}。",
            (INSPECTION, Remedy("确不核实企业守法情况的，写明只做什么")), "aim",
        )


@rule("327-04-2")
def no_follow_up_in_disguise(f: OutingFacts) -> Iterator[Breach]:
    """While an order of the body is open at the enterprise, whether it was carried out is looked at by a follow-up visit."""
    if f.tie_needed or not f.orders:
        return
    if "整改" in f.aim or "复查" in f.aim:
        ways = (Remedy("安排复查", "officer-followups"),)
        yield Breach(f"该企业有未完成的责令事项（{'、'.join(f.orders)}），查看整改情况属于跟踪检查。", ways, "aim")


@rule("327-02-2")
def tie_on_record(f: OutingFacts) -> Breach | None:
    """A check within a tie stands on the tie, with its evidence on file, on the day."""
    if not f.tie_needed or f.tie:
        return None
    ways = (Remedy("登记隶属或者国资监管关系", "ties"), INSPECTION)
    return Breach(f"没有登记本单位与“{f.enterprise}”的{f.tie_needed}和证明材料，不能按内部检查办理。", ways, "purpose")


@rule("327-04-2")
def entry_complete(f: OutingFacts) -> Iterator[Breach]:
    """What is done, who goes and when."""
    if len(f.aim.strip()) < 4:
        yield Breach("没有写明做什么。", (Remedy("填写做什么"),), "aim")
    if not f.people.strip():
        yield Breach("没有写明前往人员。", (Remedy("填写前往人员"),), "people")
    if f.start is None or f.end is None:
        yield Breach("没有写明走访时间。", (Remedy("填写起止时间"),), "start")
    elif f.end <= f.start:
        yield Breach("结束时间早于开始时间。", (Remedy("改正时间"),), "end")


@dataclass(frozen=True)
class NoteFacts:
    """What was done, or why the visit was dropped, in words. ``tied``: a check within a tie."""

    note: str
    tied: bool


@rule("327-04-2")
def note_given(f: NoteFacts) -> Breach | None:
    """In words."""
    return None if f.note.strip() else Breach("没有写明情况。", (Remedy("写明情况"),), "note")


@rule("327-04-2")
def nothing_hangs_on_it(f: NoteFacts) -> Breach | None:
    """No finding, order or measure hangs on a visit that is no inspection."""
    if f.tied or not (found := re.search("责令|处罚|查封|扣押|立案|发现[^，。；]{0,8}(?:违法|问题)|限期", f.note)):
        return None
    ways = (Remedy("发现线索的，另行制作检查方案", "officer-scheme-new"),)
    return Breach(f"非执法走访不能作出“{found.group()}”一类的认定或者处理。", ways, "note")


REGISTER: tuple[Rule, ...] = (purpose_is_no_inspection, no_follow_up_in_disguise, tie_on_record, entry_complete)
FINISH: tuple[Rule, ...] = (note_given, nothing_hangs_on_it)
DROP: tuple[Rule, ...] = (note_given,)
