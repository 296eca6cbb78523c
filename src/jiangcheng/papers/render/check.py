"""Whether the data of a paper say what it must say, before anything is set; and generated data for previews."""

import json
from pathlib import Path

from .fields import Fault, NoticeItem, Point
from .kinds import KINDS
from .shapes import SHAPES, Notice, Order, Result, Returned


class UnknownKind(KeyError):
    """There is no paper of this kind."""


class MissingFields(ValueError):
    """The data lacks fields the paper cannot do without; ``fields`` names them with their place (``points[2].fact``)."""

    def __init__(self, kind: str, fields: list[str]):
        self.fields = fields
        super().__init__(f"{KINDS[kind]}缺少内容：{'、'.join(fields)}")


#: what may not be empty either: a paper without it would say nothing (article 18: items, basis, rights, duties)
FILLED: dict[type, tuple[str, ...]] = {
    Notice: ("duties", "items", "officers", "rights"),
    NoticeItem: ("basis", "name"),
    Order: ("points",),
    Point: ("broken", "deadline", "fact", "ground", "todo"),
    Result: ("results",),
    Returned: ("faults",),
    Fault: ("reason", "where"),
}


def _typed(hint) -> tuple[type | None, bool]:
    """The TypedDict inside a type hint, and whether it stands in a list."""
    args = getattr(hint, "__args__", ())
    if hasattr(hint, "__required_keys__"):
        return hint, False
    for arg in args:
        found, listed = _typed(arg)
        if found:
            return found, listed or getattr(hint, "__origin__", None) is list
    return None, False


def missing(shape: type, data: dict, path: str = "") -> list[str]:
    """Names of required fields that are absent, or empty where that says nothing, with place: ``points[2].fact``."""
    filled = FILLED.get(shape, ())
    out = [path + k for k in sorted(shape.__required_keys__) if k not in data or (k in filled and not data[k])]
    for key, hint in shape.__annotations__.items():
        inner, listed = _typed(hint)
        value = data.get(key)
        if inner is None or not value:
            continue
        for i, part in enumerate(value if listed else [value], 1):
            if isinstance(part, dict):
                out += missing(inner, part, f"{path}{key}[{i}]." if listed else f"{path}{key}.")
    return out


def check(kind: str, data: dict) -> None:
    """Raise ``UnknownKind`` or ``MissingFields`` (all of them at once) before anything is set."""
    if kind not in SHAPES:
        raise UnknownKind(kind)
    if lacking := missing(SHAPES[kind], data):
        raise MissingFields(kind, lacking)


def sample(kind: str) -> dict:
    """Generated data （演示） for a preview; bodies, people and numbers do not exist."""
    if kind not in SHAPES:
        raise UnknownKind(kind)
    return json.loads((Path(__file__).parent / "samples" / f"{kind}.json").read_text("utf-8"))
