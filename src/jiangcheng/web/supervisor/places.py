"""位置示意: where the visits of a list are, drawn from the sites themselves; one bubble a division, the table its twin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import hypot, sqrt
from typing import Any

from django.db.models import QuerySet

from jiangcheng.parties.models import Division

WIDE, HIGH, EDGE = 400, 300, 46
LEAST, MOST = 16, 34
"""Radius of the bubble with one visit, and of the one with the most."""
KINDS = {
    "coming": ("draft", "to_approve", "returned", "to_code", "to_enter"), "running": ("arrived", "inspecting", "broken_off"),
    "to_tell": ("to_tell",), "following": ("following",),
}
COLUMNS = (("coming", "尚未入企"), ("running", "检查中"), ("to_tell", "待告知结果"), ("following", "跟踪整改中"), ("ended", "已结束"))
Point = tuple[float, float]


@dataclass
class Place:
    """One division: its visits, the points of its sites, where its bubble is drawn."""

    code: str
    name: str
    points: list[Point] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    x: float = 0.0
    y: float = 0.0
    r: float = LEAST

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Word and count of each column."""
        return [(word, self.counts[key]) for key, word in COLUMNS]

    @property
    def outline(self) -> str:
        """The area over which its sites lie, for ``points`` of a polygon."""
        return " ".join(f"{x:.0f},{y:.0f}" for x, y in hull(self.points))

    @property
    def label_y(self) -> float:
        return self.y + self.r + 15


def group_of(path: str, level: int) -> str:
    """Code of the division one level below ``level`` on a path, or the last one where the path ends before."""
    codes = path.strip("/").split("/")
    return codes[min(level, len(codes) - 1)]


def kind_of(state: str) -> str:
    """Which column of the table a state counts in."""
    return next((kind for kind, states in KINDS.items() if state in states), "ended")


def drawing(visits: QuerySet, division: Division) -> list[Place]:
    """The divisions below the office's own, with their visits; those with a known position get a place to be drawn at."""
    rows = visits.order_by().values_list("site__division__path", "site__longitude", "site__latitude", "state")
    found: dict[str, Place] = {}
    for path, east, north, state in rows:
        code = group_of(path, division.level)
        place = found.setdefault(code, Place(code, ""))
        place.counts[kind_of(state)] += 1
        if east is not None and north is not None:
            place.points.append((float(east), float(north)))
    names = dict(Division.objects.filter(code__in=found).values_list("code", "name"))
    for code, place in found.items():
        place.name = names.get(code, code)
    places = sorted(found.values(), key=lambda p: (-p.total, p.name))
    _lay_out([p for p in places if p.points])
    return places


def _lay_out(places: list[Place]) -> None:
    """Fit all points into the drawing, put each bubble on the middle of its points, and keep bubbles apart."""
    if not places:
        return
    everything = [point for place in places for point in place.points]
    middle = _middle([(min(x for x, _ in everything), min(y for _, y in everything)),
                      (max(x for x, _ in everything), max(y for _, y in everything))])
    flat = 0.86  # a degree of longitude is this much shorter than one of latitude, at 30.6° north
    span_x = max((max(x for x, _ in everything) - min(x for x, _ in everything)) * flat, 0.01)
    span_y = max(max(y for _, y in everything) - min(y for _, y in everything), 0.01)
    scale = min((WIDE - 2 * EDGE) / span_x, (HIGH - 2 * EDGE) / span_y)
    most = max(place.total for place in places)
    for place in places:
        place.points = [
            (WIDE / 2 + (x - middle[0]) * flat * scale, HIGH / 2 - (y - middle[1]) * scale) for x, y in place.points
        ]
        place.x, place.y = _middle(place.points)
        place.r = LEAST + (MOST - LEAST) * sqrt(place.total / most)
    keep_apart(places)


def _middle(points: list[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def keep_apart(places: list[Place], rounds: int = 60) -> None:
    """Push bubbles that touch away from each other, with room for a name below each; none leaves the drawing."""
    for _ in range(rounds):
        for n, one in enumerate(places):
            for other in places[n + 1:]:
                _push(one, other)
        for place in places:
            place.x = min(max(place.x, EDGE), WIDE - EDGE)
            place.y = min(max(place.y, place.r + 6), HIGH - place.r - 22)


def _push(one: Place, other: Place) -> None:
    dx, dy = other.x - one.x, other.y - one.y
    apart = hypot(dx, dy) or 0.1
    short = one.r + other.r + 22 - apart
    if short > 0:
        dx, dy = (dx or 0.1) / apart * short / 2, dy / apart * short / 2
        one.x, one.y, other.x, other.y = one.x - dx, one.y - dy, other.x + dx, other.y + dy


def hull(points: Iterable[Point]) -> list[Point]:
    """The convex hull of some points, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return lower[:-1] + upper[:-1]


def _chain(points: list[Point]) -> list[Point]:
    found: list[Point] = []
    for x, y in points:
        while len(found) > 1 and _turn(found[-2], found[-1], (x, y)) <= 0:
            found.pop()
        found.append((x, y))
    return found


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def context(visits: QuerySet, division: Division) -> dict[str, Any]:
    """What ``supervisor/places.html`` draws: places, heads of the table, and one sentence to be read."""
    places = drawing(visits, division)
    most = places[0] if places else None
    return {
        "places": places, "drawn": [p for p in places if p.points], "place_heads": [word for _, word in COLUMNS],
        "place_size": {"wide": WIDE, "high": HIGH},
        "place_say": f"共 {sum(p.total for p in places)} 次检查，分布在 {len(places)} 个区域，{most.name} {most.total} 次。" if most else "",
    }
