"""One scope for all reading: who sees what, and nothing by default."""

import pytest
from django.apps import apps
from django.http import Http404

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.law import loading
from jiangcheng.parties.models import Account, Body, Certificate, ClaimCode, Enterprise, LoginEvent, Person, Seat, Site
from jiangcheng.parties.scope import VISIBLE, scope, visible_or_404

EVERYONE = (
    "officer1", "planner", "head", "supervisor", "city_supervisor", "superior", "leader", "admin", "enterprise", "anonymous",
)


@pytest.mark.parametrize("key", EVERYONE)
@pytest.mark.parametrize("model", [ClaimCode, LoginEvent])
def test_what_nobody_registered_nobody_sees(world, key, model):
    LoginEvent.objects.create(username="x", ok=False)
    assert not scope(world.actor(key), model.objects.all()).exists()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("officer1", {"own", "household", "institution", "firm"}), ("planner", {"own", "household", "institution", "firm"}),
        ("head", {"own", "household", "institution", "firm"}), ("supervisor", {"own", "household", "institution", "firm"}),
        ("city_supervisor", {"own", "other", "household", "institution", "firm"}), ("other_officer1", {"other"}),
        ("superior", {"own", "other", "household", "institution", "firm"}), ("enterprise", {"own"}),
        ("other_enterprise", {"other"}), ("admin", set()), ("anonymous", set()),
    ],
)
def test_enterprises_by_territory(world, key, expected):
    names = {"own": world.enterprise, "other": world.other_enterprise, "household": world.household,
             "institution": world.institution, "firm": world.law_firm}
    assert set(scope(world.actor(key), Enterprise.objects.all())) == {names[e] for e in expected}


@pytest.mark.parametrize(("key", "expected"), [("officer1", 4), ("enterprise", 2), ("other_officer1", 1), ("admin", 0), ("anonymous", 0)])
def test_sites_follow(world, key, expected):
    assert scope(world.actor(key), Site.objects.all()).count() == expected


def test_the_platform_itself_sees_all(world):
    assert scope(SYSTEM, Enterprise.objects.all()).count() == 5


def test_bodies_are_public_and_the_rest_is_for_staff(world):
    with ledger.act("demo.body", SYSTEM):
        government = Body(name="示范区人民政府（演示）", short="区政府", kind="other", level="district", division=world.district, enforces=False)
        government.save()
    public = scope(world.actor("anonymous"), Body.objects.all())
    assert world.body in public and world.district_office in public and government not in public
    assert government in scope(world.actor("admin"), Body.objects.all())
    assert government in scope(world.actor("officer1"), Body.objects.all())


@pytest.mark.duty("327-06-1", "allowed")
@pytest.mark.parametrize(
    ("key", "sees", "hidden"),
    [("supervisor", "officer1", "other_officer1"), ("other_supervisor", "other_officer1", "officer1"),
     ("officer1", "officer2", "other_officer1"), ("enterprise", "enterprise", "officer1")],
)
def test_people_by_body(world, key, sees, hidden):
    seen = scope(world.actor(key), Person.objects.all())
    assert world.people[sees] in seen and world.people[hidden] not in seen


@pytest.mark.duty("327-06-1", "allowed")
def test_the_city_office_reads_both_districts(world):
    assert scope(world.actor("city_supervisor"), Certificate.objects.all()).count() == 6
    assert scope(world.actor("supervisor"), Certificate.objects.all()).count() == 4
    assert scope(world.actor("anonymous"), Certificate.objects.all()).count() == 0


@pytest.mark.parametrize("model", [Account, Seat])
def test_accounts_are_the_administrators(world, model):
    assert scope(world.actor("admin"), model.objects.all()).count() == model.objects.count()
    assert scope(world.actor("officer1"), model.objects.all()).count() == 1
    assert scope(world.actor("anonymous"), model.objects.all()).count() == 0


def test_what_may_not_be_seen_is_not_found(world):
    found = visible_or_404(world.actor("officer1"), Enterprise.objects.all(), pk=world.enterprise.pk)
    assert found == world.enterprise
    with pytest.raises(Http404):
        visible_or_404(world.actor("officer1"), Enterprise.objects.all(), pk=world.other_enterprise.pk)
    with pytest.raises(Http404):
        visible_or_404(world.actor("officer1"), Enterprise.objects.all(), pk="x")


UNSEEN = {"ClaimCode", "LoginEvent", "Guess", "CapCounter", "SentOnce"}
"""Tables that nobody reads through ``scope``: digests, attempts, counters."""
PUBLIC = {"Division", "Body", "Item", "ItemVersion", "Question", "Cap", "Pause", "LibraryRow", "Plan", "PlanRow"}


def test_who_sees_a_table_is_said_for_every_table(world):
    """A new table stands here or has a rule of visibility; what is not public shows nothing to a stranger."""
    loading.load_all()
    ours = [m for m in apps.get_models() if m.__module__.startswith("jiangcheng.") and m._meta.app_label != "kernel"]
    assert {m.__name__ for m in ours if m not in VISIBLE} == UNSEEN
    seen = {m.__name__ for m in ours if scope(Actor(), m.objects.all()).exists()}
    assert {"Division", "Body"} <= seen <= PUBLIC
