"""Papers as PDF/A-2b, and as pictures for the screen, set by Typst."""

import copy as copying
import datetime as dt
import io
import json
import re
import threading
from functools import lru_cache
from pathlib import Path

import segno
import typst
from PIL import Image

from jiangcheng.papers.fonts import Faces, faces

from . import letters, signature
from .check import check
from .kinds import KINDS, blocks

TEMPLATE = Path(__file__).parent / "templates" / "paper.typ"
PITCH = 29.0  # pt
TIGHTER = (28.5, 28.0, 27.5, 27.0, 26.5)
CHINA = dt.timezone(dt.timedelta(hours=8))
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed')
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_here = threading.local()


class MissingGlyph(ValueError):
    """A character for which no face at hand has a form. ``chars`` holds them; the text of the error is for people.

    A name is never written otherwise than it is: the paper waits for a face that has the character.
    """

    def __init__(self, chars: str):
        self.chars = chars
        listed = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in chars)
        super().__init__(
            f"现有字库缺少字符{listed}，暂不能生成文书。"
            "请管理员在字体目录中加入含有该字的字体后重新生成，系统不会改写原文。"
        )


def clean(it):
    """The data without control characters, which no paper can show; nothing visible is changed."""
    if isinstance(it, str):
        return _CONTROL.sub("", it.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(it, dict):
        return {k: clean(v) for k, v in it.items()}
    if isinstance(it, (list, tuple)):
        return [clean(v) for v in it]
    return it


def several(it) -> list[str]:
    """A name given alone or as a list."""
    return list(it) if isinstance(it, (list, tuple)) else [it]


@lru_cache(maxsize=64)
def qr(url: str) -> segno.QRCode:
    """The QR of an address. Both forms of a paper show it, and its masks are slow to weigh."""
    return segno.make_qr(url, error="m")


def qr_svg(url: str) -> str:
    """The QR picture of an address as SVG text, without border."""
    out = io.BytesIO()
    qr(url).save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def qr_png(url: str) -> bytes:
    """The QR picture of an address as PNG, ten dots a module, without border."""
    matrix, out = qr(url).matrix, io.BytesIO()
    size = len(matrix)
    dots = Image.frombytes("L", (size, size), bytes(0 if dark else 255 for row in matrix for dark in row))
    dots.resize((size * 10, size * 10), Image.Resampling.NEAREST).convert("1").save(out, "PNG")
    return out.getvalue()


def _signed(it):
    """A copy in which each signature carries its drawing as SVG."""
    if isinstance(it, list):
        return [_signed(v) for v in it]
    if not isinstance(it, dict):
        return it
    out = {k: _signed(v) for k, v in it.items()}
    sign = out.get("sign")
    if isinstance(sign, dict):
        out["sign"] = {"name": sign.get("name", "")} | ({"svg": signature.svg(signature.trimmed(sign))} if signature.has_picture(sign) else {})
    return out


def sign_foot(kind: str, data: dict) -> dict | None:
    """The line for signatures at the foot of each page; only 现场检查笔录 has one."""
    if kind != "record":
        return None
    s = data.get("signatures") or {}
    return {"firm": s.get("firm"), "officers": s.get("lead"), "date": data["date"] if s.get("firm") else ""}


def meta(kind: str, data: dict) -> dict:
    """What stands around the blocks: title, number, foot, signature, watermark."""
    foot = sign_foot(kind, data)
    if foot:
        foot = _signed([{"sign": foot["firm"]}, {"sign": foot["officers"]}]) + [foot["date"]]
        foot = {"firm": foot[0]["sign"], "officers": foot[1]["sign"], "date": foot[2]}
    mark = data.get("watermark") or ""
    return {
        "title": data.get("title") or KINDS[kind],
        "number": data.get("number") or "",
        "body": several(data["body"]),
        "sign": several(data.get("sign") or data["body"]),
        "date": data["date"],
        "copies": list(data.get("copies") or ()),
        "verify": {"hint": "扫码可核对本文书编号、单位、日期和存证状态"} | data["verify"],
        "watermark": mark,
        "screen": bool(data.get("screen")),
        "sign_foot": foot,
        "keywords": [mark] if mark else [],
    }


def _inputs(kind: str, data: dict, copy: int, face: Faces, layout: bytes | None) -> dict[str, str]:
    check(kind, data)
    data = clean(copying.deepcopy(data))
    paper = {"meta": meta(kind, data), "blocks": _signed(letters.layout(kind, layout, data) if layout else blocks(kind, data))}
    return {
        "data": json.dumps(paper, ensure_ascii=False),
        "faces": json.dumps(face.roles),
        "bold": face.title_bold,
        "qr": qr_svg(data["verify"]["url"]),
        "copy": str(copy),
    }


def _stamp(date: str) -> dt.datetime:
    """Time of making for the file: the paper's own day, so that the same data gives the same bytes."""
    found = re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})日", date)
    return dt.datetime(*(map(int, found.groups())), tzinfo=CHINA) if found else dt.datetime(2000, 1, 1, tzinfo=CHINA)


def _compiler(face: Faces) -> typst.Compiler:
    kept = getattr(_here, "compiler", None)
    if kept is None or kept[0] is not face:
        made = typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=face.fonts, ignore_system_fonts=True)
        kept = _here.compiler = (face, made)
    return kept[1]


def _compile(inputs: dict[str, str], pitch: float, **options):
    compiler = _compiler(faces())
    try:
        out = compiler.compile(sys_inputs=inputs | {"pitch": str(pitch)}, **options)
    except typst.TypstError as error:
        found = _MISSING.findall(error.diagnostic or "")
        if not found:
            raise
        raise MissingGlyph("".join(dict.fromkeys("".join(map(_unescape, found))))) from error
    return out, json.loads(compiler.query("<facts>", field="value", one=True))["pages"]


def _unescape(text: str) -> str:
    """The characters behind the compiler's quoted form of a text."""
    return re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: chr(int(m[1], 16)), text).replace("\\\\", "\\").replace('\\"', '"')


@lru_cache(maxsize=32)
def _tightest(inputs: tuple[tuple[str, str], ...], day: dt.datetime, _face: Faces) -> tuple[bytes, int, float]:
    """PDF, pages and pitch: the widest line pitch from 29 to 26.5 pt that saves a page; 29 pt when none does."""
    options = {"pdf_standards": ["a-2b"], "timestamp": day}
    best, most = _compile(dict(inputs), PITCH, **options)
    if most == 1 or _compile(dict(inputs), TIGHTER[-1], **options)[1] >= most:
        return best, most, PITCH
    for pitch in TIGHTER:
        out, count = _compile(dict(inputs), pitch, **options)
        if count < most:
            return out, count, pitch
    return best, most, PITCH


def _set(kind: str, data: dict, copy: int = 1, layout: bytes | None = None) -> tuple[dict[str, str], bytes, int, float]:
    """Inputs, PDF, pages and pitch of a paper."""
    face = faces()
    inputs = _inputs(kind, data, copy, face, layout)
    return inputs, *_tightest(tuple(inputs.items()), _stamp(clean(data["date"])), face)


def pdf(kind: str, data: dict, *, copy: int = 1, layout: bytes | None = None) -> bytes:
    """One paper as PDF/A-2b. ``copy`` chooses the 联 named at the foot (1 is the first); ``layout`` is a template of the
    wording (``letters``), else the kind's own.

    Errors: ``UnknownKind`` and ``MissingFields`` for wrong data, ``MissingGlyph`` for a character without a face.
    The same data and faces give the same bytes. The last papers are kept in memory.
    """
    return _set(kind, data, copy, layout)[1]


def pages(kind: str, data: dict, layout: bytes | None = None) -> int:
    """Number of pages the paper has as PDF."""
    return _set(kind, data, layout=layout)[2]


def png(kind: str, data: dict, page: int = 1, *, copy: int = 1, ppi: float = 110) -> bytes:
    """One page of a paper as PNG for the screen; the first is 1. IndexError when there is no such page."""
    inputs, _, count, pitch = _set(kind, data, copy)
    if not 1 <= page <= count:
        raise IndexError(f"paper has {count} pages, page {page} was asked for")
    out, _ = _compile(inputs, pitch, format="png", ppi=ppi)
    return out[page - 1] if isinstance(out, list) else out
