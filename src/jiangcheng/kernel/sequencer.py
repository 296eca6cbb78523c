"""The sequencer: gives leaves their place in the tree and signs a checkpoint at most 2 s after a new leaf.

One thread a server process (``start_background``); of all processes the one that holds the leader lock signs. At
start the tree is built again from the leaves and compared with every stored checkpoint it passes; when it differs, or
when the table later shows less than was signed, nothing is signed any more and ``status()`` says why.
On SQLite the place is given inside the act, on PostgreSQL here.
"""

from __future__ import annotations

import atexit
import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from jiangcheng.kernel import canonical, keys, ledger, merkle, models, storage
from jiangcheng.law.rule import enforces

log = logging.getLogger(__name__)

PAUSE = 0.2  # seconds between looks; without a pause the batches are tiny
CHECKPOINT_EVERY = 1.0  # seconds; together with the pause and the work below 2
LONGEST_TRANSACTION = timedelta(minutes=10)
STALLED_AFTER = timedelta(minutes=1)


class Broken(RuntimeError):
    """The tables no longer agree with what was signed."""


class Sequencer:
    """The growing tree. ``step()`` takes in new leaves and signs; it raises ``Broken`` and then refuses for good."""

    def __init__(self) -> None:
        self.tree = merkle.Frontier()
        self.last = ""  # hash of the last leaf taken in
        self.signed = 0  # size of the last checkpoint
        self.low = 0
        self._begun = False

    def step(self) -> models.Checkpoint | None:
        """The new checkpoint, or None when there is nothing new."""
        if not storage.is_sqlite():
            self._give_places()
        heads = self._take_in()
        self._begun = True
        return self._sign(heads) if self.tree.size > self.signed else None

    def _give_places(self) -> None:
        """Next indexes for committed leaves that have none, in one transaction."""
        with transaction.atomic():
            new = list(storage.waiting_leaves(self.low))
            if not new:
                return
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [storage.PLACES])
            new = list(storage.waiting_leaves(self.low))
            first = (models.LeafIndex.objects.order_by("-idx").values_list("idx", flat=True).first() or 0) + 1
            if not models.LeafIndex.objects.exists():
                first = 0
            models.LeafIndex.objects.bulk_create(
                [models.LeafIndex(idx=first + i, leaf_id=leaf) for i, leaf in enumerate(new)], batch_size=2000
            )
        settled = models.Leaf.objects.filter(at__lt=timezone.now() - LONGEST_TRANSACTION)
        self.low = settled.order_by("-id").values_list("id", flat=True).first() or 0

    def _take_in(self) -> dict[str, list[Any]]:
        """Append leaves; answers with the heads of the chains that moved since the last checkpoint."""
        if self.tree.size:
            here = models.LeafIndex.objects.filter(idx=self.tree.size - 1).values_list("leaf__hash", flat=True).first()
            if here != self.last:
                raise Broken(f"leaf {self.tree.size - 1} is gone or not the one that was taken in")
        stored = {} if self._begun else dict(models.Checkpoint.objects.order_by("size").values_list("size", "root"))
        heads: dict[str, list[Any]] = {}
        new = models.LeafIndex.objects.filter(idx__gte=self.tree.size).order_by("idx")
        fields = ("idx", "leaf__entry", "leaf__hash", "leaf__chain", "leaf__n")
        for idx, entry, digest, chain, n in new.values_list(*fields).iterator(2000):
            leaf = merkle.leaf_hash(entry.encode())
            if idx != self.tree.size or leaf.hex() != digest:
                raise Broken(f"leaf {self.tree.size} is missing or changed")
            self.tree.append(leaf)
            self.last = digest
            heads[chain] = [n, digest]
            if self.tree.size in stored:
                if stored.pop(self.tree.size) != self.tree.root().hex():
                    raise Broken(f"the checkpoint of {self.tree.size} leaves has another root")
                self.signed, heads = self.tree.size, {}
        if stored:
            raise Broken(f"a checkpoint of {max(stored)} leaves was signed, the table holds {self.tree.size}")
        return heads

    def _sign(self, heads: dict[str, list[Any]]) -> models.Checkpoint:
        key, at = keys.ledger_key(), canonical.moment(timezone.now())
        root, words = self.tree.root().hex(), canonical.text(heads)
        signature = key.sign(checkpoint_text(key.id, self.tree.size, root, at, canonical.sha256(words))).hex()
        made, new = models.Checkpoint.objects.get_or_create(
            size=self.tree.size,
            defaults={"root": root, "heads": words, "at": at, "key_id": key.id, "signature": signature},
        )
        if not new and made.root != root:
            raise Broken(f"the checkpoint of {made.size} leaves has another root")
        self.signed = made.size
        return made


def checkpoint_text(key_id: str, size: int, root: str, at: str, heads_digest: str) -> bytes:
    """What a checkpoint signs."""
    return f"jiangcheng checkpoint v1\n{key_id}\n{size}\n{root}\n{at}\n{heads_digest}\n".encode()


@enforces("327-08-2")
def checkpoint_now() -> models.Checkpoint | None:
    """Build the tree from the tables, compare it with all checkpoints, sign what is new; the latest checkpoint.

    None for an empty ledger. Raises ``Broken``. Costs a walk over all leaves.
    """
    return Sequencer().step() or models.Checkpoint.objects.order_by("-size").first()


def export_checkpoint(checkpoint: models.Checkpoint) -> dict[str, Any]:
    """The checkpoint as a file for witnesses; the verifier takes it as ``--checkpoint``."""
    return {
        "kind": "jiangcheng checkpoint v1", "number": checkpoint.pk, "size": checkpoint.size, "root": checkpoint.root,
        "heads": checkpoint.heads, "at": checkpoint.at, "key": checkpoint.key_id, "signature": checkpoint.signature,
    }  # fmt: skip


def inclusion(number: str | int) -> dict[str, Any] | None:
    """Proof that the leaf with this 存证编号 is under the last checkpoint; None while it is not yet.

    Raises ``Leaf.DoesNotExist``. Costs a walk over all leaf hashes up to the checkpoint.
    """
    leaf = models.Leaf.objects.get(pk=int(number))
    checkpoint = models.Checkpoint.objects.order_by("-size").first()
    idx = models.LeafIndex.objects.filter(leaf=leaf).values_list("idx", flat=True).first()
    if checkpoint is None or idx is None or idx >= checkpoint.size:
        return None
    under = models.LeafIndex.objects.filter(idx__lt=checkpoint.size).order_by("idx")
    hashes = [bytes.fromhex(h) for h in under.values_list("leaf__hash", flat=True)]
    return {
        "kind": "jiangcheng inclusion v1", "number": leaf.number, "hash": leaf.hash, "index": idx,
        "path": [p.hex() for p in merkle.path(idx, hashes)], "checkpoint": export_checkpoint(checkpoint),
    }  # fmt: skip


def receipt(number: str | int) -> dict[str, Any]:
    """存证回执: the promise and, after the next checkpoint, the inclusion proof. Raises ``Leaf.DoesNotExist``."""
    leaf = models.Leaf.objects.get(pk=int(number))
    return {"kind": "jiangcheng receipt v1", "promise": ledger.promise(leaf), "entry": leaf.entry,
            "inclusion": inclusion(number)}  # fmt: skip


# --- in the background ---------------------------------------------------------------------------------------------


@dataclass
class _State:
    thread: threading.Thread | None = None
    stop: threading.Event | None = None
    broken: str = ""


_state = _State()
_start = threading.Lock()


@enforces("327-08-2")
def start_background() -> threading.Thread:
    """Start this process's thread: checkpoints if it leads, heartbeats always. A second call changes nothing."""
    with _start:
        if _state.thread is None or not _state.thread.is_alive():
            _state.stop = threading.Event()
            _state.thread = threading.Thread(target=_run, args=(_state.stop,), name="sequencer", daemon=True)
            _state.thread.start()
            atexit.register(stop_background)
        return _state.thread


def stop_background() -> None:
    """Write the closing leaf, sign a last checkpoint and end the thread (at most 5 s)."""
    thread, stop = _state.thread, _state.stop
    if thread is not None and stop is not None:
        stop.set()
        if thread is not threading.current_thread():
            thread.join(5)
        _state.thread = None


def status() -> dict[str, Any]:
    """For 存证核验: last checkpoint, leaves it does not cover yet, and why nothing is signed any more (if so)."""
    last = models.Checkpoint.objects.order_by("-size").first()
    total = models.LeafIndex.objects.order_by("-idx").values_list("idx", flat=True).first()
    size = 0 if total is None else total + 1
    return {"checkpoint": last, "leaves": size, "waiting": size - (last.size if last else 0), "broken": _state.broken}


@enforces("HR-17-8")
def stalled(now: datetime | None = None) -> bool:
    """Has no checkpoint covered the oldest waiting leaf for longer than a minute? Work goes on, marked late-anchored."""
    last = models.Checkpoint.objects.order_by("-size").first()
    oldest = models.LeafIndex.objects.filter(idx=last.size if last else 0).select_related("leaf").first()
    return oldest is not None and (now or timezone.now()) - oldest.leaf.at > STALLED_AFTER


def _run(stop: threading.Event) -> None:
    beat = float(getattr(settings, "LEDGER_HEARTBEAT", 1.0))  # seconds; 0 turns heartbeats off
    leader, sequencer = storage.Leader(), Sequencer()
    since_beat = since_sign = 0.0
    while not stop.wait(PAUSE):
        since_beat, since_sign = since_beat + PAUSE, since_sign + PAUSE
        if beat and since_beat >= beat:
            since_beat = 0.0
            _try(ledger.heartbeat)
        if since_sign >= CHECKPOINT_EVERY and not _state.broken:
            since_sign = 0.0
            _try(lambda: sequencer.step() if leader.held() else None)
    _try(lambda: ledger.heartbeat("ledger.close"))
    if not _state.broken:
        _try(lambda: sequencer.step() if leader.held() else None)
    leader.release()
    connection.close()


def _try(work: Any) -> None:
    """The thread outlives a database that is away for a while; a broken ledger is said, and signing ends."""
    try:
        close_old_connections()
        work()
    except Broken as problem:
        _state.broken = str(problem)
        log.critical("ledger broken, no checkpoint is signed any more: %s", problem)
    except Exception:
        log.exception("sequencer: will try again")
