"""Reading printed frequencies (频次) and caps (频次上限) as they stand in published lists. Pure text, no database.

What cannot be read with certainty is not guessed: it comes back with ``why_not`` and stays as printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_WIDE = {ord(a): b for a, b in zip("０１２３４５６７８９／：，；（）％．－～", "0123456789/:,;()%.-~", strict=True)}
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUM = r"(\d+|[一二两三四五六七八九十]+)"
_PERIODS = (
    ("half", r"每?半年(?:度)?"), ("quarter", r"(?:每个?|同一|/|一个|1个)?季度?"), ("month", r"(?:每个?|/|同一|1个)月"),
    ("week", r"(?:每个?|/|同一|1个?)周"), ("day", r"(?:每|/|同一)[日天]"),
    ("year", r"(?:每级?每?一?个?|/|同一|全|1个?|一个?|在同一)?(?:自然)?年(?:度)?(?:内|累计)?"),
)  # fmt: skip
_LIMIT = re.compile(rf"(?:不超过|不得超过|不多于|不高于|最多|至多|上限(?:为|:)?)(?:每年|每季度?|每月|每周)?{_NUM}次")
_FLOOR = re.compile(rf"(?:不少于|不低于|至少)(?:每年|每季度?|每月|每周)?(?:覆盖|检查|抽查)?{_NUM}次")
_RATE = re.compile(rf"{_NUM}次/(?:每)?(年|季度|季|月|周|日|半年)|(?:每|/)(年|季度|季|月|周|日|半年)(?:度)?[^次,;。]{{0,8}}?{_NUM}次")
_GAP = re.compile(rf"(?:时间)?间隔(?:时间)?(?:不少于|不得少于|不低于|至少){_NUM}个?(日|天|月|周)")
_CLASSES = re.compile(r"对((?:[A-Z](?:\([^)]*\))?、)+[A-Z])类[^,;。]*分别(?:不超过)?((?:\d+次、)+\d+次)")
_GRADE = re.compile(r"(?:^|:)((?:非?高危行业领域)?[^:,;]*?(?:[一二三四]级|未进行标准化定级的|[A-D]级|[A-D]类)企业?)$")
_SCOPE_YEAR = re.compile(r"(?:每|同一)年度?内?对")
_SLUG = {"年": "year", "季度": "quarter", "季": "quarter", "月": "month", "周": "week", "日": "day", "半年": "half"}


@dataclass(frozen=True)
class Reading:
    """What one printed cap says. ``limit`` times per ``period`` for each ``per``; ``floor`` marks a minimum.

    ``enforceable`` is False whenever anything needed for counting is missing; ``why_not`` then says what.
    """

    limit: int | None = None
    period: str = ""
    per: str = "enterprise"
    subject_class: str = ""
    min_gap_days: int | None = None
    min_gap_months: int | None = None
    floor: bool = False
    enforceable: bool = False
    why_not: str = ""


def normal(text: str) -> str:
    """Half-width digits and punctuation, no blanks; the words stay."""
    return re.sub(r"\s+", "", (text or "").translate(_WIDE))


def number(text: str) -> int:
    """2, 二, 十二, 二十 as an integer."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS[text]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def _period(text: str) -> str:
    return next((slug for slug, pattern in _PERIODS if re.search(pattern, text)), "")


def _per(text: str) -> str:
    return "site" if re.search(r"同一(?:场所|经营场所|生产场所|网点|门店|项目|工地)|/(?:场所|网点|门店|项目)", text) else "enterprise"


def _gap(text: str) -> tuple[int | None, int | None]:
    found = _GAP.search(text)
    if not found:
        return None, None
    n = number(found[1])
    if found[2] == "月":
        return n * 30, n
    return (n * 7 if found[2] == "周" else n), None


def _classes(text: str) -> list[Reading]:
    found = _CLASSES.search(text)
    if not found:
        return []
    names = re.sub(r"\([^)]*\)", "", found[1]).split("、")
    counts = [int(n) for n in re.findall(r"(\d+)次", found[2])]
    period = _period(text)
    if len(names) != len(counts) or not period:
        return []
    return [Reading(n, period, _per(text), f"{c}类", enforceable=True) for c, n in zip(names, counts, strict=True)]


def _conditional(text: str) -> str:
    if "原则上" in text:
        return "原文为“原则上”，不是确定的上限"
    if re.search(r"上年度?无|记录的", text):
        return "上限取决于企业上年度记录，系统没有该数据"
    if re.search(r"累计", text) and re.search(r"两级|各级|市、县|多部门", text):
        return "多个层级累计计算，需要汇总其他单位的次数"
    return ""


def _one(text: str, scope: str) -> Reading:
    days, months = _gap(text)
    base = Reading(per=_per(text), min_gap_days=days, min_gap_months=months, subject_class=_grade(scope))
    if floor := _FLOOR.search(text):
        plain = _GAP.sub("", text)
        if _FLOOR.search(plain):
            return replace(
                base, limit=number(floor[1]), period="" if re.search(r"每[二两三四五\d]年", text) else _period(text), floor=True,
                why_not="原文是最低次数，不是上限",
            )
    found = _LIMIT.search(text)
    if found:
        limit, period = number(found[1]), _period(text)
    elif rate := _RATE.search(text):
        limit, period = number(rate[1] or rate[4]), _SLUG[rate[2] or rate[3]]
    else:
        return replace(base, why_not="原文缺少次数或周期" if re.search(r"\d", text) else "原文没有可读的次数")
    if why := _conditional(text):
        return replace(base, limit=limit, period=period, why_not=why)
    period = period or ("year" if _SCOPE_YEAR.search(normal(scope)) else "")
    if not period:
        return replace(base, limit=limit, why_not="原文没有写明计算周期")
    if re.search(r"每[二两三四五\d]年", text):
        return replace(base, limit=limit, why_not="周期超过一年，暂不支持自动计数")
    return replace(base, limit=limit, period=period, enforceable=True)


def _grade(scope: str) -> str:
    found = _GRADE.search(normal(scope))
    return found[1] if found else ""


def read_cap(printed: str, scope: str = "") -> list[Reading]:
    """Read a printed cap; several readings where the print holds several caps (classes, levels). Never empty.

    ``scope`` is the printed item or scope; a class of enterprises named there becomes ``subject_class``.
    """
    text = normal(re.sub(r"[(（][^)）]*承上行[^)）]*[)）]", "", printed or ""))
    if not text:
        return [Reading(why_not="没有原文")]
    if classes := _classes(text):
        return classes
    parts = [p for p in text.split(";") if p]
    readings = [_one(p, scope) for p in parts]
    if readings[0].floor:
        return readings[:1]
    useful = [r for r in readings if r.limit is not None]
    return useful or readings[:1]


def read_frequency(text: str) -> tuple[int, str] | None:
    """``(times, period)`` of a plan row's frequency as written (每年1次, 2次/年, 每季度各抽查1次), or None."""
    plain = normal(text)
    if found := _RATE.search(plain):
        return number(found[1] or found[4]), _SLUG[found[2] or found[3]]
    if (found := _LIMIT.search(plain) or re.search(rf"{_NUM}次", plain)) and (period := _period(plain)):
        return number(found[1]), period
    return None


PER_YEAR = {"day": 366, "week": 53, "month": 12, "quarter": 4, "half": 2, "year": 1}


def per_year(times: int, period: str) -> int:
    """Most times in one calendar year that ``times`` per ``period`` allows."""
    return times * PER_YEAR[period]
