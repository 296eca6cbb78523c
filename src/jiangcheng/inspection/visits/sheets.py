"""Data of every paper of a visit, in the fields that ``papers.render.shapes`` asks for. Wording of our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.items.words import METHODS
from jiangcheng.inspection.visits import sheet_words as text
from jiangcheng.inspection.visits import words
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.rules.record import NOTICE, NoticeFacts
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Refused, check_all, enforces
from jiangcheng.papers import glass
from jiangcheng.papers.issue import TITLES, cn_day, cn_time
from jiangcheng.papers.models import InspectionCode, Paper, StoredFile
from jiangcheng.parties import enterprises

KINDS, MANNERS, ROLES = dict(words.KINDS), dict(words.MANNERS), dict(words.OFFICER_ROLES)
OUTCOMES, METHOD_WORDS = dict(words.OUTCOMES), dict(METHODS)
RESULTS = {"fine": "符合", "problem": "不符合", "na": "不适用"}
NONE = "无"


# --- parts that several papers share -------------------------------------------------------------------------------


def firm(visit: Visit) -> dict[str, str]:
    """The enterprise as it stands on the day of the paper."""
    e = visit.enterprise
    mark = enterprises.mark(e)
    return {
        "name": e.name + (f"（{mark}）" if mark else ""), "uscc": e.uscc, "address": e.address or visit.site.address,
        "site": f"{visit.site.address}（{visit.site.name}）", "head": e.legal_person or "—", "head_role": "法定代表人",
        "phone": enterprises.mask(e.phone) if e.phone else "—",
    }  # fmt: skip


def officers(visit: Visit) -> list[dict[str, str]]:
    """Officers on the visit now, 主办 first."""
    return [{"name": o.person.name, "cert": o.certificate.number, "role": ROLES[o.role]} for o in facts.current_officers(visit)]


def names(visit: Visit) -> str:
    """Officers' names in one line."""
    return "、".join(o["name"] for o in officers(visit))


def receipt(words_said: str, server: str = "") -> dict[str, Any]:
    """The place to sign for a paper."""
    lines = [{"label": "签收人"}, {"label": "职　务"}, {"label": "签收时间"}, {"label": "送达人", "value": server}]
    return {"title": "签收", "text": words_said, "lines": lines, "refusal": "拒绝签收的，由执法人员注明原因："}


def code_of(visit: Visit) -> InspectionCode | None:
    """The visit's newest inspection code."""
    return InspectionCode.objects.filter(visit=visit.number).order_by("-generation").first()


def short_code(code: InspectionCode | None) -> str:
    """7F3K-2M9Q-4T: the short code in groups."""
    return f"{code.short[:4]}-{code.short[4:8]}-{code.short[8:]}" if code else "—"


def span(start: datetime, end: datetime) -> str:
    """2026年11月23日9时30分至11时30分; the day is repeated when it differs."""
    last = cn_time(end)
    return f"{cn_time(start)}至{last.removeprefix(cn_day(start))}"


def versions(visit: Visit) -> list[Any]:
    """Item versions of the visit in the order of the scheme."""
    return [i.version for i in visit.items.select_related("version__item").order_by("id")]


def _choice(options: dict[str, str], chosen: Iterable[str]) -> dict[str, list[str]]:
    return {"options": list(options.values()), "chosen": [options[c] for c in chosen]}


def _number_of(visit: Visit) -> str:
    paper = facts.notice(visit)
    return paper.number if paper else "—"


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
    return {"this": f"{first.period}第{first.used + 1}次", "limit": f"{first.limit}次", "used": f"{first.used}次", "note": note}


def _submitted(visit: Visit) -> dict[str, Any]:
    leaf = ledger.history(visit).filter(act="visit.submit").last()
    said = {"label": ["承办人", "意　见"], "text": text.SUBMIT_OPINION, "role": "承办人", "name": visit.drafted_by.name}
    if leaf is None:
        return said
    return said | {"text": leaf.opinion or said["text"], "name": leaf.actor_name or said["name"], "time": _stamp(leaf.at)}


def _stamp(at: datetime) -> str:
    here = timezone.localtime(at)
    return f"{cn_day(here)} {here:%H:%M}"


def approval(visit: Visit, known: Any = None, actor: Actor | None = None, opinion: str = "") -> dict[str, Any]:
    """行政检查审批表. ``known`` are the facts of the scheme (limits), ``actor`` the head who approves now."""
    found = versions(visit)
    source, plan = _source(visit)
    now = timezone.now()
    questions = facts.questions(visit)
    standard = "；".join(dict.fromkeys(v.standard or "国务院主管部门未公布检查标准" for v in found))
    head = {
        "label": ["单位负责人", "审批意见"], "text": opinion or "同意。", "role": "负责人",
        **({"name": actor.name, "time": _stamp(now)} if actor else {}),
    }  # fmt: skip
    return {
        "enterprise": firm(visit), "kind": _choice(KINDS, [visit.kind]), "manner": _choice(MANNERS, [visit.manner]),
        "source": source, "plan": plan, "standard": f"{standard}，检查要点共{len(questions)}项。",
        "items": "；".join(f"{v.name}（事项编码{v.item.code}，第{v.n}版）" for v in found),
        "basis": "\n".join(dict.fromkeys(v.basis for v in found)), "frequency": _frequency(visit, known),
        "window": f"{span(visit.window_start, visit.window_end)}，预计{visit.minutes}分钟。",
        "officers": officers(visit), "helpers": visit.helpers or NONE, "why_on_site": visit.why_onsite or "—",
        "merge": text.MERGE, "recusal": _recusal(visit), "risk": visit.risk or text.RISK, "urgent": "否",
        "checks": text.CHECKS.format(time=_stamp(now)), "opinions": [_submitted(visit), head],
        "annex": ["检查方案：" + (visit.steps or "—"), *([f"抽取记录{visit.draw.number}"] if visit.draw_id else [])],
        "principles": text.PRINCIPLES,
    }  # fmt: skip


def _recusal(visit: Visit) -> str:
    declared = [o for o in facts.current_officers(visit) if o.recusal_declared_at]
    return f"{'、'.join(o.person.name for o in declared) or '检查人员'}已声明与该企业没有利害关系。" if declared else "尚未声明。"


# --- notice --------------------------------------------------------------------------------------------------------


@enforces("327-17-3", "327-18-3", "HR-18-2", "HR-17-7")
def notice(visit: Visit, *, claim_code: str = "", presence_law: str = "") -> dict[str, Any]:
    """行政检查通知书 with items, basis, rights, duties, five prohibitions, complaint line, and the code by which the
    enterprise claims its account. Refused when one of them is missing, or when a text demands the head's presence."""
    found, code = versions(visit), code_of(visit)
    items = [{"name": v.name, "basis": v.basis, "scope": v.content or text.SCOPE} for v in found]
    phone, office = _complaint(visit)
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


def _complaint(visit: Visit) -> tuple[str, str]:
    office = visit.body.judicial_office or visit.body
    return office.complaint_phone or visit.body.complaint_phone, office.name


def check_notice(visit: Visit, items: list[dict[str, str]], phone: str, texts: tuple[str, ...], presence_law: str) -> None:
    """Refuse a notice that lacks what article 18 asks for."""
    known = NoticeFacts(
        visit.number, tuple((i["name"], i["basis"]) for i in items), text.RIGHTS, text.DUTIES, len(text.PROHIBITIONS), phone,
        texts, presence_law,
    )  # fmt: skip
    if broken := check_all(NOTICE, known):
        raise Refused(broken)


def counted(visit: Visit, *, ahead: bool = False) -> str:
    """How the visit counts under published caps, in words."""
    if visit.kind == "case":
        why = "责令改正后的跟踪检查" if visit.order_id else "个案检查"
        return f"{why}，不计入年度检查次数"
    uses = visit.cap_uses.filter(state__in=("reserved", "used")).select_related("cap", "counter", "row").order_by("id")
    parts = []
    for use in uses:
        limit = use.cap.limit if use.cap_id else use.row.times if use.row_id else None
        parts.append(f"本周期第{use.counter.n}次，上限{limit}次" if limit else f"本周期第{use.counter.n}次")
    return "；".join(dict.fromkeys(parts)) or ("按公布的计划实施" if ahead else "没有公布的频次上限，按计划频次记录")


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
        return "—"
    if got.state == "refused":
        return f"拒收，理由：{got.reason}。见证人：{got.witness}。"
    return f"通知书已由{got.receiver or '企业'}收到（{got.get_manner_display()}，{cn_time(got.delivered_at)}）。"


def _recusal_answer(visit: Visit) -> str:
    asked = list(visit.recusals.select_related("officer__person").order_by("id"))
    if not asked:
        return "未申请回避。"
    verdict = {True: "准予", False: "不予准许", None: "待决定"}
    return "；".join(f"{r.asked_by}申请{r.officer.person.name}回避，理由：{r.reason}，决定：{verdict[r.granted]}" for r in asked) + "。"


def _photo_numbers(media: Sequence[StoredFile]) -> dict[int, str]:
    counts: dict[str, int] = {}
    out = {}
    for f in media:
        word = "录音" if f.mime.startswith("audio/") else "资料" if f.mime == "application/pdf" else "照片"
        counts[word] = counts.get(word, 0) + 1
        out[f.pk] = f"{word}{counts[word]}"
    return out


def _media(visit: Visit) -> list[StoredFile]:
    found = StoredFile.objects.filter(matter=visit.number, purpose__in=("evidence", "audio"))
    return list(found.select_related("uploaded_by").order_by("id"))


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
    refused, witnesses = "", []
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
    return out, refused, "、".join(dict.fromkeys(witnesses))


@enforces("327-18-4", "327-20-1")
def record(visit: Visit, outcomes: Sequence[str], ended_at: datetime) -> dict[str, Any]:
    """现场检查笔录: what was told, findings with method and evidence, statement, outcome, signatures or refusal."""
    media = _media(visit)
    numbers = _photo_numbers(media)
    signed, refused, witness = _signatures(visit)
    present = f"{visit.receiver}（{visit.receiver_role or '企业人员'}）" if visit.receiver else "—"
    return {
        "enterprise": firm(visit), "officers": officers(visit), "notice_no": _number_of(visit), "code": short_code(code_of(visit)),
        "begin": cn_time(visit.started_at or ended_at), "end": cn_time(ended_at), "scan": _scan(visit), "present": present,
        "helpers": visit.helpers or NONE, "witness": witness or NONE, "told": _told(visit),
        "findings": [_finding(x, numbers) for x in facts.lines(visit) if x.answer],
        "media": [
            {"no": numbers[f.pk], "what": f.name, "time": f"{timezone.localtime(f.taken_at or f.uploaded_at):%H:%M}",
             "by": f.uploaded_by.name if f.uploaded_by else "企业", "digest": f"{f.sha256[:4]}…{f.sha256[-4:]}"}
            for f in media
        ],
        "statement": visit.statement or "当事人未作陈述申辩。", "outcome": _choice(OUTCOMES, outcomes), "confirm": text.CONFIRM,
        "refusal": {"text": text.REFUSAL, "value": refused}, "signatures": signed,
    }  # fmt: skip


# --- orders --------------------------------------------------------------------------------------------------------


def _remedy(visit: Visit) -> str:
    body = visit.body
    name = body.division.name
    government = body.superior_name or (body.superior.name if body.superior_id else "上一级主管部门")
    to = government if body.vertical else f"{name}人民政府"
    return text.REMEDY.format(to=to)


def order(visit: Visit, draft: dict[str, Any], today: date) -> dict[str, Any]:
    """责令停止违法行为通知书 or 责令改正通知书 from an order as the officer filled it (kind, points, due, terms)."""
    stop, due = draft["kind"] == "stop", draft["due"]
    law, reason = draft.get("law_term", ""), draft.get("term_reason", "")
    ground = f"依据{law}" if law else "法律没有规定期限，" + (f"由执法人员确定，理由：{reason}" if reason else "按整改通常需要的时间确定")
    at_once = stop and due <= today
    deadline = "立即" if at_once else cn_day(due)
    until = "请自收到本通知书之时起立即停止。" if at_once else f"请于{cn_day(due)}前{'停止' if stop else '改正'}（{ground}）。"
    return {
        "enterprise": firm(visit), "opening": text.ORDER_OPENING.format(
            day=cn_day(timezone.now()), officers=names(visit), notice=_number_of(visit)),
        "points": [
            {"fact": p["fact"].rstrip("。"), "broken": p.get("broken") or p["ground"], "ground": p["ground"], "todo": p["todo"],
             "deadline": deadline} for p in draft["points"]
        ],
        "deadline_text": until, "proof": text.ORDER_PROOF, "guidance": [*filter(None, [draft.get("guidance")]), text.ORDER_GUIDANCE],
        "late": text.ORDER_LATE, "remedy": _remedy(visit), "contact": _contact(visit), "receipt": receipt("本通知书第2联已收到。"),
    }  # fmt: skip


def grouped(digest: str) -> str:
    """A digest in groups of eight, so that lines can break."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _contact(visit: Visit) -> str:
    lead = officers(visit)
    return f"联系人：{lead[0]['name'] if lead else visit.body.short}　电话：{visit.body.complaint_phone or '见监督电话'}"


# --- result --------------------------------------------------------------------------------------------------------


def _counts(visit: Visit, outcomes: Sequence[str]) -> list[dict[str, str]]:
    rows = []
    found = facts.lines(visit)
    for v in versions(visit):
        mine = [x.answer.verdict for x in found if x.answer and x.question.version_id == v.pk]
        if not mine:
            continue
        bad = mine.count("problem")
        acts = "、".join(OUTCOMES[o] for o in outcomes if o != "none") if bad else OUTCOMES["none"]
        rows.append({"item": v.name, "total": str(len(mine)), "ok": str(mine.count("fine")), "bad": str(bad),
                     "na": str(mine.count("na")), "outcome": acts})  # fmt: skip
    return rows


def _results(visit: Visit, outcomes: Sequence[str], orders: Sequence[tuple[str, str, date]]) -> list[str]:
    found = [x for x in facts.lines(visit) if x.answer]
    fine, na = (sum(x.answer.verdict == v for x in found) for v in ("fine", "na"))
    out = [f"未发现问题的有{fine}项" + (f"，不适用的有{na}项。" if na else "。")]
    if bad := [x.question.text for x in found if x.answer.verdict == "problem"]:
        out.append(f"发现问题的有{len(bad)}项：{'；'.join(bad)}。")
    for kind, number, due in orders:
        verb = "停止" if kind == "stop" else "改正"
        out.append(f"{OUTCOMES[kind]}，文号{number}，{verb}期限至{cn_day(due)}。")
    if "punish" in outcomes:
        out.append("相关情况已转立案审查，是否立案由案件承办机构依法决定，另行告知。")
    if "none" in outcomes:
        out.append("本次检查未发现违法行为，已予以记录。")
    return out


@enforces("327-18-5", "327-20-1")
def result(
    visit: Visit, outcomes: Sequence[str], orders: Sequence[tuple[str, str, date]], ended_at: datetime
) -> dict[str, Any]:
    """行政检查结果告知书; also made when nothing was found. ``orders`` are kind, number and due day."""
    when = span(visit.started_at or ended_at, ended_at)
    return {
        "enterprise": firm(visit),
        "opening": f"本单位于{when}，依据{_number_of(visit)}通知书，对你单位实施了{MANNERS[visit.manner]}。现将检查结果告知如下：",
        "table": _counts(visit, outcomes), "results": _results(visit, outcomes, orders),
        "counting": f"本次检查为{KINDS[visit.kind]}，{counted(visit)}。",
        "next": text.NEXT_ORDER if orders else text.NEXT_NONE, "remedy": text.RESULT_REMEDY.format(phone=_complaint(visit)[0] or "见通知书"),
        "ending": text.RESULT_ENDING, "receipt": receipt("本告知书第2联已收到。"),
    }  # fmt: skip


# --- transfer, index, amendment ------------------------------------------------------------------------------------


def transfer(visit: Visit, ended_at: datetime) -> dict[str, Any]:
    """转立案审查登记表: facts found, evidence; whether a case is opened is decided elsewhere."""
    bad = [x for x in facts.lines(visit) if x.answer and x.answer.verdict == "problem"]
    evidence = [f"现场检查笔录（{cn_day(ended_at)}）", *(f"{f.name}（摘要{f.sha256[:12]}…）" for f in _media(visit))]
    names_ = names(visit)
    return {
        "enterprise": firm(visit), "source": f"{_number_of(visit)}通知书载明的{KINDS[visit.kind]}",
        "facts": [f"{i}.{x.question.text}：{x.answer.text}" for i, x in enumerate(bad, 1)] or ["见现场检查笔录。"],
        "broken": "；".join(dict.fromkeys(x.question.basis or x.question.version.basis for x in bad)) or "见现场检查笔录。",
        "benchmark": "由案件承办机构在立案审查时登记适用的裁量基准及其版本。", "exempt": "由案件承办机构在立案审查时逐项核对。",
        "evidence": evidence, "receiver": f"{visit.body.name}案件承办机构，{cn_day(ended_at)}",
        "opinions": [{"label": ["检查人员", "意　　见"], "text": "检查中发现上述情况，转立案审查。", "role": "检查人员", "name": names_,
                      "time": _stamp(ended_at)}],
        "note": text.TRANSFER_NOTE,
    }  # fmt: skip


def file_index(
    visit: Visit, lines: Sequence[dict[str, Any]], *, number: str, years: int, maker: str, digest: str
) -> dict[str, Any]:
    """卷内目录 over the index lines of the archive package."""
    pages = sum(e["count"] for e in lines)
    media = sum(e["electronic"] for e in lines)
    return {
        "name": f"{visit.enterprise.name}{'、'.join(v.name for v in versions(visit))}（{visit.number}）", "file_no": number,
        "retention": f"{years}年",
        "rows": [
            {"no": e["no"], "name": e["name"], "number": e["number"], "date": e["day"].replace("-", "."), "pages": e["pages"],
             "remark": e["remark"]} for e in lines
        ],
        "total": {"docs": str(len(lines)), "pages": str(pages), "media": str(media)}, "note": [text.INDEX_NOTE],
        "by": {"maker": maker, "checker": ""}, "digest": f"卷内文件摘要（SHA-256）：{grouped(digest)}",
    }  # fmt: skip


def amendment(visit: Visit, paper: Paper, changes: Sequence[dict[str, str]], reason: str) -> dict[str, Any]:
    """更正（补充）说明 to an issued paper; the paper itself stays as it is."""
    return {
        "enterprise": firm(visit), "addressee": visit.enterprise.name,
        "opening": f"本单位{cn_day(paper.issued_at)}出具的《{TITLES[paper.kind]}》（{paper.number}），现更正（补充）如下：",
        "changes": [{"where": c["where"], "was": c.get("was") or "（无记载）", "now": c["now"]} for c in changes],
        "reason": reason, "effect": text.AMEND_EFFECT, "ending": "特此说明。", "receipt": receipt("本说明第2联已收到。"),
    }  # fmt: skip
