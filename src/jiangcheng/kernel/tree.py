"""The Merkle tree as stored: subtree roots from the tables, so that proofs and a fresh start cost O(log n), not a walk.

Roots of complete subtrees of 256 leaves and more stand in ``TreeNode``; smaller ones are made from the leaf hashes of
their block. A row that is missing is made from the rows below it. Nothing here is trusted: callers compare with a root
that was signed.
"""

from __future__ import annotations

from jiangcheng.kernel import merkle, models

STORED = 8
"""Lowest level that is stored: subtrees of 2^8 leaves."""
BLOCK = 1 << STORED


class Gap(LookupError):
    """A leaf of a subtree that should be complete is not there."""


class Subtrees:
    """``merkle.Node`` over the tables; ``stored`` False makes everything from the leaves and asks no ``TreeNode``."""

    def __init__(self, *, stored: bool = True):
        self._stored = stored
        self._blocks: dict[int, list[bytes]] = {}

    def __call__(self, level: int, place: int) -> bytes:
        if level < STORED:
            first = place << level
            leaves = self._block(first // BLOCK)[first % BLOCK :][: 1 << level]
            if len(leaves) < 1 << level:
                raise Gap(f"leaf {first + len(leaves)} is missing")
            return merkle.root_of(leaves)
        if self._stored:
            row = models.TreeNode.objects.filter(level=level, place=place).values_list("hash", flat=True).first()
            if row is not None:
                return bytes.fromhex(row)
        if level == STORED:
            leaves = self._block(place)
            if len(leaves) < BLOCK:
                raise Gap(f"leaf {place * BLOCK + len(leaves)} is missing")
            return merkle.root_of(leaves)
        return merkle.node_hash(self(level - 1, 2 * place), self(level - 1, 2 * place + 1))

    def _block(self, number: int) -> list[bytes]:
        """Hashes of the leaves of one block as far as they follow each other without a gap."""
        if number not in self._blocks:
            first = number * BLOCK
            rows = models.LeafIndex.objects.filter(idx__gte=first, idx__lt=first + BLOCK).order_by("idx")
            found = rows.values_list("idx", "leaf__hash")
            self._blocks = {number: [bytes.fromhex(h) for i, (idx, h) in enumerate(found) if idx == first + i]}
        return self._blocks[number]


def keep(nodes: list[tuple[int, int, bytes]]) -> None:
    """Store subtrees just completed; what stands already stays."""
    rows = [models.TreeNode(level=level, place=place, hash=root.hex()) for level, place, root in nodes]
    models.TreeNode.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def forget() -> None:
    """Throw the stored subtrees away: they did not lead to what was signed."""
    models.TreeNode.objects.all().delete()
