"""Who really asks, behind a reverse proxy: limits on guesses and log-ins count by address, and must not share the proxy's.

``TRUSTED_PROXIES`` (environment ``JIANGCHENG_PROXIES``: addresses or networks, separated by commas) names the proxies
whose word counts. Empty by default: anybody can write the header ``X-Forwarded-For``, so nobody is believed unasked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jiangcheng.kernel.addresses import Network, address, networks

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def client(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address to count by: the last one on the way from ``peer`` outwards that no trusted proxy vouches for.

    ``forwarded`` is ``X-Forwarded-For``: each proxy adds at the end whom it heard. What stands before the first
    address that is not trusted was written by that address itself, and proves nothing.
    """
    here = address(peer)
    for text in reversed(forwarded.split(",")):
        if here is None or not any(here in network for network in trusted):
            break
        before = address(text)
        if before is None:
            break
        here = before
    return peer if here is None else str(here)


def behind(application: Wsgi, named: Iterable[str]) -> Wsgi:
    """The application seeing the real address and scheme; itself where no proxy is named."""
    trusted = networks(named)
    if not trusted:
        return application

    def proxied(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        here = address(peer)
        if here is not None and any(here in network for network in trusted):
            environ["REMOTE_ADDR"] = client(peer, environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return application(environ, start_response)

    return proxied
