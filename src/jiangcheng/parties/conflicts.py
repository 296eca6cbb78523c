"""Conflicting seats: one natural person never holds two of them in one matter. People are compared, not accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach
from jiangcheng.parties.rules import SeatFacts, no_conflicting_seats

WORDS = {
    "officer": "检查人员", "drafter": "方案起草人", "approver": "审批人", "planner": "计划编制人", "examiner": "备案审查人",
    "superior": "上级收悉人", "receiver": "企业签收人", "witness": "见证人", "confirmer": "核实人",
}

# Unordered pairs of seats that one person may not hold in one matter.
CONFLICTS = frozenset(
    frozenset(pair)
    for pair in (
        ("officer", "approver"), ("drafter", "approver"), ("officer", "examiner"), ("planner", "examiner"),
        ("approver", "examiner"), ("planner", "superior"), ("officer", "receiver"), ("officer", "witness"),
        ("approver", "receiver"), ("receiver", "witness"), ("officer", "confirmer"), ("examiner", "receiver"),
    )
)


def seats_in_matter(person: int | None, held: Mapping[str, Iterable[int | None]], wanted: str) -> tuple[str, ...]:
    """Seats of the matter (``held``: seat → people's ids) that this person has and that clash with the wanted one."""
    if person is None:
        return ()
    mine = [seat for seat, people in held.items() if person in set(people)]
    return tuple(seat for seat in mine if frozenset((seat, wanted)) in CONFLICTS)


def breaches(actor: Actor, held: Mapping[str, Iterable[int | None]], wanted: str) -> tuple[Breach, ...]:
    """The refusal in words, empty when the person may take the seat."""
    clashes = seats_in_matter(actor.person, held, wanted)
    return no_conflicting_seats(SeatFacts(actor.name, WORDS[wanted], tuple(WORDS[s] for s in clashes)))
