"""更换密钥: a key of the ledger or of inspection codes is changed by two persons, and both stand on the record.

One starts, another confirms within the term of HR-08-13; then a new pair signs, and the old public half stays published with
its term, so that old signatures are checked as before. The act of confirming is signed by the old key and names the new
one: who trusts the old key may trust the next. The old private half is gone. Who may: the security administrator, and
the supervisors of the city's judicial office (article 8 paragraph 3), whatever page they come from.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jiangcheng.kernel import keys, ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.parties.identity import KeyRotation
from jiangcheng.parties.models import Body

IDS = ("327-08-3", "HR-08-13")


def _refuse(sentence: str, *ways: Remedy, field: str = "") -> Refused:
    return Refused([Breach(sentence, ways, field, IDS)])


@enforces("327-08-3")
def may(actor: Actor) -> bool:
    """May the person take part in a change of keys? The security administrator, or a supervisor of the city's judicial office."""
    if actor.person is None:
        return False
    if actor.has("security"):
        return True
    return actor.has("supervisor") and Body.objects.filter(pk=actor.body, judicial=True, level="city").exists()


def _allowed(actor: Actor) -> None:
    if not may(actor):
        raise _refuse("您没有更换密钥的权限。", Remedy("由安全管理员或市司法行政部门的监督员办理"))


@enforces("HR-08-13")
def lapses_at(row: KeyRotation) -> datetime:
    """Until when the second person may confirm."""
    return row.started_at + timedelta(days=int(parameters.value("HR-08-13")))


def waiting(use: str, now: datetime | None = None) -> KeyRotation | None:
    """The change that waits for its second person; None when there is none, or when it lapsed."""
    row = KeyRotation.objects.filter(use=use, state="waiting").first()
    return row if row is not None and (now or timezone.now()) <= lapses_at(row) else None


@enforces("327-08-3", "HR-08-13")
def start(use: str, why: str, actor: Actor) -> KeyRotation:
    """提出更换密钥, with the reason. Nothing is changed yet. Refused while another change of the same key waits."""
    _allowed(actor)
    if use not in keys.USES:
        raise _refuse("没有这种密钥。", Remedy("选择存证密钥或检查码密钥"), field="use")
    if not why.strip():
        raise _refuse("请写明更换密钥的原因。", Remedy("例：按年度计划更换；例：服务器移交"), field="why")
    if waiting(use):
        raise _refuse("这种密钥已有一次更换等待确认。", Remedy("由另一人确认，或者先撤回"), field="use")
    try:
        with transaction.atomic():
            _close_lapsed(use)
            row = KeyRotation(
                use=use, why=why.strip()[:300], state="waiting", started_by=actor.person, started_name=actor.name, started_at=timezone.now(),
            )
            with ledger.act("kernel.rotation_started", actor, about=row, opinion=row.why, duties=IDS, extra={"use": use}):
                row.save()
    except IntegrityError:
        raise _refuse("这种密钥已有一次更换等待确认。", Remedy("由另一人确认，或者先撤回"), field="use") from None
    return row


def _close_lapsed(use: str) -> None:
    for row in KeyRotation.objects.filter(use=use, state="waiting"):
        with ledger.act("kernel.rotation_withdrawn", Actor(name="系统", channel="job"), about=row, opinion="逾期未确认", duties=IDS):
            KeyRotation.objects.filter(pk=row.pk, state="waiting").update(state="lapsed")


@enforces("327-08-3", "HR-08-13")
def confirm(row: KeyRotation, actor: Actor) -> KeyRotation:
    """确认更换 by another person: makes the new pair, and puts it in force once the act is committed.

    Refused to whoever started it, whatever the account; when it is over, withdrawn or lapsed.
    """
    _allowed(actor)
    if row.started_by == actor.person:
        raise _refuse("更换密钥须由两人办理，提出的人不能自己确认。", Remedy("由另一名安全管理员或市司法行政部门的监督员确认"))
    if row.state != "waiting" or timezone.now() > lapses_at(row):
        raise _refuse("这次更换已经办结、撤回或者逾期。", Remedy("需要更换的，重新提出"))
    old, new = keys.current(row.use), keys.stage(row.use)
    said = {"use": row.use, "old": old.id, "new": new.id, "public": new.public.hex(), "alg": new.alg, "started_by": row.started_name}
    try:
        with transaction.atomic():
            with ledger.act("kernel.rotation_confirmed", actor, about=row, opinion=row.why, duties=IDS, extra=said):
                done = KeyRotation.objects.filter(pk=row.pk, state="waiting").update(
                    state="done", confirmed_by=actor.person, confirmed_name=actor.name, confirmed_at=timezone.now(), old_key=old.id,
                    new_key=new.id, alg=new.alg, public=new.public.hex(),
                )
                if not done:
                    raise _refuse("这次更换刚刚由他人办理。", Remedy("刷新页面，查看最新状态"))
            transaction.on_commit(lambda: keys.swap(row.use, new.id))
    except Exception:
        if not KeyRotation.objects.filter(pk=row.pk, new_key=new.id).exists():  # committed, and only the swap failed: settle() makes it good
            keys.discard(row.use, new.id)
        raise
    row.refresh_from_db()
    return row


@enforces("327-08-3")
def withdraw(row: KeyRotation, why: str, actor: Actor) -> None:
    """撤回 of a change that waits, by anybody who may take part; with reason."""
    _allowed(actor)
    with transaction.atomic(), ledger.act("kernel.rotation_withdrawn", actor, about=row, opinion=why, duties=IDS):
        if not KeyRotation.objects.filter(pk=row.pk, state="waiting").update(state="withdrawn"):
            raise _refuse("这次更换已经办结或撤回。", Remedy("刷新页面"))


def settle() -> list[str]:
    """Put in force what was confirmed and not swapped, because the server stopped between the two. Asked at every start."""
    late = []
    for use in keys.USES:
        last = KeyRotation.objects.filter(use=use, state="done").order_by("-confirmed_at").first()
        if last and keys.current(use).id != last.new_key and keys.swap(use, last.new_key):
            late.append(use)
    return late


@enforces("327-08-3", "327-17-2")
def published() -> list[dict[str, Any]]:
    """Every public key with its term: id, use, alg, public, ``from`` and ``until`` (moments or None), whether it signs now."""
    done = KeyRotation.objects.filter(state="done")
    begun = {(r.use, r.new_key): r.confirmed_at for r in done}
    ended = {(r.use, r.old_key): r.confirmed_at for r in done}
    return [
        {**key, "from": begun.get((key["use"], key["id"])), "until": ended.get((key["use"], key["id"])),
         "current": key["id"] == keys.current(key["use"]).id}
        for key in keys.public_keys()
    ]
