"""Audited models of the tests' own, with every kind of field, in an application that is installed only where asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.apps import AppConfig, apps
from django.db import connection, models

from jiangcheng.kernel import canonical, records
from jiangcheng.kernel.records import Audited, Stateful


class Tag(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "sample"

    def __str__(self) -> str:
        return self.name


class Sample(Stateful):
    personal: ClassVar[tuple[str, ...]] = ("phone", "born")
    words: ClassVar[dict[str, str]] = {"draft": "草稿", "filed": "已备案"}

    name = models.CharField(max_length=40)
    note = models.TextField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    born = models.DateField(null=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    seen = models.DateTimeField(null=True)
    clock = models.TimeField(null=True)
    data = models.JSONField(default=dict)
    flag = models.BooleanField(default=False)
    ratio = models.FloatField(null=True)
    span = models.DurationField(null=True)
    code = models.UUIDField(null=True)
    photo = models.FileField(null=True, blank=True)
    tags = models.ManyToManyField(Tag)

    class Meta:
        app_label = "sample"

    def __str__(self) -> str:
        return self.name


class Child(Audited):
    parent = models.ForeignKey(Sample, models.CASCADE)
    word = models.CharField(max_length=20)

    class Meta:
        app_label = "sample"

    def __str__(self) -> str:
        return self.word


def create_tables() -> None:
    """Outside a transaction."""
    with connection.schema_editor() as editor:
        for model in (Tag, Sample, Child):
            editor.create_model(model)


@contextmanager
def installed() -> Iterator[None]:
    """The application is among the installed ones inside this block."""
    config = AppConfig("sample", sys.modules[__name__])
    config.apps, config.models = apps, apps.all_models["sample"]
    apps.app_configs["sample"] = config
    _clear()
    records.watch_links(Sample)
    try:
        yield
    finally:
        del apps.app_configs["sample"]
        _clear()


def _clear() -> None:
    apps.clear_cache()
    canonical.current_form.cache_clear()
    canonical.frozen.cache_clear()
