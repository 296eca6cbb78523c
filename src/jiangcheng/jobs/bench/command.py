"""``bin/jiangcheng bench verify|issue|ledger|lists|parts|all``: what the platform costs beside the plain database, in ratios."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jiangcheng.jobs.bench import place as places
from jiangcheng.jobs.bench import report

LEAST_ROUNDS = 5
ENTERPRISES, VISITS = 60_000, 2_000
"""What grows before anything is measured: each act measured goes to an enterprise of its own."""
COMPARED = ("verify", "issue", "ledger")
PARTS = (*COMPARED, "lists", "parts", "all")
PAGE = Path("docs/performance.md")


def measure(part: str, options: argparse.Namespace, say: Any) -> dict[str, Any]:
    """One part, in an installation of its own on the engine; with ``--here`` in the one that the environment names."""
    server = os.environ.get("JIANGCHENG_BENCH_SERVER", "")
    with places.here() if options.here else places.place(options.engine, server) as here:
        with contextlib.redirect_stdout(sys.stderr):
            town = places.prepare(options.enterprises, options.visits, say if part == "lists" else lambda words: None)
        from jiangcheng.jobs.bench import acts, issue, lists, parts, verify  # noqa: PLC0415  need the apps

        say(f"{part} on {here.engine}")
        load = [os.getloadavg()[0]] if hasattr(os, "getloadavg") else []
        if part == "lists":
            return {"lists": {"size": lists.size(), "results": lists.measure(say)}, "load": load}
        if part == "parts":
            return {"parts": {f"issue ({here.engine})": parts.issue(town), f"verify ({here.engine})": parts.verify(town)}}
        run = {"verify": verify.run, "issue": issue.run, "ledger": acts.run}[part]
        return {"results": run(here, town, options.rounds, say), "load": load}


def everything(options: argparse.Namespace, say: Any) -> dict[str, Any]:
    """All parts on both engines, each in a process of its own: Django knows one database a process. Lists on PostgreSQL."""
    whole: dict[str, Any] = {"results": [], "parts": {}, "load": []}
    todo = [(part, engine) for engine in ("postgresql", "sqlite") for part in (*COMPARED, "parts")] + [("lists", "postgresql")]
    for part, engine in todo:
        size = (options.enterprises, options.visits) if part == "lists" else (ENTERPRISES, VISITS)
        command = [sys.executable, "-m", "jiangcheng.jobs.cli", "bench", part, "--engine", engine, "--format", "json",
                   "--rounds", str(options.rounds), "--enterprises", str(size[0]), "--visits", str(size[1])]  # fmt: skip
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603  a program of our own
        if done.returncode:
            say(f"{part} on {engine} did not come to an end")
            continue
        _join(whole, json.loads(done.stdout))
    return whole


def _join(whole: dict[str, Any], found: dict[str, Any]) -> None:
    """Add what one run found to what there is."""
    whole.setdefault("results", []).extend(found.get("results", []))
    whole.setdefault("parts", {}).update(found.get("parts", {}))
    for key in ("load", "notes"):
        whole.setdefault(key, []).extend(found.get(key, []))
    whole |= {key: found[key] for key in ("lists", "growth") if key in found}


def main(argv: Sequence[str]) -> int:
    """The command. ``--write`` makes docs/performance.md; ``--runs FILE …`` makes it from results kept before."""
    parser = argparse.ArgumentParser(prog="jiangcheng bench")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--engine", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--here", action="store_true", help="in the installation that the environment names")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help=f"at least {LEAST_ROUNDS}")
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--runs", type=Path, nargs="*", default=[], help="results of earlier runs (JSON), instead of measuring")
    options = parser.parse_args(list(argv))
    if options.rounds < LEAST_ROUNDS:
        parser.error(f"at least {LEAST_ROUNDS} rounds")

    def say(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    found: dict[str, Any] = {}
    for path in options.runs:
        _join(found, json.loads(path.read_text("utf-8")))
    if not options.runs:
        found = everything(options, say) if options.part == "all" else measure(options.part, options, say)
    if options.write:
        report.write(PAGE, found)
        say(f"{PAGE} written")
    print(json.dumps(found, ensure_ascii=False, indent=1) if options.format == "json" else "\n".join(_said(found)))
    return 0


def _said(found: dict[str, Any]) -> list[str]:
    return [
        f"{r['name']} ({r['engine']}): {r['median']:,} {r['unit']}, ratio {r['ratio']} [{r['ratio_low']}–{r['ratio_high']}]"
        + (f", of CPU {r['cpu_ratio']}" if "cpu_ratio" in r else "") for r in found.get("results", [])
    ] + [f"{word}: {name} {ms:.2f} ms" for word, parts in found.get("parts", {}).items() for name, ms in parts]
