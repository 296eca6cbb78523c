"""Rounds: the platform and the other side by turns, so that a busy machine is unkind to both. Medians and ratios of them."""

from __future__ import annotations

import json
import pickle
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jiangcheng.jobs.bench import cpu
from jiangcheng.jobs.bench.place import Server


@dataclass(frozen=True)
class Took:
    """What a piece of work took: things done a second, and CPU milliseconds of all processes for one of them."""

    speed: float
    cpu: float = 0.0


Measure = Callable[[int], Took]
"""Does the work of one round (its number)."""


@dataclass
class Series:
    """What was measured under one name, round by round, beside the other side of each round."""

    name: str
    engine: str
    baseline: str
    unit: str = "per second"
    mine: list[Took] = field(default_factory=list)
    other: list[Took] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def result(self) -> dict[str, Any]:
        """One entry of ``results``. ``low`` and ``high`` are of the platform; ``ratio`` is the median of the rounds' ratios,
        as each round's load weighs on both sides alike; ``cpu_ratio`` the same of the CPU time of one act."""
        mine, other = [t.speed for t in self.mine], [t.speed for t in self.other]
        ratios = sorted(a / b for a, b in zip(mine, other, strict=True))
        found = {
            "name": self.name, "engine": self.engine, "median": round(statistics.median(mine), 2), "low": round(min(mine), 2),
            "high": round(max(mine), 2), "unit": self.unit, "baseline": self.baseline,
            "baseline_median": round(statistics.median(other), 2), "ratio": round(statistics.median(ratios), 3),
            "ratio_low": round(ratios[0], 3), "ratio_high": round(ratios[-1], 3), "rounds": len(ratios),
        }
        if all(t.cpu for t in (*self.mine, *self.other)):
            cpu = sorted(b.cpu / a.cpu for a, b in zip(self.mine, self.other, strict=True))
            found |= {
                "cpu_ms": round(statistics.median(t.cpu for t in self.mine), 3),
                "baseline_cpu_ms": round(statistics.median(t.cpu for t in self.other), 3), "cpu_ratio": round(statistics.median(cpu), 3),
                "cpu_ratio_low": round(cpu[0], 3), "cpu_ratio_high": round(cpu[-1], 3),
            }
        return found | self.more


def interleave(rounds: int, series: Sequence[tuple[Series, Measure]], other: Measure, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Every round measures each series and the other side, in an order that turns from round to round."""
    for n in range(rounds):
        todo: list[tuple[str, Measure]] = [(one.name, measure) for one, measure in series] + [("", other)]
        turned = todo[n % len(todo) :] + todo[: n % len(todo)]
        speeds = {name: measure(n) for name, measure in turned}
        for one, _ in series:
            one.mine.append(speeds[one.name])
            one.other.append(speeds[""])
        plain = speeds[""]
        said = ", ".join(
            f"{one.name} {speeds[one.name].speed:,.1f} ({speeds[one.name].speed / plain.speed:.2f}, "
            f"CPU {speeds[one.name].cpu:.2f} ms)" for one, _ in series
        )
        say(f"  round {n + 1}: {said}; plain {plain.speed:,.1f}, CPU {plain.cpu:.2f} ms")
    return [one.result() for one, _ in series]


def together(module: str, papers: Sequence[Path], database: Callable[[], float]) -> Took:
    """Start one process for each piece of work, let them begin together. ``database`` meters the database server."""
    # programs of our own
    started = [
        subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in papers
    ]
    for process, paper in zip(started, papers, strict=True):
        process.stdin.write(f"{paper}\n")
        process.stdin.flush()
    for process in started:
        if process.stdout.readline().strip() != "ready":
            raise SystemExit(f"{module} did not start")
    before = database()
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    found = [json.loads(process.stdout.readline()) for process in started]
    used = database() - before + sum(f["cpu"] for f in found)
    for process in started:
        process.wait(30)
    done = sum(f["n"] for f in found)
    return Took(done / max(f["seconds"] for f in found), 1000 * used / done)


def written(folder: Path, name: str, work: Any) -> Path:
    """Work for another process, in a file."""
    path = folder / f"{name}.pickle"
    path.write_bytes(pickle.dumps(work))
    return path


def asked(there: Server, requests: list[list[str]], database: Callable[[], float], expect: str = "200") -> Took:
    """Let the client send its requests from a process of its own. Any other answer than expected ends the bench.

    The CPU time is of the server's processes and the database, not of the client.
    """
    work = json.dumps({"host": "127.0.0.1", "port": there.port, "requests": requests})
    before = database() + cpu.session(there.leader)
    done = subprocess.run(
        [sys.executable, "-m", "jiangcheng.jobs.bench.load"], input=work + "\n", capture_output=True, text=True, check=False,
    )
    if done.returncode:
        raise SystemExit(f"the client failed: {done.stderr[-800:]}")
    seen = json.loads(done.stdout)
    if set(seen["statuses"]) != {expect}:
        raise SystemExit(f"expected {expect} from all, got {seen['statuses']}")
    used = database() + cpu.session(there.leader) - before
    return Took(seen["n"] / seen["seconds"], 1000 * used / seen["n"])


def get(path: str) -> str:
    """A raw request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def dealt(items: Sequence[Any], hands: int) -> list[list[Any]]:
    """Items dealt out to so many lists."""
    return [list(items[i::hands]) for i in range(hands)]
