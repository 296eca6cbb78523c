"""Who may take a step on a visit: predicates of actor and record, named in the flow tables."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.actor import Actor
from jiangcheng.parties import bodies


def _visit(record: Any) -> Any:
    return getattr(record, "visit", record)


def officer_of_body(actor: Actor, record: Any) -> bool:
    """An officer of the visit's body, on the visit or not (drafting)."""
    return actor.has("officer") and _visit(record).body_id == actor.body


def on_visit(actor: Actor, record: Any) -> bool:
    """An officer who is on the visit now (主办 or 协办)."""
    return actor.has("officer") and _visit(record).officers.filter(person=actor.person, left_at=None).exists()


def drafter_or_on_visit(actor: Actor, record: Any) -> bool:
    """Who drafted the scheme, or an officer on it."""
    return officer_of_body(actor, record) and (_visit(record).drafted_by_id == actor.person or on_visit(actor, record))


def head_of_body(actor: Actor, record: Any) -> bool:
    """A head of the body, or a deputy with a written delegation; whether it is valid today is a rule."""
    return actor.has("head") and _visit(record).body_id == actor.body


def on_visit_or_head(actor: Actor, record: Any) -> bool:
    """An officer on the visit, or the head of the body."""
    return on_visit(actor, record) or head_of_body(actor, record)


def on_visit_or_system(actor: Actor, record: Any) -> bool:
    """An officer on the visit, or the platform's clock."""
    return actor.has("system") or on_visit(actor, record)


def supervisor_of_body(actor: Actor, record: Any) -> bool:
    """The judicial office that supervises the visit's body."""
    if not actor.has("supervisor"):
        return False
    office = bodies.Body.objects.filter(pk=actor.body).first()
    return office is not None and bodies.supervision(office, _visit(record).body) == "acts"


def superior_of_body(actor: Actor, record: Any) -> bool:
    """The superior department of the visit's body."""
    return actor.has("superior") and _visit(record).body.superior_id == actor.body


def supervisor_or_superior(actor: Actor, record: Any) -> bool:
    """An authority above the body, which may revoke a visit."""
    return supervisor_of_body(actor, record) or superior_of_body(actor, record)


def firm_of_visit(actor: Actor, record: Any) -> bool:
    """The enterprise: by account, or by the visit-bound page (actor.enterprise is set in both cases). Who inspects does
    not act for the inspected, whatever seats the person holds."""
    visit = _visit(record)
    if not actor.has("enterprise") or visit.enterprise_id != actor.enterprise:
        return False
    return actor.person is None or not visit.officers.filter(person=actor.person).exists()


def door(actor: Actor, record: Any) -> bool:
    """At the door: an officer on the visit, or the enterprise."""
    return on_visit(actor, record) or firm_of_visit(actor, record)
