"""Data of the papers of a visit up to its record, in the fields that ``papers.render.shapes`` asks for; ``sheet_ends``
has those after it. Wording of our own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.items.words import METHODS
from jiangcheng.inspection.visits import sheet_words as text
from jiangcheng.inspection.visits import words
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.rules.record import NOTICE, NoticeFacts
from jiangcheng.inspection.visits.sheet_ends import amendment, file_index, order, result, transfer
from jiangcheng.inspection.visits.sheet_parts import (
    KINDS,
    MANNERS,
    NONE,
    OUTCOMES,
    choice,
    code_of,
    complaint,
    counted,
    firm,
    media_of,
    names,
    number_of,
    officers,
    receipt,
    short_code,
    span,
    stamp,
    versions,
)
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Refused, check_all, enforces
from jiangcheng.papers import glass
from jiangcheng.papers.issue import cn_day, cn_time
from jiangcheng.papers.models import StoredFile

__all__ = [
    "amendment", "approval", "check_notice", "code_of", "counted", "file_index", "firm", "names", "notice", "officers", "order", "receipt",
    "record", "result", "short_code", "span", "transfer", "versions",
]

METHOD_WORDS = dict(METHODS)
RESULTS = {"fine": "符合", "problem": "不符合", "na": "不适用"}


# --- approval ------------------------------------------------------------------------------------------------------


def _source(visit: Visit) -> tuple[str, str]:
    if visit.order_id:
        return f"{visit.order.visit.number}的责令文书{visit.order.number}，期限{cn_day(visit.order.due)}。", "跟踪检查，不占用年度频次。"
    row = visit.row
    if row is None:
        return "具体线索。", "无计划行。"
    how = dict(words.CHOSEN).get(visit.chosen, "")
    drawn = f"，抽取记录编号{visit.draw.number}" if visit.draw_id else f"，理由：{visit.pick_reason}" if visit.pick_reason else ""
    return f"{row.plan}第{row.n}行；对象确定方式为{how}{drawn}。", f"计划{row.plan.state_word}。"


def _frequency(visit: Visit, known: Any) -> dict[str, str]:
    limits = list(getattr(known, "limits", ()))
    if visit.kind == "case" or not limits:
        why = "个案检查，不计入年度频次。" if visit.kind == "case" else "没有公布可以自动核对的频次上限。"
        return {"this": "—", "limit": "—", "used": "—", "note": why}
    first = limits[0]
    note = "上限依据：" + "；".join(x.words for x in limits if x.words) if any(x.words for x in limits) else ""
    return {"this": f"{first.period}第{first.done + 1}次", "limit": f"{first.limit}次", "used": f"{first.done}次", "note": note}


def _submitted(visit: Visit) -> dict[str, Any]:
    leaf = ledger.history(visit).filter(act="visit.submit").last()
    said = {"label": ["承办人", "意　见"], "text": text.SUBMIT_OPINION, "role": "承办人", "name": visit.drafted_by.name}
    if leaf is None:
        return said
    return said | {"text": leaf.opinion or said["text"], "name": leaf.actor_name or said["name"], "time": stamp(leaf.at)}


def approval(visit: Visit, known: Any = None, actor: Actor | None = None, opinion: str = "") -> dict[str, Any]:
    """行政检查审批表. ``known`` are the facts of the scheme (limits), ``actor`` the head who approves now."""
    found = versions(visit)
    source, plan = _source(visit)
    now = timezone.now()
    questions = facts.questions(visit)
    standard = "；".join(dict.fromkeys(v.standard or "国务院主管部门未公布检查标准" for v in found))
    head = {
        "label": ["单位负责人", "审批意见"], "text": opinion or "同意。", "role": "负责人",
        **({"name": actor.name, "time": stamp(now)} if actor else {}),
    }  # fmt: skip
    return {
        "enterprise": firm(visit), "kind": choice(KINDS, [visit.kind]), "manner": choice(MANNERS, [visit.manner]),
        "source": source, "plan": plan, "standard": f"{standard}，检查要点共{len(questions)}项。",
        "items": "；".join(f"{v.name}（事项编码{v.item.code}，第{v.n}版）" for v in found),
        "basis": "\n".join(dict.fromkeys(v.basis for v in found)), "frequency": _frequency(visit, known),
        "window": f"{span(visit.window_start, visit.window_end)}，预计{visit.minutes}分钟。",
        "officers": officers(visit), "helpers": visit.helpers or NONE, "why_on_site": visit.why_onsite or "—",
        "merge": text.MERGE[visit.merge].format(note=visit.merge_note.strip().rstrip("。")),
        "recusal": _recusal(visit), "risk": visit.risk or text.RISK, "urgent": "否",
        "checks": text.CHECKS.format(time=stamp(now)), "opinions": [_submitted(visit), head],
        "annex": ["检查方案：" + (visit.steps or "—"), *([f"抽取记录{visit.draw.number}"] if visit.draw_id else [])],
        "principles": text.PRINCIPLES,
    }  # fmt: skip


def _recusal(visit: Visit) -> str:
    on = facts.current_officers(visit)
    declared = "、".join(o.person.name for o in on if o.recusal_declared_at)
    others = "、".join(o.person.name for o in on if not o.recusal_declared_at)
    parts = [f"{declared}已声明与该企业没有利害关系" if declared else "", f"{others}须在领取检查码前声明" if others else ""]
    return "；".join(p for p in parts if p) + "。"


# --- notice --------------------------------------------------------------------------------------------------------


@enforces("327-17-3", "327-18-3", "HR-18-2", "HR-17-7")
def notice(visit: Visit, *, claim_code: str = "", presence_law: str = "") -> dict[str, Any]:
    """行政检查通知书 with items, basis, rights, duties, five prohibitions, complaint line, and the code by which the
    enterprise claims its account. Refused when one of them is missing, or when a text demands the head's presence."""
    found, code = versions(visit), code_of(visit)
    items = [{"name": v.name, "basis": v.basis, "scope": v.content or text.SCOPE} for v in found]
    phone, office = complaint(visit)
    opening = text.OPENING[visit.kind].format(when=span(visit.window_start, visit.window_end))
    check_notice(visit, items, phone, (opening, visit.steps, visit.why_onsite), presence_law)
    until = f"（有效期至{cn_time(code.window_end)}）" if code else ""
    return {
        "enterprise": firm(visit), "officers": officers(visit), "opening": opening, "items": items,
        "facts": {"kind": KINDS[visit.kind], "frequency": counted(visit, ahead=True), "place": firm(visit)["site"],
                  "code": short_code(code) + until},
        "officers_note": text.OFFICERS_NOTE, "rights": list(text.RIGHTS), "duties": list(text.DUTIES), "fees": text.FEES,
        "complaint": {"name": office, "phone": phone, "hours": "工作日", "web": "扫描检查码后点“我要反映”"},
        "annex": ["涉企行政检查五个严禁"], "prohibitions": [list(p) for p in text.PROHIBITIONS],
        "prohibitions_note": text.PROHIBITIONS_NOTE,
        "ending": ["特此通知。", *([text.CLAIM.format(code=claim_code)] if claim_code else [])],
        "receipt": receipt(text.NOTICE_RECEIPT, names(visit)),
    }  # fmt: skip


def check_notice(visit: Visit, items: list[dict[str, str]], phone: str, texts: tuple[str, ...], presence_law: str) -> None:
    """Refuse a notice that lacks what article 18 asks for."""
    known = NoticeFacts(
        visit.number, tuple((i["name"], i["basis"]) for i in items), text.RIGHTS, text.DUTIES, len(text.PROHIBITIONS), phone,
        texts, presence_law,
    )  # fmt: skip
    if broken := check_all(NOTICE, known):
        raise Refused(broken)


# --- record --------------------------------------------------------------------------------------------------------


def _told(visit: Visit) -> list[dict[str, str]]:
    on = facts.current_officers(visit)
    seen = {o.seen for o in on}
    shown = [o for o in on if o.shown_at]
    if seen == {"yes"}:
        first = "已出示，经核对与本人相符。"
    elif "no" in seen:
        first = "当事人表示有人员未出示，执法人员随后出示：" + "；".join(f"{o.person.name}{cn_time(o.shown_at)}" for o in shown)
    else:
        first = "执法人员已出示（" + "；".join(f"{o.person.name}{cn_time(o.shown_at)}" for o in shown) + "），当事人未另作说明。"
    return [
        {"q": text.TOLD_WHO.format(body=visit.body.name), "a": first},
        {"q": text.TOLD_NOTICE, "a": _notice_answer(visit)},
        {"q": text.TOLD_RECUSAL, "a": _recusal_answer(visit)},
    ]  # fmt: skip


def _notice_answer(visit: Visit) -> str:
    paper = facts.notice(visit)
    got = paper.deliveries.exclude(delivered_at=None).order_by("id").first() if paper else None
    if got is None:
        return "通知书已当场出具，尚未签收。" if paper else "尚未出具通知书。"
    if got.state == "refused":
        return f"拒收，理由：{got.reason}。见证人：{got.witness}。"
    return f"通知书已由{got.receiver or '企业'}收到（{got.get_manner_display()}，{cn_time(got.delivered_at)}）。"


def _recusal_answer(visit: Visit) -> str:
    asked = list(visit.recusals.select_related("officer__person").order_by("id"))
    if not asked:
        return "未申请回避。"
    verdict = {True: "准予", False: "不予准许", None: "待决定"}
    return "；".join(f"{r.sentence}，理由：{r.reason}，决定：{verdict[r.granted]}" for r in asked) + "。"


def _photo_numbers(media: Sequence[StoredFile]) -> dict[int, str]:
    counts: dict[str, int] = {}
    out = {}
    for f in media:
        word = "录音" if f.mime.startswith("audio/") else "资料" if f.mime == "application/pdf" else "照片"
        counts[word] = counts.get(word, 0) + 1
        out[f.pk] = f"{word}{counts[word]}"
    return out


def _finding(line: facts.Line, numbers: dict[int, str]) -> dict[str, str]:
    a = line.answer
    shown = [numbers[p.pk] for p in a.photos.all() if p.pk in numbers]
    said = a.text or ("未发现问题。" if a.verdict == "fine" else "不涉及。" if a.verdict == "na" else "")
    method = METHOD_WORDS[a.method] + (f"，依据{a.method_law}" if a.method_law else "")
    return {
        "item": line.question.text, "basis": line.question.basis or line.question.version.basis[:60], "method": method,
        "text": said + (f"（{'、'.join(shown)}）" if shown else ""), "result": RESULTS[a.verdict],
    }  # fmt: skip


def _scan(visit: Visit) -> str:
    if visit.arrived_at is None:
        return "—"
    code = code_of(visit)
    way = code.get_used_by_display() if code and code.used_by else "登记到场"
    why = f"，原因：{dict(words.OFFLINE_REASONS).get(visit.offline_reason, visit.offline_reason)}" if visit.offline_reason else ""
    return f"{cn_time(visit.arrived_at)}{way}{why}"


def _signatures(visit: Visit) -> tuple[dict[str, Any], str, str]:
    """Signatures as printed, the words on a refusal, and the witnesses."""
    lead = [o.person_id for o in facts.current_officers(visit)]
    out: dict[str, Any] = {}
    declared, refused, witnesses = facts.unsigned(visit), "", []
    for s in facts.signatures(visit):
        if s.way == "refused":
            refused = f"当事人{s.name}拒绝签名，理由：{s.reason}。见证人：{s.witness}（{cn_time(s.at)}）"
            witnesses.append(s.witness)
            continue
        drawn = glass.printed(s.file, s.name, cn_time(s.at))
        if s.kind == "enterprise":
            out.setdefault("firm", drawn)
        elif s.kind == "witness":
            out.setdefault("witness", drawn)
            witnesses.append(s.name)
        elif s.person_id in lead:
            out["lead" if s.person_id == lead[0] else "second"] = drawn
    if declared:
        refused = f"当事人在自己的手机上声明不签名，理由：{declared.text}（{cn_time(declared.at)}）" + (f"；{refused}" if refused else "")
    return out, refused, "、".join(dict.fromkeys(witnesses))


@enforces("327-18-4", "327-20-1")
def record(visit: Visit, outcomes: Sequence[str], ended_at: datetime) -> dict[str, Any]:
    """现场检查笔录: what was told, findings with method and evidence, statement, outcome, signatures or refusal."""
    media = media_of(visit)
    numbers = _photo_numbers(media)
    signed, refused, witness = _signatures(visit)
    present = f"{visit.receiver}（{visit.receiver_role or '企业人员'}）" if visit.receiver else "—"
    return {
        "enterprise": firm(visit), "officers": officers(visit), "notice_no": number_of(visit), "code": short_code(code_of(visit)),
        "begin": cn_time(visit.started_at or ended_at), "end": cn_time(ended_at), "scan": _scan(visit), "present": present,
        "helpers": visit.helpers or NONE, "witness": witness or NONE, "told": _told(visit),
        "findings": [_finding(x, numbers) for x in facts.lines(visit) if x.answer],
        "media": [
            {"no": numbers[f.pk], "what": f.name, "time": f"{timezone.localtime(f.taken_at or f.uploaded_at):%H:%M}",
             "by": f.uploaded_by.name if f.uploaded_by else "企业", "digest": f"{f.sha256[:4]}…{f.sha256[-4:]}"}
            for f in media
        ],
        "statement": visit.statement or "当事人未作陈述申辩。", "outcome": choice(OUTCOMES, outcomes), "confirm": text.CONFIRM,
        "refusal": {"text": text.REFUSAL, "value": refused}, "signatures": signed,
    }  # fmt: skip
