"""Who sees notices, hand-overs and filters, and what waits for the administrator: sendings that did not arrive."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from jiangcheng.kernel.actor import Actor
from jiangcheng.parties.scope import register
from jiangcheng.work.kinds import waiting
from jiangcheng.work.models import Filter, Handover, Notice, Nudge, Sending, Wish


@register(Notice, Wish, Filter)
def _own(actor: Actor, queryset: Any) -> Any:
    """Each account its own."""
    return queryset.filter(account=actor.account) if actor.account else queryset.none()


@register(Handover)
def _handovers(actor: Actor, queryset: Any) -> Any:
    """Who gave and who took."""
    mine = Q(giver=actor.person) | Q(taker=actor.person)
    return queryset.filter(mine, body=actor.body) if actor.person and actor.body else queryset.none()


@register(Nudge)
def _nudges(actor: Actor, queryset: Any) -> Any:
    """Who urged."""
    return queryset.filter(by=actor.person) if actor.person else queryset.none()


@register(Sending)
def _sendings(actor: Actor, queryset: Any) -> Any:
    """Channel and reason of what failed: for the administrator, who does not see notices."""
    return queryset if actor.has("admin") else queryset.none()


def _failed(actor: Actor) -> Any:
    return _sendings(actor, Sending.objects.filter(failed_at__isnull=False, settled_at=None))


waiting(
    "sending.failed", Sending, "处理未送达的消息", "admin", _failed, search="-", page=("admin-outbox", ""),
)
