"""Rules of law: pure checks that cite a duty, and the refusal that lists every breach at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from jiangcheng.law import registry


@dataclass(frozen=True)
class Remedy:
    """A way out that a refusal offers: words, and the name of the page that does it (with its arguments)."""

    text: str
    to: str = ""
    args: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Breach:
    """One thing that is wrong: a sentence, the ways to mend it, and the place in the form (``field``) if any.

    ``ids`` (duties and house rules) are filled by the rule that returns the breach.
    """

    sentence: str
    remedies: tuple[Remedy, ...] = ()
    field: str = ""
    ids: tuple[str, ...] = ()

    @property
    def article(self) -> str:
        """Display form of the source, e.g. ``第十七条第二项`` or ``平台约定 HR-15-8``."""
        return "、".join(registry.display_source(i) for i in self.ids)


class Refused(Exception):
    """An act that the law does not allow. Carries every breach, hardest first; the answer is 409."""

    def __init__(self, breaches: Iterable[Breach]):
        self.breaches = tuple(breaches)
        super().__init__("；".join(b.sentence for b in self.breaches))


@dataclass(frozen=True)
class Rule:
    """A check with the duties it enforces. Call it with facts; it answers with breaches (possibly none)."""

    name: str
    ids: tuple[str, ...]
    check: Callable[[Any], Any] = field(compare=False)

    def __call__(self, facts: Any) -> tuple[Breach, ...]:
        found = self.check(facts)
        if found is None:
            return ()
        if isinstance(found, Breach):
            found = (found,)
        return tuple(Breach(b.sentence, b.remedies, b.field, b.ids or self.ids) for b in found)


def rule(*ids: str) -> Callable[[Callable[[Any], Any]], Rule]:
    """Declare a pure check ``f(facts) -> None | Breach | iterable of Breach`` that enforces ``ids``.

    An id that stands in no register is an error at import.
    """

    def wrap(check: Callable[[Any], Any]) -> Rule:
        made = Rule(check.__name__, registry.known(ids), check)
        registry.cite(made.ids, check)
        return made

    return wrap


def enforces(*ids: str) -> Callable[[Any], Any]:
    """Mark a function, class or view that carries out duties without refusing anything (support, record, publish)."""

    def wrap(thing: Any) -> Any:
        registry.cite(registry.known(ids), inspect.unwrap(thing))
        return thing

    return wrap


def check_all(rules: Iterable[Rule], facts: Any) -> tuple[Breach, ...]:
    """All breaches of all rules, in the order of the rules."""
    return tuple(b for r in rules for b in r(facts))
