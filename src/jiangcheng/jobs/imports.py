"""Imports without a page: ``bin/jiangcheng import KIND FILE`` for the operator, and the bench that measures a large one."""

from __future__ import annotations

import argparse
import csv
import io
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from jiangcheng.inspection.items import cap_excel, excel
from jiangcheng.inspection.plans import excel as plan_excel
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Refused
from jiangcheng.parties import uscc
from jiangcheng.parties.imports import bodies, enterprises, machine, officers, sites
from jiangcheng.parties.imports.kinds import KIND_WORDS, KINDS
from jiangcheng.parties.models import Body, Division, Import
from jiangcheng.sheets import Unreadable

OPERATOR = Actor(name="命令行", channel="cli", roles=frozenset({"system"}))
OURS = (bodies, officers, enterprises, sites, excel, plan_excel, cap_excel)
"""Modules that register the kinds."""
GOOD, BAD_LINES, REFUSED = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Import a table and print counts and errors. Exit status: 0 all lines, 1 some lines are bad, 2 nothing was done."""
    parser = argparse.ArgumentParser(prog="jiangcheng import", description="从表格导入；先校验，有误的行不入库。")
    parser.add_argument("kind", choices=sorted(KINDS), metavar="KIND", help="、".join(f"{k}（{v.noun}）" for k, v in sorted(KINDS.items())))
    parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx 或 .csv")
    parser.add_argument("--body", default="", help="单位全称：事项、计划、频次上限导入到哪个单位")
    parser.add_argument("--year", type=int, default=0, help="计划的年度")
    parser.add_argument("--check", action="store_true", help="只校验，不入库")
    parser.add_argument("--bad", type=Path, help="把有误的行写到这个 .xlsx 文件")
    given = parser.parse_args(list(argv))
    try:
        return _run(given)
    except Unreadable as wrong:
        return _fail(f"{b.cell}：{b.reason}。{b.remedy}" for b in wrong.bad)
    except Refused as refused:
        return _fail(b.sentence for b in refused.breaches)
    except OSError as wrong:
        return _fail([f"读不到文件 {given.file}：{wrong.strerror}"])


def _fail(lines: object) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    print("什么都没有改动。", file=sys.stderr)
    return REFUSED


def _run(given: argparse.Namespace) -> int:
    body = Body.objects.filter(name=given.body).first() if given.body else None
    if given.body and body is None:
        return _fail([f"没有登记单位“{given.body}”。"])
    if KINDS[given.kind].desk == "planner" and body is None:
        return _fail(["请用 --body 写明单位全称。"])
    target = ""
    if given.kind == plan_excel.PlanRows.slug:
        plan = Plan.objects.filter(body=body, year=given.year).order_by("-n").first()
        if plan is None:
            return _fail([f"“{body}”没有 {given.year} 年度计划，请用 --year 写明年度，先开始编制。"])
        target = str(plan.pk)
    upload = machine.keep(given.kind, body.pk if body else None, target, given.file.name, given.file.read_bytes(), OPERATOR)
    found = machine.check(upload)
    for b in found.bad:
        print(f"{b.cell}：{b.reason}。{b.remedy}")
    if found.bad_cells > len(found.bad):
        print(f"……共 {found.bad_cells:,} 处")
    if given.bad and found.counts["bad"]:
        given.bad.write_bytes(machine.bad_lines(upload))
    counts = found.counts if given.check else machine.store(upload, OPERATOR, _progress(found.many))
    print(("校验" if given.check else "入库") + "：" + "，".join(f"{word} {counts[kind]:,}" for kind, word in KIND_WORDS.items()))
    return BAD_LINES if found.counts["bad"] else GOOD


def _progress(total: int) -> machine.Beat:
    def beat(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r已处理 {done:,} / {total:,}", end="\n" if done == total else "", file=sys.stderr)

    return beat


# ---- bench ----
def made_up(count: int, division: str = "420100", first: int = 30_000_000) -> bytes:
    """A CSV file of so many invented enterprises, with valid credit codes."""
    kept = io.BytesIO()
    out = io.TextIOWrapper(kept, "utf-8-sig", newline="")
    write = csv.writer(out)
    write.writerow([c.head for c in enterprises.COLUMNS])
    for n in range(count):
        code = uscc.make("91", division, first + n)
        name, people = f"武汉生成数据第{n}号商贸有限公司（演示）", ("张演示", "李演示", f"139{n:08d}")
        write.writerow([code, name, division, f"演示大道{n}号", "批发零售", "食品安全、市场秩序", *people, "存续"])
    out.flush()
    return kept.getvalue()


def bench(count: int) -> dict[str, float]:
    """Import so many enterprises into this database by the real path; seconds, seconds of the processor, and the peak memory in MB."""
    Division.objects.get(code="420100")
    content = made_up(count)
    start, used = time.perf_counter(), time.process_time()
    upload = machine.keep(enterprises.Enterprises.slug, None, "", f"生成的 {count} 家企业.csv", content, OPERATOR)
    del content
    upload = Import.objects.get(pk=upload.pk)
    kept = time.perf_counter()
    found = machine.check(upload)
    checked = time.perf_counter()
    counts = machine.store(upload, OPERATOR)
    end = time.perf_counter()
    if counts["new"] != count or found.counts["new"] != count:
        raise RuntimeError(f"{counts} of {count}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"keep": kept - start, "check": checked - kept, "store": end - checked, "seconds": end - start,
            "processor": time.process_time() - used, "megabytes": peak}
