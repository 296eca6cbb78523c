"""Pure checks of hand-overs (转办) and reminders (催办)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jiangcheng.law.rule import Breach, Remedy, rule


@dataclass(frozen=True)
class HandoverFacts:
    """A piece of work about to be handed over: does it wait for the giver, who has it, may the colleague do it?"""

    allowed: bool
    waits: bool
    shared: bool
    holder: str
    taker: bool
    itself: bool


@rule("HR-08-22")
def hand_over_is_open(f: HandoverFacts) -> Iterator[Breach]:
    """The house allows it, and the work is of a kind that a colleague can do."""
    if not f.allowed:
        yield Breach("平台约定不使用转办。", (Remedy("由本人办理"),))
    elif not f.shared:
        yield Breach("这件事只能由本人办理，不能转办。", (Remedy("由本人办理"),))


@rule("HR-08-22")
def work_is_mine(f: HandoverFacts) -> Iterator[Breach]:
    """Only what waits for the giver, and was not given to somebody else."""
    if not f.waits:
        yield Breach("这件事已经办理或者不由您办理，不能转办。", (Remedy("查看待办", "todo"),))
    elif f.holder:
        yield Breach(f"这件事已转给{f.holder}办理。", (Remedy("查看待办", "todo"),))


@rule("HR-08-22")
def colleague_may(f: HandoverFacts) -> Iterator[Breach]:
    """The colleague holds the same right himself: a hand-over gives none."""
    if f.itself:
        yield Breach("这件事已在您名下，不需要转给自己。", (Remedy("选择其他同事"),), "taker")
    elif not f.taker:
        yield Breach("请选择本单位有权办理这件事的同事。", (Remedy("选择名单中的同事"),), "taker")


HAND_OVER = (hand_over_is_open, work_is_mine, colleague_may)


@dataclass(frozen=True)
class NudgeFacts:
    """A thing about to be urged: did the person start it, does it wait for somebody else, how often was it urged today?"""

    started: bool
    waits_for: str
    for_oneself: bool
    today: int
    most: int


@rule("HR-08-21")
def urged_by_who_started(f: NudgeFacts) -> Iterator[Breach]:
    """Who started a thing may urge it."""
    if not f.started:
        yield Breach("只能催办本人发起的事。", (Remedy("查看我发起的事", "started"),))


@rule("HR-08-21")
def somebody_has_it(f: NudgeFacts) -> Iterator[Breach]:
    """It waits for somebody, and not for oneself."""
    if not f.waits_for:
        yield Breach("这件事已经办完，不需要催办。", (Remedy("查看办理结果", "started"),))
    elif f.for_oneself:
        yield Breach("这件事现在由您自己办理，不需要催办。", (Remedy("查看待办", "todo"),))


@rule("HR-08-21")
def once_a_day(f: NudgeFacts) -> Iterator[Breach]:
    """A reminder that is repeated all day is no longer read."""
    if f.most == 0:
        yield Breach("平台约定不使用催办。", (Remedy("直接联系办理人"),))
    elif f.today >= f.most:
        yield Breach(f"今天已经催办 {f.today} 次，明天可以再催。", (Remedy("直接联系办理人"),))


NUDGE = (urged_by_who_started, somebody_has_it, once_a_day)
