"""Ties and provisions on top of a stage: short verbs for the tests."""

from __future__ import annotations

import io

from django.utils import timezone
from PIL import Image

from jiangcheng.inspection.reach import actions
from jiangcheng.inspection.reach.models import LegalException, Tie
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM

LAW = {
    "document": "中华人民共和国食品安全法", "level": "law", "clause": "第一百一十条", "says": "对高风险食品生产企业按月检查，不受次数限制。",
}


def paper() -> bytes:
    """A small picture of a document."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (240, 240, 240)).save(out, "JPEG")
    return out.getvalue()


def enter(actor, duty: str = "327-15-1", fields=("food",), **said) -> LegalException:
    """A provision as a form sends it."""
    values = LAW | {"valid_from": timezone.localdate()} | said
    return actions.enter_exception(actor, duty=duty, fields=list(fields), **values)


def confirmed(stage, duty: str = "327-15-1", **said) -> LegalException:
    """Entered by the planner, confirmed by the judicial office."""
    row = enter(stage.world.actor("planner"), duty, **said)
    actions.confirm(stage.supervisor, row)
    return LegalException.objects.get(pk=row.pk)


def tie(stage, **said) -> Tie:
    """The planner's own tie to the enterprise of the world."""
    values = {"kind": "subordinate", "document": "示编〔2024〕12号", "evidence": paper(), "valid_from": timezone.localdate()} | said
    return actions.save_tie(stage.world.actor("planner"), said.pop("enterprise", stage.world.enterprise), **values)


def tie_of_other(stage, body) -> Tie:
    """A tie of another body to the same enterprise."""
    with ledger.act("test.tie", SYSTEM):
        row = Tie(
            body=body, enterprise=stage.world.enterprise, kind="state_asset", document="出资人名录第 3 号", valid_from=timezone.localdate(),
            entered_at=timezone.now(),
        )
        row.save()
    return row
