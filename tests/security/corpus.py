"""Files that somebody may send with bad intent, each with what it is."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (400, 500), **more) -> bytes:
    """An honest picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 120, 40)).save(out, kind, **more)
    return out.getvalue()


def with_place() -> bytes:
    """A photo as a phone takes it: maker, model, GPS."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "PhoneMaker", "Model X"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 33.0, 0.0), 3: "E", 4: (114.0, 18.0, 0.0)})
    return picture(exif=exif)


def packed(**parts: bytes) -> bytes:
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in parts.items():
            z.writestr(name, data)
    return out.getvalue()


@cache
def bomb(megabytes: int = 151) -> bytes:
    """A workbook of some kilobytes that unfolds into many megabytes."""
    return packed(**{"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": b" " * (megabytes * 1024 * 1024)})


def liar() -> bytes:
    """A bomb whose directory says that its part is small."""
    data = bytearray(bomb())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.rfind(mark)
        data[place + at : place + at + 4] = struct.pack("<I", 100)
    return bytes(data)


def flood(kind: str = "PNG") -> bytes:
    """A small picture file that says it has 3.6 thousand million pixels."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SCRIPT = b"<script>alert(1)</script>"
BAD: dict[str, tuple[str, bytes]] = {
    "html as jpg": ("照片.jpg", b"<!doctype html><html>" + SCRIPT),
    "jpeg with html": ("照片.jpg", picture(comment=b"<html>" + SCRIPT)),
    "jpeg with zip behind": ("照片.jpg", picture() + packed(**{"a.txt": b"a"})),
    "png with php": ("照片.png", picture("PNG") + b"<?php system($_GET['c']); ?>"),
    "pdf with zip behind": ("证明.pdf", PDF + packed(**{"run.exe": b"MZ"})),
    "pdf that runs script": ("证明.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")),
    "pdf with a file inside": ("证明.pdf", PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 2 0 R>>")),
    "svg with script": ("签名.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
    "svg with handler": ("签名.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'),
    "svg with foreign picture": ("签名.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://a.invalid/x"/></svg>'),
    "svg with entity": ("签名.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><path d="&x;"/></svg>'),
    "pixel flood": ("大图.png", flood()),
    "program": ("照片.jpg", b"MZ\x90\x00program"),
    "double ending": ("照片.jpg.exe", b"MZ\x90\x00program"),
    "empty": ("空.jpg", b""),
    "cut off": ("坏.jpg", picture()[:300]),
    "gif": ("图.gif", b"GIF89a" + b"\0" * 40),
    "zip": ("资料.zip", packed(**{"a.txt": b"a"})),
}
NAMES = {
    "../../etc/passwd": "passwd", "..\\..\\windows\\win.ini": "win.ini", "/etc/shadow": "shadow", "C:\\a\\b.jpg": "b.jpg",
    "照片\u202egpj.exe": "照片gpj.exe", "a\x00b\nc.jpg": "abc.jpg", "照片.jpg": "照片.jpg", "...": "", "x" * 400 + ".jpg": "x" * 150,
}
"""Name as sent -> name as kept."""
WORKBOOKS = {
    "bomb": bomb(), "bomb that lies": liar(),
    "path outside": packed(**{"../../evil.xml": b"x"}),
    "packed inside": packed(**{"a.zip": packed(a=b"a")}),
    "too many parts": packed(**{f"p{n}": b"" for n in range(2100)}), "not whole": packed(a=b"a" * 500)[:80], "empty": b"", "text": b"a,b\n1,2\n",
}
