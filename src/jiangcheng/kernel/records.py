"""Base classes of rows that the ledger watches and of rows that have a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models.signals import class_prepared, m2m_changed, pre_delete

from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Breach, Refused, Remedy


def must_fit(model: type[models.Model], values: Mapping[str, Any]) -> None:
    """Refused, naming each text that its column cannot hold. SQLite would keep it; PostgreSQL fails, with no words for people."""
    broken = []
    for field in model._meta.concrete_fields:
        text = values.get(field.attname)
        if not isinstance(text, str):
            continue
        word = f"“{field.verbose_name}”" if not field.verbose_name.isascii() else "填写的内容"
        if "\0" in text:
            broken.append(Breach(f"{word}中有不能保存的控制字符。", (Remedy("重新填写，不要直接粘贴"),), field.name))
        if isinstance(field, models.CharField) and field.max_length and len(text) > field.max_length:
            sentence = f"{word}有 {len(text):,} 个字，最多 {field.max_length:,} 个字。"
            broken.append(Breach(sentence, (Remedy("缩短后再提交"),), field.name))
    if broken:
        raise Refused(broken)


class AuditedQuerySet(models.QuerySet):
    """Statements over many rows: refused outside ``ledger.act``; inside, every row they hit joins the act."""

    def update(self, **changes: Any) -> int:
        must_fit(self.model, changes)
        keys = list(self.order_by().values_list("pk", flat=True)) if ledger.in_act() else []
        ledger.writing_keys(self.model, keys)
        return super(AuditedQuerySet, self.filter(pk__in=keys)).update(**changes)

    update.alters_data = True

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        if kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"):
            raise ledger.Unrecorded(f"{self.model.__name__}: rows that may be there already are saved one by one")
        objs = list(objs)
        for row in objs:
            must_fit(self.model, vars(row))
        made = super().bulk_create(objs, *args, **kwargs) if ledger.in_act() else []
        for row in objs:
            ledger.touch(row)
        return made

    bulk_create.alters_data = True


class Audited(models.Model):
    """A row whose every change stands in the ledger. Writing it outside ``ledger.act`` raises ``ledger.Unrecorded``.

    ``personal`` names fields whose digests are salted, so that their values can be erased. Deletions, also those that
    cascade, and changes of many-to-many links are seen by signals. ``on_delete=SET_NULL`` is not seen: use PROTECT.
    """

    personal: ClassVar[tuple[str, ...]] = ()
    ledger_audited: ClassVar[bool] = True

    objects = AuditedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        must_fit(type(self), vars(self))
        ledger.writing(self)
        super().save(*args, **kwargs)


def _deleting(sender: type, instance: Any, **_: Any) -> None:
    ledger.writing(instance)


def _linking(action: str, instance: Any, model: type, pk_set: set[Any] | None, reverse: bool, **_: Any) -> None:
    """Many-to-many links are part of the row that declares them."""
    if not action.startswith("pre_"):
        return
    if not reverse:
        ledger.writing(instance)
    elif pk_set is not None:
        ledger.writing_keys(model, pk_set)
    else:
        raise ledger.Unrecorded(f"{model.__name__}: clear the links from its own side")


def _watch(sender: type, **_: Any) -> None:
    if getattr(sender, "ledger_audited", False):
        pre_delete.connect(_deleting, sender=sender)


class_prepared.connect(_watch)


def watch_links(model: type[models.Model]) -> None:
    """See changes of the many-to-many links of an audited model. Called once all models are loaded."""
    for field in model._meta.local_many_to_many:
        m2m_changed.connect(_linking, sender=field.remote_field.through)


class Stateful(Audited):
    """An audited row with a state, which only ``Flow.take`` changes."""

    state_words: ClassVar[dict[str, str]] = {}
    state = models.CharField("状态", max_length=32, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        stored = getattr(self, "_stored_state", None)
        if self.pk and stored is not None and stored != self.state:
            raise RuntimeError(f"{self!r}: a state is changed by Flow.take alone")
        super().save(*args, **kwargs)
        self._stored_state = self.state

    @property
    def state_word(self) -> str:
        """Staff word of the state; enterprise words stand in the app's words.py."""
        return self.state_words.get(self.state, self.state)

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> Any:
        row = super().from_db(db, field_names, values)
        row._stored_state = row.__dict__.get("state")
        return row

    def move(self, source: tuple[str, ...], target: str, changes: dict[str, Any]) -> None:
        """One conditional UPDATE; raises ``Refused`` when someone else was faster. For ``Flow.take``."""
        must_fit(type(self), changes)
        ledger.writing(self)
        done = type(self)._base_manager.filter(pk=self.pk, state=self.state).update(state=target, **changes)
        if not done:
            raise Refused([Breach(f"“{self}”刚刚被他人办理，本次没有改动。", (Remedy("刷新页面，查看最新状态"),))])
        self.state = self._stored_state = target
        for name, value in changes.items():
            setattr(self, name, value)
