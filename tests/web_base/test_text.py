"""How values read on a page."""

import datetime as dt
from decimal import Decimal

import pytest

from jiangcheng.web.templatetags import text

MOMENT = dt.datetime(2026, 11, 23, 1, 41, tzinfo=dt.UTC)  # 09:41 in Wuhan


def test_days_and_times_are_said_the_chinese_way_in_local_time():
    assert text.cn_datetime(MOMENT) == "2026年11月23日（周一） 09:41"
    assert text.cn_date(dt.date(2026, 11, 29)) == "2026年11月29日（周日）"
    assert text.hm(dt.datetime(2026, 11, 22, 17, 5, tzinfo=dt.UTC)) == "01:05"
    assert text.cn_date(None) == text.cn_datetime(None) == text.hm(None) == ""


def test_day_names_the_year_only_when_it_is_another():
    today = dt.date.today()
    assert text.cn_day(today) == f"{today.month}月{today.day}日"
    assert text.cn_day(dt.date(2019, 3, 1)) == "2019年3月1日"


def test_window_over_one_and_two_days():
    start = dt.datetime(2019, 3, 1, 1, 0, tzinfo=dt.UTC)
    assert text.window(start, start + dt.timedelta(hours=2, minutes=30)) == "2019年3月1日 09:00–11:30"
    assert text.window(start, start + dt.timedelta(days=1)) == "2019年3月1日 09:00–2019年3月2日 09:00"


@pytest.mark.parametrize(("given", "shown"), [("13812345678", "138****5678"), ("02765", "***65"), ("", ""), (None, "")])
def test_telephone_is_masked(given, shown):
    assert text.mask_phone(given) == shown


@pytest.mark.parametrize(("given", "shown"), [("420103199001011234", "420*************34"), ("12345", "*****")])
def test_identity_number_is_masked(given, shown):
    assert text.mask_id(given) == shown


def test_codes_come_in_groups_that_copy_without_gaps():
    assert text.short_code("7k3f 9M2Q4T") == '<span class="groups"><span>7K3F</span><span>9M2Q</span><span>4T</span></span>'
    assert text.uscc("91420103MA4K000DM8") == (
        '<span class="groups"><span>91</span><span>420103</span><span>MA4K000DM</span><span>8</span></span>'
    )
    assert text.uscc("无代码") == "无代码"


def test_codes_are_escaped():
    assert "<script>" not in text.short_code("<script>")


@pytest.mark.parametrize(("given", "shown"), [(1200, "1,200.00 元"), (Decimal("0.1"), "0.10 元"), (None, ""), (0, "0.00 元")])
def test_money(given, shown):
    assert text.money(given) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(20, "不到 1 分钟"), (38 * 60, "38 分钟"), (125 * 60, "2 小时 5 分钟"), (3 * 86400, "3 日")])
def test_duration(seconds, shown):
    assert text.duration(seconds) == shown


@pytest.mark.parametrize(("word", "tone"), [
    ("已备案", "ok"), ("待补正", "warn"), ("还有 5 个工作日", "warn"), ("逾期 2 个工作日", "late"), ("检查中", "info"), ("草拟", "wait"),
    ("拒收（留置送达）", "late"), ("没有这个词", "wait"),
])
def test_the_word_decides_the_shape(word, tone):
    assert text.tone_of(word) == tone
