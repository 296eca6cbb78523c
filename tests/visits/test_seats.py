"""Whose hand it may be: two officers to the end of the scan, nobody on both sides, nothing written once it is over."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jiangcheng.inspection.visits.actions import door, outcome, record, scheme
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers import codes, delivery
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Seat
from jiangcheng.parties.scope import scope
from tests.visits.walk import STROKES


def recused(stage, visit, role="assist"):
    """An officer who had to stand aside."""
    seat = visit.officers.get(role=role, left_at=None)
    own = stage.lead if role == "lead" else stage.assist
    door.decide_recusal(stage.head, door.request_recusal(own, visit, seat.pk, "亲属在该企业任职"), True, "应当回避")
    return seat


def seat_in_firm(stage, account: str):
    """Give somebody of the body a seat of the enterprise as well; answers with the actor in that seat."""
    with ledger.act("test.seat", SYSTEM):
        seat = Seat(
            account=stage.world.accounts[account], role="enterprise", enterprise=stage.world.enterprise, valid_from=stage.world.start,
        )
        seat.save()
    stage.world.seats[account].append(seat)
    return stage.world.actor(account, 1)


# --- two officers


@pytest.mark.duty("327-18-1", "refused")
def test_one_officer_who_is_left_neither_shows_the_code_nor_enters(stage):
    visit = stage.coded()
    stage.change(visit.officers.get(role="assist"), left_at=timezone.now())
    with pytest.raises(Refused, match="只有 1 人"):
        stage.confirm(visit)
    with pytest.raises(Refused, match="只有 1 人"):
        door.type_uscc(stage.lead, visit, visit.enterprise.uscc)
    with pytest.raises(Refused, match="只有 1 人"):
        door.arrive_offline(stage.lead, visit, reason="地下室", device_at=timezone.now(), photo=stage.photo(visit))
    assert stage.fresh(visit).state == "to_enter"


@pytest.mark.duty("327-18-1", "HR-18-2", "allowed")
@pytest.mark.parametrize("role", ["lead", "assist"])
def test_the_head_fills_the_place_of_who_stood_aside(stage, role):
    visit = stage.coded()
    old = codes.current(visit.number)
    seat = recused(stage, visit, role)
    actor = stage.assist if role == "lead" else stage.lead
    if role == "lead":
        door.take_over_lead(actor, visit, "主办回避")
    assert seat in facts.replaceable(visit)
    scheme.replace_officer(stage.head, visit, seat.pk, stage.world.officers[2].pk, "原人员回避")
    assert [o.role for o in facts.seats(visit)] == ["lead", "assist"] and seat not in facts.replaceable(visit)
    scheme.declare(stage.world.actor("officer3"), visit)
    scheme.issue_code(actor, visit)
    assert codes.read(old.token).state == "revoked"
    assert stage.confirm(visit).first


@pytest.mark.duty("HR-18-2", "327-06-1", "refused")
def test_who_stood_aside_does_not_learn_when_the_others_go(stage):
    visit = stage.coded()
    assert scope(stage.assist, Visit.objects.all()).exists()
    recused(stage, visit)
    assert not scope(stage.assist, Visit.objects.all()).exists()


@pytest.mark.duty("HR-18-2", "refused")
def test_until_the_head_decides_nothing_is_inspected(stage, walk):
    visit = walk.started()
    asked = door.request_recusal(stage.firm, visit, visit.officers.get(role="assist").pk, "亲属")
    with pytest.raises(Refused, match="回避申请尚未决定，检查暂停"):
        walk.answer(visit)
    record.set_statement(walk.lead, visit, "申请回避")
    door.decide_recusal(stage.head, asked, False, "不属于应当回避的情形")
    walk.answer(visit)


# --- nobody on both sides


@pytest.mark.duty("HR-18-2", "327-18-1", "refused")
def test_who_acts_for_the_enterprise_does_not_inspect_it(stage):
    visit = stage.approved()
    seat_in_firm(stage, "officer2")
    with pytest.raises(Refused, match="王敏（演示）是该企业的企业用户，不能检查该企业"):
        scheme.issue_code(stage.lead, visit)


@pytest.mark.duty("HR-18-2", "327-17-1", "refused")
def test_who_acts_for_the_enterprise_does_not_approve(stage):
    visit = stage.submitted()
    seat_in_firm(stage, "head")
    with pytest.raises(Refused, match="本人是该企业的企业用户，不能审批本次检查"):
        scheme.approve(stage.head, visit)
    scheme.approve(stage.world.actor("deputy"), visit)


@pytest.mark.duty("327-17-4", "327-18-4", "refused")
def test_who_inspects_does_not_act_for_the_inspected(stage, walk):
    visit = walk.answer(walk.started())
    both = seat_in_firm(stage, "officer2")
    with pytest.raises(Refused, match="不能在这份笔录上登记签名"):
        record.sign(both, visit, "enterprise", "glass", name="王敏", drawing=STROKES)
    with pytest.raises(Refused, match="由被检查企业在检查期间反映"):
        door.report_mismatch(both, visit, "我就是企业")


@pytest.mark.duty("327-18-4", "327-18-5", "refused")
def test_who_inspects_does_not_witness(stage, walk):
    visit = walk.answer(walk.started())
    with pytest.raises(Refused, match="检查人员不能作见证人"):
        record.sign(
            walk.lead, visit, "enterprise", "refused", name="孙兰", reason="不认可", witness="王敏（演示）", file=walk.photo(visit),
        )
    with pytest.raises(Refused, match="检查人员不能作见证人"):
        record.sign(walk.lead, visit, "witness", "glass", name="王敏（演示）", drawing=STROKES)
    visit = walk.finish(walk.signed(visit))
    with pytest.raises(Refused, match="检查人员不能作见证人"):
        walk.tell(visit, "refused", reason="不认可", witness="王敏（演示）", proof=walk.photo(visit))


# --- after it is over


@pytest.mark.duty("327-25-1", "327-18-4", "refused")
def test_people_of_a_visit_that_is_over_are_not_changed(stage, walk):
    visit = walk.close(walk.clear())
    walk.archive(visit)
    for act in (
        lambda: scheme.declare(walk.assist, visit), lambda: door.take_over_lead(walk.assist, visit),
        lambda: door.answer_seen(walk.firm, visit, {visit.officers.first().pk: "no"}), lambda: door.show_certificate(walk.lead, visit),
    ):
        with pytest.raises(Refused, match=r"已归档|只有本次检查的检查人员在现场"):
            act()


@pytest.mark.duty("327-18-4", "refused")
def test_the_lead_does_not_change_under_a_signed_record(walk):
    visit = walk.recorded("fine")
    with pytest.raises(Refused, match="笔录已经签名，不能再更换主办"):
        door.take_over_lead(walk.assist, visit)


@pytest.mark.duty("327-18-5", "refused")
def test_only_papers_of_the_visit_for_the_enterprise_are_delivered(walk, stage):
    visit, other = walk.clear(), walk.finish(walk.recorded("fine", site=stage.world.site2))
    foreign = list(Paper.objects.filter(matter=other.number, kind="result"))
    internal = list(Paper.objects.filter(matter=visit.number, kind="approval"))
    for papers in (foreign, internal):
        with pytest.raises(Refused, match="只能送达本次检查中应当交给企业的文书"):
            outcome.deliver(walk.lead, visit, papers, "glass", receiver="孙兰", drawing=STROKES)
    assert delivery.undelivered(foreign) == foreign


# --- approval


@pytest.mark.duty("327-17-1", "refused")
def test_what_changed_while_the_form_was_set_is_not_approved_unseen(stage, monkeypatch):
    """Taken back, changed and sent again between reading and signing: the form says what the scheme says now."""
    visit, real, done = stage.submitted(), scheme.sheets.approval, []

    def slow(*args):
        made = real(*args)
        if not done:
            done.append(1)
            scheme.withdraw(stage.lead, visit)
            scheme.save_scheme(stage.lead, stage.fresh(visit), steps="到场后只核对许可证，其余事项另行安排检查。")
            scheme.submit(stage.lead, stage.fresh(visit))
        return made

    monkeypatch.setattr(scheme.sheets, "approval", slow)
    scheme.approve(stage.head, visit)
    assert "只核对许可证" in Paper.objects.get(matter=visit.number, kind="approval").data["annex"][0]
