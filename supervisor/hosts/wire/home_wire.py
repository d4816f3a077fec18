"""The home's end of the wire: it listens, lets in whom the registry admits, and opens channels to them."""

import contextlib
import hashlib
import itertools
import logging
import math
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from supervisor.hosts.identity.identity import Identity, NoIdentity
from supervisor.hosts.identity.refusal import Refused
from supervisor.hosts.identity.registry import RegistryTrouble
from supervisor.hosts.wire import keys
from supervisor.hosts.wire.channel import Channel
from supervisor.hosts.wire.connection import Connection
from supervisor.hosts.wire.handshake import Answered, GreetingRefused, Papers, answer, nonce_of, refuse
from supervisor.hosts.wire.host_link import HostLink, seen
from supervisor.hosts.wire.listener import Listener
from supervisor.hosts.wire.network import Network, NetworkTrouble, configuration
from supervisor.hosts.wire.refusals import RateLimit, Reason, Refusals
from supervisor.nodes.link import Link

log = logging.getLogger(__name__)

HELLOS, HELLOS_AT_ONCE = 20.0, 60.0
"""Greetings looked at a second and at once; each costs a millisecond."""

GREETINGS_KEPT = 4096
"""Good greetings that are known again."""

MOST_CONNECTIONS = 256
"""Connections at a time, those included that have not proven themselves yet."""

LISTENED_AFTER = 30.0
"""Seconds for which what still comes for a lost connection is counted."""

RENEWED_EVERY = 3600.0
"""Seconds between two looks at whether the certificate of a host that is here must be renewed."""

ADMITTED_EVERY = 0.5
"""Seconds between two looks at whether those who are here may still be."""


class Admits(Protocol):
    """supervisor.hosts.identity.registry.Registry."""

    def admit(self, certificate: bytes) -> str: ...

    def renew(self, shown: bytes) -> bytes | None: ...


class HostAway(ConnectionError):
    """No channel to this host can be opened; the text says why."""


class CannotListen(Exception):
    """hosts.listen cannot be used; the text says why and what to do."""


@dataclass(slots=True)
class _Guest:
    """A connection with what belongs to it."""

    answered: Answered
    hello: bytes
    connection: Connection
    listener: Listener | None = None
    lost_at: float = 0.0
    renewal_at: float = 0.0
    """When its certificate is looked at next, monotonic."""


class HomeWire:
    """Listens at `listen` (`ADDRESS:PORT`) from `start` on. Any thread may use it.

    lost_after: seconds of silence after which a host is lost."""

    def __init__(self, identity: Identity, registry: Admits, listen: str, *, lost_after: float = 3.0) -> None:
        self._identity, self._registry, self._listen = identity, registry, listen
        self._lost_after = lost_after
        self._papers = Papers(identity.certificate.read_bytes(), identity.sign, registry.admit)
        self._numbers = itertools.count(1)
        self._network: Network | None = None
        self._lock = threading.RLock()
        self._by_session: dict[int, _Guest] = {}
        self._up: dict[str, _Guest] = {}
        self._down: dict[str, HostLink] = {}
        self._lost: deque[_Guest] = deque()
        self._refusals: dict[str, Refusals] = {}
        self._watchers: list[Callable[[HostLink], None]] = []
        self._greetings: dict[bytes, None] = {}
        self._hellos = RateLimit(HELLOS, HELLOS_AT_ONCE)
        self._closing = threading.Event()
        self.refused = Refusals()
        """Greetings that were refused, by reason."""

    def start(self) -> None:
        """Listen from now on. Raises CannotListen."""
        within = 5.0
        configured = configuration(
            self._identity, listen=self._listen, lost_after=self._lost_after, within=within
        )
        try:
            network = Network(configured, within)
        except NetworkTrouble as trouble:
            raise CannotListen(
                f"hosts.listen: {self._listen} cannot be listened at: {trouble}; is another program there?"
            ) from None
        self._network = network
        network.listen(keys.HELLO, self._greeted)
        network.watch_life(keys.ALL_HOSTS, self._gone)
        network.show_life(keys.HOME)
        threading.Thread(target=self._tick, name="wire/tick", daemon=True).start()

    def open(self, host: str) -> Link:
        """A new channel, to which the host listens. Raises HostAway."""
        with self._lock:
            guest = self._up.get(host)
        try:
            if guest is None:
                down = self._down.get(host)
                raise ConnectionError(down.why if down and down.why else "it is not connected")
            return guest.connection.open()
        except ConnectionError as error:
            raise HostAway(f"{host}: {error}") from None

    def watch(self, changed: Callable[[HostLink], None]) -> None:
        """Call `changed` whenever a host comes or goes, and now for each that is here. It must not block."""
        with self._lock:
            self._watchers.append(changed)
            here = [seen(guest.connection, guest.answered.hello.facts) for guest in self._up.values()]
        for link in here:
            changed(link)

    def hosts(self) -> Mapping[str, HostLink]:
        """All that are connected, or were."""
        with self._lock:
            here = {
                name: seen(guest.connection, guest.answered.hello.facts) for name, guest in self._up.items()
            }
            return self._down | here

    def close(self) -> None:
        """Tell the hosts, and listen no more; returns within some seconds."""
        self._closing.set()
        with self._lock:
            guests = tuple(self._by_session.values())
        for guest in guests:
            leaving = threading.Thread(
                target=guest.connection.leave, args=("the home has stopped",), daemon=True
            )
            leaving.start()
            leaving.join(0.5)
            guest.connection.end("the home has stopped")
        if self._network is not None:
            self._network.close()

    # -- who comes

    def _greeted(self, hello: bytes) -> None:
        """In the thread of the greetings."""
        if not self._hellos.allows(time.monotonic()):
            self.refused.count(Reason.TOO_MANY)
            return
        if (known := self._answered(hello)) is not None:
            self._say(known.answered.hello.nonce, known.answered.welcome)
            return
        try:
            answered = answer(self._papers, hello, secrets.randbits(62))
            if not self._is_new(hello):
                self.refused.count(Reason.REPLAYED)
                return
            self._welcome(answered, hello)
        except GreetingRefused as refused:
            self.refused.count(refused.reason)
            log.warning("a host may not come: %s", refused)
            if nonce := nonce_of(hello):
                self._say(nonce, refuse(self._papers, hello, refused))

    def _is_new(self, hello: bytes) -> bool:
        """Whether a good greeting was not answered before: another host may have heard it."""
        digest = hashlib.sha256(hello).digest()
        if digest in self._greetings:
            return False
        self._greetings[digest] = None
        while len(self._greetings) > GREETINGS_KEPT:
            del self._greetings[next(iter(self._greetings))]
        return True

    def _answered(self, hello: bytes) -> _Guest | None:
        """A greeting is said again until it is answered."""
        with self._lock:
            return next((guest for guest in self._by_session.values() if guest.hello == hello), None)

    def _welcome(self, answered: Answered, hello: bytes) -> None:
        assert self._network is not None
        host, nonce = answered.host, answered.hello.nonce
        with self._lock:
            own = sum(guest.answered.host == host for guest in self._by_session.values())
            if len(self._by_session) >= MOST_CONNECTIONS or own >= 8:
                raise GreetingRefused(Reason.TOO_MANY, f"{host} has too many connections that are not up yet")
            refusals = self._refusals.setdefault(host, Refusals())
        connection = Connection(
            host, answered.keys, True, self._network.putter(keys.down(nonce)), self, refusals,
            numbers=self._numbers, lost_after=self._lost_after,
        )  # fmt: skip
        guest = _Guest(answered, hello, connection)
        with self._lock:
            self._by_session[answered.keys.session] = guest
        guest.listener = connection.listener = self._network.listen(keys.up(nonce), connection.take)
        self._say(nonce, answered.welcome)

    def _say(self, nonce: bytes, greeting: bytes) -> None:
        assert self._network is not None
        with contextlib.suppress(OSError):
            self._network.put(keys.down(nonce), greeting)

    # -- connection.Events

    def on_up(self, connection: Connection) -> None:
        with self._lock:
            guest = self._by_session[connection.session]
            before = self._up.get(connection.name)
            self._up[connection.name] = guest
            self._down.pop(connection.name, None)
        if before is not None:
            before.connection.end("it has connected anew")
        log.info("the host %s is connected", connection.name)
        self._tell(seen(connection, guest.answered.hello.facts))

    def on_channel(self, connection: Connection, channel: Channel) -> None:
        channel.end("only a home opens channels")

    def on_renewed(self, connection: Connection, certificate: bytes) -> None:
        """Only a home gives any."""

    def on_end(self, connection: Connection, why: str) -> None:
        with self._lock:
            guest = self._by_session.pop(connection.session, None)
            if guest is None:
                return
            guest.lost_at = time.monotonic()
            self._lost.append(guest)
            link = seen(connection, guest.answered.hello.facts)
            was_up = self._up.get(connection.name) is guest
            if was_up:
                del self._up[connection.name]
                self._down[connection.name] = link
        if was_up:
            log.warning("the host %s is away: %s", connection.name, why)
            self._tell(link)

    def _tell(self, link: HostLink) -> None:
        for watcher in tuple(self._watchers):
            watcher(link)

    def _gone(self, key: str) -> None:
        with self._lock:
            guests = tuple(self._by_session.values())
        for guest in guests:
            if keys.alive(guest.answered.hello.nonce) == key:
                guest.connection.end("its machine or its agent is gone")

    # -- time

    def _tick(self) -> None:
        admitted = 0.0
        while not self._closing.wait(min(0.25, self._lost_after / 12)):
            with self._lock:
                guests = tuple(self._by_session.values())
            for guest in guests:
                guest.connection.tick()
            now = time.monotonic()
            if now - admitted >= ADMITTED_EVERY:
                admitted = now
                self._admit_again(guests)
                self._renew(guests, now)
                self._forget(now)

    def _admit_again(self, guests: tuple[_Guest, ...]) -> None:
        for guest in guests:
            try:
                self._registry.admit(guest.answered.hello.certificate)
            except Refused as refused:
                self.refused.count(refused.reason)
                guest.connection.end(f"it may not come any more: {refused}")

    def _renew(self, guests: tuple[_Guest, ...], now: float) -> None:
        """Give those a newer certificate whose own ends soon: they have proven that they have its key."""
        for guest in guests:
            if not guest.connection.up or now < guest.renewal_at:
                continue
            guest.renewal_at = now + RENEWED_EVERY
            try:
                certificate = self._registry.renew(guest.answered.hello.certificate)
            except (Refused, RegistryTrouble, NoIdentity, OSError) as error:
                log.warning("the certificate of %s cannot be renewed: %s", guest.connection.name, error)
                continue
            if certificate is not None:
                log.info("the certificate of %s is renewed", guest.connection.name)
                guest.renewal_at = math.inf  # once: it keeps showing the old one until it connects anew
                guest.connection.renew(certificate)

    def _forget(self, now: float) -> None:
        with self._lock:
            old = []
            while self._lost and (
                now - self._lost[0].lost_at > LISTENED_AFTER or len(self._lost) > MOST_CONNECTIONS
            ):
                old.append(self._lost.popleft())
        for guest in old:
            if guest.listener is not None:
                guest.listener.close()
