"""Log-in, sessions, seats, password and claim as a person meets them."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from jiangcheng.parties import access, enterprises
from jiangcheng.parties.models import Account, LoginEvent, OpenSession
from tests.world import PASSWORD


def login(client, username="planner", password=PASSWORD, **more):
    return client.post("/login/", {"username": username, "password": password, **more})


def test_log_in_leads_to_the_desk_of_the_seat(world):
    client = Client()
    page = client.get("/login/").content.decode()
    assert 'autocomplete="current-password"' in page and 'autocomplete="username"' in page and "onpaste" not in page
    answer = login(client)
    assert answer.status_code == 302 and answer.url == "/planner/"
    assert "叶芳（演示）" in client.get("/planner/").content.decode()


@pytest.mark.parametrize(("wanted", "got"), [("/sessions/", "/sessions/"), ("https://other.example/", "/planner/"), ("//other.example", "/planner/")])
def test_after_log_in_only_our_own_addresses(world, wanted, got):
    assert login(Client(), next=wanted).url == got


def test_misses_are_told_and_then_locked_with_the_time_left(world):
    client = Client()
    for left in (4, 3, 2, 1):
        page = login(client, password="wrong-password")
        assert page.status_code == 403 and f"还可试 {left} 次" in page.content.decode()
    locked = login(client, password="wrong-password")
    page = locked.content.decode()
    assert locked.status_code == 429 and "已锁定，15 分钟后" in page and 'value="planner"' in page and "wrong-password" not in page
    assert "已锁定" in login(client).content.decode()
    Account.objects.filter(username="planner").update(locked_until=timezone.now() - dt.timedelta(seconds=1))
    assert login(client).status_code == 302


def test_unknown_accounts_read_the_same(world):
    known, unknown = login(Client(), password="x").content.decode(), login(Client(), username="nobody", password="x").content.decode()
    assert "账号或密码不符，还可试 4 次" in known and "账号或密码不符，还可试 4 次" in unknown


def test_log_out_is_a_post(world):
    client = world.client("planner")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == "/login/"
    assert not OpenSession.objects.exists() and client.get("/sessions/").url.startswith("/login/?next=")


def test_sessions_are_listed_and_ended(world):
    here, there = world.client("planner"), world.client("planner")
    page = here.get("/sessions/").content.decode()
    assert "本机" in page and "退出其他 1 处登录" in page
    row = OpenSession.objects.get(key=there.session.session_key)
    stranger = world.client("head")
    assert stranger.post("/sessions/", {"session": row.pk}).status_code == 404
    assert here.post("/sessions/", {"session": row.pk}).status_code == 302
    assert there.get("/sessions/").url.startswith("/login/") and here.get("/sessions/").status_code == 200
    world.client("planner")
    here.post("/sessions/", {"all": "1"})
    assert OpenSession.objects.filter(account=world.accounts["planner"]).count() == 1


def test_a_person_with_two_seats_switches(world):
    world.add_person("both", "双岗（演示）", ("officer", world.body), ("planner", world.body))
    client = world.client("both")
    assert "执法人员" in client.get("/seat/").content.decode()
    assert client.post("/seat/", {"seat": world.seats["both"][1].pk}).url == "/planner/"
    assert client.post("/seat/", {"seat": world.seats["head"][0].pk}).status_code == 404
    assert client.post("/seat/", {"seat": "x"}).status_code == 404


def test_an_idle_session_ends(world, settings):
    client = world.client("planner")
    client.get("/sessions/")
    session = client.session
    session["last_request"] = session["last_request"] - 31 * 60
    session.save()
    assert client.get("/sessions/").url.startswith("/login/")
    assert client.get("/planner/").content.decode() == ""


def test_a_new_password_ends_other_sessions(world):
    here, there = world.client("planner"), world.client("planner")
    wrong = here.post("/password/", {"old": "falsch", "new": "1234567890", "again": "1234567891"}).content.decode()
    assert "当前密码不符" in wrong and "falsch" not in wrong
    unlike = here.post("/password/", {"old": PASSWORD, "new": "Changjiang-Daqiao-57", "again": "Changjiang-Daqiao-58"})
    assert "两次填写的新密码不同" in unlike.content.decode()
    good = {"old": PASSWORD, "new": "Changjiang-Daqiao-57", "again": "Changjiang-Daqiao-57"}
    assert here.post("/password/", good).status_code == 302
    assert here.get("/sessions/").status_code == 200 and there.get("/sessions/").status_code == 302
    assert login(Client(), password="Changjiang-Daqiao-57").status_code == 302 and login(Client()).status_code == 403


def claim(client, world, code, **more):
    data = {"uscc": world.other_enterprise.uscc, "code": code, "name": "钱明", "username": "qianming", "password": "Yizhi-Xiangcheng-7"}
    return client.post("/claim/", data | more)


def test_an_enterprise_claims_its_account(world):
    code = enterprises.make_claim_code(world.other_enterprise, "照市监检通〔2026〕1号")
    client = Client()
    assert client.get("/claim/").status_code == 200
    page = claim(client, world, "AAAAAAAAAA")
    assert page.status_code == 409 and "还可试 4 次" in page.content.decode() and 'value="钱明"' in page.content.decode()
    weak = claim(client, world, code, password="kurz")
    assert weak.status_code == 409 and "10" in weak.content.decode()
    answer = claim(client, world, f"{code[:5]} {code[5:]}".lower())
    assert answer.status_code == 302
    account = Account.objects.get(username="qianming")
    assert access.actor_for(account, access.seats_today(account)[0]).enterprise == world.other_enterprise.pk
    assert client.get("/sessions/").status_code == 200


def test_a_bad_credit_code_is_said_beside_the_field(world):
    page = claim(Client(), world, "AAAAAAAAAA", uscc="91420100711954273B").content.decode()
    assert "校验位不符" in page and LoginEvent.objects.count() == 0


def test_guessing_claims_from_one_address_stops(world):
    code = enterprises.make_claim_code(world.other_enterprise, "")
    rows = [LoginEvent(username="认领", ok=False, address="127.0.0.1") for _ in range(access.ADDRESS_TRIES)]
    LoginEvent.objects.bulk_create(rows)
    assert "尝试次数过多" in claim(Client(), world, code).content.decode()


@pytest.mark.duty("327-04-1", "HR-04-1", "allowed")
def test_a_person_decides_about_an_open_subject(world):
    client = world.client("planner")
    page = client.get("/subjects/").content.decode()
    assert "示范律师事务所" in page and "武汉演示食品" not in page
    address = f"/subjects/{world.law_firm.pk}/"
    assert "请填写认定理由" in client.post(address, {"applies": "no", "reason": ""}).content.decode()
    assert client.post(address, {"applies": "no", "reason": "律师事务所由司法行政部门登记"}).status_code == 302
    assert "没有待认定" in client.get("/subjects/").content.decode()
    assert "律师事务所由司法行政部门登记" in client.get(address).content.decode()


@pytest.mark.duty("HR-04-1", "refused")
def test_what_the_code_settles_is_not_decided(world):
    client = world.client("planner")
    answer = client.post(f"/subjects/{world.enterprise.pk}/", {"applies": "no", "reason": "理由"})
    assert answer.status_code == 409 and "已能确定类别" in client.get(f"/subjects/{world.enterprise.pk}/").content.decode()


@pytest.mark.parametrize(("key", "status"), [("enterprise", 403), ("admin", 403), ("supervisor", 403), ("other_planner", 404), ("anonymous", 302)])
def test_subjects_are_for_the_bodies_of_the_place(world, key, status):
    assert world.client(key).get(f"/subjects/{world.law_firm.pk}/").status_code == status
