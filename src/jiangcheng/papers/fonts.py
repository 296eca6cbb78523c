"""Faces for the papers: the free pair that is installed with the package, and an operator's own folder.

The environment variable ``JIANGCHENG_FONTS`` names a folder (or several, joined as in ``PATH``) with the official
faces (小标宋, 仿宋, 楷体, 黑体) or with a face for rare characters. System fonts are never used, so that the same data
gives the same paper on every machine.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
#: role -> families wanted, best first (the free stand-in is added at the end)
WANTED = {
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong"),
    "fang": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong"),
    "kai": ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti"),
    "hei": ("SimHei", "黑体", "STHeiti"),
    "song": ("SimSun", "宋体", "STSong"),
}
BOLD = 600


def folders() -> list[str]:
    """Font folders, the operator's first; a folder that does not exist is left out."""
    own = [p for p in os.environ.get("JIANGCHENG_FONTS", "").split(os.pathsep) if p and Path(p).is_dir()]
    return [*own, str(pylopdf_fonts_zh_cn.serif_path().parent)]


@dataclass(frozen=True, eq=False)
class Faces:
    """What one set of folders offers: the loaded fonts and, for each role, the families in order.

    ``title_bold`` says how the title is made heavy: "face" (the face is heavy by itself), "weight" (a bold weight is
    at hand) or "stroke" (drawn with a thin outline, because the free package carries no bold serif).
    """

    fonts: typst.Fonts
    roles: dict[str, list[str]]
    title_bold: str


def arrange(families: list[str], heavy_serif: bool) -> tuple[dict[str, list[str]], str]:
    """Roles and ``title_bold`` for the families at hand; the free stand-ins close each list."""
    known = {f.casefold(): f for f in families}
    roles = {}
    for role, wanted in WANTED.items():
        free = [SANS, SERIF] if role == "hei" else [SERIF, SANS]
        roles[role] = [known[w.casefold()] for w in wanted if w.casefold() in known] + free
    if roles["title"][0] != SERIF:
        return roles, "face"
    return roles, "weight" if heavy_serif else "stroke"


@lru_cache(maxsize=4)
def _load(paths: tuple[str, ...]) -> Faces:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(paths))
    heavy = any(f.family == SERIF and f.weight >= BOLD for f in fonts.fonts())
    return Faces(fonts, *arrange(fonts.families(), heavy))


def faces() -> Faces:
    """The faces of this installation; loaded once for each set of folders."""
    return _load(tuple(folders()))
