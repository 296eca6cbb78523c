"""Three administrators: nobody holds two offices, each does his own, the audit administrator changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.parties import access, actions
from jiangcheng.parties.models import Account, Certificate, Competence, Seat
from tests.world import PASSWORD, hashed


@pytest.fixture(autouse=True)
def fresh():
    yield
    parameters.forget()
    access.split_since.forget()


def seat(world, key, role, **more):
    return Seat(account=world.accounts[key], role=role, body=world.city_office, valid_from=world.today, **more)


@pytest.fixture
def divided(world):
    world.add_person("security", "安全（演示）", ("security", world.city_office))
    world.add_person("audit", "审计（演示）", ("audit", world.city_office))
    return world


@pytest.mark.duty("327-08-3", "allowed")
def test_one_administrator_is_enough_until_the_first_split_and_no_longer(world):
    assert not access.divided() and world.actor("admin").roles == {"admin", "security", "audit"}
    assert "三员尚未分设" in world.client("admin").get("/admin/").content.decode()
    world.add_person("a", "安全（演示）")
    world.add_person("b", "审计（演示）")
    actions.add_seat(seat(world, "a", "security"), world.actor("admin"))
    assert world.actor("admin").has("security")  # one office alone divides nothing
    actions.add_seat(seat(world, "b", "audit"), world.actor("admin"))
    assert access.divided() and world.actor("admin").roles == {"admin"}
    with ledger.act("test.gone", SYSTEM):  # and there is no way back
        Seat.objects.filter(role="security").update(valid_until=world.today - dt.timedelta(days=1))
    assert access.divided() and not world.actor("admin").has("security")


def test_a_split_to_come_does_not_bind_yet(world):
    world.add_person("a", "安全（演示）")
    world.add_person("b", "审计（演示）")
    for key, role in (("a", "security"), ("b", "audit")):
        row = seat(world, key, role)
        row.valid_from = world.today + dt.timedelta(days=3)
        actions.add_seat(row, world.actor("admin"))
    assert not access.divided() and access.divided(world.today + dt.timedelta(days=3))


@pytest.mark.duty("327-08-3", "refused")
@pytest.mark.parametrize(("held", "wanted"), [("admin", "security"), ("admin", "audit"), ("security", "audit"), ("audit", "admin")])
def test_nobody_holds_two_offices_whatever_the_account(divided, held, wanted):
    person = divided.people[held]
    with ledger.act("test.account", SYSTEM):
        second = Account.objects.create(username="second", person=person, password=hashed())
    divided.add_person("security2", "另一安全（演示）", ("security", divided.city_office))
    for account in (divided.accounts[held], second):
        with pytest.raises(Refused, match=r"不能兼任|不得由一人兼任"):
            actions.add_seat(Seat(account=account, role=wanted, body=divided.city_office, valid_from=divided.today), divided.actor("security2"))


def test_an_administrators_account_holds_no_desk_of_business(divided):
    for held, wanted in (("audit", "officer"), ("security", "planner")):
        with pytest.raises(Refused, match="不能兼任"):
            divided.add_person("security3", "三（演示）", ("security", divided.city_office)) if "security3" not in divided.accounts else None
            actions.add_seat(seat(divided, held, wanted), divided.actor("security3"))
    with pytest.raises(Refused, match="不能兼任"):
        actions.add_seat(seat(divided, "officer1", "audit"), divided.actor("security"))
    with pytest.raises(Refused, match="给自己"):
        actions.add_seat(seat(divided, "security", "security"), divided.actor("security"))


def verbs(world, actor):
    """What each office may do: name -> (office, act)."""
    account, body, row = world.accounts["officer1"], world.body, world.certificates[0]
    return {
        "body": ("admin", lambda: actions.save_body(body, actor)),
        "power": ("admin", lambda: actions.add_competence(body, Competence(field="fire", basis="三定", valid_from=world.start), actor)),
        "person": ("admin", lambda: actions.save_person(world.officers[0], actor)),
        "certificate": ("admin", lambda: actions.save_certificate(Certificate.objects.get(pk=row.pk), actor)),
        "account": ("admin", lambda: actions.add_account("new", PASSWORD, world.officers[0], actor)),
        "calendar": ("admin", lambda: actions.import_days([actions.DayLine(dt.date(2031, 1, 1), False, "元旦")], "通知", actor)),
        "house rule": ("admin", lambda: actions.decide_parameter("HR-14-1", "15", world.today, "纪要", actor)),
        "seat": ("security", lambda: actions.add_seat(Seat(account=account, role="planner", body=body, valid_from=world.start), actor)),
        "end": ("security", lambda: actions.end_term(world.seats["officer1"][0], world.today, actor)),
        "unlock": ("security", lambda: actions.unlock(account, actor)),
        "off": ("security", lambda: actions.set_active(account, False, "离任", actor)),
        "password": ("security", lambda: actions.reset_password(account, PASSWORD, actor)),
        "sessions": ("security", lambda: actions.end_sessions(account, "x", actor)),
        "safety": ("security", lambda: actions.decide_parameter("HR-08-13", "3", world.today, "纪要", actor)),
    }


NAMES = ["body", "power", "person", "certificate", "account", "calendar", "house rule", "seat", "end", "unlock", "off", "password", "sessions",
         "safety"]


@pytest.mark.duty("327-08-3", "refused")
@pytest.mark.parametrize("name", NAMES)
def test_each_office_does_its_own_and_not_the_others(divided, name):
    for who in ("admin", "security", "audit"):
        office, act = verbs(divided, divided.actor(who))[name]
        if who != office:
            with pytest.raises(Refused, match="权限"):
                act()
    office = verbs(divided, divided.actor("admin"))[name][0]
    verbs(divided, divided.actor(office))[name][1]()


@pytest.mark.duty("327-08-3", "refused")
def test_the_last_of_an_office_stays(divided):
    divided.add_person("security2", "另一安全（演示）", ("security", divided.city_office))
    actor = divided.actor("security")
    for key in ("audit", "admin"):
        with pytest.raises(Refused, match="最后一名"):
            actions.end_term(divided.seats[key][0], divided.today, actor)
        with pytest.raises(Refused, match="最后一名"):
            actions.set_active(divided.accounts[key], False, "离任", actor)
    actions.end_term(divided.seats["security2"][0], divided.today, actor)
    with pytest.raises(Refused, match="最后一名"):
        actions.end_term(divided.seats["security"][0], divided.today, actor)


PAGES = {
    "admin": {"admin": True, "security": False, "audit": False}, "admin/bodies": {"admin": True, "security": False, "audit": False},
    "admin/accounts": {"admin": True, "security": True, "audit": True}, "admin/parameters": {"admin": True, "security": True, "audit": True},
    "security": {"admin": False, "security": True, "audit": False}, "security/keys": {"admin": False, "security": True, "audit": False},
    "audit": {"admin": False, "security": False, "audit": True}, "audit/sights": {"admin": False, "security": False, "audit": True},
    "audit/acts": {"admin": False, "security": False, "audit": True}, "audit/ledger": {"admin": False, "security": False, "audit": True},
}


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_the_three(divided, page):
    for who, may in PAGES[page].items():
        assert divided.client(who).get(f"/{page}/").status_code == (200 if may else 403), who


def test_log_in_leads_to_the_own_desk_and_the_navigation_shows_it_alone(divided):
    for who, here, not_here in (("security", "密钥", "节假日"), ("audit", "登录记录", "密钥"), ("admin", "节假日", "登录记录")):
        client = divided.client(who)
        assert client.post("/login/", {"username": who, "password": PASSWORD}).url == f"/{who}/"
        page = client.get(f"/{who}/").content.decode()
        side = page.split('<nav class="side"')[1].split("</nav>")[0]
        assert here in side and not_here not in side


def test_the_audit_administrator_reads_what_was_done_and_can_send_nothing(divided):
    divided.client("anonymous").post("/login/", {"username": "planner", "password": "falsch"})
    actions.reveal(divided.planner, divided.actor("admin"))
    actions.unlock(divided.accounts["planner"], divided.actor("security"))
    client = divided.client("audit")
    assert "planner" in client.get("/audit/?show=bad").content.decode()
    assert "查看完整号码" in client.get("/audit/sights/").content.decode()
    said = client.get("/audit/acts/").content.decode()
    assert "解锁账号" in said and "安全（演示）" in said
    assert "没有找到" not in client.get("/audit/acts/?q=安全").content.decode()
    from django.urls import get_resolver

    posted = [p for p in get_resolver().url_patterns if str(p.pattern) in ("audit/",)]
    for pattern in posted[0].url_patterns:
        assert client.post(f"/audit/{pattern.pattern}").status_code == 405
    pk = divided.accounts["planner"].pk
    for page in (f"accounts/{pk}/seat/", f"accounts/{pk}/unlock/", f"accounts/{pk}/password/", "bodies/new/", "accounts/", "parameters/HR-08-11/"):
        assert client.post(f"/admin/{page}").status_code == 403, page


def test_keys_are_changed_on_the_page_by_two(divided, tmp_path, monkeypatch):
    monkeypatch.setenv("JIANGCHENG_VAR", str(tmp_path))
    one, other = divided.client("security"), divided.client("city_supervisor")
    assert divided.client("supervisor").get("/security/keys/").status_code == 403
    assert one.post("/security/keys/", {"use": "code", "why": "按年度计划更换"}).status_code == 302
    from jiangcheng.parties.identity import KeyRotation

    row = KeyRotation.objects.get()
    page = one.get("/security/keys/").content.decode()
    assert "须由另一名" in page and "确认更换检查码密钥" not in page
    refused = one.post(f"/security/keys/{row.pk}/", {"step": "confirm"})
    assert refused.status_code == 409 and "两人" in refused.content.decode()
    assert "确认更换检查码密钥" in other.get("/security/keys/").content.decode()
    assert other.post(f"/security/keys/{row.pk}/", {"step": "confirm"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "done"
