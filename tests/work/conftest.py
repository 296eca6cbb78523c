"""Fixtures: a staged world, and stand-ins for mail, short messages and pushes that speak the real protocols."""

from __future__ import annotations

import pytest

from jiangcheng.work import standins
from jiangcheng.work.models import Wish
from tests.visits.stage import Stage

KINDS = ["approve", "decided", "visit", "result", "remind", "handover", "firm", "filing", "item"]


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    """Files of a test go into a folder of its own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def stage(world):
    """A published item and a filed plan on the demo world."""
    return Stage(world)


@pytest.fixture
def outside(settings):
    """The three ways out, set up and running."""
    with standins.MailServer() as mail, standins.SmsGateway(secret="s3cret") as sms, standins.HookReceiver(secret="shared") as hook:
        settings.MAIL_SERVER = f"smtp://127.0.0.1:{mail.port}?from=notice@jiangcheng.example"
        settings.SMS_GATEWAY = f"cmpp://901234:s3cret@127.0.0.1:{sms.port}?src=10690000&service=JC"
        settings.NOTICE_HOOK, settings.NOTICE_HOOK_SECRET = f"http://127.0.0.1:{hook.port}/in", "shared"
        yield {"mail": mail, "sms": sms, "hook": hook}


@pytest.fixture
def wish(world):
    """Everything by mail and by short message, for an account."""

    def make(key: str) -> Wish:
        return Wish.objects.create(
            account=world.accounts[key], mail=f"{key}@example.org", mobile="13800000001", by_mail=KINDS, by_sms=KINDS,
        )

    return make
