"""What the form at the end of a visit says: outcomes, orders with points and terms, delivery. Missing things are said by the rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import QueryDict

from jiangcheng.inspection.visits.actions import outcome
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.words import ORDER_KINDS, OUTCOMES
from jiangcheng.kernel import calendar
from jiangcheng.web.desk import whole

POINT = ("fact", "broken", "ground", "todo")
NOTES = {
    "none": "予以记录", "correct": "书面通知，写明期限，跟踪检查", "stop": "需要立即制止的，书面责令停止", "punish": "需要行政处罚的，另行立案",
}
ORDERED = ("none", "correct", "stop", "punish")


def day(text: str) -> date | None:
    """A day as a date field sends it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def problems(visit: Visit) -> list[facts.Line]:
    """Questions with a problem found."""
    return [x for x in facts.lines(visit) if x.answer and x.answer.verdict == "problem"]


def chosen(data: QueryDict, found: list[facts.Line]) -> list[str]:
    """Outcomes as chosen; without any problem there is only one that fits."""
    return data.getlist("outcomes") if found else ["none"]


def orders(data: QueryDict, outcomes: list[str]) -> list[dict[str, Any]]:
    """The orders that go with the outcomes; blank points are left out."""
    made = []
    for kind, _ in ORDER_KINDS:
        if kind not in outcomes:
            continue
        count = whole(data.get(f"{kind}-count", "")) or 0
        points = [{name: data.get(f"{kind}-{i}-{name}", "").strip() for name in POINT} for i in range(min(count, 60))]
        made.append({
            "kind": kind, "points": [p for p in points if any(p.values())], "due": day(data.get(f"{kind}-due", "")),
            "law_term": data.get(f"{kind}-law", "").strip(), "term_reason": data.get(f"{kind}-reason", "").strip(),
        })
    return made


def drafts(visit: Visit, data: QueryDict, found: list[facts.Line]) -> list[dict[str, Any]]:
    """The orders as the page shows them: as typed, else proposed from the findings. ``todo`` is never proposed."""
    out = []
    for kind, word in ORDER_KINDS[::-1]:
        sent = f"{kind}-count" in data
        due = data.get(f"{kind}-due", "") if sent else (outcome.proposal().isoformat() if kind == "correct" else calendar.today().isoformat())
        points = []
        for i, line in enumerate(found):
            basis = line.question.basis or line.question.version.basis
            base = {"fact": line.answer.text, "broken": basis, "ground": line.question.version.basis, "todo": ""}
            values = {n: data.get(f"{kind}-{i}-{n}", "") for n in POINT} if sent else base
            points.append({"i": i, "n": line.n, **values})
        out.append({
            "kind": kind, "word": word, "points": points, "due": due, "law": data.get(f"{kind}-law", ""), "reason": data.get(f"{kind}-reason", ""),
            "count": len(points),
        })
    return out


def choices(data: QueryDict, found: list[facts.Line]) -> list[dict[str, Any]]:
    """The outcomes to choose from."""
    picked = chosen(data, found)
    word = dict(OUTCOMES)
    allowed = ("none",) if not found else ORDERED[1:]
    return [{"value": o, "word": word[o], "note": NOTES[o], "checked": o in picked} for o in allowed]
