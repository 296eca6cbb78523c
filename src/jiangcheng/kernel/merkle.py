"""The Merkle tree of RFC 6962: a frontier that grows leaf by leaf, and proofs that a leaf is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf: SHA-256 of a zero byte and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


Node = Callable[[int, int], bytes]
"""``node(level, i)``: root of the complete subtree over the leaves i·2^level … (i+1)·2^level − 1."""


class Frontier:
    """The roots of the complete subtrees, largest first: all that is needed to append and to know the root."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)

    @classmethod
    def of(cls, size: int, node: Node) -> Frontier:
        """The frontier of a tree of this size whose subtrees are known: as many look-ups as ``size`` has binary ones."""
        levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
        return cls(size, [node(level, (size >> level) - 1) for level in levels])

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add the hash of the next leaf; answers with the subtrees it completes: level, place, root, lowest first."""
        level, at, node, done = 0, self.size, leaf, []
        while at & 1:
            node = node_hash(self._peaks.pop(), node)
            level, at = level + 1, at >> 1
            done.append((level, at, node))
        self._peaks.append(node)
        self.size += 1
        return done

    def root(self) -> bytes:
        """Root of the leaves so far; of an empty tree the hash of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def path(index: int, size: int, node: Node) -> list[bytes]:
    """Audit path of a leaf in a tree of ``size`` leaves (RFC 6962, 2.1.1), lowest sibling first; O(log size) look-ups."""
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} of {size}")
    found, start, end = [], 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            found.append(Frontier.of(end - middle, _within(node, middle)).root())
            end = middle
        else:
            level = (middle - start).bit_length() - 1
            found.append(node(level, start >> level))
            start = middle
    return found[::-1]


def _half(count: int) -> int:
    """The largest power of two below ``count``: where a tree of so many leaves is split."""
    return 1 << ((count - 1).bit_length() - 1)


def _within(node: Node, start: int) -> Node:
    """Subtrees of the leaves from ``start`` on, which lies on the border of every one of them."""
    return lambda level, i: node(level, (start >> level) + i)


def over(leaves: Sequence[bytes]) -> Node:
    """Subtrees of leaves held in memory."""
    return lambda level, i: root_of(leaves[i << level : (i + 1) << level])


def root_from(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes | None:
    """Root that a proof leads to, or None when the proof has the wrong length (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    node, last, at = leaf, size - 1, index
    for sibling in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return node if last == 0 else None
