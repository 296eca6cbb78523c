"""Small papers and files for the tests of papers."""

from __future__ import annotations

import io

from PIL import Image

from jiangcheng.papers import issue, render

FRAME = ("title", "body", "sign", "number", "date", "copies", "watermark", "screen", "verify")


def fields(kind: str, world=None, **changes) -> dict:
    """A kind's own fields from the generated sample, addressed to the world's enterprise."""
    data = {k: v for k, v in render.sample(kind).items() if k not in FRAME}
    if world is not None and "enterprise" in data:
        data["enterprise"] |= {"name": world.enterprise.name, "uscc": world.enterprise.uscc}
    return data | changes


def make(world, kind: str = "result", matter: str = "M-1", actor: str = "officer1", **changes):
    """Issue one paper of the world's body."""
    return issue.issue(
        kind, body=world.body, matter_kind="visit", matter=matter, data=fields(kind, world, **changes), actor=world.actor(actor),
        demo=True,
    )


def picture(form: str = "JPEG", size=(60, 40), **save) -> bytes:
    """A picture's bytes."""
    out = io.BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(out, form, **save)
    return out.getvalue()


def picture_with_place() -> bytes:
    """A JPEG whose EXIF tells place and device."""
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (30.0, 33.0, 0.0)
    return picture(exif=exif)


STROKES = {"strokes": [[[10, 10], [80, 60], [120, 30]], [[150, 20], [200, 90]]], "width": 600, "height": 200}
