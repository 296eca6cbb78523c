"""Unified social credit codes (统一社会信用代码, GB 32100): check, and what the code says about article 4.

The first character is the department that registered the subject, the second the category it gave. Both together
decide whether the decree applies, applies by analogy (article 42), does not apply, or whether a person has to decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum.cn import uscc as gb32100

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SHAPE = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# department + category: (how the decree applies, what the subject is). What is not listed is for a person to decide.
CATEGORIES = {
    "91": ("yes", "企业"),
    "92": ("analogy", "个体工商户"),
    "93": ("analogy", "农民专业合作社"),
    "11": ("no", "机关"),
    "12": ("no", "事业单位"),
    "13": ("no", "群众团体"),
    "A1": ("no", "军队事业单位"),
    "21": ("undecided", "外国常驻新闻机构"),
    "51": ("no", "社会团体"),
    "52": ("no", "社会服务机构（民办非企业单位）"),
    "53": ("no", "基金会"),
    "31": ("undecided", "律师执业机构"),
    "32": ("undecided", "公证处"),
    "33": ("undecided", "基层法律服务所"),
    "34": ("undecided", "司法鉴定机构"),
    "35": ("undecided", "仲裁委员会"),
    "41": ("undecided", "外国在华文化中心"),
    "61": ("undecided", "外国旅游部门常驻代表机构"),
    "62": ("undecided", "港澳台旅游部门常驻代表机构"),
    "71": ("undecided", "宗教活动场所"),
    "72": ("undecided", "宗教院校"),
    "81": ("undecided", "基层工会"),
    "N1": ("undecided", "组级集体经济组织"),
    "N2": ("undecided", "村级集体经济组织"),
    "N3": ("undecided", "乡镇级集体经济组织"),
}


@dataclass(frozen=True)
class Category:
    """What a code says. ``applies`` is yes, analogy, no or undecided; ``problem`` is a sentence when it is not valid."""

    code: str
    applies: str
    kind: str
    valid: bool
    problem: str = ""


def compact(code: str) -> str:
    """Without spaces and hyphens, full-width forms made narrow, upper case."""
    narrow = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in code)
    return re.sub(r"[\s\-—]", "", narrow).upper()


def _problem(code: str) -> str:
    if not code:
        return "请填写统一社会信用代码。"
    if len(code) != LENGTH:
        return f"统一社会信用代码应为 {LENGTH} 位，您填的是 {len(code)} 位。"
    if wrong := sorted({c for c in code if c not in ALPHABET}):
        return f"统一社会信用代码中不会出现“{'、'.join(wrong)}”，请核对。"
    if not SHAPE.fullmatch(code):
        return "统一社会信用代码第 3 至 8 位应为数字（登记机关行政区划）。"
    if gb32100.calc_check_digit(code[:17]) != code[17]:
        return "统一社会信用代码校验位不符，请核对每一位。"
    return ""


def check(code: str) -> Category:
    """Check a code and read its category. Never raises; a bad code has ``valid`` False and ``applies`` undecided."""
    plain = compact(code)
    problem = _problem(plain)
    if problem:
        return Category(plain, "undecided", "", False, problem)
    applies, kind = CATEGORIES.get(plain[:2], ("undecided", "其他"))
    return Category(plain, applies, kind, True)


def make(prefix: str, division: str, number: int) -> str:
    """A code with right check characters for generated data: ``prefix`` is department and category, e.g. 91."""
    organisation = f"{number:08d}"
    rest = 11 - sum(int(c) * w for c, w in zip(organisation, ORGANISATION_WEIGHTS, strict=True)) % 11
    digit = "0" if rest == 11 else "X" if rest == 10 else str(rest)
    body = f"{prefix}{division}{organisation}{digit}"
    return body + gb32100.calc_check_digit(body)
