"""What waits for the administrator: sendings that did not arrive."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.actor import Actor
from jiangcheng.parties.scope import register
from jiangcheng.work.kinds import waiting
from jiangcheng.work.models import Sending


@register(Sending)
def _sendings(actor: Actor, queryset: Any) -> Any:
    """Channel and reason of what failed: for the administrator, who does not see notices."""
    return queryset if actor.has("admin") else queryset.none()


def _failed(actor: Actor) -> Any:
    return _sendings(actor, Sending.objects.filter(failed_at__isnull=False, settled_at=None))


waiting(
    "sending.failed", Sending, "处理未送达的消息", "admin", _failed, search="-", page=("admin-outbox", ""),
)
