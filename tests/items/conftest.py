"""A small city: a market office that may inspect food and equipment, its people, and a judicial office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import pytest

from jiangcheng.inspection.items import actions
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.parties.models import Body, Competence, Enterprise, Person, Site
from jiangcheng.parties.territory import add_division

COMPLETE = {
    "name": "食品经营监督检查", "field": "food", "basis": "《中华人民共和国食品安全法》第一百一十条", "basis_level": "law",
    "lowest_level": "street", "subjects": "食品经营者", "content": "许可、进货查验、贮存、从业人员健康", "manner": "onsite",
    "standard": "食品经营监督检查要点", "standard_issuer": "国务院市场监督管理部门", "standard_version": "2024年版",
    "standard_from": date(2024, 3, 1), "reason": "依法编制清单",
}
QUESTIONS = ["许可证是否在有效期内", "进货是否留有凭证", "冷藏设备是否正常运行"]


@dataclass
class City:
    office: Body
    judicial: Body
    superior: Body
    planner: Actor
    head: Actor
    supervisor: Actor
    superior_desk: Actor
    enterprise: Enterprise
    site: Site


def person(name: str) -> Person:
    one = Person(name=name)
    with ledger.act("test.person", SYSTEM):
        one.save()
    return one


def body(name: str, division, **more) -> Body:
    values = {"kind": "organ", "basis": "三定规定", "basis_level": "rule", "level": "district", "short": name[:6], **more}
    one = Body(name=name, division=division, **values)
    with ledger.act("test.body", SYSTEM):
        one.save()
    return one


def sit(body: Body, role: str, name: str) -> Actor:
    one = person(name)
    return Actor(account=one.pk, person=one.pk, name=name, body=body.pk, body_name=body.name, roles=frozenset({role}))


@pytest.fixture
def city(db) -> City:
    province = add_division("420000", "湖北省", "province")
    town = add_division("420100", "武汉市", "city", province)
    district = add_division("420199", "示例区", "district", town)
    judicial = body("示例区司法局", district, judicial=True, enforces=False, word="示司", complaint_phone="027-00000003")
    superior = body("示例市市场监督管理局", town, level="city")
    office = body("示例区市场监督管理局", district, judicial_office=judicial, superior=superior, word="示市监")
    with ledger.act("test.fields", SYSTEM):
        for field in ("food", "equipment"):
            Competence(body=office, field=field, basis="三定规定", valid_from=date(2020, 1, 1)).save()
        firm = Enterprise(uscc="91420100MA4KXXXX1X", name="示例食品店", applies="yes", division=district)
        firm.save()
        site = Site(enterprise=firm, name="门店", address="示例路 1 号", division=district)
        site.save()
    return City(
        office, judicial, superior, sit(office, "planner", "沈一禾"), sit(office, "head", "张负责"),
        sit(judicial, "supervisor", "方知行"), sit(superior, "superior", "何上级"), firm, site,
    )


@pytest.fixture
def on_day(monkeypatch):
    """Set the civil day of the platform's calendar."""

    def set_day(day: date) -> None:
        monkeypatch.setattr(calendar, "today", lambda: day)

    return set_day


@pytest.fixture
def published(city, on_day):
    """Make published items of the market office: published(name, start) → version."""

    def make(name: str = COMPLETE["name"], start: date = date(2026, 1, 5), **more) -> SimpleNamespace:
        on_day(start)
        version = actions.new_item(city.office, city.planner, questions=QUESTIONS, **{**COMPLETE, "name": name, **more})
        actions.submit(version, city.planner)
        actions.publish(version, city.head, start)
        return version

    return make
