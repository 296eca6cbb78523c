"""Archiving a closed visit (article 25; HR-25-1): index, package, freeze; what waits for it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits import sheets
from jiangcheng.inspection.visits.actions.shared import lock, ready, reload
from jiangcheng.inspection.visits.facts import outcome as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.papers import archive, files, formats
from jiangcheng.papers import issue as paper
from jiangcheng.papers.models import ArchivePackage
from jiangcheng.papers.render import typeset

ORDER_OF_KINDS = ("approval", "notice", "record", "stop", "correct", "transfer", "result", "delivery", "amendment")


def entries(visit: Visit) -> list[archive.Entry]:
    """What goes into the package, in the order of a case file: papers, then photos, signatures and other files."""
    found = sorted(facts.papers_of(visit, *ORDER_OF_KINDS), key=lambda p: (ORDER_OF_KINDS.index(p.kind), p.pk))
    out = [archive.paper_entry(i, p, typeset.pages(p.kind, p.data, formats.layout_of(p.data))) for i, p in enumerate(found, 1)]
    return out + [archive.file_entry(i, f) for i, f in enumerate(facts.files_of(visit), 1)]


def nothing_found(visit: Visit) -> bool:
    """Did the visit find nothing, or not take place?"""
    return set(visit.outcome_list) <= {"none"}


@enforces("327-25-1", "HR-25-1")
def archive_visit(actor: Actor, visit: Visit) -> ArchivePackage:
    """归档: 卷内目录 issued, package packed and kept, visit frozen. Refused when papers lack or were altered, or when the
    chain of acts has a hole."""

    def work() -> ArchivePackage:
        fresh = Visit.objects.get(pk=visit.pk)
        ready("archive", fresh, actor, facts.archive(fresh))
        years = archive.years(nothing_found(fresh))
        content = entries(fresh)
        lines = archive.index_of(content)
        batch = paper.Batch(actor, body=fresh.body, matter_kind="visit", matter=fresh.number, demo=fresh.demo)
        number = batch.number("file_index")
        data = sheets.file_index(
            fresh, lines, number=number, years=years, maker=actor.name, digest=archive.content_digest(lines)
        )
        draft = batch.add("file_index", data)
        with transaction.atomic():
            held = lock(fresh)
            known = facts.archive(held)
            index = batch.settle()[0]
            VISIT.take("archive", held, actor, known)
            pages = typeset.pages("file_index", draft.data)
            whole = [*content, archive.paper_entry(0, index, pages)]
            package = archive.keep(
                matter=held.number, body=held.body, number=number, entries=whole, leaves=facts.leaves(held),
                keep_years=years, actor=actor, at=timezone.now(), about=_about(held),
            )  # fmt: skip
        reload(visit)
        return package

    return paper.attempt(work)


def _about(visit: Visit) -> dict[str, Any]:
    return {
        "enterprise": visit.enterprise.name, "uscc": visit.enterprise.uscc, "site": visit.site.address, "kind": visit.kind,
        "outcomes": visit.outcome_list, "items": [v.name for v in sheets.versions(visit)],
    }  # fmt: skip


def package_of(visit: Visit) -> ArchivePackage | None:
    """The package of an archived visit."""
    return ArchivePackage.objects.filter(matter=visit.number).first()


@enforces("327-25-1")
def waiting() -> Any:
    """Closed visits that are not archived, oldest first."""
    return Visit.objects.filter(state="closed").order_by("closed_at")


def check(visit: Visit) -> list[str]:
    """What is wrong with the package of an archived visit; empty when it is whole."""
    package = package_of(visit)
    if package is None:
        return ["本次检查尚未归档。"]
    return archive.check(package)


def read(package: ArchivePackage) -> bytes:
    """The bytes of a package. Raises ``files.Altered``."""
    return files.load(package.sha256)
