"""SM2 signatures with SM3 (GB/T 32918.2, 32905), as the setting ``JIANGCHENG_SIGN=sm2`` asks for.

Signing needs the package ``gmssl-pyx`` (extra ``sm``); checking works without it, by the pure Python of ``verify.py``. A
private half has 32 bytes, a public half 64 (x, y), a signature 64 (r, s). The signer's id is the usual 1234567812345678.
"""

from __future__ import annotations

import base64
import textwrap

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from jiangcheng.kernel import verify as pure

try:
    import gmssl_pyx
except ImportError:  # the extra is not installed
    gmssl_pyx = None

PUBLIC = 64
_HEAD = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
_MIDDLE = bytes.fromhex("a14403420004")


class NotInstalled(RuntimeError):
    """Signing by SM2 was asked for, and the package that does it is not there."""


def _needed() -> None:
    if gmssl_pyx is None:
        raise NotInstalled("JIANGCHENG_SIGN=sm2 需要 gmssl-pyx：安装附加组件 jiangcheng[sm]。gmssl-pyx is not installed.")


def generate() -> tuple[bytes, bytes]:
    """A new pair: private half, public half."""
    _needed()
    public, private = gmssl_pyx.sm2_key_generate()
    return private, public


def sign(private: bytes, public: bytes, message: bytes) -> bytes:
    """Signature of a message, r and s of 32 bytes each."""
    _needed()
    r, s = decode_dss_signature(gmssl_pyx.sm2_sign(private, public, message))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """True when the signature is the key's."""
    if len(signature) != 64 or len(public) != PUBLIC:
        return False
    if gmssl_pyx is None:
        return pure.sm2_signed(public, message, signature)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        return bool(gmssl_pyx.sm2_verify(public, message, encode_dss_signature(r, s)))
    except (gmssl_pyx.GmsslInnerError, ValueError):
        return False


def write_pem(private: bytes, public: bytes) -> bytes:
    """The pair as PKCS #8 in PEM, as other programs read it."""
    der = _HEAD + private + _MIDDLE + public
    words = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN PRIVATE KEY-----\n{words}\n-----END PRIVATE KEY-----\n".encode()


def read_pem(pem: bytes) -> tuple[bytes, bytes] | None:
    """Private and public half of an SM2 pair; None when the PEM holds another kind of key."""
    der = base64.b64decode(b"".join(line for line in pem.splitlines() if not line.startswith(b"-")))
    if not der.startswith(_HEAD) or len(der) != len(_HEAD) + 32 + len(_MIDDLE) + PUBLIC:
        return None
    return der[len(_HEAD) : len(_HEAD) + 32], der[-PUBLIC:]
