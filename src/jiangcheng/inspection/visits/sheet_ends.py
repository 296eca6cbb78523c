"""Data of the papers after a visit: orders, result, hand-over, index of the archive, amendments. Wording of our own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.visits import sheet_words as text
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.sheet_parts import (
    KINDS,
    MANNERS,
    OUTCOMES,
    complaint,
    counted,
    firm,
    media_of,
    names,
    number_of,
    officers,
    receipt,
    span,
    stamp,
    versions,
)
from jiangcheng.law.rule import enforces
from jiangcheng.papers.issue import TITLES, cn_day
from jiangcheng.papers.models import Paper

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
            day=cn_day(timezone.now()), officers=names(visit), notice=number_of(visit)),
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
        "opening": f"本单位于{when}，依据{number_of(visit)}通知书，对你单位实施了{MANNERS[visit.manner]}。现将检查结果告知如下：",
        "table": _counts(visit, outcomes), "results": _results(visit, outcomes, orders),
        "counting": f"本次检查为{KINDS[visit.kind]}，{counted(visit)}。",
        "next": text.NEXT_ORDER if orders else text.NEXT_NONE, "remedy": text.RESULT_REMEDY.format(phone=complaint(visit)[0] or "见通知书"),
        "ending": text.RESULT_ENDING, "receipt": receipt("本告知书第2联已收到。"),
    }  # fmt: skip


# --- transfer, index, amendment ------------------------------------------------------------------------------------


def transfer(visit: Visit, ended_at: datetime) -> dict[str, Any]:
    """转立案审查登记表: facts found, evidence; whether a case is opened is decided elsewhere."""
    bad = [x for x in facts.lines(visit) if x.answer and x.answer.verdict == "problem"]
    evidence = [f"现场检查笔录（{cn_day(ended_at)}）", *(f"{f.name}（摘要{f.sha256[:12]}…）" for f in media_of(visit))]
    names_ = names(visit)
    return {
        "enterprise": firm(visit), "source": f"{number_of(visit)}通知书载明的{KINDS[visit.kind]}",
        "facts": [f"{i}.{x.question.text}：{x.answer.text}" for i, x in enumerate(bad, 1)] or ["见现场检查笔录。"],
        "broken": "；".join(dict.fromkeys(x.question.basis or x.question.version.basis for x in bad)) or "见现场检查笔录。",
        "benchmark": "由案件承办机构在立案审查时登记适用的裁量基准及其版本。", "exempt": "由案件承办机构在立案审查时逐项核对。",
        "evidence": evidence, "receiver": f"{visit.body.name}案件承办机构，{cn_day(ended_at)}",
        "opinions": [{"label": ["检查人员", "意　　见"], "text": "检查中发现上述情况，转立案审查。", "role": "检查人员", "name": names_,
                      "time": stamp(ended_at)}],
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
