"""检查码: the signed code of one approved visit (article 17): issue, read, redeem once, revoke; the part that changes.

The token stands in the address of the QR and carries what an offline checker needs: version, key, visit, body, credit
code, window, digest of the content, Ed25519 signature. ``verify_token`` needs the token and a public key, no database.
Reading changes nothing. Redeeming is one conditional statement: the first wins. A short code of ten characters says
the same to people who type; wrong ones are counted by address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from jiangcheng.kernel import canonical, keys, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.papers import breaks
from jiangcheng.papers.models import Guess, InspectionCode

VERSION = 1
TOKEN_LIMIT = 200
SIGNATURE = 64
LETTERS = "234679ACDEFGHJKMNPQRTUWXY"
"""Without 0 O, 1 I L, 8 B, 5 S, Z, V: ten of these are 46 bits."""
SHORT = 10
STEP = 30
"""Seconds for which the changing part of the QR holds."""
TRIES = getattr(settings, "CODE_TRIES", 10)
TRIES_MINUTES = getattr(settings, "CODE_TRIES_MINUTES", 10)
GUESSES_KEPT = timedelta(days=1)
"""Longer than any limit on guesses looks back."""
STATE_WORDS = {
    "not_yet": "未到时间", "valid": "有效", "used": "已使用", "revoked": "已撤销", "expired": "已过期", "unknown": "查无此码",
    "bad_signature": "签名不符", "limited": "查询过于频繁",
}
BAD = ("revoked", "unknown", "bad_signature", "limited")
"""States that show the red page."""


class BadToken(ValueError):
    """Not a token of ours, by form."""


@dataclass(frozen=True)
class Claims:
    """What a token says. ``key`` is the start of the key's id; ``digest`` the first 16 bytes of the content's digest."""

    key: str
    visit: str
    generation: int
    body: int
    uscc: str
    start: datetime
    end: datetime
    digest: bytes


@dataclass(frozen=True)
class Reading:
    """What a token or short code turned out to be now: a state of ``STATE_WORDS`` and the stored code if it is ours."""

    state: str
    code: InspectionCode | None = None
    now: datetime | None = None
    tries_left: int | None = None

    @property
    def word(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def good(self) -> bool:
        return self.state == "valid"

    @property
    def bad(self) -> bool:
        """Show the red page: the code proves nothing."""
        return self.state in BAD


# --- the token ---


def _minutes(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _time(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)


def _message(claims: Claims) -> bytes:
    name = claims.visit.encode()
    head = struct.pack(">B4sBB", VERSION, bytes.fromhex(claims.key), claims.generation, len(name))
    window = struct.pack(">III", claims.body, _minutes(claims.start), _minutes(claims.end))
    return head + name + claims.uscc.encode("ascii").ljust(18) + window + claims.digest


def sign(claims: Claims, key: keys.Key) -> str:
    """The token: message and signature in base64url, at most 200 characters; ``ValueError`` for longer."""
    message = _message(claims)
    token = base64.urlsafe_b64encode(message + key.sign(message)).rstrip(b"=").decode()
    if len(token) > TOKEN_LIMIT:
        raise ValueError(f"token of {len(token)} characters: the visit's number is too long")
    return token


def parse(token: str) -> tuple[Claims, bytes, bytes]:
    """Claims, signed message and signature of a token; ``BadToken`` when it has not the form. Nothing is verified."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        version, key, generation, length = struct.unpack_from(">B4sBB", raw)
        message, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
        rest = message[7 + length :]
        if version != VERSION or len(rest) != 18 + 12 + 16:
            raise BadToken("form")
        body, start, end = struct.unpack_from(">III", rest, 18)
        claims = Claims(
            key.hex(), message[7 : 7 + length].decode(), generation, body, rest[:18].decode("ascii").strip(), _time(start),
            _time(end), rest[30:],
        )
    except (ValueError, struct.error) as wrong:
        raise BadToken(str(wrong)) from wrong
    return claims, message, signature


def verify_token(token: str, public: Mapping[str, str]) -> Claims | None:
    """Check a token offline: its claims, or None when no listed key signed it.

    ``public`` maps ids of keys to their public halves in hexadecimal, as ``public_keys`` publishes them. A good
    signature says who may come and until when, not whether the code was used or revoked since.
    """
    try:
        claims, message, signature = parse(token)
    except BadToken:
        return None
    for name, half in public.items():
        if name.startswith(claims.key) and keys.verify(bytes.fromhex(half), message, signature):
            return claims
    return None


@enforces("327-17-2")
def public_keys() -> dict[str, str]:
    """Public keys of inspection codes by id, retired ones included, in hexadecimal; for publication."""
    return {k["id"]: k["public"] for k in keys.public_keys() if k["use"] == "code"}


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of what the code stands for (items, officers, site …) in canonical JSON."""
    return hashlib.sha256(canonical.text(dict(content)).encode()).hexdigest()


# --- issue ---


def _floor(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


@enforces("327-17-2", "HR-17-5", "HR-17-8")
def issue(
    *, visit: str, body: Any, uscc: str, start: datetime, end: datetime, content: Mapping[str, Any], now: datetime | None = None,
    late_anchored: bool = False,
) -> InspectionCode:
    """Make and save the next code of a visit, good from ``start`` to ``end`` (whole minutes). Call inside ``ledger.act``.

    The visit's earlier code must be revoked before: the database holds one ready code a visit.
    """
    last = InspectionCode.objects.filter(visit=visit).order_by("-generation").values_list("generation", flat=True).first()
    key, digest = keys.code_key(), content_digest(content)
    generation = (last or 0) + 1
    claims = Claims(key.id[:8], visit, generation, body.pk, uscc, _floor(start), _floor(end), bytes.fromhex(digest)[:16])
    code = InspectionCode(
        visit=visit, generation=generation, body=body, uscc=uscc, token=sign(claims, key), short=_free_short(),
        secret=secrets.token_hex(20), window_start=claims.start, window_end=claims.end, digest=digest, key_id=key.id,
        issued_at=now or timezone.now(), state="ready", late_anchored=late_anchored,
    )
    code.save()
    return code


def _free_short() -> str:
    while True:
        short = "".join(secrets.choice(LETTERS) for _ in range(SHORT))
        if not InspectionCode.objects.filter(short=short).exists():
            return short


def current(visit: str) -> InspectionCode | None:
    """The newest code of a visit that was not revoked."""
    return InspectionCode.objects.filter(visit=visit).exclude(state="revoked").order_by("-generation").first()


def address(code: InspectionCode, at: datetime | None = None) -> str:
    """The address in the QR; with ``at`` it carries the changing part."""
    return f"{settings.PUBLIC_ADDRESS}/v/{code.token}" + (f"?r={rotating(code, at)}" if at else "")


# --- read ---


def normal_short(typed: str) -> str:
    """A short code as people type it (full-width, lower case, blanks, hyphens) in its stored form."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed).upper())


def state_now(code: InspectionCode, now: datetime) -> str:
    """State of a stored code at a moment; not-yet and expired follow from the window."""
    if code.state in ("revoked", "used"):
        return code.state
    if now < code.window_start:
        return "not_yet"
    return "valid" if now <= code.window_end else "expired"


def tries_left(where: str, now: datetime | None = None) -> int:
    """Wrong short codes that an address may still type."""
    since = (now or timezone.now()) - timedelta(minutes=TRIES_MINUTES)
    return max(0, TRIES - Guess.objects.filter(address=where, at__gt=since).count())


def sweep(now: datetime) -> int:
    """Throw away counted guesses that no limit looks back to any more; how many."""
    return Guess.objects.filter(at__lt=now - GUESSES_KEPT).delete()[0]


@enforces("327-17-4")
def read(value: str, now: datetime | None = None, *, where: str = "") -> Reading:
    """What a token or short code is now. Changes nothing but the count of wrong short codes of the address ``where``."""
    now = now or timezone.now()
    if len(value) > SHORT * 3:
        return _read_token(value, now)
    if where and not tries_left(where, now):
        return Reading("limited", now=now, tries_left=0)
    code = InspectionCode.objects.select_related("body").filter(short=normal_short(value)).first()
    if code is not None:
        return Reading(state_now(code, now), code, now)
    if where:
        Guess.objects.create(address=where)
    return Reading("unknown", now=now, tries_left=tries_left(where, now) if where else None)


def _read_token(token: str, now: datetime) -> Reading:
    code = InspectionCode.objects.select_related("body").filter(token=token).first()
    if code is not None:
        return Reading(state_now(code, now), code, now)
    try:
        parse(token)
    except BadToken:
        return Reading("unknown", now=now)
    return Reading("unknown" if verify_token(token, public_keys()) else "bad_signature", now=now)


# --- the part that changes ---


def rotating(code: InspectionCode, at: datetime) -> str:
    """Eight characters that change every 30 s: HMAC-SHA256 of the half-minute under the code's secret, in base32.

    The officer's phone computes the same offline: key = the secret's bytes (hexadecimal), text = str(unix // 30).
    """
    return _rotating(code.secret, int(at.timestamp()) // STEP)


def _rotating(secret: str, step: int) -> str:
    mac = hmac.new(bytes.fromhex(secret), str(step).encode(), hashlib.sha256).digest()
    return base64.b32encode(mac)[:8].decode()


@enforces("HR-17-3")
def rotating_ok(code: InspectionCode, value: str, now: datetime) -> bool:
    """Was the QR scanned from a live screen? This half-minute, the one before or the one after (clocks differ)."""
    step = int(now.timestamp()) // STEP
    given = normal_short(value)
    return any(hmac.compare_digest(_rotating(code.secret, step + d), given) for d in (-1, 0, 1))


# --- redeem, revoke ---


@enforces("327-17-4")
def redeem(code: InspectionCode, way: str, now: datetime, *, device_at: datetime | None = None) -> bool:
    """Use the code: True for the first, once; False for everybody after, and outside the window.

    One conditional statement. ``way`` is a slug of ``words.REDEEM_WAYS``. Without network (``offline``) the window is
    judged by ``device_at``, the device's own time, which is not later than ``now``. The caller names the row in
    ``also`` of the act that goes with it.
    """
    at = device_at if way == "offline" and device_at is not None and device_at <= now else now
    rows = InspectionCode._base_manager.filter(pk=code.pk)
    if not breaks.broken("code"):
        rows = rows.filter(state="ready", window_start__lte=at, window_end__gte=at)
    if not rows.update(state="used", used_at=at, used_by=way):
        return False
    code.state = code._stored_state = "used"
    code.used_at, code.used_by = at, way
    return True


def revoke(code: InspectionCode, why: str, actor: Actor | None = None, now: datetime | None = None) -> bool:
    """Take a code back, used or not; False when it was revoked before. With ``actor`` it is an act of its own,
    without, the caller names the row in ``also``."""
    if actor is not None:
        with ledger.act("code.revoke", actor, about=code, opinion=why):
            done = revoke(code, why, now=now)
            ledger.touch(code)
        return done
    at = now or timezone.now()
    done = InspectionCode._base_manager.filter(pk=code.pk, state__in=("ready", "used")).update(
        state="revoked", revoked_at=at, revoked_why=why[:200]
    )
    if done:
        code.state = code._stored_state = "revoked"
        code.revoked_at, code.revoked_why = at, why[:200]
    return bool(done)


def revoke_all(visit: str, why: str, now: datetime | None = None) -> list[InspectionCode]:
    """Revoke every running code of a visit; the rows changed, for ``also``."""
    return [c for c in InspectionCode.objects.filter(visit=visit).exclude(state="revoked") if revoke(c, why, now=now)]

