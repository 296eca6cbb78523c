"""``bin/jiangcheng bench verify|issue|ledger|lists|all``: what the platform costs beside the plain database, in ratios."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from jiangcheng.jobs.bench import place as places

LEAST_ROUNDS = 5
ENTERPRISES, VISITS = 60_000, 2_000
"""What grows before anything is measured: each act measured goes to an enterprise of its own."""
PARTS = ("verify", "issue", "ledger")


def measure(part: str, engine: str, rounds: int, say: Any) -> list[dict[str, Any]]:
    """One part, in an installation of its own on the engine; without an engine in the one that the environment names."""
    with places.place(engine, os.environ.get("JIANGCHENG_BENCH_SERVER", "")) if engine else places.here() as here:
        with contextlib.redirect_stdout(sys.stderr):
            town = places.prepare(ENTERPRISES, VISITS, lambda words: None)
        from jiangcheng.jobs.bench import acts, issue, verify  # noqa: PLC0415  need the apps

        run = {"verify": verify.run, "issue": issue.run, "ledger": acts.run}[part]
        say(f"{part} on {here.engine}")
        return run(here, town, rounds, say)


def main(argv: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="jiangcheng bench")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--engine", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--here", action="store_true", help="in the installation that the environment names")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help=f"at least {LEAST_ROUNDS}")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args(list(argv))
    if options.rounds < LEAST_ROUNDS:
        parser.error(f"at least {LEAST_ROUNDS} rounds")

    def say(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    results = measure(options.part, "" if options.here else options.engine, options.rounds, say)
    if options.format == "json":
        print(json.dumps({"results": results}, ensure_ascii=False, indent=1))
    else:
        for r in results:
            print(f"{r['name']} ({r['engine']}): {r['median']:,} {r['unit']}, ratio {r['ratio']} [{r['ratio_low']}–{r['ratio_high']}]")
    return 0
