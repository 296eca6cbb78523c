"""The demo city: bodies, people, enterprises, items, plans, visits; all generated and marked （演示）."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from datetime import date

from jiangcheng.inspection.items import demo as items
from jiangcheng.inspection.plans import demo as plans
from jiangcheng.inspection.visits import demo as visits
from jiangcheng.kernel import calendar
from jiangcheng.papers import demo as papers
from jiangcheng.parties import demo as parties
from jiangcheng.parties.models import Account


def base_day() -> date:
    """The day by which generated terms are set: today, or ``JIANGCHENG_DAY``."""
    text = os.environ.get("JIANGCHENG_DAY", "")
    return date.fromisoformat(text) if text else calendar.today()


def build_once(say: Callable[[str], None], seed: int = 327) -> None:
    """Build what is not there yet; refused, with the reason, in a database that holds real rows."""
    if reason := parties.refuse_demo_reason():
        say(f"未生成演示数据：{reason}")
        return
    day = base_day()
    parties.build(day, seed)
    papers.build()
    say(f"演示事项：{items.build(day, seed)} 项")
    say(f"演示计划：{plans.build(day, seed)} 份")
    say(f"演示检查：{visits.build(seed)} 次")


def logins() -> str:
    """One log-in a desk, in columns, for the terminal."""
    if not Account.objects.filter(demo=True).exists():
        return ""
    lines = [f"  {username:<17}{words}" for username, words in parties.LOGINS]
    return "演示账号（密码都是 " + parties.PASSWORD + "）：\n" + "\n".join(lines)


def main(argv: Sequence[str]) -> int:
    """``bin/jiangcheng demo``: status 1 when the database refuses generated data."""
    parser = argparse.ArgumentParser(prog="jiangcheng demo")
    parser.add_argument("--seed", type=int, default=327)
    options = parser.parse_args(list(argv))
    if reason := parties.refuse_demo_reason():
        print(reason)
        return 1
    build_once(print, options.seed)
    print(logins())
    return 0
