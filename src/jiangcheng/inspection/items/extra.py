"""Steps that laws, regulations and rules add to an item (article 18, item 6): entered by its planner with their source."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from jiangcheng.inspection.items import words
from jiangcheng.inspection.items.models import Item, ItemStep
from jiangcheng.inspection.items.seats import may_draft
from jiangcheng.inspection.reach.rules import CLAUSE, LAW, LEVELS, NO_LAW
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Breach, Refused, Remedy, Rule, check_all, enforces, rule
from jiangcheng.parties import bodies


@dataclass(frozen=True)
class StepFacts:
    """A step as it was entered."""

    text: str
    document: str
    level: str
    clause: str
    guards: str
    valid_from: date | None
    valid_until: date | None = None
    known_guards: Collection[str] = ()


@rule("327-18-6")
def step_sourced(f: StepFacts) -> Iterator[Breach]:
    """A step binds where a law, regulation or rule says so; a circular adds none here."""
    name = f.document.strip().removeprefix("《").partition("》")[0]
    if len(f.text.strip()) < 2:
        yield Breach("没有写明程序要求。", (Remedy("写明要办什么"),), "text")
    if not name:
        yield Breach("没有写明文件名称。", (Remedy("填写法律、法规、规章的名称"),), "document")
    if f.level not in LEVELS or NO_LAW.search(name) or (f.level == "law" and name and not LAW.search(name)):
        yield Breach("程序要求的出处须是法律、法规、规章，并选对效力层级。", (Remedy("改登记上位的法律、法规、规章"),), "level")
    if not CLAUSE.search(f.clause):
        yield Breach("没有写明是哪一条。", (Remedy("填写条款，例如第二十条"),), "clause")
    if f.guards not in f.known_guards:
        yield Breach("没有选择办在何时。", (Remedy("选择提交方案前、开始检查前或者办结前"),), "guards")
    if f.valid_from is None:
        yield Breach("没有写明适用的起日。", (Remedy("填写起日"),), "valid_from")
    elif f.valid_until is not None and f.valid_until < f.valid_from:
        yield Breach("适用的止日早于起日。", (Remedy("改正止日"),), "valid_until")


STEP: tuple[Rule, ...] = (step_sourced,)


@enforces("327-18-6")
def add_step(actor: Actor, item: Item, *, valid_from: date | None, valid_until: date | None = None, **said: str) -> ItemStep:
    """登记 a further step of an item: text, document, level, clause, guards. From its first day on visits wait for it."""
    may_draft(actor, item.body_id)
    texts = {k: str(said.get(k, "")).strip() for k in ("text", "document", "level", "clause", "guards")}
    known = StepFacts(valid_from=valid_from, valid_until=valid_until, known_guards=tuple(g for g, _ in words.STEP_GUARDS), **texts)
    if broken := check_all(STEP, known):
        raise Refused(broken)
    with ledger.act("items.step", actor, about=item, duties=("327-18-6",), opinion=texts["text"]):
        row = ItemStep(item=item, valid_from=valid_from, valid_until=valid_until, entered_by_id=actor.person, **texts)
        row.save()
    return row


def end_step(actor: Actor, row: ItemStep, last: date) -> Receipt:
    """停止适用 after a day: the provision was repealed or changed. Visits judged by earlier days keep it."""
    may_draft(actor, row.item.body_id)
    if last < row.valid_from:
        raise Refused([Breach("止日早于起日。", (Remedy("改正止日"),), "valid_until", ("327-18-6",))])
    with ledger.act("items.step_end", actor, about=row.item, duties=("327-18-6",), opinion=row.text) as act:
        row.valid_until = last
        row.save()
    return act.receipt


def steps_on(items: Iterable[int], day: date) -> list[ItemStep]:
    """Steps of the items that hold on the day, in the order they were entered."""
    return list(ItemStep.objects.filter(bodies.running(day), item__in=list(items)).order_by("id"))
