"""``bin/jiangcheng standins`` serves all three and says how to use them."""

from __future__ import annotations

import smtplib
import socket
import threading

from jiangcheng.jobs import standins


def free(count: int) -> int:
    """First of some free ports in a row."""
    for port in range(20000, 60000, 7):
        held = []
        try:
            for n in range(count):
                held.append(socket.create_server(("127.0.0.1", port + n)))
            return port
        except OSError:
            continue
        finally:
            for one in held:
                one.close()
    raise AssertionError("no ports")


def test_the_command_says_how_to_start_and_prints_what_comes(capsys):
    port, stop = free(3), threading.Event()
    serving = threading.Thread(target=standins.main, args=(["--port", str(port)], stop))
    serving.start()
    try:
        for _ in range(100):
            try:
                with smtplib.SMTP("127.0.0.1", port, timeout=5) as server:
                    server.sendmail("a@example.org", ["b@example.org"], "Subject: x\r\n\r\n.one dot\r\n")
                break
            except ConnectionRefusedError:
                stop.wait(0.05)
    finally:
        stop.set()
        serving.join(10)
    said = capsys.readouterr().out
    assert f"JIANGCHENG_MAIL=smtp://127.0.0.1:{port}" in said and f"127.0.0.1:{port + 2}" in said and "邮件：" in said and ".one dot" in said
