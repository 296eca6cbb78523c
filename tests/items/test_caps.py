"""Printed caps: what is read, what stays as printed, which ones cover a visit, in which period they count."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources

import pytest

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.items.caps import Printed
from jiangcheng.inspection.items.printed import read_cap, read_frequency
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM

DAY = date(2026, 8, 21)


def corpus():
    text = resources.files("jiangcheng.inspection").joinpath("data", "frequency_caps.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_the_whole_corpus_is_read_or_says_why_not():
    rows = corpus()
    readings = [r for row in rows for r in read_cap(row["cap_as_published"], row["item_or_scope"])]
    assert len(rows) == 44
    assert all(r.enforceable or r.why_not for r in readings)
    assert all(r.limit and r.period for r in readings if r.enforceable)
    assert sum(r.enforceable for r in readings) == 28
    assert sum(r.floor for r in readings) == 3


@pytest.mark.parametrize(("text", "limit", "period", "sure"), [
    ("同一主体每周检查不超过2次", 2, "week", True),
    ("同一主体每季检查不超过2次", 2, "quarter", True),
    ("1次/年", 1, "year", True),
    ("上限:2次/年/单位", 2, "year", True),
    ("不超过每年４次", 4, "year", True),
    ("每半年不超过一次", 1, "half", True),
    ("累计不超过4次", 4, "", False),
    ("1/", None, "", False),
    ("执法检查不少于1次/年", 1, "year", False),
    ("原则上同一企业上年度无行政处罚记录的,下年度行政检查不超过1次", 1, "year", False),
])
def test_one_printed_cap(text, limit, period, sure):
    reading = read_cap(text)[0]
    assert (reading.limit, reading.period, reading.enforceable) == (limit, period, sure)


def test_classes_gap_and_site():
    four = read_cap("年度对A、B、C、D类煤矿的现场执法检查分别不超过2次、4次、6次、4次")
    assert [(r.subject_class, r.limit) for r in four] == [("A类", 2), ("B类", 4), ("C类", 6), ("D类", 4)]
    gap = read_cap("年度内对同一检查对象不超过2次,时间间隔不少于6个月")[0]
    assert (gap.limit, gap.min_gap_months) == (2, 6)
    assert read_cap("同一场所每年不超过3次")[0].per == "site"


@pytest.mark.parametrize(("text", "read"), [
    ("每季度各抽查1次", (1, "quarter")), ("每年 1 次", (1, "year")), ("２次/年", (2, "year")), ("半年一次", (1, "half")),
    ("年度", None), ("按需", None), ("", None),
])
def test_frequency_of_a_row(text, read):
    assert read_frequency(text) == read


def cap(text="每年不超过2次", **more):
    where = {k: more.pop(k) for k in ("body", "item", "field") if k in more}
    return caps.record(SYSTEM, Printed(more.pop("issuer", "省级部门"), more.pop("level", "province"), text, date(2026, 1, 1)), **where)


@pytest.mark.duty("HR-15-2", "allowed")
def test_covering_strictest_first(city, published):
    version = published()
    loose, = cap("每年不超过4次")
    tight, = cap("每年不超过1次", field="food")
    own, = cap("每季度不超过1次", item=version.item)
    cap("每年不超过1次", field="fire")
    cap("1/", field="food")
    found = caps.covering(city.office, version.item, "food", city.enterprise, DAY)
    assert found == [tight, own, loose]
    assert not caps.covering(city.office, version.item, "food", city.enterprise, date(2025, 12, 31))


def test_class_of_the_enterprise_decides(city, published):
    version = published()
    cap("年度对A、B类企业检查分别不超过1次、3次", field="food")
    with ledger.act("test", SYSTEM):
        city.enterprise.classes = "B类，重点"
        city.enterprise.save()
    assert [c.limit for c in caps.covering(city.office, version.item, "food", city.enterprise, DAY)] == [3]
    assert caps.strictest(city.office, version.item, "food", DAY) is None


@pytest.mark.duty("HR-15-3", "allowed")
def test_without_a_cap_the_plan_row_is_the_limit(city, published):
    from types import SimpleNamespace

    version = published()
    row = SimpleNamespace(pk=9, times=2, period="year")
    limit, = caps.limits(city.office, version.item, "food", city.enterprise, DAY, row)
    assert (limit.key, limit.limit, limit.gap) == ("row:9", 2, True)
    assert caps.without_cap(city.office.pk, DAY) == [version]
    cap("每年不超过1次", field="food")
    assert [x.limit for x in caps.limits(city.office, version.item, "food", city.enterprise, DAY, row)] == [1]
    assert caps.without_cap(city.office.pk, DAY) == []


@pytest.mark.parametrize(("period", "key"), [
    ("year", "2026"), ("half", "2026H2"), ("quarter", "2026Q3"), ("month", "2026-08"), ("week", "2026W34"), ("day", "2026-08-21"),
])
def test_period_key(period, key):
    assert caps.period_key(caps.Limit("x", 1, period), DAY) == key


@pytest.mark.duty("HR-15-7", "allowed")
def test_subject_and_next_day():
    class E:
        pk = 3

    assert caps.subject_key(caps.Limit("x", 1, "year"), E, 5) == "e3"
    assert caps.subject_key(caps.Limit("x", 1, "year", per="site"), E, 5) == "s5"
    assert caps.earliest_next(caps.Limit("x", 2, "year", min_gap_months=6), date(2026, 8, 31)) == date(2027, 2, 28)
    assert caps.earliest_next(caps.Limit("x", 2, "year", min_gap_days=10), date(2026, 8, 31)) == date(2026, 9, 10)


@pytest.mark.parametrize(("times", "period", "limit", "cap_period", "over"), [
    (2, "year", 2, "year", False), (3, "year", 2, "year", True), (1, "quarter", 2, "year", True), (1, "half", 2, "year", False),
    (2, "year", 1, "quarter", False), (5, "year", 1, "quarter", True),
])
def test_plan_frequency_against_cap(times, period, limit, cap_period, over):
    from jiangcheng.inspection.items.models import Cap

    assert caps.over_cap(times, period, Cap(limit=limit, period=cap_period)) is over
