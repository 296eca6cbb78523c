"""The few building blocks of which every paper is made.

A kind (see ``kinds``) turns its data into a list of these; ``typeset`` prints them as PDF/A and ``word`` as DOCX, so
that both forms carry the same words. A block is a plain dict and goes to Typst as JSON.

Inline text is a string, or a list of strings and marks: ``{"hei": s}``, ``{"kai": s}``, ``{"small": s}``,
``{"keep": s}`` (no break inside), ``{"tick": bool, "t": s}``, ``{"blank": s, "w": mm, "sign": …}`` (ruled line, filled
or not; ``w`` 0 takes the rest of the line), ``{"right": [...]}`` (own line, flush right), ``{"fill": [...]}``
(rest of the line, flush right), ``{"gap": mm}``, ``{"sign": …}`` (a signature).
"""

WIDTH = 156  # mm, type area
CN = "一二三四五六七八九十"
LONG = 200  # characters; a longer text leaves its table cell
TORN = LONG + 40  # a row with a longer cell may break across pages


def plain(it) -> str:
    """The words of an inline text, without marks."""
    if isinstance(it, str):
        return it
    if isinstance(it, dict):
        if "label" in it:
            return "".join(it["label"])
        return "".join(plain(it.get(k) or "") for k in ("hei", "kai", "small", "keep", "t", "blank", "right", "fill"))
    return "".join(plain(p) for p in it or ())


def texts(it) -> list[str]:
    """Paragraphs of a text given as string with line breaks or as list."""
    return [p for p in (it.split("\n") if isinstance(it, str) else it or []) if p]


def to(name: str) -> dict:
    """The addressee, flush left, with a colon."""
    return {"b": "to", "t": name + "："}


def para(it, indent: bool = True) -> dict:
    """One paragraph of running text."""
    return {"b": "para", "t": it, "indent": indent}


def paras(it) -> list[dict]:
    """Paragraphs from a text with line breaks or a list."""
    return [para(p) for p in texts(it)]


def h1(n: int, words: str) -> dict:
    """Heading of the first rank: 一、…"""
    return {"b": "h1", "t": f"{CN[n - 1]}、{words}"}


def sub(words: str) -> dict:
    """A line in 楷体 that stays with what follows."""
    return {"b": "sub", "t": words}


def points(items) -> list[dict]:
    """Numbered points; the numbers are text, so that copies keep them."""
    return [{"b": "point", "n": f"{i}.", "t": it} for i, it in enumerate(items, 1)]


def note(words: str) -> dict:
    """Small words under a form."""
    return {"b": "note", "t": words}


def group(*blocks) -> dict:
    """Blocks that stay on one page."""
    return {"b": "group", "blocks": list(blocks)}


def annex(title: str, blocks: list[dict]) -> dict:
    """An annex on a new page."""
    return {"b": "annex", "t": title, "blocks": blocks}


def sign_grid(rows: list[list[dict]], tail=None) -> dict:
    """Lines for signatures by hand or on glass, two a row; ``tail`` is an inline text below."""
    return {"b": "signs", "rows": rows, "tail": tail}


def closing(last, receipt: dict | None = None) -> dict:
    """Last words, signature block with the free place for the seal, and receipt: one unbreakable block."""
    return {"b": "closing", "last": texts(last), "receipt": receipt}


def widths(columns) -> list[float]:
    """Column widths in mm; 0 shares what is left of the type area."""
    free = sum(1 for c in columns if not c)
    rest = (WIDTH - sum(columns)) / free if free else 0
    return [c or rest for c in columns]


def label(*lines: str, w: int = 0) -> dict:
    """Cell with a field's name; ``w`` spreads it over that many characters."""
    return {"label": list(lines), "w": w}


def cell(it, span: int = 1, **more) -> dict:
    """Cell of a form."""
    return {"t": it, "span": span, **more}


def form(columns, rows, y: float = 2, **more) -> dict:
    """A ruled form: rows of labels and cells. ``y`` is the inner distance in mm."""
    for row in rows:
        torn = any(len(plain(c)) > TORN for c in row)
        for c in row:
            c["torn"] = torn
    return {"b": "form", "cols": widths(columns), "rows": rows, "y": y, **more}


def table(columns, head, rows, aligns: str, valign: str = "top", size: float = 14, y: float = 1.8, **more) -> dict:
    """A ruled list with a head that repeats. ``aligns`` has one letter, l or c, for each column."""
    body = [{"cells": list(r), "torn": any(len(plain(c)) > TORN for c in r)} for r in rows]
    return {
        "b": "table", "cols": widths(columns), "head": list(head), "rows": body, "aligns": aligns,
        "valign": valign, "size": size, "y": y, **more,
    }  # fmt: skip


def is_long(text: str) -> bool:
    """Whether a text leaves its table cell."""
    return len(text) > LONG


def short(text: str, n: int) -> str:
    """The text, or where to find it when it is too long for a cell."""
    return f"见表后“第{n}项详细情况”。" if is_long(text) else text


def overflow(items) -> list[dict]:
    """The texts that left their cells, at full width."""
    out = []
    for i, text in enumerate(items, 1):
        if is_long(text):
            out += [sub(f"第{i}项详细情况"), *paras(text)]
    return out


def choice(options, chosen) -> list:
    """Boxes to tick."""
    return [{"tick": o in chosen, "t": o} for o in options]


def blank(value: str = "", w: float = 0, sign: dict | None = None) -> dict:
    """A ruled line, filled with a value or a signature when there is one."""
    return {"blank": value or "", "w": w, "sign": sign}
