"""What of the item list the search finds: name and initials, item code, basis, subjects."""

from __future__ import annotations

from typing import Any

from jiangcheng.inspection.items.models import Item, ItemVersion
from jiangcheng.kernel.search import Said, index


@index(ItemVersion, "i", near=((Item, "item"),))
def _versions(rows: Any) -> list[Said]:
    """Each version by what it says itself."""
    found = rows.values_list("pk", "name", "initials", "item__code", "basis", "subjects")
    return [(pk, texts, ()) for pk, *texts in found]
