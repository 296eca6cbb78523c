"""Stand-ins for the other side, to try notices out on one machine: a mail server, a CMPP 2.0 gateway, a receiver of pushes.

They speak the real protocols over real sockets and keep what came; ``bin/jiangcheng standins`` runs them and prints it.
``refuse`` is how many of the next ones fail.
"""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from jiangcheng.work import adapters, cmpp


class StandIn:
    """One server on a free port of this machine (or ``port``), in a thread. ``got`` is what came, in order."""

    handler: type[Any]

    def __init__(self, port: int = 0, secret: str = "", heard: Callable[[Any], None] | None = None) -> None:
        self.got: list[Any] = []
        self.refuse, self.secret, self.heard = 0, secret, heard
        kind = HTTPServer if issubclass(self.handler, BaseHTTPRequestHandler) else socketserver.ThreadingTCPServer
        kind.allow_reuse_address = True
        self.server = kind(("127.0.0.1", port), self.handler)
        self.server.stand_in = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.shutdown()
        self.server.server_close()

    def keep(self, what: Any) -> None:
        """Note what came."""
        self.got.append(what)
        if self.heard:
            self.heard(what)


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs: EHLO, MAIL, RCPT, DATA, RSET, NOOP, QUIT."""

    def handle(self) -> None:
        self.say("220 stand-in")
        while line := self.rfile.readline():
            verb = line[:4].upper().decode("ascii", "replace").strip()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "DATA":
                self._data()
            else:
                self.say("250 ok" if verb in ("EHLO", "HELO", "MAIL", "RCPT", "RSET", "NOOP") else "502 not here")

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def _data(self) -> None:
        self.say("354 go on")
        body = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            body += line[1:] if line.startswith(b"..") else line
        if self.server.stand_in.refuse > 0:
            self.server.stand_in.refuse -= 1
            self.say("451 try later")
            return
        self.server.stand_in.keep(message_from_bytes(body, policy=policy.default))
        self.say("250 taken")


class _Cmpp(socketserver.BaseRequestHandler):
    """The gateway's side of CMPP 2.0: checks the sender's proof, proves itself, takes messages."""

    def handle(self) -> None:
        own, known = self.server.stand_in, False
        while True:
            try:
                command, sequence, body = cmpp.read(self.request)
            except (cmpp.Wrong, OSError):
                return
            if command == cmpp.CONNECT:
                known = self._connect(own, sequence, body)
            elif command == cmpp.SUBMIT and known:
                self._submit(own, sequence, body)
            elif command == cmpp.TERMINATE:
                cmpp.write(self.request, cmpp.TERMINATE_RESP, sequence)
                return
            else:
                return

    def _connect(self, own: StandIn, sequence: int, body: bytes) -> bool:
        company, proof, _, stamp = struct.unpack(">6s16sBI", body)
        good = proof == cmpp.proof_of_sender(company.rstrip(b"\0").decode(), own.secret, stamp)
        status = 0 if good else 3
        back = struct.pack(">B16sB", status, cmpp.proof_of_gateway(status, proof, own.secret), cmpp.VERSION)
        cmpp.write(self.request, cmpp.CONNECT_RESP, sequence, back)
        return good

    def _submit(self, own: StandIn, sequence: int, body: bytes) -> None:
        cmpp.write(self.request, cmpp.ACTIVE_TEST, 900 + sequence)  # a gateway may test the line at any time
        cmpp.read(self.request)
        result = 0
        if own.refuse > 0:
            own.refuse, result = own.refuse - 1, 8
        else:
            own.keep(cmpp.unpack_submit(body))
        cmpp.write(self.request, cmpp.SUBMIT_RESP, sequence, struct.pack(">8sB", sequence.to_bytes(8, "big"), result))


class _Hook(BaseHTTPRequestHandler):
    """A receiver of pushes that checks the signature."""

    def do_POST(self) -> None:
        own = self.server.stand_in
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        moment = self.headers.get("X-Jiangcheng-Time", "")
        status = 200 if self.headers.get("X-Jiangcheng-Signature") == adapters.signature(own.secret, moment, body) else 401
        if own.refuse > 0:
            own.refuse, status = own.refuse - 1, 503
        if status == 200:
            own.keep({"body": body.decode(), "headers": dict(self.headers)})
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing on the console: what came is kept."""


class MailServer(StandIn):
    """A mail server that keeps letters."""

    handler = _Smtp


class SmsGateway(StandIn):
    """A gateway that keeps (number, text)."""

    handler = _Cmpp


class HookReceiver(StandIn):
    """A receiver that keeps pushes whose signature is good."""

    handler = _Hook
