"""One connection to the page, within bounds: who says nothing, dribbles, never reads or sends without end is let go,
and of too many connections those go that ask for nothing."""

import asyncio
import contextlib
import logging
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from supervisor.page.gate.headers import HEADERS, KEPT_NOWHERE

log = logging.getLogger(__name__)
REST = 128 << 10
"""Bytes of a request that has its answer already, which are read and dropped: a browser reads the answer after them."""
PEER_WITHIN = 30_000
"""Milliseconds until a peer that acknowledges nothing counts as gone."""


class Waits(Enum):
    """What a connection is waited for."""

    NOTHING = "nothing"
    SHAKE = "the handshake of TLS"
    HEAD = "a request's line and headers"
    BODY = "a request's body"
    REST = "what comes of a request that has its answer"
    END = "the other side to take the last answer"


@dataclass(frozen=True, slots=True)
class Limits:
    """most: connections at the same time. The others in seconds, by what is waited for; written: until a reader takes
    what was written to it."""

    most: int = 200
    shake: float = 8.0
    head: float = 10.0
    body: float = 15.0
    rest: float = 2.0
    end: float = 3.0
    written: float = 20.0

    def of(self, waits: Waits) -> float:
        seconds: float = getattr(self, waits.name.lower())
        return seconds


USUAL = Limits()


class Connection(H11Protocol):
    """What uvicorn's protocol lacks: limits of time and number. context: for TLS, or None.

    address: of the other side. since: the loop's time at which it began to wait for what it waits for."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        context: ssl.SSLContext | None = None,
        limits: Limits = USUAL,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.address = ""
        self.since = self.loop.time()
        self._context = context
        self._limits = limits
        self._raw: asyncio.Transport | None = None
        self._is_made = False
        self._early = bytearray()
        self._waits = Waits.SHAKE
        self._timer: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._rest = REST
        self._shaking: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it has asked for nothing that is still to be answered."""
        return self._waits is not Waits.NOTHING

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._raw = transport
        self.address = str((transport.get_extra_info("peername") or ("",))[0])
        _give_up_on_the_dead(transport)
        if len(self.connections) >= self._limits.most and not make_room(self.connections):
            transport.abort()
            return
        self.connections.add(self)
        if self._context is None:
            self._made(transport)
        else:
            transport.pause_reading()
            self._shaking = self.loop.create_task(self._shake(transport, self._context))

    async def _shake(self, transport: asyncio.Transport, context: ssl.SSLContext) -> None:
        """TLS begins here and not in asyncio's server, so that who never finishes it counts as well."""
        try:
            encrypted = await self.loop.start_tls(
                transport,
                self,
                context,
                server_side=True,
                ssl_handshake_timeout=self._limits.shake,
                ssl_shutdown_timeout=self._limits.end,
            )
        except (OSError, asyncio.CancelledError):  # an SSLError is one
            encrypted = None
        if encrypted is None or self not in self.connections:
            self.connections.discard(self)
            transport.abort()
            return
        self._made(encrypted)
        if self._early:
            data, self._early = bytes(self._early), bytearray()
            self.data_received(data)

    def _made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._is_made = True
        self._wait(Waits.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel()
        if self._is_made:
            super().connection_lost(exc)
        self.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        if not self._is_made:  # it came with the end of the handshake
            self._early += data
            return
        if self.transport.is_closing():
            return
        if self._waits is Waits.REST:
            self._rest -= len(data)
            if self._rest < 0:
                self.end()
                return
        super().data_received(data)
        self._judge()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._unset_keepalive_if_required()  # its own limit is the one of a head
        self._judge()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self._stuck or self.loop.call_later(self._limits.written, self.end)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP gets one answer, with the labels of every other, or none in the middle of one."""
        text = b"this is not HTTP as the page speaks it\n"
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(text)),
            (b"connection", b"close"),
        ]
        headers += [(name.encode(), value.encode()) for name, value in (*HEADERS, KEPT_NOWHERE)]
        with contextlib.suppress(h11.LocalProtocolError):
            for event in (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=text),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Anybody may ask for one: the log is not theirs to fill."""

    def shutdown(self) -> None:
        if self._is_made:
            super().shutdown()
        else:
            self.end()

    def end(self) -> None:
        """At once, whatever is under way."""
        self._cancel()
        self.connections.discard(self)
        if self._shaking is not None:
            self._shaking.cancel()
        if self._is_made:
            self.transport.abort()
        if self._raw is not None:
            self._raw.abort()

    def _judge(self) -> None:
        theirs = self.conn.their_state
        if self.transport.is_closing():
            self._wait(Waits.END)
        elif theirs not in (h11.IDLE, h11.SEND_BODY):
            self._wait(Waits.NOTHING)
        elif theirs is h11.IDLE:
            self._wait(Waits.HEAD)
        else:
            self._wait(Waits.REST if self.conn.our_state is h11.DONE else Waits.BODY)

    def _wait(self, waits: Waits) -> None:
        """Begin to wait; a part of what is waited for does not begin it anew."""
        if waits is self._waits:
            return
        self._waits, self._rest, self.since = waits, REST, self.loop.time()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if waits is not Waits.NOTHING:
            self._timer = self.loop.call_later(self._limits.of(waits), self.end)

    def _cancel(self) -> None:
        for timer in (self._timer, self._stuck):
            if timer is not None:
                timer.cancel()
        self._timer = self._stuck = None


def make_room(connections: Iterable[object]) -> bool:
    """End a connection that asks for nothing, of the address that holds most of them; False where there is none."""
    idle = [one for one in connections if isinstance(one, Connection) and one.is_idle]
    if not idle:
        return False
    held = Counter(one.address for one in idle)
    max(idle, key=lambda one: (held[one.address], -one.since)).end()
    return True


def _give_up_on_the_dead(transport: asyncio.Transport) -> None:
    opened = transport.get_extra_info("socket")
    if sys.platform == "linux" and opened is not None:
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PEER_WITHIN)
