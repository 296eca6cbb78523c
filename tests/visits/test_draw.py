"""The draw: recorded, repeatable, and binding for the scheme."""

from __future__ import annotations

import hashlib

import pytest

from jiangcheng.inspection.visits import draw
from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Draw
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused


@pytest.fixture
def firms(stage):
    return stage.firms(12)


@pytest.mark.duty("327-17-1", "327-08-2", "allowed")
def test_a_draw_is_repeated_by_anyone_from_what_is_recorded(stage, firms):
    made = draw.draw_subjects(stage.lead, stage.row, 4)
    assert len(made.result) == 4 and len(made.pool) == 14  # 12, the world's enterprise and its household business
    by_hand = sorted(made.pool, key=lambda u: hashlib.sha256((made.seed + u).encode()).hexdigest())[:4]
    assert made.result == by_hand and draw.replay(made)
    assert made.algorithm == "sha256-rank/1" and len(made.seed) == 32
    assert ledger.history(made).get().act == "draw.made"


def test_another_result_is_seen(stage, firms):
    made = draw.draw_subjects(stage.lead, stage.row, 4)
    made.result = made.result[1:] + made.result[:1]
    assert not draw.replay(made)


def test_the_seed_decides_and_the_pool_order_does_not():
    pool = [f"91{n:016d}" for n in range(50)]
    assert draw.choose(pool, "a", 5) == draw.choose(reversed(pool), "a", 5)
    assert draw.choose(pool, "a", 5) != draw.choose(pool, "b", 5)


def test_no_seed_is_used_twice(stage, firms):
    seeds = {draw.draw_subjects(stage.lead, stage.row, 1).seed for _ in range(3)}
    assert len(seeds) == 3


def test_the_pool_is_the_territory_without_the_excluded_and_the_full(stage, firms):
    names = set(draw.candidates(stage.row, draw.Pool()).values_list("name", flat=True))
    assert stage.world.enterprise.name in names and stage.world.household.name in names
    assert not names & {stage.world.other_enterprise.name, stage.world.institution.name}
    stage.cap(1)
    stage.arrived()
    assert stage.world.enterprise.name not in set(draw.candidates(stage.row, draw.Pool()).values_list("name", flat=True))
    everyone = draw.candidates(stage.row, draw.Pool(free=False, q="演示食品"))
    assert [e.name for e in everyone] == [stage.world.enterprise.name]


@pytest.mark.duty("327-17-1", "allowed")
def test_a_drawn_subject_becomes_a_scheme(stage, firms):
    made = draw.draw_subjects(stage.lead, stage.row, 2)
    first = scheme.draft(stage.lead, row_id=stage.row.pk, draw_id=made.pk)
    second = scheme.draft(stage.lead, row_id=stage.row.pk, draw_id=made.pk)
    assert [first.enterprise.uscc, second.enterprise.uscc] == made.result
    assert first.chosen == "draw" and draw.left(made) == []
    assert not [b for b in VISIT.missing("submit", facts.of(first)) if "抽取" in b.sentence]
    with pytest.raises(Refused):
        scheme.draft(stage.lead, row_id=stage.row.pk, draw_id=made.pk)


@pytest.mark.duty("327-17-1", "refused")
def test_another_subject_than_the_drawn_is_refused(stage, firms):
    made = draw.draw_subjects(stage.lead, stage.row, 1)
    visit = scheme.draft(stage.lead, row_id=stage.row.pk, draw_id=made.pk)
    other = next(s for s in firms if s.enterprise.uscc not in made.result)
    visit = scheme.save_scheme(stage.lead, visit, site_id=other.pk)
    assert "该企业不在抽取结果中。" in [b.sentence for b in VISIT.missing("submit", facts.of(visit))]
    visit = scheme.pick(stage.lead, visit, other.pk, "上月投诉集中")
    assert (visit.chosen, visit.draw_id) == ("picked", None)


@pytest.mark.duty("327-17-1", "refused")
def test_a_drawn_place_is_used_once(stage, firms):
    made = draw.draw_subjects(stage.lead, stage.row, 1)
    first = scheme.draft(stage.lead, row_id=stage.row.pk, draw_id=made.pk)
    second = scheme.draft(stage.lead, row_id=stage.row.pk, draw_id=made.pk, site_id=first.site_id)
    assert "该企业不在抽取结果中。" in [b.sentence for b in VISIT.missing("submit", facts.of(second))]
    scheme.drop(stage.lead, first, "改期")
    assert "该企业不在抽取结果中。" not in [b.sentence for b in VISIT.missing("submit", facts.of(second))]


def test_who_reached_the_frequency_of_the_row_is_not_drawn_on_its_copy_either(stage):
    stage.coded(), stage.coded()
    with ledger.act("test.copy", SYSTEM):
        copy = stage.plan_row(2, stage.version, copied_from=stage.row)
    assert stage.world.enterprise.name not in set(draw.candidates(copy, draw.Pool()).values_list("name", flat=True))


@pytest.mark.duty("327-17-1", "refused")
def test_nobody_draws_for_another_body_or_from_nothing(stage):
    with pytest.raises(Refused):
        draw.draw_subjects(stage.world.actor("other_officer1"), stage.row, 1)
    with pytest.raises(Refused) as refused:
        draw.draw_subjects(stage.lead, stage.row, 1, draw.Pool(q="不存在的名称"))
    assert "名录中没有可以抽取的企业" in str(refused.value)
    assert Draw.objects.count() == 0
