"""The demo city: generated bodies, people, log-ins and 300 enterprises, the same for the same seed and base day.

Every generated row is marked ``demo`` and carries （演示） in its name. A database that is in real use refuses it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.parties import real, uscc
from jiangcheng.parties.models import (
    Account,
    Body,
    Certificate,
    Competence,
    Delegation,
    Division,
    Enterprise,
    Headship,
    Person,
    Seat,
    Site,
)
from jiangcheng.parties.territory import add_division

PASSWORD = "Jiangcheng-2026"  # noqa: S105 (printed beside the demo log-ins)
MARK = "（演示）"
ENTERPRISES = 300

# key: name, level, place, office, fields, further values. Order matters: what a body refers to stands above it.
GOODS = ("food", "market", "equipment")
OFFICE = {"judicial": True, "enforces": False}
BODIES = {
    "city_office": ("武汉市司法局", "city", "city", "", (), OFFICE),
    "office": ("示范区司法局", "district", "district", "", (), OFFICE),
    "other_office": ("对照区司法局", "district", "other_district", "", (), OFFICE),
    "city_market": ("武汉市市场监督管理局", "city", "city", "city_office", GOODS, {"word": "武市监"}),
    "market": (
        "示范区市场监督管理局", "district", "district", "office", GOODS, {"word": "示市监", "superior": "city_market"},
    ),
    "environment": (
        "示范区生态环境分局", "district", "district", "office", ("environment",),
        {"word": "示环", "vertical": True, "superior_name": "武汉市生态环境局"},
    ),
    "emergency": ("示范区应急管理局", "district", "district", "office", ("safety",), {"word": "示应急"}),
    "city_management": ("示范区城市管理执法局", "district", "district", "office", ("city",), {"word": "示城管"}),
    "fire": (
        "示范区消防救援大队", "district", "district", "office", ("fire",),
        {"word": "示消", "kind": "authorised", "basis": "中华人民共和国消防法", "vertical": True, "superior_name": "市消防救援支队"},
    ),
    "service": (
        "示范区市场监管服务中心", "district", "district", "office", ("food",),
        {"word": "示服", "kind": "entrusted", "basis": "", "basis_level": "", "principal": "market", "entrust_scope": "食品安全日常检查"},
    ),
    "street": ("示范街道办事处", "street", "street", "office", ("city",), {"word": "示街"}),
    "zone": ("示范开发区综合执法局", "district", "zone", "office", ("market", "safety"), {"word": "示开"}),
    "other_market": (
        "对照区市场监督管理局", "district", "other_district", "other_office", ("food", "market"),
        {"word": "照市监", "superior": "city_market"},
    ),
}

# account, name, seats (role, body or nothing for the first enterprise)
PEOPLE = (
    ("planner", "叶芳", (("planner", "market"),)),
    ("head", "江明", (("head", "market"),)),
    ("deputy", "程立", (("head", "market"),)),
    ("officer1", "李强", (("officer", "market"),)),
    ("officer2", "王敏", (("officer", "market"),)),
    ("officer3", "周燕", (("officer", "market"), ("planner", "market"))),
    ("officer4", "刘斌", (("officer", "market"),)),
    ("supervisor", "何清", (("supervisor", "office"),)),
    ("city_supervisor", "陆正", (("supervisor", "city_office"),)),
    ("superior", "吴宁", (("superior", "city_market"),)),
    ("admin", "钟实", (("admin", "city_office"),)),
    ("leader", "季衡", (("leader", "city_office"),)),
    ("enterprise", "孙兰", ()),
    ("fire_head", "罗山", (("head", "fire"),)),
    ("fire_officer1", "马骏", (("officer", "fire"),)),
    ("fire_officer2", "高翔", (("officer", "fire"),)),
    ("fire_planner", "许静", (("planner", "fire"),)),
    ("environment_head", "蓝青", (("head", "environment"),)),
    ("environment_planner", "苏禾", (("planner", "environment"),)),
    ("environment_officer1", "水清", (("officer", "environment"),)),
    ("environment_officer2", "林茂", (("officer", "environment"),)),
    ("emergency_head", "安固", (("head", "emergency"),)),
    ("emergency_planner", "平澜", (("planner", "emergency"),)),
    ("other_head", "方远", (("head", "other_market"),)),
    ("other_planner", "乔安", (("planner", "other_market"),)),
    ("other_officer1", "石磊", (("officer", "other_market"),)),
    ("other_officer2", "冯雪", (("officer", "other_market"),)),
    ("other_supervisor", "白桦", (("supervisor", "other_office"),)),
    ("supervisor2", "段平", (("supervisor", "office"),)),
    ("city_planner", "邓蓝", (("planner", "city_market"),)),
    ("city_head", "钟岩", (("head", "city_market"),)),
)
# printed at the start: one log-in a desk, then the second of a pair, and one a level higher
LOGINS = (
    ("planner", "计划管理员"), ("head", "单位负责人"), ("officer1", "执法人员（主办）"), ("officer2", "执法人员（协办）"),
    ("supervisor", "司法行政监督员"), ("superior", "上级主管部门"), ("enterprise", "企业用户"), ("admin", "系统管理员"),
    ("leader", "领导（只读）"), ("supervisor2", "司法行政监督员（第二人）"), ("city_supervisor", "司法行政监督员（市级）"),
    ("city_planner", "计划管理员（市级部门）"), ("city_head", "单位负责人（市级部门）"),
)
SYLLABLES = "江汉楚云晴川鹤林松涛锦华瑞康恒泰嘉禾青山东湖明德新安宏远金谷星辰长源博雅"
TRADES = (
    ("食品", "食品制造", "food"), ("餐饮管理", "餐饮服务", "food"), ("超市", "零售", "food,market"),
    ("商贸", "批发零售", "market"), ("机电设备", "设备制造", "equipment,safety"), ("电梯", "特种设备", "equipment"),
    ("物业管理", "物业服务", "fire,equipment"), ("酒店", "住宿", "fire,health"), ("环保科技", "环境治理", "environment"),
    ("医药", "药品零售", "market,health"), ("建材", "建材销售", "market,safety"), ("印务", "印刷", "environment,safety"),
    ("汽车服务", "汽车维修", "environment,transport"), ("生物科技", "研发制造", "environment,safety"),
)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静强磊洋艳勇杰娟涛明超霞平刚桂英建国文博雨欣浩宇"


class DemoRefused(Exception):
    """Generated data may not enter this database; the text says why."""


@dataclass
class Demo:
    """What was built, by key, for the builders of the layers above."""

    day: date
    seed: int
    divisions: dict[str, Division] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    enterprises: list[Enterprise] = field(default_factory=list)


def refuse_demo_reason() -> str:
    """Why generated data may not enter: the database holds real enforcement bodies or accounts. Empty when it may."""
    if Body.objects.filter(demo=False, enforces=True).exists():
        return "数据库中已有真实的行政执法主体，不能加入演示数据。"
    if Account.objects.filter(demo=False).exists():
        return "数据库中已有真实账号，不能加入演示数据。"
    return ""


def build(day: date, seed: int = 327) -> Demo:
    """Build the demo city by the base day. Raises DemoRefused; in a database that has it already, loads it anew."""
    if reason := refuse_demo_reason():
        raise DemoRefused(reason)
    if Body.objects.filter(demo=True).exists():
        return load(day, seed)
    demo = Demo(day, seed)
    real.load_divisions()
    _divisions(demo)
    with ledger.act("demo.parties", SYSTEM):
        _bodies(demo)
        _people(demo)
    _enterprises(demo, random.Random(seed))  # noqa: S311 (the same city again, no secret)
    with ledger.act("demo.parties", SYSTEM):
        _seat(demo, "enterprise", "enterprise", enterprise=demo.enterprises[0])
        _edges(demo)
    return demo


def load(day: date, seed: int = 327) -> Demo:
    """The demo city that stands in the database."""
    demo = Demo(day, seed)
    demo.divisions = {key: Division.objects.get(code=code) for key, code in CODES.items()}
    by_name = {b.name: b for b in Body.objects.filter(demo=True)}
    demo.bodies = {key: by_name[row[0] + MARK] for key, row in BODIES.items() if row[0] + MARK in by_name}
    demo.accounts = {a.username: a for a in Account.objects.filter(demo=True).select_related("person")}
    demo.people = {key: account.person for key, account in demo.accounts.items()}
    demo.enterprises = list(Enterprise.objects.filter(demo=True).order_by("id"))
    return demo


CODES = {
    "city": "420100", "district": "420199", "other_district": "420198", "street": "420199001", "street2": "420199002",
    "other_street": "420198001", "zone": "4201Z1", "zone_street": "4201Z1001",
}

# Middles of the generated streets, for points in the drawing of places: latitude, longitude.
MIDDLES = {
    CODES["street"]: (30.602, 114.281), CODES["street2"]: (30.552, 114.352), CODES["zone_street"]: (30.488, 114.262),
    CODES["other_street"]: (30.524, 114.438),
}


def _divisions(demo: Demo) -> None:
    d = demo.divisions
    d["city"] = Division.objects.get(code=CODES["city"])
    for key, name, kind, parent in (
        ("district", "示范区", "district", "city"), ("other_district", "对照区", "district", "city"), ("street", "示范街道", "street", "district"),
        ("street2", "湖滨街道", "street", "district"), ("other_street", "对照街道", "street", "other_district"),
    ):
        d[key] = add_division(CODES[key], name + MARK, kind, d[parent], demo=True)
    d["zone"] = add_division(CODES["zone"], "示范开发区" + MARK, "zone", d["city"], delegated_by=d["district"], demo=True)
    d["zone_street"] = add_division(CODES["zone_street"], "开发街道" + MARK, "street", d["zone"], demo=True)


def _bodies(demo: Demo) -> None:
    start = date(demo.day.year - 1, 1, 1)
    for n, (key, (name, level, place, office, fields, more)) in enumerate(BODIES.items(), 1):
        values = {"kind": "organ", "basis": "地方组织法和“三定”规定（演示）", "basis_level": "law"} | more
        for link in ("superior", "principal"):
            if link in values:
                values[link] = demo.bodies[values[link]]
        if values["kind"] == "entrusted":
            values |= {"entrust_from": start, "entrust_until": demo.day + timedelta(days=40)}
        body = Body(
            name=name + MARK, short=name, level=level, division=demo.divisions[place], judicial_office=demo.bodies.get(office),
            address=f"演示大道 {n} 号", complaint_phone="027-00000000", demo=True, **values,
        )
        body.save()
        demo.bodies[key] = body
        for slug in fields:
            Competence(body=body, field=slug, basis="法定职责（演示）", valid_from=start).save()


def _seat(demo: Demo, key: str, role: str, **where) -> None:
    Seat(account=demo.accounts[key], role=role, valid_from=date(demo.day.year - 1, 1, 1), **where).save()


def _people(demo: Demo) -> None:
    start, until = date(demo.day.year - 1, 1, 1), date(demo.day.year + 2, 12, 31)
    password = make_password(PASSWORD)
    for n, (key, name, seats) in enumerate(PEOPLE, 1):
        person = Person(name=name + MARK, phone=f"1380000{n:04d}", demo=True)
        person.save()
        demo.people[key] = person
        demo.accounts[key] = Account.objects.create(username=key, person=person, password=password, demo=True)
        for role, body in seats:
            _seat(demo, key, role, body=demo.bodies[body])
            if role == "officer":
                Certificate(
                    person=person, body=demo.bodies[body], number=f"演示-17-{n:05d}", issuer="湖北省人民政府" + MARK,
                    valid_from=start, valid_until=until,
                ).save()
            if role == "head":
                rank = "deputy" if key == "deputy" else "principal"
                Headship(body=demo.bodies[body], person=person, rank=rank, valid_from=start).save()


def _edges(demo: Demo) -> None:
    """What an administrator should see: a certificate about to end, one suspended, a delegation in term."""
    day = demo.day
    soon = Certificate.objects.get(person=demo.people["officer4"])
    soon.valid_until = day + timedelta(days=12)
    soon.save()
    held = Certificate.objects.get(person=demo.people["other_officer2"])
    held.suspended_from, held.suspended_until = day - timedelta(days=10), day + timedelta(days=20)
    held.save()
    Delegation(
        body=demo.bodies["market"], giver=demo.people["head"], taker=demo.people["deputy"], scope="scheme", paper="示市监授〔演示〕1号",
        valid_from=day - timedelta(days=30), valid_until=day + timedelta(days=60),
    ).save()


def _name(rng: random.Random, used: set[str]) -> tuple[str, tuple[str, str, str]]:
    while True:
        trade = rng.choice(TRADES)
        name = f"武汉{rng.choice(SYLLABLES)}{rng.choice(SYLLABLES)}{trade[0]}有限公司"
        if name not in used:
            used.add(name)
            return name + MARK, trade


def _one(demo: Demo, rng: random.Random, n: int, used: set[str]) -> tuple[Enterprise, Division]:
    place = demo.divisions[rng.choices(("street", "street2", "zone_street", "other_street"), (4, 3, 1, 3))[0]]
    name, trade = _name(rng, used)
    prefix = "91"
    if n % 25 == 7:
        prefix, name = "92", name.replace("有限公司", "店")
    elif n % 60 == 11:
        prefix, name = "93", name.replace("有限公司", "专业合作社")
    elif n == 299:
        prefix, name = "31", "湖北演示律师事务所" + MARK
    code = uscc.make(prefix, "420100", 20000000 + demo.seed * 1000 + n)
    person = rng.choice(SURNAMES) + rng.choice(GIVEN) + MARK
    enterprise = Enterprise(
        uscc=code, name=name, initials=real.initials(name.removesuffix(MARK)), applies=uscc.check(code).applies, division=place,
        address=f"{place.name.removesuffix(MARK)}演示路 {n} 号", industry=trade[1], classes=trade[2], legal_person=person, contact=person,
        phone=f"1390000{n:04d}", demo=True,
    )
    return enterprise, place


def _position(rng: random.Random, place: Division) -> dict[str, float]:
    """A point near the middle of a generated street."""
    north, east = MIDDLES[place.code]
    up, aside = rng.uniform(-0.03, 0.03), rng.uniform(-0.04, 0.04)
    return {"latitude": round(north + up, 6), "longitude": round(east + aside, 6)}


def _enterprises(demo: Demo, rng: random.Random) -> None:
    used: set[str] = set()
    made = [_one(demo, rng, n, used) for n in range(1, ENTERPRISES + 1)]
    first, _ = made[0]
    first.name, first.initials, first.industry = "武汉演示食品有限公司" + MARK, "whysspyxgs", "食品制造"
    first.classes, first.division = "food,market", demo.divisions["street"]
    made[0] = (first, demo.divisions["street"])
    ledger.bulk("demo.enterprises", SYSTEM, [enterprise for enterprise, _ in made])
    demo.enterprises = [enterprise for enterprise, _ in made]
    sites = []
    for n, (enterprise, place) in enumerate(made):
        names = ("生产经营场所", "门店") if n % 5 == 0 else ("经营场所",)
        for i, name in enumerate(names):
            sites.append(Site(
                enterprise=enterprise, name=name, address=f"{enterprise.address}{'附 1 号' if i else ''}", division=place,
                **_position(rng, place),
            ))
    ledger.bulk("demo.sites", SYSTEM, sites)
