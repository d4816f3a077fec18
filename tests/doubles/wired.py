"""The wire between hosts in tests: certificates of a home, and both ends of a connection without a network."""

import datetime
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TypeVar

from supervisor.hosts.identity.authority import make_key, make_request
from supervisor.hosts.identity.home import issue_to_host, make_home
from supervisor.hosts.identity.identity import Identity, identity_of, write_identity
from supervisor.hosts.identity.registry import Registry
from supervisor.hosts.wire.agent_wire import AgentWire
from supervisor.hosts.wire.channel import Channel
from supervisor.hosts.wire.connection import Connection
from supervisor.hosts.wire.handshake import SessionKeys
from supervisor.hosts.wire.refusals import Refusals
from supervisor.nodes.link import Link, LinkClosed

T = TypeVar("T")

PATIENCE = 30.0


class House:
    """A home with its authority and its registry, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.identity = make_home(folder / "home", _now())
        self.registry = Registry(folder / "home")

    def invite(self, name: str, age: datetime.timedelta = datetime.timedelta()) -> Identity:
        """A host that may come. age: of its certificate."""
        key = make_key()
        certificate, authority = issue_to_host(self.folder / "home", make_request(key), name, _now() - age)
        self.registry.add(name, certificate)
        return write_identity(self.folder / name / "agent", key, certificate, authority)


class Ends:
    """Notes what a connection tells."""

    def __init__(self) -> None:
        self.channels: queue.SimpleQueue[Channel] = queue.SimpleQueue()
        self.up = threading.Event()
        self.over: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.renewed: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def on_up(self, connection: Connection) -> None:
        self.up.set()

    def on_channel(self, connection: Connection, channel: Channel) -> None:
        self.channels.put(channel)

    def on_renewed(self, connection: Connection, certificate: bytes) -> None:
        self.renewed.put(certificate)

    def on_end(self, connection: Connection, why: str) -> None:
        self.over.put(why)


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class WirePair:
    """Home and host with a network between them that passes every record on, through `way` if a test sets it.

    way: gets `down` or `up`, the lane and the record, and gives the records that arrive."""

    def __init__(self, clock: Callable[[], float] | None = None, lost_after: float = 3.0) -> None:
        self.way: Callable[[str, int, bytes], list[bytes]] = lambda direction, lane, record: [record]
        self.seen: list[tuple[str, int, bytes]] = []
        keys = SessionKeys(7, b"k" * 32)
        self.home_told, self.host_told = Ends(), Ends()
        self._inboxes: dict[str, queue.SimpleQueue[bytes | None]] = {
            "down": queue.SimpleQueue(),
            "up": queue.SimpleQueue(),
        }
        more: dict[str, Callable[[], float]] = {} if clock is None else {"steady": clock, "wall": clock}
        self.home = Connection(
            "box", keys, True, self._putter("down"), self.home_told, Refusals(), numbers=count(1),
            lost_after=lost_after, **more,
        )  # fmt: skip
        self.host = Connection(
            "home", keys, False, self._putter("up"), self.host_told, Refusals(), lost_after=lost_after, **more
        )
        for direction, end in (("down", self.host), ("up", self.home)):
            threading.Thread(target=self._carry, args=(direction, end), daemon=True).start()
        for record in self.way("up", 0, self.host.first_word()):
            self._inboxes["up"].put(record)
        assert self.host_told.up.wait(PATIENCE)
        assert self.home_told.up.wait(PATIENCE)

    def _putter(self, direction: str) -> Callable[[int, bytes], None]:
        def put(lane: int, record: bytes) -> None:
            self.seen.append((direction, lane, record))
            for arriving in self.way(direction, lane, record):
                self._inboxes[direction].put(arriving)

        return put

    def _carry(self, direction: str, end: Connection) -> None:
        while (record := self._inboxes[direction].get()) is not None:
            end.take(record)

    def inject(self, direction: str, record: bytes) -> None:
        """A record of somebody else's."""
        self._inboxes[direction].put(record)

    def open(self) -> tuple[Channel, Channel]:
        """A channel's ends at home and at the host."""
        return self.home.open(), self.host_told.channels.get(timeout=PATIENCE)

    def close(self) -> None:
        self.home.end("the test is over")
        self.host.end("the test is over")
        for inbox in self._inboxes.values():
            inbox.put(None)


def echo(link: Link) -> None:
    """Sends back what comes, until the link is closed."""
    try:
        while True:
            link.send(*link.receive())
    except LinkClosed:
        pass


def frames_until_closed(link: Link) -> Iterator[bytes]:
    """The bodies that still come."""
    try:
        while True:
            yield link.receive()[1]
    except LinkClosed:
        return


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def main(folder: str, address: str) -> None:
    """An agent in a process of its own that echoes; it ends with its standard input."""
    wire = AgentWire(identity_of(Path(folder)), [address], echo, lambda: None, lost_after=1.0)
    wire.start()
    sys.stdin.read()
    wire.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
