"""The sequencer: gives leaves their place in the tree and signs a checkpoint at most 2 s after a new leaf.

One thread a server process (``start_background``); of all processes the one that holds the leader lock signs. At
start the tree of a small ledger is built again from its leaves and compared with every stored checkpoint it passes; a
large one goes on from the subtrees whose root the last checkpoint signed. When the tree differs, or when the table
later shows less than was signed, nothing is signed any more and ``status()`` says why. What was changed long ago in a
large ledger is for the verifier to find.
On SQLite the place is given inside the act, on PostgreSQL here.
"""

from __future__ import annotations

import atexit
import logging
import math
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import Max
from django.utils import timezone

from jiangcheng.kernel import canonical, keys, ledger, merkle, models, storage, tree
from jiangcheng.law.rule import enforces

log = logging.getLogger(__name__)

PAUSE = 0.2  # seconds between looks; without a pause the batches are tiny
CHECKPOINT_EVERY = 1.0  # seconds; together with the pause and the work below 2
CLOCKS_DIFFER = timedelta(minutes=10)
"""At most, between the servers of the application and of the database (PostgreSQL)."""
STALLED_AFTER = timedelta(minutes=1)
WALKED = 50_000
"""Leaves up to which a fresh server builds the tree from every entry (some seconds); a larger one goes on from subtrees."""


class Broken(RuntimeError):
    """The tables no longer agree with what was signed."""


class Sequencer:
    """The growing tree. ``step()`` takes in new leaves and signs; it raises ``Broken`` and then refuses for good.

    ``walked`` is the size up to which the tree is built from every entry at the start; 0 goes on from subtrees always.
    """

    def __init__(self, walked: float = WALKED) -> None:
        self.tree = merkle.Frontier()
        self.last = ""  # hash of the last leaf taken in
        self.signed = 0  # size of the last checkpoint
        self.low = 0
        self.heads: dict[str, list[Any]] = {}  # of the chains that moved since the last checkpoint
        self._walked = walked
        self._begun = False

    def step(self) -> models.Checkpoint | None:
        """The new checkpoint, or None when there is nothing new."""
        if storage.places_come_later():
            self._give_places()
        if not self._begun:
            self._go_on()
        self._take_in()
        self._begun = True
        return self._sign() if self.tree.size > self.signed else None

    def _go_on(self) -> None:
        """Start from the last checkpoint of a large ledger when the stored subtrees lead to its root."""
        last = models.Checkpoint.objects.order_by("-size").first()
        if last is None or last.size <= self._walked:
            return
        if not genuine(last):
            raise Broken(f"the checkpoint of {last.size} leaves does not bear our signature")
        try:
            frontier = merkle.Frontier.of(last.size, tree.Subtrees())
        except tree.Gap:
            return
        if frontier.root().hex() != last.root:
            tree.forget()  # they may be what is wrong; the walk over the leaves will tell
            return
        self.tree, self.signed = frontier, last.size
        self.last = models.LeafIndex.objects.values_list("leaf__hash", flat=True).get(idx=last.size - 1)

    def _give_places(self) -> None:
        """Next indexes for committed leaves that have none, in one transaction.

        ``low`` rises to where no leaf can appear any more: what was written there is older than every transaction that
        was open before we looked.
        """
        began = min(timezone.now(), storage.oldest_writer() or timezone.now())
        with transaction.atomic():
            new = list(storage.waiting_leaves(self.low))
            if not new:
                return
            storage.lock_places()
            new = list(storage.waiting_leaves(self.low))
            last = models.LeafIndex.objects.aggregate(last=Max("idx"))["last"]
            first = 0 if last is None else last + 1
            models.LeafIndex.objects.bulk_create(
                [models.LeafIndex(idx=first + i, leaf_id=leaf) for i, leaf in enumerate(new)], batch_size=2000
            )
        settled = models.Leaf.objects.filter(at__lt=began - CLOCKS_DIFFER)
        self.low = settled.order_by("-id").values_list("id", flat=True).first() or 0

    def _take_in(self) -> None:
        """Append the leaves that are new, and keep the subtrees they complete."""
        if self.tree.size:
            here = models.LeafIndex.objects.filter(idx=self.tree.size - 1).values_list("leaf__hash", flat=True).first()
            if here != self.last:
                raise Broken(f"leaf {self.tree.size - 1} is gone or not the one that was taken in")
        stored = {}
        if not self._begun:
            stored = dict(models.Checkpoint.objects.filter(size__gt=self.signed).order_by("size").values_list("size", "root"))
        new = models.LeafIndex.objects.filter(idx__gte=self.tree.size).order_by("idx")
        fields = ("idx", "leaf__entry", "leaf__hash", "leaf__chain", "leaf__n")
        whole: list[tuple[int, int, bytes]] = []
        for idx, entry, digest, chain, n in new.values_list(*fields).iterator(2000):
            leaf = merkle.leaf_hash(entry.encode())
            if idx != self.tree.size or leaf.hex() != digest:
                raise Broken(f"leaf {self.tree.size} is missing or changed")
            whole += [node for node in self.tree.append(leaf) if node[0] >= tree.STORED]
            self.last = digest
            self.heads[chain] = [n, digest]
            if self.tree.size in stored:
                if stored.pop(self.tree.size) != self.tree.root().hex():
                    raise Broken(f"the checkpoint of {self.tree.size} leaves has another root")
                self.signed, self.heads = self.tree.size, {}
        if stored:
            raise Broken(f"a checkpoint of {max(stored)} leaves was signed, the table holds {self.tree.size}")
        if whole:
            tree.keep(whole)

    def _sign(self) -> models.Checkpoint:
        key, at = keys.ledger_key(), canonical.moment(timezone.now())
        root, words = self.tree.root().hex(), canonical.text(self.heads)
        signature = key.sign(checkpoint_text(key.id, self.tree.size, root, at, canonical.sha256(words))).hex()
        made, new = models.Checkpoint.objects.get_or_create(
            size=self.tree.size,
            defaults={"root": root, "heads": words, "at": at, "key_id": key.id, "signature": signature},
        )
        if not new and made.root != root:
            raise Broken(f"the checkpoint of {made.size} leaves has another root")
        self.signed, self.heads = made.size, {}
        return made


def checkpoint_text(key_id: str, size: int, root: str, at: str, heads_digest: str) -> bytes:
    """What a checkpoint signs."""
    return f"jiangcheng checkpoint v1\n{key_id}\n{size}\n{root}\n{at}\n{heads_digest}\n".encode()


def genuine(checkpoint: models.Checkpoint) -> bool:
    """Does a stored checkpoint bear the signature of a key of ours, retired ones included?"""
    public = {k["id"]: k["public"] for k in keys.public_keys() if k["use"] == "ledger"}.get(checkpoint.key_id)
    heads = canonical.sha256(checkpoint.heads)
    message = checkpoint_text(checkpoint.key_id, checkpoint.size, checkpoint.root, checkpoint.at, heads)
    return public is not None and keys.verify(bytes.fromhex(public), message, bytes.fromhex(checkpoint.signature))


@enforces("327-08-2")
def checkpoint_now(*, whole: bool = False) -> models.Checkpoint | None:
    """Sign what is new since the last checkpoint; the latest checkpoint, None for an empty ledger. Raises ``Broken``.

    Goes on from the stored subtrees, which must lead to the root signed last. ``whole`` builds the tree from every
    entry and compares it with all checkpoints: as long as the ledger is large.
    """
    return Sequencer(math.inf if whole else 0).step() or models.Checkpoint.objects.order_by("-size").first()


def export_checkpoint(checkpoint: models.Checkpoint) -> dict[str, Any]:
    """The checkpoint as a file for witnesses; the verifier takes it as ``--checkpoint``."""
    return {
        "kind": "jiangcheng checkpoint v1", "number": checkpoint.pk, "size": checkpoint.size, "root": checkpoint.root,
        "heads": checkpoint.heads, "at": checkpoint.at, "key": checkpoint.key_id, "signature": checkpoint.signature,
    }  # fmt: skip


def inclusion(number: str | int) -> dict[str, Any] | None:
    """Proof that the leaf with this 存证编号 is under the last checkpoint; None while it is not yet.

    O(log n) small questions. Raises ``Leaf.DoesNotExist``, and ``Broken`` when the leaves no longer lead to the root.
    """
    leaf = models.Leaf.objects.get(pk=int(number))
    checkpoint = models.Checkpoint.objects.order_by("-size").first()
    idx = models.LeafIndex.objects.filter(leaf=leaf).values_list("idx", flat=True).first()
    if checkpoint is None or idx is None or idx >= checkpoint.size:
        return None
    proof = _path(idx, leaf.hash, checkpoint)
    return {
        "kind": "jiangcheng inclusion v1", "number": leaf.number, "hash": leaf.hash, "index": idx,
        "path": [p.hex() for p in proof], "checkpoint": export_checkpoint(checkpoint),
    }  # fmt: skip


def _path(idx: int, digest: str, checkpoint: models.Checkpoint) -> list[bytes]:
    """The audit path, tried before it is handed out; made from the leaves alone when a stored subtree is wrong."""
    for stored in (True, False):
        try:
            proof = merkle.path(idx, checkpoint.size, tree.Subtrees(stored=stored))
        except tree.Gap as gap:
            raise Broken(str(gap)) from gap
        root = merkle.root_from(idx, checkpoint.size, bytes.fromhex(digest), proof)
        if root is not None and root.hex() == checkpoint.root:
            return proof
    raise Broken(f"leaf {idx} does not lead to the root of the checkpoint of {checkpoint.size} leaves")


def receipt(number: str | int) -> dict[str, Any]:
    """存证回执: the promise and, after the next checkpoint, the inclusion proof. Raises ``Leaf.DoesNotExist``.

    Of a broken ledger the promise alone is handed out: it is what convicts it.
    """
    leaf = models.Leaf.objects.get(pk=int(number))
    try:
        proof = inclusion(number)
    except Broken:
        log.exception("no inclusion proof for leaf %s", number)
        proof = None
    return {"kind": "jiangcheng receipt v1", "promise": ledger.promise(leaf), "entry": leaf.entry, "inclusion": proof}


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
    oldest = _oldest_waiting()
    return oldest is not None and (now or timezone.now()) - oldest > STALLED_AFTER


def _oldest_waiting() -> datetime | None:
    """When the first leaf was written that no checkpoint covers; it may have no place in the tree yet."""
    last = models.Checkpoint.objects.order_by("-size").first()
    placed = models.LeafIndex.objects.filter(idx=last.size if last else 0).values_list("leaf__at", flat=True).first()
    if placed is not None:
        return placed
    newest = models.LeafIndex.objects.order_by("-idx").values_list("leaf", flat=True).first() or 0
    return models.Leaf.objects.filter(pk__gt=newest).order_by("pk").values_list("at", flat=True).first()


def _run(stop: threading.Event) -> None:
    beat = float(getattr(settings, "LEDGER_HEARTBEAT", 1.0))  # seconds; 0 turns heartbeats off
    leader, sequencer = storage.Leader(), Sequencer()
    beaten = signed = time.monotonic()
    while not stop.wait(PAUSE):
        now = time.monotonic()
        if beat and now - beaten >= beat:
            beaten = now
            _try(ledger.heartbeat)
        if now - signed >= CHECKPOINT_EVERY and not _state.broken:
            signed = now
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
