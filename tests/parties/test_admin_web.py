"""The administrator's desk: for nobody else, every write on the ledger, errors beside fields."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jiangcheng.kernel import calendar, ledger, parameters
from jiangcheng.kernel.models import Day, Leaf, Setting
from jiangcheng.law import parameters as shipped
from jiangcheng.parties import access, bodies
from jiangcheng.parties.models import Account, Body, Certificate, Competence, Headship, Person, Seat
from jiangcheng.web.admin.urls import urlpatterns
from tests.papers.test_portraits import face

OTHERS = ("planner", "officer1", "head", "supervisor", "city_supervisor", "superior", "leader", "enterprise")


@pytest.fixture
def admin(world):
    return world.client("admin")


@pytest.fixture(autouse=True)
def fresh():
    yield
    parameters.forget()
    calendar.forget()


def addresses(world):
    keys = {"body": world.body.pk, "account": world.accounts["planner"].pk, "certificate": world.certificates[0].pk, "person": world.head.pk}
    for pattern in urlpatterns:
        name = pattern.name
        if name == "admin-term":
            yield reverse(name, kwargs={"kind": "power", "pk": Competence.objects.first().pk})
        elif name == "admin-parameter":
            yield reverse(name, args=["HR-14-1"])
        elif "pk" in str(pattern.pattern):
            kind = "body" if "bodies" in str(pattern.pattern) else str(pattern.pattern).split("/")[0].rstrip("s").replace("people", "person")
            yield reverse(name, args=[keys[kind]])
        else:
            yield reverse(name)


@pytest.mark.parametrize("key", OTHERS)
def test_nobody_else_enters(world, key):
    client = world.client(key)
    for address in addresses(world):
        assert client.get(address).status_code == 403 and client.post(address).status_code == 403, address


def test_strangers_are_asked_to_log_in(world):
    for address in addresses(world):
        assert Client().get(address).url.startswith("/login/?next="), address


def test_every_page_stands(world, admin):
    for address in addresses(world):
        answer = admin.get(address)
        if answer.status_code != 405:
            assert answer.status_code == 200 and answer.content.decode().count("<h1") == 1, address


def test_home_names_what_is_wrong(world, admin):
    page = admin.get("/admin/").content.decode()
    assert "没有登记主要负责人" in page and "最近备份" in page and "存证检查点" in page and "不看业务记录" in page


@pytest.mark.duty("327-03-1", "allowed")
def test_a_body_is_entered_and_completed(world, admin):
    data = {"name": "示范区水务局（演示）", "short": "区水务局", "kind": "organ", "enforces": "on", "level": "district", "division": "420199"}
    assert admin.post("/admin/bodies/new/", data).status_code == 302
    body = Body.objects.get(name=data["name"])
    assert bodies.standing_on(body, world.today)
    page = admin.get(f"/admin/bodies/{body.pk}/").content.decode()
    assert "没有登记执法权的依据" in page and "示范区司法局" in page
    wrong = admin.post(f"/admin/bodies/{body.pk}/edit/", data | {"uscc": "123"}).content.decode()
    assert "应为 18 位" in wrong
    full = data | {"basis": "水法", "basis_level": "law", "judicial_office": world.district_office.pk}
    assert admin.post(f"/admin/bodies/{body.pk}/edit/", full).status_code == 302
    body.refresh_from_db()
    assert bodies.standing_on(body, world.today) == ()
    assert [leaf.act for leaf in ledger.history(body)] == ["parties.body_added", "parties.body_changed"]
    assert Leaf.objects.order_by("-id").first().actor == world.admin.pk


@pytest.mark.duty("327-03-2", "allowed")
def test_powers_are_entered_and_ended(world, admin):
    address = f"/admin/bodies/{world.body.pk}/powers/"
    data = {"field": "fire", "basis": "消防法", "valid_from": world.today, "valid_until": world.today - dt.timedelta(days=1)}
    assert "止日不能早于起日" in admin.post(address, data).content.decode()
    assert admin.post(address, data | {"valid_until": ""}).status_code == 302
    assert bodies.competent(world.body, "fire", world.today)
    row = Competence.objects.get(body=world.body, field="fire")
    tomorrow = world.today + dt.timedelta(days=1)
    assert admin.post(f"/admin/terms/power/{row.pk}/", {"valid_until": world.today, "why": "职权划转"}).status_code == 302
    assert bodies.competent(world.body, "fire", world.today) and not bodies.competent(world.body, "fire", tomorrow)
    early = admin.post(f"/admin/terms/power/{row.pk}/", {"valid_until": world.today - dt.timedelta(days=9), "why": "x"})
    assert early.status_code == 409 and "止日不能早于起日" in early.content.decode()


@pytest.mark.duty("327-06-3", "allowed")
def test_one_principal_head_at_a_time(world, admin):
    address = f"/admin/bodies/{world.body.pk}/heads/"
    data = {"person": world.deputy.pk, "rank": "principal", "valid_from": world.today}
    refused = admin.post(address, data)
    assert refused.status_code == 409 and "任期与此重叠" in refused.content.decode() and "第六条" in refused.content.decode()
    old = Headship.objects.get(person=world.head)
    admin.post(f"/admin/terms/head/{old.pk}/", {"valid_until": world.today - dt.timedelta(days=1), "why": "调离"})
    assert admin.post(address, data).status_code == 302
    assert bodies.responsible_head(world.body, world.today).person == world.deputy


def test_the_tree_filters(world, admin):
    page = admin.get("/admin/bodies/?show=headless").content.decode()
    assert "示范区消防救援大队" in page and "对照区市场监督管理局（演示）</a>" not in page
    assert "没有找到单位" in admin.get("/admin/bodies/?q=不存在").content.decode()


def test_a_phone_is_masked_and_looking_is_recorded(world, admin):
    address = f"/admin/people/{world.head.pk}/"
    page = admin.get(address).content.decode()
    assert world.head.phone not in page and "138****" in page
    assert world.head.phone not in admin.get("/admin/people/").content.decode()
    assert admin.get(address + "reveal/").status_code == 405
    shown = admin.post(address + "reveal/")
    assert world.head.phone in shown.content.decode() and "no-store" in shown["Cache-Control"]
    leaf = Leaf.objects.order_by("-id").first()
    assert (leaf.act, leaf.actor, leaf.subject_id) == ("parties.reveal", world.admin.pk, str(world.head.pk))
    assert world.head.phone not in admin.get(f"/admin/people/{world.head.pk}/edit/").content.decode()
    admin.post(f"/admin/people/{world.head.pk}/edit/", {"name": "江明", "phone": ""})
    assert Person.objects.get(pk=world.head.pk).phone == world.head.phone


@pytest.mark.duty("327-18-1", "allowed")
def test_certificates_are_entered_suspended_and_revoked(world, admin):
    from jiangcheng.parties.certificates import status_on

    data = {"body": world.body.pk, "number": "演示-17-0100", "issuer": "省政府", "valid_from": world.today, "valid_until": "2099-12-31"}
    assert admin.post(f"/admin/people/{world.head.pk}/certificates/", data).status_code == 302
    row = Certificate.objects.get(number="演示-17-0100")
    twice = admin.post(f"/admin/people/{world.deputy.pk}/certificates/", data)
    assert twice.status_code == 200 and "证号" in twice.content.decode()
    admin.post(f"/admin/certificates/{row.pk}/suspend/", {"start": world.today, "why": "投诉核查"})
    assert status_on(Certificate.objects.get(pk=row.pk), world.today) == "suspended"
    assert "暂扣" in admin.get("/admin/people/?show=suspended").content.decode()
    admin.post(f"/admin/certificates/{row.pk}/revoke/", {"day": world.today, "why": "退休"})
    assert status_on(Certificate.objects.get(pk=row.pk), world.today) == "revoked"
    assert "李过期" in admin.get("/admin/people/?show=ended").content.decode()


def test_an_account_gets_a_seat_and_works(world, admin):
    address = f"/admin/people/{world.head.pk}/account/"
    assert "10" in admin.post(address, {"username": "jiangming2", "password": "kurz"}).content.decode()
    assert admin.post(address, {"username": "jiangming2", "password": "Huanghelou-2026"}).status_code == 302
    account = Account.objects.get(username="jiangming2")
    data = {"role": "officer", "body": world.body.pk, "valid_from": world.today}
    assert admin.post(f"/admin/accounts/{account.pk}/seat/", data).status_code == 302
    assert access.seats_today(account)[0].role == "officer"
    twice = admin.post(f"/admin/accounts/{account.pk}/seat/", data)
    assert twice.status_code == 409 and "已有此岗位" in twice.content.decode()
    mixed = admin.post(f"/admin/accounts/{account.pk}/seat/", data | {"role": "admin"})
    assert mixed.status_code == 409 and "不能兼任" in mixed.content.decode()
    wrong = admin.post(f"/admin/accounts/{account.pk}/seat/", data | {"role": "supervisor"})
    assert "须在司法行政部门" in wrong.content.decode()
    own = admin.post(f"/admin/accounts/{world.accounts['admin'].pk}/seat/", data)
    assert own.status_code == 409 and "不能给自己" in own.content.decode()
    seat = Seat.objects.get(account=account)
    admin.post(f"/admin/terms/seat/{seat.pk}/", {"valid_until": world.today, "why": "调离"})
    assert access.seats_today(account, world.today + dt.timedelta(days=1)) == []


def test_an_enterprise_seat_by_credit_code(world, admin):
    account = world.accounts["leader"]
    data = {"role": "enterprise", "valid_from": world.today}
    assert "没有登记这个信用代码" in admin.post(f"/admin/accounts/{account.pk}/seat/", data | {"code": "91"}).content.decode()
    assert admin.post(f"/admin/accounts/{account.pk}/seat/", data | {"code": world.enterprise.uscc.lower()}).status_code == 302
    assert Seat.objects.get(account=account, role="enterprise").enterprise == world.enterprise


def test_accounts_are_unlocked_disabled_and_reset(world, admin):
    account = world.accounts["planner"]
    Account.objects.filter(pk=account.pk).update(locked_until=timezone.now() + dt.timedelta(minutes=9))
    assert "锁定" in admin.get("/admin/accounts/?show=locked").content.decode()
    admin.post(f"/admin/accounts/{account.pk}/unlock/")
    assert access.login_allowed("planner") is None
    there = world.client("planner")
    admin.post(f"/admin/accounts/{account.pk}/active/", {"why": "离岗"})
    assert there.get("/sessions/").status_code == 302 and not Account.objects.get(pk=account.pk).is_active
    admin.post(f"/admin/accounts/{account.pk}/active/", {"why": "返岗"})
    admin.post(f"/admin/accounts/{account.pk}/password/", {"password": "Donghu-Lvdao-2026"})
    assert access.Backend().authenticate(None, username="planner", password="Donghu-Lvdao-2026")
    own = admin.post(f"/admin/accounts/{world.accounts['admin'].pk}/active/", {"why": "x"})
    assert own.status_code == 409
    assert [leaf.act for leaf in ledger.history(account)] == [
        "parties.unlocked", "parties.account_off", "parties.account_on", "parties.password_reset"]


def decide(client, name, **data):
    return client.post(f"/admin/parameters/{name}/", {"ground": "市司法局纪要〔2026〕8号", "valid_from": timezone.localdate(), **data})


def test_a_house_rule_gets_a_new_version(world, admin):
    assert decide(admin, "HR-14-1", value="15").status_code == 302
    assert parameters.value("HR-14-1") == 15 and Setting.objects.get().decided_by == "管理员（演示）"
    page = admin.get("/admin/parameters/?show=decided").content.decode()
    assert "15 个工作日" in page and "管理员（演示）" in page
    overlap = decide(admin, "HR-14-1", value="20")
    assert overlap.status_code == 409 and "重叠" in overlap.content.decode()
    assert decide(admin, "HR-14-1", value="20", valid_from=world.today + dt.timedelta(days=30)).status_code == 302
    assert parameters.value("HR-14-1") == 15 and parameters.value("HR-14-1", world.today + dt.timedelta(days=30)) == 20


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [("HR-17-1", {"value": "principal-only"}, "principal-only"), ("HR-17-2", {"value": "false"}, False),
     ("HR-05-1", {"part_day": "1", "part_week": "2", "part_month": "3"}, {"day": 1, "week": 2, "month": 3}),
     ("HR-38-1", {"part_p": "0.05", "part_ratio": "2", "part_visits": "50"}, {"p": 0.05, "ratio": 2, "visits": 50})],
)
def test_every_kind_of_value(world, admin, name, data, expected):
    assert decide(admin, name, **data).status_code == 302
    assert parameters.value(name) == expected


def test_what_may_not_be_decided(world, admin):
    past = decide(admin, "HR-14-1", value="15", valid_from=world.today - dt.timedelta(days=1)).content.decode()
    assert "生效日不能早于今天" in past
    assert "请填写依据" in decide(admin, "HR-14-1", value="15", ground="").content.decode()
    assert decide(admin, "HR-17-1", value="anybody").status_code == 200
    assert decide(admin, "officers.minimum", value="1").status_code == 200
    assert admin.get("/admin/parameters/HR-99-9/").status_code == 404
    assert not Setting.objects.exists()


def test_every_parameter_has_a_page_in_chinese(world, admin):
    import re

    page = admin.get("/admin/parameters/").content.decode()
    for name in shipped.shipped():
        assert admin.get(f"/admin/parameters/{name}/").status_code == 200
    cells = re.findall(r'data-th="现行取值">([^<]*)<', page)
    assert len(cells) == len(shipped.shipped()) and not [c for c in cells if re.search("[a-z]{4}", c)]


def test_a_notice_is_imported(world, admin):
    days = "2030-01-01至2030-01-03 元旦\n2030-02-02至2030-02-08 春节"
    data = {"source": "关于2030年部分节假日安排的通知", "holidays": days, "workdays": "2030-01-26 春节"}
    assert calendar.is_provisional(2030)
    wrong = admin.post("/admin/calendar/import/", data | {"workdays": "明天 春节"}).content.decode()
    assert "第 1 行" in wrong and "元旦" in wrong
    both = admin.post("/admin/calendar/import/", data | {"workdays": "2030-01-02 元旦"}).content.decode()
    assert "同时列为放假和上班" in both
    assert admin.post("/admin/calendar/import/", data).status_code == 302
    assert not calendar.is_provisional(2030) and calendar.is_working(dt.date(2030, 1, 26)) and not calendar.is_working(dt.date(2030, 2, 4))
    assert Day.objects.count() == 11
    page = admin.get("/admin/calendar/?year=2030").content.decode()
    assert "关于2030年" in page and page.count("休</small>") == 10 and page.count("班</small>") == 1


@pytest.mark.duty("327-18-2", "allowed")
def test_a_photo_is_put_on_a_certificate_shown_to_staff_and_taken_off(world, admin, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    row = world.certificates[0]
    address, picture = f"/admin/certificates/{row.pk}/", f"/certificates/{row.pk}/photo/"
    data = {"body": row.body_id, "number": row.number, "issuer": row.issuer, "valid_from": row.valid_from, "valid_until": row.valid_until}
    assert admin.get(picture).status_code == 404 and "撤下现有照片" not in admin.get(address).content.decode()
    small = admin.post(address, data | {"photo": face(90, 120)})
    assert small.status_code == 409 and "看不清面容" in small.content.decode()
    assert admin.post(address, data | {"photo": face()}).status_code == 302
    assert admin.get(picture)["Content-Type"] == world.client("officer3").get(picture)["Content-Type"] == "image/jpeg"
    assert world.client("other_officer1").get(picture).status_code == 404 and world.client("enterprise").get(picture).status_code == 403
    assert picture in admin.get(f"/admin/people/{row.person_id}/").content.decode()
    assert admin.post(address, data).status_code == 302 and admin.get(picture).status_code == 200
    assert admin.post(address, data | {"drop": "on"}).status_code == 302 and admin.get(picture).status_code == 404
    assert [leaf.act for leaf in ledger.history(row.person)][-3:] == ["parties.certificate_changed"] * 3


def test_a_version_shows_its_act_and_a_row_changed_behind_the_ledger_shows(world, admin):
    assert decide(admin, "HR-14-1", value="15").status_code == 302
    page = admin.get("/admin/parameters/HR-14-1/").content.decode()
    row = Setting.objects.get()
    leaf = ledger.history(row).get()
    assert leaf.act == "kernel.parameter" and leaf.opinion == row.ground and "新增参数版本" in page and "与存证不一致" not in page
    Setting.objects.filter(pk=row.pk).update(value="90")
    assert "与存证不一致" in admin.get("/admin/parameters/HR-14-1/").content.decode()


def test_home_says_what_has_no_photo_and_that_there_is_no_backup(world, admin, settings, tmp_path):
    settings.VAR = tmp_path
    page = admin.get("/admin/").content.decode()
    bare = Certificate.objects.filter(valid_until__gte=world.today, revoked_at=None).count()
    assert "还没有任何备份" in page and f"未登记照片 {bare} 本" in page and "演示账号的密码是公开的" in page
    assert world.officers[0].name in admin.get("/admin/people/?show=bare").content.decode()
