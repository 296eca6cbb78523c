"""Reading papers, deliveries, files and packages; what of them is visible follows the matter they belong to.

An upper layer tells which matters of a kind an actor may know::

    @matter("visit")
    def visits(actor): return scope(actor, Visit.objects.all()).values("number")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.papers import issue, numbers
from jiangcheng.papers.models import ArchivePackage, Delivery, Paper, StoredFile
from jiangcheng.parties.scope import STAFF, register

Matters = Callable[[Actor], Any]
MATTERS: dict[str, Matters] = {}
FOR_FIRM = ("notice", "record", "stop", "correct", "result", "amendment", "delivery")
"""Kinds of paper that the enterprise may read."""
FILES_FOR_FIRM = ("evidence", "audio", "correction", "signature")


def matter(kind: str) -> Callable[[Matters], Matters]:
    """Declare which matters of a kind an actor may know of: a query of one column, the matter's number."""

    def wrap(known: Matters) -> Matters:
        if kind in MATTERS:
            raise RuntimeError(f"{kind}: two rules of visibility")
        MATTERS[kind] = known
        return known

    return wrap


def _known(actor: Actor) -> Q:
    """Condition on ``matter`` alone, over all kinds of matter."""
    found = Q(pk__in=[])
    for known in MATTERS.values():
        found |= Q(matter__in=known(actor))
    return found


@register(Paper)
def _papers(actor: Actor, queryset: Any) -> Any:
    found = Q(pk__in=[])
    for kind, known in MATTERS.items():
        found |= Q(matter_kind=kind, matter__in=known(actor))
    queryset = queryset.filter(found)
    return queryset.filter(kind__in=FOR_FIRM) if actor.has("enterprise") else queryset


@register(Delivery)
def _deliveries(actor: Actor, queryset: Any) -> Any:
    return queryset.filter(_known(actor))


@register(StoredFile)
def _files(actor: Actor, queryset: Any) -> Any:
    queryset = queryset.filter(_known(actor))
    return queryset.filter(purpose__in=FILES_FOR_FIRM) if actor.has("enterprise") else queryset


@register(ArchivePackage)
def _packages(actor: Actor, queryset: Any) -> Any:
    return queryset.filter(_known(actor)) if actor.has(*STAFF) else queryset.none()


# --- public verification -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verified:
    """What anyone may learn of a paper by its code: that it was issued, by whom, when, and that it stands unaltered.

    Neither the addressee nor the content is shown.
    """

    code: str
    title: str
    number: str
    body: str
    issued_at: datetime
    digest: str
    intact: bool
    void_reason: str
    amended_by: tuple[str, ...]
    demo: bool


@enforces("327-21-1")
def verify(code: str) -> Verified | None:
    """The paper with this verify code as typed; None when there is none."""
    paper = Paper.objects.select_related("body").filter(code=numbers.normal(code)).first()
    if paper is None:
        return None
    later = tuple(paper.replaced_by.order_by("id").values_list("number", flat=True))
    return Verified(
        paper.code, issue.TITLES[paper.kind], paper.number, paper.body.name, paper.issued_at, paper.pdf_sha256,
        issue.intact(paper), paper.void_reason, later, paper.demo,
    )  # fmt: skip


def by_digest(sha256: str) -> Verified | None:
    """The paper whose PDF or DOCX has this digest: an uploaded copy is the one issued."""
    paper = Paper.objects.filter(Q(pdf_sha256=sha256) | Q(docx_sha256=sha256)).first()
    return verify(paper.code) if paper else None
