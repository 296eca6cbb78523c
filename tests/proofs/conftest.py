"""Fixtures of the proofs: an installed sample application, frozen forms, a fresh ledger, and the verifier."""

from __future__ import annotations

import shutil

import pytest
import sample
from django.core.files.storage import FileSystemStorage

from jiangcheng.kernel import canonical, chain, keys, sequencer
from jiangcheng.kernel.export import export
from jiangcheng.kernel.verify import verify_export


@pytest.fixture(scope="session")
def sample_tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        sample.create_tables()


@pytest.fixture
def home(tmp_path, monkeypatch, settings):
    """Keys and files of this test alone."""
    monkeypatch.setenv("JIANGCHENG_VAR", str(tmp_path / "var"))
    settings.MEDIA_ROOT = str(tmp_path / "files")
    chain.forget()
    yield tmp_path
    chain.forget()


@pytest.fixture
def ledger_db(sample_tables, db, home, monkeypatch):
    """The sample application installed and its forms frozen, in a copy of forms.json."""
    forms = home / "forms.json"
    if canonical.FORMS_FILE.exists():
        shutil.copy(canonical.FORMS_FILE, forms)
    monkeypatch.setattr(canonical, "FORMS_FILE", forms)
    monkeypatch.setattr(sample.Sample._meta.get_field("photo"), "storage", FileSystemStorage(home / "files"))
    with sample.installed():
        canonical.freeze()
        yield home


@pytest.fixture
def check(ledger_db):
    """``check()`` exports, verifies and answers with the findings; ``sign`` takes a checkpoint first."""

    def run(*, sign=True, **given):
        if sign:
            sequencer.checkpoint_now()
        folder = ledger_db / "export"
        shutil.rmtree(folder, ignore_errors=True)
        return verify_export(export(folder), [keys.ledger_key().public], **given)

    return run
