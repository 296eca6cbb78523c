"""SM2 and SM3: the standards' own examples, both implementations against each other, keys and codes by the setting."""

from __future__ import annotations

import datetime as dt

import pytest

from jiangcheng.kernel import keys, sm, verify
from jiangcheng.papers import codes

X = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
Y = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
R = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
S = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
EXAMPLE = bytes.fromhex(X + Y), b"message digest", bytes.fromhex(R + S)
"""GB/T 32918.5, A.2: key, message and signature."""


@pytest.mark.parametrize(("data", "digest"), [
    (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
])
def test_sm3_as_in_the_standard(data, digest):
    assert verify.sm3(data).hex() == digest


@pytest.mark.parametrize("check", [verify.sm2_signed, sm.verify, verify.signed, keys.verify])
def test_sm2_as_in_the_standard(check):
    public, message, signature = EXAMPLE
    assert check(public, message, signature)
    assert not check(public, message + b".", signature)
    assert not check(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not check(public[:-1] + bytes([public[-1] ^ 1]), message, signature)
    assert not check(public, message, bytes(64)) and not check(public, message, b"\xff" * 64) and not check(public, message, b"")


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 200])
def test_both_implementations_agree(length):
    private, public = sm.generate()
    message = bytes(range(length))
    signature = sm.sign(private, public, message)
    assert len(signature) == 64 and sm.verify(public, message, signature) and verify.sm2_signed(public, message, signature)
    assert sm.gmssl_pyx.sm3_hash(message) == verify.sm3(message)


def test_without_the_package_checking_goes_on_and_signing_says_why(monkeypatch):
    monkeypatch.setattr(sm, "gmssl_pyx", None)
    public, message, signature = EXAMPLE
    assert sm.verify(public, message, signature) and not sm.verify(public, b"x", signature)
    for act in (sm.generate, lambda: sm.sign(bytes(32), public, b"x")):
        with pytest.raises(sm.NotInstalled, match="gmssl-pyx"):
            act()


def test_a_pair_is_kept_as_pkcs8_and_other_keys_are_not_taken_for_it():
    private, public = sm.generate()
    pem = sm.write_pem(private, public)
    assert b"BEGIN PRIVATE KEY" in pem and sm.read_pem(pem) == (private, public)
    assert max(len(line) for line in pem.splitlines()) <= 64


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A var folder of its own."""
    monkeypatch.setenv("JIANGCHENG_VAR", str(tmp_path))
    return tmp_path


def test_the_setting_says_with_what_new_pairs_sign(home, settings):
    assert keys.code_key().alg == "Ed25519"
    settings.SIGN = "sm2"
    key = keys.ledger_key()
    assert key.alg == "SM2" and keys.code_key().alg == "Ed25519"  # what is there stays until it is changed by two persons
    assert keys.verify(key.public, b"x", key.sign(b"x")) and not keys.verify(key.public, b"y", key.sign(b"x"))
    assert {(k["use"], k["alg"]) for k in keys.public_keys()} == {("code", "Ed25519"), ("ledger", "SM2")}
    assert (home / "keys" / "ledger.pem").stat().st_mode & 0o777 == 0o600
    settings.SIGN = "rsa"
    with pytest.raises(keys.UnknownAlgorithm, match="rsa"):
        keys.stage("code")


def test_a_code_signed_by_sm2_is_as_long_as_another_and_checked_offline(home, settings):
    claims = codes.Claims("", "VISIT-2026-000001", 1, 7, "91420103MA4K000DM8", dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC),
                          dt.datetime(2026, 11, 23, 3, tzinfo=dt.UTC), bytes(16))
    made = {}
    for name in ("ed25519", "sm2"):
        settings.SIGN = name
        if made:
            keys.swap("code", keys.stage("code").id)
        key = keys.code_key()
        made[key.alg] = codes.sign(codes.Claims(key.id[:8], *list(vars(claims).values())[1:]), key)
    assert made.keys() == {"Ed25519", "SM2"} and len({len(t) for t in made.values()}) == 1
    public = codes.public_keys()
    for token in made.values():
        assert codes.verify_token(token, public).visit == "VISIT-2026-000001"
        assert codes.verify_token(token[:-4] + "AAAA", public) is None


@pytest.mark.parametrize("head", ["3059301306072a8648ce3d020106082a811ccf5501822d03420004"])
def test_the_verifier_reads_sm2_keys_as_hex_pem_and_file(tmp_path, head):
    import base64
    der = base64.b64encode(bytes.fromhex(head + X + Y)).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{der[:64]}\n{der[64:]}\n-----END PUBLIC KEY-----\n"
    (tmp_path / "k.pub").write_text(pem)
    for given in (X + Y, pem, str(tmp_path / "k.pub")):
        assert verify.public_key(given) == EXAMPLE[0]
