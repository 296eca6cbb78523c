"""Passkeys (通行密钥, WebAuthn/FIDO2) as second step: what the browser is asked, and what it answers.

The relying party is the host of the platform's address. Browsers give passkeys to names over https (and to
``localhost``), not to numbers: ``possible`` says so.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.parties import second
from jiangcheng.parties.identity import Passkey
from jiangcheng.parties.models import Account

MOST = 10
"""Passkeys of one account."""


def _refuse(sentence: str, *ways: Remedy) -> Refused:
    return Refused([Breach(sentence, ways, "", ("HR-08-11",))])


def origin() -> str:
    """Address at which the browser must be, without path."""
    parts = urlsplit(settings.PUBLIC_ADDRESS)
    return f"{parts.scheme}://{parts.netloc}"


def host() -> str:
    """Name of the relying party."""
    return urlsplit(settings.PUBLIC_ADDRESS).hostname or ""


def possible() -> bool:
    """Can a browser keep a passkey for this platform? Needs a name, and https unless it is this very machine."""
    try:
        ipaddress.ip_address(host())
    except ValueError:
        return origin().startswith("https://") or host() == "localhost"
    return False


def _known(account: Account) -> list[PublicKeyCredentialDescriptor]:
    rows = Passkey.objects.filter(account=account).values_list("credential", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(c)) for c in rows]


def ask_new(account: Account) -> tuple[str, str]:
    """What the browser needs to make a passkey (JSON), and the challenge to keep in the session."""
    options = webauthn.generate_registration_options(
        rp_id=host(), rp_name="江城", user_name=account.username, user_id=f"jc-{account.pk}".encode(),
        user_display_name=account.person.name if account.person_id else account.username, exclude_credentials=_known(account),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def add(account: Account, answer: str, challenge: str, name: str, actor: Actor) -> list[str]:
    """Keep a passkey that the browser made for this challenge. Answers with recovery codes when there were none.

    Refused: wrong challenge, other site, broken answer, a passkey known already, too many.
    """
    if Passkey.objects.filter(account=account).count() >= MOST:
        raise _refuse(f"最多保存 {MOST} 个通行密钥。", Remedy("先删除不用的通行密钥", "account-security"))
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=host(), expected_origin=origin(),
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as wrong:
        raise _refuse("通行密钥没有添加成功：浏览器的答复不能核实。", Remedy("刷新页面后再试一次")) from wrong
    credential = bytes_to_base64url(made.credential_id)
    if Passkey.objects.filter(credential=credential).exists():
        raise _refuse("这个通行密钥已经登记。", Remedy("换一个设备或密钥"))
    with transaction.atomic(), ledger.act("parties.passkey_added", actor, about=account, duties=("HR-08-11",), extra={"name": name}):
        Passkey.objects.create(
            account=account, credential=credential, public=bytes_to_base64url(made.credential_public_key), signs=made.sign_count,
            name=name.strip()[:40] or "通行密钥",
        )
        return second._codes_if_none(account)


def drop(account: Account, pk: int, actor: Actor) -> None:
    """Delete a passkey. Refused for the last second step of somebody whose role asks for one."""
    row = Passkey.objects.filter(account=account, pk=pk).first()
    if row is None:
        raise _refuse("没有这个通行密钥。", Remedy("刷新页面", "account-security"))
    other = second.has_app(account) or Passkey.objects.filter(account=account).exclude(pk=pk).exists()
    second._may_drop(account, actor, other)
    with ledger.act("parties.passkey_dropped", actor, about=account, duties=("HR-08-11",), extra={"name": row.name}):
        row.delete()
        second._codes_gone_with_the_last(account)


def ask(account: Account) -> tuple[str, str]:
    """What the browser needs to sign with a passkey of the account (JSON), and the challenge to keep in the session."""
    options = webauthn.generate_authentication_options(
        rp_id=host(), allow_credentials=_known(account), user_verification=UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


@enforces("HR-08-11")
def check(account: Account, answer: str, challenge: str) -> bool:
    """Did a passkey of the account sign this challenge, at this site? Counts like a typed code; nothing is tried while locked.

    A passkey whose count of signatures does not grow was copied: it is no good.
    """
    if second.locked_for(account) is not None:
        return False
    good = _signed(account, answer, challenge)
    second.note(account, good)
    return good


def _signed(account: Account, answer: str, challenge: str) -> bool:
    try:
        said: dict[str, Any] = json.loads(answer)
        row = Passkey.objects.filter(account=account, credential=said["id"]).first()
        if row is None or not challenge:
            return False
        done = webauthn.verify_authentication_response(
            credential=said, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=host(), expected_origin=origin(),
            credential_public_key=base64url_to_bytes(row.public), credential_current_sign_count=row.signs,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    changed = Passkey.objects.filter(pk=row.pk, signs=row.signs).update(signs=done.new_sign_count, used_at=timezone.now())
    return bool(changed)
