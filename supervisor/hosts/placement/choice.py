"""Where an actor runs: pure decisions from what it wants, which hosts are there, and what runs on them."""

from collections.abc import Mapping, Sequence

import msgspec

ANY = "*"
PREFIX = "host:"

STEADY = 5.0
LONGEST_STEADY = 320.0
"""Seconds that a host must have been up before what has left it comes back; each loss doubles it, up to the longest."""

LOSSES_COUNT_FOR = 600.0


class Wish(msgspec.Struct, frozen=True):
    """What an actor wants. actor: its address, without its replica's number. pin: `host:NAME` or `host:*`, then with
    `labels`. elsewhere: thread, process or wait."""

    address: str
    pin: str
    labels: tuple[str, ...] = ()
    elsewhere: str = "process"

    @property
    def actor(self) -> str:
        return self.address.partition("/")[0]


class HostSeen(msgspec.Struct, frozen=True):
    """A host at one time. usable: it is up and takes actors; `why` not. expected: it was not here yet, and may come
    soon. most: by actor, how many it takes."""

    name: str
    usable: bool
    why: str = ""
    expected: bool = False
    labels: tuple[str, ...] = ()
    most: Mapping[str, int] = {}


class Place(msgspec.Struct, frozen=True):
    """kind: host, thread, process or wait. why: it runs elsewhere than it should; "" if it does not.
    soon: it waits only for a host that may come within seconds."""

    kind: str
    host: str = ""
    why: str = ""
    soon: bool = False


Running = Mapping[str, str]
"""Which host each actor on a host runs on, by address."""


def is_host(pin: str) -> bool:
    return pin.startswith(PREFIX)


def meant(wish: Wish, hosts: Sequence[HostSeen]) -> tuple[HostSeen, ...]:
    """The hosts that it may run on, whether they are here or not."""
    name = wish.pin.removeprefix(PREFIX)
    if name != ANY:
        return tuple(host for host in hosts if host.name == name)
    return tuple(host for host in hosts if set(wish.labels) <= set(host.labels))


def choose(wish: Wish, hosts: Sequence[HostSeen], running: Running) -> Place:
    """Where it starts: on the host with the fewest of its kind, then with the fewest actors, else elsewhere."""
    possible = meant(wish, hosts)
    free = [host for host in possible if host.usable and _has_room(wish, host, running)]
    if free:
        return Place("host", min(free, key=lambda host: _load(wish, host.name, running)).name)
    if any(host.expected for host in possible):
        names = ", ".join(host.name for host in possible if host.expected)
        return Place("wait", why=f"waits for {names} to connect", soon=True)
    return Place(wish.elsewhere, why=_why_elsewhere(wish, possible, running))


def moves(wish: Wish, now: Place, hosts: Sequence[HostSeen], running: Running) -> bool:
    """Whether one that runs should be started anew elsewhere: its host takes it no more, one that it waited for is
    here, or another has at least two fewer of its kind."""
    better = choose(wish, hosts, running)
    if (better.kind, better.host) == (now.kind, now.host):
        return False
    if now.kind != "host" or better.kind != "host":
        return True
    here = next((host for host in meant(wish, hosts) if host.name == now.host), None)
    if here is None or not here.usable:
        return True
    return _load(wish, now.host, running)[0] > _load(wish, better.host, running)[0]


def steady_after(losses: Sequence[float], now: float) -> float:
    """How long a host must be up before it counts as back. losses: when it was lost, in monotonic seconds. A host that
    comes and goes is believed ever later, so that actors do not come and go with it."""
    recent = sum(now - at < LOSSES_COUNT_FOR for at in losses)
    return 0.0 if not recent else min(LONGEST_STEADY, STEADY * 2.0 ** min(recent - 1, 16))


def _has_room(wish: Wish, host: HostSeen, running: Running) -> bool:
    most = host.most.get(wish.actor)
    return most is None or _load(wish, host.name, running)[0] < most


def _load(wish: Wish, host: str, running: Running) -> tuple[int, int, str]:
    """How many others of its kind run there, how many in all, and the name: the order is the same each time."""
    there = [address for address, name in running.items() if name == host and address != wish.address]
    alike = sum(address.partition("/")[0] == wish.actor for address in there)
    return alike, len(there), host


def _why_elsewhere(wish: Wish, possible: Sequence[HostSeen], running: Running) -> str:
    if not possible:
        return f"no host is meant by {wish.pin}" + (f" with {', '.join(wish.labels)}" if wish.labels else "")
    first = possible[0]
    if first.usable:
        return f"{first.name} takes no more of {wish.actor}"
    return f"{first.name} {first.why}"
