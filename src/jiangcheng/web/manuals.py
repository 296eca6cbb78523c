"""The manuals of ``docs/manuals``, read as they stand: headings, paragraphs, steps, pictures, articles, and which pages they explain.

Only what the manuals use of Markdown is understood: ``#``, ``##``, ``###``; lists by ``1.`` and ``-``; one picture a line; ``**bold**``,
```code```, ``[words](address)``. A comment after a heading names the addresses that the section explains: ``<!-- officer/scan -->``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

import jiangcheng

FOLDER = Path(jiangcheng.__file__).parents[2] / "docs" / "manuals"
PICTURES = FOLDER.parent / "pictures" / "manuals"
DESKS = ("officer", "planner", "head", "supervisor", "superior", "enterprise", "public", "admin", "leader")
NAME = re.compile(r"[a-z0-9-]+")
_PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\(\.\./pictures/manuals/(?P<name>[a-z0-9-]+)\.png\)")
_INLINE = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`|\[(?P<words>[^\]]+)\]\((?P<to>[^)]+)\)")
_ID = re.compile(r"`([0-9A-Z]+(?:-[0-9A-Za-z]+)+)`")


@dataclass
class Block:
    """A piece of a manual: ``kind`` is h3, p, ol, ul, picture or basis; ``lines`` are its texts, ready for a page."""

    kind: str
    lines: list[SafeString] = field(default_factory=list)
    name: str = ""
    ids: str = ""


@dataclass
class Section:
    """What stands under one heading; ``pages`` are patterns of the addresses that it explains."""

    number: int
    title: str
    pages: tuple[str, ...] = ()
    blocks: list[Block] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"s{self.number}"


@dataclass
class Manual:
    """A manual: its desk, title, first words and sections."""

    desk: str
    title: str
    lead: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def inline(text: str) -> SafeString:
    """A line as a page shows it; everything in it is escaped. Links lead to other manuals, or stay words."""
    out, at = [], 0
    for found in _INLINE.finditer(text):
        out.append(conditional_escape(text[at : found.start()]))
        if found["bold"]:
            out.append(format_html("<b>{}</b>", found["bold"]))
        elif found["code"]:
            out.append(format_html('<span class="quote">{}</span>', found["code"]))
        else:
            desk = found["to"].removesuffix(".md")
            out.append(format_html('<a href="../{}/">{}</a>', desk, found["words"]) if desk in DESKS else conditional_escape(found["words"]))
        at = found.end()
    out.append(conditional_escape(text[at:]))
    return mark_safe("".join(out))  # each part was escaped above


def _line(blocks: list[Block], line: str) -> None:
    """Add a line to the blocks of a section."""
    step = re.match(r"(?:\d+\.|-) ", line)
    if picture := _PICTURE.fullmatch(line):
        blocks.append(Block("picture", [conditional_escape(picture["words"])], name=picture["name"]))
    elif line.startswith("### "):
        blocks.append(Block("h3", [inline(line[4:])]))
    elif line.startswith("依据：") and _ID.search(line):
        blocks.append(Block("basis", ids=" ".join(_ID.findall(line))))
    elif step:
        kind = "ul" if line[0] == "-" else "ol"
        if not blocks or blocks[-1].kind != kind:
            blocks.append(Block(kind))
        blocks[-1].lines.append(inline(line[step.end() :]))
    else:
        blocks.append(Block("p", [inline(line)]))


def parse(desk: str, text: str) -> Manual:
    """The manual in a text."""
    manual = Manual(desk, "")
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("# "):
            manual.title = line[2:]
        elif line.startswith("## "):
            manual.sections.append(Section(len(manual.sections) + 1, line[3:]))
        elif line.startswith("<!--"):
            manual.sections[-1].pages += tuple(line.removeprefix("<!--").removesuffix("-->").split())
        elif line:
            _line(manual.sections[-1].blocks if manual.sections else manual.lead, line)
    return manual


@lru_cache(maxsize=len(DESKS))
def _kept(desk: str, changed: int) -> Manual:
    return parse(desk, (FOLDER / f"{desk}.md").read_text("utf-8"))


def manual(desk: str) -> Manual | None:
    """The manual of a desk, read anew when its file has changed; None where this installation has none."""
    path = FOLDER / f"{desk}.md"
    return _kept(desk, path.stat().st_mtime_ns) if desk in DESKS and path.is_file() else None


def explains(address: str) -> tuple[Manual, Section] | None:
    """The section that explains the page at an address: of all that fit the most exact one."""
    plain, best = address.strip("/"), (0, None)
    for desk in DESKS:
        found = manual(desk)
        for section in found.sections if found else ():
            for pattern in section.pages:
                bare = pattern.strip("/")
                fits = plain == bare or fnmatchcase(plain, f"{bare}/*") or ("*" in bare and fnmatchcase(plain, bare))
                if fits and len(bare) > best[0]:
                    best = (len(bare), (found, section))
    return best[1]


def picture(name: str) -> Path | None:
    """The file of a picture; None for a name that is none."""
    path = PICTURES / f"{name}.png"
    return path if NAME.fullmatch(name) and path.is_file() else None
