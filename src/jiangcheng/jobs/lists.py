"""Loads the published lists that ship with the project. Every loader is idempotent."""

from __future__ import annotations

from collections.abc import Callable

from jiangcheng.inspection.items import real as items_real
from jiangcheng.inspection.plans import real as plans_real
from jiangcheng.kernel import calendar
from jiangcheng.parties import real as parties_real


def load_all(say: Callable[[str], None]) -> None:
    """Calendar, divisions and bodies seen, items and plans as drafts, the reference library."""
    say(f"节假日：{calendar.seed_calendar()} 天")
    for name, load in (("区划、主体、企业", parties_real.load), ("检查事项", items_real.load), ("检查计划", plans_real.load)):
        say(f"{name}：{load()}")
