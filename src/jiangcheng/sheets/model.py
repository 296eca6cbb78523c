"""What a table is made of: columns that are asked for, cells that cannot be taken, lines as read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

TEXT, LINES, DIGITS, CODE, DAY, PERCENT = "text", "lines", "digits", "code", "day", "percent"


@dataclass(frozen=True)
class Column:
    """A column of a table: field, printed head, other heads it is known by, words for choices, hint, width.

    ``kind`` says how a cell is made tidy: ``text`` (one line, as written), ``lines`` (line breaks stay), ``digits`` (full-width
    digits and letters made narrow), ``code`` (the same, without any blank, never a number), ``day`` (any usual way of writing a
    date becomes 2026-03-01), ``percent`` (0.2 becomes 20%).
    """

    field: str
    head: str
    also: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    hint: str = ""
    width: int = 18
    required: bool = False
    kind: str = TEXT


@dataclass(frozen=True)
class Bad:
    """One cell that cannot be taken: its address, what stands there, why not, what to do."""

    cell: str
    value: str
    reason: str
    remedy: str
    field: str = ""

    @property
    def long(self) -> bool:
        """Does the text need more than one line to be mended?"""
        return len(self.value) > 40 or "\n" in self.value


class Unreadable(Exception):
    """The file as a whole cannot be read; ``bad`` says where and why."""

    def __init__(self, *bad: Bad) -> None:
        self.bad = bad
        super().__init__("；".join(f"{b.cell} {b.reason}".strip() for b in bad))


class Cells(Mapping[str, str]):
    """Addresses of a line by field (B17), made from the letters of the columns when they are asked for."""

    __slots__ = ("letters", "n")

    def __init__(self, letters: Mapping[str, str], n: int) -> None:
        self.letters, self.n = letters, n

    def __getitem__(self, name: str) -> str:
        return f"{self.letters[name]}{self.n}"

    def __iter__(self) -> Iterator[str]:
        return iter(self.letters)

    def __len__(self) -> int:
        return len(self.letters)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet: number as Excel counts, tidy texts by field, addresses by field, what was wrong in the cells themselves."""

    n: int
    values: dict[str, str]
    cells: Mapping[str, str]
    faults: tuple[Bad, ...] = field(default=())
