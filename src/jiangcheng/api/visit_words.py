"""What a program says with each act on a visit: one model an act, named fields, known words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from jiangcheng.api import base
from jiangcheng.api.base import Said
from jiangcheng.inspection.items.words import METHODS
from jiangcheng.inspection.visits import words
from jiangcheng.inspection.visits.actions.scheme import FIELDS
from jiangcheng.papers.words import MANNERS


def one_of(pairs: list[tuple[str, str]]) -> Any:
    """A literal of the slugs of a table of words."""
    return Literal[tuple(slug for slug, _ in pairs)]


Kind, Manner, Purpose, Chosen = one_of(words.KINDS), one_of(words.MANNERS), one_of(words.PURPOSES), one_of(words.CHOSEN)
Point = Annotated[list[Annotated[float, Field(ge=-1e6, le=1e6)]], Field(min_length=2, max_length=2)]
Stroke = Annotated[list[Point], Field(max_length=5000)]


FilePurpose = Literal["evidence", "audio", "offline", "proof", "signature"]


class Nothing(Said):
    """An act that needs no words."""


class OpinionIn(Said):
    """An opinion, which may be left out."""

    opinion: base.Words = ""


class ReasonIn(Said):
    """A reason."""

    reason: base.Words = ""


class SchemeIn(Said):
    """Fields of a scheme; what is left out stays as it is."""

    site: base.Id | None = None
    items: Annotated[list[base.Id], Field(max_length=50)] | None = None
    kind: Kind | None = None
    manner: Manner | None = None
    purpose: Purpose | None = None
    window_start: base.Moment | None = None
    window_end: base.Moment | None = None
    minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    steps: base.Long | None = None
    why_onsite: base.Words | None = None
    risk: base.Words | None = None
    helpers: base.Words | None = None
    single_officer_law: base.Words | None = None
    chosen: Chosen | None = None
    pick_reason: base.Words | None = None
    merge: one_of(words.MERGE) | None = None
    merge_note: base.Words | None = None

    def fields(self) -> dict[str, Any]:
        """The fields that were said, as ``save_scheme`` takes them."""
        said = self.model_dump(exclude={"site", "items"}, exclude_none=True)
        return {name: value for name, value in said.items() if name in FIELDS}


class DraftIn(SchemeIn):
    """Where a visit stands on: a plan row, or an order to be checked again; whom it goes to: a site, or the next of a draw."""

    row: base.Id | None = None
    order: base.Number | None = None
    draw: base.Number | None = None
    items: None = None

    @model_validator(mode="after")
    def _one_ground(self) -> DraftIn:
        if (self.row is None) == (self.order is None):
            raise ValueError("row or order, and only one of them")
        return self


class DrawIn(Said):
    """How many subjects to draw for a plan row, and words that narrow the pool."""

    row: base.Id
    count: Annotated[int, Field(ge=1, le=200)] = 1
    pool: base.Query = ""


class PersonIn(Said):
    """Somebody on a visit."""

    person: base.Id
    role: one_of(words.OFFICER_ROLES)


class OfficersIn(Said):
    """Everybody on the visit; ``declared``: nothing calls for the caller to stand aside."""

    officers: Annotated[list[PersonIn], Field(min_length=1, max_length=20)]
    declared: bool = False


class ReplaceIn(Said):
    """Who leaves (seat), who comes (person)."""

    seat: base.Id
    person: base.Id
    opinion: base.Words = ""


class WindowIn(Said):
    """Another time, with the reason."""

    window_start: base.Moment
    window_end: base.Moment
    reason: base.Words = ""


class ArriveIn(Said):
    """扫企业码 or 录入信用代码: what the QR of the firm holds, or the code as typed."""

    scanned: base.Words = ""
    typed: base.Short = ""
    place: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="after")
    def _one_way(self) -> ArriveIn:
        if bool(self.scanned) == bool(self.typed):
            raise ValueError("scanned or typed, and only one of them")
        return self


class ConfirmIn(Said):
    """确认人员到场 by the enterprise: the changing part of the live code, and whether each certificate was shown."""

    rotating: base.Short
    seen: dict[base.Id, Literal["yes", "no"]] = Field(default_factory=dict, max_length=20)
    place: Annotated[str, Field(max_length=40)] = ""


class SeenIn(Said):
    """Seat → whether the certificate was shown."""

    seen: dict[base.Id, Literal["yes", "no"]] = Field(max_length=20)


class OfflineIn(Said):
    """无网络登记: reason, the device's own time, a photo that was sent before."""

    reason: base.Short
    device_at: base.Moment
    photo: base.Id | None = None


class NotDoneIn(Said):
    """未实施, with a photo where nobody was met."""

    why: one_of(words.NOT_DONE)
    note: base.Words = ""
    photo: base.Id | None = None


class TextIn(Said):
    """Words."""

    text: base.Long


class AnswerIn(Said):
    """The finding on one question; photos were sent before."""

    question: base.Id
    verdict: one_of(words.VERDICTS)
    text: base.Long = ""
    method: one_of(METHODS) | Literal[""] = ""
    method_law: base.Words = ""
    photos: Annotated[list[base.Id], Field(max_length=50)] = []
    device_at: base.Moment | None = None


class ReceiverIn(Said):
    """Who received the officers."""

    name: base.Short
    role: base.Short = ""


class Drawing(Said):
    """A signature on glass."""

    strokes: Annotated[list[Stroke], Field(max_length=500)]
    width: Annotated[float, Field(gt=0, le=20_000)] = 600
    height: Annotated[float, Field(gt=0, le=20_000)] = 200


class SignIn(Said):
    """A signature to the record, or the refusal to sign before a witness."""

    kind: one_of(words.SIGNER_KINDS)
    way: one_of(words.SIGN_WAYS)
    name: base.Short = ""
    person: base.Id | None = None
    drawing: Drawing | None = None
    file: base.Id | None = None
    code: base.Short = ""
    reason: base.Words = ""
    witness: base.Short = ""


class FirmSignIn(Said):
    """The enterprise signs the record: on glass, or the typed name with the visit's short code."""

    name: base.Short
    drawing: Drawing | None = None
    code: base.Short = ""


class DeclineIn(Said):
    """不签名, in the enterprise's own words."""

    name: base.Short = ""
    reason: base.Words


class DeliverIn(Said):
    """How papers reach the enterprise, and the proof."""

    manner: one_of(MANNERS) | Literal[""] = ""
    receiver: base.Short = ""
    receiver_role: base.Short = ""
    drawing: Drawing | None = None
    proof: base.Id | None = None
    reason: base.Words = ""
    witness: base.Short = ""
    witness_unit: base.Short = ""
    post_number: base.Short = ""


class ReceiveIn(Said):
    """签收 by the enterprise."""

    name: base.Short
    role: base.Short = ""
    drawing: Drawing


class PointIn(Said):
    """What an order asks: the fact, the provision broken, the ground, what is to be done."""

    fact: base.Words
    broken: base.Words = ""
    ground: base.Words
    todo: base.Words


class OrderIn(Said):
    """An order to stop or to correct."""

    kind: one_of(words.ORDER_KINDS)
    points: Annotated[list[PointIn], Field(max_length=50)]
    due: base.Day | None = None
    law_term: base.Words = ""
    term_reason: base.Words = ""
    presence_law: base.Words = ""


class FinishIn(Said):
    """结束检查: outcomes and orders."""

    outcomes: Annotated[list[one_of(words.OUTCOMES)], Field(min_length=1, max_length=4)]
    orders: Annotated[list[OrderIn], Field(max_length=10)] = []
    guidance: base.Long = ""


class NumberIn(Said):
    """A number."""

    number: base.Short


class RecusalIn(Said):
    """申请回避."""

    seat: base.Id
    reason: base.Words
    for_firm: bool = False


class DecideIn(Said):
    """Whether the officer stands aside."""

    recusal: base.Id
    granted: bool
    note: base.Words = ""


class VerdictIn(Said):
    """无网络登记核查."""

    verdict: one_of(words.OFFLINE_VERDICTS)
    note: base.Words = ""


class ChangeIn(Said):
    """Where a paper is amended."""

    where: base.Words
    was: base.Words = ""
    now: base.Words


class AmendIn(Said):
    """更正（补充）说明."""

    paper: Annotated[str, Field(max_length=20)]
    changes: Annotated[list[ChangeIn], Field(max_length=50)]
    reason: base.Words


class DueIn(Said):
    """A later term."""

    due: base.Day
    reason: base.Words


class SubmissionIn(Said):
    """提交整改; files were sent before."""

    text: base.Long
    files: Annotated[list[base.Id], Field(max_length=20)] = []


