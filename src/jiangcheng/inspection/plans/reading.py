"""Reading what a plan row says: frequency, proportion, manner; and how one row compares with another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from jiangcheng.inspection.items.printed import normal, number, per_year, read_frequency
from jiangcheng.inspection.plans.words import NINE

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%|百分之([一二三四五六七八九十百\d]+)")
_COUNT = re.compile(r"(\d+)(?:家|户|个|件|台|次|所|处|批次)|(\d+):(\d+)")
_ALL = re.compile(r"全覆盖|全部(?:检查|覆盖)?$|^全部")


@dataclass(frozen=True)
class Proportion:
    """A readable proportion (检查比例): percent of the subjects, or a count."""

    percent: float | None = None
    count: int | None = None


def read_proportion(text: str) -> Proportion | None:
    """The proportion as written, or None when nobody could work by it (若干, 按比例, 按文件执行)."""
    plain = normal(text).replace("％", "%")
    percents = [float(a) if a else _hundredths(b) for a, b in _PERCENT.findall(plain)]
    if percents:
        return Proportion(percent=max(percents)) if max(percents) <= 100 else None
    if _ALL.search(plain):
        return Proportion(percent=100.0)
    if found := _COUNT.search(plain):
        return Proportion(count=int(found[1])) if found[1] else Proportion(percent=100.0 * int(found[2]) / max(int(found[3]), 1))
    return None


def _hundredths(text: str) -> float:
    return 100.0 if text in ("百", "一百") else float(number(text.replace("百", "")))


def read_manner(text: str) -> str:
    """``onsite``, ``offsite``, ``both`` or "" of a manner as written."""
    plain = normal(text)
    off = "非现场" in plain or any(w in plain for w in ("书面", "网络监测", "在线监测", "数据分析", "远程"))
    on = "现场" in plain.replace("非现场", "") or "实地" in plain or "上门" in plain
    return "both" if on and off else "offsite" if off else "onsite" if on else ""


def manner_fits(written: str, allowed: str) -> bool:
    """Does a row's manner stay within the item's? ``both`` on the item allows each."""
    read = read_manner(written)
    return bool(read) and (allowed == "both" or read == allowed)


def frequency_words(times: int, period: str) -> str:
    """每年1次, as a plan row would say it."""
    unit = {"day": "日", "week": "周", "month": "月", "quarter": "季度", "half": "半年", "year": "年"}[period]
    return f"每{unit}{times}次"


def read_into(row: Any) -> None:
    """Fill ``times`` and ``period`` of a row from its frequency as written; None and "" when unreadable."""
    found = read_frequency(row.frequency)
    row.times, row.period = found or (None, "")


def changes(old: Any, new: Any) -> list[tuple[str, str, str]]:
    """``(field, before, after)`` of the nine contents, quarters and way of finding, where two rows differ."""
    names = [*(n for n, _ in NINE), "quarters", "find"]
    return [(n, str(getattr(old, n)), str(getattr(new, n))) for n in names if getattr(old, n) != getattr(new, n)]


SAME, NARROWER, WIDER = "same", "narrower", "wider"


def compare(old: Any, new: Any) -> str:
    """Is the new row the same as the old one, narrower, or wider (HR-14-2)? Whatever is not surely less is wider."""
    differing = {n for n, _, _ in changes(old, new)} - {"necessity"}
    if not differing:
        return SAME
    if differing - {"frequency", "proportion", "quarters"}:
        return WIDER
    return NARROWER if all(_less(old, new, name) for name in differing) else WIDER


def _less(old: Any, new: Any, name: str) -> bool:
    if name == "quarters":
        return set(new.quarters.split(",")) <= set(old.quarters.split(","))
    if name == "frequency":
        a, b = read_frequency(old.frequency), read_frequency(new.frequency)
        return bool(a and b) and per_year(*b) <= per_year(*a) and (b[1] == a[1] or per_year(*b) < per_year(*a))
    a, b = read_proportion(old.proportion), read_proportion(new.proportion)
    if not a or not b:
        return False
    if a.percent is not None and b.percent is not None:
        return b.percent <= a.percent
    return a.count is not None and b.count is not None and b.count <= a.count
