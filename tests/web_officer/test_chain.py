"""The officer's pages from the code to the archive, on two phones."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jiangcheng.inspection.visits.actions import outcome
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.papers.models import Delivery
from tests.web_officer.conftest import DRAWN, at


def walk(client, address, data, target):
    """Post and follow to where it should lead."""
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.content.decode()[:6000]
    assert answer["Location"] == target
    return client.get(target)


@pytest.mark.django_db
def test_all_clear_visit(stage, world):
    visit = stage.coded()
    a, c = world.client("officer1"), world.client("officer2")
    page = a.get(at("visit-code", visit))
    assert page.status_code == 200 and "请企业扫码" in page.content.decode()
    assert a.get(at("visit-state", visit)).json()["state"] == "waiting"
    walk(a, at("visit-certificates", visit), {"key": "k1"}, at("visit-certificates", visit))
    stage.confirm(visit)
    found = a.get(at("visit-state", visit)).json()
    assert found["state"] == "scanned" and "已扫码入企" in found["text"]
    assert "出具通知书并开始检查" in a.get(at("visit-code", visit)).content.decode()
    page = walk(a, at("visit-start", visit), {"key": "k2"}, at("visit-record", visit))
    assert "第 1 项，共 3 项" in page.content.decode()
    for n in (1, 2, 3):
        who = c if n == 2 else a
        target = at("visit-question", visit, n=n + 1) if n < 3 else at("visit-finish", visit)
        page = walk(who, at("visit-question", visit, n=n), {"key": f"q{n}", "answer": "fine"}, target)
    text = page.content.decode()
    assert "现场检查笔录" in text and "签收通知书、笔录和结果告知书" in text
    walk(c, at("visit-finish", visit), {"key": "c1", "step": "sign", f"sign_{world.officers[1].pk}": DRAWN}, at("visit-finish", visit))
    data = {"key": "e1", "step": "end", "receiver": "孙兰", "receiver_role": "店长", "statement": "", "sign_notice": DRAWN, "sign_firm": DRAWN,
            f"sign_{world.officers[0].pk}": DRAWN}
    page = walk(a, at("visit-finish", visit), data, at("visit-finish", visit))
    text = page.content.decode()
    assert "告知结果" in text and "检查结束，用时" in text
    tell = {"key": "t1", "step": "tell", "manner": "glass", "receiver": "孙兰", "receiver_role": "店长", "sign_receipt": DRAWN}
    page = walk(a, at("visit-finish", visit), tell, at("visit-finish", visit))
    assert "没有缺项，可以办结" in page.content.decode()
    page = walk(a, at("visit-finish", visit), {"key": "x1", "step": "close"}, at("visit-finish", visit))
    page = walk(a, at("visit-finish", visit), {"key": "x2", "step": "archive"}, at("visit-finish", visit))
    assert "保管期限" in page.content.decode()
    assert Visit.objects.get(pk=visit.pk).state == "archived"
    for name in ("visit-detail", "visit-package", "visit-amend"):
        assert a.get(at(name, visit)).status_code == 200
    for tab in ("items", "papers", "process"):
        assert a.get(at("visit-detail", visit) + f"?tab={tab}").status_code == 200
    assert a.get(reverse("officer-followups")).status_code == 200


@pytest.mark.duty("327-18-5", "327-17-3", "allowed")
@pytest.mark.django_db
def test_a_firm_that_signs_for_the_result_is_told_with_the_end(stage, world):
    visit = stage.started()
    a = world.client("officer1")
    for n in (1, 2, 3):
        a.post(at("visit-question", visit, n=n), {"key": f"q{n}", "answer": "fine"})
    signatures = {f"sign_{p.pk}": DRAWN for p in world.officers[:2]}
    data = {"key": "e", "step": "end", "receiver": "孙兰", "receiver_role": "店长", "sign_firm": DRAWN, "sign_receipt": DRAWN} | signatures
    page = walk(a, at("visit-finish", visit), data, at("visit-finish", visit))
    assert "没有缺项，可以办结" in page.content.decode()
    told = Visit.objects.get(pk=visit.pk)
    assert told.state == "told" and told.told_at is not None
    assert {d.manner for d in Delivery.objects.filter(matter=visit.number)} == {"glass"}


@pytest.mark.duty("327-20-3", "refused")
@pytest.mark.django_db
def test_with_a_problem_the_end_does_not_tell(stage, world):
    """An order is read before it is received: its receipt is signed on the next page."""
    visit = stage.started()
    a = world.client("officer1")
    a.post(at("visit-question", visit, n=1), {"key": "q1", "verdict": "problem", "text": "两处记录不完整"})
    for n in (2, 3):
        a.post(at("visit-question", visit, n=n), {"key": f"q{n}", "answer": "fine"})
    signatures = {f"sign_{p.pk}": DRAWN for p in world.officers[:2]}
    order = {"correct-count": "1", "correct-0-fact": "两处记录不完整", "correct-0-ground": "第一百二十六条", "correct-0-todo": "补齐",
             "correct-due": outcome.proposal().isoformat()}
    data = {"key": "e", "step": "end", "receiver": "孙兰", "outcomes": "correct", "guidance": "已讲解", "sign_firm": DRAWN, "sign_receipt": DRAWN}
    walk(a, at("visit-finish", visit), data | signatures | order, at("visit-finish", visit))
    assert Visit.objects.get(pk=visit.pk).state == "to_tell"
