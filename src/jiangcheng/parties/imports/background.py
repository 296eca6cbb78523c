"""Long imports go on without the page: a thread begins at once, and timed work takes over what a stopped server left."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Refused
from jiangcheng.parties.imports import machine
from jiangcheng.parties.imports.kinds import of
from jiangcheng.parties.models import Import, ImportRun
from jiangcheng.sheets import Bad, Unreadable

log = structlog.get_logger()
LONG_BYTES = 400_000
"""Size of a file from which checking it is not done while a page waits."""
DEAD = timedelta(seconds=90)
"""Without a sign of life for so long, a run is taken over."""
BEAT_EVERY = 1.0
BREATH = 0.02
"""Seconds between two parts in which others may write."""
CHECKING, STORING, STOPPED = "checking", "storing", "stopped"


def is_long(upload: Import) -> bool:
    """Is the file too long to be checked while a page waits?"""
    return len(upload.content) > LONG_BYTES


def found(upload: Import) -> machine.Preview | None:
    """What the check found: anew for a short file, as kept for a long one; None while a long one is being checked.

    Raises ``Unreadable``.
    """
    if not is_long(upload):
        return machine.check(upload)
    kept = machine.run_of(upload).found
    if kept and "unreadable" in kept:
        raise Unreadable(*(Bad(**b) for b in kept["unreadable"]))
    return machine.Preview.from_dict(kept) if kept else None


def ask(upload: Import, phase: str, actor: Actor, total: int = 0, *, wait: bool = False) -> None:
    """Begin to check or to store; with ``wait`` in this process and at once, so that errors and refusals come out."""
    if wait:
        machine.store(upload, actor)
        return
    run = machine.run_of(upload)
    kept = {**asdict(actor), "roles": sorted(actor.roles), "device_time": None}
    ImportRun.objects.filter(pk=run.pk).update(
        phase=phase, total=total, actor=kept, word="", beat_at=None, **({"found": None, "seen": 0} if phase == CHECKING else {}),
    )
    transaction.on_commit(lambda: start(upload.pk))


def start(pk: int) -> threading.Thread:
    """Carry on with an import in a thread of its own."""
    thread = threading.Thread(target=_in_thread, args=(pk,), name=f"import-{pk}", daemon=True)
    thread.start()
    return thread


def _in_thread(pk: int) -> None:
    try:
        work(pk)
    finally:
        connection.close()


def work(pk: int) -> None:
    """Do what the run asks for, if nobody else is at it. What goes wrong is written on the run, in words for the page."""
    if not _claim(pk):
        return
    run = ImportRun.objects.select_related("upload").get(pk=ImportRun.objects.get(upload=pk).pk)
    upload, word = run.upload, ""
    try:
        if run.phase == CHECKING:
            _check(run, upload)
        else:
            machine.store(upload, Actor(**{**run.actor, "roles": frozenset(run.actor["roles"])}), _beat(run, "", BREATH))
        return
    except Unreadable as wrong:
        ImportRun.objects.filter(pk=run.pk).update(phase="", found={"unreadable": [asdict(b) for b in wrong.bad]})
        return
    except Refused as refused:
        word = "".join(b.sentence for b in refused.breaches)
    except Exception:
        log.exception("import failed", upload=pk)
        word = "办理中出错，已入库的行不受影响。"
    ImportRun.objects.filter(pk=run.pk).update(phase=STOPPED, word=word[:400])


def _claim(pk: int) -> bool:
    now = timezone.now()
    free = Q(beat_at=None) | Q(beat_at__lt=now - DEAD)
    return bool(ImportRun.objects.filter(free, upload=pk, phase__in=(CHECKING, STORING)).update(beat_at=now))


def _check(run: ImportRun, upload: Import) -> None:
    found = machine.check(upload, _beat(run, "seen"))
    ImportRun.objects.filter(pk=run.pk).update(phase="", found=found.as_dict(), seen=found.many, total=found.many)


def _beat(run: ImportRun, name: str, breath: float = 0.0) -> machine.Beat:
    """A sign of life at most once a second, with the number of lines done; storing writes its own with each part."""
    last = [time.monotonic()]

    def beat(count: int) -> None:
        if name and time.monotonic() - last[0] >= BEAT_EVERY:
            ImportRun.objects.filter(pk=run.pk).update(beat_at=timezone.now(), **{name: count})
            last[0] = time.monotonic()
        if breath:
            time.sleep(breath)

    return beat


def take_over() -> list[int]:
    """Imports that a stopped server left: go on with them here. Timed work."""
    dead = Q(beat_at=None, upload__uploaded_at__lt=timezone.now() - DEAD) | Q(beat_at__lt=timezone.now() - DEAD)
    left = list(ImportRun.objects.filter(dead, phase__in=(CHECKING, STORING)).values_list("upload", flat=True))
    for pk in left:
        work(pk)
    return left


def step(upload: Import, actor: Actor, many: int) -> bool:
    """入库 of so many lines: at once when one part holds them all, else in the background. True when it is done."""
    machine.must_be_open(upload)
    kind = of(upload)
    kind.may(actor, upload)
    wait = many <= kind.part and not is_long(upload)
    ask(upload, STORING, actor, many, wait=wait)
    return wait
