"""The canonical forms are frozen with the models, and no audited model has a way around the ledger."""

from __future__ import annotations

from django.db import models

from jiangcheng.kernel import canonical


def test_every_audited_model_is_frozen():
    missing = canonical.unfrozen()
    assert not missing, f"run jiangcheng.kernel.canonical.freeze() and commit forms.json: {', '.join(missing)}"


def test_no_audited_row_changes_by_itself():
    """SET_NULL and SET_DEFAULT write without a signal; links need a through table of their own or an automatic one."""
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in canonical.audited_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.on_delete in (models.SET_NULL, models.SET_DEFAULT)
    ]
    assert wrong == []
