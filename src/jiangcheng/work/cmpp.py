"""CMPP 2.0 (China Mobile Peer to Peer): the part of it that a sender of short messages needs.

Public protocol of the operator: over TCP, each message has a head of three numbers (length, command, sequence) of four bytes.
CONNECT proves the shared secret by an MD5 over it and the time, and the gateway proves it back; SUBMIT carries one message in
UCS-2 to one number; TERMINATE ends. MD5 is the protocol's choice, so keep the line to the gateway a private one.
"""

from __future__ import annotations

import hashlib
import socket
import struct
from types import TracebackType

from django.utils import timezone

CONNECT, CONNECT_RESP = 0x00000001, 0x80000001
TERMINATE, TERMINATE_RESP = 0x00000002, 0x80000002
SUBMIT, SUBMIT_RESP = 0x00000004, 0x80000004
ACTIVE_TEST, ACTIVE_TEST_RESP = 0x00000008, 0x80000008
VERSION = 0x20
UCS2 = 8
LONGEST = 70
"""Characters of one message; ours are shorter."""
MOST = 4096
HEAD = struct.Struct(">III")
_CONNECT = struct.Struct(">6s16sBI")
_CONNECT_RESP = struct.Struct(">B16sB")
_SUBMIT = struct.Struct(">8sBBBB10sB21sBBB6s2s6s17s17s21sB21sB")
_SUBMIT_RESP = struct.Struct(">8sB")
REFUSED = {1: "消息结构错", 2: "非法源地址", 3: "认证错", 4: "版本太高"}
NOT_TAKEN = {
    1: "消息结构错", 2: "命令字错", 3: "消息序号重复", 4: "消息长度错", 5: "资费代码错", 6: "超过最大信息长", 7: "业务代码错", 8: "流量控制错",
}


class Wrong(Exception):
    """The gateway refused, or does not speak the protocol; in words."""


def _md5(*parts: bytes) -> bytes:
    return hashlib.md5(b"".join(parts), usedforsecurity=False).digest()


def proof_of_sender(company: str, secret: str, stamp: int) -> bytes:
    """AuthenticatorSource: what only who knows the secret can make."""
    return _md5(company.encode(), bytes(9), secret.encode(), f"{stamp:010d}".encode())


def proof_of_gateway(status: int, source: bytes, secret: str) -> bytes:
    """AuthenticatorISMG: the gateway's answer to it."""
    return _md5(bytes([status]), source, secret.encode())


def read(line: socket.socket) -> tuple[int, int, bytes]:
    """One message: command, sequence, body."""
    length, command, sequence = HEAD.unpack(_exactly(line, HEAD.size))
    if not HEAD.size <= length <= MOST:
        raise Wrong(f"网关报文长度 {length} 不合协议")
    return command, sequence, _exactly(line, length - HEAD.size)


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = line.recv(size - len(found))
        if not more:
            raise Wrong("网关中断了连接")
        found += more
    return found


def write(line: socket.socket, command: int, sequence: int, body: bytes = b"") -> None:
    """Send one message."""
    line.sendall(HEAD.pack(HEAD.size + len(body), command, sequence) + body)


class Gateway:
    """A line to the gateway, logged in: ``with Gateway(host, port, company, secret, timeout) as line: line.submit(…)``."""

    def __init__(self, host: str, port: int, company: str, secret: str, timeout: float) -> None:
        self.company, self.secret, self.sequence = company, secret, 0
        self.line = socket.create_connection((host, port), timeout=timeout)

    def __enter__(self) -> Gateway:
        try:
            self._log_in()
        except BaseException:
            self.line.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._ask(TERMINATE, TERMINATE_RESP)
        finally:
            self.line.close()

    def _ask(self, command: int, wanted: int, body: bytes = b"") -> bytes:
        """Send a message and wait for its answer; a test of the line that comes between is answered."""
        self.sequence += 1
        write(self.line, command, self.sequence, body)
        while True:
            found, sequence, answer = read(self.line)
            if found == ACTIVE_TEST:
                write(self.line, ACTIVE_TEST_RESP, sequence, b"\0")
            elif found == wanted and sequence == self.sequence:
                return answer
            else:
                raise Wrong(f"网关答复 {found:#010x} 不合协议")

    def _log_in(self) -> None:
        stamp = int(timezone.localtime().strftime("%m%d%H%M%S"))
        mine = proof_of_sender(self.company, self.secret, stamp)
        status, theirs, _ = _CONNECT_RESP.unpack(self._ask(CONNECT, CONNECT_RESP, _CONNECT.pack(self.company.encode(), mine, VERSION, stamp)))
        if status:
            raise Wrong(f"网关拒绝登录：{REFUSED.get(status, status)}")
        if theirs != proof_of_gateway(status, mine, self.secret):
            raise Wrong("网关不能证明它知道共享密钥")

    def submit(self, mobile: str, text: str, *, src: str, service: str) -> str:
        """One message to one number; the id that the gateway gave it. ``ValueError`` for a text that does not fit."""
        if not (mobile.isascii() and mobile.isdigit()) or not 0 < len(text) <= LONGEST:
            raise ValueError("短信的号码或长度不合要求")
        content = text.encode("utf-16-be")
        head = _SUBMIT.pack(
            bytes(8), 1, 1, 0, 1, service.encode(), 0, b"", 0, 0, UCS2, self.company.encode(), b"01", b"000000", b"", b"", src.encode(), 1,
            mobile.encode(), len(content),
        )
        number, result = _SUBMIT_RESP.unpack(self._ask(SUBMIT, SUBMIT_RESP, head + content + bytes(8)))
        if result:
            raise Wrong(f"网关没有接收：{NOT_TAKEN.get(result, result)}")
        return number.hex()


def unpack_submit(body: bytes) -> tuple[str, str]:
    """Number and text of a SUBMIT, as the gateway reads it."""
    parts = _SUBMIT.unpack(body[: _SUBMIT.size])
    content = body[_SUBMIT.size : _SUBMIT.size + parts[-1]]
    return parts[-2].rstrip(b"\0").decode(), content.decode("utf-16-be")
