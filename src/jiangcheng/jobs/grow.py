"""``bin/jiangcheng demo grow``: bodies, enterprises and visits in numbers, with progress, speed and memory."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from jiangcheng.inspection.visits import growth as visits
from jiangcheng.kernel import sequencer, storage
from jiangcheng.papers import demo as papers
from jiangcheng.parties import demo as parties
from jiangcheng.parties import growth

try:
    import resource
except ImportError:  # not on this system: memory is then not told
    resource = None

EVERY = 5.0
"""Seconds between two lines of progress."""


def memory() -> float:
    """The most memory this process has held, in MB; nought where the system does not tell."""
    if resource is None:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


@dataclass
class Progress:
    """Says now and then how far the work has come."""

    word: str
    total: int
    done: int
    say: Callable[[str], None]
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0
    new: int = 0

    def __call__(self, n: int) -> None:
        self.done, self.new = self.done + n, self.new + n
        now = time.monotonic()
        if now - self.told >= EVERY or self.done >= self.total:
            self.told = now
            self.say(f"{self.word}：已处理 {self.done:,} / {self.total:,}，每秒 {self.speed:,.0f}，内存 {memory():,.0f} MB")

    @property
    def speed(self) -> float:
        """New rows of this kind a second."""
        return self.new / max(time.monotonic() - self.began, 1e-9)


def grow(enterprises: int, visits_wanted: int, day: date, seed: int, say: Callable[[str], None]) -> dict[str, float]:
    """Bring the demo city to so many generated enterprises and visits; answers with the speeds, in rows a second.

    Goes on where an earlier run ended; what is there already is left alone. ValueError for more visits than there is
    room for.
    """
    if made := growth.bodies(day, seed):
        papers.build()
        say(f"演示单位：新增 {made} 个")
    firms = Progress("企业", enterprises, growth.grown(), say)
    growth.enterprises(enterprises, seed, firms)
    went = {"enterprises": firms.speed}
    storage.gather_statistics()
    if visits_wanted:
        here = visits.town(day, seed)
        done = Progress("检查", visits_wanted, visits.grown(), say)
        visits.visits(here, visits_wanted, done)
        went["visits"] = done.speed
        storage.gather_statistics()
    sequencer.checkpoint_now()
    return went


def main(argv: Sequence[str], day: date) -> int:
    """``demo grow --enterprises N --visits N``; status 1 when the database refuses generated data or lacks the demo city."""
    parser = argparse.ArgumentParser(prog="jiangcheng demo grow")
    parser.add_argument("--enterprises", type=int, default=20_000, help="批量生成的企业达到多少家")
    parser.add_argument("--visits", type=int, default=20_000, help="批量生成的检查达到多少次")
    parser.add_argument("--seed", type=int, default=327)
    options = parser.parse_args(list(argv))
    reason = parties.refuse_demo_reason() or ("" if parties.standing() else "数据库中没有演示城市，请先运行 bin/jiangcheng demo。")
    if reason:
        print(reason)
        return 1
    try:
        grow(options.enterprises, options.visits, day, options.seed, lambda words: print(words, flush=True))
    except ValueError as problem:
        print(problem)
        return 1
    return 0
