"""The record, the end with orders, and what follows, through the officer's pages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.visits.actions import enterprise
from jiangcheng.inspection.visits.models import Answer, Order, Visit
from jiangcheng.kernel.models import Leaf
from jiangcheng.papers.models import StoredFile
from tests.web_officer.conftest import DRAWN, at, photo

pytestmark = pytest.mark.django_db


def fresh(visit) -> Visit:
    return Visit.objects.get(pk=visit.pk)


def test_problem_without_words_is_refused_and_stays_chosen(stage, world):
    visit = stage.started()
    answer = world.client("officer1").post(at("visit-question", visit, n=1), {"verdict": "problem", "text": "", "key": "a"})
    text = answer.content.decode()
    assert answer.status_code == 409 and "须写明看到的情况" in text and "第十八条" in text
    assert 'value="problem" aria-label="发现问题" checked' in text
    assert not Answer.objects.filter(visit=visit).exists()


def test_the_same_send_twice_counts_once(stage, world):
    visit = stage.started()
    a, data = world.client("officer1"), {"verdict": "problem", "text": "货架 B 区缺记录", "key": "a"}
    for _ in range(2):
        assert a.post(at("visit-question", visit, n=1), data | {"photos": photo()})["Location"] == at("visit-question", visit, n=2)
    assert Answer.objects.filter(visit=visit).count() == 1
    assert StoredFile.objects.filter(matter=visit.number, purpose="evidence").count() == 1
    assert Leaf.objects.filter(act="visit.answer").count() == 1
    picture = Answer.objects.get(visit=visit).photos.get()
    kept = a.get(at("visit-file", visit, pk=picture.pk))
    assert kept.status_code == 200 and kept["Content-Type"] == "image/jpeg"
    assert world.client("other_officer1").get(at("visit-file", visit, pk=picture.pk)).status_code == 404


def test_both_officers_write_and_see_each_other(stage, world):
    visit = stage.started()
    world.client("officer2").post(at("visit-question", visit, n=2), {"answer": "na", "key": "b"})
    found = world.client("officer1").get(at("visit-answers", visit)).json()
    assert found["cells"] == ["", "done", ""] and found["open"] == [1, 3] and "王敏（演示）" in found["others"]


def test_outbox_is_told_where_to_go(stage, world):
    visit = stage.started()
    headers = {"HTTP_ACCEPT": "application/json", "HTTP_IDEMPOTENCY_KEY": "row-9"}
    done = world.client("officer1").post(at("visit-question", visit, n=1), {"answer": "fine"}, **headers)
    assert done.json() == {"next": at("visit-question", visit, n=2)}


def test_cards_are_kept_by_the_phone_before_the_door(stage, world):
    visit = stage.coded()
    a = world.client("officer1")
    assert a.get(at("visit-question", visit, n=2))["Location"] == at("visit-code", visit)
    assert a.get(at("visit-question", visit, n=2), HTTP_X_BACKGROUND="1").status_code == 200
    assert at("visit-question", visit, n=3) in a.get(at("visit-detail", visit)).content.decode()


def answered(stage, world, visit, bad=()):
    a = world.client("officer1")
    for n in (1, 2, 3):
        data = {"verdict": "problem", "text": f"第 {n} 项不符合"} if n in bad else {"answer": "fine"}
        a.post(at("visit-question", visit, n=n), data | {"key": f"q{n}"})
    return a


def signed(world, key="e", **more):
    pads = {f"sign_{p.pk}": DRAWN for p in world.officers[:2]}
    return {"key": key, "step": "end", "receiver": "孙兰", "receiver_role": "店长", "sign_notice": DRAWN, "sign_firm": DRAWN} | pads | more


@pytest.mark.duty("327-18-4", "refused")
def test_end_without_the_other_officer_keeps_the_signatures(stage, world):
    visit = stage.started()
    a = answered(stage, world, visit)
    data = signed(world)
    missing = data.pop(f"sign_{world.officers[1].pk}")
    answer = a.post(at("visit-finish", visit), data)
    text = answer.content.decode()
    assert answer.status_code == 409 and "检查人员王敏（演示）尚未在笔录上签名" in text
    assert fresh(visit).signatures.count() == 2 and fresh(visit).receiver == "孙兰"
    last = {"key": "e2", "step": "end", f"sign_{world.officers[1].pk}": missing}
    assert a.post(at("visit-finish", visit), last).status_code == 302
    assert fresh(visit).state == "to_tell"


@pytest.mark.duty("327-18-4", "327-20-1", "allowed")
def test_end_sent_twice_acts_once(stage, world):
    visit = stage.started()
    a = answered(stage, world, visit)
    for _ in range(2):
        assert a.post(at("visit-finish", visit), signed(world)).status_code == 302
    assert Leaf.objects.filter(act="visit.finish").count() == 1


@pytest.mark.duty("327-20-3", "refused")
def test_order_without_what_to_do_is_refused_and_keeps_the_input(stage, world):
    visit = stage.started()
    a = answered(stage, world, visit, bad=(2,))
    points = {"correct-count": "1", "correct-0-fact": "缺少进货记录", "correct-0-ground": "第五十三条", "correct-0-todo": "", "correct-due": ""}
    answer = a.post(at("visit-finish", visit), signed(world, outcomes="correct", guidance="已说明", **points))
    text = answer.content.decode()
    assert answer.status_code == 409 and "没有写明要求" in text and "没有写明期限" in text and "缺少进货记录" in text
    assert fresh(visit).state == "inspecting" and fresh(visit).signatures.count() == 3


@pytest.mark.duty("327-20-3", "327-20-5", "327-18-5", "allowed")
def test_correction_submission_and_closing(stage, world):
    visit = stage.started()
    a = answered(stage, world, visit, bad=(2,))
    page = a.get(at("visit-finish", visit)).content.decode()
    assert "责令改正通知书" in page and "第 2 项不符合" in page
    due = (timezone.localdate() + dt.timedelta(days=15)).isoformat()
    points = {"correct-count": "1", "correct-0-fact": "缺少进货记录", "correct-0-broken": "第五十三条", "correct-0-ground": "第一百二十六条",
              "correct-0-todo": "补齐三个月的进货记录", "correct-due": due}
    done = a.post(at("visit-finish", visit), signed(world, outcomes="correct", guidance="已说明要求", **points))
    assert done.status_code == 302, done.content.decode()[:3000]
    tell = {"key": "t", "step": "tell", "manner": "glass", "receiver": "孙兰", "receiver_role": "店长", "sign_receipt": DRAWN}
    assert a.post(at("visit-finish", visit), tell).status_code == 302
    assert fresh(visit).state == "following"
    assert a.post(at("visit-finish", visit), {"key": "x", "step": "close"}).status_code == 409
    order = Order.objects.get(visit=visit)
    assert reverse("officer-order", args=[order.number]) in a.get(reverse("officer-followups")).content.decode()
    where = reverse("officer-order", args=[order.number])
    assert a.post(where, {"step": "done", "opinion": "", "key": "d0"}).status_code == 409
    enterprise.submit(stage.firm, order, "已补齐记录")
    assert "已补齐记录" in a.get(where).content.decode()
    assert a.post(where, {"step": "done", "opinion": "已核对记录", "key": "d1"})["Location"] == where
    assert a.post(at("visit-finish", visit), {"key": "y", "step": "close"}).status_code == 302
    assert fresh(visit).state == "closed"


def test_recheck_leads_to_a_scheme(stage, world):
    visit = stage.started()
    a = answered(stage, world, visit, bad=(1,))
    due = (timezone.localdate() + dt.timedelta(days=15)).isoformat()
    points = {"correct-count": "1", "correct-0-fact": "缺少", "correct-0-ground": "第五十三条", "correct-0-todo": "补齐", "correct-due": due}
    a.post(at("visit-finish", visit), signed(world, outcomes="correct", guidance="已说明", **points))
    a.post(at("visit-finish", visit), {"key": "t", "step": "tell", "manner": "glass", "receiver": "孙兰", "sign_receipt": DRAWN})
    order = Order.objects.get(visit=visit)
    answer = a.post(reverse("officer-order", args=[order.number]), {"step": "recheck", "key": "r"})
    follow = Visit.objects.get(order=order)
    assert answer["Location"] == reverse("visit-scheme", args=[follow.number])


def test_refusal_to_sign_takes_reason_witness_and_picture(stage, world):
    visit = stage.started()
    a = answered(stage, world, visit)
    bare = a.post(at("visit-finish", visit), {"step": "refuse", "key": "r", "receiver": "孙兰", "reason": "", "witness": ""})
    assert bare.status_code == 409 and "没有见证人" in bare.content.decode()
    full = {"step": "refuse", "key": "r2", "receiver": "孙兰", "reason": "未说明", "witness": "社区刘某", "proof": photo()}
    assert a.post(at("visit-finish", visit), full).status_code == 302
    assert fresh(visit).signatures.get().way == "refused"
