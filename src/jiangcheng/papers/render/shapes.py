"""What each paper needs to know: one TypedDict a kind, a check for missing fields, and generated sample data.

Texts are Chinese and ready to print (dates as 2026年11月23日). Fields of type ``Text`` may be a string, where a line
break begins a paragraph, or a list of paragraphs. Fields under ``total=False`` may be left out.
"""

import json
from pathlib import Path
from typing import NotRequired, TypedDict

from .kinds import KINDS

Text = str | list[str]


class UnknownKind(KeyError):
    """There is no paper of this kind."""


class MissingFields(ValueError):
    """The data lacks fields the paper cannot do without; ``fields`` names them with their place (``points[2].fact``)."""

    def __init__(self, kind: str, fields: list[str]):
        self.fields = fields
        super().__init__(f"{KINDS[kind]}缺少内容：{'、'.join(fields)}")


class Verify(TypedDict):
    """Foot of the first page: what the QR opens and what to type without a camera."""

    address: str
    code: str
    url: str
    hint: NotRequired[str]


class Sign(TypedDict, total=False):
    """A signature: on glass (``strokes`` as lists of [x, y] in a box of width × height, or ``png`` as data URL or
    base64), or typed (only ``name``). ``time`` is printed where the paper has a place for it."""

    name: str
    time: str
    strokes: list[list[list[float]]]
    width: float
    height: float
    png: str


class ReceiptLine(TypedDict):
    """One line to sign or fill: 签收人, 职务, 签收时间, 送达人."""

    label: str
    value: NotRequired[str]
    sign: NotRequired[Sign | None]


class Receipt(TypedDict):
    """Receipt below the signature block. ``refusal`` is the printed question, ``refused`` its answer."""

    title: str
    text: str
    lines: list[ReceiptLine]
    refusal: NotRequired[str | None]
    refused: NotRequired[str]


class Enterprise(TypedDict):
    """The enterprise as it stood on the day of the paper."""

    name: str
    uscc: str
    address: str
    site: str
    head: str
    head_role: str
    phone: str


class Officer(TypedDict):
    """An officer with role (主办, 协办) and certificate number."""

    name: str
    cert: str
    role: str


class Choice(TypedDict):
    """Boxes: all options, and those ticked."""

    options: list[str]
    chosen: list[str]


class Paper(TypedDict):
    """Fields of every paper. ``title`` defaults to the kind's, ``sign`` to ``body``; ``watermark`` is None in real
    use; ``screen`` prints （印章） in the seal's place; ``copies`` names the 联."""

    body: str | list[str]
    date: str
    verify: Verify
    title: NotRequired[str]
    number: NotRequired[str]
    sign: NotRequired[str | list[str]]
    copies: NotRequired[list[str]]
    watermark: NotRequired[str | None]
    screen: NotRequired[bool]
    receipt: NotRequired[Receipt | None]


class Frequency(TypedDict):
    """Which visit of the year this is, the cap as printed, visits made."""

    this: str
    limit: str
    used: str
    note: NotRequired[str]


class Opinion(TypedDict):
    """An opinion cell: ``label`` is one or two lines; without name and time it stays open for a pen."""

    label: list[str]
    text: str
    role: str
    name: NotRequired[str]
    time: NotRequired[str]
    sign: NotRequired[Sign | None]


class Approval(Paper):
    """行政检查审批表 (327-17-1)."""

    enterprise: Enterprise
    kind: Choice
    manner: Choice
    source: str
    plan: str
    items: str
    standard: str
    basis: str
    frequency: Frequency
    window: str
    officers: list[Officer]
    helpers: str
    why_on_site: str
    merge: str
    recusal: str
    risk: str
    checks: str
    urgent: str
    opinions: list[Opinion]
    annex: list[str]
    principles: str


class NoticeItem(TypedDict):
    """An item of the notice with its basis and what is looked at."""

    name: str
    basis: str
    scope: str


class NoticeFacts(TypedDict):
    """Kind of visit, frequency, place, code with its term."""

    kind: str
    frequency: str
    place: str
    code: str


class Complaint(TypedDict):
    """Who hears complaints."""

    name: str
    phone: str
    hours: str
    web: str


class Notice(Paper):
    """行政检查通知书 (327-17-3, 18-3, 40-02; HR-18-2). ``prohibitions`` are pairs of heading and text."""

    enterprise: Enterprise
    opening: Text
    items: list[NoticeItem]
    facts: NoticeFacts
    officers: list[Officer]
    officers_note: NotRequired[str]
    rights: list[str]
    duties: list[str]
    fees: Text
    complaint: Complaint
    ending: Text
    annex: list[str]
    prohibitions: list[list[str]]
    prohibitions_note: Text


class Told(TypedDict):
    """A question of the telling part and its answer."""

    q: str
    a: str


class Finding(TypedDict):
    """A question of the visit: item, basis, method, what was found, 符合 / 不符合 / 不适用."""

    item: str
    basis: str
    method: str
    text: str
    result: str


class Media(TypedDict):
    """A photo or recording, with shortened digest."""

    no: str
    what: str
    time: str
    by: str
    digest: str


class Signatures(TypedDict, total=False):
    """Who has signed the record; a missing one leaves an open line."""

    firm: Sign | None
    lead: Sign | None
    second: Sign | None
    witness: Sign | None
    recorder: Sign | None


class Refusal(TypedDict):
    """The printed sentence on refusal to sign, and what was noted."""

    text: str
    value: NotRequired[str]


class Record(Paper):
    """现场检查笔录 (327-18-4, 20-1)."""

    enterprise: Enterprise
    officers: list[Officer]
    notice_no: str
    code: str
    begin: str
    end: str
    scan: str
    present: str
    helpers: str
    witness: str
    told: list[Told]
    law: NotRequired[str]
    findings: list[Finding]
    media: list[Media]
    other: NotRequired[str]
    statement: Text
    review: NotRequired[Text]
    outcome: Choice
    confirm: str
    refusal: Refusal
    signatures: NotRequired[Signatures]


class Point(TypedDict):
    """A fact, the rule broken, the ground of the order, what to do, until when (2026年12月8日 or 立即)."""

    fact: str
    broken: str
    ground: str
    todo: str
    deadline: str


class Order(Paper):
    """责令改正通知书 and 责令停止违法行为通知书 (327-20-2, 20-3, 20-5; HR-20-1)."""

    enterprise: Enterprise
    opening: Text
    points: list[Point]
    deadline_text: Text
    proof: Text
    guidance: Text
    late: Text
    remedy: Text
    contact: Text


class Count(TypedDict):
    """A row of the result table; numbers as text."""

    item: str
    total: str
    ok: str
    bad: str
    na: str
    outcome: str


class Result(Paper):
    """行政检查结果告知书 (327-18-5)."""

    enterprise: Enterprise
    opening: Text
    table: list[Count]
    results: list[str]
    counting: Text
    next: Text
    remedy: Text
    ending: Text


class Delivered(TypedDict):
    """A paper delivered: manner, place, time."""

    name: str
    number: str
    copies: str
    manner: str
    place: str
    time: str


class Delivery(Paper):
    """送达回证. ``signed`` is the receiver's signature, ``served`` the officer's."""

    recipient: str
    case: str
    manner: Choice
    papers: list[Delivered]
    proof: str
    server: str
    refusal: NotRequired[str]
    witness: NotRequired[str]
    witness_role: NotRequired[str]
    remark: NotRequired[str]
    signed: NotRequired[Sign | None]
    served: NotRequired[Sign | None]


class Nine(TypedDict):
    """One of the nine contents of a plan (327-13-1): name, complete, remark."""

    n: str
    ok: bool
    note: str


class Filing(Paper):
    """备案回执 (327-14-1). ``rows`` are pairs of label and text."""

    addressee: str
    opening: Text
    rows: list[list[str]]
    nine: list[Nine]
    advice: list[str]
    ending: Text


class Fault(TypedDict):
    """A fault of the plan: where, why, what to do."""

    where: str
    reason: str
    todo: str


class Returned(Paper):
    """退回补正通知 (327-14-2)."""

    addressee: str
    opening: Text
    rows: list[list[str]]
    faults: list[Fault]
    advice: list[str]
    ending: Text


class Entry(TypedDict):
    """A line of the file index; ``pages`` like 1—2."""

    no: int
    name: str
    number: str
    date: str
    pages: str
    remark: str


class Total(TypedDict):
    """Numbers of papers, pages, electronic evidence, as text."""

    docs: str
    pages: str
    media: str


class By(TypedDict):
    """Who made and who checked the file."""

    maker: str
    checker: str


class FileIndex(Paper):
    """卷内目录 and 备考表 (327-25-1)."""

    name: str
    file_no: str
    retention: str
    rows: list[Entry]
    total: Total
    note: list[str]
    by: By
    digest: str


class Transfer(Paper):
    """转立案审查登记表 (327-20-4, 20-7, 20-8)."""

    enterprise: Enterprise
    source: str
    facts: Text
    broken: str
    benchmark: str
    exempt: str
    evidence: list[str]
    receiver: str
    opinions: list[Opinion]
    case_no: NotRequired[str]
    note: str


class Change(TypedDict):
    """What was written where, and what is right."""

    where: str
    was: str
    now: str


class Amendment(Paper):
    """更正（补充）说明 to an issued paper."""

    addressee: str
    opening: Text
    changes: list[Change]
    reason: Text
    effect: Text
    ending: Text


SHAPES: dict[str, type] = {
    "approval": Approval, "notice": Notice, "record": Record, "stop": Order, "correct": Order, "result": Result,
    "delivery": Delivery, "filing": Filing, "return": Returned, "file_index": FileIndex, "transfer": Transfer,
    "amendment": Amendment,
}  # fmt: skip


#: what may not be empty either: a paper without it would say nothing (article 18: items, basis, rights, duties)
FILLED: dict[type, tuple[str, ...]] = {
    Notice: ("duties", "items", "officers", "rights"),
    NoticeItem: ("basis", "name"),
    Order: ("points",),
    Point: ("broken", "deadline", "fact", "ground", "todo"),
    Result: ("results",),
    Returned: ("faults",),
    Fault: ("reason", "where"),
}


def _typed(hint) -> tuple[type | None, bool]:
    """The TypedDict inside a type hint, and whether it stands in a list."""
    args = getattr(hint, "__args__", ())
    if hasattr(hint, "__required_keys__"):
        return hint, False
    for arg in args:
        found, listed = _typed(arg)
        if found:
            return found, listed or getattr(hint, "__origin__", None) is list
    return None, False


def missing(shape: type, data: dict, path: str = "") -> list[str]:
    """Names of required fields that are absent, or empty where that says nothing, with place: ``points[2].fact``."""
    filled = FILLED.get(shape, ())
    out = [path + k for k in sorted(shape.__required_keys__) if k not in data or (k in filled and not data[k])]
    for key, hint in shape.__annotations__.items():
        inner, listed = _typed(hint)
        value = data.get(key)
        if inner is None or not value:
            continue
        for i, part in enumerate(value if listed else [value], 1):
            if isinstance(part, dict):
                out += missing(inner, part, f"{path}{key}[{i}]." if listed else f"{path}{key}.")
    return out


def check(kind: str, data: dict) -> None:
    """Raise ``UnknownKind`` or ``MissingFields`` (all of them at once) before anything is set."""
    if kind not in SHAPES:
        raise UnknownKind(kind)
    if lacking := missing(SHAPES[kind], data):
        raise MissingFields(kind, lacking)


def sample(kind: str) -> dict:
    """Generated data （演示） for a preview; bodies, people and numbers do not exist."""
    if kind not in SHAPES:
        raise UnknownKind(kind)
    return json.loads((Path(__file__).parent / "samples" / f"{kind}.json").read_text("utf-8"))
