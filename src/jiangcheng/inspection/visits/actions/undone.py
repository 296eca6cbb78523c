"""未实施: an inspection that is not carried out, and the enterprise that changes its mind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits import counters
from jiangcheng.inspection.visits.actions import places
from jiangcheng.inspection.visits.actions.orders import begin_recheck
from jiangcheng.inspection.visits.actions.shared import lock
from jiangcheng.inspection.visits.facts import door as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import enforces
from jiangcheng.papers import codes
from jiangcheng.papers.models import StoredFile

NOBODY_THERE = ("closed", "moved", "missing", "wrong", "illness")
"""Reasons of 未实施 that end it at once: code revoked, and the place under the cap given back unless the inspection had
begun. A refusal keeps both until the window ends or the visit is closed, as the enterprise may change its mind."""


@enforces("HR-15-8", "327-08-2")
def not_done(
    actor: Actor, visit: Visit, why: str, note: str, *, photo: StoredFile | None = None, told: bool = False, witness: str = "",
    new_address: str = "", now: datetime | None = None,
) -> Receipt:
    """未实施: closed, moved, missing, refused, wrong or illness. Where nobody was inspected the place is given back.

    A refusal says that the rights were told again (``told``) and who saw it, or the number of the recording (``witness``). A
    place found closed, moved or empty makes a proposal to correct it, with ``new_address`` where it is known.
    """
    now = now or timezone.now()
    with transaction.atomic():
        visit = lock(visit)
        seen = photo is not None and photo.matter == visit.number
        known = facts.of(visit, now=now, why=why, reason=note, photo=seen, told=told, witness=witness)
        also: list[Any] = []
        if why in NOBODY_THERE:
            also = [*counters.release(visit), *codes.revoke_all(visit.number, "未实施", now)]
        if why == "refused" and note.strip():
            note = f"{note}（已再次告知权利和义务；{f'见证人或者录像：{witness.strip()}' if witness.strip() else '有照片'}）"
        receipt = VISIT.take(
            "not_done", visit, actor, known, opinion=note, also=also, not_done_why=why, not_done_note=note[:300], ended_at=now,
        )
        if why in places.WRONG_PLACE:
            places.propose(actor, visit, note, new_address, now)
        return receipt


def resume_refused(actor: Actor, visit: Visit) -> Receipt:
    """企业改变意见，继续: back to where the refusal came, inside the window."""
    with transaction.atomic():
        visit = lock(visit)
        step = "resume_refused" if visit.scanned_at else "resume_at_door"
        receipt = VISIT.take(step, visit, actor, facts.of(visit), not_done_why="", ended_at=None)
        if visit.scanned_at:
            begin_recheck(visit)
        return receipt
