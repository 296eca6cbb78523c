"""What holds for the whole city: owned by its judicial office, changed by two of its people, on the record (article 8)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.models import Setting
from jiangcheng.law import parameters as shipped
from jiangcheng.law.rule import Refused
from jiangcheng.parties import city
from jiangcheng.parties.models import CityChange
from jiangcheng.parties.scope import scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    parameters.forget()
    yield
    parameters.forget()


def propose(world, who="city_supervisor", name="HR-14-1", text="15", ground="市司法局纪要〔2026〕8号", days=0):
    return city.decide_parameter(name, text, world.today + dt.timedelta(days=days), ground, world.actor(who))


@pytest.mark.duty("327-08-3", "refused")
@pytest.mark.parametrize("who", ["supervisor", "other_supervisor", "planner", "head", "officer1", "admin", "leader", "superior", "government",
                                 "city_government", "enterprise"])
def test_districts_bodies_and_the_administrator_change_nothing(world, who):
    with pytest.raises(Refused) as found:
        propose(world, who)
    assert found.value.breaches[0].ids == ("327-08-3",) and not CityChange.objects.exists()
    row = propose(world)
    for act in (city.confirm, lambda a, r: city.refuse(a, r, "不同意"), city.withdraw):
        with pytest.raises(Refused):
            act(world.actor(who), CityChange.objects.get(pk=row.pk))
    assert CityChange.objects.get().state == "waiting" and not Setting.objects.exists()


@pytest.mark.duty("327-08-3", "refused")
def test_one_person_alone_changes_nothing(world):
    row = propose(world)
    assert parameters.value("HR-14-1") == 10
    with pytest.raises(Refused) as found:
        city.confirm(world.actor("city_supervisor"), row)
    assert "另一人" in found.value.breaches[0].remedies[0].text
    assert parameters.value("HR-14-1") == 10 and CityChange.objects.get().state == "waiting"


@pytest.mark.duty("327-08-3", "allowed")
def test_two_persons_change_a_house_rule_on_the_record(world):
    row = propose(world)
    city.confirm(world.actor("city_supervisor2"), row)
    made = Setting.objects.get()
    assert parameters.value("HR-14-1") == 15 and made.decided_by == "陆正（演示）、舒畅（演示）"
    assert [leaf.act for leaf in ledger.history(row)] == ["city.propose", "city.confirm"]
    assert ledger.history(made).get().act == "kernel.parameter" and ledger.holes(row) == []


@pytest.mark.duty("327-08-3", "refused")
@pytest.mark.parametrize(("said", "what"), [
    ({"days": -1}, "不能早于今天"), ({"ground": " "}, "依据"), ({"name": "HR-17-1", "text": "anybody"}, "允许的范围"),
    ({"name": "officers.minimum", "text": "1"}, "条文已定"),
])
def test_what_may_not_be_decided(world, said, what):
    with pytest.raises(Refused, match=what):
        propose(world, **said)
    assert not CityChange.objects.exists()


@pytest.mark.duty("327-08-3", "refused")
def test_a_proposal_waits_alone_and_is_checked_again_when_it_is_confirmed(world):
    row = propose(world)
    with pytest.raises(Refused, match="待第二人确认"):
        propose(world, "city_supervisor2", text="20")
    Setting.objects.create(name="HR-14-1", value="12", valid_from=world.today, decided_by="x", decided_at=timezone.now(), ground="x")
    with pytest.raises(Refused, match="重叠"):
        city.confirm(world.actor("city_supervisor2"), row)
    assert Setting.objects.count() == 1


@pytest.mark.duty("327-08-3", "allowed")
def test_a_proposal_is_refused_with_a_reason_or_withdrawn(world):
    row = propose(world)
    with pytest.raises(Refused):
        city.refuse(world.actor("city_supervisor2"), row, "")
    city.refuse(world.actor("city_supervisor2"), row, "纪要没有这样定")
    other = propose(world)
    with pytest.raises(Refused):
        city.withdraw(world.actor("city_supervisor2"), other)
    city.withdraw(world.actor("city_supervisor"), CityChange.objects.get(pk=other.pk))
    assert sorted(CityChange.objects.values_list("state", flat=True)) == ["refused", "withdrawn"] and not Setting.objects.exists()


@pytest.mark.duty("327-08-3", "refused")
def test_kinds_that_nobody_carries_out_are_refused(world):
    with pytest.raises(Refused, match="还没有开通"):
        city.propose(world.actor("city_supervisor"), "nothing", "x", {}, "x", "纪要")


def test_who_reads_the_proposals(world):
    propose(world)
    seen = {who for who in world.people if scope(world.actor(who), CityChange.objects.all()).exists()}
    assert seen == {"city_supervisor", "city_supervisor2", "admin"}


def post(client, name, **data):
    return client.post(f"/city/parameters/{name}/", {"ground": "市司法局纪要〔2026〕8号", "valid_from": timezone.localdate(), **data})


@pytest.mark.duty("327-08-3", "allowed")
@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [("HR-17-1", {"value": "principal-only"}, "principal-only"), ("HR-17-2", {"value": "false"}, False), ("HR-14-1", {"value": "15"}, 15),
     ("HR-05-1", {"part_day": "1", "part_week": "2", "part_month": "3"}, {"day": 1, "week": 2, "month": 3}),
     ("HR-38-1", {"part_p": "0.05", "part_ratio": "2", "part_visits": "50"}, {"p": 0.05, "ratio": 2, "visits": 50})],
)
def test_every_kind_of_value_through_the_pages(world, name, data, expected):
    one, two = world.client("city_supervisor"), world.client("city_supervisor2")
    assert post(one, name, **data).status_code == 302
    row = CityChange.objects.get()
    address = f"/city/changes/{row.pk}/"
    assert "您提出的改动" in one.get(address).content.decode() and one.post(address, {"step": "confirm"}).status_code == 409
    assert row.said in two.get("/city/").content.decode()
    assert two.post(address, {"step": "confirm", "text": "与纪要一致"}).status_code == 302
    assert parameters.value(name) == expected
    assert "舒畅" in one.get(f"/city/parameters/{name}/").content.decode()


@pytest.mark.duty("327-08-3", "refused")
def test_a_district_office_reads_and_finds_no_form(world):
    client = world.client("supervisor")
    assert "提出改动" not in client.get("/city/parameters/HR-14-1/").content.decode()
    assert post(client, "HR-14-1", value="15").status_code == 409 and not CityChange.objects.exists()
    assert client.get("/city/").status_code == 403 and client.get("/city/parameters/").status_code == 200


def test_a_version_shows_its_act_and_a_row_changed_behind_the_ledger_shows(world):
    city.confirm(world.actor("city_supervisor2"), propose(world))
    client, admin = world.client("city_supervisor"), world.client("admin")
    assert "新增参数版本" in client.get("/city/parameters/HR-14-1/").content.decode()
    assert "与存证不一致" not in admin.get("/admin/parameters/HR-14-1/").content.decode()
    page = admin.get("/admin/parameters/?show=decided").content.decode()
    assert "15 个工作日" in page and "陆正（演示）、舒畅（演示）" in page
    Setting.objects.update(value="90")
    assert "与存证不一致" in admin.get("/admin/parameters/HR-14-1/").content.decode()


def test_every_parameter_has_a_page_of_the_city_in_chinese(world):
    client = world.client("city_supervisor")
    page = client.get("/city/parameters/").content.decode()
    for name in shipped.shipped():
        assert client.get(f"/city/parameters/{name}/").status_code == 200
    assert not [c for c in re.findall(r'data-th="现行取值">([^<]*)<', page) if re.search("[a-z]{4}", c)]
