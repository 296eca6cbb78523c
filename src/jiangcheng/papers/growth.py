"""Papers and files for visits in numbers: each kind has one specimen, set once, that all generated papers of it show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from jiangcheng.kernel import bulk
from jiangcheng.papers import archive, files, numbers
from jiangcheng.papers.issue import TITLES, WATERMARK
from jiangcheng.papers.models import ArchivePackage, Paper
from jiangcheng.papers.render import typeset

MARK = "（演示）"
SAYS = "本文书是成批生成的演示数据，同类文书共用这一份样张。"


@dataclass(frozen=True)
class Specimen:
    """One set paper of a kind: its data, the digest and the pages of its PDF."""

    kind: str
    data: dict[str, Any]
    sha256: str
    pdf: bytes


@dataclass(frozen=True)
class File:
    """One packed archive that all generated packages share: its index, digest and size."""

    index: list[dict[str, Any]]
    sha256: str
    size: int


def specimen(kind: str) -> Specimen:
    """Set the specimen of ``result`` or ``correct`` and keep its file. The same bytes whenever it is asked."""
    shipped = resources.files("jiangcheng.papers.render").joinpath("samples", f"{kind}.json").read_text("utf-8")
    data = json.loads(shipped) | {"number": f"{MARK}样张", "screen": False, "watermark": WATERMARK, "opening": SAYS}
    pdf = typeset.pdf(kind, data)
    return Specimen(kind, data, files.store(pdf), pdf)


def package(found: Specimen, day: Any) -> File:
    """Pack the specimen as an archive that proves itself, and keep it."""
    part = {f"papers/001-{found.kind}-specimen.pdf": found.pdf}
    lines = archive.index_of([archive.Entry(TITLES[found.kind], f"{MARK}样张", day, part, 1)])
    head = {"format": archive.FORMAT, "number": f"{MARK}样卷", "about": SAYS, "contents": lines}
    data = archive.pack(part | {archive.INDEX: json.dumps(head, ensure_ascii=False, sort_keys=True).encode(), archive.LEDGER: b""})
    return File(lines, files.store(data), len(data))


def code_of(kind: str, n: int) -> str:
    """A verify code that follows from a number, spread over all codes so that none looks like the next."""
    left = (n * 48_271_000_003 + 327) % 25**8
    signs = ""
    for _ in range(8):
        left, place = divmod(left, 25)
        signs += numbers.LETTERS[place]
    return f"{numbers.PREFIX[kind]}-{signs[:4]}-{signs[4:]}"


def paper(found: Specimen, key: int, n: int, *, body: int, word: str, matter: str, at: datetime, by: int) -> Paper:
    """A generated paper of a visit, in a series of its own that no issued paper meets."""
    return bulk.new(
        Paper, pk=key, kind=found.kind, number=f"{MARK}{word}{numbers.NUMBER_WORDS[found.kind]}批〔{at.year}〕{n}号", code=code_of(found.kind, n),
        body_id=body, matter_kind="visit", matter=matter, data=found.data, pdf_sha256=found.sha256, issued_at=at, issued_by_id=by, demo=True,
    )


def packed(found: File, key: int, n: int, *, body: int, word: str, matter: str, at: datetime, by: int, years: int) -> ArchivePackage:
    """The archive of a generated visit: its own number and term, the shared file."""
    day = at.date()
    return bulk.new(
        ArchivePackage, pk=key, matter=matter, body_id=body, number=f"{MARK}{word}检档批〔{at.year}〕{n}号", index=found.index, sha256=found.sha256,
        size=found.size, retention_years=years, retain_until=archive.until(day, years), archived_at=at, archived_by_id=by,
    )
