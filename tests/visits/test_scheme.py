"""The scheme: every rule that may refuse it, once refused and once allowed, on real rows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.visits.actions import orders, scheme
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.rules.scheme import judged_on, strict_law
from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import Setting
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Certificate
from tests.visits.walk import Walk


def missing(visit, step="submit", **said):
    """Sentences of what a step lacks, with the ids of their rules."""
    return {b.sentence: b.ids for b in VISIT.missing(step, facts.of(visit, **said))}


def lacks(visit, words: str, step="submit", **said) -> tuple[str, ...]:
    """Ids of the one breach that holds the words; an error when there is none or more."""
    found = [ids for sentence, ids in missing(visit, step, **said).items() if words in sentence]
    assert len(found) == 1, missing(visit, step, **said)
    return found[0]


@pytest.mark.duty(
    "327-02-1", "327-03-1", "327-03-2", "327-04-1", "327-07-2", "327-09-1", "327-10-1", "327-11-4", "327-13-1", "327-16-1", "327-17-1",
    "327-18-1", "HR-10-1", "HR-11-1", "HR-13-2", "HR-17-5", "HR-18-2", "allowed",
)
def test_a_complete_scheme_lacks_nothing_and_is_submitted(stage):
    visit = stage.ready()
    assert missing(visit) == {}
    receipt = scheme.submit(stage.lead, visit)
    assert receipt.number and stage.fresh(visit).state == "to_approve"


def test_all_breaches_come_at_once_each_with_article_and_way_out(stage):
    visit = stage.ready(window_start=None, window_end=None, steps="", why_onsite="", kind="")
    scheme.set_officers(stage.lead, visit, [(stage.world.officers[0].pk, "lead")])
    with pytest.raises(Refused) as refused:
        scheme.submit(stage.lead, stage.fresh(visit))
    found = refused.value.breaches
    assert len(found) >= 6
    assert all(b.article and b.remedies for b in found)
    assert stage.fresh(visit).state == "draft"


# --- where, who, whom ---


@pytest.mark.duty("327-02-1", "refused")
def test_a_place_outside_the_city_is_not_run_here(stage):
    visit = stage.ready()
    stage.change(stage.world.site, division=stage.world.elsewhere)
    assert lacks(stage.fresh(visit), "不在本市行政区域内，不由本办法调整") == ("327-02-1",)


@pytest.mark.duty("327-11-4", "HR-11-1", "refused")
def test_a_site_in_another_district_is_refused(stage):
    visit = stage.ready()
    stage.change(stage.world.site, division=stage.world.other_district)
    assert "327-11-4" in lacks(stage.fresh(visit), "不在“示范区市场监督管理局（演示）”的管辖区域内")


@pytest.mark.duty("327-03-1", "refused")
def test_a_body_without_basis_may_not_inspect(stage):
    visit = stage.ready()
    stage.change(stage.world.body, basis="")
    assert lacks(stage.fresh(visit), "没有登记执法权的依据") == ("327-03-1",)


@pytest.mark.duty("327-03-2", "refused")
def test_an_item_outside_the_powers_is_refused(stage):
    visit = stage.ready()
    stage.change(stage.version, field="fire")
    assert lacks(stage.fresh(visit), "不在“示范区市场监督管理局（演示）”的法定职责范围内") == ("327-03-2",)


@pytest.mark.duty("327-04-1", "refused")
def test_a_school_is_no_enterprise(stage):
    visit = stage.ready(site=stage.world.institution_site)
    assert lacks(visit, "不属于企业") == ("327-04-1", "HR-04-1")


@pytest.mark.duty("327-42-1", "allowed")
def test_a_household_business_is_inspected_by_analogy(stage):
    visit = stage.ready(site=stage.world.household_site)
    assert missing(visit) == {}
    assert visit.enterprise.applies == "analogy"


# --- items, standard, plan ---


@pytest.mark.duty("327-07-2", "refused")
@pytest.mark.parametrize(("state", "words"), [("draft", "尚未公布"), ("withdrawn", "检查当日没有施行"), ("future", "检查当日没有施行")])
@pytest.mark.parametrize("kind", ["daily", "special", "case"])
def test_an_item_not_in_force_is_refused_in_every_kind(stage, state, words, kind):
    visit = stage.ready(kind=kind)
    values = {"draft": {"state": "draft"}, "withdrawn": {"ended_on": stage.day - dt.timedelta(days=1)},
              "future": {"effective_from": stage.day + dt.timedelta(days=1)}}[state]
    with ledger.act("test.change", SYSTEM):
        type(stage.version).objects.filter(pk=stage.version.pk).update(**values)
    assert lacks(stage.fresh(visit), words) == ("327-07-2",)


@pytest.mark.duty("327-07-2", "allowed")
def test_an_item_is_allowed_on_its_first_day(stage):
    visit = stage.ready()
    stage.change(stage.version, effective_from=stage.day)
    assert missing(stage.fresh(visit)) == {}


@pytest.mark.duty("327-10-1", "HR-10-1", "refused")
def test_an_item_needs_a_standard_or_the_note_that_there_is_none(stage):
    visit = stage.ready()
    stage.change(stage.version, standard="")
    assert "327-10-1" in lacks(stage.fresh(visit), "没有登记检查标准")
    stage.change(stage.version, standard_none=True)
    assert missing(stage.fresh(visit)) == {}


@pytest.mark.duty("327-10-1", "refused")
def test_an_item_without_questions_gives_no_check_form(stage):
    visit = stage.ready()
    with ledger.act("test.change", SYSTEM):
        for question in stage.version.questions.all():
            question.delete()
    assert "327-10-1" in lacks(stage.fresh(visit), "没有检查要点")


@pytest.mark.duty("327-13-1", "HR-13-2", "refused")
@pytest.mark.parametrize(("change", "said"), [("unfiled", "尚未备案，不能据以检查"), ("withdrawn", "已在调整中取消")])
def test_a_daily_visit_stands_on_a_filed_row(stage, change, said):
    visit = stage.ready()
    if change == "unfiled":
        with ledger.act("test.change", SYSTEM):
            type(stage.plan).objects.filter(pk=stage.plan.pk).update(state="submitted", filed_at=None)
    else:
        stage.change(stage.row, withdrawn_at=timezone.now())
    assert "327-13-1" in lacks(stage.fresh(visit), said)


@pytest.mark.duty("327-13-1", "refused")
def test_a_row_holds_in_its_quarters_and_for_its_item_alone(stage):
    other = {"1", "2", "3", "4"} - {str((stage.day.month + 2) // 3)}
    with ledger.act("test.item", SYSTEM):
        second = stage.item("SP-02", "餐饮服务监督检查")
    visit = stage.ready()
    scheme.save_scheme(stage.lead, visit, item_ids=[stage.version.item_id, second.item_id])
    stage.change(stage.row, quarters=",".join(sorted(other)))
    lacks(stage.fresh(visit), "没有安排在")
    lacks(stage.fresh(visit), "不是计划第 1 行的检查事项")


@pytest.mark.duty("HR-13-1", "allowed")
def test_last_years_row_does_until_the_deadline(stage):
    day = dt.datetime(stage.day.year + 1, 3, 31, 10, tzinfo=dt.UTC)
    visit = stage.ready(start=day)
    assert not any("计划" in s for s in missing(visit))


@pytest.mark.duty("HR-13-1", "refused")
def test_last_years_row_does_not_after_the_deadline(stage):
    visit = stage.ready(start=dt.datetime(stage.day.year + 1, 4, 1, 10, tzinfo=dt.UTC))
    lacks(visit, "上年度计划不再适用")


# --- kind, manner, content ---


@pytest.mark.duty("327-09-1", "refused")
def test_the_kind_is_asked(stage):
    assert lacks(stage.ready(kind=""), "没有选择检查类型") == ("327-09-1",)


@pytest.mark.duty("327-16-1", "refused")
def test_the_manner_is_asked_and_fits_the_item(stage):
    assert lacks(stage.ready(manner=""), "没有选择检查方式") == ("327-16-1",)
    stage.change(stage.version, manner="offsite")
    assert lacks(stage.ready(), "没有这种检查方式") == ("327-16-1",)


@pytest.mark.duty("327-17-1", "refused")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"window_start": None, "window_end": None}, "没有写明检查时间"), ({"steps": "看看"}, "没有写明可以照着操作的检查步骤"),
        ({"minutes": 0}, "没有写明预计时长"), ({"why_onsite": " "}, "没有写明为什么要到现场检查"),
    ],
)
def test_a_scheme_can_be_carried_out(stage, fields, words):
    assert lacks(stage.ready(**fields), words) == ("327-17-1",)


@pytest.mark.duty("327-17-1", "refused")
def test_a_picked_subject_has_a_reason(stage):
    visit = stage.ready()
    scheme.save_scheme(stage.lead, visit, pick_reason="")
    lacks(stage.fresh(visit), "指定检查对象没有写明理由")
    scheme.save_scheme(stage.lead, visit, chosen="full")
    lacks(stage.fresh(visit), "计划规定随机抽取对象")
    scheme.save_scheme(stage.lead, visit, chosen="draw")
    lacks(stage.fresh(visit), "不在抽取结果中")


# --- people ---


@pytest.mark.duty("327-18-1", "refused")
def test_one_officer_is_not_enough_and_helpers_do_not_count(stage):
    visit = stage.ready(helpers="网格员张某、专家王某")
    scheme.set_officers(stage.lead, visit, [(stage.world.officers[0].pk, "lead")], declared=True)
    assert lacks(stage.fresh(visit), "只有 1 人，不得少于两人，辅助人员不计入") == ("327-18-1",)


@pytest.mark.duty("327-18-1", "refused")
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"valid_until": dt.date(2026, 1, 31)}, "到期"), ({"suspended_from": dt.date(2026, 1, 1)}, "暂扣"),
        ({"revoked_at": dt.date(2026, 1, 1)}, "已注销"),
    ],
)
def test_a_certificate_counts_on_the_day_of_the_visit(stage, values, words):
    visit = stage.ready()
    stage.change(Certificate.objects.get(person=stage.world.officers[1]), **values)
    lacks(stage.fresh(visit), f"王敏（演示）的执法证件{'于 2026年1月31日 ' if '到' in words else ''}{words}")
    lacks(stage.fresh(visit), "只有 1 人")


@pytest.mark.duty("327-18-1", "refused")
def test_a_regulation_does_not_let_one_officer_go(stage):
    visit = stage.ready(single_officer_law="《湖北省某某条例》第十条")
    scheme.set_officers(stage.lead, visit, [(stage.world.officers[0].pk, "lead")], declared=True)
    lacks(stage.fresh(visit), "不是法律")
    lacks(stage.fresh(visit), "只有 1 人")


@pytest.mark.duty("327-18-1", "allowed")
def test_a_law_in_the_strict_sense_lets_one_officer_go(stage):
    visit = stage.ready(single_officer_law="《中华人民共和国某某法》第十条第二款")
    scheme.set_officers(stage.lead, visit, [(stage.world.officers[0].pk, "lead")], declared=True)
    assert missing(stage.fresh(visit)) == {}


@pytest.mark.parametrize(("text", "law"), [
    ("《中华人民共和国食品安全法》第一百一十条", True), ("《武汉市规范涉企行政检查办法》第十八条", False), ("食品安全法", False), ("", False),
])
def test_what_is_a_law(text, law):
    assert strict_law(text) is law


def test_who_has_no_certificate_of_the_body_is_no_officer(stage):
    with pytest.raises(Refused) as refused:
        scheme.set_officers(stage.lead, stage.ready(), [(stage.world.planner.pk, "assist")])
    assert "辅助人员另行填写" in str(refused.value)


def test_exactly_one_leads(stage):
    visit = stage.ready()
    scheme.set_officers(stage.lead, visit, [(p.pk, "lead") for p in stage.world.officers[:2]], declared=True)
    lacks(stage.fresh(visit), "只有一名主办")


@pytest.mark.duty("HR-18-2", "refused")
def test_every_officer_declares(stage):
    visit = stage.draft()
    people = [(stage.world.officers[0].pk, "lead"), (stage.world.officers[1].pk, "assist")]
    scheme.set_officers(stage.lead, visit, people)
    lacks(stage.fresh(visit), "主办李强（演示）尚未声明")
    scheme.set_officers(stage.lead, visit, people, declared=True)
    scheme.submit(stage.lead, visit)
    scheme.approve(stage.head, visit)
    assert "王敏（演示）须在领取检查码前声明" in Paper.objects.get(matter=visit.number, kind="approval").data["recusal"]
    with pytest.raises(Refused, match="王敏（演示）尚未声明"):
        scheme.issue_code(stage.lead, visit)
    scheme.declare(stage.assist, visit)
    scheme.issue_code(stage.lead, visit)


@pytest.mark.duty("HR-18-2", "refused")
def test_what_was_declared_of_one_enterprise_says_nothing_of_another(stage):
    visit = scheme.save_scheme(stage.lead, stage.ready(), site_id=stage.world.site2.pk)
    assert [o.recusal_declared_at is not None for o in facts.seats(visit)] == [True, True]
    visit = scheme.save_scheme(stage.lead, visit, site_id=stage.world.household_site.pk)
    assert [o.recusal_declared_at for o in facts.seats(visit)] == [None, None]


# --- merged or alone ---


@pytest.mark.duty("327-13-6", "HR-13-6", "refused")
def test_a_recheck_beside_a_planned_visit_of_its_people_is_not_silent_about_it(stage):
    walk = Walk(stage)
    _, order = walk.ordered()
    recheck = stage.staffed(orders.draft_followup(
        stage.lead, order, window_start=stage.now, window_end=stage.now + dt.timedelta(hours=2),
    ))
    assert missing(recheck) == {}
    planned = stage.ready()
    recheck = stage.fresh(recheck)
    lacks(recheck, f"还有可以合并的检查任务（{planned.number}）")
    for merge, words in (("alone", "没有写明单独实施的理由"), ("merged", "没有写明与哪项任务合并")):
        lacks(scheme.save_scheme(stage.lead, recheck, merge=merge, merge_note=" "), words)
    stage.change(planned, drafted_by=stage.world.officers[2])
    for seat in planned.officers.all():
        stage.change(seat, left_at=timezone.now())
    assert facts.mergeable(recheck) == ()  # of somebody else's visit to come nothing is told


@pytest.mark.duty("327-13-6", "327-17-1", "allowed")
@pytest.mark.parametrize(("merge", "printed"), [
    ("none", "经核对，没有可以合并或者联合实施的其他检查任务。"), ("alone", "单独实施，理由：期限已到。"), ("merged", "与期限已到合并或者联合实施。"),
])
def test_merged_or_alone_stands_in_the_approval_form(stage, merge, printed):
    visit = stage.ready(merge=merge, merge_note="期限已到。")
    scheme.submit(stage.lead, visit)
    scheme.approve(stage.head, visit)
    assert Paper.objects.get(matter=visit.number, kind="approval").data["merge"] == printed


# --- time ---


@pytest.mark.duty("HR-17-5", "327-17-2", "refused")
def test_a_window_is_no_longer_than_a_code_is_good(stage):
    start = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
    visit = stage.ready(start=start, end=start + dt.timedelta(days=7, hours=2))
    known = facts.of(visit, now=start - dt.timedelta(days=1))
    found = [b for b in VISIT.missing("submit", known) if b.field == "window"]
    assert [b.sentence for b in found] == ["检查时间跨 6 个工作日，检查码最长有效 5 个工作日。"]
    five = facts.of(stage.ready(start=start, end=start + dt.timedelta(days=4, hours=2)), now=start)
    assert not [b for b in VISIT.missing("submit", five) if b.field == "window"]


@pytest.mark.duty("327-17-2", "refused")
def test_a_window_lies_ahead_and_ends_after_it_begins(stage):
    ago = stage.now - dt.timedelta(hours=5)
    lacks(stage.ready(start=ago, end=ago + dt.timedelta(hours=1)), "检查时间已经过去")
    lacks(stage.ready(start=stage.now, end=stage.now - dt.timedelta(minutes=1)), "早于开始时间")


@pytest.mark.duty("327-43-1", "HR-43-1", "allowed")
def test_before_the_decree_came_into_force_nothing_is_judged(stage):
    day = dt.datetime(2025, 11, 30, 4, tzinfo=dt.UTC)
    visit = stage.ready(start=day, steps="", why_onsite="", kind="")
    assert missing(visit) == {}
    assert not judged_on(dt.date(2025, 11, 30), dt.date(2025, 12, 1))


@pytest.mark.duty("327-43-1", "HR-43-1", "refused")
def test_a_visit_on_the_first_day_is_judged(stage):
    visit = stage.ready(start=dt.datetime(2025, 12, 1, 4, tzinfo=dt.UTC), kind="")
    lacks(visit, "没有选择检查类型")
    assert judged_on(dt.date(2025, 12, 1), dt.date(2025, 12, 1))


# --- approval ---


@pytest.mark.duty("327-17-1", "HR-17-1", "327-21-1", "allowed")
def test_the_head_approves_and_the_form_is_issued(stage):
    visit = stage.approved()
    assert visit.state == "to_code" and visit.approved_by_id == stage.world.head.pk
    paper = Paper.objects.get(matter=visit.number, kind="approval")
    assert [o["name"] for o in paper.data["opinions"]] == ["李强（演示）", "江明（演示）"]
    assert [leaf.act for leaf in ledger.history(visit)][-2:] == ["visit.submit", "visit.approve"]


@pytest.mark.duty("327-17-1", "allowed")
def test_a_deputy_on_record_approves_too(stage):
    visit = stage.submitted()
    scheme.approve(stage.world.actor("deputy"), visit)
    assert stage.fresh(visit).state == "to_code"


@pytest.mark.duty("HR-17-1", "327-17-1", "refused")
def test_a_head_without_office_does_not_approve(stage):
    stage.world.add_person("acting", "代某（演示）", ("head", stage.world.body))
    visit = stage.submitted()
    with pytest.raises(Refused) as refused:
        scheme.approve(stage.world.actor("acting"), visit)
    assert "不能审批" in str(refused.value)
    with pytest.raises(Refused):
        scheme.approve(stage.world.actor("other_head"), visit)
    assert stage.fresh(visit).state == "to_approve"
    assert not Paper.objects.filter(matter=visit.number).exists()


@pytest.mark.duty("327-17-1", "refused")
def test_who_goes_or_drafted_does_not_approve(stage):
    known = facts.of(stage.submitted(), actor=stage.head)
    officer, drafter = known.officers[0].certificate.person, known.drafter
    own = known.for_(approver=known.approver.__class__(officer, "李强", True), drafter=0)
    assert [b.sentence for b in VISIT.missing("approve", own)] == ["本人为检查人员，不能审批本次检查。"]
    wrote = known.for_(approver=known.approver.__class__(drafter, "某", True), officers=known.officers[1:])
    assert "本人起草了检查方案，不能审批本次检查。" in [b.sentence for b in VISIT.missing("approve", wrote)]
    assert VISIT.missing("approve", known) == ()


@pytest.mark.duty("327-17-1", "refused")
def test_to_send_back_takes_a_reason(stage):
    visit = stage.submitted()
    with pytest.raises(Refused):
        scheme.return_(stage.head, visit, " ")
    scheme.return_(stage.head, visit, "请写明第二项的检查方法")
    visit = stage.fresh(visit)
    assert visit.state == "returned"
    scheme.save_scheme(stage.lead, visit, steps="到场后逐项检查许可、进货查验和贮存条件，核对笔录。")
    scheme.submit(stage.lead, visit)
    assert stage.fresh(visit).state == "to_approve"


def test_withdrawn_until_the_head_has_acted(stage):
    visit = stage.submitted()
    scheme.withdraw(stage.lead, visit)
    assert stage.fresh(visit).state == "draft"
    approved = stage.approved()
    with pytest.raises(Refused):
        scheme.withdraw(stage.lead, approved)


def test_a_submitted_scheme_is_not_edited(stage):
    visit = stage.submitted()
    with pytest.raises(Refused) as refused:
        scheme.save_scheme(stage.lead, visit, minutes=20)
    assert "待审批" in str(refused.value)


def test_somebody_elses_scheme_is_not_edited(stage):
    visit = stage.ready()
    with pytest.raises(Refused):
        scheme.save_scheme(stage.world.actor("officer3"), visit, minutes=20)
    with pytest.raises(Refused):
        scheme.draft(stage.world.actor("other_officer1"), row_id=stage.row.pk, site_id=stage.world.site.pk)
    with pytest.raises(Refused):
        scheme.draft(stage.world.actor("planner"), row_id=stage.row.pk, site_id=stage.world.site.pk)


@pytest.fixture
def a_week_ahead():
    """The city decides that a visit is entered seven days before."""
    row = Setting.objects.create(
        name="HR-17-6", value="7", valid_from=dt.date(2026, 1, 1), decided_by="市司法局", decided_at=timezone.now(), ground="测试",
    )
    parameters.forget()
    yield row
    parameters.forget()


@pytest.mark.duty("HR-17-6", "refused")
def test_where_the_city_asks_for_it_a_visit_is_entered_early(stage, a_week_ahead):
    assert "HR-17-6" in lacks(stage.ready(), "检查应当至少提前 7 日录入")


@pytest.mark.duty("HR-17-6", "allowed")
def test_a_visit_entered_early_enough_passes(stage, a_week_ahead):
    assert not any("提前" in s for s in missing(stage.ready(start=stage.now + dt.timedelta(days=8))))


def test_a_window_that_has_passed_cannot_be_planned(stage):
    """Not even one before the decree came into force, which no rule judges."""
    for start in (dt.datetime(2020, 1, 1, 1, tzinfo=dt.UTC), timezone.now() - dt.timedelta(days=2)):
        with pytest.raises(Refused, match="已经过去"):
            scheme.submit(stage.lead, stage.ready(start=start))
