"""The ledger: every act leaves a leaf in the transaction of the act (minimal form, replaced by the full protocol)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel.actor import Actor


class Unrecorded(RuntimeError):
    """An audited row was written outside ``ledger.act``."""


@dataclass(frozen=True)
class Receipt:
    """What the actor takes away: number of the leaf and the signed promise (JSON text)."""

    number: str
    promise: str = ""


@dataclass
class Act:
    name: str
    actor: Actor
    about: Any
    rows: list[Any] = field(default_factory=list)
    receipt: Receipt | None = None


_current: ContextVar[Act | None] = ContextVar("act", default=None)


def touch(row: Any, *, gone: bool = False) -> None:
    act = _current.get()
    if act is None:
        raise Unrecorded(f"{type(row).__name__} written outside ledger.act")
    act.rows.append((row, gone))


@contextmanager
def act(
    name: str, actor: Actor, *, about: Any = None, duties: Iterable[str] = (), opinion: str = "",
    move: tuple[str, str] | None = None, also: Sequence[Any] = (), extra: dict[str, Any] | None = None,
) -> Iterator[Act]:
    """Everything audited that is written inside is digested into one leaf, inserted in the same transaction."""
    from jiangcheng.kernel.models import Leaf  # noqa: PLC0415

    with transaction.atomic():
        mine = Act(name, actor, about, [(r, False) for r in also])
        token = _current.set(mine)
        try:
            yield mine
        finally:
            _current.reset(token)
        subject = about if about is not None else (mine.rows[0][0] if mine.rows else None)
        leaf = Leaf.objects.create(
            act=name, subject_kind=subject._meta.label if subject is not None else "", subject_id=str(getattr(subject, "pk", "")),
            actor=actor.person, actor_name=actor.name, body=actor.body, body_name=actor.body_name, opinion=opinion,
            source=move[0] if move else "", target=move[1] if move else "", at=timezone.now(),
            entry=json.dumps({"duties": list(duties), "extra": extra or {}}, ensure_ascii=False, default=str),
        )
        mine.receipt = Receipt(f"{leaf.pk:010d}")


def history(record: Any) -> Any:
    """Leaves about a record, oldest first (办理过程)."""
    from jiangcheng.kernel.models import Leaf  # noqa: PLC0415

    return Leaf.objects.filter(subject_kind=record._meta.label, subject_id=str(record.pk)).order_by("id")
