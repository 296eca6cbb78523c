"""Numbers of papers (文号) and the codes by which anyone verifies them (查验编号)."""

from __future__ import annotations

import secrets
import unicodedata

from jiangcheng.kernel.models import Serial
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers.words import NUMBER_WORDS

LETTERS = "2346789ACDEFGHJKMNPQRTVWXY"
"""Without 0 O, 1 I L, 5 S, B, Z, U, which people mix up when they read aloud or type."""

PREFIX = {
    "approval": "SP", "notice": "TZ", "record": "BL", "stop": "ZZ", "correct": "ZG", "result": "JG", "delivery": "SD",
    "filing": "BA", "return": "TB", "transfer": "LA", "file_index": "JN", "amendment": "GZ",
}  # fmt: skip
DEMO = "（演示）"


def head(body, kind: str, demo: bool) -> str:
    """Body's word and kind's word, e.g. ``（演示）武示市监检通``. Refused for a body without a word."""
    if not body.word:
        raise Refused([Breach(f"{body.name}尚未设置发文代字，不能出具文书。", (Remedy("请系统管理员在单位资料中设置发文代字"),))])
    mark = DEMO if demo and DEMO not in body.word else ""
    return f"{mark}{body.word}{NUMBER_WORDS[kind]}"


def _series(start: str, year: int) -> str:
    """The printed start names the series, so that two bodies that share a word never share a number."""
    return f"paper:{start}:{year}"


def printed(start: str, year: int, n: int) -> str:
    """Hexagonal brackets, no leading zero, no 第."""
    return f"{start}〔{year}〕{n}号"


def expected(start: str, year: int) -> int:
    """The number that would be given now; nothing is taken."""
    return (Serial.objects.filter(series=_series(start, year)).values_list("last", flat=True).first() or 0) + 1


def take(start: str, year: int) -> int:
    """The next number; call it in the transaction that writes the paper."""
    return next_number(_series(start, year))


def verify_code(kind: str) -> str:
    """A fresh code like ``SP-7F3K-2M9Q``; about 37 bits of chance after the kind's letters."""
    signs = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{PREFIX[kind]}-{signs[:4]}-{signs[4:]}"


def normal(code: str) -> str:
    """A code as typed (full-width, lower case, blanks, no hyphens) in its stored form; may be no code at all."""
    signs = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isascii() and c.isalnum())
    return f"{signs[:2]}-{signs[2:6]}-{signs[6:]}" if len(signs) == 10 else signs


def plain(number: str) -> str:
    """A number as people type it (full-width signs, any brackets or none, without mark and 号), to compare with another."""
    signs = "".join(c for c in unicodedata.normalize("NFKC", number) if c.isalnum())
    return signs.upper().removeprefix("演示").removesuffix("号")
