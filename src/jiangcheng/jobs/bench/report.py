"""``docs/performance.md``, written from the runs: nothing in it is typed by hand but the sentences between the tables."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

AIMS = {("verify", "postgresql"): 0.3, ("issue", "postgresql"): 0.25, ("ledger", "postgresql"): 0.8,
        ("ledger and sequencer", "postgresql"): 0.65}  # fmt: skip
HEAD = """# Performance

Written by `bin/jiangcheng bench all --write`; do not edit. What is measured, and against what, is said in `src/jiangcheng/jobs/bench/`.

**Read the ratios, not the speeds.** Each round measures the platform and the other side one after the other, in turning order. The
wall ratio tells of a quiet machine only: beside other work, whoever has more processes waiting gets more of the cores, and the
server has more than the two plain writers. The CPU ratio (CPU time of all processes for one act, database included) does not
depend on that. Ratio 1 would be: no cost beyond the plain statements.
"""


def _table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    heads = list(heads)
    return [
        "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads),
        *("| " + " | ".join(f"{x:,}" if isinstance(x, int | float) else str(x) for x in row) + " |" for row in rows), "",
    ]


def _machine(load: list[float]) -> list[str]:
    model = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next((int(line.split()[1]) // 1024 // 1024 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    busy = f"load average {statistics.median(load):.1f} in the middle, {max(load):.1f} at most" if load else "load not known"
    return [
        f"Machine: {os.cpu_count()} cores ({model}), {memory} GB, {platform.system()}, Python {platform.python_version()}; {busy}. "
        f"Run on {datetime.now(UTC):%Y-%m-%d}.", "",
    ]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _comparisons(results: list[dict[str, Any]]) -> list[str]:
    rows = []
    for r in results:
        aim = AIMS.get((r["name"], r["engine"]), "–")
        cpu = f"**{r['cpu_ratio']}** [{r['cpu_ratio_low']}–{r['cpu_ratio_high']}]" if "cpu_ratio" in r else "–"
        took = f"{r['cpu_ms']} / {r['baseline_cpu_ms']}" if "cpu_ms" in r else "–"
        rows.append((r["name"], r["engine"], r["median"], r["baseline_median"], f"**{r['ratio']}** [{r['ratio_low']}–{r['ratio_high']}]", cpu, took,
                     aim, r["rounds"]))
    out = ["## Against the plain database", ""]
    heads = ("act", "engine", "platform, a second", "plain, a second", "wall ratio", "CPU ratio", "CPU ms, platform / plain", "aim", "rounds")
    out += _table(heads, rows)
    out += [f"- **{r['name']}** on {r['engine']}: against {r['baseline']}" + (f"; {r['statements']} statements an act" if "statements" in r else "")
            for r in results]
    return [*out, ""]


def _parts(found: dict[str, list[tuple[str, float]]]) -> list[str]:
    out = ["## What the time is made of", ""] if found else []
    for word, parts in found.items():
        whole = sum(ms for _, ms in parts) or 1.0
        out += [f"### {word}", "", *_table(("part", "ms", "share"), ((p, round(ms, 3), f"{ms / whole:.0%}") for p, ms in parts))]
    return out


def _lists(found: dict[str, Any]) -> list[str]:
    if not found:
        return []
    size = ", ".join(f"{n:,} {name}s" for name, n in found["size"].items())
    rows = [
        (r["name"], r["who"], f"`{r['address']}`", r["queries"], r["p50_ms"], r["p95_ms"], r["cpu_p95_ms"],
         "" if r["cpu_p95_ms"] < 300 and r["queries"] <= 15 else "over") for r in found["results"]
    ]
    return [
        "## Lists at size", "",
        f"With {size}. Aim: at most 15 questions, and 300 ms at the 95th percentile. Wall times are of the whole request in one "
        "process and tell of whatever else the machine did; CPU is of the process and its database session.", "",
        *_table(("list", "who", "address", "questions", "p50 ms", "p95 ms", "CPU p95 ms", ""), rows),
    ]


def _growth(found: dict[str, Any]) -> list[str]:
    if not found:
        return []
    return ["## Growth", "", *_table(("run", "enterprises a second", "visits a second", "most memory, MB"), found["rows"])]


def write(path: Path, runs: dict[str, Any]) -> None:
    """Write the page. ``runs`` holds what was measured: ``results``, ``parts``, ``lists``, ``growth``, ``load``,
    ``notes``; each may be missing."""
    notes = [f"- {words}" for words in runs.get("notes", [])]
    told = ["Of these runs in particular:", "", *notes, ""] if notes else []
    lines = [HEAD, *_machine(runs.get("load", [])), *told, *_comparisons(runs.get("results", [])), *_parts(runs.get("parts", {})),
             *_lists(runs.get("lists", {})), *_growth(runs.get("growth", {}))]
    path.write_text("\n".join(lines).rstrip() + "\n", "utf-8")
