"""What an import must know of its kind of rows, and the register of kinds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.parties.models import Import, ImportTrace
from jiangcheng.sheets import MOST_BYTES, MOST_ROWS, Bad, Column, Line

NEW, UPDATE, SAME, BAD = "new", "update", "same", "bad"
KIND_WORDS = {NEW: "新增", UPDATE: "更新", SAME: "不变", BAD: "有误"}


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of the file, checked: what storing it would do, every cell that stands against it, what would be written.

    ``changed`` names (field, before, after) of an update; ``target`` is the row it belongs to.
    """

    line: Line
    kind: str
    bad: tuple[Bad, ...] = ()
    target: Any = None
    changed: tuple[tuple[str, str, str], ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def word(self) -> str:
        return KIND_WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Written:
    """A row that storing wrote: ``before`` is None for a new one, else what its fields held; ``leaf`` where it is recorded."""

    model: type[Model]
    key: Any
    before: Mapping[str, Any] | None = None
    leaf: int | None = None


class Kind:
    """A kind of rows that can be imported. The kinds fill in the attributes and the four verbs.

    ``part`` lines are saved and ``undo_part`` rows taken back by one transaction; ``whole``: lines can only be judged all
    together; ``personal`` fields are masked where differences are shown; ``label`` is the field that names a line.
    """

    slug = ""
    title = ""
    noun = ""
    desk = "admin"
    label = "name"
    columns: tuple[Column, ...] = ()
    notes: tuple[str, ...] = ()
    personal: frozenset[str] = frozenset()
    part = 50
    undo_part = 1000
    whole = False
    most_rows = MOST_ROWS
    most_bytes = MOST_BYTES

    def may(self, actor: Actor, upload: Import) -> None:
        """Raise ``Refused`` unless the actor may import this."""
        raise NotImplementedError

    def lists(self, upload: Import | None) -> Mapping[str, Sequence[str]]:
        """Words for the drop-downs of the template that depend on the database, by field."""
        return {}

    def begin(self, upload: Import) -> Any:
        """What all lines of one pass share: lookups, and what earlier lines said."""
        return None

    def judge(self, shared: Any, lines: Sequence[Line]) -> list[Checked]:
        """Say of each line what storing it would do."""
        raise NotImplementedError

    def save(self, shared: Any, upload: Import, actor: Actor, part: Sequence[Checked]) -> list[Written]:
        """Write new and changed lines, inside a transaction."""
        raise NotImplementedError

    def revert(self, upload: Import, actor: Actor, traces: Sequence[ImportTrace]) -> None:
        """Take rows back; the newest trace first. The default deletes new rows and puts old values back (``undo.revert``)."""
        from jiangcheng.parties.imports import undo  # noqa: PLC0415  undo asks for the kinds

        undo.revert(upload, actor, traces)

    @property
    def wanted(self) -> str:
        """The columns that may not be missing, in words."""
        return "、".join(c.head for c in self.columns if c.required)

    @property
    def heads(self) -> dict[str, str]:
        """Printed heads by field."""
        return {c.field: c.head for c in self.columns}


KINDS: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    """Add a kind; its slug is in ``Import.kind``."""
    KINDS[kind.slug] = kind()
    return kind


def of(upload: Import) -> Kind:
    """The kind of an upload."""
    return KINDS[upload.kind]


def administers(actor: Actor) -> None:
    """Refused unless an administrator acts, or the platform itself."""
    if not actor.has("admin", "system"):
        raise Refused([Breach("您没有导入单位、人员和企业的权限。", (Remedy("请由系统管理员办理"),))])


# ---- what the kinds share ----
def twice(seen: dict[Hashable, int], line: Line, key: Hashable, name: str, word: str) -> list[Bad]:
    """An earlier line bears the same key already; ``seen`` keeps the keys of a pass."""
    if key in seen:
        return [Bad(line.cells[name], line.values.get(name, ""), f"与第 {seen[key]} 行{word}", "删去重复的一行", name)]
    seen[key] = line.n
    return []


def wrong(line: Line, name: str, reason: str, remedy: str) -> Bad:
    """A cell of a line that cannot be taken; the row itself where the column is missing."""
    return Bad(line.cells.get(name) or f"第 {line.n} 行", line.values.get(name, ""), reason, remedy, name)


def chosen(line: Line, name: str, choices: Mapping[str, str]) -> tuple[str, list[Bad]]:
    """Slug of a word from a drop-down ("" when blank)."""
    text = line.values.get(name, "")
    if text and text not in choices:
        return "", [wrong(line, name, f"“{text}”不在可选项中", "改为：" + "".join(f"“{w}”" for w in choices))]
    return choices.get(text, ""), []


def too_long(line: Line, model: type[Model], names: Iterable[tuple[str, str]], heads: Mapping[str, str]) -> list[Bad]:
    """Texts longer than their column in the database; ``names`` pairs the field of the line with that of the model."""
    found = []
    for name, own in names:
        most, text = model._meta.get_field(own).max_length, line.values.get(name, "")
        if most and len(text) > most:
            found.append(wrong(line, name, f"{heads[name]}超过 {most} 个字", "缩短后再导入"))
    return found


def lacking(line: Line, columns: Sequence[Column]) -> list[Bad]:
    """Wanted cells that are blank."""
    return [wrong(line, c.field, f"缺{c.head}", f"填写{c.head}") for c in columns if c.required and not line.values.get(c.field)]


def differing(row: Model, values: Mapping[str, Any], words: Mapping[str, Mapping[Any, str]] | None = None) -> tuple[tuple[str, str, str], ...]:
    """(field, before, after) where values differ from the row; ``words`` shows slugs as people read them."""
    found = []
    for name, value in values.items():
        old = getattr(row, name)
        if old != value:
            shown = (words or {}).get(name, {})
            found.append((name, str(shown.get(old, "" if old is None else old)), str(shown.get(value, "" if value is None else value))))
    return tuple(found)


def judged(line: Line, bad: Sequence[Bad], row: Any, values: Mapping[str, Any], words: Any = None) -> Checked:
    """The usual verdict: bad cells, else new, changed or the same as the row that is there."""
    if bad:
        return Checked(line, BAD, tuple(bad), row)
    if row is None:
        return Checked(line, NEW, values=values)
    changed = differing(row, values, words)
    return Checked(line, UPDATE if changed else SAME, (), row, changed, values)


def kept(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """What fields of a row hold now, for its trace: name → value as text, number or None."""
    found = {}
    for name in names:
        own = row._meta.get_field(name)
        value = getattr(row, own.attname)
        found[own.attname] = value if value is None or isinstance(value, str | int | float | bool) else own.value_to_string(row)
    return found
