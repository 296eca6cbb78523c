"""Rules of a visit about what the decree reaches (articles 2, 4) and what other laws add to it (article 18). Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jiangcheng.law.rule import Breach, Remedy, Rule, rule

VERIFYING = ("comply", "order")


@dataclass(frozen=True)
class ExtraStep:
    """A step that a law, regulation or rule adds to an item: what, by which source, before which step, done or not."""

    text: str
    source: str
    guards: str
    done: bool = False


@rule("327-02-2")
def out_of_reach(f: Any) -> Iterator[Breach]:
    """A check of a body's own unit, or within state-asset supervision, is no inspection of the decree: no code, no count."""
    if f.tie:
        ways = (Remedy("登记为非执法走访", "outside-new", (("uscc", f.subject_uscc),)), Remedy("查看登记的关系", "ties"))
        yield Breach(f"本单位与“{f.subject.name}”有{f.tie}，对它的检查不适用本办法：不领取检查码，不计入检查次数。", ways, "site")


@rule("327-04-2")
def purpose_given(f: Any) -> Iterator[Breach]:
    """An inspection has one of the two purposes of article 4; a follow-up on an order looks at whether it was carried out."""
    fix = (Remedy("选择检查目的", "visit-scheme", (("number", f.number),)),)
    if f.purpose not in VERIFYING:
        yield Breach("没有选择检查目的：核验遵守法律、法规、规章的情况，或者核验执行行政决定、命令的情况。", fix, "purpose")
    elif f.lead is not None and f.purpose != "order":
        yield Breach("跟踪检查的目的是核验责令事项的执行情况。", fix, "purpose")


def _unmet(guards: str) -> Any:
    def check(f: Any) -> Iterator[Breach]:
        for step in f.extra:
            if step.guards == guards and not step.done:
                ways = (Remedy("登记已办理", "visit-steps", (("number", f.number),)),)
                yield Breach(f"{step.source}要求的“{step.text}”还没有办理。", ways, "extra")

    return check


@rule("327-18-6")
def extra_before_scheme(f: Any) -> Iterator[Breach]:
    """What another law asks for before the scheme goes to the head is done."""
    yield from _unmet("scheme")(f)


@rule("327-18-6")
def extra_before_start(f: Any) -> Iterator[Breach]:
    """What another law asks for before the inspection begins is done."""
    yield from _unmet("start")(f)


@rule("327-18-6")
def extra_before_close(f: Any) -> Iterator[Breach]:
    """What another law asks for before the visit is closed is done."""
    yield from _unmet("close")(f)


EXTRA: dict[str, Rule] = {"scheme": extra_before_scheme, "start": extra_before_start, "close": extra_before_close}
