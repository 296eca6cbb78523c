"""``python -m tests.security.report`` runs the tests of SECURITY.md and writes what they saw to ``docs/security.md``.

Run it in the environment of the tests: ``bin/environment --test python -m tests.security.report [--fuzz-cases 20000]``. With
``TEST_ENGINE=postgresql`` the run is on PostgreSQL; the page names the engine. Races and kills are left to ``bin/test``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import subprocess
import sys

from tests.security.test_table import ROOT, rows

LEFT_OUT = ("tests/races/", "tests/proofs/")
OUT = ROOT / "docs" / "security.md"
LINE = re.compile(r"^(PASSED|FAILED|ERROR|SKIPPED) (\S+?)(\[.*)?$", re.MULTILINE)


def run(cases: int) -> str:
    """The tests' own words."""
    files = sorted({row[3].strip("`").partition("::")[0] for row in rows()} | {"tests/security"})
    files = [f for f in files if not f.startswith(LEFT_OUT)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "-s", "--show-capture=no", f"--fuzz-cases={cases}", *files], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )
    return done.stdout


def page(said: str) -> str:
    """The document."""
    seen: dict[str, list[str]] = {}
    for status, name, rest in LINE.findall(said):
        seen.setdefault(name, []).append(f"{status}{rest}")
    engine = "PostgreSQL" if os.environ.get("TEST_ENGINE") == "postgresql" or os.environ.get("TEST_DATABASE_URL") else "SQLite"
    fuzz = re.search(r"^\d+ cases over .*$", said, re.MULTILINE)
    out = [
        "# What the security tests saw", "",
        "Written by `python -m tests.security.report`; do not edit. What each control is for: [SECURITY.md](../SECURITY.md).", "",
        f"Run on {dt.date.today():%Y-%m-%d}, {engine}. {said.strip().splitlines()[-1].strip('= ')}.", "",
        f"Fuzzer: {fuzz[0] if fuzz else 'not run'}.", "", "| control | test | seen | with its switch |", "|---|---|---|---|",
    ]
    red = {line for name, lines in seen.items() if name.endswith("test_with_its_switch_the_test_turns_red") for line in lines}
    for threat, _, _, test, switch in rows():
        name = test.strip("`")
        lines = seen.get(name, [])
        good = sum(line.startswith("PASSED") for line in lines)
        word = f"{good} of {len(lines)} passed" if lines else "in `bin/test`"
        turned = "red" if f"PASSED[{switch.strip('`')}]" in red else ("in `bin/test`" if switch != "–" else "–")
        out.append(f"| {threat} | `{name.partition('::')[2]}` | {word} | {turned} |")
    return "\n".join(out) + "\n"


def main() -> int:
    """Run and write; the exit status is that of the tests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fuzz-cases", type=int, default=0)
    said = run(parser.parse_args().fuzz_cases)
    OUT.write_text(page(said), "utf-8")
    print(said.strip().splitlines()[-1])
    return int(" failed" in said.splitlines()[-1] or " error" in said.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
