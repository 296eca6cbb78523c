"""What can be seen of a running server from outside: a number a request, one log line, counters; ``/healthz``, ``/metrics``.

Nothing here tells of a person or a record: counters know the name of an act, the id of a duty, the name of an address.
Several server processes count into files of ``PROMETHEUS_MULTIPROC_DIR`` (``jobs/serve.py`` sets and empties it before
they are forked), and whichever of them is asked adds all up; without it the one process counts for itself.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator

import structlog
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from jiangcheng import __version__
from jiangcheng.kernel import addresses, copies, counting, models, sequencer
from jiangcheng.law.rule import Refused

log = structlog.get_logger("request")
GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
MANY = "text/plain; version=0.0.4; charset=utf-8"

REGISTRY = CollectorRegistry()
ACTS = Counter("jiangcheng_acts", "Acts committed, by the name of the act.", ["act"], registry=REGISTRY)
REFUSALS = Counter("jiangcheng_refusals", "Breaches shown in refusals, by the id of the duty.", ["duty"], registry=REGISTRY)
SECONDS = Histogram(
    "jiangcheng_request_seconds", "Seconds until the answer, by address and class of the status.", ["route", "method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10), registry=REGISTRY,
)
counting.on_act.append(lambda name: ACTS.labels(name).inc())


def refused(refusal: Refused) -> None:
    """Count each breach of a refusal that is shown to somebody. The API and jobs call it for theirs."""
    for breach in refusal.breaches:
        for duty in breach.ids:
            REFUSALS.labels(duty).inc()


class ObserveMiddleware:
    """The outermost: a number for the request, its time, one line. Answers ``/healthz`` and ``/metrics`` before anything else
    is asked (host names, sessions), so that a probe by address works and costs nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is not None:
            return probe(request)
        began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        number = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
        with structlog.contextvars.bound_contextvars(request=number):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            self._say(request, response, seconds)
        response["X-Request-ID"] = number
        return response

    def _say(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        route = match.view_name if match is not None else "static" if response.streaming else "none"
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        SECONDS.labels(route, method, f"{response.status_code // 100}xx").observe(seconds)
        if settings.LOG_STYLE == "json":
            log.info("request", route=route, method=method, status=response.status_code, ms=round(seconds * 1000, 1))


# --- health --------------------------------------------------------------------------------------------------------


def healthz(request: HttpRequest) -> HttpResponse:
    """Is the process alive (it answers), and ready: can it read the database, is no restore half done? 503 when not.

    Why it is not ready stands in the log and in ``bin/jiangcheng doctor``, never here.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    ready = _ready()
    return _plain(JsonResponse({"live": True, "ready": ready}, status=200 if ready else 503))


def _ready() -> bool:
    if (settings.VAR / "restoring.json").exists():
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM kernel_checkpoint LIMIT 1")
        return True
    except DatabaseError:
        log.warning("not ready", exc_info=True)
        connection.close()
        return False


def _plain(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# --- metrics -------------------------------------------------------------------------------------------------------


def _may_read(request: HttpRequest) -> bool:
    """From a network that was named and with the token that was set: each that is set must hold; neither set, nobody may."""
    networks = addresses.networks(settings.METRICS_FROM)
    token = settings.METRICS_TOKEN
    if not networks and not token:
        return False
    here = addresses.address(request.META.get("REMOTE_ADDR", ""))
    if networks and not (here is not None and any(here in network for network in networks)):
        return False
    return not token or hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())


def metrics(request: HttpRequest) -> HttpResponse:
    """All counters for Prometheus; as not found to whoever may not read them."""
    if not _may_read(request):
        return _plain(HttpResponseNotFound("", content_type="text/plain"))
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    shown: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shown = CollectorRegistry()
        MultiProcessCollector(shown)
    now = CollectorRegistry()
    now.register(Now())
    return _plain(HttpResponse(generate_latest(shown) + generate_latest(now), content_type=MANY))


class Now:
    """What is read at the moment of asking, the same whichever process answers."""

    def collect(self) -> Iterator[Metric]:
        """Gauges; those that need the database are missing when it does not answer."""
        yield _gauge("up", "The database answers.", float(up := _ready()))
        info = GaugeMetricFamily("jiangcheng_info", "Version and engine.", labels=["version", "engine"])
        info.add_metric([__version__, connection.vendor], 1)
        yield info
        made = copies.newest()
        if made is not None:
            yield _gauge("backup_age_seconds", "Age of the newest whole backup.", (timezone.now() - made).total_seconds())
        if up:
            yield from _of_the_ledger()
            yield from _of_outboxes()


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"jiangcheng_{name}", words, value=value)


def _of_the_ledger() -> Iterator[Metric]:
    state, oldest = sequencer.status(), sequencer.oldest_waiting()
    lag = 0.0 if oldest is None else max((timezone.now() - oldest).total_seconds(), 0.0)
    newest = models.LeafIndex.objects.order_by("-idx").values_list("leaf", flat=True).first() or 0
    unplaced = models.Leaf.objects.filter(pk__gt=newest).count()
    yield _gauge("sequencer_lag_seconds", "Age of the oldest act that no checkpoint covers.", lag)
    yield _gauge("leaves_waiting", "Acts that no checkpoint covers yet.", state["waiting"] + unplaced)
    yield _gauge("leaves", "Acts with a place in the tree.", state["leaves"])
    yield _gauge("checkpoint_size", "Acts under the newest checkpoint.", state["checkpoint"].size if state["checkpoint"] else 0)
    yield _gauge("sequencer_stalled", "1 when an act waits for longer than a minute.", float(sequencer.stalled()))


def outboxes() -> list[type[Model]]:
    """Tables of messages to be sent: those whose model answers ``waiting()`` with the rows that are still to go."""
    return [model for model in apps.get_models() if "outbox" in model.__name__.lower() and callable(getattr(model, "waiting", None))]


def _of_outboxes() -> Iterator[Metric]:
    found = outboxes()
    if found:
        length = GaugeMetricFamily("jiangcheng_outbox_length", "Messages still to be sent.", labels=["box"])
        for model in found:
            length.add_metric([model._meta.label_lower], model.waiting().count())
        yield length


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": healthz, "/metrics": metrics}
