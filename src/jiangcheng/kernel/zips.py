"""A packed file (xlsx, zip) measured before anybody unpacks it: how many parts, how large, where their names point."""

from __future__ import annotations

import io
import zipfile
import zlib

from jiangcheng.kernel import breaks

MB = 1024 * 1024
MOST_PARTS = 2000
MOST_UNPACKED = 150 * MB
STEP = 256 * 1024


class Unfit(ValueError):
    """The packed file is not to be unpacked; the words say why."""


def measure(data: bytes, most: int = MOST_UNPACKED, *, packed_inside: bool = False) -> int:
    """Bytes that the parts unpack to, counted by unpacking them piece by piece: what a file says of itself is not believed.

    ``packed_inside``: packed files are expected in it (papers as .docx).
    Raises ``Unfit`` for too many or too large parts, names that leave the folder, packed files inside, broken ones.
    """
    if breaks.broken("zip"):
        return 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise Unfit(f"里面有 {len(parts):,} 个部分，超过 {MOST_PARTS:,} 个")
            return _unpacked(packed, parts, most, packed_inside)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, IndexError) as wrong:
        raise Unfit("不是完整的压缩文件") from wrong


def _unpacked(packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo], most: int, packed_inside: bool) -> int:
    total = 0
    for part in parts:
        name = part.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0]:
            raise Unfit("里面的路径指向文件夹之外")
        if part.flag_bits & 0x1:
            raise Unfit("设置了密码")
        with packed.open(part) as content:
            head = b""
            while piece := content.read(STEP):
                head = head or piece[:4]
                total += len(piece)
                if total > most:
                    raise Unfit(f"展开后超过 {most // MB} MB")
        if head == b"PK\x03\x04" and not packed_inside:
            raise Unfit("里面还有压缩文件")
    return total
