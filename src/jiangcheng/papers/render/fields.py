"""The parts of which the data of papers are made: signatures, people, rows of lists and tables.

Texts are Chinese and ready to print (dates as 2026年11月23日). Fields of type ``Text`` may be a string, where a line
break begins a paragraph, or a list of paragraphs. Fields under ``total=False`` may be left out.
"""

from typing import NotRequired, TypedDict

Text = str | list[str]


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


class Point(TypedDict):
    """A fact, the rule broken, the ground of the order, what to do, until when (2026年12月8日 or 立即)."""

    fact: str
    broken: str
    ground: str
    todo: str
    deadline: str


class Count(TypedDict):
    """A row of the result table; numbers as text."""

    item: str
    total: str
    ok: str
    bad: str
    na: str
    outcome: str


class Delivered(TypedDict):
    """A paper delivered: manner, place, time."""

    name: str
    number: str
    copies: str
    manner: str
    place: str
    time: str


class Nine(TypedDict):
    """One of the nine contents of a plan (327-13-1): name, complete, remark."""

    n: str
    ok: bool
    note: str


class Fault(TypedDict):
    """A fault of the plan: where, why, what to do."""

    where: str
    reason: str
    todo: str


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


class Change(TypedDict):
    """What was written where, and what is right."""

    where: str
    was: str
    now: str
