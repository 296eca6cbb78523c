"""The enterprise's desk shows its own, and the leader's figures are the lengths of their lists."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from jiangcheng.papers.models import Paper
from tests.web_enterprise import scene
from tests.web_enterprise.test_bound import stage_photo

PAGES = ("home", "visits", "orders", "papers", "sites", "account")


def words(answer) -> str:
    return answer.content.decode()


def test_enterprise_sees_only_its_own(stage):
    visit = scene.whole(stage, order=True)
    order = visit.orders.get()
    own, other = stage.world.client("enterprise"), stage.world.client("other_enterprise")
    single = [("enterprise-visit", visit.number), ("enterprise-answer", visit.number), ("enterprise-order", order.number)]
    for name, number in single:
        assert own.get(reverse(name, args=[number])).status_code == 200
        assert other.get(reverse(name, args=[number])).status_code == 404
        assert Client().get(reverse(name, args=[number])).status_code == 302
        assert stage.world.client("officer1").get(reverse(name, args=[number])).status_code == 403
    for name in PAGES:
        mine, theirs = own.get(reverse(f"enterprise-{name}")), other.get(reverse(f"enterprise-{name}"))
        assert mine.status_code == theirs.status_code == 200
        assert visit.number not in words(theirs) and "武汉演示食品" not in words(theirs) and order.number not in words(theirs)
    paper = Paper.objects.get(matter=visit.number, kind="result")
    assert own.get(reverse("paper-file", args=[paper.code, "docx"])).status_code == 200
    assert other.get(reverse("paper-file", args=[paper.code, "docx"])).status_code == 404


def test_nothing_betrays_a_visit_before_arrival(stage):
    visit = stage.coded()
    own = stage.world.client("enterprise")
    for name in PAGES:
        assert visit.number not in words(own.get(reverse(f"enterprise-{name}")))
    for name in ("enterprise-visit", "enterprise-answer"):
        assert own.get(reverse(name, args=[visit.number])).status_code == 404
    assert "本年度尚未接受检查" in words(own.get(reverse("enterprise-home")))
    leader = stage.world.client("leader").get(reverse("leader-home"))
    assert all(n == 0 for f, n in leader.context["groups"][1][1])


@pytest.mark.duty("327-18-5", "327-15-1", "allowed")
def test_home_says_what_to_do_first(stage):
    stage.cap(2)
    visit = scene.whole(stage, order=True)
    shown = words(stage.world.client("enterprise").get(reverse("enterprise-home")))
    assert "补齐 2 种调味料" in shown and "提交整改" in shown and "接受的检查 1 次" in shown and "计入年度频次" in shown
    assert visit.orders.get().number and "已检查 1 次，公布的上限 2 次" in shown


@pytest.mark.duty("327-20-5", "327-20-3", "allowed")
def test_correction_from_the_account(stage):
    visit = scene.whole(stage, order=True)
    order = visit.orders.get()
    client, address = stage.world.client("enterprise"), reverse("enterprise-order", args=[order.number])
    empty = client.post(address, {"text": "其他说明", "key": "q"})
    assert empty.status_code == 409 and "其他说明" in words(empty) and "#point-0" in words(empty)
    with open(stage_photo(), "rb") as one, open(__file__, "rb") as wrong:
        assert client.post(address, {"point-0": "已补齐", "proof-0": wrong, "key": "k0"}).status_code == 409
        assert client.post(address, {"point-0": "已补齐", "text": "总部寄回", "proof-0": one, "key": "k1"}).status_code == 302
    order.refresh_from_db()
    assert order.state == "submitted" and order.submission == "已补齐\n总部寄回" and order.submission_files.count() == 1
    assert "已提交的整改" in words(client.get(address))


def test_consent_is_given_and_taken_back(stage):
    client, address = stage.world.client("enterprise"), reverse("enterprise-account")
    client.post(address, {"step": "consent"})
    stage.world.enterprise.refresh_from_db()
    assert stage.world.enterprise.e_delivery_at
    before = scene.leaves()
    client.post(address, {"step": "consent"})
    assert scene.leaves() == before
    client.post(address, {"step": "withdraw"})
    stage.world.enterprise.refresh_from_db()
    assert stage.world.enterprise.e_delivery_at is None


def test_all_papers_in_one_file(stage):
    scene.whole(stage)
    answer = stage.world.client("enterprise").get(reverse("enterprise-bundle"))
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert any("行政检查结果告知书" in n for n in names) and not any("审批表" in n for n in names)
    empty = stage.world.client("other_enterprise").get(reverse("enterprise-bundle"))
    assert zipfile.ZipFile(io.BytesIO(empty.content)).namelist() == []


def test_account_reads_under_the_code(stage):
    visit = scene.whole(stage)
    assert "检查结果" in words(stage.world.client("enterprise").get(scene.page(visit, "verify-visit")))
    assert "通知书文号" in words(stage.world.client("other_enterprise").get(scene.page(visit, "verify-visit")))


def test_leaders_figures_are_the_lengths_of_their_lists(stage):
    scene.whole(stage, order=True)
    client = stage.world.client("leader")
    home = client.get(reverse("leader-home"))
    figures = {f.slug: n for _, rows in home.context["groups"] for f, n in rows}
    assert figures["daily"] == 1 and figures["correct"] == 1 and figures["open"] == 1 and figures["filed"] == 1
    for slug, n in figures.items():
        page = client.get(reverse("leader-rows", args=[slug]))
        assert page.status_code == 200 and page.context["page"].paginator.count == n
    assert "口径" in words(home)
    assert stage.world.client("officer1").get(reverse("leader-home")).status_code == 403


@pytest.mark.duty("327-40-02", "allowed")
def test_enterprise_chooses_who_acts(stage):
    visit = scene.whole(stage)
    client, address = stage.world.client("enterprise"), reverse("enterprise-person-add")
    form = {"name": "小王", "username": "wang", "phone": "", "password": "Ganzao-2026-yi"}
    assert client.post(address, {**form, "password": "1234"}).status_code == 422
    assert client.post(address, {**form, "username": "officer1"}).status_code == 409
    assert client.post(address, form).status_code == 302
    other = Client()
    assert other.login(username="wang", password="Ganzao-2026-yi")
    assert other.get(reverse("enterprise-visit", args=[visit.number])).status_code == 200
    assert "小王" in words(client.get(reverse("enterprise-account")))
