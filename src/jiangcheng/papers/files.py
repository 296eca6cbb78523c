"""Files kept under their digest: bytes of papers, photos, scans, signatures, attachments.

A file's real type is judged by its content. The bytes kept are the bytes sent, because they are evidence; whoever is
not on the matter gets ``public_copy``, drawn anew without place, device or other hidden data.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers.models import StoredFile

MB = 1024 * 1024
PIXELS = 50_000_000
"""More pixels than this are not decoded: a small file can unfold into a huge picture."""
PUBLIC_EDGE = 2000
"""Longest edge of a public copy, in pixels."""


@dataclass(frozen=True)
class Type:
    """A type of file that is accepted: limit in bytes, ending, and its name for people."""

    mime: str
    ending: str
    limit: int
    word: str


JPEG = Type("image/jpeg", "jpg", 15 * MB, "照片")
PNG = Type("image/png", "png", 15 * MB, "照片")
WEBP = Type("image/webp", "webp", 15 * MB, "照片")
SVG = Type("image/svg+xml", "svg", MB, "签名")
PDF = Type("application/pdf", "pdf", 20 * MB, "PDF 文件")
MP3 = Type("audio/mpeg", "mp3", 50 * MB, "录音")
M4A = Type("audio/mp4", "m4a", 50 * MB, "录音")
WAV = Type("audio/wav", "wav", 50 * MB, "录音")
OGG = Type("audio/ogg", "ogg", 50 * MB, "录音")
WEBM = Type("audio/webm", "webm", 50 * MB, "录音")
TYPES = (JPEG, PNG, WEBP, SVG, PDF, MP3, M4A, WAV, OGG, WEBM)
ENDINGS = {t.mime: t.ending for t in TYPES}
IMAGES = {JPEG.mime: "JPEG", PNG.mime: "PNG", WEBP.mime: "WEBP"}
ACCEPT = "image/jpeg,image/png,image/webp,application/pdf,audio/*"
"""For the ``accept`` of upload fields."""
_PICTURE_OR_PDF = (JPEG, PNG, WEBP, PDF)
ALLOWED = {
    "evidence": (*_PICTURE_OR_PDF, MP3, M4A, WAV, OGG, WEBM),
    "signature": (PNG, SVG, JPEG, WEBP, PDF),
    "proof": _PICTURE_OR_PDF,
    "correction": _PICTURE_OR_PDF,
    "offline": (JPEG, PNG, WEBP),
    "portrait": (JPEG, PNG),
    "audio": (MP3, M4A, WAV, OGG, WEBM),
    "other": _PICTURE_OR_PDF,
}


class Altered(RuntimeError):
    """What lies in the store is not what its digest says, or is gone. Never answered with the altered bytes."""


# --- the store -----------------------------------------------------------------------------------------------------


def _path(sha256: str) -> Path:
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise ValueError(f"no digest: {sha256!r}")
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def store(data: bytes) -> str:
    """Keep bytes under their SHA-256 and answer with it. Whole or not at all: written aside, synced, then renamed.

    What lies there already is believed only when it fits its digest.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    target = _path(sha256)
    if intact(sha256):
        return sha256
    fresh = [folder for folder in (target.parent, target.parent.parent) if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, target)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    for folder in (target.parent, *(made.parent for made in fresh)):  # the name is lost with the power until this is done
        _sync(folder)
    return sha256


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def load(sha256: str) -> bytes:
    """The bytes of a digest, checked. Raises ``Altered`` when they are gone or do not fit."""
    try:
        data = _path(sha256).read_bytes()
    except FileNotFoundError as error:
        raise Altered(f"file {sha256} is gone") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Altered(f"file {sha256} was altered")
    return data


def intact(sha256: str) -> bool:
    """Do the stored bytes still fit their digest?"""
    try:
        load(sha256)
    except Altered:
        return False
    return True


# --- what may come in ----------------------------------------------------------------------------------------------


def kind_of(data: bytes) -> Type | None:
    """The type that the content shows; None for anything not accepted. A file's name says nothing."""
    start = data[:16]
    if start.startswith(b"\xff\xd8\xff"):
        return JPEG
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if start[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(start[8:12])
    if start.startswith(b"%PDF-"):
        return PDF
    if start.startswith(b"<svg "):
        return SVG
    return _sound_of(start)


def _sound_of(start: bytes) -> Type | None:
    if start.startswith(b"ID3") or (len(start) > 1 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2):
        return MP3
    if start[4:8] == b"ftyp" and start[8:11] in (b"M4A", b"mp4", b"iso"):
        return M4A
    if start.startswith(b"OggS"):
        return OGG
    return WEBM if start.startswith(b"\x1aE\xdf\xa3") else None


def _limit_word(limit: int) -> str:
    return f"{limit // MB} MB"


def examine(data: bytes, name: str, purpose: str) -> Type:
    """The type of an upload. Refused when it is empty, of another type, too big, broken or a pixel flood."""
    shown = name or "文件"
    if not data:
        raise Refused([Breach(f"“{shown}”是空文件，没有保存。", (Remedy("重新拍照或选择文件"),), "file")])
    allowed = ALLOWED[purpose]
    kind = kind_of(data)
    if kind not in allowed:
        heic = data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"hevc")
        way = "在手机相机设置中改用“兼容性最佳”格式后重拍" if heic else "请改用：" + "、".join(dict.fromkeys(t.ending for t in allowed))
        raise Refused([Breach(f"“{shown}”的文件类型不能用于此处。", (Remedy(way),), "file")])
    if len(data) > kind.limit:
        size = f"{len(data) / MB:.1f} MB"
        raise Refused([Breach(
            f"“{shown}”大小为 {size}，超过{kind.word}的上限 {_limit_word(kind.limit)}。", (Remedy("压缩后重新上传，或分成几个文件"),), "file"
        )])  # fmt: skip
    if kind.mime in IMAGES:
        _decode(data, kind, shown)
    return kind


def _decode(data: bytes, kind: Type, shown: str) -> None:
    broken = Refused([Breach(f"“{shown}”不是完整的图片，没有保存。", (Remedy("重新拍照或选择文件"),), "file")])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=(IMAGES[kind.mime],)) as picture:
                if picture.width * picture.height > PIXELS:
                    raise Refused([Breach(f"“{shown}”像素过多，没有保存。", (Remedy("降低拍照分辨率后重新上传"),), "file")])
                picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused([Breach(f"“{shown}”像素过多，没有保存。", (Remedy("降低拍照分辨率后重新上传"),), "file")]) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise broken from error


def _bytes(upload: Any) -> bytes:
    if isinstance(upload, bytes | bytearray | memoryview):
        return bytes(upload)
    size = getattr(upload, "size", None)
    most = max(t.limit for t in TYPES)
    if size is not None and size > most:
        raise Refused([Breach(f"文件超过上限 {_limit_word(most)}，没有保存。", (Remedy("压缩后重新上传"),), "file")])
    upload.seek(0)
    return upload.read(most + 1)


def keep(
    upload: Any, *, matter: str, purpose: str, actor: Actor, key: str = "", taken_at: datetime | None = None,
    place: str = "", name: str = "",
) -> StoredFile:  # fmt: skip
    """Examine and keep one upload (an uploaded file or bytes) for a matter; answers with its row and digest.

    ``key`` makes a send safe to repeat: the same key in the same matter gives the row of the first time, and is
    refused with other bytes. Errors: ``Refused`` with the reason and the limit.
    """
    data = _bytes(upload)
    name = Path(name or getattr(upload, "name", "") or "").name[:150]
    sent = earlier(matter, key, data)
    if sent is not None:
        return sent
    kind = examine(data, name, purpose)
    sha256 = store(data)
    row = StoredFile(
        sha256=sha256, name=name or f"{purpose}.{kind.ending}", mime=kind.mime, size=len(data), matter=matter,
        purpose=purpose, taken_at=taken_at, place=place or actor.place, uploaded_at=timezone.now(),
        uploaded_by_id=actor.person, key=key,
    )  # fmt: skip
    try:
        with transaction.atomic(), ledger.act("files.keep", actor, about=row, extra={"matter": matter, "sha256": sha256}):
            row.save()
    except IntegrityError:
        sent = earlier(matter, key, data)
        if sent is None:
            raise
        return sent
    return row


def earlier(matter: str, key: str, data: bytes) -> StoredFile | None:
    """The row that an earlier send with this key left, if any."""
    row = StoredFile.objects.filter(matter=matter, key=key).first() if key else None
    if row is not None and row.sha256 != hashlib.sha256(data).hexdigest():
        raise Refused([Breach("同一次上传先后收到两份不同的内容，后一份没有保存。", (Remedy("重新拍照上传"),), "file")])
    return row


def open_file(stored: StoredFile) -> bytes:
    """The bytes as they were sent, checked against the digest. Raises ``Altered``."""
    return load(stored.sha256)


def public_copy(stored: StoredFile) -> tuple[bytes, str]:
    """Bytes and type for readers who are not on the matter: pictures drawn anew, without EXIF (place, device), at most
    ``PUBLIC_EDGE`` wide; other files as they are. Raises ``Altered``."""
    data = load(stored.sha256)
    if stored.mime not in IMAGES:
        return data, stored.mime
    mime = PNG.mime if stored.mime == PNG.mime else JPEG.mime
    return redrawn(data, mime, PUBLIC_EDGE), mime


def redrawn(data: bytes, mime: str, edge: int) -> bytes:
    """A picture drawn anew as PNG or JPEG: upright, no side longer than ``edge``, nothing hidden in it."""
    clear = mime == PNG.mime
    with Image.open(io.BytesIO(data)) as picture:
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((edge, edge))
        plain = Image.new("RGBA" if clear else "RGB", upright.size)
        plain.paste(upright.convert(plain.mode))
    out = io.BytesIO()
    plain.save(out, "PNG" if clear else "JPEG", **({} if clear else {"quality": 85}))
    return out.getvalue()
