"""消息: what an act lets other people know, written in the transaction of that act, for the platform and for the outbox.

    @tells("visit.submit")
    def submitted(visit, actor): yield Tell(people.accounts("head", body=visit.body_id), "approve", "有检查方案待审批", "head-visit", [visit.number])

Before arrival subject and time of a visit are a secret (``parties.scope``): a notice names a thing by its number, and only
to people who may open it. What leaves the platform is a fixed sentence of its kind (``words.OUTSIDE``) and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties.models import Account
from jiangcheng.work import words
from jiangcheng.work.models import Notice, Sending, Wish


@dataclass(frozen=True)
class Tell:
    """One thing to let some accounts know, with the page it leads to."""

    accounts: Iterable[int]
    kind: str
    words: str
    page: str = ""
    args: Sequence[Any] = ()


Teller = Callable[[Any, Actor], Iterator[Tell]]
TELLERS: dict[str, list[Teller]] = {}


def tells(*acts: str) -> Callable[[Teller], Teller]:
    """Declare what acts of these names let people know; the function gets the record that the act was about, and the actor."""

    def wrap(tell: Teller) -> Teller:
        for act in acts:
            TELLERS.setdefault(act, []).append(tell)
        return tell

    return wrap


def _after(act: Any, lines: list[dict[str, Any]]) -> None:
    tellers = TELLERS.get(act.name)
    if tellers and act.about is not None:
        for teller in tellers:
            for tell in teller(act.about, act.actor):
                post(tell, act.actor)


ledger.AFTER.append(_after)


@enforces("HR-08-20")
def post(tell: Tell, actor: Actor | None = None) -> list[Notice]:
    """Write a notice for each account but the actor's own, and what of them is to leave the platform."""
    own = actor.account if actor else None
    wanted = [a for a in dict.fromkeys(tell.accounts) if a != own]
    if not wanted:
        return []
    now = timezone.now()
    made = Notice.objects.bulk_create([
        Notice(account_id=a, kind=tell.kind, words=tell.words[:200], page=tell.page, args=list(tell.args), at=now) for a in wanted
    ])
    _out(made, now)
    return made


def _out(notices: list[Notice], now: Any) -> None:
    """Sendings by the wishes of each account, for the channels that this installation has."""
    wishes = Wish.objects.in_bulk([n.account_id for n in notices]) if settings.MAIL_SERVER or settings.SMS_GATEWAY else {}
    found = []
    for notice in notices:
        wish = wishes.get(notice.account_id)
        if wish and settings.MAIL_SERVER and wish.mail and notice.kind in wish.by_mail:
            found.append(Sending(notice=notice, channel="mail", due_at=now))
        if wish and settings.SMS_GATEWAY and wish.mobile and notice.kind in wish.by_sms:
            found.append(Sending(notice=notice, channel="sms", due_at=now))
        if settings.NOTICE_HOOK:
            found.append(Sending(notice=notice, channel="hook", due_at=now))
    Sending.objects.bulk_create(found)


def outside(notice: Notice) -> str:
    """The one sentence that leaves the platform."""
    return f"【江城】{words.OUTSIDE[notice.kind]}，请登录平台查看。"


# --- reading -------------------------------------------------------------------------------------------------------


def of(account: int | None) -> Any:
    """Notices of an account, newest first."""
    return Notice.objects.filter(account=account).order_by("-id") if account else Notice.objects.none()


def read(account: int, pk: int | None = None) -> Notice | None:
    """Mark one notice, or all, as read; the one marked. None when it is not the account's."""
    rows = of(account)
    if pk is not None:
        rows = rows.filter(pk=pk)
    rows.filter(read_at=None).update(read_at=timezone.now())
    return rows.first() if pk is not None else None


def save_wish(account: Account, wish: Wish) -> None:
    """Keep how an account wants to be told. Kinds that do not exist are dropped."""
    wish.account = account
    wish.by_mail = [kind for kind in words.NOTICES if kind in wish.by_mail and wish.mail]
    wish.by_sms = [kind for kind in words.NOTICES if kind in wish.by_sms and wish.mobile]
    wish.save()
