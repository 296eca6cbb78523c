"""The tree and the signatures of the kernel and of the one-file verifier, each against the other."""

from __future__ import annotations

import hashlib
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from jiangcheng.kernel import merkle, verify


def naive(leaves):
    """The definition of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def test_roots_and_proofs_of_every_small_tree():
    leaves, frontier, tree = [], merkle.Frontier(), verify.Tree()
    assert frontier.root() == naive([]) and tree.root() == naive([]).hex()
    for size in range(1, 34):
        leaf = merkle.leaf_hash(str(size).encode())
        assert leaf == verify.leaf_hash(str(size))
        leaves.append(leaf)
        frontier.append(leaf)
        tree.append(leaf)
        assert frontier.root() == naive(leaves) == bytes.fromhex(tree.root()) == merkle.root_of(leaves)
        for index in range(size):
            proof = merkle.path(index, size, merkle.over(leaves))
            assert merkle.root_from(index, size, leaves[index], proof) == naive(leaves)
            assert verify.root_from(index, size, leaves[index], proof) == naive(leaves).hex()
            if size > 1:
                assert merkle.root_from(index, size, leaves[index], proof[:-1]) is None
                assert merkle.root_from(index, size, leaf[::-1], proof) != naive(leaves)
    assert merkle.root_from(5, 5, leaves[0], []) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.data())
def test_subtrees_kept_while_growing_give_every_root_and_proof(size, data):
    """The compact form against the plain tree: a frontier taken up anywhere, proofs from the subtrees completed so far."""
    leaves = [merkle.leaf_hash(str(i).encode()) for i in range(size)]
    cut = data.draw(st.integers(0, size))
    tree, nodes = merkle.Frontier(), {(0, i): leaf for i, leaf in enumerate(leaves)}
    for leaf in leaves[:cut]:
        nodes.update({(level, at): root for level, at, root in tree.append(leaf)})
    again = merkle.Frontier.of(cut, lambda level, at: nodes[level, at])
    assert again.root() == tree.root() == naive(leaves[:cut])
    for leaf in leaves[cut:]:
        nodes.update({(level, at): root for level, at, root in again.append(leaf)})
    assert again.root() == naive(leaves)
    asked = []

    def node(level, at):
        asked.append((level, at))
        return nodes[level, at]

    index = data.draw(st.integers(0, size - 1))
    proof = merkle.path(index, size, node)
    assert merkle.root_from(index, size, leaves[index], proof) == naive(leaves)
    assert len(asked) <= 2 * size.bit_length()


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 10_000_000), st.data())
def test_a_proof_among_ten_million_asks_for_few_subtrees(size, data):
    index, asked = data.draw(st.integers(0, size - 1)), []
    merkle.path(index, size, lambda level, at: asked.append((level, at)) or b"")
    assert len(asked) <= 2 * size.bit_length()
    assert all((at + 1) << level <= size for level, at in asked)  # complete subtrees alone
    merkle.Frontier.of(size, lambda level, at: asked.append((level, at)) or b"")
    with pytest.raises(IndexError):
        merkle.path(size, size, lambda level, at: b"")


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 511))
def test_our_own_verification_agrees_with_the_library(message, bit):
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(message)
    assert verify.signed(public, message, signature)
    assert not verify.signed(public, message + b"x", signature)
    broken = bytearray(signature)
    broken[bit // 8] ^= 1 << bit % 8
    assert not verify.signed(public, message, bytes(broken))
    assert not verify.signed(os.urandom(32), message, signature)


def test_published_vector():
    """RFC 8032, 7.1, test 2."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verify.signed(public, b"\x72", signature)
    assert not verify.signed(public, b"\x73", signature)


def test_keys_are_read_from_hex_pem_and_file(tmp_path):
    key = Ed25519PrivateKey.generate().public_key()
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    (tmp_path / "k.pem").write_text(pem)
    (tmp_path / "k.pub").write_text(raw.hex() + "\n")
    assert {verify.public_key(x) for x in (raw.hex(), pem, str(tmp_path / "k.pem"), str(tmp_path / "k.pub"))} == {raw}
