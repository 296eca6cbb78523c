"""Notices: who is told what, that nothing secret leaves, and that the outbox delivers, tries again and gives up to a person."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits.actions import door, scheme
from jiangcheng.jobs import timer
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.work import adapters, cmpp, notices, outbox, people
from jiangcheng.work.models import Notice, Sending
from jiangcheng.work.notices import Tell

pytestmark = pytest.mark.django_db


def told(world, key: str) -> list[str]:
    return list(Notice.objects.filter(account=world.accounts[key]).order_by("id").values_list("words", flat=True))


def some(world, key: str = "head", kind: str = "approve") -> Notice:
    return notices.post(Tell([world.accounts[key].pk], kind, "一句话"))[0]


def test_each_step_tells_whom_it_concerns_and_not_who_took_it(stage, world):
    visit = stage.submitted()
    assert told(world, "head") == told(world, "deputy") == [f"检查方案 {visit.number} 待您审批"]
    assert told(world, "officer1") == [] or "声明" in told(world, "officer1")[0]
    scheme.return_(stage.head, stage.fresh(visit), "时间太长")
    assert told(world, "officer1")[-1] == f"检查方案 {visit.number} 已退回修改" == told(world, "officer2")[-1]
    assert told(world, "planner") == told(world, "other_head") == told(world, "enterprise") == []


def test_a_notice_is_part_of_the_act(stage, world):
    visit = stage.ready()
    before = Notice.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        scheme.submit(stage.lead, visit)
        raise RuntimeError
    assert Notice.objects.count() == before


@pytest.mark.duty("327-06-1", "refused")
def test_nothing_secret_is_in_a_notice_before_arrival(stage, world, outside, wish):
    """Subject and time of a visit to come: not in a notice, not in what leaves, not to whom may not know of the visit."""
    for key in ("head", "officer1", "officer2", "planner", "enterprise"):
        wish(key)
    visit = stage.coded()
    start = timezone.localtime().replace(hour=10, minute=17, second=0, microsecond=0) + dt.timedelta(days=1)
    scheme.reschedule(stage.lead, visit, start, start + dt.timedelta(hours=2), "企业停电")
    scheme.approve(stage.head, stage.fresh(visit))
    scheme.drop(stage.lead, stage.fresh(visit), "线索不实")
    outbox.deliver_due()
    firm, site = visit.enterprise, visit.site
    secret = {firm.name, firm.name[:6], firm.uscc, firm.initials, site.address, site.name, str(start.date()), "10:17", "02:17",
              f"{start:%-m月%-d日}"}
    inside = [notice.words + json.dumps(notice.args) for notice in Notice.objects.all()]
    left = [str(m) + m["Subject"] + m.get_content() for m in outside["mail"].got] + [" ".join(m) for m in outside["sms"].got]
    left += [p["body"] for p in outside["hook"].got]
    assert len(inside) >= 6 and len(left) >= 12
    assert [(s, text) for s in secret for text in (*inside, *left) if s in text] == []
    assert [text for text in left if visit.number in text] == []
    assert told(world, "enterprise") == told(world, "planner") == told(world, "officer3") == []


def test_an_enterprise_is_told_when_it_may_know(stage, world):
    visit = stage.coded()
    assert told(world, "enterprise") == []
    door.announce(stage.lead, visit)
    assert told(world, "enterprise") == ["有一次检查已预告，请查看"]


def test_three_ways_out_over_real_lines(world, outside, wish):
    wish("head")
    some(world)
    assert len(outbox.deliver_due()) == 3
    letter, = outside["mail"].got
    assert letter["To"] == "head@example.org" and letter["From"] == "notice@jiangcheng.example"
    assert letter["Subject"] == "【江城】有一件事等您审批，请登录平台查看。" and "/messages/" in letter.get_content()
    assert outside["sms"].got == [("13800000001", "【江城】有一件事等您审批，请登录平台查看。")]
    push, = outside["hook"].got
    assert json.loads(push["body"])["words"] == "【江城】有一件事等您审批，请登录平台查看。"
    assert push["headers"]["Idempotency-Key"] == json.loads(push["body"])["id"]
    assert outbox.deliver_due() == [], "what arrived is not sent again"


def test_only_what_was_wished_and_is_set_up_leaves(world, settings, outside, wish):
    wished = wish("head")
    wished.by_mail, wished.by_sms = ["remind"], []
    notices.save_wish(world.accounts["head"], wished)
    settings.NOTICE_HOOK = ""
    assert not Sending.objects.filter(notice=some(world)).exists()
    assert list(Sending.objects.filter(notice=some(world, kind="remind")).values_list("channel", flat=True)) == ["mail"]
    assert not Sending.objects.filter(notice=some(world, "deputy", "remind")).exists(), "no wish, no sending"


def test_an_address_taken_back_is_not_used(world, outside, wish, settings):
    settings.NOTICE_HOOK = ""
    wished = wish("head")
    some(world)
    wished.delete()
    assert outbox.deliver_due() == []
    assert {s.error for s in Sending.objects.all()} == {"NotSent：本人已取消这种通知方式"} or all("取消" in s.error for s in Sending.objects.all())
    assert outside["mail"].got == [] == outside["sms"].got


@pytest.mark.parametrize("channel", ["mail", "sms", "hook"])
def test_what_fails_is_tried_again_after_the_pause(world, outside, wish, channel):
    wish("head")
    outside[channel].refuse = 1
    some(world)
    now = timezone.now()
    assert {s.channel for s in outbox.deliver_due(now)} == {"mail", "sms", "hook"} - {channel}
    waiting = Sending.objects.get(channel=channel)
    assert waiting.tries == 1 and waiting.error and waiting.done_at is None
    assert outbox.deliver_due(now + dt.timedelta(seconds=299)) == []
    assert [s.channel for s in outbox.deliver_due(now + dt.timedelta(seconds=301))] == [channel]
    assert len(outside[channel].got) == 1


@pytest.mark.duty("HR-08-20", "allowed")
@pytest.mark.duty("327-08-2", "allowed")
def test_after_48_tries_it_is_the_task_of_a_person(world, settings, wish):
    settings.NOTICE_HOOK = "http://127.0.0.1:9/closed"
    some(world)
    now = timezone.now()
    for n in range(60):
        outbox.deliver_due(now + dt.timedelta(seconds=301 * n))
    sending = Sending.objects.exclude(failed_at=None).get()
    assert sending.tries == 48 and list(outbox.failed()) == [sending]
    assert told(world, "admin") == ["一条消息的接口推送投递 48 次未成功，请处理"]
    admin = world.client("admin")
    page = admin.get("/todo/").content.decode()
    assert "处理未送达的消息" in page and "一句话" not in page
    listed = admin.get("/admin/outbox/").content.decode()
    assert "head" in listed and "接口推送，已试 48 次" in listed and "一句话" not in listed
    admin.post("/admin/outbox/", {"row": sending.pk, "bulk": "again"})
    sending.refresh_from_db()
    assert (sending.tries, sending.failed_at) == (0, None) and not outbox.failed().exists()
    Sending.objects.filter(pk=sending.pk).update(failed_at=now)
    admin.post("/admin/outbox/", {"row": sending.pk, "bulk": "close"})
    assert not outbox.failed().exists() and Sending.objects.get(pk=sending.pk).settled_by == world.admin


@pytest.mark.duty("HR-08-20", "refused")
def test_a_sending_is_settled_once_and_by_the_administrator(world):
    sending = Sending.objects.create(notice=some(world), channel="hook", due_at=timezone.now(), failed_at=timezone.now())
    with pytest.raises(Refused):
        outbox.again(world.actor("head"), sending)
    outbox.close(world.actor("admin"), sending)
    with pytest.raises(Refused):
        outbox.close(world.actor("admin"), sending)


def test_of_two_clocks_one_sends(world, outside, wish):
    wish("head")
    some(world)
    sending, now = Sending.objects.get(channel="mail"), timezone.now()
    assert outbox._try(sending.pk, now) and outbox._try(sending.pk, now) is None
    assert len(outside["mail"].got) == 1


def test_the_timed_work_delivers(world, outside, wish):
    wish("head")
    some(world)
    assert "消息投递：3 件" in list(timer.run_once())


def test_a_gateway_that_cannot_prove_itself_gets_nothing(outside):
    outside["sms"].secret = "another"
    with pytest.raises(cmpp.Wrong, match="拒绝登录"), cmpp.Gateway("127.0.0.1", outside["sms"].port, "901234", "s3cret", 5):
        pass
    assert outside["sms"].got == []


def test_a_push_with_another_signature_is_refused(world, outside, settings):
    settings.NOTICE_HOOK_SECRET = "wrong"
    some(world)
    assert outbox.deliver_due() == [] and outside["hook"].got == []
    assert "401" in Sending.objects.get().error
    assert adapters.signature("a", "1", b"x") != adapters.signature("a", "2", b"x") != adapters.signature("b", "2", b"x")


def test_a_message_is_unpacked_as_it_was_written():
    assert cmpp.LONGEST * 2 <= 140
    with pytest.raises(ValueError):
        cmpp.Gateway.submit(None, "1380000x", "字", src="", service="")
    with pytest.raises(ValueError):
        cmpp.Gateway.submit(None, "13800000000", "字" * 71, src="", service="")


def test_accounts_are_those_with_a_seat_today(world):
    assert people.accounts("head", body=world.body.pk) == sorted([world.accounts["head"].pk, world.accounts["deputy"].pk])
    with ledger.act("test.end", SYSTEM):
        seat = world.seats["deputy"][0]
        seat.valid_until = world.today - dt.timedelta(days=1)
        seat.save()
    assert people.accounts("head", body=world.body.pk) == [world.accounts["head"].pk]
