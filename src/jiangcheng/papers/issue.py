"""Issuing papers: number, verify code, PDF and DOCX, digests, ledger. An issued paper is never issued again: what is
wrong in it is put right by another paper (kind ``amendment``, ``replaces``).

Setting the pages takes time, so they are set before the transaction that takes the number: a ``Batch`` reckons with
the numbers that will come, and ``settle`` raises ``Again`` when somebody else was given one of them meanwhile.
``attempt`` then does the work anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.papers import files, formats, numbers, words
from jiangcheng.papers.models import Paper
from jiangcheng.papers.render import letters, typeset
from jiangcheng.papers.render.word import docx

TRIES = 8
FREE_TRIES = 2
WATERMARK = "演示数据"
TITLES = dict(words.KINDS)
ONE_COPY = ("approval", "delivery", "file_index", "transfer")
DUTY = ("327-21-1",)
Result = TypeVar("Result")


class Again(Exception):
    """What was prepared no longer fits what is stored; nothing is written. ``attempt`` repeats the work."""


def cn_day(day: date | datetime) -> str:
    """2026年11月23日, the form of every date on paper."""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return f"{day.year}年{day.month}月{day.day}日"


def cn_time(at: datetime) -> str:
    """2026年11月23日9时43分, in the city's time."""
    here = timezone.localtime(at)
    return f"{cn_day(here)}{here.hour}时{here.minute:02d}分"


def address(code: str) -> str:
    """The public page that verifies a paper."""
    return f"{settings.PUBLIC_ADDRESS}/p/{code}"


@dataclass(frozen=True)
class Draft:
    """A paper set but not yet issued; nothing is stored of it."""

    kind: str
    number: str
    n: int
    start: str
    year: int
    code: str
    data: dict[str, Any]
    pdf: bytes
    docx: bytes
    replaces: Paper | None = None


class Batch:
    """Papers of one matter that are issued together, or not at all."""

    def __init__(self, actor: Actor, *, body: Any, matter_kind: str, matter: str, demo: bool) -> None:
        self.actor, self.body, self.demo = actor, body, demo
        self.matter_kind, self.matter = matter_kind, matter
        self.at = timezone.now()
        self.drafts: list[Draft] = []
        self._taken: Counter[str] = Counter()

    def number(self, kind: str) -> str:
        """The number that the next paper of this kind will bear, for the words of the paper itself."""
        return self._next(kind)[3]

    def _next(self, kind: str) -> tuple[str, int, int, str]:
        start, year = numbers.head(self.body, kind, self.demo), timezone.localtime(self.at).year
        n = numbers.expected(start, year) + self._taken[start]
        return start, year, n, numbers.printed(start, year, n)

    def add(self, kind: str, data: dict[str, Any], *, replaces: Paper | None = None) -> Draft:
        """Set one paper from its own fields (see ``render.shapes``); number, date, verify code, copies and watermark
        are filled here. Refused when a character has no form in the fonts."""
        start, year, n, number = self._next(kind)
        code = numbers.verify_code(kind)
        full = self._frame(kind, number, code) | data
        held = formats.in_force(self.body, kind, timezone.localdate(self.at))
        if held:
            full["format"] = {"version": held.pk, "sha256": held.sha256, "number": held.number}
        made = _set(kind, full, formats.template(held) if held else None)
        draft = Draft(kind, number, n, start, year, code, full, *made, replaces)
        self._taken[start] += 1
        self.drafts.append(draft)
        return draft

    def _frame(self, kind: str, number: str, code: str) -> dict[str, Any]:
        copies = ["存档"] if kind in ONE_COPY else ["存档", "交报送单位" if kind in ("filing", "return") else "交企业"]
        return {
            "title": TITLES[kind], "body": self.body.name, "sign": self.body.name, "number": number,
            "date": cn_day(self.at), "copies": copies, "watermark": WATERMARK if self.demo else None, "screen": False,
            "verify": {"address": f"{settings.PUBLIC_ADDRESS}/p", "code": code, "url": address(code)},
        }  # fmt: skip

    def settle(self) -> list[Paper]:
        """Issue all drafts, in their order; call it in the transaction of the act. Raises ``Again``."""
        return [self._settle(draft) for draft in self.drafts]

    def _settle(self, d: Draft) -> Paper:
        paper = Paper(
            kind=d.kind, number=d.number, code=d.code, body=self.body, matter_kind=self.matter_kind, matter=self.matter,
            data=d.data, pdf_sha256=files.store(d.pdf), docx_sha256=files.store(d.docx), issued_at=self.at,
            issued_by_id=self.actor.person, replaces=d.replaces, demo=self.demo,
        )  # fmt: skip
        extra = {"number": d.number, "matter": self.matter, "pdf": paper.pdf_sha256, "docx": paper.docx_sha256}
        with transaction.atomic(), ledger.act(f"papers.issue.{d.kind}", self.actor, about=paper, duties=DUTY, extra=extra):
            if numbers.take(d.start, d.year) != d.n:
                raise Again(d.number)
            paper.save()
        return paper


def _set(kind: str, data: dict[str, Any], layout: bytes | None) -> tuple[bytes, bytes]:
    try:
        return typeset.pdf(kind, data, layout=layout), docx(kind, data, layout=layout)
    except letters.Unreadable as error:
        raise Refused([Breach(
            f"现行统一格式不能生成这份《{TITLES[kind]}》：{error}。", (Remedy("请市级部门停止使用该格式，文书即按国家格式生成"),), ids=("327-21-2",)
        )]) from error  # fmt: skip
    except typeset.MissingGlyph as error:
        listed = "、".join(f"“{c}”" for c in error.chars)
        raise Refused([Breach(
            f"《{TITLES[kind]}》中有字库缺少的字{listed}，暂不能出具。", (Remedy("请系统管理员加入含有该字的字体后再办理，系统不改写原文"),)
        )]) from error  # fmt: skip


def attempt(work: Callable[[], Result]) -> Result:
    """Do a piece of work that prepares papers and settles them, anew when another act came between.

    After ``FREE_TRIES`` the work is done under a lock that keeps others from numbers, so that it comes to an end
    however many issue at the same time.
    """
    for n in range(TRIES):
        try:
            if n < FREE_TRIES:
                return work()
            with transaction.atomic():
                next_number("paper:turn")
                return work()
        except Again:
            continue
    raise Refused([Breach("同一时间办理的人较多，本次没有改动。", (Remedy("稍候再点一次"),))])


@enforces("327-21-1")
def issue(
    kind: str, *, body: Any, matter_kind: str, matter: str, data: dict[str, Any], actor: Actor, demo: bool,
    replaces: Paper | None = None,
) -> Paper:  # fmt: skip
    """Issue one paper: number, verify code, both forms kept under their digests, one ledger entry.

    ``data`` holds the kind's own fields; a field of the frame (number, date …) given there wins. Errors: ``Refused``
    (no number word, a character without a form), ``MissingFields`` for data that lacks what the paper must say.
    """

    def work() -> Paper:
        batch = Batch(actor, body=body, matter_kind=matter_kind, matter=matter, demo=demo)
        batch.add(kind, data, replaces=replaces)
        return batch.settle()[0]

    return attempt(work)


def content(paper: Paper, form: str = "pdf") -> bytes:
    """The bytes of a form (pdf, docx) as issued. Raises ``files.Altered`` when they no longer fit the digest."""
    return files.load(paper.pdf_sha256 if form == "pdf" else paper.docx_sha256)


def intact(paper: Paper) -> bool:
    """Are both forms as they were issued?"""
    return files.intact(paper.pdf_sha256) and (not paper.docx_sha256 or files.intact(paper.docx_sha256))


def void(paper: Paper, actor: Actor, reason: str) -> None:
    """Mark an issued paper as void (作废), with reason; the paper itself stays."""
    if not reason.strip():
        raise Refused([Breach("作废文书须写明原因。", (Remedy("填写作废原因"),), "reason")])
    with ledger.act("papers.void", actor, about=paper, opinion=reason):
        paper.void_reason = reason.strip()[:200]
        paper.save()
