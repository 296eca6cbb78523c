"""统一格式 (article 21): a city department words the letters of its field anew, the city judicial office files it.

Draft → head of the department → filing → in use from its day, by the department and by the bodies below it. Until then, and
after it was ended, the national wording holds (HR-21-1). A template is tried with a complete sample before each step: what
the decree wants said in the letter cannot be left out, and a template can neither sign nor number anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.flow import Flow, Step
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Breach, Refused, Remedy, check_all, enforces, rule
from jiangcheng.papers import files, words
from jiangcheng.papers.models import Format
from jiangcheng.papers.numbers import DEMO
from jiangcheng.papers.render import letters, sample
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import register

DUTY = "327-21-2"
OPEN = ("draft", "returned")
LEVELS_UP = 6
"""Superiors are followed at most so far: from a street to the city there are three."""


@dataclass(frozen=True)
class Facts:
    """A version as it stands: who may make it, what stands against the template, its day, and who acts."""

    body: str
    city: bool
    faults: tuple[letters.Fault, ...]
    reason: str
    day: date
    today: date
    drafter: int | None = None
    actor: int | None = None
    opinion: str = ""


# --- rules ---------------------------------------------------------------------------------------------------------


@rule(DUTY)
def city_department(f: Facts) -> Breach | None:
    """Only a city department unifies formats."""
    if f.city:
        return None
    return Breach(f"统一文书格式由市级部门制定，{f.body}不是市级执法部门。", (Remedy("向市级主管部门提出建议"), Remedy("使用现行格式")))


@rule(DUTY, "327-18-3", "327-20-3")
def template_sound(f: Facts) -> tuple[Breach, ...]:
    """The template can be set and says what the letter must say."""
    return tuple(Breach(x.words, (Remedy(x.remedy),), "file", (x.duty,)) for x in f.faults)


@rule(DUTY)
def reason_given(f: Facts) -> Breach | None:
    """Why the wording is changed."""
    return None if f.reason.strip() else Breach("没有填写制定理由。", (Remedy("写明与国家基本格式相比改了什么、为什么"),), "reason")


@rule(DUTY)
def day_to_come(f: Facts) -> Breach | None:
    """A wording does not hold backwards."""
    return None if f.day >= f.today else Breach("施行日期已过。", (Remedy("改为今天或者以后的日期"),), "effective_from")


@rule(DUTY)
def not_own(f: Facts) -> Breach | None:
    """Who drafted it does not approve it."""
    return Breach("起草人不能审核自己起草的格式。", (Remedy("请其他负责人审核"),)) if f.actor and f.actor == f.drafter else None


@rule(DUTY)
def said_why(f: Facts) -> Breach | None:
    """A return and an end say why."""
    return None if f.opinion.strip() else Breach("没有写明理由。", (Remedy("填写理由后再办理"),), "opinion")


# --- who and flow --------------------------------------------------------------------------------------------------


def planner_of(actor: Actor, record: Format) -> bool:
    """A planner of the department."""
    return actor.has("planner") and record.body_id == actor.body


def head_of(actor: Actor, record: Format) -> bool:
    """A head of the department."""
    return actor.has("head") and record.body_id == actor.body


def city_office(actor: Actor, record: Format) -> bool:
    """The city judicial office, which files formats."""
    return actor.has("supervisor") and record.body.judicial_office_id == actor.body


SOUND = (city_department, template_sound, reason_given, day_to_come)
FORMAT = Flow("format", tuple(words.FORMAT_STATES), (
    Step("submit", OPEN, "review", planner_of, "提交审核", SOUND, (DUTY,)),
    Step("withdraw_draft", ("review",), "draft", planner_of, "撤回"),
    Step("return", ("review",), "returned", head_of, "退回修改", (said_why,)),
    Step("approve", ("review",), "to_file", head_of, "批准并报备案", (*SOUND, not_own), (DUTY,)),
    Step("send_back", ("to_file",), "returned", city_office, "退回修改", (said_why,), (DUTY,)),
    Step("file", ("to_file",), "filed", city_office, "准予备案", (city_department, template_sound), (DUTY,)),
    Step("end", ("filed",), "withdrawn", head_of, "停止使用", (said_why,), (DUTY,)),
))


@register(Format)
def _formats(actor: Actor, queryset: Any) -> Any:
    """A department's people see its versions; the office that files them what was sent to it."""
    found = Q(pk__in=[])
    if actor.has("planner", "head"):
        found |= Q(body=actor.body)
    if actor.has("supervisor"):
        found |= Q(body__judicial_office=actor.body, state__in=("to_file", "filed", "withdrawn"))
    return queryset.filter(found)


# --- reading -------------------------------------------------------------------------------------------------------


def facts(row: Format, actor: Actor | None = None, **said: Any) -> Facts:
    """The facts of a version; reads the template from the store."""
    template = files.load(row.sha256)
    found = Facts(
        row.body.name, may_unify(row.body), tuple(letters.faults(row.kind, template, sample(row.kind))), row.reason, row.effective_from,
        timezone.localdate(), row.drafted_by_id, actor.person if actor else None,
    )
    return replace(found, **said)


def may_unify(body: Body) -> bool:
    """Is it a city department that enforces?"""
    return body.level == "city" and body.enforces


def departments(body: Body) -> list[Body]:
    """The body and its superiors, nearest first: whose unified format may hold for it."""
    found: list[Body] = []
    at: Body | None = body
    while at is not None and at not in found and len(found) < LEVELS_UP:
        found.append(at)
        at = at.superior
    return found


def _departments(body: Body) -> list[int]:
    return [one.pk for one in departments(body)]


@enforces(DUTY, "HR-21-1")
def in_force(body: Body, kind: str, day: date) -> Format | None:
    """The unified format by which a body words a letter on a day; None: the national wording."""
    if kind not in letters.letters():
        return None
    offered = ["filed", "withdrawn"] + (["to_file"] if parameters.value("HR-21-1", day) == "yes-with-mark" else [])
    rows = Format.objects.filter(Q(ended_on=None) | Q(ended_on__gt=day), kind=kind, state__in=offered, effective_from__lte=day)
    order = {pk: n for n, pk in enumerate(_departments(body))}
    held = sorted(rows.filter(body__in=order), key=lambda row: (order[row.body_id], -row.effective_from.toordinal(), -row.n))
    return held[0] if held else None


def versions(body_id: int, kind: str) -> QuerySet[Format]:
    """All versions of one letter of a department, newest first."""
    return Format.objects.filter(body=body_id, kind=kind).select_related("body", "drafted_by").order_by("-n")


def to_approve(body_id: int) -> QuerySet[Format]:
    """What waits for the head of the department, oldest first."""
    return Format.objects.filter(state="review", body=body_id).select_related("body").order_by("pk")


def to_file(office_id: int) -> QuerySet[Format]:
    """What waits for the office to file it, oldest first."""
    return Format.objects.filter(state="to_file", body__judicial_office=office_id).select_related("body").order_by("pk")


def layout_of(data: dict[str, Any]) -> bytes | None:
    """The template by which an issued paper was set; None for the national wording."""
    held = data.get("format")
    return files.load(held["sha256"]) if held else None


def template(row: Format) -> bytes:
    """The DOCX of a version, checked against its digest."""
    return files.load(row.sha256)


# --- actions -------------------------------------------------------------------------------------------------------


@enforces(DUTY)
def draft(body: Body, kind: str, data: bytes, reason: str, day: date, actor: Actor) -> Format:
    """起草: upload a template as a new version, or in place of the open draft. Refused with everything that is wrong."""
    if not (actor.has("planner") and actor.body == body.pk):
        raise Refused([Breach("由该部门的计划管理员起草统一格式。", (Remedy("请由计划管理员办理"),), ids=(DUTY,))])
    if kind not in letters.letters():
        raise Refused([Breach("这种文书是表格，版式全市一致，不能另定。", (Remedy("使用现行格式"),), ids=(DUTY,))])
    found = Facts(body.name, may_unify(body), tuple(letters.faults(kind, data, sample(kind))), reason, day, timezone.localdate())
    if broken := check_all(SOUND, found):
        raise Refused(broken)
    with transaction.atomic():
        row = Format.objects.filter(body=body, kind=kind, state__in=OPEN).order_by("-n").first()
        last = Format.objects.filter(body=body, kind=kind).aggregate(n=Max("n"))["n"] or 0
        row = row or Format(body=body, kind=kind, n=last + 1, state="draft", demo=body.demo)
        row.sha256, row.size, row.reason, row.effective_from = files.store(data), len(data), reason.strip()[:300], day
        row.drafted_by_id = actor.person
        with ledger.act("format.draft", actor, about=row, duties=(DUTY,), opinion=reason, extra={"kind": kind, "sha256": row.sha256}):
            row.save()
    return row


def step(name: str, row: Format, actor: Actor, opinion: str = "") -> Receipt:
    """Take a step of the flow. ``file`` gives the filing number, ``end`` the day from which the wording ends."""
    known, more = facts(row, actor, opinion=opinion), {}
    with transaction.atomic():
        if name == "file":
            now = timezone.now()
            more = {"filed_at": now, "number": _number(row)}
            if row.effective_from < timezone.localdate(now):
                more["effective_from"] = timezone.localdate(now)  # it waited for the office: it holds from the filing on
        elif name == "end":
            more = {"ended_on": timezone.localdate()}
        return FORMAT.take(name, row, actor, known, opinion=opinion, **more)


def _number(row: Format) -> str:
    office, year = row.body.judicial_office, timezone.localdate().year
    start = f"{DEMO if row.demo else ''}{office.word or office.short}格备"
    return f"{start}〔{year}〕{next_number(f'format:{start}:{year}')}号"
