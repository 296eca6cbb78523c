"""Acts on the item list: one function a verb. Each returns what it made or the receipt of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from pypinyin import Style, lazy_pinyin

from jiangcheng.inspection.items import caps, facts, flows, queries
from jiangcheng.inspection.items.models import Item, ItemVersion, LibraryRow, Pause, Question
from jiangcheng.inspection.items.seats import may_draft
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces

DRAFT_FIELDS = (
    "name", "field", "basis", "basis_level", "lowest_level", "subjects", "content", "manner", "standard", "standard_issuer",
    "standard_version", "standard_from", "standard_none", "cap_note", "reason", "effective_from", "source_url",
)
CARRIED = tuple(f for f in DRAFT_FIELDS if f not in ("reason", "effective_from"))


def initials(name: str) -> str:
    """Pinyin initials of a name in lower case, ASCII letters and digits kept: 食品经营检查A → spjyjca."""
    parts = lazy_pinyin(name, style=Style.FIRST_LETTER, errors=lambda x: list(x))
    return "".join(p for p in "".join(parts).lower() if p.isascii() and p.isalnum())[:200]


def _must_be_draft(version: ItemVersion) -> None:
    if version.state != "draft":
        raise Refused([Breach(
            f"“{version.name}”现在是“{version.state_word}”，不能修改。",
            (Remedy("已公布的事项请起草修订", "planner-item", (("pk", version.item_id),)),), ids=("327-07-3",),
        )])


def code_for(body: Any) -> str:
    """Next item code of a body that nobody gave by hand: 东市监查-012."""
    while True:
        code = f"{body.word or body.short or '事项'}-{next_number(f'items:{body.pk}'):03d}"
        if not Item.objects.filter(body=body, code=code).exists():
            return code


@enforces("327-07-1")
@transaction.atomic
def new_item(body: Any, actor: Actor, *, code: str = "", demo: bool = False, questions: Sequence[Any] = (), **fields: Any) -> ItemVersion:
    """Start an item with its first draft version; ``fields`` are of DRAFT_FIELDS, questions as ``save_draft`` takes them."""
    may_draft(actor, body.pk)
    item = Item(body=body, code=code or code_for(body), demo=demo)
    version = ItemVersion(item=item, n=1, state="draft", drafted_by_id=actor.person, **_clean(fields))
    version.initials = initials(version.name)
    with ledger.act("items.new", actor, about=version, duties=("327-07-1",)):
        item.save()
        version.item = item
        version.save()
        _write_questions(version, questions)
    return version


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(DRAFT_FIELDS)
    if unknown:
        raise TypeError(f"no such fields: {sorted(unknown)}")
    return dict(fields)


@enforces("327-07-1", "327-10-1")
@transaction.atomic
def save_draft(
    version: ItemVersion, actor: Actor, fields: Mapping[str, Any] | None = None, questions: Sequence[Any] | None = None,
) -> Receipt:
    """Write fields and check questions of a draft. Blank fields stay blank: what is missing is said at submission.

    ``questions`` replaces all questions: texts, or mappings with text, basis, method. None leaves them.
    """
    may_draft(actor, version.item.body_id)
    _must_be_draft(version)
    for name, value in _clean(fields or {}).items():
        setattr(version, name, value)
    version.initials = initials(version.name)
    with ledger.act("items.save", actor, about=version, duties=("327-07-1",)) as act:
        version.save()
        if questions is not None:
            _write_questions(version, questions)
    return act.receipt


def _write_questions(version: ItemVersion, questions: Iterable[Any]) -> None:
    rows = [{"text": q} if isinstance(q, str) else dict(q) for q in questions]
    rows = [r for r in rows if r.get("text", "").strip()]
    have = {q.n: q for q in version.questions.all()}
    for n, row in enumerate(rows, 1):
        question = have.pop(n, None) or Question(version=version, n=n)
        new = {"text": row["text"].strip(), "basis": row.get("basis", ""), "method": row.get("method") or "look"}
        if question.pk and all(getattr(question, k) == v for k, v in new.items()):
            continue
        for name, value in new.items():
            setattr(question, name, value)
        question.save()
    for question in have.values():
        question.delete()


def submit(version: ItemVersion, actor: Actor) -> Receipt:
    """提交审核: refused with every missing thing at once."""
    return flows.ITEM.take("submit", version, actor, facts.of(version, actor))


def withdraw_draft(version: ItemVersion, actor: Actor) -> Receipt:
    """撤回 before the head acts."""
    return flows.ITEM.take("withdraw_draft", version, actor, facts.of(version, actor))


def return_(version: ItemVersion, actor: Actor, opinion: str) -> Receipt:
    """退回修改 with the head's opinion."""
    return flows.ITEM.take("return", version, actor, facts.of(version, actor, opinion=opinion), opinion=opinion)


@enforces("327-07-1", "327-07-3")
@transaction.atomic
def publish(version: ItemVersion, actor: Actor, effective_from: date | None = None) -> Receipt:
    """公布 with effect from a day (the drafted one when none is given). What held before ends on the day before, and the
    cap printed with the item binds from that day on."""
    start = effective_from or version.effective_from
    receipt = flows.ITEM.take(
        "publish", version, actor, facts.of(version, actor, effective_from=start), effective_from=start,
        published_at=timezone.now(), reviewed_by_id=actor.person,
    )
    _end_others(version, start, f"第{version.n}版公布")
    caps.printed_with(version, facts.former_of(version), actor)
    return receipt


def _end_others(version: ItemVersion, start: date, why: str) -> None:
    """Every other version of the item that would still hold on ``start`` ends on the day before; nothing overlaps."""
    others = ItemVersion.objects.filter(item=version.item_id, state__in=("published", "paused")).exclude(pk=version.pk)
    for old in others.filter(queries.not_ended(start)):
        flows.ITEM.take("superseded", old, SYSTEM, ended_on=start - timedelta(days=1), opinion=why)


@transaction.atomic
def pause(version: ItemVersion, actor: Actor, reason: str) -> Receipt:
    """暂停实施 from today on."""
    receipt = flows.ITEM.take("pause", version, actor, facts.of(version, actor, opinion=reason), opinion=reason)
    with ledger.act("items.paused_days", actor, about=version, duties=("327-07-3",)):
        Pause(version=version, start=calendar.today(), reason=reason).save()
    return receipt


@transaction.atomic
def resume(version: ItemVersion, actor: Actor, reason: str) -> Receipt:
    """恢复实施 from today on."""
    receipt = flows.ITEM.take("resume", version, actor, facts.of(version, actor, opinion=reason), opinion=reason)
    with ledger.act("items.paused_days", actor, about=version, duties=("327-07-3",)):
        for row in version.pauses.filter(until=None):
            row.until = calendar.today() - timedelta(days=1)
            row.save()
    return receipt


@transaction.atomic
def withdraw(version: ItemVersion, actor: Actor, reason: str, gone_from: date | None) -> Receipt:
    """取消 by the newest published version: the item with all its versions is gone from a day on."""
    receipt = flows.ITEM.take(
        "withdraw", version, actor, facts.of(version, actor, opinion=reason, until=gone_from), opinion=reason,
        **({"ended_on": gone_from - timedelta(days=1)} if gone_from else {}),
    )
    _end_others(version, gone_from, f"取消：{reason.strip()}")
    return receipt


@enforces("327-07-3")
@transaction.atomic
def new_version(item: Item, actor: Actor, reason: str = "") -> ItemVersion:
    """Draft a change of a published item: the next version, with the text and questions of the newest one.

    An open draft is returned as it is; a withdrawn item is refused (a new item is the way).
    """
    may_draft(actor, item.body_id)
    newest = item.versions.order_by("-n").first()
    if newest.state == "draft":
        return newest
    if newest.state not in ("published", "paused"):
        raise Refused([Breach(
            f"“{newest.name}”现在是“{newest.state_word}”，不能起草修订。", (Remedy("待审核的请先撤回；已取消的请新增事项", "planner-items"),),
            ids=("327-07-3",),
        )])
    version = ItemVersion(
        item=item, n=newest.n + 1, state="draft", drafted_by_id=actor.person, reason=reason, initials=newest.initials,
        **{name: getattr(newest, name) for name in CARRIED},
    )
    with ledger.act("items.new_version", actor, about=version, duties=("327-07-3",), opinion=reason):
        version.save()
        _write_questions(version, [{"text": q.text, "basis": q.basis, "method": q.method} for q in newest.questions.all()])
    return version


@transaction.atomic
def delete_draft(version: ItemVersion, actor: Actor) -> None:
    """Remove a draft that was never published; a first draft takes its item along."""
    may_draft(actor, version.item.body_id)
    _must_be_draft(version)
    with ledger.act("items.delete_draft", actor, about=version, opinion=version.name):
        version.questions.all().delete()
        item = version.item
        version.delete()
        if not item.versions.exists() and not item.caps.exists() and not item.plan_rows.exists():
            item.delete()


def manner_of(text: str) -> str:
    """A printed manner as slug, "" when it says neither."""
    off = "非现场" in text
    on = "现场" in text.replace("非现场", "")
    return "both" if on and off else "offsite" if off else "onsite" if on else ""


def from_library(row: LibraryRow) -> dict[str, Any]:
    """Draft fields that a library row prints; nothing is completed by us."""
    data = row.data
    return {
        "name": row.title[:200], "basis": data.get("basis", ""), "subjects": (data.get("object") or data.get("objects") or "")[:300],
        "content": data.get("content_or_standard") or data.get("project") or data.get("items") or "",
        "manner": manner_of(data.get("method", "")), "cap_note": (data.get("frequency_cap") or "")[:300], "source_url": row.source_url,
    }


def copy_library(row: LibraryRow, body: Any, actor: Actor) -> ItemVersion:
    """复制到我的草稿: a new draft item of the body with what the reference row prints, and its source."""
    return new_item(body, actor, demo=body.demo, **from_library(row))
