"""``bin/jiangcheng soak``: long runs of the proofs, for a machine that is not the city's.

Servers are killed under load and clients race for places and codes, by default 20 kills and a million races an engine;
what was acknowledged must be there, and no limit may be passed. What is driven stands under ``tests/``, so this works from
a checkout only; the product itself imports none of it. Folders and the PostgreSQL server are the run's own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

ENGINES = ("sqlite", "postgresql")
_NOT_PASSED_ON = ("DATABASE_URL", "TEST_DATABASE_URL", "JIANGCHENG_TEST_BREAK", "PYTEST_XDIST_WORKER", "JIANGCHENG_VAR")


def driver() -> Path | None:
    """The program that drives the proofs; None where there is no checkout."""
    path = settings.ROOT / "tests" / "soak.py"
    return path if path.is_file() else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jiangcheng soak")
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="both")
    parser.add_argument("--kills", type=int, default=20, help="每种数据库：服务被强行终止几次")
    parser.add_argument("--races", type=int, default=1_000_000, help="每种数据库：并发争抢几次")
    parser.add_argument("--minutes", type=float, default=0, help="每种数据库的争抢最多几分钟，0 不限")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--output", type=Path, help="把 JSON 报告另存到文件")
    parser.add_argument("--broken", choices=("", "cap", "code"), default="", help=argparse.SUPPRESS)
    return parser


def run(engine: str, options: argparse.Namespace) -> dict[str, Any]:
    """One engine's run in a process of its own; its report. What it says on the way goes to standard error."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    if engine == "postgresql" and os.environ.get("TEST_DATABASE_URL"):
        kept["TEST_DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
    with tempfile.TemporaryDirectory(prefix="jiangcheng-soak-") as folder:
        report = Path(folder) / "report.json"
        environment = {
            **kept, "TEST_ENGINE": engine, "JIANGCHENG_VAR": str(Path(folder) / "var"),
            "PYTHONPATH": f"{settings.ROOT / 'src'}{os.pathsep}{settings.ROOT}",
        }
        command = [sys.executable, "-m", "tests.soak", str(report), str(options.kills), str(options.races), str(options.minutes)]
        done = subprocess.run([*command, options.broken], env=environment, cwd=settings.ROOT, stdout=sys.stderr, check=False)  # noqa: S603
        if not report.is_file():
            return {"engine": engine, "ok": False, "error": f"没有做完（状态 {done.returncode}）"}
        return {"engine": engine, **json.loads(report.read_text("utf-8"))}


def _line(found: dict[str, Any]) -> str:
    if "error" in found:
        return f"{found['engine']}：{found['error']}"
    kills, races = found["kills"], found["races"]
    return (
        f"{found['engine']}：终止 {kills['done']}/{kills['asked']} 次，已确认 {kills['acknowledged']:,} 件，丢失 {kills['lost']}，"
        f"重复 {kills['doubled']}，核验不符 {kills['findings']}；争抢 {races['done']:,}/{races['asked']:,} 次，超限 {races['over']}，"
        f"重复核销 {races['redeemed_twice']}；用时 {found['seconds']:,.0f} 秒。{'通过' if found['ok'] else '未通过'}。"
    )


def main(argv: Sequence[str]) -> int:
    """Status 0 when nothing was lost and no limit was passed, 1 when something was, 2 without a checkout."""
    options = _parser().parse_args(list(argv))
    if driver() is None:
        print("soak 只能在完整的源代码目录中运行：它使用 tests 中的证明，安装包里没有。", file=sys.stderr)
        return 2
    found = [run(engine, options) for engine in (ENGINES if options.engine == "both" else (options.engine,))]
    ok = all(one["ok"] for one in found)
    words = json.dumps({"ok": ok, "results": found}, ensure_ascii=False, indent=1)
    if options.output:
        options.output.write_text(words + "\n", "utf-8")
    print(words if options.format == "json" else "\n".join(map(_line, found)))
    return 0 if ok else 1
