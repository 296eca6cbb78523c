"""Log-in through an identity provider (统一身份认证, OpenID Connect): authorization code with PKCE, state and nonce.

Provider and client come from the environment (``JIANGCHENG_OIDC_ISSUER``, ``…_CLIENT``, ``…_SECRET``); without them the way
is closed. Whose account a person at the provider stands for is bound in so many words (``Identity``), never guessed from a
name, a telephone number or an e-mail address. What the provider says is believed only with its signature.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.parties.identity import Identity
from jiangcheng.parties.models import Account

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures that are believed. ``none`` and those by a shared secret are not."""
LEEWAY = 60
"""Seconds by which clocks may differ."""
KEPT = 600
"""Seconds for which the provider's description and keys are kept."""
WAITING, TOKEN = "oidc_waiting", "oidc_token"
TIMEOUT = 10.0


class Failed(Exception):
    """Log-in through the provider did not succeed; the text says why, in words for the person."""


@dataclass(frozen=True)
class Said:
    """Who somebody is at the provider. ``name`` is for display only and decides nothing."""

    issuer: str
    subject: str
    name: str
    token: str


def on() -> bool:
    """Is a provider set?"""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT)


def name() -> str:
    """The provider's name on the log-in page; empty when there is none."""
    return settings.OIDC_NAME if on() else ""


# Description and keys of the provider

_kept: dict[str, tuple[float, Any]] = {}


def _fetch(url: str, *, fresh: bool = False) -> Any:
    """JSON from the provider, kept for KEPT seconds."""
    found = _kept.get(url)
    if found and not fresh and time.monotonic() - found[0] < KEPT:
        return found[1]
    try:
        answer = httpx.get(url, timeout=TIMEOUT, follow_redirects=False)
        answer.raise_for_status()
        said = answer.json()
    except (httpx.HTTPError, ValueError) as wrong:
        raise Failed("统一身份认证暂时不能连接，请改用账号密码登录，或稍后再试。") from wrong
    _kept[url] = (time.monotonic(), said)
    return said


def description() -> dict[str, Any]:
    """The provider's own description (discovery). ``Failed`` when it speaks for another issuer."""
    issuer = settings.OIDC_ISSUER
    found = _fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
    if not isinstance(found, dict) or found.get("issuer") != issuer:
        raise Failed("统一身份认证的配置与登记的不一致，请联系系统管理员。")
    return found


def _key_set(*, fresh: bool = False) -> KeySet:
    try:
        return KeySet.import_key_set(_fetch(description()["jwks_uri"], fresh=fresh))
    except (JoseError, ValueError, KeyError, TypeError) as wrong:
        raise Failed("统一身份认证的公钥不能读取，请联系系统管理员。") from wrong


def _client() -> OAuth2Client:
    return OAuth2Client(
        settings.OIDC_CLIENT, settings.OIDC_SECRET or None, scope="openid profile", code_challenge_method="S256",
        redirect_uri=settings.PUBLIC_ADDRESS.rstrip("/") + reverse("provider-back"), timeout=TIMEOUT,
        token_endpoint_auth_method="client_secret_basic" if settings.OIDC_SECRET else "none",
    )


# There and back


def begin(request: HttpRequest, wanted: str, purpose: str) -> str:
    """Address at the provider. State, nonce and PKCE verifier stay in the session. ``purpose``: ``login`` or ``bind``."""
    waiting = {"nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48), "next": wanted, "purpose": purpose,
               "at": int(time.time())}
    with _client() as client:
        address, waiting["state"] = client.create_authorization_url(
            description()["authorization_endpoint"], code_verifier=waiting["verifier"], nonce=waiting["nonce"],
        )
    request.session[WAITING] = waiting
    return address


def finish(request: HttpRequest) -> tuple[Said, dict[str, Any]]:
    """What the provider says when the person is back, and what was kept on leaving. Good once; ``Failed`` says what was wrong."""
    waiting = request.session.pop(WAITING, None)
    if not waiting or time.time() - waiting["at"] > KEPT:
        raise Failed("这次登录已超时或已经用过，请重新开始。")
    if not hmac.compare_digest(waiting["state"], request.GET.get("state", "")):
        raise Failed("返回的信息与本次登录不符，请重新开始。")
    if request.GET.get("error") or not request.GET.get("code"):
        raise Failed("统一身份认证没有放行，请重新登录，或改用账号密码。")
    try:
        with _client() as client:
            given = client.fetch_token(
                description()["token_endpoint"], code=request.GET["code"], code_verifier=waiting["verifier"],
                grant_type="authorization_code",
            )
    except (AuthlibBaseError, httpx.HTTPError, ValueError) as wrong:
        raise Failed("统一身份认证没有放行，请重新登录，或改用账号密码。") from wrong
    return _believed(given, waiting["nonce"]), waiting


def _decoded(token: str) -> jwt.Token:
    """Header and claims of a token signed by the provider; a key that is not known yet is asked for once."""
    for fresh in (False, True):
        try:
            return jwt.decode(token, _key_set(fresh=fresh), algorithms=ALGORITHMS)
        except (JoseError, ValueError) as wrong:
            if fresh:
                raise Failed("统一身份认证的签名不能核实，没有登录。") from wrong
    raise AssertionError


def _believed(given: dict[str, Any], nonce: str) -> Said:
    """The identity, once signature, issuer, audience, times, nonce and the hash of the access token are right."""
    token = given.get("id_token") or ""
    found = _decoded(token)
    claims = CodeIDToken(
        found.claims, found.header, options={
            "iss": {"essential": True, "value": settings.OIDC_ISSUER}, "aud": {"essential": True, "value": settings.OIDC_CLIENT},
            "exp": {"essential": True}, "iat": {"essential": True}, "nonce": {"essential": True, "value": nonce},
        }, params={"nonce": nonce, "client_id": settings.OIDC_CLIENT, "access_token": given.get("access_token")},
    )
    try:
        claims.validate(now=int(time.time()), leeway=LEEWAY)
    except (AuthlibBaseError, JoseError, ValueError) as wrong:
        raise Failed("统一身份认证返回的身份信息不可信（签发方、期限或对象不符），没有登录。") from wrong
    subject = claims.get(settings.OIDC_CLAIM)
    if not isinstance(subject, str) or not subject.strip():
        raise Failed("统一身份认证没有给出身份标识，请联系系统管理员。")
    shown = claims.get("name") or claims.get("preferred_username") or ""
    return Said(settings.OIDC_ISSUER, subject.strip()[:200], str(shown)[:60], token)


def way_out(request: HttpRequest) -> str:
    """Address at the provider that ends its session, for whoever came through it; empty for all others."""
    token = request.session.get(TOKEN) if on() else None
    if not token:
        return ""
    try:
        end = description().get("end_session_endpoint", "")
    except Failed:
        return ""
    if urlsplit(end).scheme not in ("http", "https"):
        return ""
    back = settings.PUBLIC_ADDRESS.rstrip("/") + reverse("login")
    return f"{end}?{urlencode({'id_token_hint': token, 'post_logout_redirect_uri': back, 'client_id': settings.OIDC_CLIENT})}"


# Binding


def account_of(said: Said) -> Account | None:
    """The account that was bound to this identity and is in use; None when there is none."""
    row = Identity.objects.filter(issuer=said.issuer, subject=said.subject, account__is_active=True).select_related("account__person").first()
    if row is None:
        return None
    Identity.objects.filter(pk=row.pk).update(used_at=timezone.now())
    return row.account


def bind(account: Account, issuer: str, subject: str, actor: Actor) -> Identity:
    """绑定: from now on this identity logs in as this account. By the owner, who showed both, or by the security administrator.

    Refused to others; when the identity stands for another account; when the account has another identity.
    """
    if actor.account != account.pk and not actor.has("security", "system"):
        raise Refused([Breach("您没有为他人绑定统一身份的权限。", (Remedy("请由安全管理员办理"),))])
    subject = subject.strip()
    if not issuer or not subject:
        raise Refused([Breach("请填写统一身份认证中的身份标识。", (Remedy("向统一身份认证的管理单位索取"),), "subject")])
    try:
        with transaction.atomic(), ledger.act("parties.identity_bound", actor, about=account, extra={"issuer": issuer, "subject": subject}):
            return Identity.objects.create(account=account, issuer=issuer, subject=subject, bound_by=actor.name)
    except IntegrityError:
        raise Refused([Breach(
            "这个统一身份已绑定其他账号，或者这个账号已绑定其他统一身份。", (Remedy("先解除原来的绑定，再重新绑定"),), "subject",
        )]) from None


def unbind(account: Account, pk: int, actor: Actor, why: str = "") -> None:
    """解除绑定, by the owner or the security administrator."""
    row = Identity.objects.filter(account=account, pk=pk).first()
    if row is None or (actor.account != account.pk and not actor.has("security", "system")):
        raise Refused([Breach("没有可以解除的绑定。", (Remedy("刷新页面"),))])
    with ledger.act("parties.identity_unbound", actor, about=account, opinion=why, extra={"issuer": row.issuer, "subject": row.subject}):
        row.delete()
