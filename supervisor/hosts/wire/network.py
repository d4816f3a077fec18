"""What the wire needs of zenoh: a session over mutual TLS, with everything off by which it would find others itself.

zenoh is imported here and only when a session is opened.
"""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from supervisor.hosts.identity.identity import Identity
from supervisor.hosts.wire import keys
from supervisor.hosts.wire.handshake import LARGEST
from supervisor.hosts.wire.lane_writer import Put
from supervisor.hosts.wire.listener import Listener
from supervisor.hosts.wire.records import LANES, MAX_RECORD, Lane

log = logging.getLogger(__name__)

WAITING = 64
"""Records that were received and not looked at; with more, the network waits."""

HELLOS_OF_A_LINK = 8.0
"""Greetings a second that zenoh lets through from one link."""

SEND_BUFFER = 64 * 1024
"""Bytes that wait in the system rather than in zenoh's lanes."""

CLOSED_WITHIN = 2.0
"""Seconds that zenoh has to close a session; then it is left to itself (zenoh#2675)."""

_T = TypeVar("_T")


class NetworkTrouble(Exception):
    """No session could be opened; the text says where and why."""


def configuration(
    identity: Identity, *, listen: str = "", connect: Sequence[str] = (), lost_after: float, within: float
) -> dict[str, Any]:
    """zenoh's, for a home that listens at `HOST:PORT`, or a host that connects to the first such that answers."""
    # longer than ours, so that it is we who notice a silence, and can refuse what comes after it
    lease = max(2000, round(lost_after * 3000))
    patience = round(lost_after * 1000)
    side = "listen" if listen else "connect"
    return {
        "mode": "peer" if listen else "client",
        "listen": {"endpoints": [f"tls/{listen}"] if listen else []},
        "connect": {
            "endpoints": [f"tls/{address}" for address in connect],
            "timeout_ms": round(within * 1000),
            "exit_on_failure": True,
        },
        "scouting": {
            "multicast": {"enabled": False},
            "gossip": {"enabled": False},
            "timeout": round(within * 1000),
        },
        "adminspace": {"enabled": False},
        # of each link; so that whoever greets without end keeps nobody else from being heard
        "downsampling": [
            {
                "flows": ["ingress"],
                "messages": ["put", "delete"],
                "rules": [{"key_expr": keys.HELLO, "freq": HELLOS_OF_A_LINK}],
            }
        ],
        "transport": {
            "shared_memory": {"enabled": False},
            "unicast": {"open_timeout": patience, "accept_timeout": patience, "max_links": 1},
            "link": {
                "protocols": ["tls"],
                "tx": {
                    "lease": lease,
                    "queue": {"congestion_control": {"block": {"wait_before_close": patience * 1000}}},
                },
                "rx": {"max_message_size": max(MAX_RECORD, LARGEST) + 1024},
                "tls": {
                    "root_ca_certificate": str(identity.authority),
                    f"{side}_private_key": str(identity.key),
                    f"{side}_certificate": str(identity.certificate),
                    "enable_mtls": True,
                    # certificates name machines, wherever they are: the handshake looks at the name
                    "verify_name_on_connect": False,
                    "close_link_on_expiration": True,
                    # what the system holds cannot be overtaken by what is urgent
                    "so_sndbuf": SEND_BUFFER,
                },
            },
        },
    }


class Network:
    """One zenoh session. Raises NetworkTrouble when it cannot be opened within `within` seconds."""

    def __init__(self, configured: dict[str, Any], within: float) -> None:
        import zenoh

        self._zenoh = zenoh
        config = zenoh.Config.from_json5(json.dumps(configured))
        try:
            self._session = _bounded(lambda: zenoh.open(config), within + 1.0, "wire/open")
        except (zenoh.ZError, TimeoutError) as error:
            raise NetworkTrouble(_shortened(str(error))) from None

    def putter(self, key: str) -> Put:
        """Puts bytes of a lane to everybody who listens to `key`. It may block, and raises OSError when the session is
        gone."""
        zenoh = self._zenoh
        priority = {
            Lane.CONTROL: zenoh.Priority.REAL_TIME,
            Lane.MAIL: zenoh.Priority.DATA,
            Lane.PICTURE: zenoh.Priority.BACKGROUND,
        }
        lanes = [
            self._session.declare_publisher(
                key, congestion_control=zenoh.CongestionControl.BLOCK, priority=priority[lane]
            )
            for lane in LANES
        ]

        def put(lane: int, data: bytes | bytearray) -> None:
            try:
                lanes[lane].put(data)
            except zenoh.ZError as error:
                raise OSError(f"the network takes nothing: {error}") from None

        return put

    def put(self, key: str, data: bytes, **how: Any) -> None:
        """Raises OSError."""
        try:
            self._session.put(key, data, congestion_control=self._zenoh.CongestionControl.BLOCK, **how)
        except self._zenoh.ZError as error:
            raise OSError(f"the network takes nothing: {error}") from None

    def listen(self, key: str, take: Callable[[bytes], None]) -> "Listener":
        """Gives what is put to `key` to `take`, one after another."""
        zenoh = self._zenoh
        subscriber = self._session.declare_subscriber(key, zenoh.handlers.FifoChannel(WAITING))

        def look(sample: Any) -> None:
            data = sample.payload.to_bytes()
            if data != listener.nothing:
                take(data)

        def nudge(data: bytes) -> None:
            self.put(key, data, allowed_destination=zenoh.Locality.SESSION_LOCAL)

        listener = Listener(subscriber, f"wire/{key}", look, zenoh.ZError, nudge)
        return listener

    def show_life(self, key: str) -> None:
        """Let others notice at once when this session is gone."""
        # kept, since a token that is dropped is taken back
        self._token = self._session.liveliness().declare_token(key)

    def watch_life(self, key: str, gone: Callable[[str], None]) -> "Listener":
        """`gone` is called with each key, of those that `key` matches, whose session has gone."""
        deleted = self._zenoh.SampleKind.DELETE
        subscriber = self._session.liveliness().declare_subscriber(
            key, self._zenoh.handlers.FifoChannel(WAITING), history=True
        )

        def look(sample: Any) -> None:
            if sample.kind == deleted:
                gone(str(sample.key_expr))

        return Listener(subscriber, f"wire/{key}", look, self._zenoh.ZError)

    def close(self) -> None:
        """Returns within CLOSED_WITHIN seconds."""
        try:
            _bounded(self._session.close, CLOSED_WITHIN, "wire/close")
        except TimeoutError:
            log.warning("zenoh did not close its session within %g s; it is left to itself", CLOSED_WITHIN)
        except self._zenoh.ZError as error:
            log.warning("zenoh did not close its session well: %s", error)


def _bounded(work: Callable[[], _T], seconds: float, name: str) -> _T:
    """What `work` returns or raises. Raises TimeoutError if it has not ended in time; then it goes on by itself."""
    found: list[_T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # handed on to whoever waits
            raised.append(error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not found:
        raise TimeoutError(f"nothing happened within {seconds:g} s")
    return found[0]


def _shortened(text: str) -> str:
    """zenoh's errors name its source files; people need what is before those."""
    return text.split(" at /")[0].strip()[:300]
