"""Acts on a visit, each one line: before the door, at the door, the record, the end, the enterprise's own."""

# No postponed annotations: the operations' signatures are read when they are declared.
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, File, Form, Path, Router
from ninja.files import UploadedFile

from jiangcheng.api import acts, base, visits
from jiangcheng.api import visit_words as w
from jiangcheng.api.errors import ANSWERS
from jiangcheng.api.gate import FORM, Gate, TooMany, security
from jiangcheng.api.visit_table import act, done, drawing_of, file_of
from jiangcheng.api.visits import find_visit
from jiangcheng.inspection.items.models import Question
from jiangcheng.inspection.plans import queries as plans
from jiangcheng.inspection.visits import draw, seats
from jiangcheng.inspection.visits.actions import archive, door, enterprise, outcome, record, scheme
from jiangcheng.inspection.visits.models import Draw, Order, Recusal, Visit
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers import files
from jiangcheng.papers.models import Paper
from jiangcheng.parties import limits
from jiangcheng.parties.models import Site
from jiangcheng.parties.scope import scope, visible_or_404

router = Router(tags=["办理检查"])
OFFICER, HEAD, FIRM = ("officer",), ("head",), ("enterprise",)
OFFICERS = Gate("officer")
UPLOADER = Gate("officer", find=find_visit, takes=FORM)


def _refuse(sentence: str, way: str, field: str = "") -> Refused:
    return Refused([Breach(sentence, (Remedy(way),), field)])


# --- beginning ---


def _row(request: HttpRequest, pk: int) -> Any:
    found = next((r for r in plans.usable_rows(request.actor.body, calendar.today()) if r.pk == pk), None)
    if found is None:
        raise _refuse("没有找到本单位可以使用的这一计划行。", "选择已经备案的计划行", "row")
    return found


@router.post("/draws", auth=OFFICERS, url_name="api-draws", response={201: acts.DoneOut, **ANSWERS}, operation_id="draw_make",
             summary="抽取检查对象", openapi_extra=security(OFFICERS))
def make_draw(request: HttpRequest, said: Annotated[w.DrawIn, Body()], key: acts.Key = "") -> HttpResponse:
    """A recorded random draw for a plan row of the own body."""

    def work() -> dict[str, Any]:
        drawn = draw.draw_subjects(request.actor, _row(request, said.row), said.count, draw.Pool(q=said.pool.strip()))
        return {"number": drawn.number, "state": "drawn", "word": "已抽取", "receipt": None, "made": {"subjects": len(drawn.result)}}

    return acts.once(request, key, work, 201)


@visits.router.post("/visits", auth=OFFICERS, url_name="api-visits", tags=router.tags,
                     response={201: acts.DoneOut, **ANSWERS}, operation_id="visit_draft", summary="起草检查方案", openapi_extra=security(OFFICERS))
def draft(request: HttpRequest, said: Annotated[w.DraftIn, Body()], key: acts.Key = "") -> HttpResponse:
    """A scheme from a plan row or, as a follow-up, from an order."""
    actor, ground = request.actor, {}
    if said.row is not None:
        ground["row_id"] = _row(request, said.row).pk
    if said.order is not None:
        ground["order_id"] = visible_or_404(actor, Order.objects.all(), number=said.order).pk
    if said.draw is not None:
        ground["draw_id"] = visible_or_404(actor, Draw.objects.all(), number=said.draw).pk
    if said.site is not None:
        ground["site_id"] = _site(actor, said.site)
    fields = said.fields()
    reason = fields.pop("pick_reason", "")
    return acts.once(request, key, lambda: done(scheme.draft(actor, **ground, pick_reason=reason, **fields)), 201)


def _site(actor: Actor, pk: int) -> int:
    """A place in the territory of the body: others may not be named, nor learnt of."""
    if not scope(actor, Site.objects.filter(pk=pk)).exists():
        raise _refuse("没有找到本辖区的这一场所。", "另选场所", "site")
    return pk


def _save(actor: Actor, v: Visit, said: w.SchemeIn) -> None:
    site = _site(actor, said.site) if said.site is not None and said.site != v.site_id else None
    scheme.save_scheme(actor, v, site_id=site, item_ids=said.items, **said.fields())


act(router, "scheme", "修改检查方案", OFFICER, w.SchemeIn, _save)
act(router, "officers", "确定检查人员", OFFICER, w.OfficersIn, lambda a, v, s: scheme.set_officers(
    a, v, [(p.person, p.role) for p in s.officers], declared=s.declared))
act(router, "declare", "声明无须回避", OFFICER, w.Nothing, lambda a, v, s: scheme.declare(a, v))
act(router, "submit", "提交审批", OFFICER, w.OpinionIn, lambda a, v, s: scheme.submit(a, v, s.opinion))
act(router, "withdraw", "撤回", OFFICER, w.Nothing, lambda a, v, s: scheme.withdraw(a, v))
act(router, "approve", "批准", HEAD, w.OpinionIn, lambda a, v, s: scheme.approve(a, v, s.opinion))
act(router, "return", "退回修改", HEAD, w.OpinionIn, lambda a, v, s: scheme.return_(a, v, s.opinion))
act(router, "issue-code", "领取检查码", OFFICER, w.Nothing, lambda a, v, s: {"short": scheme.issue_code(a, v).short})
act(router, "replace-officer", "更换人员", HEAD, w.ReplaceIn, lambda a, v, s: scheme.replace_officer(a, v, s.seat, s.person, s.opinion))
act(router, "reschedule", "申请调整时间", OFFICER, w.WindowIn,
    lambda a, v, s: scheme.reschedule(a, v, s.window_start, s.window_end, s.reason))
act(router, "drop", "撤销检查（到场以前）", (*OFFICER, *HEAD), w.ReasonIn, lambda a, v, s: scheme.drop(a, v, s.reason))
act(router, "announce", "预告", OFFICER, w.Nothing, lambda a, v, s: door.announce(a, v))

# --- at the door ---


def _arrive(actor: Actor, v: Visit, said: w.ArriveIn) -> Any:
    way = door.scan_by_officer if said.scanned else door.type_uscc
    return way(actor, v, said.scanned or said.typed).receipt


def _offline(actor: Actor, v: Visit, said: w.OfflineIn) -> Any:
    return door.arrive_offline(actor, v, reason=said.reason, device_at=said.device_at, photo=file_of(v, said.photo)).receipt


def _recusal(v: Visit, pk: int) -> Recusal:
    found = Recusal.objects.select_related("visit", "officer").filter(visit=v, pk=pk).first()
    if found is None:
        raise _refuse("没有找到本次检查的这项回避申请。", "刷新后重试", "recusal")
    return found


act(router, "certificates", "展示证件", OFFICER, w.Nothing, lambda a, v, s: door.show_certificate(a, v))
act(router, "notice", "出具通知书", OFFICER, w.Nothing, lambda a, v, s: {"paper": door.issue_notice(a, v).code})
act(router, "arrive", "扫企业码或者录入信用代码", OFFICER, w.ArriveIn, _arrive)
act(router, "arrive-offline", "无网络登记", OFFICER, w.OfflineIn, _offline)
act(router, "confirm", "企业确认人员到场", FIRM, w.ConfirmIn,
    lambda a, v, s: door.confirm_by_enterprise(a, v, rotating=s.rotating, seen=s.seen, place=s.place).receipt)
act(router, "seen", "企业回答是否出示证件", FIRM, w.SeenIn, lambda a, v, s: door.answer_seen(a, v, s.seen))
act(router, "start", "开始检查", OFFICER, w.Nothing, lambda a, v, s: door.start(a, v))
act(router, "take-over", "接续主办", OFFICER, w.ReasonIn, lambda a, v, s: door.take_over_lead(a, v, s.reason))
act(router, "not-done", "未实施", OFFICER, w.NotDoneIn, lambda a, v, s: door.not_done(a, v, s.why, s.note, photo=file_of(v, s.photo)))
act(router, "resume-refused", "企业改变意见，继续", OFFICER, w.Nothing, lambda a, v, s: door.resume_refused(a, v))
act(router, "break-off", "中止检查", OFFICER, w.ReasonIn, lambda a, v, s: door.break_off(a, v, s.reason))
act(router, "resume", "继续检查", OFFICER, w.Nothing, lambda a, v, s: door.resume(a, v))
act(router, "revoke", "撤销检查（监督）", ("supervisor", "superior"), w.ReasonIn, lambda a, v, s: door.revoke(a, v, s.reason))
act(router, "mismatch", "反映人员不符", FIRM, w.TextIn, lambda a, v, s: {"report": door.report_mismatch(a, v, s.text).pk})
act(router, "clear-report", "核实企业反映", HEAD, w.ReasonIn, lambda a, v, s: door.clear_report(a, v, s.reason))
act(router, "recusal", "申请回避", (*OFFICER, *FIRM), w.RecusalIn,
    lambda a, v, s: {"recusal": door.request_recusal(a, v, s.seat, s.reason, for_firm=s.for_firm).pk})
act(router, "decide-recusal", "决定是否回避", HEAD, w.DecideIn,
    lambda a, v, s: door.decide_recusal(a, _recusal(v, s.recusal), s.granted, s.note))
act(router, "check-offline", "核查无网络登记", ("supervisor",), w.VerdictIn, lambda a, v, s: door.check_offline(a, v, s.verdict, s.note))

# --- the record ---


def _question(v: Visit, pk: int) -> Question:
    found = Question.objects.filter(pk=pk, version__visits__visit=v).first()
    if found is None:
        raise _refuse("没有找到本次检查的这一检查要点。", "按检查详情中的编号填写", "question")
    return found


def _answer(actor: Actor, v: Visit, said: w.AnswerIn) -> dict[str, Any]:
    photos = [file_of(v, pk, "photos") for pk in said.photos]
    found = record.answer(actor, v, _question(v, said.question), said.verdict, said.text, said.method, photos, said.device_at, said.method_law)
    return {"kept": found.kept, "over": found.over}


def _sign(actor: Actor, v: Visit, said: w.SignIn) -> dict[str, Any]:
    row = record.sign(
        actor, v, said.kind, said.way, name=said.name, person=said.person, drawing=drawing_of(said.drawing), file=file_of(v, said.file, "file"),
        code=said.code, reason=said.reason, witness=said.witness,
    )
    return {"signature": row.pk}


act(router, "answer", "记录一项检查情况", OFFICER, w.AnswerIn, _answer)
act(router, "all-fine", "其余各项未发现问题", OFFICER, w.Nothing, lambda a, v, s: {"answers": len(record.all_fine(a, v))})
act(router, "statement", "记录陈述申辩", OFFICER, w.TextIn, lambda a, v, s: record.set_statement(a, v, s.text))
act(router, "receiver", "登记接待人", OFFICER, w.ReceiverIn, lambda a, v, s: record.set_receiver(a, v, s.name, s.role))
act(router, "guidance", "记录指导、教育", OFFICER, w.TextIn, lambda a, v, s: record.set_guidance(a, v, s.text))
act(router, "sign", "笔录签名", OFFICER, w.SignIn, _sign)

# --- the end ---


def _delivery(v: Visit, said: w.DeliverIn) -> dict[str, Any]:
    values = said.model_dump(exclude={"manner", "drawing", "proof"})
    given = {name: value for name, value in values.items() if value}
    if said.drawing is not None:
        given["drawing"] = drawing_of(said.drawing)
    if said.proof is not None:
        given["proof"] = file_of(v, said.proof, "proof")
    return given


def _deliver(actor: Actor, v: Visit, said: w.DeliverIn) -> dict[str, Any]:
    papers = outcome.undelivered(v)
    if not papers:
        raise _refuse("没有待送达的文书。", "查看本次检查的文书")
    return {"delivery": outcome.deliver(actor, v, papers, said.manner, **_delivery(v, said)).pk}


def _amend(actor: Actor, v: Visit, said: w.AmendIn) -> dict[str, Any]:
    found = visible_or_404(actor, Paper.objects.filter(matter_kind="visit", matter=v.number), code=said.paper)
    return {"paper": outcome.amend(actor, v, found, [c.model_dump() for c in said.changes], said.reason).code}


act(router, "deliver-notice", "送达通知书", OFFICER, w.DeliverIn,
    lambda a, v, s: {"delivery": outcome.hand_over_notice(a, v, s.manner, **_delivery(v, s)).pk})
act(router, "finish", "结束检查", OFFICER, w.FinishIn,
    lambda a, v, s: outcome.finish(a, v, s.outcomes, [o.model_dump() for o in s.orders], s.guidance))
act(router, "tell", "告知结果", OFFICER, w.DeliverIn, lambda a, v, s: outcome.tell(a, v, s.manner, **_delivery(v, s)))
act(router, "deliver", "送达其余文书", OFFICER, w.DeliverIn, _deliver)
act(router, "case-number", "填写立案文号", OFFICER, w.NumberIn, lambda a, v, s: outcome.enter_case_number(a, v, s.number))
act(router, "close", "办结", OFFICER, w.Nothing, lambda a, v, s: outcome.close(a, v))
act(router, "archive", "归档", OFFICER, w.Nothing, lambda a, v, s: {"archive": archive.archive_visit(a, v).number})
act(router, "amend", "更正（补充）说明", OFFICER, w.AmendIn, _amend)

# --- the enterprise ---


def _receive(actor: Actor, v: Visit, said: w.ReceiveIn) -> dict[str, Any]:
    made = enterprise.receive(actor, v, name=said.name, role=said.role, drawing=drawing_of(said.drawing))
    return {"delivery": made.pk if made else None}


act(router, "state-case", "陈述意见", FIRM, w.TextIn, lambda a, v, s: enterprise.state_case(a, v, s.text))
act(router, "sign-record", "企业在笔录上签名", FIRM, w.FirmSignIn, lambda a, v, s: {
    "signature": enterprise.sign_record(a, v, name=s.name, drawing=drawing_of(s.drawing), code=s.code).pk})
act(router, "decline", "不签名", FIRM, w.DeclineIn, lambda a, v, s: {"report": enterprise.decline(a, v, name=s.name, reason=s.reason).pk})
act(router, "receive", "签收文书", FIRM, w.ReceiveIn, _receive)
act(router, "object", "对结果有异议", FIRM, w.TextIn, lambda a, v, s: {"report": enterprise.object_(a, v, s.text).pk})


# --- files ---


def count_upload(actor: Actor) -> None:
    """One more file of this account this minute."""
    if seconds := limits.wait("upload", f"account/{actor.account}"):
        raise TooMany(seconds)


TAKING = ("to_enter", "arrived", "inspecting", "broken_off", "not_done", "to_tell", "told", "following")


def _keep(actor: Actor, v: Visit, file: Any, **about: Any) -> Any:
    """Evidence of a running inspection stands in its record; before and after it a file belongs to an act of the door or the end."""
    if v.started_at is not None and about["purpose"] in ("evidence", "audio") and v.state in ("inspecting", "broken_off"):
        return record.add_photo(actor, v, file, **about)
    if not seats.on_visit(actor, v):
        raise _refuse("您不是本次检查的检查人员，文件没有保存。", "请由检查人员办理", "file")
    if v.state not in TAKING:
        raise _refuse(f"本次检查现在是“{v.state_word}”，不再接收文件。", "查看本次检查", "file")
    return files.keep(file, matter=v.number, actor=actor, **about)


@router.post("/visits/{number}/files", auth=UPLOADER, url_name="api-visit-files", response={201: acts.DoneOut, **ANSWERS},
             operation_id="visit_file", summary="上传照片、录音或者凭证", openapi_extra=security(UPLOADER))
def upload(
    request: HttpRequest, number: Annotated[str, Path(max_length=40)], file: Annotated[UploadedFile, File()],
    purpose: Annotated[w.FilePurpose, Form()] = "evidence",
    taken_at: Annotated[base.Moment | None, Form()] = None, place: Annotated[str, Form(max_length=40)] = "", key: acts.Key = "",
) -> HttpResponse:
    """A file of the visit, judged by its content. ``made.file`` is the number that the other acts take."""
    count_upload(request.actor)

    def work() -> dict[str, Any]:
        kept = _keep(request.actor, request.found, file, key=key, taken_at=taken_at, place=place, purpose=purpose)
        return done(request.found, None, file=kept.pk, sha256=kept.sha256)

    return acts.once(request, key, work, 201)
