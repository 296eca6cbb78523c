"""``bin/jiangcheng doctor``: is this installation sound? One line a thing looked at, with the remedy where it is not.

Changes nothing. Exit status 0 when nothing is bad (warnings allowed, unless ``--strict``), 1 when something is, so that
a timer may run it. The looks themselves stand in ``doctor_place`` and ``doctor_data``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

GOOD, WARN, BAD = "good", "warn", "bad"
MARKS = {GOOD: "正常", WARN: "注意", BAD: "有误"}


@dataclass(frozen=True)
class Found:
    """One thing looked at: what, how it stands (good, warn, bad), what was seen, and what to do."""

    what: str
    state: str
    seen: str
    remedy: str = ""

    def line(self) -> str:
        """As it is printed."""
        return f"[{MARKS[self.state]}] {self.what}：{self.seen}" + (f" → {self.remedy}" if self.remedy else "")


Look = Callable[[], Iterable[Found]]


def good(what: str, seen: str) -> Found:
    """Nothing to do."""
    return Found(what, GOOD, seen)


def warn(what: str, seen: str, remedy: str) -> Found:
    """Works, but a city should not leave it so."""
    return Found(what, WARN, seen, remedy)


def bad(what: str, seen: str, remedy: str) -> Found:
    """Data or service are in danger, or do not work."""
    return Found(what, BAD, seen, remedy)


def examine(looks: Iterable[Look]) -> list[Found]:
    """All looks in their order; one that cannot look says why, and the others go on."""
    found: list[Found] = []
    for look in looks:
        try:
            found += look()
        except Exception as problem:
            name = (look.__doc__ or look.__name__).partition(".")[0].strip()
            words = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
            found.append(bad(name, f"没有查成（{type(problem).__name__}: {words[:160]}）", "先处理上面各项，再运行一次。"))
    return found


def main(argv: Sequence[str]) -> int:
    """Print what was found; status 1 when something is bad."""
    from jiangcheng.jobs import doctor_data, doctor_place  # noqa: PLC0415  they need the apps, and this file's words

    parser = argparse.ArgumentParser(prog="jiangcheng doctor")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--strict", action="store_true", help="“注意”也算有误")
    parser.add_argument("--whole", action="store_true", help="逐条核验全部存证和文件（大库需时较长）")
    options = parser.parse_args(list(argv))
    found = examine([*doctor_place.LOOKS, *doctor_data.LOOKS, *(doctor_data.WHOLE if options.whole else ())])
    count = {state: sum(one.state == state for one in found) for state in MARKS}
    failed = bool(count[BAD] or (options.strict and count[WARN]))
    if options.format == "json":
        print(json.dumps({"ok": not failed, "count": count, "found": [asdict(one) for one in found]}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(one.line() for one in found))
        print(f"共查 {len(found)} 项：正常 {count[GOOD]}，注意 {count[WARN]}，有误 {count[BAD]}。")
    return 1 if failed else 0
