"""Photos on enforcement certificates: taken in, kept under their digest, given out only unaltered.

The certificate's row holds the digest, so the ledger knows which picture stood on it on which day.
"""

from __future__ import annotations

import io
from typing import Any

import structlog
from PIL import Image, ImageDraw

from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers import files
from jiangcheng.parties.models import Certificate

log = structlog.get_logger(__name__)

LIMIT = 5 * files.MB
SMALLEST = (240, 320)
"""Width and height in pixels below which a face cannot be told on a phone."""
EDGE = 800
"""Longest side of the picture kept, in pixels."""
ACCEPT = "image/jpeg,image/png"


def keep(upload: Any) -> str:
    """Examine a photo for a certificate, draw it anew as JPEG (upright, no EXIF), keep it; answers with its digest.

    Errors: ``Refused`` on the field ``photo`` when it is no JPEG or PNG, too big, too small, or wider than high.
    """
    data, name = upload.read(LIMIT + 1), getattr(upload, "name", "") or "照片"
    if len(data) > LIMIT:
        raise _refused(f"“{name}”超过证件照片的上限 5 MB。", "压缩后重新选择")
    try:
        files.examine(data, name, "portrait")
    except Refused as refused:
        raise Refused([Breach(b.sentence, b.remedies, "photo") for b in refused.breaches]) from None
    plain = files.redrawn(data, files.JPEG.mime, EDGE)
    with Image.open(io.BytesIO(data)) as sent, Image.open(io.BytesIO(plain)) as upright:
        big_enough = min(sent.size) >= SMALLEST[0] and max(sent.size) >= SMALLEST[1]
        if not big_enough:
            raise _refused(f"“{name}”只有 {sent.width}×{sent.height} 像素，看不清面容。", "换用不小于 240×320 像素的照片")
        if upright.width > upright.height:
            raise _refused(f"“{name}”是横向照片，证件照片须为竖向。", "裁成竖向（宽小于高）后重新选择")
    return files.store(plain)


def _refused(sentence: str, way: str) -> Refused:
    return Refused([Breach(sentence, (Remedy(way),), "photo")])


def certificate_photo(certificate: Certificate) -> tuple[bytes, str] | None:
    """Bytes and type of the photo on a certificate; None when there is none or it is not the one that was taken in."""
    if not certificate.photo:
        return None
    try:
        return files.load(certificate.photo), files.JPEG.mime
    except files.Altered:
        log.error("portrait", certificate=certificate.number, digest=certificate.photo)
        return None


# --- drawn portraits for generated people ---------------------------------------------------------------------------

PAPER = ("#DCE8F5", "#E3EFE6", "#F3EBDD", "#E9E4F2")
HAIR = ("#2B2B33", "#3A2E2A", "#4A4A52")
SKIN = ("#F2D2B6", "#E9C3A0", "#F5DCC6")
COAT = ("#27456F", "#1F3A5F", "#34506B")
SCALE = 2
"""Drawn this much larger, then shrunk, so that edges are smooth."""


def drawn(seed: int, *, long_hair: bool = False) -> bytes:
    """A portrait that is plainly a drawing: flat colours, features of nobody, hatched foot. The same for the same seed."""
    w, h = 300, 400
    big = Image.new("RGB", (w * SCALE, h * SCALE), PAPER[seed % len(PAPER)])
    pen = ImageDraw.Draw(big)
    _shoulders(pen, COAT[seed % len(COAT)])
    _head(pen, seed, long_hair)
    _foot(pen, w, h)
    out = io.BytesIO()
    big.resize((w, h), Image.Resampling.BILINEAR).save(out, "JPEG", quality=80)
    return out.getvalue()


def _at(*numbers: float) -> list[int]:
    return [round(n * SCALE) for n in numbers]


def _shoulders(pen: ImageDraw.ImageDraw, coat: str) -> None:
    pen.rounded_rectangle(_at(38, 292, 262, 470), 70 * SCALE, fill=coat)
    pen.polygon(_at(112, 292, 188, 292, 150, 352), fill="#F7F9FB")
    pen.polygon(_at(144, 306, 156, 306, 161, 366, 150, 380, 139, 366), fill="#34506B")


def _head(pen: ImageDraw.ImageDraw, seed: int, long_hair: bool) -> None:
    skin, hair = SKIN[seed // 2 % len(SKIN)], HAIR[seed // 3 % len(HAIR)]
    if long_hair:
        pen.rounded_rectangle(_at(78, 96, 222, 296), 66 * SCALE, fill=hair)
    pen.rounded_rectangle(_at(128, 240, 172, 312), 20 * SCALE, fill=skin)
    pen.ellipse(_at(90, 100, 210, 268), fill=skin)
    pen.pieslice(_at(84, 82, 216, 250), 180, 360, fill=hair)
    pen.rectangle(_at(90, 160, 210, 176 + seed % 3 * 4), fill=skin)
    for x in (126, 174):
        pen.ellipse(_at(x - 6, 186, x + 6, 198), fill="#26303C")
        pen.line(_at(x - 12, 174, x + 12, 172), fill=hair, width=3 * SCALE)
        if seed % 4 == 3:
            pen.ellipse(_at(x - 19, 174, x + 19, 210), outline="#26303C", width=2 * SCALE)
    pen.arc(_at(132, 214, 168, 238), 25, 155, fill="#A6604F", width=3 * SCALE)


def _foot(pen: ImageDraw.ImageDraw, w: int, h: int) -> None:
    """Strokes across the lower edge, so that nobody takes the drawing for a photo."""
    for x in range(-h, w, 14):
        pen.line(_at(x, h, x + 34, h - 34), fill="#8792A2", width=SCALE)
    pen.rectangle(_at(0, 0, w - 1, h - 1), outline="#8792A2", width=2 * SCALE)
