"""HTTPS on a local network: the authority, its limits and renewals; and a server of two processes started by ``--lan``."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from django.test import Client

from jiangcheng.jobs import lan
from tests.races import crowd


def certificate(path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_keys_are_for_their_owner_alone_and_nothing_is_made_twice(tmp_path):
    folder = tmp_path / "lan"
    made = lan.ready(folder, ["192.168.1.5"])
    assert {oct(p.stat().st_mode & 0o777) for p in folder.iterdir()} == {"0o600"} and oct(folder.stat().st_mode & 0o777) == "0o700"
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert lan.ready(folder, ["192.168.1.5"]) == made
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_another_address_means_another_certificate_by_the_same_authority(tmp_path):
    paper, _ = lan.ready(tmp_path, ["192.168.1.5"])
    authority, first = certificate(tmp_path / "ca.pem"), certificate(paper)
    lan.ready(tmp_path, ["192.168.1.9", "10.0.0.3"])
    second = certificate(paper)
    assert certificate(tmp_path / "ca.pem") == authority and second != first
    second.verify_directly_issued_by(authority)
    names = second.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(map(str, names.get_values_for_type(x509.IPAddress))) == {"192.168.1.9", "10.0.0.3", "127.0.0.1"}
    assert second.not_valid_after_utc - second.not_valid_before_utc <= timedelta(days=398)


def test_a_certificate_near_its_end_is_renewed_and_the_authority_stays(tmp_path, monkeypatch):
    paper, _ = lan.ready(tmp_path, ["192.168.1.5"])
    authority, first = certificate(tmp_path / "ca.pem"), certificate(paper)
    later = datetime.now(UTC) + timedelta(days=lan.SERVER_DAYS - 20)

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return later

    monkeypatch.setattr(lan, "datetime", Later)
    lan.ready(tmp_path, ["192.168.1.5"])
    assert certificate(paper).not_valid_after_utc > first.not_valid_after_utc + timedelta(days=300)
    assert certificate(tmp_path / "ca.pem") == authority


def test_the_authority_may_sign_for_private_addresses_alone(tmp_path):
    lan.ready(tmp_path, ["192.168.1.5"])
    found = certificate(tmp_path / "ca.pem").extensions.get_extension_for_class(x509.NameConstraints)
    allowed = [name.value for name in found.value.permitted_subtrees if isinstance(name, x509.IPAddress)]
    assert found.critical and all(network.is_private for network in allowed)
    assert not any(ip_address("8.8.8.8") in network for network in allowed)
    assert {n.value for n in found.value.permitted_subtrees if isinstance(n, x509.DNSName)} == {"local", "localhost"}


def test_a_broken_authority_is_said_and_not_replaced_in_silence(tmp_path):
    lan.ready(tmp_path, ["192.168.1.5"])
    (tmp_path / "ca.key").write_text("broken")
    with pytest.raises(lan.Unusable, match="已损坏"):
        lan.ready(tmp_path, ["192.168.1.5"])


@pytest.mark.parametrize("given", ["8.8.8.8", "jc.example.cn", "192.168.1.5,1.1.1.1", "::1"])
def test_an_address_that_is_not_private_is_refused(given):
    with pytest.raises(lan.Unusable, match="不是局域网地址"):
        lan.own_addresses(given)


@pytest.mark.django_db
def test_the_page_says_how_and_shows_the_fingerprint(tmp_path, settings):
    settings.VAR = tmp_path
    client = Client()
    assert client.get("/trust/").status_code == client.get("/trust/ca.crt").status_code == 404
    lan.ready(tmp_path / "lan", ["192.168.1.5"])
    page = client.get("/trust/").content.decode()
    assert lan.fingerprint(tmp_path / "lan" / "ca.pem").replace(":", " ") in page
    assert all(word in page for word in ("苹果手机", "安卓手机", "鸿蒙", "从相册选", "短码"))
    given = client.get("/trust/ca.crt")
    assert given["Content-Type"] == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(given.content) == certificate(tmp_path / "lan" / "ca.pem")
    assert b"PRIVATE" not in given.content


def test_where_a_browser_gives_no_camera_the_page_says_what_else_is_there():
    parts = crowd.ROOT / "src" / "jiangcheng" / "web"
    script = (parts / "static" / "js" / "scan.js").read_text("utf-8")
    page = (parts / "templates" / "parts" / "scanner.html").read_text("utf-8")
    assert "从相册选" in page and "录入信用代码" in page and 'type="file"' in page
    for trouble in ("NotAllowedError", "NotFoundError", "NotReadableError", "Insecure"):
        assert re.search(rf'{trouble}: \["[一-鿿]', script), trouble
    assert re.search(r'Insecure: \[[^\]]*https[^\]]*从相册选[^\]]*录入信用代码', script)


def free_pair() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """``bin/start --lan`` with two processes; its port and folder."""
    var, port = tmp_path_factory.mktemp("lan"), free_pair()
    environment = crowd.environment(var) | {
        "PORT": str(port), "JIANGCHENG_HOST": "127.0.0.1", "JIANGCHENG_DEBUG": "", "JIANGCHENG_WORKERS": "2", "JIANGCHENG_LOG": "json",
        "JIANGCHENG_METRICS_FROM": "127.0.0.0/8",
    }
    with (var / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jiangcheng.jobs.cli", "start", "--no-demo", "--lan", "127.0.0.1"], env=environment, cwd=crowd.ROOT,
            stdout=log, stderr=log, start_new_session=True,
        )
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            if get(var, port, "/healthz")[0] == 200:
                urllib.request.urlopen(f"http://127.0.0.1:{port + 1}/trust/", timeout=20)
                break
        except (OSError, http.client.HTTPException):
            time.sleep(0.3)
    else:
        os.killpg(process.pid, signal.SIGKILL)
        pytest.fail((var / "server.log").read_text())
    yield port, var
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)


def get(var, port: int, path: str) -> tuple[int, str]:
    trusting = ssl.create_default_context(cafile=str(var / "lan" / "ca.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=trusting)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.alone
def test_a_phone_that_trusts_the_authority_is_served_over_https(server):
    port, var = server
    assert get(var, port, "/login/")[0] == 200
    with pytest.raises(ssl.SSLError):
        http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=ssl.create_default_context()).request("GET", "/")
    said = (var / "server.log").read_text("utf-8")
    assert f"https://127.0.0.1:{port}/" in said and f"http://127.0.0.1:{port + 1}/trust/" in said
    assert lan.fingerprint(var / "lan" / "ca.pem") in said


@pytest.mark.alone
def test_over_plain_http_there_is_the_page_of_trust_and_nothing_else(server):
    port, _ = server
    connection = http.client.HTTPConnection("127.0.0.1", port + 1, timeout=20)
    found = {}
    for method, path in (("GET", "/trust/ca.crt"), ("GET", "/login/"), ("GET", "/"), ("GET", "/metrics"), ("POST", "/trust/")):
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        found[method, path] = (answer.status, answer.headers.get("Location"))
    assert found == {("GET", "/trust/ca.crt"): (200, None), ("GET", "/login/"): (302, "/trust/"), ("GET", "/"): (302, "/trust/"),
                     ("GET", "/metrics"): (302, "/trust/"), ("POST", "/trust/"): (405, None)}  # fmt: skip


@pytest.mark.alone
def test_whichever_process_is_asked_counts_all(server):
    port, var = server

    def counted() -> float:
        line = re.search(r'jiangcheng_request_seconds_count\{method="GET",route="public-bodies",status="2xx"\} (\S+)', get(var, port, "/metrics")[1])
        return float(line[1]) if line else 0.0

    before = counted()
    for _ in range(20):
        assert get(var, port, "/bodies/")[0] == 200
    assert {counted() for _ in range(8)} == {before + 20}
    assert len({p.name.rpartition("_")[2] for p in (var / "metrics").glob("histogram_*.db")}) == 2, "both processes answered"


@pytest.mark.alone
def test_its_log_is_one_object_a_line(server):
    port, var = server
    get(var, port, "/bodies/?q=13812345678")
    time.sleep(0.5)
    lines = [json.loads(line) for line in (var / "server.log").read_text("utf-8").splitlines() if line.startswith("{")]
    assert any(one["event"] == "request" and one["route"] == "public-bodies" for one in lines)
    assert "13812345678" not in (var / "server.log").read_text("utf-8")
    assert any("Started worker" in one["event"] for one in lines), "the server's own lines too"
