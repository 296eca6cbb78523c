"""Keys for programs (接口密钥): made by a person for one of the own seats, or by an administrator for a system that reads.

A key is shown once, when it is made; what is kept is its digest. An administrator cannot make a key that acts as
somebody else: who acts is always the person whose seat it is.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from jiangcheng.kernel import breaks, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.parties import access, limits
from jiangcheng.parties.models import Account, ApiKey, ApiKeyUse, Body, Seat

MARK = "jc"
SYSTEM_ROLES = ("planner", "superior", "leader")
"""Roles in which a system may read: none of them sees a visit before its people have arrived."""
MOST_KEYS = 20
SEEN_EVERY = timedelta(minutes=1)


def _refuse(sentence: str, field: str, way: str) -> Refused:
    return Refused([Breach(sentence, (Remedy(way),), field, ("HR-08-5",))])


def longest(day: date | None = None) -> date:
    """The last day that a key made today may have."""
    return (day or timezone.localdate()) + timedelta(days=limits.number("key-days"))


def _checked(name: str, until: date | None) -> str:
    """The name of a key and its term, or everything that is wrong with them."""
    today, wrong = timezone.localdate(), []
    if not name.strip():
        wrong.append(_refuse("没有写明用途。", "name", "写明由哪个系统或者程序使用"))
    if until is None or not today <= until <= longest(today):
        wrong.append(_refuse(f"有效期应当在今天至 {longest(today):%Y-%m-%d} 之间。", "valid_until", "改写止日"))
    if wrong:
        raise Refused([b for one in wrong for b in one.breaches])
    return name.strip()[:60]


def _new() -> tuple[str, str, str]:
    """A fresh token with its beginning and its digest."""
    prefix = secrets.token_hex(4)
    token = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    return token, prefix, digest(token)


def digest(token: str) -> str:
    """What is kept of a token. It carries 256 random bits, so that a plain SHA-256 cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@enforces("HR-08-5")
def make_own(actor: Actor, seat: Seat, name: str, until: date | None, *, acts: bool) -> tuple[ApiKey, str]:
    """A key of the person who acts, for one of the own seats; the row and the token, which is not kept."""
    if actor.account is None or seat.account_id != actor.account:
        raise _refuse("只能为本人的岗位生成密钥。", "seat", "选择本人的岗位")
    if seat.role == "admin":
        raise _refuse("系统管理员岗位不使用密钥。", "seat", "选择其他岗位")
    name = _checked(name, until)
    with transaction.atomic():
        live = ApiKey.objects.filter(account=actor.account, revoked_at=None, valid_until__gte=timezone.localdate()).count()
        if live >= MOST_KEYS:
            raise _refuse(f"已有 {live} 个有效的密钥。", "name", "先撤销不用的密钥")
        return _keep(actor, name, until, acts=acts, account_id=seat.account_id, seat=seat, role=seat.role, body_id=seat.body_id,
                     enterprise_id=seat.enterprise_id)


@enforces("HR-08-5")
def make_for_system(actor: Actor, body: Body, role: str, name: str, until: date | None) -> tuple[ApiKey, str]:
    """A key for another system of a body, which reads what that role reads and changes nothing."""
    if not actor.has("admin", "system"):
        raise _refuse("由系统管理员为系统生成密钥。", "name", "请由系统管理员办理")
    if role not in SYSTEM_ROLES:
        raise _refuse("这个角色不能给系统使用。", "role", "选择只读取的角色")
    name = _checked(name, until)
    with transaction.atomic():
        return _keep(actor, name, until, acts=False, role=role, body=body)


def _keep(actor: Actor, name: str, until: date, **values: object) -> tuple[ApiKey, str]:
    token, prefix, kept = _new()
    row = ApiKey(name=name, prefix=prefix, digest=kept, valid_from=timezone.localdate(), valid_until=until, made_at=timezone.now(),
                 made_by_id=actor.person, **values)
    with ledger.act("parties.api_key", actor, about=row, duties=("HR-08-5",), opinion=name):
        row.save()
    return row, token


def revoke(actor: Actor, key: ApiKey, why: str) -> ledger.Receipt | None:
    """撤销: by its owner or an administrator; None when it was revoked before."""
    if not (actor.has("admin", "system") or (actor.account is not None and key.account_id == actor.account)):
        raise _refuse("只能撤销本人的密钥。", "key", "请由本人或者系统管理员办理")
    with transaction.atomic():
        held = ApiKey.objects.get(pk=key.pk)
        if held.revoked_at is not None:
            return None
        with ledger.act("parties.api_key_revoked", actor, about=held, opinion=why.strip()[:200], duties=("HR-08-5",)) as act:
            held.revoked_at, held.revoked_why = timezone.now(), why.strip()[:200]
            held.save()
    return act.receipt


def state_of(key: ApiKey, day: date | None = None) -> str:
    """Whether a key opens anything on a day: ``good``, ``revoked``, ``over``, ``off`` (account or seat no longer holds)."""
    day = day or timezone.localdate()
    if key.revoked_at is not None:
        return "revoked"
    if not key.valid_from <= day <= key.valid_until:
        return "over"
    if key.seat_id is not None and (not key.account.is_active or key.seat not in access.seats_today(key.account, day)):
        return "off"
    return "good"


@enforces("HR-08-5")
def actor_of(token: str, address: str = "") -> tuple[Actor, ApiKey] | None:
    """Who acts with a token; None for one that opens nothing. Notes when and from where it was used."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != MARK or not parts[1].isalnum():
        return None
    found = ApiKey.objects.select_related("account__person", "seat__body", "seat__enterprise", "body").filter(prefix=parts[1]).first()
    if found is None or not constant_time_compare(found.digest, digest(token)):
        return None
    if state_of(found) != "good" and not breaks.broken("key"):
        return None
    _used(found, address)
    if found.seat is not None:
        return access.actor_for(found.account, found.seat, channel="api"), found
    actor = Actor(name=found.name, body=found.body_id, body_name=found.body.name if found.body else "", channel="api")
    return replace(actor, roles=frozenset({found.role})), found


def _used(key: ApiKey, address: str) -> None:
    now = timezone.now()
    last = ApiKeyUse.objects.filter(key=key).values_list("at", flat=True).first()
    if last is None or now - last > SEEN_EVERY:
        ApiKeyUse.objects.update_or_create(key=key, defaults={"at": now, "address": address})


def keys_of(account: Account | int) -> list[ApiKey]:
    """Keys of an account, the newest first, each with ``word_state``."""
    found = ApiKey.objects.filter(account=account).select_related("account", "seat__body", "seat__enterprise", "use").order_by("-id")
    return [marked(key) for key in found]


STATE_WORDS = {"good": ("ok", "有效"), "revoked": ("wait", "已撤销"), "over": ("wait", "已到期"), "off": ("late", "岗位或账号已停用")}


def marked(key: ApiKey) -> ApiKey:
    """The key with its mark: ``tone`` and ``word``, and when it was last used."""
    key.state_now = state_of(key)
    key.tone, key.word = STATE_WORDS[key.state_now]
    key.used = getattr(key, "use", None)
    return key
