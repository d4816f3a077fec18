"""Which names the page answers to. Any other is a foreign site's that points here (DNS rebinding)."""

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ANY = ("0.0.0.0", "::")
USUAL = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bracketed(host: str) -> str:
    """As it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def own_hosts(host: str, address: str, port: int) -> frozenset[str]:
    """What may stand in a Host header: the configured host, the address it stands for, this machine's own names."""
    names = {bracketed(host.lower()), bracketed(address.lower())} - {bracketed(one) for one in ANY}
    return frozenset(f"{name}:{port}" for name in (*names, *LOOPBACK))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page is served. host: as configured. address: that it stands for. names: of this machine, where others
    can reach it. certified: whether browsers may trust its certificate, as one of the owner's own."""

    host: str
    address: str
    port: int
    encrypted: bool = False
    names: tuple[str, ...] = ()
    certified: bool = False

    @property
    def scheme(self) -> str:
        return "https" if self.encrypted else "http"

    @property
    def url(self) -> str:
        """Where the owner opens it."""
        name = "127.0.0.1" if self.host in ANY else bracketed(self.host)
        return f"{self.scheme}://{name}:{self.port}/"

    @property
    def hosts(self) -> frozenset[str]:
        """What may stand in a Host header."""
        named = {f"{bracketed(name.lower())}:{self.port}" for name in self.names}
        known = own_hosts(self.host, self.address, self.port) | named
        bare = {name.rpartition(":")[0] for name in known} if USUAL[self.scheme] == self.port else set()
        return frozenset(known | bare)

    @property
    def cookie(self) -> str:
        """Its name has the port, since all ports of a host share their cookies. Under TLS nobody else can set it."""
        return f"{'__Host-' if self.encrypted else ''}gerald_page_{self.port}"

    @property
    def is_strict(self) -> bool:
        """Whether browsers are told to come by TLS only (HSTS): that holds for every port of the host, so the page must
        have the usual one, and a certificate after which nobody is asked."""
        return self.certified and self.encrypted and self.port == USUAL["https"]

    def is_own_host(self, host: str, reached: str) -> bool:
        """reached: the address at which it came in. Nobody else's name can be one, so it needs not be known before."""
        host = host.lower()
        return host in self.hosts or (self.host in ANY and host == f"{bracketed(plain(reached))}:{self.port}")

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Whether an Origin header is this page's. host: the request's, which is known to be its own."""
        return origin.lower() == f"{self.scheme}://{host.lower()}"


def plain(address: str) -> str:
    """An IPv4 address that came in by an IPv6 socket as itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def machine_names(host: str) -> tuple[str, ...]:
    """What others may call the machine: its name, and its addresses where it is served at all of them."""
    if host not in ANY:
        return (host,)
    named = socket.gethostname().lower()
    return tuple(dict.fromkeys((named, f"{named.partition('.')[0]}.local", "localhost", *_addresses())))


def _addresses() -> Iterator[str]:
    for found in psutil.net_if_addrs().values():
        for one in found:
            if one.family in (socket.AF_INET, socket.AF_INET6) and "%" not in one.address:
                yield one.address
