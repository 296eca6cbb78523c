"""本次检查: only for the browser that is bound to the visit, or the enterprise's account."""

from __future__ import annotations

import json

import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.rules.record import demands_head
from jiangcheng.papers.models import Paper
from jiangcheng.web.verify import bound
from tests.web_enterprise import scene

SECRET = "调味料两种没有供货者许可证"


def words(answer) -> str:
    return answer.content.decode()


def inner(visit) -> list[str]:
    paper = facts.notice(visit)
    return [scene.page(visit, "verify-visit"), scene.page(visit, "verify-answer"), reverse("paper-file", args=[paper.code, "pdf"])]


def test_stranger_reads_no_result(stage):
    visit = scene.whole(stage, order=True)
    stranger = Client()
    order = visit.orders.get()
    for address in [*inner(visit), scene.page(visit), scene.page(visit, "verify-order", order.number), scene.page(visit, "verify-json")]:
        answer = stranger.get(address)
        assert SECRET not in words(answer) and "补齐" not in words(answer) and "武汉演示食品" not in words(answer)
    before = scene.leaves()
    for address in (scene.page(visit, "verify-answer"), scene.page(visit, "verify-order", order.number)):
        stranger.post(address, {"step": "object", "objection": "x", "point-0": "x", "text": "x"})
    assert scene.leaves() == before
    assert stranger.post(scene.page(visit, "verify-confirm"), {}, follow=True).status_code == 200
    assert SECRET not in words(stranger.get(scene.page(visit, "verify-visit")))


@pytest.mark.duty("327-18-5", "allowed")
def test_bound_browser_reads_result_and_papers(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    visit = scene.whole(stage, order=True, visit=stage.fresh(visit))
    shown = words(client.get(scene.page(visit, "verify-visit")))
    assert SECRET in shown and "补齐 2 种调味料" in shown and "您要做的事" in shown and "查看存证回执" in shown
    for paper in Paper.objects.filter(matter=visit.number):
        answer = client.get(reverse("paper-file", args=[paper.code, "pdf"]))
        assert answer.status_code == (404 if paper.kind in ("approval", "transfer", "file_index") else 200)
    notice = facts.notice(visit)
    answer = client.get(reverse("paper-file", args=[notice.code, "pdf"]))
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].startswith("inline") and answer.content[:5] == b"%PDF-"


def test_opens_by_code_and_number_of_the_notice(stage):
    visit = scene.shown(stage, stage.arrived())
    number = facts.notice(visit).number
    client = Client()
    assert "通知书文号" in words(client.get(scene.page(visit, "verify-visit")))
    assert client.post(scene.page(visit, "verify-open"), {"notice": "示市监检通〔2026〕999号"}).status_code == 422
    typed = number.replace("〔", "(").replace("〕", ")").removeprefix("（演示）")
    assert client.post(scene.page(visit, "verify-open"), {"notice": f" {typed} "}).status_code == 302
    assert "检查正在进行" in words(client.get(scene.page(visit, "verify-visit")))


def test_number_of_the_notice_is_not_guessed(stage):
    visit = scene.shown(stage, stage.arrived())
    client = Client()
    for n in range(bound.NUMBER_TRIES):
        client.post(scene.page(visit, "verify-open"), {"notice": f"示市监检通〔2020〕{n}号"})
    answer = client.post(scene.page(visit, "verify-open"), {"notice": facts.notice(visit).number})
    assert answer.status_code == 429 and "明天再试" in words(answer)


def test_not_open_before_arrival(stage):
    from jiangcheng.inspection.visits.actions import door

    visit = stage.coded()
    notice = door.issue_notice(stage.lead, visit)
    client = Client()
    assert client.post(scene.page(visit, "verify-open"), {"notice": notice.number}).status_code == 422
    own = stage.world.client("enterprise")
    assert "通知书文号" in words(own.get(scene.page(visit, "verify-visit")))
    assert own.get(reverse("paper-file", args=[notice.code, "pdf"])).status_code == 404


@pytest.mark.duty("327-18-4", "327-18-5", "allowed")
def test_whole_answer_without_account(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    visit = scene.shown(stage, stage.fresh(visit))
    address = scene.page(visit, "verify-answer")
    assert "还不能签名" in words(client.get(address))
    visit = scene.answered(stage, visit, SECRET)
    client.post(address, {"step": "statement", "statement": "许可证在总部，已联系补寄。", "name": "孙兰", "role": "店长"})
    visit = stage.fresh(visit)
    assert visit.statement.startswith("许可证在总部") and visit.receiver == "孙兰"
    assert SECRET in words(client.get(address))
    drawing = json.dumps(scene.LINE)
    assert client.post(address, {"step": "sign", "name": "孙兰", "sign_party": drawing, "key": "a1"}).status_code == 302
    client.post(address, {"step": "sign", "name": "孙兰", "sign_party": drawing, "key": "a1"})
    assert visit.signatures.filter(kind="enterprise").count() == 1
    assert client.post(address, {"step": "statement", "statement": "改一改"}).status_code == 409
    visit = scene.finished(stage, scene.signed(stage, visit), order=True)
    assert "签收文书" in words(client.get(address))
    missing = client.post(address, {"step": "receive", "name": "", "key": "b0"})
    assert missing.status_code == 409
    done = client.post(address, {"step": "receive", "name": "孙兰", "role": "店长", "sign_receive": drawing, "key": "b1"})
    assert done.status_code == 302 and done["Location"] == scene.page(visit, "verify-visit")
    assert "待签收" not in words(client.get(done["Location"]))


def test_typed_name_with_short_code(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    visit = scene.answered(stage, scene.shown(stage, stage.fresh(visit)))
    address = scene.page(visit, "verify-answer")
    wrong = client.post(address, {"step": "sign", "name": "孙兰", "sign_party_typed": "孙兰", "sign_party_code": "0000"})
    assert wrong.status_code == 409 and "孙兰" in words(wrong)
    short = scene.code_of(visit).short
    assert client.post(address, {"step": "sign", "sign_party_typed": "孙兰", "sign_party_code": short}).status_code == 302
    assert visit.signatures.get(kind="enterprise").way == "typed"


def test_recusal_from_the_door(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    address = scene.page(visit, "verify-answer")
    seat = visit.officers.first()
    assert client.post(address, {"step": "recuse", "seat": seat.pk, "reason": ""}).status_code == 409
    assert client.post(address, {"step": "recuse", "seat": seat.pk, "reason": "有债务纠纷"}).status_code == 302
    assert visit.recusals.get().reason == "有债务纠纷"


@pytest.mark.duty("327-20-5", "allowed")
def test_correction_without_account(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    visit = scene.whole(stage, order=True, visit=stage.fresh(visit))
    order = visit.orders.get()
    address = scene.page(visit, "verify-order", order.number)
    assert client.post(address, {"step": "more_time", "reason": "许可证在邮寄途中"}).status_code == 302
    empty = client.post(address, {"text": ""})
    assert empty.status_code == 409 and "第 1 项没有写明" in words(empty)
    picture = open(stage_photo(), "rb")  # noqa: SIM115
    assert client.post(address, {"point-0": "已补齐两张许可证", "proof-0": picture, "key": "k1"}).status_code == 302
    order.refresh_from_db()
    assert order.state == "submitted" and order.submission == "已补齐两张许可证" and order.submission_files.count() == 1
    assert "检查单位会核对" in words(client.get(address))


def stage_photo() -> str:
    import tempfile

    from PIL import Image

    with tempfile.NamedTemporaryFile(suffix=".jpg", delete=False) as file:
        Image.new("RGB", (60, 40), (10, 120, 60)).save(file, "JPEG")
    return file.name


def test_receipt_is_the_ledgers(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    visit = scene.whole(stage, visit=stage.fresh(visit))
    shown = client.get(scene.page(visit, "verify-visit"))
    _, leaf, address = shown.context["v"].receipts[0]
    found = client.get(address)
    assert found.status_code == 200 and found.json()["promise"] and leaf.number in found["Content-Disposition"]
    assert Client().get(address).status_code == 200 and "通知书文号" in words(Client().get(address))
    other = scene.page(visit, "verify-receipt", "0000000001")
    assert client.get(other).status_code == 404


def test_only_what_changed_is_sent_again(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    address, part = scene.page(visit, "verify-visit"), {"HX-Request": "true"}
    seen = client.get(address).context["v"].mark
    assert client.get(address, {"seen": seen}, headers=part).status_code == 204
    scene.shown(stage, stage.fresh(visit))
    again = client.get(address, {"seen": seen}, headers=part)
    assert again.status_code == 200 and 'id="notice"' in words(again) and "<html" not in words(again)


TEMPLATES = ("start", "good", "used", "later", "bad", "report", "gate", "visit_part", "answer", "order")


@pytest.mark.duty("327-40-02", "refused")
def test_no_page_demands_the_legal_representative(stage):
    """No field and no sentence of the enterprise's pages asks for one certain person; the word test catches what would."""
    assert demands_head("请法定代表人到场签名")
    names = [f"verify/{n}.html" for n in TEMPLATES] + ["enterprise/order_form.html", "enterprise/account.html", "enterprise/visit.html"]
    for name in names:
        source = get_template(name).template.source
        assert not demands_head(source) and "法定代表人" not in source and "legal_person" not in source


@pytest.mark.duty("327-40-02", "allowed")
def test_anybody_whom_the_enterprise_sends_receives(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    visit = scene.answered(stage, scene.shown(stage, stage.fresh(visit)))
    address = scene.page(visit, "verify-answer")
    form = {"step": "receive", "name": "小王", "role": "收银员", "sign_receive": json.dumps(scene.LINE), "key": "c1"}
    assert client.post(address, form).status_code == 302
    assert client.post(address, {"step": "sign", "name": "小王", "sign_party": json.dumps(scene.LINE), "key": "c2"}).status_code == 302
    assert visit.signatures.get(kind="enterprise").name == "小王"
