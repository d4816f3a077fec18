"""Which names the page answers to. Any other is a foreign site's that points here (DNS rebinding)."""

import ipaddress

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ANY = ("0.0.0.0", "::")


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


def shown_url(host: str, port: int) -> str:
    """Where the owner opens it."""
    name = "127.0.0.1" if host in ANY else bracketed(host)
    return f"http://{name}:{port}/"


def is_own(origin: str, hosts: frozenset[str]) -> bool:
    """Whether an Origin header is the page's own."""
    scheme, _, host = origin.partition("://")
    return scheme in ("http", "https") and host.lower() in hosts
