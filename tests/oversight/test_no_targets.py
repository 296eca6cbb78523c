"""No quota, no ranking by checks or fines: no field, address, page, export or paper for one; crowding at a period's end is told."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import path
from django.utils import timezone

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.law import loading
from jiangcheng.oversight import alerts, rules
from jiangcheng.oversight.models import Alert
from jiangcheng.parties.scope import scope
from tests.access import people

SRC = Path(loading.__file__).resolve().parents[1]
NAMES = re.compile(r"quota|target_(?:n|number|count|visits|fines)|(?:visit|check|fine|inspection)s?_target|rank(?:ing)?_by|ranking|leaderboard|"
                   r"league|top_(?:bodies|officers)|kpi|(?:fine|penalty)_(?:sum|total|amount)", re.IGNORECASE)
WORDS = re.compile("检查指标|检查任务数|任务指标|目标次数|目标数|检查目标|应查次数|完成率|指标完成|"
                   "罚没指标|罚款指标|罚没目标|排行|排名|名次|第一名|末位|绩效得分|考核得分")
DENIED = re.compile("不按[^。；]{0,20}排名|不排名|不下[^。；]{0,8}任务数|[^。；]{0,12}下达(?:检查)?指标|不设[^。；]{0,8}指标|no_?rank")


def says(text: str) -> list[str]:
    """Words of a target or ranking in a text, but where it says that there is none."""
    return [w.group() for w in WORDS.finditer(DENIED.sub("", text))]


def in_schema(found: list[type[models.Model]]) -> list[str]:
    """Fields and tables that could hold a target number or a rank."""
    wrong = []
    for model in found:
        for field in model._meta.get_fields():
            text = f"{model._meta.db_table} {field.name} {getattr(field, 'verbose_name', '')} {getattr(field, 'help_text', '')}"
            if NAMES.search(text) or says(text):
                wrong.append(f"{model._meta.label}.{field.name}")
    return wrong


def in_columns(rows: dict[str, list[str]]) -> list[str]:
    """The same, read off the database itself."""
    return [f"{table}.{column}" for table, columns in rows.items() for column in [*columns, ""] if NAMES.search(f"{table}.{column}")]


def in_routes(found: dict[str, str]) -> list[str]:
    """Names and addresses of pages and of the API."""
    return [name for name, route in found.items() if NAMES.search(f"{name} {route}")]


def in_files(files: list[Path]) -> list[str]:
    """Templates, and heads of exports and papers, which stand in the code as Chinese words."""
    return [f"{p.name}: {hits}" for p in files if (hits := says(p.read_text("utf-8")))]


def columns() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        return {t: [c.name for c in connection.introspection.get_table_description(cursor, t)] for t in names}


def files() -> list[Path]:
    found = [*SRC.rglob("*.html"), *SRC.rglob("*.py"), *SRC.rglob("*.typ"), *SRC.glob("papers/render/samples/*.json")]
    return [p for p in found if "vendor" not in p.parts and "migrations" not in p.parts and "law/duties" not in p.as_posix()]


@pytest.mark.duty("327-40-04", "allowed")
@pytest.mark.django_db
def test_there_is_no_place_for_a_target_or_a_ranking():
    assert in_schema(apps.get_models()) == []
    assert in_columns(columns()) == []
    assert in_routes(people.addresses()) == []
    assert in_files(files()) == []


@pytest.mark.duty("327-40-04", "refused")
@pytest.mark.parametrize(("name", "word"), [
    ("quota", "数量"), ("visits_target", "数量"), ("n", "检查任务数"), ("n", "应查次数"), ("ranking", "顺序"), ("n", "罚没指标"),
    ("fine_total", "合计"),
])
def test_a_planted_field_is_found(name, word):
    planted = type("Planted", (models.Model,), {
        "__module__": __name__, name: models.IntegerField(word), "Meta": type("Meta", (), {"app_label": "visits", "managed": False}),
    })
    try:
        assert in_schema([planted]) == [f"visits.Planted.{name}"]
    finally:
        apps.all_models["visits"].pop("planted")
        apps.clear_cache()


@pytest.mark.duty("327-40-04", "refused")
def test_a_planted_column_address_page_and_export_are_found(tmp_path):
    assert in_columns({"plans_planrow": ["id", "check_quota"]}) == ["plans_planrow.check_quota"]
    pattern = path("leader/ranking/", lambda request: None, name="leader-top")
    assert in_routes({pattern.name: str(pattern.pattern)}) == ["leader-top"]
    page, export = tmp_path / "page.html", tmp_path / "export.py"
    page.write_text("<h2>各单位检查次数排行</h2><th>完成率</th>", "utf-8")
    export.write_text('HEADS = (("单位", 30), ("罚没指标", 10))', "utf-8")
    assert in_files([page, export]) == ["page.html: ['排行', '完成率']", "export.py: ['罚没指标']"]
    honest = tmp_path / "honest.html"
    honest.write_text("不按检查次数、罚没金额排名；须核实有无下达指标", "utf-8")
    assert in_files([honest]) == []


def test_no_list_of_bodies_is_sorted_by_how_much_they_inspect():
    """No query orders by a count of visits or a sum of money, whatever it is called."""
    ordered = re.compile(r"order_by\(\s*[\"']-(?:n_visits|visits|count|total|fines?|amount)[\"']")
    loading.load_all()
    found = [p.name for p in SRC.rglob("*.py") if ordered.search(p.read_text("utf-8"))]
    assert found == []


# the end of a period


QUARTER_END = dt.date(2026, 9, 30)


def begun(stage, days: list[dt.date]) -> None:
    """Visits that were begun on these days, as rows: how a visit comes to be is not asked here."""
    first = stage.ready()
    for n, day in enumerate(days):
        at = timezone.make_aware(dt.datetime.combine(day, dt.time(10, 0)))
        copy = {f.attname: getattr(first, f.attname) for f in Visit._meta.concrete_fields if not f.primary_key}
        Visit._base_manager.bulk_create([Visit(**(copy | {"number": f"季末-{n}", "started_at": at, "state": "closed"}))])


@pytest.mark.django_db
@pytest.mark.duty("327-40-04", "refused")
def test_visits_that_crowd_at_the_end_of_a_quarter_are_told_once(stage):
    begun(stage, [dt.date(2026, 8, n + 1) for n in range(9)] + [QUARTER_END - dt.timedelta(days=n % 9) for n in range(12)])
    (found,) = alerts.period_end(QUARTER_END)
    assert found.kind == "period_end" and found.office == stage.world.district_office and found.body == stage.world.body
    assert found.evidence == {"期末次数": 12, "推算次数": 1.1, "截至": "2026-09-30"} and "2026年第3季度" in found.text
    assert alerts.period_end(QUARTER_END) == [] and Alert.objects.count() == 1
    seen = {who for who in stage.world.people if scope(stage.world.actor(who), Alert.objects.all()).exists()}
    assert seen == {"supervisor", "city_supervisor", "city_supervisor2"}


@pytest.mark.django_db
@pytest.mark.duty("327-40-04", "allowed")
@pytest.mark.parametrize("days", [
    [dt.date(2026, 7, 1) + dt.timedelta(days=n) for n in range(92)],
    [QUARTER_END - dt.timedelta(days=n) for n in range(7)],
    [dt.date(2026, 9, 19)] * 20,
], ids=["steady", "few", "before the last days"])
def test_steady_or_few_visits_are_not(stage, days):
    begun(stage, days)
    assert alerts.period_end(QUARTER_END) == [] and not Alert.objects.exists()


@pytest.mark.django_db
def test_the_watch_is_silent_before_the_last_days(stage):
    begun(stage, [dt.date(2026, 8, 3)] * 40)
    assert alerts.period_end(dt.date(2026, 9, 20)) == [] and alerts.surge_of(stage.world.body, dt.date(2026, 9, 20)) is None
    assert alerts.surge_of(stage.world.body, dt.date(2026, 9, 21)) is not None


@pytest.mark.parametrize(("day", "first", "last"), [
    (dt.date(2026, 1, 1), dt.date(2026, 1, 1), dt.date(2026, 3, 31)), (dt.date(2026, 12, 31), dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
    (dt.date(2028, 2, 29), dt.date(2028, 1, 1), dt.date(2028, 3, 31)), (dt.date(2026, 6, 30), dt.date(2026, 4, 1), dt.date(2026, 6, 30)),
])
def test_quarters(day, first, last):
    assert alerts.quarter(day) == (first, last)


@pytest.mark.parametrize(("last", "expected", "surge"), [(8, 4.0, False), (9, 4.0, True), (7, 0.0, False), (8, 0.0, True)])
def test_the_line(last, expected, surge):
    assert rules.surges(rules.SurgeFacts(last, expected, 100, 8)) is surge
