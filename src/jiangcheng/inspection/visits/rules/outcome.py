"""Rules of the end of a visit (articles 17-21, 25; HR-20-1). Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from jiangcheng.inspection.visits.rules.record import demands_head, to_finish, to_record
from jiangcheng.law.rule import Breach, Remedy, Rule, rule

OUTCOME_WORDS = {"none": "未发现违法行为", "stop": "责令停止违法行为", "correct": "责令改正", "punish": "转立案审查"}
ORDERS = ("stop", "correct")


def _visit(number: str, text: str) -> Remedy:
    return Remedy(text, "visit-detail", (("number", number),))


# --- finish --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrderDraft:
    """An order as the officer filled it: points with fact, ground and what to do; term with its ground or reason."""

    kind: str
    points: tuple[tuple[str, str, str], ...]
    due: date | None
    law_term: str = ""
    term_reason: str = ""
    presence_law: str = ""


@dataclass(frozen=True)
class FinishFacts:
    """A visit about to end: findings by verdict, signatures on the record as it stands, outcomes, orders, notice."""

    number: str
    today: date
    onsite: bool
    needs_notice: bool
    questions: int
    unanswered: tuple[str, ...] = ()
    wordless: tuple[str, ...] = ()
    lawless: tuple[str, ...] = ()
    problems: int = 0
    firm_signed: bool = False
    officers_missing: tuple[str, ...] = ()
    recusal_open: bool = False
    notice_issued: bool = False
    notice_receipted: bool = False
    outcomes: tuple[str, ...] = ()
    orders: tuple[OrderDraft, ...] = ()
    proposed_days: int = 15
    guidance: str = ""
    begun: bool = True


@rule("327-17-4", "327-18-2")
def was_begun(f: FinishFacts) -> Breach | None:
    """What was not started, with all that the start asks for, cannot end."""
    if f.begun:
        return None
    return Breach("检查还没有开始，不能结束。", (_visit(f.number, "返回现场后开始检查"), _visit(f.number, "未实施的，登记未实施")))


@rule("327-18-4")
def every_question_answered(f: FinishFacts) -> Iterator[Breach]:
    """The record holds a finding on every question, problems in words, other methods with their source."""
    if not f.questions:
        yield Breach("检查事项没有检查要点，笔录没有内容。", (Remedy("联系计划管理员补全检查标准", "planner-items"),))
    if f.unanswered:
        listed = "、".join(f.unanswered)
        yield Breach(f"还有 {len(f.unanswered)} 项没有检查情况：第 {listed} 项。", (to_record(f.number, "逐项填写"),), "answers")
    if f.wordless:
        yield Breach(f"第 {'、'.join(f.wordless)} 项发现问题，但没有写明情况。", (to_record(f.number, "写明情况"),), "answers")


@rule("327-19-1")
def other_methods_sourced(f: FinishFacts) -> Breach | None:
    """A method beyond the named ones has its legal source."""
    if not f.lawless:
        return None
    return Breach(f"第 {'、'.join(f.lawless)} 项采用其他检查方法，没有写明依据。", (to_record(f.number, "填写依据"),), "answers")


@rule("327-18-4")
def record_signed(f: FinishFacts) -> Iterator[Breach]:
    """The enterprise signs the record as it stands, or its refusal is on record; every officer signs."""
    if f.onsite and not f.firm_signed:
        ways = (to_finish(f.number, "当事人签名"), to_finish(f.number, "拒绝签名（需理由和见证人）"))
        yield Breach("当事人尚未在笔录上签名。", ways, "signatures")
    for name in f.officers_missing:
        yield Breach(f"检查人员{name}尚未在笔录上签名。", (to_finish(f.number, "检查人员签名"),), "signatures")


@rule("HR-18-2")
def recusal_settled(f: FinishFacts) -> Breach | None:
    """An open request for recusal is decided first."""
    if not f.recusal_open:
        return None
    return Breach("回避申请还没有决定，不能结束检查。", (Remedy("请单位负责人决定", "head-home"),))


@rule("327-17-3", "HR-17-2")
def notice_given(f: FinishFacts) -> Breach | None:
    """The notice was issued and received, or its refusal is on record."""
    if not f.needs_notice or (f.notice_issued and f.notice_receipted):
        return None
    if not f.notice_issued:
        return Breach("尚未出具行政检查通知书。", (_visit(f.number, "出具通知书"),), "notice")
    return Breach("行政检查通知书没有签收或者拒收记录。", (_visit(f.number, "当场签收"), _visit(f.number, "登记拒收（需见证人）")), "notice")


@rule("327-20-1")
def outcome_fits_findings(f: FinishFacts) -> Iterator[Breach]:
    """Nothing found is recorded as such and stands alone; a problem found calls for something."""
    fix = (to_finish(f.number, "重新选择处理结果"),)
    chosen = set(f.outcomes)
    if unknown := chosen - OUTCOME_WORDS.keys():
        yield Breach(f"没有“{'、'.join(sorted(unknown))}”这种处理结果。", fix, "outcomes")
    if not chosen:
        yield Breach("没有选择处理结果。", fix, "outcomes")
    elif f.problems and "none" in chosen:
        yield Breach(f"笔录记录了 {f.problems} 项问题，处理结果不能是“未发现违法行为”。", fix, "outcomes")
    elif not f.problems and chosen != {"none"}:
        yield Breach("笔录没有记录问题，处理结果只能是“未发现违法行为”。", (*fix, to_record(f.number, "补记发现的问题")), "outcomes")


def _order_breaches(f: FinishFacts, kind: str) -> Iterator[Breach]:
    word, fix = OUTCOME_WORDS[kind], (to_finish(f.number, f"填写{OUTCOME_WORDS[kind]}通知书"),)
    mine = [o for o in f.orders if o.kind == kind]
    if kind in f.outcomes and not mine:
        yield Breach(f"选择了“{word}”，但没有书面的{word}通知书。", fix, "orders")
    if mine and kind not in f.outcomes:
        yield Breach(f"填写了{word}通知书，但处理结果中没有选择“{word}”。", (to_finish(f.number, "重新选择处理结果"),), "outcomes")
    for order in mine:
        if not order.points:
            yield Breach(f"{word}通知书没有责令事项。", fix, "points")
        for n, (fact, ground, todo) in enumerate(order.points, 1):
            lacking = [w for w, text in (("事实", fact), ("依据", ground), ("要求", todo)) if not text.strip()]
            if lacking:
                yield Breach(f"{word}通知书第 {n} 项没有写明{'、'.join(lacking)}。", fix, "points")


@rule("327-20-2")
def stop_in_writing(f: FinishFacts) -> Iterator[Breach]:
    """An order to stop is in writing and names facts, ground and what must stop."""
    yield from _order_breaches(f, "stop")


@rule("327-20-3")
def correct_in_writing(f: FinishFacts) -> Iterator[Breach]:
    """An order to correct is in writing and names facts, ground and what must be done."""
    yield from _order_breaches(f, "correct")


@rule("327-20-3", "HR-20-1")
def term_set(f: FinishFacts) -> Iterator[Breach]:
    """A term that has not passed; where no statute sets it and it differs from the proposal, the reason for it."""
    fix = to_finish(f.number, "填写期限")
    for order in f.orders:
        if order.due is None:
            yield Breach(f"{OUTCOME_WORDS[order.kind]}通知书没有写明期限。", (fix,), "due")
        elif order.due < f.today or (order.kind == "correct" and order.due == f.today):
            yield Breach(f"{OUTCOME_WORDS[order.kind]}的期限不能早于{'明天' if order.kind == 'correct' else '今天'}。", (fix,), "due")
        elif order.kind == "correct" and not order.law_term.strip() and not order.term_reason.strip():
            proposal = f.today + timedelta(days=f.proposed_days)
            if order.due != proposal:
                ways = (Remedy("写明法定期限的依据"), Remedy("写明确定期限的理由"), Remedy(f"采用建议的 {f.proposed_days} 日"))
                yield Breach("改正期限与建议期限不同，没有写明依据或者理由。", ways, "term_reason")


@rule("327-40-02")
def orders_ask_nobody(f: FinishFacts) -> Iterator[Breach]:
    """No order demands that the legal representative be present, unless a statute is cited."""
    for order in f.orders:
        for _, _, todo in order.points:
            if demands_head(todo) and not order.presence_law.strip():
                yield Breach(f"“{todo[:40]}”要求法定代表人到场，不符合规定。", (to_finish(f.number, "删去该要求，或写明法律依据"),), "points")


FINISH: tuple[Rule, ...] = (
    was_begun, every_question_answered, other_methods_sourced, notice_given, recusal_settled, record_signed, outcome_fits_findings,
    stop_in_writing, correct_in_writing, term_set, orders_ask_nobody,
)  # fmt: skip


# --- tell ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TellFacts:
    """The result about to be told: papers of the result, and those that the delivery carries."""

    number: str
    result_issued: bool
    not_sent: tuple[str, ...] = ()


@rule("327-18-5")
def result_sent(f: TellFacts) -> Iterator[Breach]:
    """The result is told in writing, together with the record and the orders, also when nothing was found."""
    if not f.result_issued:
        yield Breach("尚未出具检查结果告知书。", (to_finish(f.number, "结束检查并出具"),))
    for name in f.not_sent:
        yield Breach(f"《{name}》没有一并送达。", (to_finish(f.number, "一并送达"),))


TELL: tuple[Rule, ...] = (result_sent,)


# --- close ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrderStand:
    """How an order stands: corrected, or still open with a further lawful step on record."""

    number: str
    kind: str
    state: str
    further_step: str = ""


@dataclass(frozen=True)
class CloseFacts:
    """A visit about to be closed. ``days`` are working days since its end, ``limit`` the days of HR-18-1."""

    number: str
    not_done: bool
    not_done_why: str = ""
    needs_notice: bool = True
    notice_settled: bool = True
    result_delivered: bool = True
    days: int = 0
    limit: int = 5
    orders: tuple[OrderStand, ...] = ()
    guidance: str = ""
    punish: bool = False
    case_number: str = ""
    order_answered: bool = True


@rule("327-18-5", "HR-18-1")
def told_before_close(f: CloseFacts) -> Breach | None:
    """Not closed until the result was delivered, refused before a witness, or delivery failed on record."""
    if f.not_done or f.result_delivered:
        return None
    late = f"（已 {f.days} 个工作日，应在 {f.limit} 个工作日内告知）" if f.days > f.limit else ""
    way = to_finish(f.number, "平台送达、当场签收、留置送达或邮寄，任选一种并留存凭证")
    return Breach(f"检查结果尚未告知企业，不能办结{late}。", (way,))


@rule("327-17-3", "HR-17-2")
def notice_before_close(f: CloseFacts) -> Breach | None:
    """A visit that took place has its notice, with receipt or refusal."""
    if not f.needs_notice or f.notice_settled:
        return None
    return Breach("没有行政检查通知书的签收或者拒收记录，不能办结。", (_visit(f.number, "补登送达情况"),))


@rule("327-20-5")
def orders_settled(f: CloseFacts) -> Iterator[Breach]:
    """Not closed while a violation stands and no further lawful step is on record."""
    for order in f.orders:
        if order.state == "corrected" or order.further_step:
            continue
        args = (("number", order.number),)
        ways = (Remedy("安排复查", "officer-order", args), Remedy("核对企业提交的整改情况", "officer-order", args), Remedy("逾期不改的，转立案审查"))
        yield Breach(f"{OUTCOME_WORDS[order.kind]}（{order.number}）尚未整改到位，也没有后续处理记录，不能办结。", ways)


@rule("327-20-5")
def guidance_recorded(f: CloseFacts) -> Breach | None:
    """Guidance and education go with every order."""
    if not f.orders or f.guidance.strip():
        return None
    return Breach("没有记录对企业的指导、教育情况。", (to_finish(f.number, "补记指导、教育情况"),), "guidance")


@rule("327-20-4")
def case_number_entered(f: CloseFacts) -> Breach | None:
    """A visit handed over for a penalty ends with the number of that case."""
    if not f.punish or f.case_number.strip():
        return None
    return Breach("已转立案审查，尚未填写立案文号，不能办结。", (to_finish(f.number, "填写立案文号"),), "case_number")


@rule("327-08-2")
def not_done_explained(f: CloseFacts) -> Breach | None:
    """A visit that did not take place says why."""
    if not f.not_done or f.not_done_why.strip():
        return None
    return Breach("没有记录未实施的原因。", (_visit(f.number, "填写原因"),))


@rule("327-20-5")
def follow_up_decides(f: CloseFacts) -> Breach | None:
    """A follow-up visit says whether its order is fulfilled."""
    if f.not_done or f.order_answered:
        return None
    return Breach("复查没有对原责令事项作出是否整改到位的结论。", (to_finish(f.number, "登记复查结论"),))


CLOSE: tuple[Rule, ...] = (
    told_before_close, notice_before_close, orders_settled, guidance_recorded, case_number_entered, not_done_explained,
    follow_up_decides,
)  # fmt: skip


# --- archive -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ArchiveFacts:
    """A closed visit about to be archived: papers it must have and lacks, files altered, holes in its chain of acts."""

    number: str
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    holes: tuple[str, ...] = ()


@rule("327-21-1")
def set_of_papers(f: ArchiveFacts) -> Iterator[Breach]:
    """The papers that the course of the visit called for were made."""
    for name in f.missing:
        yield Breach(f"卷内缺少《{name}》。", (_visit(f.number, "补充制作该文书"),))


@rule("327-25-1")
def papers_intact(f: ArchiveFacts) -> Iterator[Breach]:
    """Nothing altered goes into the archive."""
    for name in f.altered:
        yield Breach(f"“{name}”与登记的摘要不一致，不能归档。", (Remedy("请系统管理员从备份恢复，并告知司法行政部门"),))


@rule("327-08-2")
def chain_whole(f: ArchiveFacts) -> Iterator[Breach]:
    """The whole process is on the record, without a hole."""
    for hole in f.holes:
        yield Breach(f"全过程记录有缺口：{hole}。", (_visit(f.number, "查看办理过程并补充说明"),))


ARCHIVE: tuple[Rule, ...] = (set_of_papers, papers_intact, chain_whole)
