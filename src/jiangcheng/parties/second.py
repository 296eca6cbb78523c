"""The second step of log-in (二次验证): code app, passkey, recovery codes; who must have one (HR-08-11).

Asked for after the password or the identity provider. Each way is good once a code; misses of all ways are counted
together, and every ``access.TRIES`` of them lock the second step for twice as long as before. What is set up or taken
away is an act on the ledger.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pyotp
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.parties import sealing
from jiangcheng.parties.identity import Passkey, RecoveryCode, SecondStep
from jiangcheng.parties.models import Account

DONE = "second_step"
"""Session key: this session passed the second step."""
TRIES = getattr(settings, "LOGIN_TRIES", 5)
LOCK_MINUTES = getattr(settings, "LOGIN_LOCK_MINUTES", 15)
LONGEST_LOCK = timedelta(hours=24)
CODES, CODE_LENGTH = 10, 10
LETTERS = "234679ACDEFGHJKMNPQRTUWXY"
"""As in short codes: nothing that reads like something else. Ten are 46 bits."""
STEP = 30


def _refuse(sentence: str, field: str = "", *ways: Remedy, ids: tuple[str, ...] = ("HR-08-11",)) -> Refused:
    return Refused([Breach(sentence, ways, field, ids)])


# Who must


@enforces("HR-08-11")
def required(roles: Iterable[str], day: date | None = None) -> bool:
    """Must somebody in one of these roles pass a second step on the day? (a dated house rule, off by default)"""
    wanted = parameters.value("HR-08-11", day)
    return any(wanted.get(role) for role in roles)


def enrolled(account: Account) -> bool:
    """Does the account have a second step that works?"""
    return SecondStep.objects.filter(account=account, confirmed_at__isnull=False).exists() or Passkey.objects.filter(account=account).exists()


def has_app(account: Account) -> bool:
    """Is a code app set up and confirmed?"""
    return SecondStep.objects.filter(account=account, confirmed_at__isnull=False).exists()


@enforces("HR-08-11")
def missing(roles: Iterable[str], session: Any) -> bool:
    """Does the seat ask for a second step that this session did not pass? Then the seat gives no right yet."""
    return not session.get(DONE) and required(roles)


# Misses and lock


def locked_for(account: Account, now: datetime | None = None) -> timedelta | None:
    """How long the second step stays locked; None when it may be tried."""
    now = now or timezone.now()
    until = SecondStep.objects.filter(account=account).values_list("locked_until", flat=True).first()
    return until - now if until and until > now else None


def tries_left(account: Account) -> int:
    """Tries before the next lock."""
    failures = SecondStep.objects.filter(account=account).values_list("failures", flat=True).first() or 0
    return TRIES - failures % TRIES


def _missed(account: Account, now: datetime) -> None:
    """Count a miss. Each TRIES-th locks: 15 minutes, then 30, 60 … at most a day, until a try succeeds."""
    rows = SecondStep.objects.filter(account=account)
    if not rows.exists():
        SecondStep.objects.get_or_create(account=account)
    rows.update(failures=F("failures") + 1)
    failures = rows.values_list("failures", flat=True).get()
    if failures % TRIES == 0:
        length = min(timedelta(minutes=LOCK_MINUTES) * 2 ** min(failures // TRIES - 1, 10), LONGEST_LOCK)
        rows.update(locked_until=now + length)


def _passed(account: Account) -> None:
    SecondStep.objects.filter(account=account).update(failures=0, locked_until=None)


# The code app (TOTP, RFC 6238)


def normal(typed: str) -> str:
    """A code as people type it (full-width, blanks, hyphens, lower case) in its plain form."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed).upper())


def begin_app(account: Account) -> str:
    """A new shared secret, not in force before ``confirm_app``. Asked again before that, the same one."""
    row, _ = SecondStep.objects.get_or_create(account=account)
    if row.confirmed_at:
        raise _refuse("已经设置了动态口令。", "", Remedy("先停用原来的动态口令，再重新设置", "account-security"))
    if row.secret:
        try:
            return sealing.unseal(row.secret)
        except sealing.Broken:
            pass
    secret = pyotp.random_base32()
    SecondStep.objects.filter(pk=row.pk, confirmed_at=None).update(secret=sealing.seal(secret))
    return secret


def address(account: Account, secret: str) -> str:
    """The ``otpauth://`` address for the QR."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name="江城")


def _step_of(secret: str, code: str, now: float) -> int | None:
    """The half-minute whose code this is: this one, the one before or after."""
    app, here = pyotp.TOTP(secret), int(now) // STEP
    return next((s for s in (here, here - 1, here + 1) if hmac.compare_digest(app.at(s * STEP), code)), None)


def _use_app(account: Account, code: str, now: float) -> bool:
    """Is the code the app's, and unused? One conditional statement: the first of two who send it wins."""
    row = SecondStep.objects.filter(account=account, confirmed_at__isnull=False).first()
    if row is None or len(code) != 6:
        return False
    try:
        step = _step_of(sealing.unseal(row.secret), code, now)
    except sealing.Broken:
        return False
    return step is not None and bool(SecondStep.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step))


def confirm_app(account: Account, code: str, actor: Actor, now: float | None = None) -> list[str]:
    """The first code of the app puts it in force. Answers with new recovery codes, shown this once, when there were none."""
    row = SecondStep.objects.filter(account=account).first()
    secret = sealing.unseal(row.secret) if row and row.secret and not row.confirmed_at else ""
    step = _step_of(secret, normal(code), now or time.time()) if secret else None
    if step is None:
        raise _refuse("动态口令不符。", "code", Remedy("核对手机时间后，输入当前显示的 6 位数字"))
    with transaction.atomic(), ledger.act("parties.second_app", actor, about=account, duties=("HR-08-11",)):
        SecondStep.objects.filter(pk=row.pk).update(confirmed_at=timezone.now(), last_step=step, failures=0, locked_until=None)
        return _codes_if_none(account)


def drop_app(account: Account, actor: Actor) -> None:
    """停用动态口令. Refused while the role asks for a second step and no passkey is left."""
    _may_drop(account, actor, Passkey.objects.filter(account=account).exists())
    with ledger.act("parties.second_app_off", actor, about=account, duties=("HR-08-11",)):
        SecondStep.objects.filter(account=account).update(secret="", confirmed_at=None)
        _codes_gone_with_the_last(account)


def _may_drop(account: Account, actor: Actor, other: bool) -> None:
    roles = set(account.seats.values_list("role", flat=True))
    if not other and required(roles):
        raise _refuse("您的岗位须有二次验证，不能停用最后一种。", "", Remedy("先添加另一种，再停用这一种", "account-security"))


# Recovery codes


def _digest(account: Account, code: str) -> str:
    return hashlib.sha256(f"{account.pk}:{code}".encode()).hexdigest()


def _codes_if_none(account: Account) -> list[str]:
    return [] if RecoveryCode.objects.filter(account=account, used_at=None).exists() else _new_codes(account)


def _new_codes(account: Account) -> list[str]:
    made = ["".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(account=account, digest=_digest(account, code)) for code in made])
    return [f"{code[:5]}-{code[5:]}" for code in made]


def renew_codes(account: Account, actor: Actor) -> list[str]:
    """New recovery codes; the old ones end. Shown this once."""
    if not enrolled(account):
        raise _refuse("还没有设置二次验证，不需要恢复码。", "", Remedy("先设置动态口令或通行密钥", "account-security"))
    with ledger.act("parties.recovery_codes", actor, about=account, duties=("HR-08-11",)):
        return _new_codes(account)


def codes_left(account: Account) -> int:
    """Recovery codes not used yet."""
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


def _use_recovery(account: Account, code: str) -> bool:
    rows = RecoveryCode.objects.filter(account=account, digest=_digest(account, code), used_at=None)
    return len(code) == CODE_LENGTH and bool(rows.update(used_at=timezone.now()))


def _codes_gone_with_the_last(account: Account) -> None:
    if not enrolled(account):
        RecoveryCode.objects.filter(account=account).delete()


# The step itself


@enforces("HR-08-11")
def check(account: Account, typed: str, now: float | None = None) -> bool:
    """Try a code of the app or a recovery code. A miss counts; nothing is tried while locked."""
    if locked_for(account) is not None:
        return False
    code = normal(typed)
    good = _use_app(account, code, now or time.time()) or _use_recovery(account, code)
    if good:
        _passed(account)
    else:
        _missed(account, timezone.now())
    return good


def note(account: Account, good: bool) -> None:
    """Count what a passkey said, like a code."""
    if good:
        _passed(account)
    else:
        _missed(account, timezone.now())


def reset(account: Account, why: str, actor: Actor) -> None:
    """重置二次验证 by the security administrator: everything set up is gone, locks too. Refused to others, and for oneself."""
    if not actor.has("security", "system"):
        raise _refuse("您没有重置二次验证的权限。", "", Remedy("请由安全管理员办理"))
    if account.pk == actor.account or (account.person_id and account.person_id == actor.person):
        raise _refuse("不能为自己重置二次验证。", "", Remedy("请由另一名安全管理员办理"))
    with ledger.act("parties.second_reset", actor, about=account, opinion=why, duties=("HR-08-11",)):
        SecondStep.objects.filter(account=account).delete()
        Passkey.objects.filter(account=account).delete()
        RecoveryCode.objects.filter(account=account).delete()
