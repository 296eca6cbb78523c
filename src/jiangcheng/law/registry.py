"""The register of duties and house rules, their Chinese wording, and what in the code cites them."""

from __future__ import annotations

import csv
import inspect
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jiangcheng.law import digest

CITED: dict[str, list[Any]] = defaultdict(list)
_MADE_IN: dict[int, str] = {}

PACKAGE = Path(__file__).resolve().parent.parent

DECREE = "decree-327"
FUND = "ai-fund"
HOUSE = "house-rules"
REGISTERS = (DECREE, FUND, HOUSE)

CHAPTERS = (
    ("第一章 总则", range(1, 9)),
    ("第二章 一般规范", range(9, 26)),
    ("第三章 综合查一次", range(26, 32)),
    ("第四章 非现场检查", range(32, 38)),
    ("第五章 监督与责任", range(38, 42)),
    ("第六章 附则", range(42, 44)),
)
"""Chapters of the decree and the articles in them."""


@dataclass(frozen=True)
class Duty:
    """One line of a register. ``article`` is the article's number, 0 for a house rule; ``mode`` says how the code answers.

    Modes: block, require, record, publish, alert, compute, support; ``house`` for a house rule (HR).
    ``relates_to`` are the duties that a house rule fills out; ``proof`` says what must be shown.
    """

    id: str
    register: str
    article: int
    mode: str
    obligation: str
    proof: str
    relates_to: tuple[str, ...] = ()
    unit: str = ""
    default: str = ""
    alternatives: str = ""


def _line(register: str, row: dict[str, str]) -> Duty:
    if register == HOUSE:
        return Duty(
            row["id"], register, 0, "house", row["question"], row["why"], tuple(row["relates_to"].split()),
            row["unit"], row["default"], row["alternatives"],
        )
    return Duty(row["id"], register, int(row["article"]), row["mode"], row["obligation"], row["proof"])


@cache
def duties() -> dict[str, Duty]:
    """Every duty and house rule by id, in the order of the registers."""
    found: dict[str, Duty] = {}
    folder = resources.files("jiangcheng.law").joinpath("duties")
    for register in REGISTERS:
        text = folder.joinpath(f"{register}.csv").read_text("utf-8")
        for row in csv.DictReader(text.splitlines()):
            if row["id"] in found:
                raise ImportError(f"duty {row['id']} stands twice in the registers")
            found[row["id"]] = _line(register, row)
    return found


@cache
def ids() -> frozenset[str]:
    """Every id that may be cited."""
    return frozenset(duties())


@cache
def _words() -> dict[str, Any]:
    text = resources.files("jiangcheng.law").joinpath("duties", "zh.toml").read_text("utf-8")
    return tomllib.loads(text)


def known(wanted: Iterable[str]) -> tuple[str, ...]:
    """The ids as a tuple; one that stands in no register is an ImportError, so that a typo cannot be deployed."""
    wanted = tuple(wanted)
    unknown = [i for i in wanted if i not in ids()]
    if unknown:
        raise ImportError(f"no such duty or house rule: {', '.join(unknown)}")
    return wanted


def cite(which: Iterable[str], thing: Any) -> None:
    """Note that ``thing`` (function, class or flow) carries out these ids; a second call with the same thing is idle.

    A property, a class method or a rule stands for its function. A thing without source is a TypeError.
    """
    thing = _function_of(thing)
    if not _has_source(thing) and not hasattr(thing, "steps"):
        raise TypeError(f"{thing!r} has no source that could be shown as carrying out a duty")
    for i in which:
        if not any(t is thing for t in CITED[i]):
            CITED[i].append(thing)
    if not _has_source(thing):
        _MADE_IN.setdefault(id(thing), _module_file())


def _function_of(thing: Any) -> Any:
    if _has_source(thing):
        return thing
    for inner in ("fget", "__func__", "func", "check"):
        if _has_source(found := getattr(thing, inner, None)):
            return inspect.unwrap(found)
    return thing


def _has_source(thing: Any) -> bool:
    return inspect.isroutine(thing) or inspect.isclass(thing)


def _module_file() -> str:
    """File of the module whose import is running: where a literal such as a flow stands."""
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_name == "<module>" and not code.co_filename.startswith("<"):
            return code.co_filename
        frame = frame.f_back
    return ""


@dataclass(frozen=True, order=True)
class Citation:
    """A place in the code that carries out a duty: ``src/…/rules.py:two_officers`` and the digest of its source."""

    where: str
    digest: str


def _file_of(thing: Any) -> Path | None:
    found = inspect.getsourcefile(thing) if _has_source(thing) else _MADE_IN.get(id(thing))
    return Path(found).resolve() if found else None


def _shown(file: Path) -> str:
    base = PACKAGE.parent.parent if PACKAGE.parent.name == "src" else PACKAGE.parent
    return file.relative_to(base).as_posix() if file.is_relative_to(base) else file.name


def _step_text(flow: Any, step: Any) -> str:
    who = getattr(step.who, "__qualname__", type(step.who).__name__)
    rules = [r.name for r in step.unless_broken]
    return repr((flow.name, step.name, step.source, step.target, who, step.word, rules, step.discharges))


def _citations_of(thing: Any, one: str) -> Iterator[Citation]:
    file = _file_of(thing)
    if file is None or not file.is_relative_to(PACKAGE):
        return
    if _has_source(thing):
        yield Citation(f"{_shown(file)}:{thing.__qualname__}", digest.of_thing(thing))
        return
    for step in getattr(thing, "steps", ()):
        if one in step.discharges:
            yield Citation(f"{_shown(file)}:{thing.name}.{step.name}", digest.of_text(_step_text(thing, step)))


def citations(one: str) -> list[Citation]:
    """Where the package itself carries out a duty, sorted. What tests declare does not count."""
    return sorted({c for thing in CITED.get(one, ()) for c in _citations_of(thing, one)})


def where(thing: Any) -> str:
    """``src/jiangcheng/…/rules.py:name`` of a function, class or flow."""
    file = _file_of(thing)
    return f"{_shown(file) if file else ''}:{getattr(thing, '__qualname__', getattr(thing, 'name', ''))}"


_DIGITS = "零一二三四五六七八九"


def chinese_number(n: int) -> str:
    """1–99 as in article numbers: 十七, 二十, 四十三."""
    tens, ones = divmod(n, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def article_name(duty: Duty) -> str:
    """第十七条, 资金管理办法第六条, or 平台约定 for a house rule."""
    if duty.register == HOUSE:
        return "平台约定"
    name = f"第{chinese_number(duty.article)}条"
    return f"资金管理办法{name}" if duty.register == FUND else name


def display_source(one: str) -> str:
    """Where a duty stands, as shown to people: 第十七条第二项, 资金管理办法第六条, 平台约定 HR-15-8.

    An id that stands in no register is a KeyError.
    """
    duty = duties()[one]
    if duty.register == HOUSE:
        return f"平台约定 {one}"
    return article_name(duty) + _words()["clauses"].get(one, "")


def wording(one: str) -> str:
    """The duty or house rule in one short Chinese sentence of our own; KeyError where there is none."""
    words = _words()
    return words["house"][one]["word"] if one in words["house"] else words["duties"][one]


def topic(one: str) -> str:
    """A few Chinese words that name what a house rule settles (检查码有效期); for a duty its source."""
    house = _words()["house"]
    return house[one]["topic"] if one in house else display_source(one)
