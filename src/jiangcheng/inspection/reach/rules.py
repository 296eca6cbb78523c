"""Rules of article 2: which provisions may stand in for a duty, who confirms them; what a tie asks. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from jiangcheng.law.rule import Breach, Remedy, Rule, rule

LEVELS = ("law", "regulation", "rule")
MAY_BE_SET_ASIDE = ("327-11-4", "327-13-1", "327-15-1", "327-18-1", "327-18-2")
"""Duties in whose place another provision may stand here: territory, plan, frequency, two officers, showing of certificates.
Approval, code, record and result are asked of every inspection: no act is taken off the record."""
NO_LAW = re.compile("通知|通报|函|纪要|批复|意见|方案|通告|公告|讲话|指引|要点")
LAW = re.compile("(?<!办)(?<!书)法$|决定$")
CLAUSE = re.compile("第[一二三四五六七八九十百零〇0-9]+条")
HERE = Remedy("查看从其规定登记", "exceptions")


@dataclass(frozen=True)
class Under:
    """An exception that a visit stands under: the duty it sets aside, and the words that every act under it shows."""

    duty: str
    words: str
    number: str


@dataclass(frozen=True)
class ExceptionFacts:
    """A provision as it was entered."""

    document: str
    level: str
    clause: str
    says: str
    duty: str
    fields: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    office: str
    known_fields: Collection[str] = ()


@rule("327-02-3", "HR-02-1")
def source_is_law(f: ExceptionFacts) -> Iterator[Breach]:
    """Law, regulation or rule alone; a circular or a letter is not such a source, whatever level it is entered as."""
    name = f.document.strip().removeprefix("《").partition("》")[0]
    if not name:
        yield Breach("没有写明文件名称。", (Remedy("填写法律、法规、规章的名称"),), "document")
    if f.level not in LEVELS:
        yield Breach("只有法律、法规、规章可以另作规定，规范性文件、通知、函、会议纪要不能。", (Remedy("改登记上位的法律、法规、规章"),), "level")
    elif found := NO_LAW.search(name):
        way = Remedy("改登记它所依据的法律、法规、规章")
        yield Breach(f"《{name}》是“{found.group()}”，不是法律、法规、规章，不能另作规定。", (way,), "document")
    elif f.level == "law" and name and not LAW.search(name):
        yield Breach(f"《{name}》不是法律。", (Remedy("改选效力层级"),), "level")


@rule("327-02-3")
def says_what_and_where(f: ExceptionFacts) -> Iterator[Breach]:
    """The clause, what it says, the fields and the term stand on the record."""
    if not CLAUSE.search(f.clause):
        yield Breach("没有写明是哪一条。", (Remedy("填写条款，例如第二十条"),), "clause")
    if len(f.says.strip()) < 6:
        yield Breach("没有写明另行规定的内容。", (Remedy("照原文意思写明怎样办理"),), "says")
    if not f.fields or not set(f.fields) <= set(f.known_fields):
        yield Breach("没有选择适用的领域。", (Remedy("选择适用的领域"),), "fields")
    if f.valid_from is None:
        yield Breach("没有写明适用的起日。", (Remedy("填写起日"),), "valid_from")
    elif f.valid_until is not None and f.valid_until < f.valid_from:
        yield Breach("适用的止日早于起日。", (Remedy("改正止日"),), "valid_until")


@rule("327-02-3")
def duty_can_be_set_aside(f: ExceptionFacts) -> Breach | None:
    """One duty at a time, of those that another provision may replace."""
    if f.duty in MAY_BE_SET_ASIDE:
        return None
    return Breach("没有选择由哪一项要求从其规定；审批、检查码、记录和告知不能免除。", (Remedy("选择一项要求"),), "duty")


@rule("327-02-3", "HR-02-1")
def office_known(f: ExceptionFacts) -> Breach | None:
    """There is an office that confirms it."""
    if f.office:
        return None
    return Breach("没有登记负责确认的司法行政部门。", (Remedy("请系统管理员登记同级司法行政部门", "admin-bodies"),))


@dataclass(frozen=True)
class ConfirmFacts:
    """Who confirms, refuses or ends a provision, and with which words."""

    actor: int | None
    entered_by: int | None
    reason: str = ""


@rule("327-02-3", "HR-02-1")
def second_person(f: ConfirmFacts) -> Breach | None:
    """Who entered it does not confirm it; the person counts, not the account."""
    if f.actor is not None and f.actor != f.entered_by:
        return None
    return Breach("本人登记的，不能由本人确认。", (Remedy("由另一人确认"),))


@rule("327-02-3")
def with_reason(f: ConfirmFacts) -> Breach | None:
    """To refuse or end it takes a reason."""
    return None if f.reason.strip() else Breach("没有写明理由。", (Remedy("写明理由"),), "reason")


ENTER: tuple[Rule, ...] = (source_is_law, says_what_and_where, duty_can_be_set_aside, office_known)
CONFIRM: tuple[Rule, ...] = (second_person,)
REASONED: tuple[Rule, ...] = (with_reason,)


def standing(breaches: Iterable[Breach], under: Collection[Under]) -> tuple[Breach, ...]:
    """The breaches that no exception takes away. A breach goes when every article it names is set aside; one that rests on a
    house rule alone stays."""
    aside = {u.duty for u in under}
    return tuple(b for b in breaches if not _covered(b, aside))


def _covered(breach: Breach, aside: Collection[str]) -> bool:
    articles = [i for i in breach.ids if i.startswith("327-")]
    return bool(articles) and set(articles) <= set(aside)


@dataclass(frozen=True)
class TieFacts:
    """A tie as it was entered."""

    kind: str
    document: str
    evidence: bool
    valid_from: date | None
    valid_until: date | None
    kinds: Collection[str] = ()


@rule("327-02-2")
def tie_proved(f: TieFacts) -> Iterator[Breach]:
    """A tie takes inspections out of the decree, so its kind, document, evidence and term are on file."""
    if f.kind not in f.kinds:
        yield Breach("没有选择关系种类：隶属关系或者国有资产监督管理关系。", (Remedy("选择关系种类"),), "kind")
    if not f.document.strip():
        yield Breach("没有写明证明文件，例如机构编制文件、出资人名录。", (Remedy("填写文件名称和文号"),), "document")
    if not f.evidence:
        yield Breach("没有附上证明材料。", (Remedy("上传证明文件的扫描件或者照片"),), "evidence")
    if f.valid_from is None:
        yield Breach("没有写明起日。", (Remedy("填写起日"),), "valid_from")
    elif f.valid_until is not None and f.valid_until < f.valid_from:
        yield Breach("止日早于起日。", (Remedy("改正止日"),), "valid_until")


TIE: tuple[Rule, ...] = (tie_proved,)
