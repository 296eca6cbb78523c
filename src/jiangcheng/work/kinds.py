"""What waits for whom, and what things are called: declared by each package beside its flow, read by 待办, 已办 and 我发起.

    waiting("visit.approve", Visit, "审批检查方案", "head", queries.to_approve, due="window_start", page=("head-visit", "number"))

A kind of work answers with a queryset of what waits for an actor now; nothing is written down twice, so a list of work
cannot say anything that the flow does not. ``subject`` declares how a thing is shown that people started or handled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from jiangcheng.kernel.actor import Actor

Page = tuple[str, str]
"""Name of a page and the attribute of the record that its address carries (empty: none)."""


@dataclass(frozen=True)
class Kind:
    """One kind of work. ``due``: field of the day by which it is to be done, ``since``: of the day from which it waits (either may
    be empty). ``search``: way from the record to what is indexed (empty: itself, ``-``: nothing is). ``may`` tells whether a certain
    colleague may do it; without it the work is personal and cannot be handed over."""

    slug: str
    model: type[Model]
    word: str
    role: str
    rows: Callable[[Actor], QuerySet]
    page: Page
    due: str = ""
    since: str = ""
    search: str = ""
    title: Callable[[Any], str] = str
    also: tuple[str, ...] = ()
    may: Callable[[Actor, Any], bool] | None = None

    @property
    def shared(self) -> bool:
        """Can it be handed over?"""
        return self.may is not None

    def address(self, record: Any) -> tuple[str, list[Any]]:
        """Name of the page and its arguments."""
        name, attribute = self.page
        return name, [at(record, attribute)] if attribute else []


@dataclass(frozen=True)
class Subject:
    """One kind of thing: its word, the title of a record, pages by role, whom it waits for in a state, how it is taken back.
    ``search`` as in ``Kind``."""

    model: type[Model]
    word: str
    title: Callable[[Any], str]
    pages: dict[str, Page]
    holder: dict[str, tuple[str, str]] = field(default_factory=dict)
    """State → (role, word of who has it now)."""
    holders: Callable[[Any, str], list[int]] = lambda record, role: []
    """Accounts that have it now: whom a reminder reaches."""
    starts: tuple[str, ...] = ()
    withdraw: Callable[[Actor, Any], Any] | None = None
    withdraw_step: str = ""
    flow: Any = None
    search: str = ""
    related: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How the ledger names the table."""
        return self.model._meta.label


KINDS: dict[str, Kind] = {}
SUBJECTS: dict[str, Subject] = {}


def at(record: Any, attribute: str) -> Any:
    """``item.code`` of a record: attributes with dots between."""
    for name in attribute.split("."):
        record = getattr(record, name)
    return record


def waiting(slug: str, model: type[Model], word: str, role: str, rows: Callable[[Actor], QuerySet], **more: Any) -> None:
    """Declare a kind of work; twice is an error."""
    if slug in KINDS:
        raise RuntimeError(f"{slug}: declared twice")
    KINDS[slug] = Kind(slug, model, word, role, rows, **more)


def subject(model: type[Model], word: str, title: Callable[[Any], str], pages: dict[str, Page], **more: Any) -> None:
    """Declare a kind of thing; twice is an error."""
    made = Subject(model, word, title, pages, **more)
    if made.label in SUBJECTS:
        raise RuntimeError(f"{made.label}: declared twice")
    SUBJECTS[made.label] = made
