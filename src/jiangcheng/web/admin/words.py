"""Words of the administrator's desk, read from ``words.toml``. Never compared."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from jiangcheng.web.context import ACT_WORDS

_words: dict[str, dict[str, str]] = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))
ACT_WORDS.update(_words["acts"])
UNITS, TOPICS, PARTS, CHOICES = (_words[part] for part in ("units", "topics", "parts", "choices"))


def show(value: Any, unit: str = "") -> str:
    """A parameter's value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "，".join(f"{PARTS.get(k, k)} {show(v, unit if not isinstance(v, str) else '')}" for k, v in value.items())
    if isinstance(value, int | float):
        return f"{value:,} {UNITS.get(unit, '')}".strip()
    if isinstance(value, str):
        return CHOICES.get(value, value) + UNITS.get(unit, "")
    return f"{value.year}年{value.month}月{value.day}日"
