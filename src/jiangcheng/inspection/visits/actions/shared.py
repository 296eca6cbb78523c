"""What every act on a visit begins with: the row as it is stored, held; refusals in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import storage
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, check_all

RELATED = (
    "body__division", "body__principal", "body__superior", "body__judicial_office", "enterprise", "site__division", "row__plan",
    "order__visit", "draw", "drafted_by",
)


def lock(visit: Visit) -> Visit:
    """The visit as stored, held until the end of the transaction. Call it before reading what decides."""
    storage.lock_rows(Visit.objects.filter(pk=visit.pk)).first()
    return Visit.objects.select_related(*RELATED).get(pk=visit.pk)


def reload(visit: Visit) -> None:
    """Bring the caller's row up to what is stored, its state included."""
    visit.refresh_from_db()
    visit._stored_state = visit.state


def refuse(sentence: str, *ways: Remedy, ids: tuple[str, ...] = (), field: str = "") -> Refused:
    """A refusal with one breach, for what no rule can ask."""
    return Refused([Breach(sentence, ways, field, ids)])


def require(rule_set: Sequence[Any], known: Any) -> None:
    """Raise all breaches at once."""
    if broken := check_all(rule_set, known):
        raise Refused(broken)


def check(step: str, known: Any) -> None:
    """Raise all breaches of a step before work that would be in vain."""
    require(VISIT.step(step).unless_broken, known)


def ready(step: str, visit: Visit, actor: Actor, known: Any) -> None:
    """Raise what would refuse the step (state, person, rules), before work that would be in vain."""
    found = VISIT.step(step)
    if visit.state not in found.source or not found.who(actor, visit) or VISIT.missing(step, known):
        VISIT.take(step, visit, actor, known)


def in_state(visit: Visit, states: Sequence[str], what: str, *ids: str) -> None:
    """Refuse an act that has no step of its own outside the states in which it makes sense."""
    if visit.state not in states:
        raise refuse(f"“{visit}”现在是“{visit.state_word}”，不能{what}。", Remedy("刷新页面，查看最新状态"), ids=ids)
