"""How values read on a page: days, times, masks, codes, money, and the tone of a state word. Pure functions."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WEEKDAYS = "一二三四五六日"

# Words of UX.md section 2 by the shape that goes with them; words not listed are "wait".
TONES = {
    "ok": "有效 已公布 已备案 已公示 已告知 结果已送达 已办结 已归档 当场签收 已送达 整改到位 平台送达 已落实 已批准 已核实 正常 已签名 已上传",
    "warn": "待补正 待审核 退回补正 调整待备案 待整改 未到时间 待送达 待告知结果 邮寄在途 暂停实施 临近期限 中止检查 待核实 部分落实",
    "late": "逾期未备案 逾期未改 退回修改 已撤销 已过期 查无此码 过期未实施 逾期 拒收 发现问题 已失效 暂扣 失效",
    "info": "编制中 待备案 待审批 待领码 待入企 已预告 已到场 检查人员已到场 检查中 跟踪整改中 已提交整改 复查中 转立案审查 审查中",
    "wait": "草拟 方案草拟 已取消 未实施 已使用 未开始 尚无 待签名 未定 待出结果",
}
_BY_WORD = {word: tone for tone, words in TONES.items() for word in words.split()}


def tone_of(word: str) -> str:
    """Tone of a state word; a word with an addition in brackets, or with a number, goes by its beginning."""
    word = str(word)
    if word in _BY_WORD:
        return _BY_WORD[word]
    if word.startswith("还有"):
        return "warn"
    stem = re.split(r"[（(：:\s]", word)[0]
    return _BY_WORD.get(stem, "late" if word.startswith("逾期") else "wait")


def _local(value: Any) -> Any:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def cn_date(value: date | datetime | None) -> str:
    """``2026年11月23日（周一）``; nothing for nothing."""
    value = _local(value)
    return f"{value.year}年{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）" if value else ""


def cn_day(value: date | datetime | None) -> str:
    """``11月23日``, with the year when it is not this year."""
    value = _local(value)
    if not value:
        return ""
    year = "" if value.year == timezone.localdate().year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


def cn_datetime(value: datetime | None) -> str:
    """``2026年11月23日（周一） 09:41``."""
    return f"{cn_date(value)} {hm(value)}" if value else ""


def hm(value: Any) -> str:
    """``09:41`` of a time or a moment."""
    return _local(value).strftime("%H:%M") if value else ""


def window(start: datetime | None, end: datetime | None) -> str:
    """``11月23日 09:00–11:30``; today's day is said as 今天; two days are both named."""
    if not start or not end:
        return ""
    first, last = _local(start), _local(end)
    day = "今天" if first.date() == timezone.localdate() else cn_day(first)
    other = "" if first.date() == last.date() else f"{cn_day(last)} "
    return f"{day} {hm(first)}–{other}{hm(last)}"


def mask_phone(value: str | None) -> str:
    """``138****5678``; short numbers keep only the last two figures."""
    value = str(value or "").strip()
    if len(value) >= 8:
        return f"{value[:3]}****{value[-4:]}"
    return "*" * max(len(value) - 2, 0) + value[-2:]


def mask_id(value: str | None) -> str:
    """Identity number: first three and last two characters stay."""
    value = str(value or "").strip()
    return f"{value[:3]}{'*' * (len(value) - 5)}{value[-2:]}" if len(value) > 6 else "*" * len(value)


def _groups(css: str, parts: list[str]) -> SafeString:
    """Groups set apart by style alone: copying them gives the code without gaps."""
    return format_html('<span class="{}">{}</span>', css, format_html_join("", "<span>{}</span>", ((p,) for p in parts if p)))


def uscc(value: str | None) -> SafeString | str:
    """Unified social credit code in groups (2 + 6 + 9 + 1); anything of another length is shown as it is."""
    value = str(value or "").strip().upper()
    if len(value) != 18:
        return value
    return _groups("groups", [value[:2], value[2:8], value[8:17], value[17:]])


def short_code(value: str | None) -> SafeString:
    """Short code of an inspection code in groups of four, ``7K3F 9M2Q 4T``."""
    value = re.sub(r"\s", "", str(value or "")).upper()
    return _groups("groups", [value[i : i + 4] for i in range(0, len(value), 4)])


def money(value: Decimal | int | float | str | None) -> str:
    """``1,200.00 元``; nothing for nothing."""
    return "" if value in (None, "") else f"{Decimal(str(value)):,.2f} 元"


def spell(seconds: float | int) -> str:
    """``duration`` as it follows 用时: a figure stands off, a word does not."""
    words = duration(seconds)
    return words if words.startswith("不") else f" {words}"


def duration(seconds: float | int) -> str:
    """``38 分钟``, ``2 小时 5 分钟``, ``3 日``; under a minute ``不到 1 分钟``."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    if minutes < 24 * 60:
        return f"{minutes // 60} 小时" + (f" {minutes % 60} 分钟" if minutes % 60 else "")
    return f"{minutes // (24 * 60)} 日"
