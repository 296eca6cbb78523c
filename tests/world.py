"""The demo world that all tests share: one city, two districts, their bodies, people with seats, enterprises and sites.

Deterministic and quick: the password is hashed once a process. Names are attributes::

    world.body, world.district, world.officers[0], world.enterprise, world.site
    world.actor("officer1")      -> Actor in that person's first seat
    world.client("planner")      -> Django test client, logged in
"""

from __future__ import annotations

import datetime as dt
from functools import cache

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.parties import access, uscc
from jiangcheng.parties.models import (
    Account,
    Body,
    Certificate,
    Competence,
    Enterprise,
    Headship,
    Person,
    Seat,
    Site,
)
from jiangcheng.parties.territory import add_division

PASSWORD = "Jiangcheng-2026"
FIELDS = ("food", "market", "equipment")


@cache
def hashed() -> str:
    """The demo password, hashed once."""
    return make_password(PASSWORD)


class World:
    """Builds everything in one act. ``today`` is the civil day by which terms are set."""

    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.start = dt.date(self.today.year - 1, 1, 1)
        self.people: dict[str, Person] = {}
        self.accounts: dict[str, Account] = {}
        self.seats: dict[str, list[Seat]] = {}
        self._divisions()
        with ledger.act("demo.world", SYSTEM):
            self._bodies()
            self._people()
            self._enterprises()

    # Places

    def _divisions(self) -> None:
        self.province = add_division("420000", "湖北省", "province")
        self.city = add_division("420100", "武汉市", "city", self.province, demo=True)
        self.district = add_division("420199", "示范区（演示）", "district", self.city, demo=True)
        self.other_district = add_division("420198", "对照区（演示）", "district", self.city, demo=True)
        self.street = add_division("420199001", "示范街道（演示）", "street", self.district, demo=True)
        self.zone = add_division("4201Z1", "示范开发区（演示）", "zone", self.city, delegated_by=self.district, demo=True)
        self.zone_street = add_division("4201Z1001", "开发街道（演示）", "street", self.zone, demo=True)
        self.other_province = add_division("430000", "邻省（演示）", "province", demo=True)
        self.elsewhere = add_division("430100", "邻市（演示）", "city", self.other_province, demo=True)

    # Bodies

    def _body(self, name: str, level: str, division, **values) -> Body:
        base = {"short": name.removesuffix("（演示）"), "kind": "organ", "basis": "地方各级人民政府组织法", "basis_level": "law",
                "level": level, "division": division, "complaint_phone": "027-00000000", "demo": True}
        body = Body(name=name, **(base | values))
        body.save()
        return body

    def _office(self, name: str, level: str, division) -> Body:
        return self._body(name, level, division, judicial=True, enforces=False)

    def _bodies(self) -> None:
        self.city_office = self._office("武汉市司法局（演示）", "city", self.city)
        self.district_office = self._office("示范区司法局（演示）", "district", self.district)
        self.other_office = self._office("对照区司法局（演示）", "district", self.other_district)
        self.city_body = self._body(
            "武汉市市场监督管理局（演示）", "city", self.city, judicial_office=self.city_office, word="武市监",
            superior_name="省市场监督管理局", address="武汉市示范大道1号（演示）",
        )
        self.body = self._body(
            "示范区市场监督管理局（演示）", "district", self.district, judicial_office=self.district_office,
            superior=self.city_body, word="示市监", address="示范区示范路1号（演示）",
        )
        self.other_body = self._body(
            "对照区市场监督管理局（演示）", "district", self.other_district, judicial_office=self.other_office,
            superior=self.city_body, word="照市监",
        )
        self.authorised = self._body(
            "示范区消防救援大队（演示）", "district", self.district, judicial_office=self.district_office, kind="authorised",
            vertical=True, basis="消防法", superior_name="市消防救援支队", word="示消",
        )
        self.entrusted = self._body(
            "示范区市场监管服务中心（演示）", "district", self.district, judicial_office=self.district_office, kind="entrusted",
            basis="", basis_level="", principal=self.body, entrust_scope="食品安全日常检查",
            entrust_from=self.start, entrust_until=self.today + dt.timedelta(days=365), word="示服",
        )
        for body in (self.city_body, self.body, self.other_body):
            self._powers(body, *FIELDS)
        self._powers(self.authorised, "fire")
        self._powers(self.entrusted, "food")

    def _powers(self, body: Body, *fields: str) -> None:
        for field in fields:
            Competence(body=body, field=field, basis="法定职责（演示）", valid_from=self.start).save()

    # People

    def _person(self, key: str, name: str, *seats: tuple[str, Body | None]) -> Person:
        n = len(self.people) + 1
        person = Person(name=name, phone=f"1380000{n:04d}", demo=True)
        person.save()
        account = Account.objects.create(username=key, person=person, password=hashed(), demo=True)
        self.people[key], self.accounts[key] = person, account
        self.seats[key] = [self._seat(account, role, body=body) for role, body in seats]
        return person

    def _seat(self, account: Account, role: str, **where) -> Seat:
        seat = Seat(account=account, role=role, valid_from=self.start, **where)
        seat.save()
        return seat

    def _certificate(self, person: Person, body: Body, number: str, until: dt.date) -> Certificate:
        row = Certificate(
            person=person, body=body, number=number, issuer="湖北省人民政府（演示）", valid_from=self.start, valid_until=until
        )
        row.save()
        return row

    def _head(self, person: Person, body: Body, rank: str) -> None:
        Headship(body=body, person=person, rank=rank, valid_from=self.start).save()

    def _people(self) -> None:
        b = self.body
        self.head = self._person("head", "江明（演示）", ("head", b))
        self.deputy = self._person("deputy", "程立（演示）", ("head", b))
        self.planner = self._person("planner", "叶芳（演示）", ("planner", b))
        self._head(self.head, b, "principal")
        self._head(self.deputy, b, "deputy")
        soon = dt.date(self.today.year + 2, 12, 31)
        names = ("李强（演示）", "王敏（演示）", "周燕（演示）")
        self.officers = [self._person(f"officer{i}", n, ("officer", b)) for i, n in enumerate(names, 1)]
        self.certificates = [self._certificate(p, b, f"演示-17-{i:04d}", soon) for i, p in enumerate(self.officers, 1)]
        self.lapsed = self._person("officer_lapsed", "李过期（演示）", ("officer", b))
        self.lapsed_certificate = self._certificate(self.lapsed, b, "演示-17-0009", self.today - dt.timedelta(days=20))
        self.supervisor = self._person("supervisor", "何清（演示）", ("supervisor", self.district_office))
        self.city_supervisor = self._person("city_supervisor", "陆正（演示）", ("supervisor", self.city_office))
        self.other_supervisor = self._person("other_supervisor", "白桦（演示）", ("supervisor", self.other_office))
        self.superior = self._person("superior", "吴宁（演示）", ("superior", self.city_body))
        self.admin = self._person("admin", "管理员（演示）", ("admin", self.district_office))
        self.leader = self._person("leader", "区领导（演示）", ("leader", self.district_office))
        o = self.other_body
        self.other_head = self._person("other_head", "方远（演示）", ("head", o))
        self._head(self.other_head, o, "principal")
        self.other_planner = self._person("other_planner", "乔安（演示）", ("planner", o))
        self.other_officers = [self._person(f"other_officer{i}", n, ("officer", o)) for i, n in enumerate(("石磊（演示）", "冯雪（演示）"), 1)]
        for i, p in enumerate(self.other_officers, 1):
            self._certificate(p, o, f"演示-18-{i:04d}", soon)

    # Enterprises

    def _enterprise(self, name: str, code: str, division, **values) -> Enterprise:
        found = uscc.check(code)
        row = Enterprise(uscc=code, name=name, applies=values.pop("applies", found.applies), division=division, demo=True, **values)
        row.save()
        return row

    def _site(self, enterprise: Enterprise, name: str, address: str, division) -> Site:
        row = Site(enterprise=enterprise, name=name, address=address, division=division, latitude=30.55, longitude=114.3)
        row.save()
        return row

    def _enterprises(self) -> None:
        self.enterprise = self._enterprise(
            "武汉演示食品有限公司（演示）", uscc.make("91", "420199", 10000001), self.district, initials="whysspyxgs",
            address="示范区演示路8号", industry="食品制造", legal_person="钱明（演示）", contact="孙兰（演示）", phone="13900000001",
        )
        self.site = self._site(self.enterprise, "生产厂区", "示范区演示路8号", self.street)
        self.site2 = self._site(self.enterprise, "门店", "示范区演示路18号", self.street)
        self.other_enterprise = self._enterprise(
            "武汉对照商贸有限公司（演示）", uscc.make("91", "420198", 10000002), self.other_district, initials="whdzsmyxgs",
            address="对照区对照路3号", phone="13900000002",
        )
        self.other_site = self._site(self.other_enterprise, "经营场所", "对照区对照路3号", self.other_district)
        self.household = self._enterprise("示范区小面馆（演示）", uscc.make("92", "420199", 10000003), self.district)
        self.household_site = self._site(self.household, "经营场所", "示范区演示路20号", self.street)
        self.institution = self._enterprise("示范区第一小学（演示）", uscc.make("12", "420199", 10000004), self.district)
        self.institution_site = self._site(self.institution, "校园", "示范区演示路30号", self.street)
        self.law_firm = self._enterprise("示范律师事务所（演示）", uscc.make("31", "420199", 10000005), self.district)
        self.firm_user = self._person("enterprise", "孙兰（演示）")
        self.other_firm_user = self._person("other_enterprise", "郑平（演示）")
        self.seats["enterprise"] = [self._seat(self.accounts["enterprise"], "enterprise", enterprise=self.enterprise)]
        self.seats["other_enterprise"] = [self._seat(self.accounts["other_enterprise"], "enterprise", enterprise=self.other_enterprise)]

    # Use

    def add_person(self, key: str, name: str, *seats: tuple[str, Body | None]) -> Person:
        """One more person with an account and seats, for a test of its own."""
        with ledger.act("demo.person", SYSTEM):
            return self._person(key, name, *seats)

    def actor(self, key: str, seat: int = 0) -> Actor:
        """The actor of an account in its nth seat; ``anonymous`` is nobody."""
        if key == "anonymous":
            return Actor()
        return access.actor_for(Account.objects.select_related("person").get(username=key), self.seats[key][seat])

    def client(self, key: str) -> Client:
        """A test client, logged in as the account (``anonymous``: not at all)."""
        client = Client()
        if key != "anonymous":
            client.force_login(self.accounts[key])
        return client
