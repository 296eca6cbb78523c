"""Rules of instructions, findings and alerts. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from jiangcheng.law.rule import Breach, Remedy, Rule, rule


@dataclass(frozen=True)
class InstructionFacts:
    """An instruction as it was written. ``within`` says that the addressee lies in the government's territory."""

    government: bool
    within: bool
    addressee: str
    title: str
    text: str
    due: date | None
    today: date


@rule("327-06-2")
def instruction_complete(f: InstructionFacts) -> Iterator[Breach]:
    """A government instructs bodies of its territory, in words, with a term."""
    if not f.government:
        yield Breach("只有市、区人民政府的工作人员可以交办。", (Remedy("请由市、区人民政府办理"),))
    if not f.addressee:
        yield Breach("没有选择交办给哪个单位。", (Remedy("选择单位"),), "to")
    elif not f.within:
        yield Breach(f"“{f.addressee}”不在本级政府的辖区内，不能交办。", (Remedy("改选本辖区的单位"),), "to")
    if len(f.title.strip()) < 2:
        yield Breach("没有写明事由。", (Remedy("填写事由"),), "title")
    if len(f.text.strip()) < 6:
        yield Breach("没有写明要求。", (Remedy("写明要办什么、回复什么"),), "text")
    if f.due is None or f.due < f.today:
        yield Breach("没有写明回复期限，或者期限已经过去。", (Remedy("填写今天或者以后的日期"),), "due")


@dataclass(frozen=True)
class WordsFacts:
    """A step that asks for words."""

    text: str
    field: str


@rule("327-06-2")
def reply_in_words(f: WordsFacts) -> Breach | None:
    """A reply says what was done; to return or withdraw an instruction takes a reason."""
    return None if f.text.strip() else Breach("没有写明内容。", (Remedy("写明情况"),), f.field)


@dataclass(frozen=True)
class FindingFacts:
    """A finding as it was entered."""

    kind: str
    principles: Collection[str]
    text: str
    supervised: bool
    known_kinds: Collection[str]
    known: Collection[str]


@rule("327-05-3")
def filed_by_principle(f: FindingFacts) -> Iterator[Breach]:
    """Every complaint, report, rating or finding touches at least one of the five principles."""
    if f.kind not in f.known_kinds:
        yield Breach("没有选择来源。", (Remedy("选择来源"),), "kind")
    if not f.principles or not set(f.principles) <= set(f.known):
        yield Breach("没有选择所涉的原则，至少选一条。", (Remedy("选择所涉的原则"),), "principles")
    if len(f.text.strip()) < 4:
        yield Breach("没有写明情况。", (Remedy("写明情况"),), "text")
    if not f.supervised:
        yield Breach("所涉单位不在本机关监督范围内。", (Remedy("改选单位"),), "body")


@rule("327-40-04", "327-40-06")
def handled_in_words(f: WordsFacts) -> Breach | None:
    """An alert is closed with what was found and done."""
    return None if f.text.strip() else Breach("没有写明处理情况。", (Remedy("写明核实结果和处理"),), f.field)


INSTRUCT: tuple[Rule, ...] = (instruction_complete,)
WORDS: tuple[Rule, ...] = (reply_in_words,)
FINDING: tuple[Rule, ...] = (filed_by_principle,)
HANDLE: tuple[Rule, ...] = (handled_in_words,)


@dataclass(frozen=True)
class SurgeFacts:
    """Visits begun in the last days of a period, and what the days before it lead one to expect in as many days."""

    last: int
    expected: float
    percent: int
    least: int


def surges(f: SurgeFacts) -> bool:
    """More than ``percent`` above what was to be expected, and enough visits to be no chance."""
    return f.last >= f.least and f.last > f.expected * (1 + f.percent / 100)
