"""``bin/jiangcheng standins``: the other side of notices, on this machine, to try them out."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence
from typing import Any

from jiangcheng.work.standins import HookReceiver, MailServer, SmsGateway


def _say(kind: str) -> Any:
    def heard(what: Any) -> None:
        text = what.as_string() if hasattr(what, "as_string") else what
        print(f"{kind}：{text}", flush=True)

    return heard


def main(argv: Sequence[str], stop: threading.Event | None = None) -> int:
    """Serve until stopped; prints the settings to start the platform with, then all that comes."""
    parser = argparse.ArgumentParser(prog="jiangcheng standins")
    parser.add_argument("--port", type=int, default=8025, help="第一个端口；短信、推送用其后两个")
    port = parser.parse_args(list(argv)).port
    wait = stop or threading.Event()
    with (
        MailServer(port, heard=_say("邮件")), SmsGateway(port + 1, "secret", _say("短信")), HookReceiver(port + 2, "secret", _say("推送")),
    ):
        print(f"JIANGCHENG_MAIL=smtp://127.0.0.1:{port}")
        print(f"JIANGCHENG_SMS='cmpp://901234:secret@127.0.0.1:{port + 1}?src=10690000&service=JC'")
        print(f"JIANGCHENG_HOOK=http://127.0.0.1:{port + 2}/ JIANGCHENG_HOOK_SECRET=secret", flush=True)
        try:
            wait.wait()
        except KeyboardInterrupt:
            return 0
    return 0
