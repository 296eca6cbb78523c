"""查验检查码: reading changes nothing, confirming counts once, a bad code is red, outside the window no names."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.visits.actions import door
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import Leaf
from jiangcheng.papers import codes, portraits
from jiangcheng.papers.models import Guess
from tests.web_enterprise import scene

NAMES = ("李强", "王敏", "武汉演示食品", "示范区市场监督管理局")


def words(answer) -> str:
    return answer.content.decode()


@pytest.mark.duty("327-17-4", "HR-17-3", "allowed")
def test_live_code_is_confirmed_once(stage):
    visit = stage.coded()
    client, answer = scene.scan(visit)
    assert answer.status_code == 302 and answer["Location"] == scene.page(visit, "verify-visit")
    visit = stage.fresh(visit)
    assert visit.state == "arrived" and scene.code_of(visit).used_by == "enterprise"
    assert "检查人员已到场" in words(client.get(answer["Location"]))


@pytest.mark.duty("327-17-4", "HR-17-3", "refused")
def test_forwarded_picture_is_read_not_confirmed(stage):
    visit = stage.coded()
    old = codes.rotating(scene.code_of(visit), timezone.now() - dt.timedelta(minutes=5))
    client = Client()
    shown = client.get(scene.page(visit), {"r": old})
    assert "此码有效" in words(shown) and "还差" in words(shown) and "李强" in words(shown)
    answer = client.post(scene.page(visit, "verify-confirm"), {"r": old})
    assert answer.status_code == 409 and "不能确认到场" in words(answer)
    assert stage.fresh(visit).state == "to_enter"


def test_page_may_be_read_longer_than_the_code_changes(stage, monkeypatch):
    visit = stage.coded()
    client = Client()
    shown = client.get(scene.page(visit), scene.live(visit))
    ticket = shown.context["live_ticket"]
    assert ticket
    stale = codes.rotating(scene.code_of(visit), timezone.now() - dt.timedelta(minutes=5))
    assert client.post(scene.page(visit, "verify-confirm"), {"r": stale, "live": ticket}).status_code == 302
    assert stage.fresh(visit).state == "arrived"


def test_ticket_of_another_code_is_nothing(stage):
    first = stage.coded()
    ticket = Client().get(scene.page(first), scene.live(first)).context["live_ticket"]
    second = stage.coded(site=stage.world.site2)
    assert Client().post(scene.page(second, "verify-confirm"), {"live": ticket}).status_code == 409


@pytest.mark.duty("327-17-4", "allowed")
def test_reading_changes_nothing(stage):
    visit = stage.coded()
    before = scene.leaves()
    client = Client()
    for _ in range(3):
        for address in (scene.page(visit), scene.page(visit).rstrip("/"), scene.page(visit, "verify-json"), scene.page(visit, "verify-report")):
            assert client.get(address, scene.live(visit)).status_code == 200
        client.get(scene.page(visit, "verify-visit"))
        client.head(scene.page(visit))
    assert client.get(scene.page(visit, "verify-confirm")).status_code == 405
    assert scene.leaves() == before and stage.fresh(visit).state == "to_enter"
    assert scene.code_of(visit).state == "ready" and not Guess.objects.exists()
    assert "sessionid" not in client.cookies


@pytest.mark.duty("327-17-4", "allowed")
def test_second_confirmation_is_calm(stage):
    visit = stage.coded()
    client, _ = scene.scan(visit)
    before = scene.leaves()
    answer = client.post(scene.page(visit, "verify-confirm"), scene.live(visit), follow=True)
    assert answer.status_code == 200 and "无需重复" in words(answer)
    assert scene.leaves() == before
    shown = words(client.get(scene.page(visit)))
    assert "无需重复" in shown and "本次检查" in shown


def test_typed_short_code_leads_to_its_page(stage):
    visit = stage.coded()
    short = scene.code_of(visit).short
    answer = Client().post(reverse("verify-start"), {"code": f" {short[:4].lower()} {short[4:8]}-{short[8:]} "})
    assert answer.status_code == 302 and answer["Location"] == scene.page(visit)
    shown = words(Client().get(reverse("verify", args=[short])))
    assert "此码有效" in shown and "还差" in shown


def test_guesses_are_limited_with_calm_words(stage):
    visit = stage.coded()
    client = Client()
    for n in range(codes.TRIES):
        answer = client.post(reverse("verify-start"), {"code": "2222 2222 2" + codes.LETTERS[n]})
        assert answer.status_code == 422 and f"还可试 {codes.TRIES - n - 1} 次" in words(answer)
    answer = client.post(reverse("verify-start"), {"code": scene.code_of(visit).short})
    assert answer.status_code == 429 and "分钟后再试" in words(answer) and "！" not in words(answer)
    answer = client.get(reverse("verify", args=[scene.code_of(visit).short]))
    assert answer.status_code == 429 and "此码无效" not in words(answer)
    assert "此码有效" in words(client.get(scene.page(visit)))


@pytest.mark.duty("327-17-4", "327-17-2", "refused")
@pytest.mark.parametrize("value", ["2222222222", "nonsense", "A" * 150])
def test_unknown_is_red(stage, value):
    answer = words(Client().get(reverse("verify", args=[value])))
    assert "此码无效" in answer and "此码不能证明来人身份和检查事项" in answer and "查无此码" in answer
    assert "我要反映" in answer and "verify-bad" in answer


def test_altered_token_is_red(stage):
    visit = stage.coded()
    token = scene.code_of(visit).token
    wrong = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
    answer = words(Client().get(reverse("verify", args=[wrong])))
    assert "此码无效" in answer and "签名不符" in answer
    assert all(name not in answer for name in NAMES)


def test_revoked_is_red_with_reason(stage):
    visit = stage.coded()
    address = scene.page(visit)
    door.revoke(stage.supervisor, visit, "计划重复")
    answer = words(Client().get(address))
    assert "此码无效" in answer and "原因：已撤销" in answer and "027-00000000" in answer
    assert "计划重复" not in answer and all(name not in answer for name in NAMES[:3])
    assert Client().post(address + "confirm/")["Location"] == address
    said = Client().get(address.rstrip("/") + ".json")
    assert said.status_code == 410 and said.json()["state"] == "revoked" and "officers" not in said.json()


@pytest.mark.duty("327-17-4", "HR-17-5", "refused")
@pytest.mark.parametrize(("shift", "title"), [(dt.timedelta(hours=-6), "尚未到检查时间"), (dt.timedelta(hours=6), "检查已结束")])
def test_outside_the_window_no_names(stage, monkeypatch, shift, title):
    visit = stage.coded()
    code = scene.code_of(visit)
    stage_now = timezone.now() + shift
    real = codes.read
    monkeypatch.setattr(codes, "read", lambda value, now=None, *, where="": real(value, stage_now, where=where))
    for value in (code.token, code.short):
        answer = words(Client().get(reverse("verify", args=[value]), {"r": codes.rotating(code, timezone.now())}))
        assert title in answer and all(name not in answer for name in NAMES)
        said = Client().get(reverse("verify-json", args=[value])).json()
        assert set(said) == {"state", "word", "now"}
    before = scene.leaves()
    Client().post(scene.page(visit, "verify-confirm"), scene.live(visit))
    assert scene.leaves() == before


def test_machine_readable(stage):
    visit = stage.coded()
    said = Client().get(scene.page(visit, "verify-json")).json()
    assert said["state"] == "valid" and said["body"] == stage.world.body.name and len(said["window"]) == 2
    assert [o["name"] for o in said["officers"]] == ["李强（演示）", "王敏（演示）"]
    assert Client().get(scene.page(visit), headers={"Accept": "application/json"}).json()["state"] == "valid"
    keys = Client().get(reverse("verify-keys")).json()["keys"]
    assert codes.verify_token(said["token"], keys) is not None
    assert Client().get(reverse("verify-json", args=["2222222222"])).status_code == 404


@pytest.mark.duty("327-18-2", "allowed")
def test_page_shows_people_and_keeps_the_answer(stage):
    visit = stage.coded()
    seats = list(visit.officers.order_by("id"))
    shown = words(Client().get(scene.page(visit), scene.live(visit)))
    for seat in seats:
        assert seat.person.name in shown and seat.certificate.number in shown and f'name="seen-{seat.pk}"' in shown
    assert "checked" not in shown
    scene.scan(visit, **{f"seen-{seats[0].pk}": "yes", f"seen-{seats[1].pk}": "no"})
    assert [s.seen for s in visit.officers.order_by("id")] == ["yes", "no"]
    assert visit.reports.filter(kind="not_shown").count() == 1


@pytest.mark.duty("327-18-2", "refused")
def test_not_shown_blocks_the_start(stage):
    from jiangcheng.law.rule import Refused

    visit = stage.coded()
    seats = list(visit.officers.order_by("id"))
    scene.scan(visit, **{f"seen-{s.pk}": "no" for s in seats})
    door.issue_notice(stage.lead, visit)
    with pytest.raises(Refused) as refused:
        door.start(stage.lead, stage.fresh(visit))
    assert any("未出示" in b.sentence or "尚未出示" in b.sentence for b in refused.value.breaches)


@pytest.mark.duty("327-18-2", "allowed")
def test_mismatch_is_kept_and_said_again(stage):
    visit = stage.coded()
    client = Client()
    address = scene.page(visit, "verify-report")
    assert "请先核实" in words(client.get(address)) and "027-00000000" in words(client.get(address))
    assert client.post(address, {"text": "来的人不在名单上"}).status_code == 302
    assert client.post(address, {"text": "再说一次"}).status_code == 302
    assert [r.text for r in visit.reports.all()] == ["来的人不在名单上"]
    assert "核实之前，检查不能开始" in words(client.get(address))
    assert "还差" in words(client.get(scene.page(visit))) or "人员不符" in words(client.get(scene.page(visit)))


def test_staff_do_not_act_for_the_enterprise(stage):
    visit = stage.coded()
    client = stage.world.client("officer1")
    answer = client.post(scene.page(visit, "verify-confirm"), scene.live(visit))
    assert answer.status_code == 409 and stage.fresh(visit).state == "to_enter"
    client.post(scene.page(visit, "verify-report"), {"text": "x"})
    assert not visit.reports.exists()


def test_account_of_another_enterprise_confirms_as_holder_of_the_code(stage):
    visit = stage.coded()
    client = stage.world.client("other_enterprise")
    assert client.post(scene.page(visit, "verify-confirm"), scene.live(visit)).status_code == 302
    leaf = Leaf.objects.get(act="visit.arrive", subject_id=str(visit.pk))
    assert stage.fresh(visit).state == "arrived" and "郑平" not in leaf.actor_name and leaf.actor is None


def test_page_claims_no_right_to_refuse_entry(stage):
    visit = stage.coded()
    shown = words(Client().get(scene.page(visit), scene.live(visit)))
    for claim in ("有权拒绝", "可以拒绝检查", "拒绝入企", "可以不让"):
        assert claim not in shown


def test_confirmation_needs_its_token(stage):
    visit = stage.coded()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(scene.page(visit, "verify-confirm"), scene.live(visit)).status_code == 403
    assert stage.fresh(visit).state == "to_enter"


# --- photos ---


def _with_photo(stage) -> None:
    with ledger.act("test.photo", SYSTEM):
        certificate = stage.world.certificates[0]
        certificate.photo = portraits.keep(SimpleUploadedFile("a.jpg", portraits.drawn(1)))
        certificate.save()


@pytest.mark.duty("327-18-2", "allowed")
def test_green_page_shows_the_photo_of_its_officers(stage):
    _with_photo(stage)
    visit = stage.coded()
    shown = words(Client().get(scene.page(visit), scene.live(visit)))
    address = re.search(r'src="([^"]*/photos/[^"]*)"', shown)[1].replace("&amp;", "&")
    answer = Client().get(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"


@pytest.mark.duty("327-18-2", "refused")
def test_photo_is_hidden_from_others(stage):
    _with_photo(stage)
    mine, other = stage.world.certificates[0].pk, stage.world.lapsed_certificate.pk
    visit = stage.coded()
    assert Client().get(scene.page(visit, "verify-photo", str(other))).status_code == 404
    assert Client().get(reverse("verify-photo", args=["nonsense", mine])).status_code == 404
    bound, _ = scene.scan(visit)
    assert bound.get(scene.page(visit, "verify-photo", str(mine))).status_code == 200
    assert Client().get(scene.page(visit, "verify-photo", str(mine))).status_code == 404
    door.revoke(stage.supervisor, stage.fresh(visit), "人员有变")
    assert bound.get(reverse("verify-photo", args=[scene.codes.InspectionCode.objects.get(visit=visit.number).token, mine])).status_code == 404
