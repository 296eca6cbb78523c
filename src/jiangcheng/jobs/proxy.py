"""Who really asks, behind a reverse proxy: limits on guesses and log-ins count by address, and must not share the proxy's.

``TRUSTED_PROXIES`` (environment ``JIANGCHENG_PROXIES``: addresses or networks, separated by commas) names the proxies
whose word counts. Empty by default: anybody can write the header ``X-Forwarded-For``, so nobody is believed unasked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Network = IPv4Network | IPv6Network
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def networks(named: Iterable[str]) -> tuple[Network, ...]:
    """Networks from addresses and networks as text. ``ValueError`` for what is neither: better no server than a wrong one."""
    return tuple(ip_network(text.strip(), strict=False) for text in named if text.strip())


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as it stands in a header: bare, with a port, or in brackets; IPv4 inside IPv6 is IPv4."""
    bare = text.strip().removeprefix("[").partition("]")[0] if "[" in text else text.strip()
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def client(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address to count by: the last one on the way from ``peer`` outwards that no trusted proxy vouches for.

    ``forwarded`` is ``X-Forwarded-For``: each proxy adds at the end whom it heard. What stands before the first
    address that is not trusted was written by that address itself, and proves nothing.
    """
    here = _address(peer)
    for text in reversed(forwarded.split(",")):
        if here is None or not any(here in network for network in trusted):
            break
        before = _address(text)
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
        here = _address(peer)
        if here is not None and any(here in network for network in trusted):
            environ["REMOTE_ADDR"] = client(peer, environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return application(environ, start_response)

    return proxied
