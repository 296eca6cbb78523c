"""Bodies, officers and enterprises in numbers, to see how the platform bears a whole city. All generated, all （演示）.

Enterprise ``n`` is the same for the same seed: its code, name and place follow from ``n`` alone. The demo city must
be there: its districts take their share, so that the log-ins of the demo see what has grown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db import transaction
from django.db.models.functions import Substr

from jiangcheng.kernel import bulk, ledger, storage
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.parties import real, uscc
from jiangcheng.parties.demo import CODES, GIVEN, MARK, MIDDLES, SURNAMES, SYLLABLES, TRADES
from jiangcheng.parties.models import Body, Certificate, Competence, Division, Enterprise, Headship, Person, Site
from jiangcheng.parties.territory import CITY

BATCH = 5_000
FIRST = 30_000_000
"""Organisation numbers of generated enterprises begin here; those of the demo city lie below."""
MOST = 9_000_000
OFFICERS = 6
ACT = "demo.grow_enterprises"
KINDS = (  # name of the body, field, further values
    ("市场监督管理局", "food", {"kind": "organ"}),
    ("消防救援大队", "fire", {"kind": "authorised", "basis": "中华人民共和国消防法", "vertical": True, "superior_name": "市消防救援支队"}),
    ("生态环境分局", "environment", {"kind": "organ", "vertical": True, "superior_name": "武汉市生态环境局"}),
)


@dataclass(frozen=True)
class Unit:
    """A district with its share of the enterprises: ``leaves`` are the divisions in which their sites lie."""

    district: Division
    leaves: tuple[Division, ...]


@cache
def _letters(text: str) -> str:
    return real.initials(text)


def mix(seed: int, n: int, salt: int = 0) -> int:
    """64 well-mixed bits that follow from the seed and a number (SplitMix64): the same choice whenever it is asked."""
    z = (seed * 0x9E3779B97F4A7C15 + n * 0xBF58476D1CE4E5B9 + salt * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return z ^ (z >> 31)


def units() -> list[Unit]:
    """The city's districts in steady order: those of the map, then the two of the demo."""
    by_code = Division.objects.in_bulk(list(CODES.values()))
    found = [Unit(d, (d,)) for d in Division.objects.filter(parent=CITY, kind="district", demo=False).order_by("code")]
    here = tuple(by_code[CODES[k]] for k in ("street", "street2", "zone_street"))
    return [*found, Unit(by_code[CODES["district"]], here), Unit(by_code[CODES["other_district"]], (by_code[CODES["other_street"]],))]


# --- bodies and their people ---------------------------------------------------------------------------------------


def bodies(day: date, seed: int) -> int:
    """An office and three bodies for each district of the map, each with head and officers; how many bodies are new."""
    city_office = Body.objects.get(demo=True, judicial=True, level="city")
    above = Body.objects.filter(demo=True, enforces=True, level="city").order_by("id").first()
    known = set(Body.objects.values_list("name", flat=True))
    made: list[Body] = []
    for unit in units():
        name = unit.district.name
        if unit.district.demo or f"{name}司法局{MARK}" in known:
            continue
        base = {"level": "district", "division": unit.district, "basis": "三定规定" + MARK, "basis_level": "law", "demo": True}
        office = Body(name=f"{name}司法局{MARK}", short=f"{name}司法局", judicial_office=city_office, word=f"{name[0]}司",
                      **base | {"kind": "organ", "judicial": True, "enforces": False})
        own = [
            Body(name=name + kind + MARK, short=name + kind, word=f"{name[:2]}{kind[0]}", complaint_phone="027-00000000",
                 superior=above if field == "food" else None, judicial_office=office, **base | more)
            for kind, field, more in KINDS
        ]
        ledger.bulk("demo.grow_bodies", SYSTEM, [office])
        for body in own:
            body.judicial_office = office
        ledger.bulk("demo.grow_bodies", SYSTEM, own)
        _people(own, date(day.year - 2, 1, 1), day, seed + len(made))
        made += own
    return len(made)


def _people(own: list[Body], start: date, day: date, seed: int) -> None:
    people, rows = [], []
    for body, (_, field, _) in zip(own, KINDS, strict=True):
        rows.append(Competence(body=body, field=field, basis="法定职责" + MARK, valid_from=start))
        for n in range(OFFICERS + 1):
            r = mix(seed, body.pk * 16 + n)
            name = SURNAMES[r % len(SURNAMES)] + GIVEN[r // 64 % len(GIVEN)] + GIVEN[r // 4096 % len(GIVEN)] + MARK
            people.append((body, n, Person(name=name, phone=f"137{r % 100_000_000:08d}", demo=True)))
    ledger.bulk("demo.grow_people", SYSTEM, [p for *_, p in people])
    until = date(day.year + 3, 12, 31)
    for body, n, person in people:
        if n == 0:
            rows.append(Headship(body=body, person=person, rank="principal", valid_from=start))
        else:
            rows.append(Certificate(person=person, body=body, number=f"演示-17-{body.pk:04d}{n:02d}", issuer="湖北省人民政府" + MARK,
                                    valid_from=start, valid_until=until))
    ledger.bulk("demo.grow_people", SYSTEM, rows)


# --- enterprises ---------------------------------------------------------------------------------------------------


def place(n: int, found: list[Unit]) -> Division:
    """Where enterprise ``n`` has its site: districts take turns, and in a district its streets."""
    leaves = found[n % len(found)].leaves
    return leaves[n // len(found) % len(leaves)]


def code_of(n: int) -> str:
    """Credit code of enterprise ``n``: mostly companies, some self-employed and cooperatives."""
    prefix = "92" if n % 25 == 7 else "93" if n % 60 == 11 else "91"
    return uscc.make(prefix, "420100", FIRST + n)


def address(n: int, where: Division) -> str:
    """Registered address and site of enterprise ``n``."""
    return f"{where.name.removesuffix(MARK)}演示路 {n} 号"


def _enterprise(key: int, n: int, seed: int, where: Division) -> Enterprise:
    r = mix(seed, n)
    trade, industry, classes = TRADES[r % len(TRADES)]
    three = [SYLLABLES[r >> shift & 31] for shift in (8, 13, 18)]
    code = code_of(n)
    end = {"91": "有限公司", "92": "店", "93": "专业合作社"}[code[:2]]
    head = SURNAMES[(r >> 24) % len(SURNAMES)] + GIVEN[(r >> 32) % len(GIVEN)] + MARK
    return bulk.new(
        Enterprise, pk=key, uscc=code, name=f"武汉{''.join(three)}{trade}{end}{MARK}",
        initials="wh" + "".join(map(_letters, three)) + _letters(trade) + _letters(end),
        applies=uscc.CATEGORIES[code[:2]][0], division_id=where.code, address=address(n, where), industry=industry, classes=classes,
        legal_person=head, contact=head, phone=f"136{n % 100_000_000:08d}", demo=True,
    )


def _site(key: int, n: int, seed: int, enterprise: Enterprise, where: Division) -> Site:
    middle, r = MIDDLES.get(where.code), mix(seed, n, 1)
    aside = (r % 60_001 / 1e6 - 0.03, (r >> 20) % 80_001 / 1e6 - 0.04)
    north, east = (round(m + a, 6) for m, a in zip(middle, aside, strict=True)) if middle else (None, None)
    return bulk.new(
        Site, pk=key, enterprise_id=enterprise.pk, name="经营场所", address=enterprise.address, division_id=where.code, latitude=north,
        longitude=east,
    )


def grown() -> int:
    """Enterprises grown so far, as the ledger says; they are numbered from nought without a gap."""
    return bulk.reached(ACT)


def enterprises(wanted: int, seed: int, progress: Callable[[int], None] = lambda n: None, batch: int = BATCH) -> int:
    """Grow to ``wanted`` enterprises with a site each, a batch a transaction; goes on where an earlier run ended."""
    if not 0 <= wanted <= MOST:
        raise ValueError(f"between 0 and {MOST:,} enterprises")
    found, n = units(), grown()
    while n < wanted:
        last = min(n + batch, wanted)
        with transaction.atomic():
            keys = zip(storage.reserve_keys(Enterprise, last - n), storage.reserve_keys(Site, last - n), strict=True)
            rows: list[Enterprise | Site] = []
            for i, (firm, site) in enumerate(keys, n):
                where = place(i, found)
                enterprise = _enterprise(firm, i, seed, where)
                rows += (enterprise, _site(site, i, seed, enterprise, where))
            bulk.load(ACT, SYSTEM, rows, extra={"from": n, "to": last, "seed": seed})
        progress(last - n)
        n = last
    return n


def grown_keys() -> Iterator[tuple[int, int]]:
    """Keys of the grown enterprises and their sites, in the order of their numbers."""
    rows = Site.objects.filter(enterprise__demo=True).annotate(number=Substr("enterprise__uscc", 9, 8))
    mine = rows.filter(number__gte=str(FIRST), enterprise__uscc__contains="420100").order_by("number", "pk")
    yield from mine.values_list("enterprise_id", "pk").iterator(20_000)
