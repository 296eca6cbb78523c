"""Signatures on glass as pictures: strokes (lists of points) or a PNG, as the phone sent them."""

import base64
import io

from PIL import Image, ImageDraw

INK = "#101820"
PREFIX = "data:image/png;base64,"


LARGEST = 4000  # px a side of a picture sent in


def _size(sign: dict) -> tuple[float, float]:
    """Width and height of the drawing surface; a shape no phone has is brought back to 8 : 1."""
    h = min(max(1.0, float(sign.get("height", 200))), 1e4)
    return min(max(1.0, float(sign.get("width", 600))), 8 * h), h


def trimmed(sign: dict) -> dict:
    """The strokes without the empty surface around them, so that they print large; a PNG stays as it is."""
    dots = [(float(x), float(y)) for s in sign.get("strokes") or () for x, y in s]
    if not dots:
        return sign
    w, h = _size(sign)
    left, top = min(x for x, _ in dots), min(y for _, y in dots)
    wide, high = max(x for x, _ in dots) - left, max(y for _, y in dots) - top
    high = max(high, 0.3 * h, wide / 6)  # a dot or a dash is not blown up
    edge = high / 12
    moved = [[[float(x) - left + edge, float(y) - top + edge] for x, y in s] for s in sign["strokes"]]
    return sign | {"strokes": moved, "width": max(wide, 0.2 * w) + 2 * edge, "height": high + 2 * edge}


def has_picture(sign: dict | None) -> bool:
    """Whether there is something drawn; a typed name has none."""
    return bool(sign and (sign.get("strokes") or sign.get("png")))


def _png_bytes(sign: dict) -> bytes:
    data = base64.b64decode(sign["png"].removeprefix(PREFIX), validate=True)
    out = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
        if max(picture.size) > LARGEST:
            raise ValueError(f"signature picture larger than {LARGEST} px")
        picture.save(out, "PNG")  # drawn anew: nothing but the picture itself goes into a paper
    return out.getvalue()


def svg(sign: dict) -> str:
    """SVG text of a signature, sharp at any size."""
    w, h = _size(sign)
    if sign.get("strokes"):
        lines = "".join(
            '<polyline points="' + " ".join(f"{float(x):.1f},{float(y):.1f}" for x, y in s) + '"/>'
            for s in sign["strokes"]
        )
        body = (
            f'<g fill="none" stroke="{INK}" stroke-width="{h / 40:.1f}" stroke-linecap="round" '
            f'stroke-linejoin="round">{lines}</g>'
        )
    else:
        code = base64.b64encode(_png_bytes(sign)).decode()
        with Image.open(io.BytesIO(base64.b64decode(code))) as picture:
            w, h = picture.size
        body = f'<image width="{w}" height="{h}" href="{PREFIX}{code}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:g} {h:g}" width="{w:g}" height="{h:g}">{body}</svg>'


def png(sign: dict) -> bytes:
    """PNG of a signature, for DOCX."""
    if not sign.get("strokes"):
        return _png_bytes(sign)
    w, h = _size(sign)
    zoom = 600 / h
    picture = Image.new("RGBA", (round(w * zoom), 600), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    for stroke in sign["strokes"]:
        dots = [(float(x) * zoom, float(y) * zoom) for x, y in stroke]
        pen.line(dots if len(dots) > 1 else dots * 2, fill=INK, width=15, joint="curve")
    out = io.BytesIO()
    picture.resize((picture.width // 2, 300)).save(out, "PNG")
    return out.getvalue()
