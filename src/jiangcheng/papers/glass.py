"""Signatures on glass: from what the phone sends (strokes or PNG) to a kept file, and back to the drawing on a paper.

What comes in as SVG is read for its lines alone and drawn anew, so that nothing else of it is ever kept or shown.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers import files
from jiangcheng.papers.models import StoredFile
from jiangcheng.papers.render import signature

MOST_POINTS = 20_000
FARTHEST = 1e6
"""No glass is larger, in pixels; what is no number at all is not within it either."""
PNG_URL = "data:image/png;base64,"
_NUMBER = r"-?\d{1,5}(?:\.\d{1,6})?"
_PAIR = re.compile(rf"({_NUMBER})[\s,]+({_NUMBER})")
_LINES = re.compile(r'<(?:polyline\b[^>]*?\bpoints|path\b[^>]*?\bd)="([^"]*)"')
_BOX = re.compile(rf'viewBox="0 0 ({_NUMBER}) ({_NUMBER})"')


def _unreadable() -> Refused:
    return Refused([Breach("没有收到签名笔迹。", (Remedy("请在签名框内重新签名"),), "signature")])


def _from_svg(text: str) -> dict[str, Any]:
    box = _BOX.search(text)
    strokes = []
    for line in _LINES.findall(text):
        for part in re.split("[Mm]", line):
            points = [[float(x), float(y)] for x, y in _PAIR.findall(part)]
            if points:
                strokes.append(points)
    return {"strokes": strokes, "width": float(box[1]) if box else 600, "height": float(box[2]) if box else 200}


def _strokes(source: Any) -> dict[str, Any]:
    if isinstance(source, str) and source.lstrip().startswith("<svg"):
        return _from_svg(source)
    try:
        found = json.loads(source) if isinstance(source, str) else source
        found = found if isinstance(found, dict) else {"strokes": found}
        strokes = [[[float(p[0]), float(p[1])] for p in stroke] for stroke in found["strokes"] if stroke]
        return {"strokes": strokes, "width": float(found.get("width", 600)), "height": float(found.get("height", 200))}
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise _unreadable() from error


def drawn(source: Any) -> bytes:
    """The file of a signature: our own SVG of the strokes, or the PNG as sent. Refused when nothing was drawn."""
    if isinstance(source, bytes | bytearray) and not bytes(source).lstrip().startswith(b"<svg"):
        return bytes(source)
    if isinstance(source, bytes | bytearray):
        source = bytes(source).decode("utf-8", "replace")
    if isinstance(source, str) and source.startswith(PNG_URL):
        try:
            return base64.b64decode(source.removeprefix(PNG_URL), validate=True)
        except binascii.Error as error:
            raise _unreadable() from error
    sign = _strokes(source)
    numbers = [sign["width"], sign["height"], *(x for stroke in sign["strokes"] for point in stroke for x in point)]
    count = sum(map(len, sign["strokes"]))
    if count < 2 or count > MOST_POINTS or not all(abs(x) <= FARTHEST for x in numbers):
        raise _unreadable()
    return signature.svg(sign).encode()


def keep(source: Any, *, matter: str, actor: Actor, key: str = "", name: str = "") -> StoredFile:
    """Keep a signature drawn on glass: strokes (list, JSON or SVG) or PNG (bytes or data URL)."""
    return files.keep(drawn(source), matter=matter, purpose="signature", actor=actor, key=key, name=name or "签名")


def printed(stored: StoredFile | None, name: str, time: str = "") -> dict[str, Any]:
    """A signature as papers print it: the drawing where there is one, else the typed name."""
    sign: dict[str, Any] = {"name": name, "time": time}
    if stored is None:
        return sign
    data = files.open_file(stored)
    if stored.mime == files.SVG.mime:
        return sign | _from_svg(data.decode())
    if stored.mime == files.PNG.mime and stored.purpose == "signature":
        return sign | {"png": base64.b64encode(data).decode()}
    return sign
