"""Rules of reports by people who read an inspection code that is not running (articles 38, 41). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from jiangcheng.law.rule import Breach, Remedy, Rule, rule

HOURLY = 5
"""Reports that one address may send within an hour."""


@dataclass(frozen=True)
class ReportFacts:
    """A report about to be kept: its words, and how many came from the same address within the hour."""

    text: str
    within_hour: int = 0
    phone: str = ""


@rule("327-38-4")
def seen_in_words(f: ReportFacts) -> Breach | None:
    """A report says what was seen; without it nobody can look into it."""
    if f.text.strip():
        return None
    return Breach("没有写明看到的情况。", (Remedy("填写看到的情况", "#text"),), "text")


@rule("327-38-4")
def not_in_heaps(f: ReportFacts) -> Breach | None:
    """So that real reports are not buried, an address sends a few an hour; the telephone stays open."""
    if f.within_hour < HOURLY:
        return None
    call = Remedy(f"着急的拨打 {f.phone}", f"tel:{f.phone}") if f.phone else Remedy("着急的拨打监督电话")
    return Breach(f"同一网络一小时内已提交 {HOURLY} 次反映，请过一小时再提交。", (call,))


REPORT: tuple[Rule, ...] = (seen_in_words, not_in_heaps)


@dataclass(frozen=True)
class HandleFacts:
    """A report about to be closed: whose it is, who acts, what was done."""

    office: int | None
    body: int | None
    supervises: bool
    closed: bool
    words: str = ""


@rule("327-41-1")
def by_its_office(f: HandleFacts) -> Breach | None:
    """The judicial office that the report was sent to deals with it."""
    if f.supervises and f.office is not None and f.office == f.body:
        return None
    return Breach("由收到这件反映的司法行政部门处理。", (Remedy("请承办的司法行政部门办理"),))


@rule("327-41-1")
def closed_once(f: HandleFacts) -> Breach | None:
    """A report that was dealt with is not dealt with again."""
    if not f.closed:
        return None
    return Breach("这件反映已经处理完毕。", (Remedy("查看已处理的反映", "supervisor-reports", (("state", "done"),)),))


@rule("327-41-1", "HR-41-2")
def answered_in_words(f: HandleFacts) -> Breach | None:
    """What was found and done stands in words, for whoever asks with the number."""
    if f.words.strip():
        return None
    return Breach("没有写明处理情况。", (Remedy("填写处理情况"),), "handling")


HANDLE: tuple[Rule, ...] = (by_its_office, closed_once, answered_in_words)


@dataclass(frozen=True)
class ContactFacts:
    """A look at who reported: who asked first, and who agrees now."""

    office: int | None
    body: int | None
    supervises: bool
    asked_by: int | None = None
    person: int | None = None


@rule("HR-41-2")
def two_persons(f: ContactFacts) -> Breach | None:
    """One officer of the judicial office asks, another one agrees."""
    if f.asked_by is None or f.asked_by != f.person:
        return None
    return Breach("查看联系方式由两人办理，申请人不能自己同意。", (Remedy("请本机关另一名监督员同意"),))


CONTACT: tuple[Rule, ...] = (by_its_office, two_persons)
