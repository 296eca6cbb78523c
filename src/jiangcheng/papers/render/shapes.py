"""What each paper needs to know: one TypedDict a kind. Their parts stand in ``fields``, the check in ``check``."""

from typing import NotRequired, TypedDict

from .fields import (
    By,
    Change,
    Choice,
    Complaint,
    Count,
    Delivered,
    Enterprise,
    Entry,
    Fault,
    Finding,
    Frequency,
    Media,
    Nine,
    NoticeFacts,
    NoticeItem,
    Officer,
    Opinion,
    Point,
    Receipt,
    Refusal,
    Sign,
    Signatures,
    Text,
    Told,
    Total,
    Verify,
)  # fmt: skip


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


class Filing(Paper):
    """备案回执 (327-14-1). ``rows`` are pairs of label and text."""

    addressee: str
    opening: Text
    rows: list[list[str]]
    nine: list[Nine]
    advice: list[str]
    ending: Text


class Returned(Paper):
    """退回补正通知 (327-14-2)."""

    addressee: str
    opening: Text
    rows: list[list[str]]
    faults: list[Fault]
    advice: list[str]
    ending: Text


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
