"""The value in force: this city's own dated decision where there is one, else the shipped default."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from django.utils import timezone

from jiangcheng.kernel.cached import Cached
from jiangcheng.kernel.models import Setting
from jiangcheng.law import parameters as law
from jiangcheng.law.parameters import NoValue, Parameter, Value

__all__ = ["NoValue", "Value", "decided", "forget", "undecided", "value"]


def _load() -> dict[str, tuple[list[date], list[str]]]:
    found: dict[str, tuple[list[date], list[str]]] = {}
    for name, text, start in Setting.objects.order_by("valid_from").values_list("name", "value", "valid_from"):
        days, texts = found.setdefault(name, ([], []))
        days.append(start)
        texts.append(text)
    return found


settings = Cached(Setting, _load)


def forget() -> None:
    """Drop the decisions held in memory, after a bulk change of ``kernel.Setting``."""
    settings.forget()


def _decision(name: str, day: date) -> Value | None:
    days, texts = settings().get(name, ((), ()))
    place = bisect_right(days, day)
    return law.parse(name, texts[place - 1]) if place else None


def value(name: str, day: date | None = None) -> Value:
    """The value of a parameter or house rule on a civil day (today when none is given).

    ``name`` is a house rule's id (``HR-14-1``), a slug (``plan.filing-deadline``) or a part of a table
    (``HR-05-1.day``). NoValue where nothing holds on that day.
    """
    on = day or timezone.localdate()
    base, path = law.split(name)
    own = _decision(base, on)
    return law.within(law.shipped()[base].on(on) if own is None else own, path, name)


def decided(name: str, day: date | None = None) -> bool:
    """Has this city decided the parameter itself, with effect on that day?"""
    return _decision(law.split(name)[0], day or timezone.localdate()) is not None


def undecided(day: date | None = None) -> list[Parameter]:
    """House rules that still stand on our default, in the order of the register."""
    return [p for p in law.shipped().values() if p.is_house_rule and not decided(p.name, day)]
