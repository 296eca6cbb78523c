"""Acts of the two offices on filings: remark, file with receipt, return with notice, acknowledge, remind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.plans import facts, flows, lists, queries, seats
from jiangcheng.inspection.plans.models import Filing, Plan, PlanRow, Remark, Reminder
from jiangcheng.inspection.plans.rules import about_rows
from jiangcheng.inspection.plans.words import NINE
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.papers.issue import Batch, attempt, cn_day, cn_time


def _must_be_mine(filing: Filing, actor: Actor) -> None:
    if not seats.office_of_filing(actor, filing) or filing.state != "waiting" or filing.round != filing.plan.round:
        raise Refused([Breach("这份备案已办理或者不由您办理，不能再写意见。", (Remedy("刷新页面，查看最新状态"),), ids=("327-14-2",))])


@enforces("327-14-2")
@transaction.atomic
def remark(filing: Filing, row: PlanRow, actor: Actor, text: str, must_fix: bool = False) -> Remark | None:
    """逐行意见: a hint, or a point that must be mended. Blank words without the mark take the remark away."""
    _must_be_mine(filing, actor)
    if row.plan_id != filing.plan_id:
        raise Refused([Breach("该行不属于这份计划。", ids=("327-14-2",))])
    found = Remark.objects.filter(filing=filing, row=row).first()
    text = text.strip()[:500]
    if not text and not must_fix:
        if found:
            with ledger.act("plans.remark_delete", actor, about=filing.plan, extra={"row": row.n}):
                found.delete()
        return None
    if found and (found.text, found.must_fix) == (text, must_fix):
        return found
    found = found or Remark(filing=filing, row=row)
    found.text, found.must_fix, found.by_id = text, must_fix, actor.person
    with ledger.act("plans.remark", actor, about=filing.plan, duties=("327-14-2",), opinion=text, extra={"row": row.n, "must_fix": must_fix}):
        found.save()
    return found


def _paper(kind: str, filing: Filing, actor: Actor, data: dict[str, Any], act: Callable[[str], Receipt]) -> Receipt:
    """Issue the office's paper and take the step in one transaction; ``act`` gets the paper's number."""
    plan = filing.plan

    def work() -> Receipt:
        batch = Batch(actor, body=filing.office, matter_kind="plan", matter=str(plan.pk), demo=plan.demo)
        batch.add(kind, data)
        with transaction.atomic():
            paper, = batch.settle()
            return act(paper.number)

    return attempt(work)


@enforces("327-14-1", "327-14-5")
def file(filing: Filing, actor: Actor, opinion: str = "") -> Receipt:
    """准予备案: the plan is filed, with a numbered receipt (备案回执); the version before it is replaced."""
    plan = filing.plan
    checked = facts.of(plan, actor, filing=filing)
    _may_decide(filing, actor, "file", checked)

    def act(number: str) -> Receipt:
        now = timezone.now()
        receipt = flows.PLAN.take("file", plan, actor, checked, opinion=opinion, filed_at=now)
        flows.FILING.take("file", filing, actor, opinion=opinion, decided_at=now, decided_by_id=actor.person, number=number)
        for old in Plan.objects.filter(body=plan.body_id, year=plan.year, n__lt=plan.n, state__in=queries.FILED):
            flows.PLAN.take("replaced", old, SYSTEM, opinion=plan.reason)
        return receipt

    return _paper("filing", filing, actor, _receipt_data(filing, actor), act)


@enforces("327-14-2")
def return_(filing: Filing, actor: Actor, opinion: str = "") -> Receipt:
    """退回补正 with a notice that names, row by row, the condition missed."""
    plan = filing.plan
    checked = facts.of(plan, actor, filing=filing)
    _may_decide(filing, actor, "return", checked)

    def act(number: str) -> Receipt:
        receipt = flows.PLAN.take("return", plan, actor, checked, opinion=opinion)
        flows.FILING.take(
            "return", filing, actor, opinion=opinion, decided_at=timezone.now(), decided_by_id=actor.person, number=number
        )
        return receipt

    return _paper("return", filing, actor, _notice_data(filing, actor), act)


def _may_decide(filing: Filing, actor: Actor, step: str, checked: Any) -> None:
    """Everything that would refuse, before a paper is set: state, office, round, rules."""
    _must_be_mine(filing, actor)
    if broken := flows.PLAN.missing(step, checked):
        raise Refused(broken)


def acknowledge(filing: Filing, actor: Actor, opinion: str = "") -> Receipt:
    """收悉 by the superior department."""
    return flows.FILING.take(
        "acknowledge", filing, actor, facts.of(filing.plan, actor), opinion=opinion, decided_at=timezone.now(), decided_by_id=actor.person,
    )


def _title(plan: Plan) -> str:
    return f"{plan.year}年度日常检查计划，第{plan.n}版，共{plan.rows.filter(withdrawn_at=None).count()}行"


def _sent(filing: Filing) -> str:
    plan, limit = filing.plan, queries.deadline(filing.plan.year)
    if plan.n > 1:
        return f"{cn_time(filing.received_at)}（第{plan.n - 1}次调整后重新报送）"
    return f"{cn_time(filing.received_at)}（规定期限为{limit.month}月{limit.day}日前，{'逾期' if plan.late else '按时'}）"


def _superior(plan: Plan) -> str:
    other = plan.filings.filter(round=plan.round, office_kind="superior").first()
    if other is None:
        return "未报送"
    if other.state == "outside":
        return f"{other.office_name}，{cn_day(other.outside_day)}，{other.outside_number}"
    return f"{other.office_name}，{cn_day(other.received_at)}，{other.state_word}"


def _receipt_data(filing: Filing, actor: Actor) -> dict[str, Any]:
    plan = filing.plan
    total = plan.rows.filter(withdrawn_at=None).count()
    notes = {"item_name": "，均在公布的事项清单中", "frequency": "，均未超过公布的上限"}
    return {
        "addressee": plan.body.name,
        "opening": f"你单位报送的《{plan.year}年度日常检查计划》收悉。经审查，符合《武汉市规范涉企行政检查办法》第十三条、"
                   "第十四条的备案条件，予以备案。",
        "rows": [
            ["报送时间", _sent(filing)], ["计划名称和版本", _title(plan)], ["同时报送上级主管部门", _superior(plan)], ["审查人", actor.name],
        ],
        "nine": [{"n": word, "ok": True, "note": f"{total}行{notes.get(name, '')}"} for name, word in NINE],
        "advice": [
            f"请自备案之日起{lists.days_to_publish()}个工作日内依法公示检查计划。",
            "计划调整的，调整后重新报送备案，并公示调整后的计划；新增、扩大的部分备案前不得实施。",
        ],
        "ending": "本回执说明计划已经备案，不代替对单次检查的批准。",
    }


def _notice_data(filing: Filing, actor: Actor) -> dict[str, Any]:
    plan = filing.plan
    faults = filing.remarks.filter(must_fix=True).select_related("row").order_by("row__n")
    total = plan.rows.filter(withdrawn_at=None).count()
    limit = lists.refile_day(plan) if plan.n > 1 else queries.deadline(plan.year)
    return {
        "addressee": plan.body.name,
        "opening": f"你单位报送的《{plan.year}年度日常检查计划》收悉。经审查，其中{len(faults)}行不符合备案条件，现予退回，请补正后重新报送；"
                   f"其余{total - len(faults)}行不需要修改。",
        "rows": [
            ["报送时间", cn_time(filing.received_at)], ["计划名称和版本", _title(plan)], ["审查人", actor.name],
            ["依据", "《武汉市规范涉企行政检查办法》第十三条、第十四条"],
        ],
        "faults": [{"where": f"第{r.row.n}行\n{r.row.item_name}", "reason": r.text, "todo": "按意见补正后重新报送。"} for r in faults],
        "advice": [
            "可在平台“退回修改对照”中逐行补正后重新提交，也可下载有误行填好后导入。",
            f"{'重新备案' if plan.n > 1 else '备案'}截止时间为{cn_day(limit)}24时。",
            "备案前，有关内容不得据以实施日常检查。",
        ],
        "ending": f"联系人：{actor.name}" + (f"　电话：{filing.office.complaint_phone}" if filing.office.complaint_phone else ""),
    }


@enforces("327-13-2")
@transaction.atomic
def remind(body: Any, year: int, actor: Actor, text: str = "") -> Reminder:
    """催办 a supervised body that has not sent its plan; once a day is enough."""
    if not actor.has("supervisor") or body.judicial_office_id != actor.body:
        raise Refused([Breach("该单位不由您所在的司法行政部门监督，不能催办。", ids=("327-13-2",))])
    newest = queries.newest(body.pk, year)
    if newest and newest.submitted_at:
        raise Refused([Breach(f"“{body.name}”已报送{year}年度计划，无需催办。", (Remedy("查看该计划"),), ids=("327-13-2",))])
    now = timezone.now()
    if last := Reminder.objects.filter(body=body, year=year, at__gt=now - timedelta(hours=20)).order_by("-at").first():
        return last
    word = calendar.deadline_text(queries.deadline(year), calendar.today())
    made = Reminder(
        body=body, year=year, at=now, by_id=actor.person,
        text=(text.strip() or f"{year}年度日常检查计划须于{cn_day(queries.deadline(year))}前报送备案（{word}），请尽快办理。")[:300],
    )
    with ledger.act("plans.remind", actor, about=body, duties=("327-13-2",), opinion=made.text):
        made.save()
    return made


def auto_hints(filing: Filing) -> list[tuple[int, str]]:
    """``(row number, words)`` for a person to judge: necessity unchanged since last year, basis below rule level."""
    found = []
    rows = filing.plan.rows.filter(withdrawn_at=None).select_related("copied_from__plan")
    for row in rows:
        old = row.copied_from
        if old and old.plan.year < filing.plan.year and row.necessity and row.necessity == old.necessity:
            found.append((row.n, "必要性与上年文字相同，请人工判断"))
        if row.basis and not any(mark in row.basis for mark in ("法》", "条例》", "办法》", "规定》", "法律", "条例", "规章")):
            found.append((row.n, "检查依据看不出是法律、法规、规章或者国务院决定（平台约定 HR-07-2，仅提示）"))
    return found


def nine_check(filing: Filing) -> list[tuple[str, int]]:
    """``(content, rows that lack or fail it)`` for the nine contents, as the system checks them."""
    checked = facts.of(filing.plan, filing=filing)
    counts = {name: set() for name, _ in NINE}
    for pk, name, _ in about_rows(flows.PLAN.missing("submit", checked)):
        counts[name].add(pk)
    return [(word, len(counts[name])) for name, word in NINE]
