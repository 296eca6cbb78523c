"""The outbox: sends what acts have written, tries again, and gives up to a person.

Each sending is claimed by one conditional statement, which also sets the time of the next try: of two clocks one sends, and a
process that dies while it sends leaves a sending that is tried again. The other side may thus get one twice; mail and hook
carry an id by which it can tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from jiangcheng.kernel import parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.work import adapters, notices, people
from jiangcheng.work.models import Sending
from jiangcheng.work.notices import Tell

log = structlog.get_logger()
AT_ONCE = 200
"""Sendings of one round; what is left waits for the next."""


@enforces("HR-08-20")
def deliver_due(now: datetime | None = None) -> list[Sending]:
    """Try everything that is due; the sendings that arrived."""
    now = now or timezone.now()
    due = Sending.objects.filter(done_at=None, failed_at=None, due_at__lte=now).order_by("due_at", "id")
    keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    return [sent for pk in keys if (sent := _try(pk, now))]


def _try(pk: int, now: datetime) -> Sending | None:
    pause, most = parameters.value("HR-08-20.pause"), parameters.value("HR-08-20.tries")
    mine = Sending.objects.filter(pk=pk, done_at=None, failed_at=None, due_at__lte=now)
    if not mine.update(due_at=now + timedelta(seconds=pause), tries=F("tries") + 1):
        return None
    sending = Sending.objects.select_related("notice__account__wish").get(pk=pk)
    try:
        adapters.send(sending)
    except adapters.NotSent as problem:
        _missed(sending, str(problem)[:200], most, now)
        return None
    sending.done_at, sending.error = now, ""
    sending.save(update_fields=["done_at", "error"])
    return sending


def _missed(sending: Sending, error: str, most: int, now: datetime) -> None:
    """Keep why; after the last try it is a task of the administrators, who read channel and reason, not the notice."""
    sending.error = error
    if sending.tries < most:
        sending.save(update_fields=["error"])
        return
    with transaction.atomic():
        sending.failed_at = now
        sending.save(update_fields=["error", "failed_at"])
        word = f"一条消息的{sending.get_channel_display()}投递 {sending.tries} 次未成功，请处理"
        for account in people.accounts("admin"):
            if not notices.of(account).filter(page="admin-outbox", read_at=None).exists():
                notices.post(Tell([account], "platform", word, "admin-outbox"))
    log.warning("notice not delivered", channel=sending.channel, tries=sending.tries, error=error)


def failed() -> QuerySet[Sending]:
    """Sendings that wait for a person, oldest first."""
    return Sending.objects.filter(failed_at__isnull=False, settled_at=None).order_by("failed_at", "id")


def again(actor: Actor, sending: Sending) -> None:
    """重新投递: from the first try on. Refused for one that does not wait for a person."""
    _settle(actor, sending, done_at=None, failed_at=None, tries=0, due_at=timezone.now(), error="")


def close(actor: Actor, sending: Sending) -> None:
    """不再投递: the notice stays on the platform."""
    _settle(actor, sending, settled_at=timezone.now(), settled_by=actor.person)


def _settle(actor: Actor, sending: Sending, **changes: Any) -> None:
    if not actor.has("admin", "system"):
        raise Refused([Breach("您没有处理投递的权限。", (Remedy("请由系统管理员处理"),), ids=("HR-08-20",))])
    if not failed().filter(pk=sending.pk).update(**changes):
        raise Refused([Breach("这次投递已经处理。", (Remedy("刷新页面，查看最新状态"),), ids=("HR-08-20",))])
