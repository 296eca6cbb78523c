"""Delivery of papers (送达) in one of five ways, each with its proof (article 18, item 5; 327-17-3).

On glass or paper: a signature. By the platform: consent on record before. Refused: reason, witness and photo (留置).
By post: number, then the day it arrived; mail that comes back leaves the papers undelivered with the failure on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.flow import Flow, Step
from jiangcheng.law.rule import Breach, Refused, Remedy, rule
from jiangcheng.papers import glass, words
from jiangcheng.papers.issue import TITLES, cn_day, cn_time
from jiangcheng.papers.models import Delivery, Paper, StoredFile
from jiangcheng.parties.models import Enterprise

DUTY = "327-18-5"
FINAL = ("signed", "platform", "refused", "done")
"""States in which the papers count as delivered."""
STEP_OF = {"glass": "sign", "paper": "sign_paper", "platform": "platform", "refused": "refuse", "post": "post"}


@dataclass(frozen=True)
class Facts:
    """What a delivery rests on; times are moments in UTC."""

    papers: int
    receiver: str = ""
    signature: bool = False
    proof: bool = False
    consent: str = ""
    reason: str = ""
    witness: str = ""
    post_number: str = ""
    issued_at: datetime | None = None
    at: datetime | None = None
    now: datetime | None = None


# --- rules ---------------------------------------------------------------------------------------------------------


@rule(DUTY)
def something_delivered(f: Facts) -> Breach | None:
    """A delivery names its papers."""
    return None if f.papers else Breach("没有选择要送达的文书。", (Remedy("选择文书后再送达"),), "papers")


@rule(DUTY)
def receiver_named(f: Facts) -> Breach | None:
    """Who took the papers is on record."""
    return None if f.receiver.strip() else Breach("没有填写签收人姓名。", (Remedy("填写签收人和身份"),), "receiver")


@rule(DUTY)
def signed_on_glass(f: Facts) -> Breach | None:
    """On glass: the signature itself."""
    if f.signature:
        return None
    return Breach("签收栏没有签名。", (Remedy("请签收人在屏上签名"), Remedy("拒绝签收的，改用留置送达")), "signature")


@rule(DUTY)
def paper_photographed(f: Facts) -> Breach | None:
    """On paper: a photo of the signed receipt."""
    return None if f.proof else Breach("没有签收页照片。", (Remedy("拍下签名的签收页"),), "proof")


@rule(DUTY)
def consent_on_record(f: Facts) -> Breach | None:
    """By the platform only to one who agreed before."""
    if f.consent.strip():
        return None
    ways = (Remedy("请企业在账号中同意电子送达"), Remedy("改用当场签收、邮寄或留置送达"))
    return Breach("企业没有同意电子送达的记录，不能用平台送达。", ways, "manner")


@rule(DUTY)
def refusal_witnessed(f: Facts) -> Iterable[Breach]:
    """留置送达: reason, witness and photo."""
    if not f.reason.strip():
        yield Breach("没有记明拒收理由。", (Remedy("填写拒收的理由和日期"),), "reason")
    if not f.witness.strip():
        yield Breach("留置送达没有见证人。", (Remedy("填写见证人姓名和单位"),), "witness")
    if not f.proof:
        yield Breach("留置送达没有现场照片。", (Remedy("拍下文书留置的情况"),), "proof")


@rule(DUTY)
def post_numbered(f: Facts) -> Breach | None:
    """By post: the number of the item."""
    return None if f.post_number.strip() else Breach("没有填写邮件号码。", (Remedy("填写挂号信或快递单号"),), "post_number")


@rule(DUTY)
def day_possible(f: Facts) -> Breach | None:
    """Papers arrive after they were issued and not in the future."""
    if f.at is None or (f.now and f.at > f.now) or (f.issued_at and f.at < f.issued_at):
        return Breach("送达时间须在文书出具之后，且不晚于现在。", (Remedy("更正送达时间"),), "at")
    return None


@rule(DUTY)
def failure_explained(f: Facts) -> Breach | None:
    """Mail that came back: why."""
    return None if f.reason.strip() else Breach("没有写明邮件退回的原因。", (Remedy("填写退回原因"),), "reason")


# --- flow ----------------------------------------------------------------------------------------------------------


def server(actor: Actor, record: Delivery) -> bool:
    """An officer of the body that issued the papers."""
    return actor.has("officer") and record.papers.filter(body=actor.body).exists()


def server_or_receiver(actor: Actor, record: Delivery) -> bool:
    """As above, or the enterprise to which the papers are addressed."""
    if server(actor, record):
        return True
    if not actor.has("enterprise") or actor.enterprise is None:
        return False
    uscc = Enterprise.objects.filter(pk=actor.enterprise).values_list("uscc", flat=True).first()
    return any(addressee(p) == uscc for p in record.papers.all())


FLOW = Flow("delivery", tuple(words.DELIVERY_STATES), (
    Step("sign", ("waiting",), "signed", server_or_receiver, "当场签收",
         (something_delivered, receiver_named, signed_on_glass, day_possible), (DUTY,)),
    Step("sign_paper", ("waiting",), "signed", server, "纸质签收",
         (something_delivered, receiver_named, paper_photographed, day_possible), (DUTY,)),
    Step("platform", ("waiting",), "platform", server, "平台送达",
         (something_delivered, consent_on_record, day_possible), (DUTY,)),
    Step("refuse", ("waiting",), "refused", server, "留置送达",
         (something_delivered, refusal_witnessed, day_possible), (DUTY,)),
    Step("post", ("waiting",), "posted", server, "邮寄", (something_delivered, post_numbered, day_possible), (DUTY,)),
    Step("arrived", ("posted",), "done", server, "登记送达", (day_possible,), (DUTY,)),
    Step("came_back", ("posted",), "waiting", server, "登记退回", (failure_explained,), (DUTY,)),
))  # fmt: skip


# --- actions -------------------------------------------------------------------------------------------------------


def addressee(paper: Paper) -> str:
    """Credit code of the enterprise that a paper addresses; empty for papers to others."""
    return (paper.data.get("enterprise") or {}).get("uscc", "")


def facts(delivery: Delivery, papers: Sequence[Paper], at: datetime | None = None) -> Facts:
    """Facts of a delivery of these papers."""
    issued = [p.issued_at for p in papers]
    return Facts(
        len(issued), delivery.receiver, delivery.signature_id is not None, delivery.proof_id is not None, delivery.consent,
        delivery.reason, delivery.witness, delivery.post_number, max(issued, default=None), at or delivery.delivered_at,
        timezone.now(),
    )  # fmt: skip


def draft(manner: str, actor: Actor, *, matter: str, at: datetime | None = None, **values: Any) -> Delivery:
    """An unsaved delivery: receiver, receiver_role, consent, reason, witness, witness_unit, post_number, proof,
    signature, as the way needs. ``at`` is when it was delivered (now)."""
    if manner not in STEP_OF:
        raise Refused([Breach("请选择送达方式。", (Remedy("当场签收、平台送达、纸质签收、留置送达或邮寄，任选一种"),), "manner")])
    return Delivery(
        state="waiting", matter=matter, manner=manner, by_id=actor.person, delivered_at=at or timezone.now(),
        **{k: v.strip() if isinstance(v, str) else v for k, v in values.items()},
    )  # fmt: skip


def missing(row: Delivery, papers: Sequence[Paper]) -> tuple[Breach, ...]:
    """What an unsaved delivery of these papers still needs."""
    return FLOW.missing(STEP_OF[row.manner], facts(row, papers))


def deliver(
    papers: Sequence[Paper], manner: str, actor: Actor, *, matter: str, at: datetime | None = None, **values: Any
) -> Delivery:  # fmt: skip
    """Deliver papers in one way; ``values`` as in ``draft``. Raises ``Refused`` with all that the way still needs."""
    return send(draft(manner, actor, matter=matter, at=at, **values), papers, actor)


def send(row: Delivery, papers: Sequence[Paper], actor: Actor) -> Delivery:
    """Deliver papers as drafted."""
    at, row.delivered_at = row.delivered_at, None
    with transaction.atomic():
        with ledger.act("delivery.open", actor, about=row, extra={"matter": row.matter}):
            row.save()
            row.papers.set(papers)
        changes = {} if row.manner == "post" else {"delivered_at": at}
        FLOW.take(STEP_OF[row.manner], row, actor, facts(row, papers, at), **changes)
    return row


def arrived(delivery: Delivery, actor: Actor, at: datetime, proof: StoredFile | None = None) -> ledger.Receipt:
    """The mail arrived: the day it was delivered, and the carrier's proof if there is one."""
    more = {"proof": proof} if proof else {}
    return FLOW.take("arrived", delivery, actor, facts(delivery, list(delivery.papers.all()), at), delivered_at=at, **more)


def came_back(delivery: Delivery, actor: Actor, reason: str, proof: StoredFile | None = None) -> ledger.Receipt:
    """The mail came back: the failed delivery is on record, the papers wait for another way."""
    more = {"proof": proof} if proof else {}
    seen = Facts(delivery.papers.count(), reason=reason)
    return FLOW.take("came_back", delivery, actor, seen, opinion=reason, reason=reason, **more)


def of(matter: str) -> Any:
    """Deliveries of a matter, oldest first."""
    return Delivery.objects.filter(matter=matter).order_by("id")


def settled(delivery: Delivery) -> bool:
    """Delivered, refused with witness, or failed with the failure on record."""
    return delivery.state in FINAL or (delivery.state == "waiting" and bool(delivery.post_number and delivery.reason))


def undelivered(papers: Iterable[Paper]) -> list[Paper]:
    """Papers for which no settled delivery stands."""
    return [p for p in papers if not any(settled(d) for d in p.deliveries.order_by("id"))]


# --- 送达回证 --------------------------------------------------------------------------------------------------------

_WAY = {"glass": "当场签收", "paper": "当场签收", "platform": "平台送达", "refused": "留置送达", "post": "邮寄送达"}


def _proof(d: Delivery) -> str:
    kept = f"留存凭证摘要{d.proof.sha256[:16]}…" if d.proof else ""
    if d.manner == "glass":
        return f"签收人在屏上签名，签名文件摘要{d.signature.sha256[:16]}…"
    if d.manner == "platform":
        return f"电子送达同意：{d.consent}。{cn_time(d.delivered_at)}进入受送达人账号。"
    if d.manner == "post":
        return f"邮件号码{d.post_number}。{kept}"
    return kept


def sheet(d: Delivery, papers: Sequence[Paper], *, case: str, place: str, server: str) -> dict[str, Any]:
    """Fields of the 送达回证 of a delivery that is done (or, not yet saved, about to be)."""
    when = cn_time(d.delivered_at)
    to = next((p.data["enterprise"]["name"] for p in papers if p.data.get("enterprise")), "")
    signed = d.manner in ("glass", "paper")
    where = {"platform": "平台账号", "post": "邮寄"}.get(d.manner, place)
    return {
        "recipient": to, "case": case,
        "manner": {"options": ["当场签收", "平台送达", "留置送达", "邮寄送达"], "chosen": [_WAY[d.manner]]},
        "papers": [
            {"name": TITLES[p.kind], "number": p.number, "copies": "1", "manner": _WAY[d.manner], "place": where, "time": when}
            for p in papers
        ],
        "proof": _proof(d), "server": server, "refusal": d.reason if d.state == "refused" else "", "witness": d.witness,
        "witness_role": d.witness_unit, "signed": glass.printed(d.signature, d.receiver, when) if signed else None,
        "remark": f"签收人{d.receiver}（{d.receiver_role}）" if d.receiver and d.receiver_role else "",
    }  # fmt: skip


def day_of(d: Delivery) -> str:
    """Day of delivery in words, empty while under way."""
    return cn_day(d.delivered_at) if d.delivered_at else ""
