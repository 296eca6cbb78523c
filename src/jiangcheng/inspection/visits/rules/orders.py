"""Rules of orders to stop or correct after the visit (article 20; HR-20-1, HR-20-2). Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from jiangcheng.law.rule import Breach, Remedy, Rule, rule


@dataclass(frozen=True)
class OrderFacts:
    """An order and what is about to be done with it."""

    number: str
    kind: str
    state: str
    today: date
    due: date
    text: str = ""
    files: int = 0
    new_due: date | None = None
    asked: str = ""
    round: int = 1
    followups: int = 0
    live_followup: bool = False
    visit_state: str = "following"
    found: str = ""
    opinion: str = ""
    answered_points: tuple[str, ...] = field(default_factory=tuple)


def _order(number: str, text: str, to: str = "officer-order") -> Remedy:
    return Remedy(text, to, (("number", number),))


@rule("327-20-5")
def submission_in_words(f: OrderFacts) -> Breach | None:
    """The enterprise says what it did."""
    if f.text.strip():
        return None
    return Breach("请写明已经怎样整改。", (_order(f.number, "填写整改情况", "enterprise-order"),), "text")


@rule("327-20-3")
def delay_explained(f: OrderFacts) -> Breach | None:
    """To ask for more time takes a reason."""
    if f.text.strip():
        return None
    return Breach("请写明需要延期的原因。", (_order(f.number, "填写原因", "enterprise-order"),), "reason")


@rule("327-20-3", "HR-20-1")
def new_term_later(f: OrderFacts) -> Iterator[Breach]:
    """A new term lies after the old one and ahead, with the reason for it."""
    if f.new_due is None or f.new_due <= f.due or f.new_due <= f.today:
        yield Breach("新的期限须晚于原期限和今天。", (_order(f.number, "改选期限"),), "due")
    if not f.opinion.strip():
        yield Breach("同意延期没有写明理由。", (_order(f.number, "填写理由"),), "opinion")


@rule("327-20-5", "HR-20-2")
def one_follow_up_a_term(f: OrderFacts) -> Breach | None:
    """One follow-up visit for each order and term. Which one is not said: it may not be known yet."""
    if f.live_followup:
        return Breach("本期已安排复查，一个期限只安排一次复查。", (_order(f.number, "查看责令事项"),))
    if f.followups >= f.round:
        return Breach("本期已经复查过一次，再次复查前须给予新的期限或者作出其他处理。", (_order(f.number, "给予新的期限"),))
    return None


@rule("327-20-5")
def done_on_ground(f: OrderFacts) -> Breach | None:
    """Fulfilled: by a follow-up visit that found it so, or by the material submitted and an officer's words on it."""
    if f.found == "clean" or (f.found == "" and f.opinion.strip() and (f.text.strip() or f.files)):
        return None
    if f.found == "problem":
        return Breach("复查发现问题仍然存在，不能登记为整改到位。", (_order(f.number, "登记为未改"),))
    ways = (_order(f.number, "安排复查"), _order(f.number, "核对企业提交的材料并写明意见"))
    return Breach("没有复查结果，也没有经核对的整改材料，不能登记为整改到位。", ways, "opinion")


@rule("327-20-5")
def still_open_on_ground(f: OrderFacts) -> Breach | None:
    """Not fulfilled: by a follow-up visit that found it so."""
    if f.found == "problem":
        return None
    return Breach("没有复查发现问题仍然存在的记录。", (_order(f.number, "完成复查"),))


@rule("327-20-5")
def not_yet_on_ground(f: OrderFacts) -> Breach | None:
    """Not fulfilled so far: a follow-up visit found it so, and the term has not passed."""
    if f.found == "problem" and f.due >= f.today:
        return None
    return Breach("期限已过，或者没有复查发现问题仍然存在的记录。", (_order(f.number, "登记为未改"),))


@rule("327-20-5")
def order_of_open_visit(f: OrderFacts) -> Breach | None:
    """Orders of a closed or revoked visit are not acted on."""
    if f.visit_state not in ("closed", "archived", "revoked"):
        return None
    return Breach("该次检查已经办结或者撤销，责令事项不再办理。", (Remedy("如有新的情况，按个案检查办理"),))


ANSWER: tuple[Rule, ...] = (order_of_open_visit, submission_in_words)
ASK_MORE_TIME: tuple[Rule, ...] = (order_of_open_visit, delay_explained)
EXTEND: tuple[Rule, ...] = (order_of_open_visit, new_term_later)
RECHECK: tuple[Rule, ...] = (order_of_open_visit, one_follow_up_a_term)
DONE: tuple[Rule, ...] = (order_of_open_visit, done_on_ground)
STILL_OPEN: tuple[Rule, ...] = (still_open_on_ground,)
NOT_YET: tuple[Rule, ...] = (not_yet_on_ground,)
