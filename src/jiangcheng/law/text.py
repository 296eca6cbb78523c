"""The gazette's own text, read when a page asks for it. It is never part of this repository.

Looked for in ``JIANGCHENG_GAZETTE`` (a file or a folder), then ``data/gazette`` under the var folder, then a folder
``shared/gazette`` beside the repository. Without it every function here answers None, and pages say 未载入公报文本.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from jiangcheng.law import registry

NOT_LOADED = "未载入公报文本"

DECREE_TITLE = "武汉市规范涉企行政检查办法"
FUND_TITLE = "资金管理办法"
_FIRST = re.compile(r"^第一条\s")
_ARTICLE = re.compile(r"^第([一二三四五六七八九十]{1,4})条\s+(.*)$")
_HEADING = re.compile(r"^(第[一二三四五六七八九十]+章\s|第[一二三四五六七八九十]+节\s)")
_NOISE = re.compile(r"^(\s*|-?\s*\d+\s*-?|武汉市人民政府公报|[─—\-]+)$")
_ITEM = re.compile(r"^[-\s]*[(（]([一二三四五六七八九十]+)[)）]\s*")
_NEW = re.compile(r"^(（|\d+\.\s)")
_LABEL = re.compile(r"^（[一二三四五六七八九十]+）[^，。；：、]{1,8}$")
_ENDS = "。；：;:"
_WIDE = str.maketrans({",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "?": "？"})
_NUMBER = {registry.chinese_number(n): n for n in range(1, 100)}

Articles = dict[int, tuple[str, ...]]


def places(var: Path | None = None) -> list[Path]:
    """Where the text may lie, first to last."""
    asked = os.environ.get("JIANGCHENG_GAZETTE")
    if asked:
        return [Path(asked)]
    root = registry.PACKAGE.parent.parent
    folder = var or Path(os.environ.get("JIANGCHENG_VAR") or root / "var")
    return [folder / "data" / "gazette", root.parent / "shared" / "gazette"]


def files(var: Path | None = None) -> list[Path]:
    """The text files of the first place that has any."""
    for place in places(var):
        found = [place] if place.is_file() else sorted(place.glob("*.txt")) if place.is_dir() else []
        if found:
            return found
    return []


def _paragraphs(lines: list[str]) -> tuple[str, ...]:
    """Join what page breaks have torn: a paragraph ends with a full stop, semicolon or colon."""
    done: list[str] = []
    for line in lines:
        line = _ITEM.sub(lambda m: f"（{m[1]}）", line.strip().removeprefix("- ")).translate(_WIDE)
        if done and done[-1][-1] not in _ENDS and not _NEW.match(line) and not _LABEL.match(done[-1]):
            done[-1] += line
        else:
            done.append(line)
    return tuple(done)


def split(text: str, title: str, last: int) -> Articles | None:
    """Articles 1 to ``last`` of the document whose articles follow ``title``; None when they are not there."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if _FIRST.match(line.strip())]
    start = next((i for i in starts if any(title in line for line in lines[max(0, i - 12) : i + 1])), None)
    if start is None:
        return None
    found: dict[int, list[str]] = {}
    number = 0
    for line in map(str.strip, lines[start:]):
        article = _ARTICLE.match(line)
        if article and _NUMBER.get(article[1]) == number + 1:
            number += 1
            found[number] = [article[2]]
        elif number == last and not line:
            break
        elif not _NOISE.match(line) and not _HEADING.match(line):
            found[number].append(line)
    return {n: _paragraphs(body) for n, body in found.items()}


@lru_cache(maxsize=4)
def _read(paths: tuple[tuple[Path, int], ...], title: str, last: int) -> Articles | None:
    for path, _ in paths:
        found = split(path.read_text("utf-8"), title, last)
        if found:
            return found
    return None


def articles(register: str = registry.DECREE, var: Path | None = None) -> Articles | None:
    """Number of the article → its paragraphs, or None when no text is loaded."""
    title, last = (FUND_TITLE, 17) if register == registry.FUND else (DECREE_TITLE, 43)
    return _read(tuple((p, p.stat().st_mtime_ns) for p in files(var)), title, last)


def article(number: int, register: str = registry.DECREE, var: Path | None = None) -> tuple[str, ...] | None:
    """Paragraphs of one article, or None."""
    found = articles(register, var)
    return found.get(number) if found else None
