"""The page ``/trust/`` over plain HTTP, for phones that cannot open the https address yet. Nothing else is served here.

Started by ``bin/start --lan`` beside the server; ends with it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

OPEN = ("/trust/", "/static/")


def only_trust(application: Callable) -> Callable:
    """The application for reading the page and what belongs to it; everything else is sent to the page."""

    def limited(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            start_response("405 Method Not Allowed", [("Allow", "GET, HEAD"), ("Content-Length", "0")])
            return []
        if not environ.get("PATH_INFO", "").startswith(OPEN):
            start_response("302 Found", [("Location", "/trust/"), ("Content-Length", "0")])
            return []
        environ.pop("HTTP_COOKIE", None)
        return application(environ, start_response)

    return limited


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """No line a request."""


def _ends_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main(host: str, port: str) -> None:
    """Serve until the server that started this ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiangcheng.settings")
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  after the settings are named

    threading.Thread(target=_ends_with, args=(os.getppid(),), daemon=True).start()
    server = _Server((host, int(port)), _Quiet)
    server.set_app(only_trust(get_wsgi_application()))
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:3])
