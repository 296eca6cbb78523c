"""What public sources print about Wuhan: divisions, names of bodies seen, enterprises with valid codes. Nothing is added.

The files under ``data/`` keep their source columns. Bodies are names only: until an administrator completes kind and
basis they are no enforcement bodies and refuse every act. Enterprises get neither sites nor visits.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

from pypinyin import Style, lazy_pinyin

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.parties import uscc
from jiangcheng.parties.models import Body, Division, Enterprise
from jiangcheng.parties.territory import CITY, add_division

PROVINCE = ("420000", "湖北省")
LEVELS = {"市级": "city", "区级": "district", "街道": "street"}


@dataclass(frozen=True)
class Loaded:
    """How many rows came in; rows that stood there already are not counted."""

    divisions: int
    bodies: int
    enterprises: int


def read(name: str) -> list[dict[str, str]]:
    """Rows of one of the shipped files."""
    text = resources.files("jiangcheng.parties").joinpath("data", name).read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def initials(name: str) -> str:
    """Pinyin initials for the search box: 武汉某某 → whmm."""
    letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="ignore")
    return "".join(letters).lower()[:120]


def load_divisions() -> int:
    """Province, city and its districts, as coded by GB/T 2260."""
    before = Division.objects.count()
    province = add_division(*PROVINCE, "province")
    rows = {row["code"]: row["name"] for row in read("wuhan_divisions.csv")}
    city = add_division(CITY, rows.pop(CITY), "city", province)
    for code, name in rows.items():
        add_division(code, name, "district", city)
    return Division.objects.count() - before


def _place(text: str, districts: list[Division], city: Division) -> Division:
    return next((d for d in districts if d.name in text), city)


def _bodies(districts: list[Division], city: Division) -> list[Body]:
    there = set(Body.objects.values_list("name", flat=True))
    return [
        Body(
            name=row["name_as_printed"], short=row["name_as_printed"][:40], kind="other", enforces=False,
            level=LEVELS[row["level"]], division=_place(row["name_as_printed"], districts, city),
            source_url=f"{row['source_title']} {row['source_url']}"[:400],
        )
        for row in read("wuhan_agencies_seen.csv") if row["name_as_printed"] not in there
    ]


def _enterprises(districts: list[Division], city: Division) -> list[Enterprise]:
    there = set(Enterprise.objects.values_list("uscc", flat=True))
    return [
        Enterprise(
            uscc=row["uscc"], name=row["name"], initials=initials(row["name"]), applies=uscc.check(row["uscc"]).applies,
            division=_place(row["district_in_address"], districts, city), source_url=row["source_url"][:400],
        )
        for row in read("wuhan_companies_uscc.csv") if row["uscc"] not in there
    ]


def load_real(actor: Actor = SYSTEM) -> Loaded:
    """Load what is missing of the shipped facts; a second call changes nothing."""
    divisions = load_divisions()
    city = Division.objects.get(code=CITY)
    districts = list(Division.objects.filter(parent=city, kind="district", demo=False))
    bodies, enterprises = _bodies(districts, city), _enterprises(districts, city)
    for name, rows in (("parties.load_bodies", bodies), ("parties.load_enterprises", enterprises)):
        if rows:
            ledger.bulk(name, actor, rows)
    return Loaded(divisions, len(bodies), len(enterprises))
