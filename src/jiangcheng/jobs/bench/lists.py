"""``bench lists``: every list and search page, asked as its people ask, at the size that has grown. Questions, waits, CPU.

``measure`` is for other commands too: it needs nothing but the installation that the environment names, with the demo
city in it and whatever has grown.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jiangcheng.jobs.bench import cpu

SAMPLES = 20
LIMIT_MS, LIMIT_QUERIES = 300, 15


@dataclass(frozen=True)
class Asked:
    """One list as one log-in asks for it; each query string in turn."""

    word: str
    who: str
    address: str
    queries: tuple[str, ...] = ("", "?page=2", "?page=7", "?page=300")


STATES = ("?state=archived", "?state=archived&page=40", "?state=following", "?state=to_enter")
WORDS = ("?q=晴川", "?q=whjh", "?q=91420100", "?q=食品")
LISTS = (
    Asked("检查（执法人员）", "officer1", "/officer/visits/"), Asked("检查，按状态", "officer1", "/officer/visits/", STATES),
    Asked("检查，按词", "officer1", "/officer/visits/", WORDS), Asked("今日（执法人员）", "officer1", "/officer/", ("",)),
    Asked("跟踪整改", "officer1", "/officer/followups/", ("",)), Asked("查询（执法人员）", "officer1", "/search/", WORDS),
    Asked("待认定对象", "officer1", "/subjects/"),
    Asked("待我审批", "head", "/head/", ("",)), Asked("本单位", "head", "/head/office/", ("",)), Asked("事项审核", "head", "/head/items/"),
    Asked("事项清单", "planner", "/planner/items/"), Asked("计划首页", "planner", "/planner/", ("",)),
    Asked("参考库", "planner", "/planner/library/"), Asked("导入", "planner", "/planner/imports/", ("",)),
    Asked("检查动态（区）", "supervisor", "/supervisor/visits/"), Asked("检查动态（区），按状态", "supervisor", "/supervisor/visits/", STATES),
    Asked("检查动态（市）", "city_supervisor", "/supervisor/visits/"),
    Asked("检查动态（市），按状态", "city_supervisor", "/supervisor/visits/", STATES),
    Asked("检查动态（市），按词", "city_supervisor", "/supervisor/visits/", WORDS),
    Asked("查询（市）", "city_supervisor", "/search/", WORDS),
    Asked("备案审查", "supervisor", "/supervisor/filings/"), Asked("无网络登记核查", "city_supervisor", "/supervisor/offline/", ("",)),
    Asked("收到的反映", "supervisor", "/supervisor/reports/"),
    Asked("本系统检查", "superior", "/superior/visits/"), Asked("本系统检查，按状态", "superior", "/superior/visits/", STATES),
    Asked("计划收悉", "superior", "/superior/", ("",)),
    Asked("总览（领导）", "leader", "/leader/", ("",)), Asked("日常检查（领导）", "leader", "/leader/daily/"),
    Asked("未发现违法行为（领导）", "leader", "/leader/none/"), Asked("未完成的整改（领导）", "leader", "/leader/open/"),
    Asked("检查记录（企业）", "enterprise", "/enterprise/visits/", ("",)), Asked("待整改（企业）", "enterprise", "/enterprise/orders/", ("",)),
    Asked("文书（企业）", "enterprise", "/enterprise/papers/", ("",)), Asked("场所（企业）", "enterprise", "/enterprise/sites/", ("",)),
    Asked("单位", "admin", "/admin/bodies/"), Asked("人员", "admin", "/admin/people/"), Asked("账号", "admin", "/admin/accounts/"),
    Asked("事项公示", "", "/items/"), Asked("计划公示", "", "/plans/"), Asked("执法主体", "", "/bodies/"),
)


def clients() -> Callable[[str], Any]:
    """A logged-in test client for each log-in, made when first asked for."""
    from django.test import Client  # noqa: PLC0415  needs the apps

    from jiangcheng.parties.demo import PASSWORD  # noqa: PLC0415

    made: dict[str, Any] = {}

    def of(who: str) -> Any:
        if who not in made:
            made[who] = Client(HTTP_HOST="127.0.0.1")
            if who:
                made[who].post("/login/", {"username": who, "password": PASSWORD})
        return made[who]

    return of


def measure(say: Callable[[str], None] = lambda words: None, samples: int = SAMPLES) -> list[dict[str, Any]]:
    """One result a list: median and 95th percentile of the wait in ms, CPU ms, most questions asked, number of samples.

    The wait is that of the whole request without the wire. On a machine with other work it tells of that work as well;
    CPU time, of this process and of its database session, does not. KeyError for no list, RuntimeError for a list that
    does not answer 200.
    """
    of, meter, found = clients(), cpu.session_of_ours(), []
    for one in LISTS:
        client, waits, used, asked = of(one.who), [], [], []
        client.get(one.address + one.queries[0])
        for query in itertools.islice(itertools.cycle(one.queries), samples):
            wait, spent, questions = _ask(client, one.address + query, meter)
            waits.append(wait)
            used.append(spent)
            asked.append(questions)
        waits.sort()
        used.sort()
        row = {
            "name": one.word, "who": one.who or "anybody", "address": one.address, "p50_ms": round(waits[len(waits) // 2], 1),
            "p95_ms": round(waits[int(len(waits) * 0.95)], 1), "cpu_p50_ms": round(used[len(used) // 2], 1),
            "cpu_p95_ms": round(used[int(len(used) * 0.95)], 1), "queries": max(asked), "n": samples,
        }
        found.append(row)
        late = " *" if row["cpu_p95_ms"] > LIMIT_MS or row["queries"] > LIMIT_QUERIES else ""
        say(f"  {one.word}: p95 {row['p95_ms']:,.0f} ms, CPU p95 {row['cpu_p95_ms']:,.0f} ms, {row['queries']} questions{late}")
    return found


def _ask(client: Any, address: str, meter: Callable[[], float]) -> tuple[float, float, int]:
    from django.db import connection  # noqa: PLC0415  needs the apps
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    before, began = meter() + time.process_time(), time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    wait, spent = time.perf_counter() - began, meter() + time.process_time() - before
    if response.status_code != 200:
        raise RuntimeError(f"{address}: {response.status_code}")
    return 1000 * wait, 1000 * spent, sum(q["sql"].startswith("SELECT") for q in asked)


def size() -> dict[str, int]:
    """How much there is."""
    from jiangcheng.inspection.visits.models import Order, Visit  # noqa: PLC0415  needs the apps
    from jiangcheng.papers.models import Paper  # noqa: PLC0415
    from jiangcheng.parties.models import Enterprise  # noqa: PLC0415

    return {m._meta.model_name: m.objects.count() for m in (Enterprise, Visit, Order, Paper)}
