"""The search index: what finds what, that it follows every act, and that finding is not seeing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import ledger, search
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import SearchRow
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Body, Enterprise
from jiangcheng.parties.scope import scope
from tests.visits.stage import Stage

pytestmark = pytest.mark.django_db


def firms(query: str) -> set[str]:
    return set(Enterprise.objects.filter(search.holding(Enterprise, query)).values_list("name", flat=True))


def named(*names: str) -> list[Enterprise]:
    """Saved one by one in one act."""
    rows = [Enterprise(uscc=f"9142019900000{n:05d}", name=name, applies="yes") for n, name in enumerate(names)]
    with ledger.act("test.firms", SYSTEM):
        for row in rows:
            row.save()
    return rows


@pytest.mark.parametrize(("query", "hit"), [
    ("硚口", True), ("口江", True), ("江鲜", True), ("硚口江鲜楼", True), ("𬭎龘", True), ("qkjx", True), ("QKJX", True), ("ＱＫＪＸ", True),
    ("江鲜 硚口", True), ("qk 江鲜", True), ("鲜江", False), ("硚江", False), ("硚口江楼", False), ("qkxj", False), ("江鲜 武昌", False),
    ("914201990000000000", True), ("1990000", True), ("9900001", False), ("楼", True), ("茶", False), ("·", False), ("%", False), ("_", False),
])
def test_two_characters_find_and_others_do_not(query, hit, db):
    named("硚口江鲜楼（𬭎龘）")
    assert (firms(query) == {"硚口江鲜楼（𬭎龘）"}) is hit


def test_pairs_are_not_enough_words_are_compared_as_written(db):
    named("天天向上", "上天天向")
    assert firms("天向上") == {"天天向上"}
    assert firms("上天天") == {"上天天向"}


def test_every_way_of_writing_keeps_the_index(db):
    row, other = named("旧名饭店", "别家")
    assert firms("旧名") == {"旧名饭店"}
    with ledger.act("test.rename", SYSTEM):
        row.name, row.initials = "新名饭店", ""
        row.save()
    assert (firms("旧名"), firms("新名"), firms("xmfd")) == (set(), {"新名饭店"}, {"新名饭店"})
    with ledger.act("test.update", SYSTEM):
        Enterprise.objects.filter(pk=other.pk).update(name="改过")
    assert firms("改过") == {"改过"}
    ledger.bulk("test.bulk", SYSTEM, [Enterprise(uscc=f"91{n:016d}", name=f"批量{n}号", applies="yes") for n in range(1200)])
    assert firms("量77号") == {"批量77号"}
    with ledger.act("test.delete", SYSTEM):
        row.delete()
    assert firms("新名") == set()
    assert not SearchRow.objects.filter(kind="e", key=row.pk or 0).exists()


def test_several_tables_are_asked_by_one_question(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        held = search.holding_many([Enterprise, Body, Visit], "示范 市场")
    assert Body.objects.filter(held[Body]).count() >= 1 and not Visit.objects.filter(held[Visit]).exists()
    with django_assert_num_queries(0):
        assert not Body.objects.filter(search.holding(Body, "·")).exists()


def test_an_act_that_is_undone_leaves_nothing(db):
    with pytest.raises(ValueError), ledger.act("test.undone", SYSTEM):
        Enterprise(uscc="914201990000099999", name="没有发生", applies="yes").save()
        raise ValueError
    assert firms("发生") == set()


def test_a_common_word_walks_the_list_and_finds_the_same(monkeypatch, db):
    named(*(f"武汉第{n}食品厂" for n in range(30)), "武昌厂")
    rare = firms("武汉"), firms("食品 1"), firms("第7食")
    monkeypatch.setattr(search, "COMMON", 3)
    assert (firms("武汉"), firms("食品 1"), firms("第7食")) == rare
    assert len(rare[0]) == 30


def test_a_visit_is_found_by_its_enterprise_also_after_a_new_name(world):
    stage = Stage(world)
    visit = stage.ready()

    def hits(query: str) -> list[str]:
        return list(Visit.objects.filter(search.holding(Visit, query)).values_list("number", flat=True))

    assert hits("演示食品") == hits("whys") == hits(world.enterprise.uscc) == hits(visit.number) == [visit.number]
    with ledger.act("test.rename", SYSTEM):
        world.enterprise.name = "更名以后有限公司"
        world.enterprise.save()
    assert (hits("演示食品"), hits("更名")) == ([], [visit.number])


@pytest.mark.duty("327-08-2", "refused")
@pytest.mark.duty("327-06-1", "refused")
def test_finding_is_not_seeing(world):
    stage = Stage(world)
    visit = stage.coded()
    for who in ("officer3", "planner", "superior", "enterprise", "leader", "other_head", "admin"):
        actor = world.actor(who)
        for model in (Visit, Paper):
            assert not scope(actor, model.objects.filter(search.holding(model, visit.number))).exists(), (who, model)
    for who in ("officer1", "head", "supervisor"):
        actor = world.actor(who)
        assert scope(actor, Visit.objects.filter(search.holding(Visit, visit.number))).exists()
    pages = {who: world.client(who).get("/search/", {"q": visit.number}) for who in ("officer1", "officer3", "planner", "superior", "enterprise")}
    assert {who: 'id="found-visits"' in page.content.decode() for who, page in pages.items()} == {
        "officer1": True, "officer3": False, "planner": False, "superior": False, "enterprise": False,
    }


def test_rebuilding_finds_what_was_written_past_the_platform(world):
    Enterprise._base_manager.bulk_create([Enterprise(uscc="914201990000088888", name="绕过平台", applies="yes")])
    SearchRow.objects.filter(kind="b").delete()
    assert firms("绕过") == set()
    assert search.empty_indexes() == [Body]
    assert {n for _, n in search.rebuild()} >= {Enterprise.objects.count(), Body.objects.count()}
    assert firms("绕过") == {"绕过平台"}
    assert search.empty_indexes() == [] == list(search.rebuild(search.empty_indexes()))


def test_a_step_of_a_visit_does_not_ask_the_index(world):
    """Codes and doors are quick: what a flow changes is not searched."""
    stage = Stage(world)
    visit = stage.ready()
    with CaptureQueriesContext(connection) as asked, ledger.act("visit.test", SYSTEM, about=visit):
        visit.refresh_from_db()
        visit.save()
    assert not [q for q in asked if "kernel_searchrow" in q["sql"]]
