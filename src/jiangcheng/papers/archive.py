"""The archive package (卷宗) of a closed matter: one ZIP that proves itself (article 25; HR-25-1).

Inside: ``index.json`` (the list of contents), the papers in both forms, photos, signatures and other files as they
were sent, the ledger's leaves with their signed promises, and ``MANIFEST.sha256`` over all of it. The same contents
give the same bytes: names are sorted and every time in the ZIP is fixed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.canonical import moment
from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import enforces
from jiangcheng.papers import files, issue
from jiangcheng.papers.models import ArchivePackage, Paper, StoredFile

MANIFEST = "MANIFEST.sha256"
INDEX = "index.json"
LEDGER = "ledger.jsonl"
FORMAT = "jiangcheng archive v1"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
MOST_BYTES = 4 * 1024**3


@dataclass(frozen=True)
class Entry:
    """A line of the index: what it is, and the files that hold it (path → bytes)."""

    name: str
    number: str
    day: date
    parts: dict[str, bytes]
    pages: int = 0
    remark: str = ""
    electronic: bool = False


@enforces("327-25-1")
def years(nothing_found: bool, day: date | None = None) -> int:
    """Years to keep (HR-25-1): long term, or shorter when nothing was found."""
    table = parameters.value("HR-25-1", day)
    return int(table["nothing-found" if nothing_found else "long"])


def until(day: date, keep: int) -> date:
    """The last day of keeping; 29 February ends on the 28th."""
    try:
        return day.replace(year=day.year + keep)
    except ValueError:
        return day.replace(year=day.year + keep, day=28)


def paper_entry(n: int, paper: Paper, pages: int) -> Entry:
    """A paper in both forms. Raises ``files.Altered``."""
    stem = f"papers/{n:03d}-{paper.kind}-{paper.code}"
    parts = {f"{stem}.pdf": issue.content(paper, "pdf")}
    if paper.docx_sha256:
        parts[f"{stem}.docx"] = issue.content(paper, "docx")
    return Entry(issue.TITLES[paper.kind], paper.number, timezone.localtime(paper.issued_at).date(), parts, pages)


def file_entry(n: int, stored: StoredFile) -> Entry:
    """A photo, recording, signature or attachment as it was sent. Raises ``files.Altered``."""
    path = f"files/{n:03d}-{stored.purpose}-{stored.sha256[:12]}.{files.ENDINGS.get(stored.mime, 'bin')}"
    day = timezone.localtime(stored.taken_at or stored.uploaded_at).date()
    name = f"{stored.get_purpose_display()}：{stored.name}"
    return Entry(name, "", day, {path: files.open_file(stored)}, 0, "电子原件", True)


def leaf_lines(leaves: Iterable[Leaf]) -> bytes:
    """The ledger's leaves with their receipts, one JSON object a line, by number."""
    lines = [
        json.dumps({"number": leaf.number, "entry": leaf.entry, "hash": leaf.hash, "promise": ledger.promise(leaf)},
                   ensure_ascii=False, sort_keys=True)
        for leaf in sorted(leaves, key=lambda x: x.pk)
    ]  # fmt: skip
    return "".join(line + "\n" for line in lines).encode()


def index_of(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The index as JSON: name, number, day, files with digest and size, and the pages they take."""
    lines, page = [], 1
    for no, e in enumerate(entries, 1):
        span = "" if not e.pages else str(page) if e.pages == 1 else f"{page}—{page + e.pages - 1}"
        page += e.pages
        lines.append({
            "no": no, "name": e.name, "number": e.number, "day": e.day.isoformat(), "pages": span, "count": e.pages,
            "remark": e.remark, "electronic": e.electronic,
            "files": [{"path": p, "sha256": hashlib.sha256(d).hexdigest(), "size": len(d)} for p, d in sorted(e.parts.items())],
        })  # fmt: skip
    return lines


def content_digest(lines: list[dict[str, Any]]) -> str:
    """One digest over all files of an index, for the printed index that is itself part of the package."""
    words = "".join(f"{f['sha256']}  {f['path']}\n" for e in lines for f in e["files"])
    return hashlib.sha256(words.encode()).hexdigest()


def pack(parts: dict[str, bytes]) -> bytes:
    """The ZIP: sorted names, fixed times, manifest first."""
    manifest = "".join(f"{hashlib.sha256(d).hexdigest()}  {name}\n" for name, d in sorted(parts.items()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in [(MANIFEST, manifest.encode()), *sorted(parts.items())]:
            info = zipfile.ZipInfo(name, FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16
            target.writestr(info, data, compresslevel=6)
    return out.getvalue()


def keep(
    *, matter: str, body: Any, number: str, about: dict[str, Any], entries: list[Entry], leaves: Iterable[Leaf],
    keep_years: int, actor: Actor, at: datetime,
) -> ArchivePackage:  # fmt: skip
    """Pack and keep a matter; one package a matter, by the table. ``about`` is what the index says of the matter."""
    lines = index_of(entries)
    day = timezone.localtime(at).date()
    head = {
        "format": FORMAT, "number": number, "matter": matter, "body": body.name, "archived_at": moment(at),
        "retention_years": keep_years, "retain_until": until(day, keep_years).isoformat(), **about, "contents": lines,
    }  # fmt: skip
    parts = {path: data for e in entries for path, data in e.parts.items()}
    parts[INDEX] = json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True).encode()
    parts[LEDGER] = leaf_lines(leaves)
    data = pack(parts)
    row = ArchivePackage(
        matter=matter, body=body, number=number, index=lines, sha256=files.store(data), size=len(data),
        retention_years=keep_years, retain_until=until(day, keep_years), archived_at=at, archived_by_id=actor.person,
    )  # fmt: skip
    extra = {"matter": matter, "sha256": row.sha256}
    with transaction.atomic(), ledger.act("papers.archive", actor, about=row, duties=("327-25-1",), extra=extra):
        row.save()
    return row


# --- checking ------------------------------------------------------------------------------------------------------


def content(package: ArchivePackage) -> bytes:
    """The package's bytes. Raises ``files.Altered``."""
    return files.load(package.sha256)


def check_bytes(data: bytes, sha256: str = "") -> list[str]:
    """What is wrong with a package, in words; empty when it is whole. Needs nothing but the bytes."""
    wrong = []
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        wrong.append("归档包与登记的摘要不一致。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            if sum(i.file_size for i in source.infolist()) > MOST_BYTES:
                return [*wrong, "归档包展开后过大，未作核验。"]
            found = {name: source.read(name) for name in source.namelist()}
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        return [*wrong, "不是完整的归档包，不能打开。"]
    listed = _manifest(found.pop(MANIFEST, b""))
    if not listed:
        return [*wrong, "归档包中没有摘要清单。"]
    for path in sorted(listed.keys() | found.keys()):
        if path not in found:
            wrong.append(f"缺少文件 {path}。")
        elif path not in listed:
            wrong.append(f"多出文件 {path}。")
        elif hashlib.sha256(found[path]).hexdigest() != listed[path]:
            wrong.append(f"文件 {path} 与摘要不一致。")
    return wrong + _index_faults(found)


def _manifest(raw: bytes) -> dict[str, str]:
    lines = (line.split("  ", 1) for line in raw.decode("utf-8", "replace").splitlines())
    return {parts[1]: parts[0] for parts in lines if len(parts) == 2}


def _index_faults(found: dict[str, bytes]) -> list[str]:
    try:
        contents = json.loads(found[INDEX])["contents"]
        files_in = [(e["no"], f["path"], f["sha256"]) for e in contents for f in e["files"]]
    except (KeyError, ValueError, TypeError):
        return ["卷内目录不能读取。"]
    return [
        f"卷内目录第{no}项 {path} 与目录记载不一致。" for no, path, digest in files_in
        if path not in found or hashlib.sha256(found[path]).hexdigest() != digest
    ]  # fmt: skip


def check(package: ArchivePackage) -> list[str]:
    """What is wrong with a kept package: its bytes, its index, and its papers against their rows."""
    try:
        data = content(package)
    except files.Altered:
        return ["归档包的文件缺失或已被改动。"]
    wrong = check_bytes(data, package.sha256)
    digests = {f["sha256"] for e in package.index for f in e["files"]}
    papers = Paper.objects.filter(matter=package.matter, issued_at__lte=package.archived_at)
    wrong += [f"文书 {p.number} 与归档内容不一致。" for p in papers if p.pdf_sha256 not in digests]
    return wrong
