"""Loads what the rules at the door ask about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.visits.facts import record, scheme
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.rules.door import DoorFacts, SeatAtDoor
from jiangcheng.inspection.visits.rules.scheme import judged_on
from jiangcheng.inspection.visits.words import REPORT_KINDS
from jiangcheng.kernel import parameters
from jiangcheng.papers import codes
from jiangcheng.papers.models import InspectionCode, Paper

IN_HAND = ("to_enter", "arrived", "inspecting", "broken_off")
"""States in which the code is out and the visit not over."""
FROM_APPROVAL = ("to_approve", "to_code", "to_enter")


def seats_at_door(visit: Visit, today: Any) -> tuple[SeatAtDoor, ...]:
    """Officers on the visit with certificate today, shown or not, and the enterprise's answer."""
    rows = scheme.seats(visit)
    return tuple(
        SeatAtDoor(on, row.shown_at is not None, row.seen) for row, on in zip(rows, scheme.officers_on(visit, today), strict=True)
    )


def names_them(paper: Paper, code: InspectionCode | None) -> bool:
    """Does the notice bear the running code? Every change of people, time or subject gives another code."""
    return code is None or str(paper.data.get("facts", {}).get("code", "")).replace("-", "").startswith(code.short)


def notice_of(visit: Visit) -> Paper | None:
    """The notice that is good now: the newest, unless people or time have changed since and another is to be issued."""
    paper = record.notice(visit)
    stale = paper is not None and visit.state in IN_HAND and not names_them(paper, codes.current(visit.number))
    return None if stale else paper


def lead_settled(visit: Visit) -> str:
    """Number of the order of a follow-up visit that is fulfilled or no longer acted on; empty while it stands."""
    order = visit.order
    gone = order is not None and (order.state == "corrected" or order.visit.state in ("closed", "archived", "revoked"))
    return order.number if gone else ""


def row_withdrawn(visit: Visit) -> bool:
    """Was the plan row withdrawn since the visit was planned?"""
    if visit.row is None or visit.state not in FROM_APPROVAL or visit.started_at is not None:
        return False
    return not scheme.row_usable(visit, scheme.day_of(visit))


def items_gone(visit: Visit, today: date) -> tuple[tuple[str, str], ...]:
    """Items of the scheme that are not in force today, with why; none once the inspection has begun."""
    if visit.started_at is not None:
        return ()
    found = scheme.versions(visit)
    now = items.in_force_many([v.item_id for v in found], today)
    return tuple((v.name, why) for v in found if (why := scheme.why_not(v, now.get(v.item_id))))


def of(visit: Visit, *, now: datetime | None = None, **said: Any) -> DoorFacts:
    """Facts of a visit at the door; ``said`` are what this act brings (way, found_uscc, live, reason, photo, why …)."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    code = codes.current(visit.number)
    office = visit.body.judicial_office
    paper = notice_of(visit)
    last = scheme.last_report(visit.window_end) if visit.window_end else None
    reports = visit.reports.filter(cleared_at=None, kind="mismatch")
    pending = visit.recusals.filter(decided_at=None).select_related("officer__person")
    values = {
        "number": visit.number, "now": now, "today": today,
        "judged": judged_on(scheme.day_of(visit), parameters.value("decree.in-force")),
        "code_state": codes.state_now(code, now) if code else "unknown", "scanned": visit.scanned_at is not None,
        "scanned_today": visit.scanned_at is not None and timezone.localdate(visit.scanned_at) == today,
        "seats": seats_at_door(visit, today), "window_start": visit.window_start, "window_end": visit.window_end,
        "single_officer_law": visit.single_officer_law, "notice": paper.number if paper else "",
        "open_reports": tuple(REPORT_KINDS.get(r.kind, r.kind) + (f"（{r.text}）" if r.text else "") for r in reports),
        "recusal_pending": tuple(r.sentence for r in pending), "row_withdrawn": row_withdrawn(visit),
        "body_name": visit.body.name, "office_phone": office.complaint_phone if office else "",
        "begun": visit.started_at is not None, "arrived": visit.state == "arrived", "lead_settled": lead_settled(visit),
        "items_gone": items_gone(visit, today),
        "offline": visit.offline_device_at is not None and visit.offline_device_at == visit.scanned_at,
        "problems": visit.answers.filter(verdict="problem").count(),
        "uscc": visit.enterprise.uscc, "name": visit.enterprise.name, "report_until": last, "offline_allowed": last is not None,
        "why": visit.not_done_why,
    }
    return DoorFacts(**{**values, **said})
