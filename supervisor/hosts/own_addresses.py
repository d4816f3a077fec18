"""What other machines may call this one."""

import contextlib
import ipaddress
import socket
from collections.abc import Iterable, Iterator

import psutil

from supervisor.hosts.identity.invitation import MOST_ADDRESSES

_ANY = ("0.0.0.0", "::")
_OUTSIDE = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))
"""Addresses that nobody has: what leads towards them leads to the rest of the network."""


def reached_at(listen: str, named: tuple[str, ...]) -> tuple[str, ...]:
    """For an invitation, at most four: what the owner named, else where it listens, else the addresses of the network,
    that towards the rest of it first; on a machine without a network its own loopback."""
    if named:
        return named[:MOST_ADDRESSES]
    if listen not in _ANY:
        return (listen,)
    return chosen(_towards_outside(), _own(), both=listen == "::")


def chosen(first: Iterable[str], own: Iterable[str], *, both: bool) -> tuple[str, ...]:
    """Out of this machine's addresses; both: of IPv6 too. Pure."""
    good = [address for address in dict.fromkeys((*first, *own)) if _is_useful(address, both=both)]
    # two are enough to be tried, and keep the code short
    return tuple(good[:2]) or ("127.0.0.1",)


def _is_useful(address: str, *, both: bool) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    version = found.version == 4 or both
    return version and not (
        found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast
    )


def _towards_outside() -> Iterator[str]:
    for address, family in _OUTSIDE:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))  # sends nothing
            yield str(probe.getsockname()[0])


def _own() -> Iterator[str]:
    for found in psutil.net_if_addrs().values():
        for one in found:
            if one.family in (socket.AF_INET, socket.AF_INET6):
                yield one.address
