"""A host's end of the wire: it connects to its home, again and again, and gets the channels that the home opens."""

import datetime
import logging
import queue
import random
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from supervisor.hosts.identity.examination import examine
from supervisor.hosts.identity.identity import Identity, take_over
from supervisor.hosts.identity.names import Role
from supervisor.hosts.identity.refusal import Refused
from supervisor.hosts.wire import keys
from supervisor.hosts.wire.channel import Channel
from supervisor.hosts.wire.connection import Connection
from supervisor.hosts.wire.handshake import NONCE, Caller, GreetingRefused, NotWelcome, Papers, SessionKeys
from supervisor.hosts.wire.host_link import HostLink, LinkState, seen
from supervisor.hosts.wire.lane_writer import Put
from supervisor.hosts.wire.network import Network, NetworkTrouble, configuration
from supervisor.hosts.wire.records import Lane
from supervisor.hosts.wire.refusals import Refusals
from supervisor.nodes.link import Link

log = logging.getLogger(__name__)

CONNECTED_WITHIN = 3.0
"""Seconds for zenoh to connect, and for the home to answer."""

SAID_AGAIN = 0.2
"""Seconds after which a greeting is said again."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
LASTED = 10.0
"""A connection that was shorter counts as another attempt that failed, so that two hosts with one certificate, which
end each other's connections, do so ever more slowly."""
NOT_WELCOME_PAUSE = 15.0
"""Seconds before the next attempt, after the home has said no."""


def pause_after(attempts: int, dice: float) -> float:
    """Seconds before the next attempt, after so many in a row that failed. dice: in [0, 1)."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts, 16)) * (0.5 + dice / 2)


class AgentWire:
    """Connects to the first of `addresses` (`HOST:PORT`) that answers, from `start` on.

    on_channel: gets each channel that the home opens, in a thread of its own, which may stay. on_lost: the home is gone
    or has ended the connection; all channels are closed. on_state: up, down and why, whenever that changes.
    facts: what the home is told about this host. lost_after: seconds of silence after which the home is lost.
    """

    def __init__(
        self,
        identity: Identity,
        addresses: Sequence[str],
        on_channel: Callable[[Link], None],
        on_lost: Callable[[], None],
        *,
        on_state: Callable[[HostLink], None] = lambda link: None,
        facts: Mapping[str, str] = MappingProxyType({}),
        lost_after: float = 3.0,
    ) -> None:
        self._identity, self._addresses = identity, tuple(addresses)
        self._on_channel, self._on_lost, self._on_state = on_channel, on_lost, on_state
        self._facts, self._lost_after = dict(facts), lost_after
        self._refusals = Refusals()
        self._closing = threading.Event()
        self._ended = threading.Event()
        self._connection: Connection | None = None
        self._link = HostLink("home", LinkState.DOWN, "not connected yet")
        self._thread = threading.Thread(target=self._run, name="wire/agent", daemon=True)

    def start(self) -> None:
        """Connect, for as long as it takes. Returns at once."""
        self._thread.start()

    @property
    def link(self) -> HostLink:
        """The link to the home as it is now."""
        connection = self._connection
        return seen(connection) if connection is not None and connection.up else self._link

    def close(self) -> None:
        """Tell the home, and end; returns within some seconds."""
        self._closing.set()
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    # -- the agent's thread

    def _run(self) -> None:
        attempts = 0
        while not self._closing.is_set():
            why, pause = "", 0.0
            try:
                begun = time.monotonic()
                self._live()
                if time.monotonic() - begun > LASTED:
                    attempts = 0
            except NotWelcome as refused:
                why, pause = f"the home refuses this host: {refused}", NOT_WELCOME_PAUSE
            except (NetworkTrouble, GreetingRefused, TimeoutError, OSError) as error:
                why = str(error)
            except Exception as error:  # the thread must live, or the host never comes back
                log.exception("the wire to the home failed")
                why = f"{type(error).__name__}: {error}"
            if why:
                self._state(why)
            self._closing.wait(max(pause, pause_after(attempts, random.random())))
            attempts += 1

    def _state(self, why: str) -> None:
        link = HostLink("home", LinkState.DOWN, why, refused=self._refusals.counts())
        if (link.state, link.why) != (self._link.state, self._link.why):
            log.warning("not connected to the home: %s", why)
            self._link = link
            self._on_state(link)

    def _live(self) -> None:
        """Connect, and return when the connection is over. Raises what kept it from coming about."""
        network = Network(
            configuration(
                self._identity,
                connect=self._addresses,
                lost_after=self._lost_after,
                within=CONNECTED_WITHIN,
            ),
            CONNECTED_WITHIN,
        )
        try:
            self._talk(network)
        finally:
            self._connection = None
            network.close()

    def _talk(self, network: Network) -> None:
        nonce = secrets.token_bytes(NONCE)
        arrivals = _Arrivals()
        listener = network.listen(keys.down(nonce), arrivals.take)
        network.show_life(keys.alive(nonce))
        session = self._greet(network, nonce, arrivals)
        put = network.putter(keys.up(nonce))
        self._ended.clear()
        connection = Connection(
            "home", session, False, put, self, self._refusals, lost_after=self._lost_after
        )
        connection.listener = listener
        arrivals.go_to(connection.take)
        network.watch_life(keys.HOME, lambda key: connection.end("the home is gone"))
        self._prove(connection, put)
        self._connection = connection
        step = min(0.1, self._lost_after / 12)
        while not self._ended.wait(step):
            connection.tick()
        if self._closing.is_set():
            connection.leave("the agent has stopped")
        connection.end("the agent has stopped")

    def _greet(self, network: Network, nonce: bytes, arrivals: "_Arrivals") -> SessionKeys:
        """Raises NotWelcome, TimeoutError and OSError."""
        caller = Caller(
            Papers(self._identity.certificate.read_bytes(), self._identity.sign, self._judge),
            nonce,
            self._facts,
        )
        for _ in range(round(CONNECTED_WITHIN / SAID_AGAIN)):
            network.put(keys.HELLO, caller.hello)
            answered = arrivals.next(SAID_AGAIN)
            if answered is None:
                continue
            try:
                return caller.finish(answered)
            except GreetingRefused as refused:
                self._refusals.count(refused.reason)
        raise TimeoutError(f"nobody at {', '.join(self._addresses)} answered as this host's home does")

    def _prove(self, connection: Connection, put: Put) -> None:
        """Raises TimeoutError and OSError."""
        word = connection.first_word()
        for _ in range(round(CONNECTED_WITHIN / SAID_AGAIN)):
            put(Lane.CONTROL, word)
            if connection.await_up(SAID_AGAIN):
                return
            if connection.ended:
                break
        connection.end("the home did not answer")
        raise TimeoutError("the home did not answer what only it could read")

    def _judge(self, certificate: bytes) -> str:
        now = datetime.datetime.now(datetime.UTC)
        return examine(certificate, self._identity.authority.read_bytes(), Role.HOME, now).name

    # -- connection.Events

    def on_up(self, connection: Connection) -> None:
        self._link = seen(connection)
        log.info("connected to the home")
        self._on_state(self._link)

    def on_channel(self, connection: Connection, channel: Channel) -> None:
        name = f"wire/channel/{channel.number}"
        threading.Thread(target=self._on_channel, args=(channel,), name=name, daemon=True).start()

    def on_renewed(self, connection: Connection, certificate: bytes) -> None:
        name = "wire/certificate"
        threading.Thread(target=self._renew, args=(certificate,), name=name, daemon=True).start()

    def _renew(self, certificate: bytes) -> None:
        """It is shown from the next connection on."""
        try:
            take_over(self._identity, certificate, datetime.datetime.now(datetime.UTC))
        except (Refused, OSError) as error:
            log.warning("the newer certificate was not taken over: %s", error)
        else:
            log.info("the home has renewed the certificate of this host")

    def on_end(self, connection: Connection, why: str) -> None:
        was_up = self._link.state is LinkState.UP
        self._ended.set()
        self._state(why)
        if was_up:
            self._on_lost()


class _Arrivals:
    """What comes from the home: greetings first, then records."""

    def __init__(self) -> None:
        self._answered = b""
        self._greetings: queue.Queue[bytes] = queue.Queue(16)
        self._take: Callable[[bytes], None] | None = None

    def take(self, data: bytes) -> None:
        if self._take is not None:
            if data != self._answered:  # the home may have answered more than once
                self._take(data)
        elif not self._greetings.full():
            self._greetings.put(data)

    def next(self, seconds: float) -> bytes | None:
        try:
            self._answered = self._greetings.get(timeout=seconds)
            return self._answered
        except queue.Empty:
            return None

    def go_to(self, take: Callable[[bytes], None]) -> None:
        self._take = take
