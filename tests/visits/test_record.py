"""The record: written by both officers, signed by all, closed by the first signature (articles 18, 19, 40)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.visits import sheets
from jiangcheng.inspection.visits.actions import enterprise, outcome, record, scheme
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Answer, Signature
from jiangcheng.inspection.visits.rules.record import NoticeFacts, demands_head, no_demand_for_head, notice_complete
from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Paper, StoredFile
from tests.visits.walk import STROKES


@pytest.fixture
def visit(walk):
    return walk.started()


def first(visit):
    return facts.questions(visit)[0]


# --- answers


@pytest.mark.duty("327-18-4", "327-19-1", "allowed")
def test_finding_has_method_words_evidence_time_and_person(walk, visit):
    photo = walk.photo(visit, "evidence")
    record.answer(walk.lead, visit, first(visit), "problem", "柜温9℃", "survey", [photo], timezone.now())
    line = record.record_data(visit)["findings"][0]
    assert (line["verdict"], line["method"], line["text"], line["photos"]) == ("problem", "survey", "柜温9℃", [photo.sha256])
    assert line["by"] == walk.lead.name and line["at"] and line["device_at"]
    assert ledger.history(Answer.objects.get())[0].act == "visit.answer"


def test_both_officers_write_and_the_later_is_told_whose_answer_it_replaced(walk, visit):
    q = first(visit)
    record.answer(walk.lead, visit, q, "fine")
    second = record.answer(walk.assist, visit, q, "problem", "少一盏灭蝇灯")
    assert second.over == walk.lead.name and not second.kept
    assert Answer.objects.get().verdict == "problem"


def test_an_older_note_from_an_offline_phone_does_not_undo_a_newer_one(walk, visit):
    q, now = first(visit), timezone.now()
    record.answer(walk.lead, visit, q, "problem", "柜温9℃", device_at=now)
    late = record.answer(walk.assist, visit, q, "fine", device_at=now - dt.timedelta(minutes=9))
    assert late.kept and late.over == walk.lead.name
    assert Answer.objects.get().verdict == "problem"


def test_the_same_send_twice_leaves_one_act(walk, visit):
    for _ in range(2):
        record.answer(walk.lead, visit, first(visit), "fine")
    assert ledger.history(Answer.objects.get()).count() == 1


@pytest.mark.duty("327-19-1", "refused")
def test_other_method_without_its_law_is_refused(walk, visit):
    with pytest.raises(Refused, match="其他"):
        record.answer(walk.lead, visit, first(visit), "fine", method="other")
    record.answer(walk.lead, visit, first(visit), "fine", method="other", method_law="《特种设备安全法》第六十一条")
    assert Answer.objects.get().method_law


@pytest.mark.duty("327-18-4", "refused")
def test_problem_without_words_is_refused(walk, visit):
    with pytest.raises(Refused, match="看到的情况"):
        record.answer(walk.lead, visit, first(visit), "problem", "  ")


def test_question_of_another_item_is_refused(walk, visit, stage):
    with ledger.act("test", walk.lead):
        other = stage.item("SP-02", "另一事项")
    with pytest.raises(Refused, match="不属于本次检查"):
        record.answer(walk.lead, visit, other.questions.first(), "fine")


def test_strangers_do_not_write(walk, visit, world):
    for who in ("officer3", "other_officer1", "enterprise", "head"):
        with pytest.raises(Refused, match="不是本次检查"):
            record.answer(world.actor(who), visit, first(visit), "fine")
    assert not Answer.objects.exists()


def test_all_fine_fills_what_is_open_only(walk, visit):
    record.answer(walk.lead, visit, first(visit), "problem", "柜温9℃")
    record.all_fine(walk.assist, visit)
    assert sorted(Answer.objects.values_list("verdict", flat=True)) == ["fine", "fine", "problem"]


def test_photo_goes_to_its_answer_once(walk, visit):
    record.answer(walk.lead, visit, first(visit), "problem", "柜温9℃")
    from tests.papers.papers_fixture import picture

    for _ in range(2):
        record.add_photo(walk.lead, visit, picture(), question=first(visit), key="k-1")
    assert Answer.objects.get().photos.count() == 1
    assert StoredFile.objects.filter(matter=visit.number, purpose="evidence").count() == 1


def test_photo_of_another_visit_is_refused(walk, visit):
    foreign = walk.photo(visit, "evidence")
    with ledger.act("test", walk.lead):
        foreign.matter = "elsewhere"
        foreign.save()
    with pytest.raises(Refused, match="不属于本次检查"):
        record.answer(walk.lead, visit, first(visit), "problem", "柜温9℃", photos=[foreign])


# --- signatures


@pytest.mark.duty("327-18-4", "allowed")
def test_signatures_are_bound_to_the_record_and_printed(walk, visit):
    walk.signed(walk.answer(visit, "fine", "problem"))
    bound = facts.digest(visit)
    assert {s.record_digest for s in Signature.objects.all()} == {bound}
    data = sheets.record(walk.fresh(visit), ["correct"], timezone.now())
    assert data["signatures"]["firm"]["strokes"] and data["signatures"]["lead"]["name"] == walk.lead.name
    assert data["signatures"]["second"]["name"] == walk.assist.name


@pytest.mark.duty("327-18-4", "refused")
def test_after_the_first_signature_nothing_is_changed(walk, visit):
    walk.signed(walk.answer(visit))
    from tests.papers.papers_fixture import picture

    for change in (
        lambda: record.answer(walk.lead, visit, first(visit), "problem", "补记"),
        lambda: record.set_statement(walk.lead, visit, "补充"),
        lambda: enterprise.state_case(walk.firm, visit, "补充"),
        lambda: record.set_receiver(walk.lead, visit, "别人"),
        lambda: record.add_photo(walk.lead, visit, picture()),
    ):
        with pytest.raises(Refused, match="不能改动，只能补充"):
            change()


def test_open_questions_are_named_before_anybody_signs(walk, visit):
    record.answer(walk.lead, visit, first(visit), "fine")
    with pytest.raises(Refused, match="第 2、3 项还没有"):
        record.sign(walk.lead, visit, "enterprise", "glass", name="孙兰", drawing=STROKES)


def test_second_tap_gives_the_first_signature(walk, visit):
    walk.answer(visit)
    one, two = (record.sign(walk.lead, visit, "enterprise", "glass", name="孙兰", drawing=STROKES, key="s-1") for _ in range(2))
    assert one.pk == two.pk


@pytest.mark.duty("327-18-4", "HR-18-3", "refused")
def test_refusal_to_sign_needs_reason_witness_and_picture(walk, visit):
    walk.answer(visit)
    with pytest.raises(Refused) as refused:
        record.sign(walk.lead, visit, "enterprise", "refused", name="孙兰")
    assert [b.field for b in refused.value.breaches] == ["reason", "witness", "file"]


@pytest.mark.duty("327-18-4", "HR-18-3", "allowed")
def test_refusal_to_sign_is_recorded_and_ends_the_visit(walk, visit):
    walk.answer(visit)
    record.sign(walk.lead, visit, "enterprise", "refused", name="孙兰", reason="不同意记录", witness="社区赵某", file=walk.photo(visit))
    record.sign(walk.lead, visit, "officer", "glass", drawing=STROKES)
    record.sign(walk.lead, visit, "officer", "glass", person=walk.assist.person, drawing=STROKES)
    walk.finish(visit)
    paper = Paper.objects.get(matter=visit.number, kind="record")
    assert "不同意记录" in paper.data["refusal"]["value"] and "社区赵某" in paper.data["refusal"]["value"]


def test_typed_name_counts_with_the_code_only(walk, visit):
    walk.answer(visit)
    with pytest.raises(Refused, match="核验码"):
        enterprise.sign_record(walk.firm, visit, name="孙兰", code="AAAAAAAAAA")
    code = sheets.code_of(visit)
    assert enterprise.sign_record(walk.firm, visit, name="孙兰", code=code.short).way == "typed"
    with pytest.raises(Refused, match="核验码"):
        record.sign(walk.lead, visit, "officer", "typed", code="0000")
    assert record.sign(walk.lead, visit, "officer", "typed", code="0001").person_id == walk.lead.person


def test_only_officers_of_the_visit_sign_as_officers(walk, visit, world):
    walk.answer(visit)
    with pytest.raises(Refused, match="不是本次检查的检查人员"):
        record.sign(walk.lead, visit, "officer", "glass", person=world.officers[2].pk, drawing=STROKES)
    with pytest.raises(Refused):
        enterprise.sign_record(world.actor("other_enterprise"), visit, name="郑平", drawing=STROKES)


# --- notice, demands, breaking off


@pytest.mark.duty("327-17-3", "327-18-3", "allowed")
def test_notice_states_items_basis_rights_duties(visit):
    data = Paper.objects.get(matter=visit.number, kind="notice").data
    assert data["items"][0]["basis"] and len(data["rights"]) >= 5 and len(data["duties"]) >= 3 and len(data["prohibitions"]) == 5
    assert data["complaint"]["phone"]


@pytest.mark.duty("327-18-3", "HR-18-2", "refused")
def test_notice_without_basis_or_rights_is_refused():
    known = NoticeFacts("V-1", (("食品检查", " "),), (), (), 4, "")
    assert len(notice_complete(known)) == 4
    assert len(notice_complete(NoticeFacts("V-1", (), ("x",), ("y",), 5, "027"))) == 1


@pytest.mark.duty("327-18-3", "refused")
def test_notice_is_not_issued_for_an_item_without_basis(stage):
    visit = stage.arrived()
    stage.change(stage.version, basis="")
    with pytest.raises(Refused, match="检查依据"):
        sheets.notice(stage.fresh(visit))


@pytest.mark.duty("327-40-02", "refused")
@pytest.mark.parametrize("text", ["请法定代表人到现场配合检查", "整改完成后，法定代表人应当到场接受复查", "法定代表人必须到场，不得由他人代替"])
def test_no_text_may_demand_the_legal_representative(text):
    assert demands_head(text)
    known = NoticeFacts("V-1", (), (), (), 5, "-", (text,))
    assert no_demand_for_head(known)
    assert not no_demand_for_head(NoticeFacts("V-1", (), (), (), 5, "-", (text,), "《某法》第一条"))


@pytest.mark.duty("327-40-02", "refused")
def test_task_that_demands_the_legal_representative_gives_no_notice(stage):
    visit = stage.arrived()
    stage.change(visit, steps="到场出示证件；请法定代表人到场说明情况；逐项检查。")
    with pytest.raises(Refused, match="法定代表人"):
        sheets.notice(stage.fresh(visit))


@pytest.mark.duty("327-40-02", "allowed")
def test_anyone_the_enterprise_sends_receives(walk, visit):
    record.set_receiver(walk.lead, visit, "店员小张", "收银员")
    walk.finish(walk.signed(walk.answer(visit)))
    assert "店员小张" in Paper.objects.get(matter=visit.number, kind="record").data["present"]
    assert not demands_head("请安排熟悉情况的人员到场，法定代表人不必到场。")
    assert not demands_head("法定代表人或者其委托的人员到场。")
    for text in (scheme.STEPS,):
        assert not demands_head(text)


def test_breaking_off_needs_a_reason_and_the_record_goes_on(walk, visit):
    with pytest.raises(Refused, match="原因"):
        record.break_off(walk.lead, visit, "  ")
    record.answer(walk.lead, visit, first(visit), "fine")
    record.break_off(walk.lead, visit, "停电，无法继续")
    visit = walk.fresh(visit)
    assert (visit.state, visit.stopped_why) == ("broken_off", "停电，无法继续")
    record.all_fine(walk.assist, visit)
    assert facts.unanswered(facts.lines(visit)) == ()


def test_the_record_is_not_written_before_start_or_after_end(walk, stage):
    early = stage.prepared()
    with pytest.raises(Refused, match="已到场"):
        record.set_statement(walk.lead, early, "早")
    visit = walk.finish(walk.recorded("fine", site=stage.world.site2))
    with pytest.raises(Refused, match="检查已经结束"):
        record.set_statement(walk.lead, visit, "晚")
    assert enterprise.object_(walk.firm, visit, "对第2项有异议").kind == "objection"


def test_hand_over_of_the_notice_is_done_once(walk, stage):
    visit = stage.started()
    first_, second = (outcome.hand_over_notice(walk.lead, visit, "glass", receiver="孙兰", drawing=STROKES) for _ in range(2))
    assert first_.pk == second.pk
    assert Paper.objects.filter(matter=visit.number, kind="delivery").count() == 1
