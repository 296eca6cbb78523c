"""Rows of yearly plans that Wuhan bodies printed, as drafts (待补正) of the body printed. Never completed by us."""

from __future__ import annotations

import re

from jiangcheng.inspection.items.real import body_named, is_wuhan, read
from jiangcheng.inspection.plans import actions
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.kernel.actor import SYSTEM, Actor


def year_of(row: dict[str, str]) -> int:
    """The year named in the title of the source, else of its date."""
    found = re.search(r"(20\d\d)年", row["source_title"] + row["item"]) or re.match(r"(20\d\d)", row["source_date"])
    return int(found[1])


def row_fields(row: dict[str, str]) -> dict[str, str]:
    """The nine contents as far as they are printed; blank means not printed. Necessity is printed nowhere."""
    return {
        "item_name": row["item"][:200], "basis": row["basis"], "body_name": row["subject"][:100], "subjects": row["object"][:300],
        "contents": row["project"], "manner": row["method"][:40], "frequency": row["frequency"][:100], "proportion": row["ratio"][:100],
        "source_url": row["source_url"][:400],
    }


def load_plans(actor: Actor) -> int:
    """Enter the printed rows; answers with the rows that came in new. A second run changes nothing."""
    made = 0
    for row in read("plans"):
        if not is_wuhan(row):
            continue
        body = body_named(row["subject"], actor)
        plan = Plan.objects.filter(body=body, year=year_of(row), n=1).first() or actions.start_plan(body, year_of(row), actor, state="to_mend")
        fields = row_fields(row)
        if plan.state != "to_mend" or plan.rows.filter(item_name=fields["item_name"], contents=fields["contents"]).exists():
            continue
        actions.add_row(plan, actor, fields)
        made += 1
    return made


def load_real(actor: Actor = SYSTEM) -> dict[str, int]:
    """Everything this module loads. ``actor`` is the platform (``SYSTEM``)."""
    return {"plan rows": load_plans(actor)}
