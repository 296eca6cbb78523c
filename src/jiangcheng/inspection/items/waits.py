"""What of the item list waits for whom, and what acts on it let other people know."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from jiangcheng.inspection.items import actions, seats
from jiangcheng.inspection.items.flows import ITEM
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.models import Leaf
from jiangcheng.work import people
from jiangcheng.work.kinds import subject, waiting
from jiangcheng.work.notices import Tell, tells


def _reviews(actor: Actor) -> QuerySet[ItemVersion]:
    """Versions that wait for the head."""
    return ItemVersion.objects.filter(item__body=actor.body, state="review")


def sent_back(drafts: QuerySet[ItemVersion]) -> QuerySet[ItemVersion]:
    """Those of some drafts that the head has sent back."""
    mine = Leaf.objects.filter(subject_kind=ItemVersion._meta.label, subject_id=Cast(OuterRef("pk"), CharField()), act="item.return")
    return drafts.filter(Exists(mine))


def _returned(actor: Actor) -> QuerySet[ItemVersion]:
    return sent_back(ItemVersion.objects.filter(item__body=actor.body, state="draft"))


def _reviewer(actor: Actor, version: ItemVersion) -> bool:
    return seats.head_of_item(actor, version) and version.drafted_by_id != actor.person


def _title(version: ItemVersion) -> str:
    return f"{version.name}（第 {version.n} 版）"


waiting(
    "item.review", ItemVersion, "审核事项", "head", _reviews, title=_title, page=("head-item", "item_id"),
    also=("item__body",), may=_reviewer,
)
waiting(
    "item.returned", ItemVersion, "修改退回的事项", "planner", _returned, title=_title,
    page=("planner-item", "item_id"), also=("item__body",), may=seats.planner_of_item,
)
HOLDER = {"draft": ("planner", "计划管理员"), "review": ("head", "单位负责人")}
subject(
    ItemVersion, "检查事项", _title, {"planner": ("planner-item", "item_id"), "head": ("head-item", "item_id")},
    holder=HOLDER, holders=lambda v, role: people.accounts(role, body=v.item.body_id),
    starts=("items.new", "items.new_version"), flow=ITEM,
    withdraw=lambda actor, version: actions.withdraw_draft(version, actor), withdraw_step="withdraw_draft",
    related=("item__body",),
)


@tells("item.submit")
def _submitted(version: ItemVersion, actor: Actor) -> Iterator[Tell]:
    yield Tell(people.accounts("head", body=version.item.body_id), "item", f"事项“{version.name}”待您审核", "head-item", [version.item_id])


@tells("item.return", "item.publish", "item.pause", "item.resume", "item.withdraw")
def _decided(version: ItemVersion, actor: Actor) -> Iterator[Tell]:
    said = "已退回修改" if version.state == "draft" else f"现在是“{version.state_word}”"
    accounts = people.accounts("planner", body=version.item.body_id)
    yield Tell(accounts, "item", f"事项“{version.name}”{said}", "planner-item", [version.item_id])
