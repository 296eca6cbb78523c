"""Papers, deliveries, files and packages are read as their visit is: through one scope, by default nothing."""

from __future__ import annotations

from jiangcheng.inspection.visits import matters, queries  # noqa: F401
from jiangcheng.kernel.actor import Actor
from jiangcheng.papers.models import ArchivePackage, Delivery, Paper, StoredFile
from jiangcheng.parties.scope import scope
from tests.visits.walk import order


def seen(actor, model) -> int:
    return scope(actor, model.objects.all()).count()


def test_before_arrival_nobody_else_sees_the_papers(stage, world):
    stage.coded()
    for who in ("officer3", "planner", "superior", "enterprise", "other_officer1", "other_supervisor", "leader", "admin"):
        assert seen(world.actor(who), Paper) == 0, who
    assert seen(stage.lead, Paper) == 1
    assert seen(world.actor("head"), Paper) == 1
    assert seen(Actor(), Paper) == 0


def test_after_the_visit_the_enterprise_reads_its_own_papers_only(walk, world):
    walk.archive(walk.close(walk.clear()))
    kinds = set(scope(walk.firm, Paper.objects.all()).values_list("kind", flat=True))
    assert kinds == {"notice", "record", "result", "delivery"}
    for model in (Paper, Delivery, StoredFile, ArchivePackage):
        assert seen(world.actor("other_enterprise"), model) == 0, model
        assert seen(world.actor("other_officer1"), model) == 0, model
        assert seen(Actor(), model) == 0, model
        assert seen(walk.lead, model) > 0, model
        assert seen(world.actor("supervisor"), model) > 0, model
    assert seen(walk.firm, ArchivePackage) == 0


def test_lists_of_what_waits(walk, world):
    visit = walk.finish(walk.recorded("problem", "fine"), ["correct"], [order()], "已讲解")
    assert [u.visit for u in matters.untold(walk.lead)] == [visit] and matters.untold(world.actor("other_officer1")) == []
    assert list(matters.open_orders(walk.lead)) == list(visit.orders.all())
    assert not matters.open_orders(world.actor("other_head")).exists()
    done = walk.close(walk.clear(site=world.site2))
    assert list(matters.unarchived(walk.lead)) == [done]
