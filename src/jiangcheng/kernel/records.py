"""Base classes of rows that the ledger watches and of rows that have a state."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Breach, Refused, Remedy


class Audited(models.Model):
    """A row whose every change stands in the ledger. Writing it outside ``ledger.act`` raises ``ledger.Unrecorded``.

    ``personal`` names fields whose digests are salted, so that their values can be erased.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        ledger.touch(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        ledger.touch(self, gone=True)
        return super().delete(*args, **kwargs)


class Stateful(Audited):
    """An audited row with a state, which only ``Flow.take`` changes."""

    state_words: ClassVar[dict[str, str]] = {}
    state = models.CharField("状态", max_length=32, db_index=True)

    class Meta:
        abstract = True

    @property
    def state_word(self) -> str:
        """Staff word of the state; enterprise words stand in the app's words.py."""
        return self.state_words.get(self.state, self.state)

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> Any:
        row = super().from_db(db, field_names, values)
        row._stored_state = row.__dict__.get("state")
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        stored = getattr(self, "_stored_state", None)
        if self.pk and stored is not None and stored != self.state:
            raise RuntimeError(f"{self!r}: a state is changed by Flow.take alone")
        super().save(*args, **kwargs)
        self._stored_state = self.state

    def move(self, source: tuple[str, ...], target: str, changes: dict[str, Any]) -> None:
        """One conditional UPDATE; raises ``Refused`` when someone else was faster. For ``Flow.take``."""
        ledger.touch(self)
        done = type(self)._base_manager.filter(pk=self.pk, state=self.state).update(state=target, **changes)
        if not done:
            raise Refused([Breach(f"“{self}”刚刚被他人办理，本次没有改动。", (Remedy("刷新页面，查看最新状态"),))])
        self.state = self._stored_state = target
        for name, value in changes.items():
            setattr(self, name, value)
