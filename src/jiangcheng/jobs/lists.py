"""Loads the published lists that ship with the project. Every loader is idempotent."""

from __future__ import annotations

from collections.abc import Callable

from jiangcheng.inspection.items import real as items
from jiangcheng.inspection.plans import real as plans
from jiangcheng.parties import real as parties


def load_all(say: Callable[[str], None]) -> None:
    """Divisions, bodies seen and enterprises; items and plans as drafts; the reference library."""
    for name, load in (("区划、主体、企业", parties.load_real), ("检查事项和参考库", items.load_real), ("检查计划", plans.load_real)):
        say(f"{name}：{load()}")
