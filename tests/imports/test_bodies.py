"""单位 and 执法人员 by table."""

from __future__ import annotations

import datetime as dt

import pytest

from jiangcheng.parties import bodies
from jiangcheng.parties.imports import machine
from jiangcheng.parties.models import Body, Certificate, Competence, Person
from tests.imports.conftest import bad_cells

BODY = {"name": "新设执法局", "kind": "行政机关", "level": "区级", "division": "示范区", "basis": "“三定”规定", "basis_level": "法律"}
OFFICE = {**BODY, "name": "新设司法局", "judicial": "是", "kind": "其他（非执法主体）"}
OFFICER = {
    "name": "郑一", "phone": "13712345678", "number": "鄂A-1", "body": "示范区市场监督管理局（演示）", "issuer": "省政府", "valid_from": "2025.1.1",
    "valid_until": "2030年12月31日",
}


@pytest.mark.duty("327-03-1", "allowed")
def test_bodies_may_name_one_another_whatever_their_order(world, admin, upload):
    child = {**BODY, "superior": "上级新局", "judicial_office": "新设司法局", "fields": "食品安全、特种设备"}
    one = upload("bodies", child, OFFICE, {**BODY, "name": "上级新局", "level": "市级", "division": "武汉市"})
    assert machine.store(one, admin) == {"new": 3, "update": 0, "same": 0, "bad": 0}
    made = Body.objects.get(name="新设执法局")
    assert (made.superior.name, made.judicial_office.name, made.enforces, made.judicial_office.judicial) == ("上级新局", "新设司法局", True, True)
    assert not made.judicial_office.enforces
    assert bodies.standing_on(made, dt.date.today()) == ()
    assert sorted(made.competences.values_list("field", flat=True)) == ["equipment", "food"]
    assert machine.check(upload("bodies", child, OFFICE, name="又.csv")).counts == {"new": 0, "update": 0, "same": 2, "bad": 0}


@pytest.mark.duty("327-03-2", "allowed")
def test_a_power_more_is_a_change_and_none_is_lost(world, admin, upload):
    known = {"name": world.body.name, "kind": "行政机关", "level": "区级", "division": "示范区"}
    one = upload("bodies", {**known, "fields": "消防安全", "word": "新代字"})
    assert machine.check(one).updates == [(2, "word", "示市监", "新代字"), (2, "fields", "", "消防安全")]
    machine.store(one, admin)
    assert Competence.objects.filter(body=world.body).count() == 4
    world.body.refresh_from_db()
    assert (world.body.word, world.body.address) == ("新代字", "示范区示范路1号（演示）")


@pytest.mark.duty("327-03-1", "refused")
def test_bodies_that_cannot_be_taken(world, upload):
    one = upload(
        "bodies", {**BODY, "superior": "没有的局"}, {**BODY, "name": "自己", "superior": "自己"}, {**BODY, "name": "甲", "kind": "公司"},
        {**BODY, "name": "乙", "fields": "占卜"}, {**BODY, "name": "丙", "entrust_from": "2026.3.1", "entrust_until": "2025.3.1"},
        {**BODY, "name": "丁", "uscc": "1"}, {**BODY, "name": "戊", "vertical": "大概"}, {**BODY, "name": "己", "entrust_from": "三月"}, BODY,
    )
    assert [f for f, _ in bad_cells(one)] == [
        "superior", "superior", "kind", "fields", "entrust_until", "uscc", "vertical", "entrust_from", "name",
    ]


@pytest.mark.duty("327-18-1", "allowed")
def test_officers_with_their_certificates(world, admin, upload):
    renewed = {**OFFICER, "name": "李强（演示）", "phone": "", "number": world.certificates[0].number, "valid_until": "2031-1-1"}
    second = {**OFFICER, "number": "鄂A-2"}
    one = upload("officers", OFFICER, second, renewed)
    assert machine.store(one, admin) == {"new": 2, "update": 1, "same": 0, "bad": 0}
    assert Person.objects.filter(name="郑一").count() == 1
    assert list(Certificate.objects.filter(person__name="郑一").order_by("number").values_list("number", flat=True)) == ["鄂A-1", "鄂A-2"]
    world.certificates[0].refresh_from_db()
    assert (world.certificates[0].valid_until, world.certificates[0].person.phone) == (dt.date(2031, 1, 1), world.officers[0].phone)
    assert machine.check(upload("officers", OFFICER, renewed, name="又.csv")).counts["same"] == 2


@pytest.mark.duty("327-18-1", "refused")
def test_officers_in_doubt_are_refused_and_never_guessed(world, upload):
    taken = world.certificates[0].number
    one = upload(
        "officers", {**OFFICER, "number": taken}, {**OFFICER, "name": "李强（演示）", "phone": "", "number": "鄂A-3"},
        {**OFFICER, "number": "鄂A-4", "body": "没有的局"}, {**OFFICER, "number": "鄂A-5", "valid_until": "2020.1.1"},
        {**OFFICER, "number": "鄂A-6", "id_number": "420106199001011234"}, {**OFFICER, "number": "鄂A-7", "issuer": ""},
        {**OFFICER, "number": "鄂A-4"},
    )
    assert [f for f, _ in bad_cells(one)] == ["name", "name", "body", "valid_until", "id_number", "issuer", "number"]


def test_a_person_is_known_by_the_identity_number(world, admin, upload):
    known = {**OFFICER, "id_number": "11010519491231002X"}
    machine.store(upload("officers", known), admin)
    machine.store(upload("officers", {**known, "number": "鄂A-9", "phone": "13700000000", "body": world.other_body.name}), admin)
    person = Person.objects.get(name="郑一")
    assert (person.certificates.count(), person.phone) == (2, "13700000000")
    other = upload("officers", {**known, "name": "郑二", "number": "鄂A-10"})
    assert [f for f, _ in bad_cells(other)] == ["id_number"]
