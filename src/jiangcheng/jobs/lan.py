"""``bin/start --lan``: HTTPS for phones on a local network, with a certificate authority of this installation's own.

A phone gives camera, place and offline storage to an https page alone, and nobody certifies the address of a private
network. So the installation makes an authority that each phone trusts once, and certificates for the addresses it has.
The authority may sign nothing but private addresses and ``.local`` names (name constraints): whoever steals its key
cannot pretend to be a bank on these phones. Keys are readable by their owner alone. The server's certificate is made
anew when it nears its end or when the addresses change; the phones keep their trust.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, ip_address
from pathlib import Path

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 5 * 366
SERVER_DAYS = 397
"""Telephones refuse certificates of servers that hold longer than 398 days."""
RENEW_BEFORE = timedelta(days=30)
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
SPREAD = timedelta(days=1)
"""Clocks of phones may be behind."""


class Unusable(Exception):
    """No local network, or a broken authority; in words for the operator."""


def own_addresses(given: str = "") -> list[str]:
    """Private IPv4 addresses of this machine, the one towards other machines first; or those named, with commas.

    ``Unusable`` when there is none, or when one is named that is not private.
    """
    if given:
        wanted = [text.strip() for text in given.split(",") if text.strip()]
        for text in wanted:
            if not _private(text):
                raise Unusable(f"“{text}”不是局域网地址（10、172.16—31、192.168 开头）。")
        return wanted
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # nothing is sent: it only asks which way a packet would go
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    mine = [text for text in dict.fromkeys(found) if _private(text) and not IPv4Address(text).is_loopback]
    if not mine:
        raise Unusable("没有找到局域网地址。请连上无线网或有线网，或指明地址：bin/start --lan 192.168.1.5")
    return mine


def _private(text: str) -> bool:
    try:
        here = ip_address(text)
    except ValueError:
        return False
    return isinstance(here, IPv4Address) and any(here in IPv4Network(network) for network in PRIVATE)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all; readable by the owner alone."""
    aside = path.with_name(f".{path.name}.new")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)
    aside.replace(path)


def _new_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def _named(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _begun(builder: x509.CertificateBuilder, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(now - SPREAD).not_valid_after(now + timedelta(days=days))


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority, made on first use and again when it has ended (phones must then trust the new one)."""
    paper, pair = folder / "ca.pem", folder / "ca.key"
    if paper.is_file() and pair.is_file():
        try:
            made = x509.load_pem_x509_certificate(paper.read_bytes())
            key = load_pem_private_key(pair.read_bytes(), password=None)
        except ValueError as problem:
            raise Unusable(f"局域网证书已损坏。删除文件夹 {folder} 后重新启动，手机须重新信任。") from problem
        if made.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE and isinstance(key, ec.EllipticCurvePrivateKey):
            return made, key
    key = _new_key(pair)
    name = _named(f"Jiangcheng LAN {socket.gethostname()[:30]} {datetime.now(UTC):%Y-%m-%d}")
    only = x509.NameConstraints(
        [*(x509.IPAddress(IPv4Network(n)) for n in PRIVATE), x509.DNSName("local"), x509.DNSName("localhost")], None)
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        _begun(x509.CertificateBuilder(), AUTHORITY_DAYS).subject_name(name).issuer_name(name).public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(usage, critical=True)
        .add_extension(only, critical=True).add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    _write(paper, made.public_bytes(Encoding.PEM))
    return made, key


def _still_good(path: Path, authority: x509.Certificate, names: list[x509.GeneralName]) -> bool:
    """Is the server's certificate by this authority, for these names, and not near its end?"""
    try:
        here = x509.load_pem_x509_certificate(path.read_bytes())
        here.verify_directly_issued_by(authority)
        said = here.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    except Exception:  # a signature by another authority
        return False
    return set(said) == set(names) and here.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE


def ready(folder: Path, own: list[str]) -> tuple[Path, Path]:
    """Certificate (with its authority) and key of the server for these addresses; made or renewed where need be."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    authority, signer = _authority(folder)
    names: list[x509.GeneralName] = [x509.IPAddress(ip_address(text)) for text in dict.fromkeys([*own, "127.0.0.1"])]
    names += [x509.DNSName("localhost")]
    paper, pair = folder / "server.pem", folder / "server.key"
    if pair.is_file() and _still_good(paper, authority, names):
        return paper, pair
    key = _new_key(pair)
    made = (
        _begun(x509.CertificateBuilder(), SERVER_DAYS).subject_name(_named(own[0])).issuer_name(authority.subject)
        .public_key(key.public_key()).add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )  # fmt: skip
    _write(paper, made.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM))
    return paper, pair


def fingerprint(paper: Path) -> str:
    """SHA-256 of a certificate in groups of two, as telephones show it."""
    return x509.load_pem_x509_certificate(paper.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()


def told(address: str, trust: str, paper: Path) -> str:
    """What the terminal says: the address, where to trust it, its fingerprint, and the code to scan."""
    drawn = "\n".join("  " + "".join(_CELLS[a, b] for a, b in zip(top, low, strict=True)) for top, low in _pairs(trust))
    return (
        f"\n手机第一次使用，先扫下面的码（或打开 {trust}），按页面上的步骤信任本机证书：\n\n{drawn}\n\n"
        f"证书指纹（SHA-256），与手机上显示的核对：\n{fingerprint(paper)}\n\n以后用手机打开：{address}/\n"
    )


_CELLS = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
"""Two rows of a code in one line of text, light on dark as a terminal is."""


def _pairs(text: str) -> list[tuple[list[int], list[int]]]:
    rows = [list(row) for row in segno.make_qr(text, error="l").matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return [(rows[i], rows[i + 1]) for i in range(0, len(rows), 2)]


def serve_trust(host: str, port: int, python: str) -> subprocess.Popen:
    """The page for phones that do not trust us yet, over plain HTTP, as a process of its own."""
    return subprocess.Popen([python, "-m", "jiangcheng.jobs.lan_page", host, str(port)])  # noqa: S603
