"""Flows: the only door to a state. A flow is a literal list of steps that a lawyer can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law import registry
from jiangcheng.law.rule import Breach, Refused, Remedy, Rule, check_all

Who = Callable[[Actor, Any], bool]


def anyone(actor: Actor, record: Any) -> bool:
    """Every logged-in person; the rules decide."""
    return True


def system(actor: Actor, record: Any) -> bool:
    """The platform itself (timed steps)."""
    return actor.has("system")


@dataclass(frozen=True)
class Step:
    """One act: from which states, to which state, by whom, refused by which rules, discharging which duties.

    ``word`` is the button; ``target`` None keeps the state. ``done`` is the word of the act in 办理过程.
    """

    name: str
    source: tuple[str, ...]
    target: str | None
    who: Who
    word: str
    unless_broken: tuple[Rule, ...] = ()
    discharges: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        registry.known(self.discharges)


@dataclass(frozen=True)
class Flow:
    """A table of steps over the field ``state`` of one kind of record."""

    name: str
    states: tuple[str, ...]
    steps: tuple[Step, ...]
    _by_name: dict[str, Step] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for step in self.steps:
            if step.name in self._by_name:
                raise ValueError(f"{self.name}: step {step.name} twice")
            wrong = set(step.source) - set(self.states) | ({step.target} - {None} - set(self.states))
            if wrong:
                raise ValueError(f"{self.name}.{step.name}: no such state {wrong}")
            self._by_name[step.name] = step
            registry.cite(step.discharges, self)
        FLOWS[self.name] = self

    def step(self, name: str) -> Step:
        return self._by_name[name]

    def open_steps(self, record: Any, actor: Actor) -> list[Step]:
        """Steps that state and person allow now; what rules still miss is asked with ``missing``."""
        return [s for s in self.steps if record.state in s.source and s.who(actor, record)]

    def missing(self, name: str, facts: Any) -> tuple[Breach, ...]:
        """All breaches that would refuse the step now."""
        return check_all(self.step(name).unless_broken, facts)

    def take(
        self, name: str, record: Any, actor: Actor, facts: Any = None, *, opinion: str = "",
        also: Sequence[Any] = (), **changes: Any,
    ) -> ledger.Receipt:
        """Take a step: right state, right person, all rules, the change and one ledger entry, in one transaction.

        ``changes`` are further fields of the record written with the state; ``also`` are rows already changed by
        the caller in the same transaction, whose digests join this entry. Raises ``Refused`` with every breach.
        """
        step = self._by_name[name]
        if record.state not in step.source:
            raise Refused([Breach(
                f"“{record}”现在是“{record.state_word}”，不能{step.word}。", (Remedy("刷新页面，查看最新状态"),), ids=step.discharges[:1]
            )])
        if not step.who(actor, record):
            raise Refused([Breach(f"您没有办理“{step.word}”的权限。", (Remedy("请由有权限的人员办理"),), ids=step.discharges[:1])])
        broken = check_all(step.unless_broken, facts)
        if broken:
            raise Refused(broken)
        with transaction.atomic(), ledger.act(
            f"{self.name}.{name}", actor, about=record, duties=step.discharges, opinion=opinion,
            move=(record.state, step.target or record.state), also=also,
        ) as act:
            record.move(step.source, step.target or record.state, changes)
        return act.receipt


FLOWS: dict[str, Flow] = {}
