"""Dated numbers and choices: what the text fixes, and what a house rule settles where the text is silent.

The shipped values stand in ``parameters/*.toml``. A city's own decisions are rows of the kernel's table and are asked
for through the kernel; this module knows the shipped ones alone.

A parameter has a name (a house rule's id, or a slug), one or more versions with ``from`` and, where it ended,
``until`` (last day it holds), a unit, and the ids it comes from. A value is a number, a date, a word (slug), yes or
no, or a table of these; ``value_on("HR-05-1.day", …)`` looks into a table.
"""

from __future__ import annotations

import itertools
import json
import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from jiangcheng.law import registry

Value = int | float | bool | str | date | dict[str, Any]


class NoValue(LookupError):
    """No such parameter, or none that holds on that day."""


@dataclass(frozen=True)
class Version:
    """A value from ``start`` to ``until`` inclusive; ``until`` None is open."""

    value: Value
    start: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Parameter:
    """A name with its dated versions. ``others`` are values a city may choose instead (open for numbers and dates)."""

    name: str
    unit: str
    source: tuple[str, ...]
    versions: tuple[Version, ...]
    others: tuple[Any, ...] = ()

    @property
    def is_house_rule(self) -> bool:
        return self.name.startswith("HR-")

    @property
    def article(self) -> str:
        """Where it comes from, as shown: 第十三条第一款, 平台约定 HR-14-1."""
        return "、".join(registry.display_source(i) for i in self.source)

    def on(self, day: date) -> Value:
        for version in self.versions:
            if version.holds(day):
                return version.value
        raise NoValue(f"{self.name} has no value on {day}")


def _overlap(versions: Iterable[Version]) -> bool:
    ordered = sorted(versions, key=lambda v: v.start)
    return any(a.until is None or a.until >= b.start for a, b in itertools.pairwise(ordered))


def read(text: str) -> dict[str, Parameter]:
    """Parameters of one TOML text. Unknown source, missing key or overlapping validity is an ImportError."""
    found = {}
    for name, body in tomllib.loads(text).items():
        versions = tuple(
            Version(v["value"], v["from"], v.get("until")) for v in body.get("versions", [body])
        )
        if _overlap(versions) or any(v.until and v.until < v.start for v in versions):
            raise ImportError(f"parameter {name}: versions overlap or end before they begin")
        source = registry.known(body.get("source", [name]))
        found[name] = Parameter(name, body["unit"], source, versions, tuple(body.get("others", ())))
    return found


@cache
def shipped() -> dict[str, Parameter]:
    """Every shipped parameter by name."""
    found: dict[str, Parameter] = {}
    folder = resources.files("jiangcheng.law").joinpath("parameters")
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            more = read(path.read_text("utf-8"))
            if twice := found.keys() & more.keys():
                raise ImportError(f"parameters stand twice: {', '.join(sorted(twice))}")
            found |= more
    return found


def split(name: str) -> tuple[str, tuple[str, ...]]:
    """``HR-05-1.day`` → parameter ``HR-05-1``, path ``("day",)``. NoValue when there is no such parameter."""
    if name in shipped():
        return name, ()
    base, _, inner = name.rpartition(".")
    if base:
        found, path = split(base)
        return found, (*path, inner)
    raise NoValue(f"no parameter {name}")


def within(value: Value, path: tuple[str, ...], name: str) -> Value:
    """The part of a table that ``path`` leads to. NoValue where there is none."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            raise NoValue(f"{name}: no part {key}")
        value = value[key]
    return value


def value_on(name: str, day: date) -> Value:
    """The shipped value that holds on ``day``. NoValue where there is none (before the decree is in force, say)."""
    base, path = split(name)
    return within(shipped()[base].on(day), path, name)


def parse(name: str, text: str) -> Value:
    """A decision written down as text, read as the kind of value the parameter has. ValueError says what is wrong.

    Words must be our default or one of the alternatives; tables are JSON objects with exactly the keys of ours.
    """
    parameter = shipped()[name]
    like = parameter.versions[-1].value
    try:
        value = _as(like, text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    if isinstance(like, str) and value not in (like, *parameter.others):
        raise ValueError(f"{name}: {text} is none of {', '.join(map(str, (like, *parameter.others)))}")
    if isinstance(like, dict) and (not isinstance(value, dict) or value.keys() != like.keys()):
        raise ValueError(f"{name}: needs exactly the parts {', '.join(like)}")
    return value


def _as(like: Value, text: str) -> Value:
    if isinstance(like, bool):
        if text not in ("true", "false"):
            raise ValueError(f"{text} is neither true nor false")
        return text == "true"
    if isinstance(like, int | float):
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text} is no number")
        return int(number) if number.is_integer() else number
    if isinstance(like, date):
        return date.fromisoformat(text)
    return json.loads(text) if isinstance(like, dict) else text


def write(value: Value) -> str:
    """The text form that ``parse`` reads back."""
    if isinstance(value, dict | bool):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else str(value)


def day_in(year: int, name: str, day: date | None = None) -> date:
    """A yearly day such as the filing deadline (``03-31``) in one year, by the version in force on that day."""
    month_day = value_on(name, day or date(year, 12, 31))
    month, of = (int(part) for part in str(month_day).split("-"))
    return date(year, month, of)


shipped()
