"""Search, lists, exports, counts and files tell outsiders nothing of a visit that has not arrived; by page and by interface."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jiangcheng.papers.models import Paper, StoredFile
from tests.api.client import program
from tests.visits.stage import Stage

pytestmark = pytest.mark.django_db
OUTSIDERS = ("other_officer1", "officer3", "planner", "other_head", "other_supervisor", "city_supervisor", "superior", "leader", "enterprise",
             "other_enterprise", "admin")
LISTS = {
    "officer3": ("officer-visits", "officer-home"), "planner": ("planner-home",), "superior": ("superior-home",), "leader": ("leader-home",),
    "enterprise": ("enterprise-visits", "enterprise-papers", "enterprise-home"), "city_supervisor": ("supervisor-visits", "supervisor-home"),
}


@pytest.fixture
def visit(world):
    """Approved, with a code, a photo kept, one other visit of the body archived long ago in no list of theirs."""
    stage = Stage(world)
    found = stage.coded()
    stage.photo(found, "evidence")
    return found


@pytest.mark.duty("327-06-1", "refused")
@pytest.mark.parametrize("who", OUTSIDERS)
def test_nothing_names_or_counts_it(world, visit, who):
    client = world.client(who)
    for words in (visit.number, world.enterprise.name[:6], world.enterprise.uscc):
        page = client.get(reverse("search"), {"q": words}).content.decode()
        assert visit.number not in page.replace(f'value="{words}"', "").replace(f"“{words}”", "")
    for name in LISTS.get(who, ()):
        for more in ({}, {"q": world.enterprise.uscc}, {"format": "xlsx"}, {"format": "csv"}, {"format": "json"}):
            answer = client.get(reverse(name), more)
            assert answer.status_code < 500
            if answer.headers.get("Content-Type", "").startswith(("text/html", "application/json", "text/csv")):
                assert visit.number not in answer.content.decode(), (name, more)
    paper, file = Paper.objects.filter(matter=visit.number).first(), StoredFile.objects.get(matter=visit.number, purpose="evidence")
    assert client.get(reverse("paper-file", args=[paper.code, "pdf"])).status_code in (403, 404)
    assert client.get(reverse("visit-file", args=[visit.number, file.pk])).status_code in (403, 404)


@pytest.mark.duty("327-06-1", "refused")
@pytest.mark.parametrize("who", [w for w in OUTSIDERS if w != "admin"])
def test_no_count_of_the_interface_changes(world, who):
    stage = Stage(world)
    caller = program(world, who)
    asked = ({}, {"state": "to_enter"}, {"uscc": world.enterprise.uscc}, {"since": "2020-01-01"}, {"mine": "true"})

    def counts() -> list[int]:
        return [caller.get("visits", **more).json()["count"] for more in asked] + [caller.get(x).json()["count"] for x in ("papers", "orders")]

    before = counts()
    stage.coded()
    assert counts() == before
