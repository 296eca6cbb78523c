"""A city's own dated decision goes before the shipped value, and only from its day."""

from datetime import date

import pytest
from django.utils import timezone

from jiangcheng.kernel import parameters
from jiangcheng.kernel.models import Setting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    parameters.forget()
    yield
    parameters.forget()


def decide(name, value, start):
    return Setting.objects.create(
        name=name, value=value, valid_from=start, decided_by="市司法局", decided_at=timezone.now(), ground="会议纪要"
    )


def test_the_shipped_value_without_a_decision():
    assert parameters.value("HR-14-1") == 10
    assert parameters.value("plan.filing-deadline", date(2026, 5, 1)) == "03-31"
    assert parameters.value("HR-05-1") == {"day": 2, "week": 3, "month": 4}
    assert parameters.value("HR-05-1.month") == 4


def test_a_decision_holds_from_its_day():
    decide("HR-14-1", "5", date(2026, 6, 1))
    assert parameters.value("HR-14-1", date(2026, 5, 31)) == 10
    assert parameters.value("HR-14-1", date(2026, 6, 1)) == 5
    decide("HR-14-1", "7", date(2026, 9, 1))
    assert parameters.value("HR-14-1", date(2026, 8, 31)) == 5
    assert parameters.value("HR-14-1", date(2027, 1, 1)) == 7


def test_a_decision_on_a_table_and_on_a_switch():
    decide("HR-05-1", '{"day": 1, "week": 2, "month": 3}', date(2026, 6, 1))
    decide("HR-17-2", "false", date(2026, 6, 1))
    assert parameters.value("HR-05-1.week", date(2026, 6, 2)) == 2
    assert parameters.value("HR-17-2", date(2026, 6, 2)) is False
    assert parameters.value("HR-17-2", date(2026, 5, 2)) is True


def test_a_withdrawn_decision_is_gone_at_once():
    row = decide("HR-14-1", "5", date(2026, 1, 1))
    assert parameters.value("HR-14-1", date(2026, 6, 1)) == 5
    row.delete()
    assert parameters.value("HR-14-1", date(2026, 6, 1)) == 10


def test_what_does_not_exist_is_an_error():
    for name in ("HR-99-1", "HR-14-1.days", "nothing"):
        with pytest.raises(parameters.NoValue):
            parameters.value(name)
    with pytest.raises(parameters.NoValue):
        parameters.value("HR-14-1", date(2025, 11, 30))


def test_a_decision_that_is_no_value_of_the_parameter_is_refused_when_read():
    decide("HR-15-4", "sometimes", date(2026, 1, 1))
    with pytest.raises(ValueError, match="HR-15-4"):
        parameters.value("HR-15-4", date(2026, 6, 1))
    assert parameters.value("HR-14-1", date(2026, 6, 1)) == 10


def test_undecided_lists_house_rules_on_our_default():
    before = [p.name for p in parameters.undecided(date(2026, 6, 1))]
    assert len(before) == 92
    decide("HR-14-1", "10", date(2026, 6, 1))
    assert parameters.decided("HR-14-1", date(2026, 6, 1))
    assert not parameters.decided("HR-14-1", date(2026, 5, 31))
    after = [p.name for p in parameters.undecided(date(2026, 6, 1))]
    assert set(before) - set(after) == {"HR-14-1"}


@pytest.mark.django_db(transaction=True)
def test_a_second_question_costs_nothing(django_assert_num_queries):
    parameters.value("HR-14-1")
    with django_assert_num_queries(0):
        assert parameters.value("HR-17-4") == 3
