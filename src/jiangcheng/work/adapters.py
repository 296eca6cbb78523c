"""Ways out of the platform: SMTP, a short-message gateway that speaks CMPP 2.0, a signed HTTP push. One function: ``send``.

Where they are stands in the environment (run book); a way that is not set up is not used. Each call ends within TIMEOUT
seconds, and says why it failed in words for the administrator.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import httpx
from django.conf import settings
from django.utils import timezone

from jiangcheng.work import cmpp, notices
from jiangcheng.work.models import Sending

TIMEOUT = 10
"""Seconds for one try."""


class NotSent(Exception):
    """Why a try failed, in words."""


def send(sending: Sending) -> None:
    """Hand one sending to its way; ``NotSent`` when the other side did not take it."""
    try:
        WAYS[sending.channel](sending)
    except (OSError, ValueError, smtplib.SMTPException, httpx.HTTPError, cmpp.Wrong) as problem:
        raise NotSent(f"{type(problem).__name__}：{problem}") from problem


def _wish(sending: Sending, name: str) -> str:
    value = getattr(getattr(sending.notice.account, "wish", None), name, "")
    if not value:
        raise NotSent("本人已取消这种通知方式")
    return value


def _mail(sending: Sending) -> None:
    """SMTP, ``smtps://user:password@host:465?from=…`` or ``smtp://…?from=…&tls=start``."""
    where = urlparse(settings.MAIL_SERVER)
    options = {k: v[-1] for k, v in parse_qs(where.query).items()}
    letter = EmailMessage()
    letter["Subject"] = notices.outside(sending.notice)
    letter["From"] = options.get("from") or f"jiangcheng@{where.hostname}"
    letter["To"] = _wish(sending, "mail")
    letter["Message-ID"] = f"<notice-{sending.pk}@{where.hostname}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(f"{notices.outside(sending.notice)}\n\n{settings.PUBLIC_ADDRESS}/messages/\n")
    secure = ssl.create_default_context()
    if where.scheme == "smtps":
        server = smtplib.SMTP_SSL(where.hostname, where.port or 465, timeout=TIMEOUT, context=secure)
    else:
        server = smtplib.SMTP(where.hostname, where.port or 25, timeout=TIMEOUT)
    with server:
        if options.get("tls") == "start":
            server.starttls(context=secure)
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
        server.send_message(letter)


def _sms(sending: Sending) -> None:
    """CMPP 2.0, ``cmpp://company:secret@host:7890?src=10690000&service=JC``."""
    where = urlparse(settings.SMS_GATEWAY)
    options = {k: v[-1] for k, v in parse_qs(where.query).items()}
    with cmpp.Gateway(where.hostname, where.port or 7890, unquote(where.username or ""), unquote(where.password or ""), TIMEOUT) as gateway:
        gateway.submit(_wish(sending, "mobile"), notices.outside(sending.notice), src=options.get("src", ""), service=options.get("service", "JC"))


def signature(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over ``moment``, a full stop and the body, as the header ``X-Jiangcheng-Signature`` carries it."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _hook(sending: Sending) -> None:
    """POST of a small JSON text; any answer 2xx means taken. The receiver checks signature and time, and knows the id again."""
    notice = sending.notice
    said: dict[str, Any] = {
        "id": f"notice-{sending.pk}", "account": notice.account.username, "kind": notice.kind, "words": notices.outside(notice),
        "at": notice.at.isoformat(), "link": f"{settings.PUBLIC_ADDRESS}/messages/",
    }
    body, moment = json.dumps(said, ensure_ascii=False).encode(), str(int(timezone.now().timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8", "X-Jiangcheng-Time": moment,
        "X-Jiangcheng-Signature": signature(settings.NOTICE_HOOK_SECRET, moment, body), "Idempotency-Key": said["id"],
    }
    answer = httpx.post(settings.NOTICE_HOOK, content=body, headers=headers, timeout=TIMEOUT, follow_redirects=False)
    if not answer.is_success:
        raise NotSent(f"对方答复 {answer.status_code}")


WAYS = {"mail": _mail, "sms": _sms, "hook": _hook}
