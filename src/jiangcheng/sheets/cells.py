"""One cell made tidy: blanks, full-width forms, line breaks, numbers and the many ways of writing a date."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from jiangcheng.sheets.model import CODE, DAY, LINES, PERCENT, TEXT, Column

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WORDS = {ord(a): b for a, b in zip("０１２３４５６７８９／：，；（）％．－～", "0123456789/:,;()%.-~", strict=True)}
_UNSEEN = re.compile("[\u200b\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]|_x000[Dd]_")
_BREAK = re.compile(r"[ \t\u3000]*\n+[ \t\u3000]*")
_FORMULA = re.compile(r"'(?=[=+\-@\t\r])")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
_CLOCK = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*Z?$")
_NUMERALS = {ord(a): b for a, b in zip("〇零○一二三四五六七八九", "000123456789", strict=True)}
_PARTS = re.compile(r"(\d{4})(?:[-/.,年、](\d{1,2})[-/.,月、](\d{1,2})[日号]?|(\d{2})(\d{2}))")
FIRST_SERIAL, LAST_SERIAL = 20000, 80000  # days as Excel counts them: 1954 to 2119
_EPOCH = date(1899, 12, 30)
SURE_DIGITS = 15
"""Digits of a number that Excel keeps; what is longer has lost its end."""


def normal(text: str) -> str:
    """Half-width digits and punctuation, no blanks; the words stay."""
    return re.sub(r"\s+", "", (text or "").translate(_WORDS))


def narrow(text: str) -> str:
    """Full-width letters, digits, signs and blanks in their half-width form: ９１４２Ａ → 9142A."""
    return text.translate(_NARROW)


def tidy(value: Any, column: Column) -> tuple[str, str]:
    """The text of a cell for its column, and why it cannot be relied on ("" when it can)."""
    if value is None or value == "":
        return "", ""
    if isinstance(value, bool):
        return ("是" if value else "否"), ""
    if isinstance(value, int | float):
        return _number(value, column)
    return _text(str(value), column)


def _number(value: float, column: Column) -> tuple[str, str]:
    if column.kind == PERCENT and 0 < value <= 1:
        return f"{value * 100:g}%", ""
    if column.kind == DAY and value == int(value) and FIRST_SERIAL <= value <= LAST_SERIAL:
        return (_EPOCH + timedelta(days=int(value))).isoformat(), ""
    if abs(value) >= 10**SURE_DIGITS:
        return f"{value:.0f}", f"号码超过 {SURE_DIGITS} 位，以数字保存时末尾已被表格软件改写"
    return (str(int(value)) if value == int(value) else f"{value:.15g}"), ""


def _text(text: str, column: Column) -> tuple[str, str]:
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _FORMULA.sub("", text, count=1) if text.startswith("'") else text
    if column.kind == LINES:
        return text.strip(), ""
    if column.kind == TEXT:
        return _joined(text.strip()), ""
    text = narrow(text).strip()
    if column.kind == CODE:
        text = re.sub(r"\s", "", text)
        return text, "被表格软件改成了科学计数法，末尾的数字已经丢失" if _SCIENTIFIC.fullmatch(text) else ""
    text = _joined(text)
    if column.kind == DAY:
        found, _ = day(text)
        return (found.isoformat() if found else text), ""
    return text, ""


def _joined(text: str) -> str:
    """Line breaks in a cell of one line: nothing between Chinese words, a blank between others."""
    if "\n" not in text:
        return text.replace("\t", " ")

    def between(found: re.Match[str]) -> str:
        before, after = text[found.start() - 1], text[found.end()]
        return " " if before.isascii() and after.isascii() else ""

    return _BREAK.sub(between, text).replace("\t", " ")


def day(text: str) -> tuple[date | None, str]:
    """The date that a text means, or None with the reason. Nothing is guessed: 3/4/2026 is refused."""
    plain = _CLOCK.sub("", narrow(text).strip())
    plain = re.sub(r"\s", "", re.sub(r"\(.*?\)$", "", plain))
    if re.search("[年月]", plain):
        plain = _chinese(plain)
    found = _PARTS.fullmatch(plain)
    if found:
        year, *rest = (int(x) for x in found.groups() if x is not None)
        try:
            return date(year, *rest), ""
        except ValueError:
            return None, f"没有“{text}”这一天"
    if plain.isdecimal() and len(plain) == 5 and FIRST_SERIAL <= int(plain) <= LAST_SERIAL:
        return _EPOCH + timedelta(days=int(plain)), ""
    if re.fullmatch(r"\d{4}(?:[-/.年]\d{0,2}月?)?", plain):
        return None, "没有写到日"
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}", plain):
        return None, "看不出哪个是年、哪个是月"
    return None, f"“{text}”不是日期"


def _chinese(text: str) -> str:
    """二〇二六年三月二十一日 with digits."""

    def number(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].partition("十")
        if not ten:
            return found[0].translate(_NUMERALS)
        return (tens.translate(_NUMERALS) or "1") + (ones.translate(_NUMERALS) or "0")

    return re.sub("[〇零○一二三四五六七八九十]+", number, text)
