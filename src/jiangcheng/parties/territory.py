"""Territory (属地): what a body covers, whether the decree governs a place, and which judicial office is of its level."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from jiangcheng.law.rule import enforces
from jiangcheng.parties.models import Body, Division

CITY = getattr(settings, "JIANGCHENG_CITY", "420100")
LEVEL_OF = {"province": 1, "city": 2, "district": 3, "zone": 3, "street": 4, "town": 4}


@dataclass(frozen=True)
class Governed:
    """Whether the decree governs an inspection at a place (article 2), with the reason in words."""

    applies: bool
    reason: str


def add_division(
    code: str, name: str, kind: str, parent: Division | None = None, *, delegated_by: Division | None = None,
    demo: bool = False,
) -> Division:
    """Create or refresh a division; its path follows from the parent. A zone names the district that delegates.

    ValueError for a division that stands under none of a higher level, and for a zone without such a district.
    """
    if (kind == "zone") != (delegated_by is not None) or (delegated_by and delegated_by.kind != "district"):
        raise ValueError(f"{name}: a zone, and only a zone, names the district that delegates to it")
    if (parent is None) != (kind == "province") or (parent and parent.level >= LEVEL_OF[kind]):
        raise ValueError(f"{name}: {kind} does not stand under {parent}")
    path = f"{parent.path if parent else ''}{code}/"
    values = {"name": name, "kind": kind, "level": LEVEL_OF[kind], "parent": parent, "path": path,
              "delegated_by": delegated_by, "demo": demo}
    return Division.objects.update_or_create(code=code, defaults=values)[0]


def _zones_on(division: Division) -> list[Division]:
    """Zones among the division and what stands above it."""
    codes = division.path.strip("/").split("/")
    return list(Division.objects.filter(code__in=codes, kind="zone", delegated_by__isnull=False).select_related("delegated_by"))


def covers(body: Body, division: Division | None) -> bool:
    """Is the division in the body's territory? A zone belongs to its own bodies and to the district that delegates."""
    if division is None:
        return False
    mine = body.division.path
    if division.path.startswith(mine):
        return True
    return any(zone.delegated_by.path.startswith(mine) for zone in _zones_on(division))


def prefixes(division: Division) -> tuple[str, ...]:
    """Paths whose subtrees make up the territory of a division, delegated zones included."""
    zones = Division.objects.filter(kind="zone", delegated_by__path__startswith=division.path)
    outside = zones.exclude(path__startswith=division.path).values_list("path", flat=True)
    return (division.path, *sorted(outside))


def within(division: Division, field: str) -> Q:
    """Condition: the division named by ``field`` (e.g. ``site__division``) lies in the territory of ``division``."""
    found = Q()
    for path in prefixes(division):
        found |= Q(**{f"{field}__path__startswith": path})
    return found


def in_city(division: Division) -> bool:
    """Does the division lie in the city whose platform this is?"""
    return CITY in division.path.strip("/").split("/")


@enforces("327-02-1")
def governed(body: Body, division: Division) -> Governed:
    """Does the decree govern an inspection by this body at this place? The place decides, not the level of the body."""
    if not in_city(division):
        return Governed(False, f"检查地点“{division.name}”不在本市行政区域内，不由本办法调整。")
    if not in_city(body.division) and not in_city_from_above(body.division):
        return Governed(True, f"检查地点“{division.name}”在本市行政区域内，适用本办法；“{body.name}”为市外单位，另按第十二条办理。")
    who = "垂直管理单位" if body.vertical else f"{body.get_level_display()}行政执法主体"
    return Governed(True, f"检查地点“{division.name}”在本市行政区域内，“{body.name}”为{who}，适用本办法。")


def in_city_from_above(division: Division) -> bool:
    """Is the division one that contains the city (its province)?"""
    city = Division.objects.filter(code=CITY).first()
    return city is not None and city.path.startswith(division.path)


def same_level_offices(body: Body) -> list[Body]:
    """Judicial offices of the body's level, nearest first; what is entered at the body itself goes before all.

    Streets and zones have no office of their own: the district's is proposed, for a zone the delegating district's.
    """
    if body.judicial_office_id:
        return [body.judicial_office]
    if body.level == "province":
        return []
    places = [body.division.path, *(z.delegated_by.path for z in _zones_on(body.division))]
    codes = {code for path in places for code in path.strip("/").split("/")}
    wanted = "city" if body.level == "city" else "district"
    return list(Body.objects.filter(judicial=True, level=wanted, division__in=codes).order_by("-division__level", "name"))
