"""Addresses and networks of the net, as they stand in settings and headers."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def networks(named: Iterable[str]) -> tuple[Network, ...]:
    """Networks from addresses and networks as text. ``ValueError`` for what is neither: better no server than a wrong one."""
    return tuple(ip_network(text.strip(), strict=False) for text in named if text.strip())


def address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as it stands in a header: bare, with a port, or in brackets; IPv4 inside IPv6 is IPv4. None for what is none."""
    bare = text.strip().removeprefix("[").partition("]")[0] if "[" in text else text.strip()
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
