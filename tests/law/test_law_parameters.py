"""Shipped parameters: every house rule and every number of the text, dated, with unit and source."""

from datetime import date

import pytest

from jiangcheng.law import parameters, registry
from jiangcheng.law.parameters import NoValue

DAY = date(2026, 6, 1)
HOUSE = [d for d in registry.duties().values() if d.register == registry.HOUSE]


@pytest.mark.parametrize("rule", HOUSE, ids=lambda d: d.id)
def test_every_house_rule_is_a_parameter_with_the_unit_of_the_register(rule):
    found = parameters.shipped()[rule.id]
    assert found.unit == rule.unit
    assert found.source == (rule.id,)
    assert found.others
    value = found.on(DAY)
    assert value not in found.others
    if rule.unit == "choice":
        assert isinstance(value, str | dict | float | int)
    assert parameters.parse(rule.id, parameters.write(value)) == value


@pytest.mark.parametrize("rule", HOUSE, ids=lambda d: d.id)
def test_the_numbers_of_a_default_stand_in_the_register(rule):
    value = parameters.value_on(rule.id, DAY)
    numbers = [v for v in (value.values() if isinstance(value, dict) else [value]) if type(v) in (int, float) and v]
    words = {"two": 2, "twice": 2, "one": 1, "three": 3, "99th": 99}
    said = rule.default.replace(",", " ").replace(";", " ").replace(":", " ").split()
    heard = {str(words.get(w, w)) for w in said}
    assert {str(n) for n in numbers} <= heard


@pytest.mark.parametrize(
    ("name", "value", "source"),
    [
        ("plan.filing-deadline", "03-31", "第十三条第一款"),
        ("officers.minimum", 2, "第十八条第一项"),
        ("transfer.term", 10, "第二十三条"),
        ("decree.in-force", date(2025, 12, 1), "第四十三条"),
        ("voucher.limit", 200_000, "资金管理办法第六条"),
        ("notice.term", 5, "资金管理办法第十三条"),
        ("HR-14-1", 10, "平台约定 HR-14-1"),
        ("HR-17-2", True, "平台约定 HR-17-2"),
        ("HR-15-2", "strictest", "平台约定 HR-15-2"),
    ],
)
def test_values_and_where_they_come_from(name, value, source):
    assert parameters.value_on(name, DAY) == value
    assert parameters.shipped()[name].article == source


def test_a_part_of_a_table():
    assert parameters.value_on("HR-05-1.week", DAY) == 3
    assert parameters.value_on("HR-25-1.nothing-found", DAY) == 10
    with pytest.raises(NoValue):
        parameters.value_on("HR-05-1.year", DAY)
    with pytest.raises(NoValue):
        parameters.value_on("HR-14-1.days", DAY)


def test_nothing_holds_before_the_decree():
    assert parameters.value_on("HR-14-1", date(2025, 12, 1)) == 10
    with pytest.raises(NoValue):
        parameters.value_on("HR-14-1", date(2025, 11, 30))


VERSIONS = """
["HR-14-1"]
unit = "working days"
versions = [
  {{ value = 10, from = 2025-12-01, until = {until} }},
  {{ value = 7, from = 2026-07-01 }},
]
"""


def test_versions_follow_each_other():
    found = parameters.read(VERSIONS.format(until="2026-06-30"))["HR-14-1"]
    assert found.on(date(2026, 6, 30)) == 10
    assert found.on(date(2026, 7, 1)) == 7


@pytest.mark.parametrize("until", ["2026-07-01", "2027-01-01", "2025-01-01"])
def test_versions_that_overlap_or_end_before_they_begin_are_import_errors(until):
    with pytest.raises(ImportError, match="HR-14-1"):
        parameters.read(VERSIONS.format(until=until))


def test_an_open_version_before_another_is_an_overlap():
    with pytest.raises(ImportError, match="overlap"):
        parameters.read(VERSIONS.format(until="2026-06-30").replace(", until = 2026-06-30", ""))


def test_an_unknown_source_is_an_import_error():
    with pytest.raises(ImportError, match="no such duty"):
        parameters.read('[x]\nvalue = 1\nunit = "days"\nfrom = 2025-12-01\nsource = ["327-99-1"]\n')


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("HR-14-1", "5", 5),
        ("HR-17-2", "false", False),
        ("HR-15-2", "latest", "latest"),
        ("decree.in-force", "2026-01-01", date(2026, 1, 1)),
        ("HR-25-1", '{"long": 20, "nothing-found": 5}', {"long": 20, "nothing-found": 5}),
    ],
)
def test_a_decision_is_read_as_its_kind(name, text, value):
    assert parameters.parse(name, text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [("HR-14-1", "soon"), ("HR-17-2", "yes"), ("HR-15-2", "loosest"), ("HR-25-1", '{"long": 20}'), ("HR-25-1", "3")],
)
def test_a_decision_of_another_kind_is_refused(name, text):
    with pytest.raises(ValueError, match=r"."):
        parameters.parse(name, text)


def test_the_yearly_deadline_as_a_day():
    assert parameters.day_in(2027, "plan.filing-deadline") == date(2027, 3, 31)
