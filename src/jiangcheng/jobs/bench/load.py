"""A cheap client: one process, one loop, connections kept open, requests made beforehand. Speaks HTTP/1.1 and no more.

Run as a process of its own: reads one JSON line ``{"host", "port", "connections", "requests": [[…], …]}`` (a list of raw
requests for each connection), answers one JSON line with the time, the statuses and the waits.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

END = b"\r\n\r\n"


@dataclass
class _Line:
    """One connection with what it still has to send."""

    link: socket.socket
    left: list[bytes]
    got: bytearray = field(default_factory=bytearray)
    need: int = 0
    sent: float = 0.0

    def send(self) -> bool:
        """Send the next request; False when there is none."""
        if not self.left:
            return False
        self.got.clear()
        self.need, self.sent = 0, time.perf_counter()
        self.link.sendall(self.left.pop())
        return True

    def whole(self) -> bool:
        """Read what came; True when the answer is whole."""
        part = self.link.recv(65536)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.got += part
        if not self.need:
            at = self.got.find(END)
            if at < 0:
                return False
            head = bytes(self.got[:at]).lower()
            where = head.find(b"content-length:")
            length = int(head[where + 15 :].split(b"\r\n", 1)[0]) if where >= 0 else 0
            self.need = at + 4 + length
        return len(self.got) >= self.need


def run(host: str, port: int, requests: list[list[bytes]]) -> dict[str, Any]:
    """Send every connection its requests, one after the other; seconds, statuses and waits in ms."""
    picker = selectors.DefaultSelector()
    lines = []
    for own in requests:
        link = socket.create_connection((host, port), timeout=60)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines.append(_Line(link, own[::-1]))
    statuses: Counter[str] = Counter()
    waits: list[float] = []
    began = time.perf_counter()
    for line in lines:
        if line.send():
            picker.register(line.link, selectors.EVENT_READ, line)
    while picker.get_map():
        for key, _ in picker.select():
            line = key.data
            if not line.whole():
                continue
            waits.append(time.perf_counter() - line.sent)
            statuses[line.got[9:12].decode()] += 1
            if not line.send():
                picker.unregister(line.link)
    seconds = time.perf_counter() - began
    for line in lines:
        line.link.close()
    waits.sort()
    return {
        "seconds": seconds, "statuses": statuses, "n": len(waits), "p50": 1000 * waits[len(waits) // 2],
        "p95": 1000 * waits[int(len(waits) * 0.95)], "p99": 1000 * waits[int(len(waits) * 0.99)],
    }


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    print(json.dumps(run(given["host"], given["port"], [[r.encode() for r in own] for own in given["requests"]])), flush=True)
