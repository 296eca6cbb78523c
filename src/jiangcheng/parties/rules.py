"""Rules about who may: bodies (article 3), subjects (article 4), territory (article 11), approval. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiangcheng.law.rule import Breach, Remedy, rule

LAWFUL_KINDS = ("organ", "authorised", "entrusted")
KIND_WORDS = {"organ": "行政机关", "authorised": "授权的组织", "entrusted": "受委托的组织"}
POWER_WORDS = {"organ": "法定职责", "authorised": "法定授权", "entrusted": "委托"}
EXCEPTIONS = ("impact", "raised", "assigned", "superior_rule", "entry")
TO_ADMIN = Remedy("请系统管理员补全单位资料", "admin-bodies")


def cn(day: date) -> str:
    """A day in a sentence: 2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True)
class BodyFacts:
    """A body on a day: kind, basis and its level; for an entrusted one the principal, its kind, scope and term."""

    name: str
    day: date
    kind: str
    enforces: bool = True
    basis: str = ""
    basis_level: str = ""
    principal: str = ""
    principal_kind: str = ""
    scope: str = ""
    start: date | None = None
    until: date | None = None


@rule("327-03-1")
def lawful_body(f: BodyFacts):
    """Only the three kinds of body inspect, each with its basis on record and in force."""
    if f.kind not in LAWFUL_KINDS or not f.enforces:
        return Breach(f"“{f.name}”不是行政执法主体，不能实施行政检查。", (TO_ADMIN,), "kind")
    return _entrustment(f) if f.kind == "entrusted" else _basis(f)


def _basis(f: BodyFacts) -> list[Breach]:
    if not f.basis or not f.basis_level:
        return [Breach(f"“{f.name}”没有登记执法权的依据和依据层级，不能实施行政检查。", (TO_ADMIN,), "basis")]
    if f.kind == "authorised" and f.basis_level not in ("law", "regulation"):
        return [Breach(f"“{f.name}”的授权依据不是法律、法规，不能实施行政检查。", (TO_ADMIN,), "basis_level")]
    return []


def _entrustment(f: BodyFacts) -> list[Breach]:
    found = []
    if not f.principal:
        found.append(Breach(f"“{f.name}”没有登记委托机关。", (TO_ADMIN,), "principal"))
    elif f.principal_kind != "organ":
        found.append(Breach(f"“{f.name}”的委托机关“{f.principal}”不是行政机关。", (TO_ADMIN,), "principal"))
    if not f.scope:
        found.append(Breach(f"“{f.name}”没有登记委托范围。", (TO_ADMIN,), "entrust_scope"))
    if not f.start or not f.until:
        found.append(Breach(f"“{f.name}”没有登记委托期限。", (TO_ADMIN,), "entrust_until"))
    elif f.day > f.until:
        found.append(Breach(f"“{f.name}”的委托已于 {cn(f.until)} 到期。", (TO_ADMIN,), "entrust_until"))
    elif f.day < f.start:
        found.append(Breach(f"“{f.name}”的委托自 {cn(f.start)} 起才生效。", (TO_ADMIN,), "entrust_from"))
    return found


@dataclass(frozen=True)
class PowerFacts:
    """May the body inspect this field on this day? ``principal_holds`` is asked of an entrusted body alone."""

    body: str
    kind: str
    field: str
    holds: bool
    principal: str = ""
    principal_holds: bool = True


@rule("327-03-2")
def within_powers(f: PowerFacts):
    """An organ keeps to its duties, an authorised organisation to its authorisation, an entrusted one to its mandate."""
    if not f.holds:
        words = POWER_WORDS.get(f.kind, "职责")
        return Breach(
            f"“{f.field}”不在“{f.body}”的{words}范围内，不能检查。",
            (Remedy("移送有权的单位办理"), Remedy("确有依据的，请系统管理员登记职权", "admin-bodies")), "field",
        )
    if f.kind == "entrusted" and not f.principal_holds:
        return Breach(f"委托机关“{f.principal}”自己没有“{f.field}”的职权，不能委托“{f.body}”检查。", (TO_ADMIN,), "field")
    return None


@dataclass(frozen=True)
class SubjectFacts:
    """A subject of inspection. ``undecided_counts`` is the house rule HR-04-1: undecided is treated as an enterprise."""

    name: str
    applies: str
    kind: str = ""
    problem: str = ""
    undecided_counts: bool = True


@rule("327-04-1", "HR-04-1")
def subject_is_enterprise(f: SubjectFacts):
    """Excluded kinds are refused; what the code does not settle goes to a person, and counts as house rule says."""
    if f.problem:
        return Breach(f.problem, (Remedy("核对信用代码"),), "enterprise")
    if f.applies == "no":
        what = f"是{f.kind}，" if f.kind else ""
        return Breach(f"“{f.name}”{what}不属于企业，不适用涉企行政检查程序。", (Remedy("改按其他检查办理，不在本平台登记"),), "enterprise")
    if f.applies == "undecided" and not f.undecided_counts:
        return Breach(f"“{f.name}”是否属于企业尚未认定，不能安排检查。", (Remedy("写明理由认定", "subjects"),), "enterprise")
    return None


@dataclass(frozen=True)
class DecisionFacts:
    """A person's decision about a subject that the code does not settle."""

    name: str
    applies: str
    reason: str
    settled: bool


@rule("HR-04-1", "327-04-1")
def decided_with_reason(f: DecisionFacts):
    """A person decides only what the code leaves open, and gives a reason."""
    found = []
    if f.settled:
        found.append(Breach(f"“{f.name}”的信用代码已能确定类别，无需人工认定。", field="applies"))
    if f.applies not in ("yes", "analogy", "no"):
        found.append(Breach("请选择认定结论：适用、参照执行或不适用。", field="applies"))
    if not f.reason.strip():
        found.append(Breach("请写明认定理由。", field="reason"))
    return found


@dataclass(frozen=True)
class PlaceFacts:
    """Where a body wants to inspect. ``exception`` is a slug of EXCEPTIONS with its ``document``, if one applies."""

    body: str
    place: str
    covered: bool
    exception: str = ""
    document: str = ""


@rule("327-11-4", "HR-11-1")
def territorial(f: PlaceFacts):
    """The site lies in the body's own territory, unless article 11 or 12 or a superior's rule lets it go elsewhere."""
    if f.covered or (f.exception in EXCEPTIONS and f.document.strip()):
        return None
    if f.exception in EXCEPTIONS:
        return Breach("跨区域检查的依据文件还没有填写。", (Remedy("填写文号或附上文件"),), "document")
    return Breach(
        f"检查场所在“{f.place}”，不在“{f.body}”的管辖区域内，不能检查。",
        (Remedy("由场所所在地的单位检查"), Remedy("有提级、指定、交办或协助依据的，补充依据")), "site",
    )


@dataclass(frozen=True)
class ApprovalFacts:
    """Who wants to approve for a body on a day: what was found by ``access.may_approve``."""

    name: str
    body: str
    allowed: bool


@rule("HR-17-1")
def head_approves(f: ApprovalFacts):
    """A head on record, or a deputy with a written delegation in term, approves; nobody below."""
    if f.allowed:
        return None
    return Breach(f"{f.name}不是“{f.body}”的负责人，也没有在期限内的书面授权，不能审批。", (Remedy("由单位负责人审批"), Remedy("办理授权委托")))


@dataclass(frozen=True)
class SeatFacts:
    """Seats already held in a matter by the person who wants another: words of the clashing ones."""

    name: str
    wanted: str
    clashes: tuple[str, ...] = ()


@rule()
def no_conflicting_seats(f: SeatFacts):
    """One natural person never holds two conflicting seats in one matter, whatever the accounts."""
    if f.clashes:
        return Breach(f"{f.name}在本事项中已是{'、'.join(f.clashes)}，不能再作为{f.wanted}办理。", (Remedy("由其他人员办理"),))
    return None
