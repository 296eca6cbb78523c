"""What several papers of a visit share: parties, people, numbers, spans of time, how a visit counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.visits import counters, words
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.papers.issue import cn_day, cn_time
from jiangcheng.papers.models import InspectionCode, StoredFile
from jiangcheng.parties import enterprises

KINDS, MANNERS, ROLES = dict(words.KINDS), dict(words.MANNERS), dict(words.OFFICER_ROLES)
OUTCOMES = dict(words.OUTCOMES)
NONE = "无"


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


def choice(options: dict[str, str], chosen: Iterable[str]) -> dict[str, list[str]]:
    """Boxes of a form, and which are ticked."""
    return {"options": list(options.values()), "chosen": [options[c] for c in chosen]}


def number_of(visit: Visit) -> str:
    """Number of the notice."""
    paper = facts.notice(visit)
    return paper.number if paper else "—"


def stamp(at: datetime) -> str:
    """2026年11月23日 09:30, civil time."""
    here = timezone.localtime(at)
    return f"{cn_day(here)} {here:%H:%M}"


def complaint(visit: Visit) -> tuple[str, str]:
    """The complaint line and the office behind it."""
    office = visit.body.judicial_office or visit.body
    return office.complaint_phone or visit.body.complaint_phone, office.name


def counted(visit: Visit, *, ahead: bool = False) -> str:
    """How the visit counts under published caps, in words."""
    if visit.kind == "case":
        why = "责令改正后的跟踪检查" if visit.order_id else "个案检查"
        return f"{why}，不计入年度检查次数"
    uses = visit.cap_uses.filter(state__in=("reserved", "used")).select_related("cap", "counter", "row").order_by("id")
    parts = []
    for use in uses:
        limit = use.cap.limit if use.cap_id else use.row.times if use.row_id else None
        n = counters.ordinal(use)
        parts.append(f"本周期第{n}次，上限{limit}次" if limit else f"本周期第{n}次")
    return "；".join(dict.fromkeys(parts)) or ("按公布的计划实施" if ahead else "没有公布的频次上限，按计划频次记录")


def media_of(visit: Visit) -> list[StoredFile]:
    """Photos and recordings of the visit, oldest first."""
    found = StoredFile.objects.filter(matter=visit.number, purpose__in=("evidence", "audio"))
    return list(found.select_related("uploaded_by").order_by("id"))
