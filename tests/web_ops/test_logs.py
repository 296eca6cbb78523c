"""The log: one JSON object a line, a number a request, and nothing that names a person or opens something."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest
import structlog
from django.test import Client

from jiangcheng.kernel import logs


@pytest.fixture
def written(settings):
    """The lines written as JSON while the test runs."""
    before = structlog.get_config()
    logs.logging_settings("json", "INFO")
    settings.LOG_STYLE = "json"
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Formatter("json"))
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)
    structlog.configure(**before)


@pytest.mark.parametrize(("said", "kept"), [
    ("电话 13812345678 打不通", "电话 … 打不通"),
    ("+86 138-1234-5678", "…"),
    ("身份证 420106199003070017", "身份证 …"),
    ("身份证 42010619900307001X", "身份证 …"),
    ("写信给 li.lei+1@example.com.cn", "写信给 …"),
    ("GET /v/AbC123xyz/visit", "GET /v/…/visit"),
    ("postgres://city:geheim@db:5432/jc", "postgres://city:…@db:5432/jc"),
    ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
    ("第 3 号，覆盖 12,400 条，编号 7F3K2", "第 3 号，覆盖 12,400 条，编号 7F3K2"),
])
def test_what_names_a_person_or_opens_something_is_masked(said, kept):
    assert logs.masked(said) == kept


def test_every_value_is_masked_and_names_are_never_written(written):
    structlog.get_logger("x").info("thing", number="7F3K2", phone="13812345678", path="/v/abc/", nested={"name": "张三", "n": [1, "13812345678"]})
    (line,) = written()
    assert line["event"] == "thing" and line["number"] == "7F3K2" and line["level"] == "info" and line["at"].endswith("Z")
    assert line["phone"] == line["path"] == "…" and line["nested"] == {"name": "…", "n": [1, "…"]}


def test_an_exception_says_what_and_where_without_values(written):
    try:
        try:
            raise KeyError("张三 13812345678")
        except KeyError as inner:
            raise ValueError("duplicate key DETAIL: Key (name, phone)=(李四, 13912345678) already exists") from inner
    except ValueError:
        structlog.get_logger("x").exception("broken")
        logging.getLogger("library").exception("also broken for %s", "13812345678")
    mine, library = written()
    for line in (mine, library):
        assert "ValueError: duplicate key DETAIL" in line["exception"] and "KeyError" in line["exception"], line
        assert "test_logs.py:" in line["exception"]
        assert not any(word in json.dumps(line, ensure_ascii=False) for word in ("张三", "李四", "138", "139"))
    assert library["event"] == "also broken for …"


@pytest.mark.django_db
def test_a_request_is_one_line_with_the_number_that_its_answer_carries(written):
    response = Client().get("/login/?next=/v/secret/")
    (line,) = [one for one in written() if one["event"] == "request"]
    assert line["request"] == response["X-Request-ID"] and len(line["request"]) == 16
    assert (line["route"], line["method"], line["status"]) == ("login", "GET", 200) and line["ms"] >= 0
    assert "secret" not in json.dumps(line)


@pytest.mark.django_db
@pytest.mark.parametrize(("given", "kept"), [("trace-0123456789", True), ("short", False), ("x" * 65, False), ("two words 123", False)])
def test_a_number_given_by_a_proxy_is_kept_when_it_is_one(given, kept):
    response = Client().get("/login/", headers={"X-Request-ID": given})
    assert (response["X-Request-ID"] == given) is kept


@pytest.mark.django_db
def test_a_refusal_is_logged_by_its_duties_and_not_by_its_words(written, rf):
    from jiangcheng.kernel.actor import SYSTEM
    from jiangcheng.law.rule import Breach, Refused
    from jiangcheng.web import errors

    request = rf.get("/", headers={"Accept": "application/json"})
    request.actor = SYSTEM
    errors.refused_response(request, Refused([Breach("张三的证件已到期。", ids=("327-18-1",))]))
    (line,) = [one for one in written() if one["event"] == "refused"]
    assert line["ids"] == ["327-18-1"] and "张三" not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize(("style", "level"), [("xml", "INFO"), ("json", "LOUD")])
def test_a_setting_that_is_none_stops_the_start(style, level):
    with pytest.raises(ValueError, match="JIANGCHENG_LOG"):
        logs.logging_settings(style, level)


def test_plain_lines_are_for_people():
    record = logging.LogRecord("django", logging.WARNING, "x.py", 1, "Not Found: %s", ("/v/abc/",), None)
    line = logs.Formatter("plain").format(record)
    assert line.split(" ", 1)[1] == "warning Not Found: /v/…/ logger=django", line
    assert sys.getsizeof(line) < 400
