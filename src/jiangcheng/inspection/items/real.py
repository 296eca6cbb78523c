"""What public sources print, as drafts and as a reference library. Nothing is completed, counted or published by us.

Rows that Wuhan bodies printed become drafts of the body printed; every other row goes into ``LibraryRow`` with its
source. The files under ``inspection/data`` keep their source columns.
"""

from __future__ import annotations

import csv
from importlib import resources
from typing import Any

from jiangcheng.inspection.items import actions
from jiangcheng.inspection.items.models import Item, ItemVersion, LibraryRow
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.parties.models import Body, Division

FILES = {
    "items": ("inspection_items.csv", "item_name", "department"), "plans": ("annual_plans.csv", "item", "subject"),
    "caps": ("frequency_caps.csv", "item_or_scope", "department"), "scenes": ("joint_check_scenes.csv", "scene", "initiator"),
    "offsite": ("offsite_and_devices.csv", "place_or_item", "subject"),
}
SOURCE = ("source_url", "source_title", "source_date", "source_kind")
LEVELS = {"街道": "street", "区级": "district", "市级": "city"}


def read(table: str) -> list[dict[str, str]]:
    """Rows of one of the five shipped tables."""
    text = resources.files("jiangcheng.inspection").joinpath("data", FILES[table][0]).read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def is_wuhan(row: dict[str, str]) -> bool:
    """Was the row printed by a Wuhan body?"""
    return "Wuhan" in row["source_kind"].split(",")


def body_named(name: str, actor: Actor, level: str = "") -> Body:
    """The body printed; one that nobody registered yet is entered by name only, and enforces nothing."""
    found = Body.objects.filter(name=name).first()
    if found:
        return found
    districts = list(Division.objects.filter(level=3, demo=False))
    place = next((d for d in districts if d.name.removesuffix("区") in name), None) or Division.objects.filter(level=2, demo=False).first()
    if place is None:
        raise LookupError("divisions must be loaded first")
    made = Body(
        name=name, short=name[:40], kind="other", enforces=False, division=place,
        level=LEVELS.get(level) or ("street" if "街道" in name else "district" if place.level == 3 else "city"),
    )
    with ledger.act("items.load", actor, about=made):
        made.save()
    return made


def load_library(actor: Actor) -> int:
    """The five reference tables, without the drafts' rows; answers with the rows that came in new."""
    made = []
    for table, (_, title, owner) in FILES.items():
        have = set(LibraryRow.objects.filter(table=table).values_list("n", flat=True))
        for n, row in enumerate(read(table), 1):
            if n in have or (table in ("items", "plans") and is_wuhan(row)):
                continue
            made.append(LibraryRow(
                table=table, n=n, title=row[title][:400], owner=row[owner][:200], data={k: v for k, v in row.items() if k not in SOURCE},
                source_url=row["source_url"][:400], source_title=row["source_title"][:300], source_date=row["source_date"][:40],
                source_kind=row["source_kind"][:80],
            ))
    LibraryRow.objects.bulk_create(made, batch_size=200)
    return len(made)


def draft_fields(row: dict[str, str]) -> dict[str, Any]:
    """What a printed item says, no more."""
    return {
        "name": row["item_name"][:200], "basis": row["basis"], "subjects": row["object"][:300], "content": row["content_or_standard"],
        "manner": actions.manner_of(row["method"]), "cap_note": row["frequency_cap"][:300], "source_url": row["source_url"][:400],
    }


def load_items(actor: Actor) -> list[ItemVersion]:
    """The Wuhan item rows as drafts (待补正) of the bodies printed. A second run changes nothing."""
    made = []
    for row in read("items"):
        if not is_wuhan(row):
            continue
        body = body_named(row["department"], actor, row["level"])
        code = f"{row['source_id']}-{row['seq']}"
        if not Item.objects.filter(body=body, code=code).exists():
            made.append(actions.new_item(body, actor, code=code, **draft_fields(row)))
    return made


def load_real(actor: Actor = SYSTEM) -> dict[str, int]:
    """Drafts and library. ``actor`` is the platform (``SYSTEM``)."""
    return {"items": len(load_items(actor)), "library": load_library(actor)}
