"""The five ways of delivery: what each needs, and what is done with mail."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.law.rule import Refused
from jiangcheng.papers import delivery, files, glass
from tests.papers.papers_fixture import STROKES, make, picture


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def officer(world):
    return world.actor("officer1")


@pytest.fixture
def paper(world):
    return make(world)


def send(officer, paper, manner, **values):
    return delivery.deliver([paper], manner, officer, matter="M-1", **values)


def photo(officer):
    return files.keep(picture(), matter="M-1", purpose="proof", actor=officer)


def signature(officer):
    return glass.keep(STROKES, matter="M-1", actor=officer)


WAYS = {
    "glass": (lambda o: {"receiver": "孙兰", "signature": signature(o)}, "signed"),
    "paper": (lambda o: {"receiver": "孙兰", "proof": photo(o)}, "signed"),
    "platform": (lambda o: {"consent": "2026年1月6日由孙兰同意"}, "platform"),
    "refused": (lambda o: {"reason": "认为检查不当", "witness": "社区赵某", "proof": photo(o)}, "refused"),
    "post": (lambda o: {"post_number": "1234567890123"}, "posted"),
}


@pytest.mark.duty("327-18-5", "allowed")
@pytest.mark.parametrize("manner", WAYS)
def test_each_way_with_its_proof(officer, paper, manner):
    values, state = WAYS[manner]
    row = send(officer, paper, manner, **values(officer))
    assert row.state == state
    assert (delivery.undelivered([paper]) == []) is (manner != "post")


@pytest.mark.duty("327-18-5", "refused")
@pytest.mark.parametrize(("manner", "word"), [
    ("glass", "没有签名"), ("paper", "没有签收页照片"), ("platform", "同意电子送达"), ("refused", "没有见证人"), ("post", "邮件号码"),
])
def test_each_way_without_its_proof_is_refused(officer, paper, manner, word):
    with pytest.raises(Refused, match=word):
        send(officer, paper, manner, receiver="孙兰")
    assert not delivery.of("M-1").exists()


def test_all_that_lacks_is_said_at_once(officer, paper):
    with pytest.raises(Refused) as refused:
        send(officer, paper, "refused")
    assert len(refused.value.breaches) == 3


def test_time_before_issue_or_in_the_future_is_refused(officer, paper):
    for at in (paper.issued_at - dt.timedelta(minutes=1), timezone.now() + dt.timedelta(hours=1)):
        with pytest.raises(Refused, match="送达时间"):
            send(officer, paper, "platform", consent="同意", at=at)


def test_nothing_is_delivered_without_papers(officer, paper):
    row = delivery.draft("platform", officer, matter="M-1", consent="同意")
    with pytest.raises(Refused):
        delivery.send(row, [], officer)


def test_unknown_way_is_refused(officer):
    with pytest.raises(Refused, match="送达方式"):
        delivery.draft("pigeon", officer, matter="M-1")


def test_other_body_cannot_deliver(world, paper):
    with pytest.raises(Refused, match="权限"):
        send(world.actor("other_officer1"), paper, "platform", consent="同意")


def test_the_enterprise_signs_for_its_own_papers_only(world, officer, paper):
    for who, works in (("other_enterprise", False), ("enterprise", True)):
        actor = world.actor(who)
        row = delivery.draft("glass", actor, matter="M-1", receiver="孙兰", signature=signature(officer))
        if works:
            assert delivery.send(row, [paper], actor).state == "signed"
        else:
            with pytest.raises(Refused, match="权限"):
                delivery.send(row, [paper], actor)


@pytest.mark.duty("327-18-5", "allowed")
def test_mail_arrives_or_comes_back_with_the_failure_on_record(officer, paper):
    row = send(officer, paper, "post", post_number="123")
    assert row.delivered_at is None and not delivery.settled(row)
    with pytest.raises(Refused, match="退回的原因"):
        delivery.came_back(row, officer, " ")
    delivery.came_back(row, officer, "原址查无此单位")
    assert row.state == "waiting" and delivery.settled(row)
    other = send(officer, paper, "post", post_number="124")
    delivery.arrived(other, officer, timezone.now())
    assert other.state == "done" and delivery.settled(other)


def test_receipt_sheet_prints(world, officer, paper):
    row = send(officer, paper, "glass", receiver="孙兰", receiver_role="店长", signature=signature(officer))
    data = delivery.sheet(row, [paper], case="检查M-1", place="示范区演示路8号", server="李强")
    made = make(world, "delivery", **data)
    assert made.data["papers"][0]["number"] == paper.number
    assert made.data["signed"]["strokes"]
