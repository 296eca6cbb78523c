"""更正场所信息: what officers found closed, moved or empty is proposed for correction; the administrator decides."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits.actions.shared import refuse
from jiangcheng.inspection.visits.models import Report, Visit
from jiangcheng.kernel import ledger, storage
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Remedy, enforces
from jiangcheng.parties.models import Division

WRONG_PLACE = ("closed", "moved", "missing")
"""Reasons of 未实施 that say something of the place itself."""
KIND = "site"


@enforces("327-08-2")
def propose(actor: Actor, visit: Visit, found: str, new_address: str, now: datetime) -> Report:
    """Kept with the visit, inside its transaction: what was found, and the new address where the officer heard of one."""
    with ledger.act("visit.place_proposed", actor, about=visit, opinion=found, duties=("327-08-2",)):
        row = Report(visit=visit, kind=KIND, body=visit.body, text=found[:500], place=new_address.strip()[:100], at=now)
        row.save()
    return row


@enforces("327-08-2")
def decide(actor: Actor, row: Report, *, address: str, division: Division | None, active: bool, note: str) -> Receipt:
    """采纳 with the place as it is to stand, or, where nothing of it changes, 不采纳 with the reason. Once."""
    with transaction.atomic():
        storage.lock_rows(Report.objects.filter(pk=row.pk)).first()
        row = Report.objects.select_related("visit__site").get(pk=row.pk, kind=KIND)
        if not actor.has("admin"):
            raise refuse("由系统管理员更正场所信息。", Remedy("请系统管理员办理"), ids=("327-08-2",))
        if row.cleared_at:
            raise refuse("这条建议已经处理。", Remedy("刷新页面"), ids=("327-08-2",))
        site, address = row.visit.site, address.strip()[:200]
        division = division or site.division
        changes = (address or site.address, division.pk, active) != (site.address, site.division_id, site.active)
        if not changes and not note.strip():
            raise refuse("没有更正任何内容，不采纳的须写明理由。", Remedy("填写理由，或者更正场所信息"), ids=("327-08-2",), field="note")
        with ledger.act("site.corrected", actor, about=site, opinion=note.strip(), duties=("327-08-2",)) as act:
            if changes:
                site.address, site.division, site.active = address or site.address, division, active
                if address:
                    site.latitude = site.longitude = None
                site.save()
            row.cleared_at, row.cleared_by_id = timezone.now(), actor.person
            row.handling = (note.strip() or "已更正场所信息")[:500]
            row.save()
    return act.receipt
