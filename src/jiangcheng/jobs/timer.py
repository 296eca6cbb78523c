"""Timed work: what the law's clocks do without a person. Runs in the server, guarded so that one process does it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import structlog
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.utils import timezone

from jiangcheng.inspection.visits.actions import orders, scheme
from jiangcheng.papers import codes

log = structlog.get_logger()
EVERY_SECONDS = 60


def run_once() -> Iterator[str]:
    """Each job says what it did in one line. A failing job is logged and does not stop the others."""
    now = timezone.now()
    jobs = (
        ("过期未实施", lambda: scheme.lapse_due(now)),
        ("计划行取消", scheme.revoke_withdrawn_rows),
        ("复查未实施", orders.release_dropped),
        ("整改逾期", lambda: orders.mark_overdue(timezone.localdate())),
        ("过期的查询计数", lambda: range(codes.sweep(now))),
        ("过期的登录", SessionStore.clear_expired),
    )
    for name, job in jobs:
        try:
            yield f"{name}：{len(job() or ())} 件"
        except Exception:
            log.exception("timed job failed", job=name)
            yield f"{name}：失败，已记录"


def _loop(stop: threading.Event) -> None:
    while not stop.wait(EVERY_SECONDS):
        close_old_connections()
        for _ in run_once():
            pass
        close_old_connections()


def start_background() -> threading.Event:
    """Start the clock thread; set the returned event to stop it. The steps are conditional, so two clocks do no harm."""
    stop = threading.Event()
    threading.Thread(target=_loop, args=(stop,), name="timer", daemon=True).start()
    return stop
