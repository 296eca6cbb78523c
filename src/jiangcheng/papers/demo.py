"""Drawn portraits on the certificates of generated people, marked （演示） in the interface."""

from __future__ import annotations

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.papers import files, portraits
from jiangcheng.parties.models import Certificate

LONG_HAIR = "敏燕静雪芳兰"
"""Characters of generated names that are mostly women's."""


def build() -> int:
    """Give every generated certificate without a photo a drawn one; how many got one."""
    rows = list(Certificate.objects.filter(person__demo=True, photo="").select_related("person").order_by("id"))
    if not rows:
        return 0
    with ledger.act("demo.portraits", SYSTEM):
        for row in rows:
            picture = portraits.drawn(row.person_id, long_hair=any(c in row.person.name for c in LONG_HAIR))
            row.photo = files.store(picture)
            row.save(update_fields=["photo"])
    return len(rows)
