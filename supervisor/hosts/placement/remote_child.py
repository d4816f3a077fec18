"""A worker process on another machine, with the interface of one on this machine (supervisor.nodes.child.Child).

No memory is shared: the host reports what became of envelopes, always after what their handlers sent. While the host
lives, the account is as exact as here; when it is lost, whatever it had not reported is in doubt.
"""

import contextlib
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable
from typing import Protocol

import msgspec

from actors.kernel.durations import PLACES
from actors.kernel.message import Envelope
from supervisor.hosts.frames import Exit, HostBoot, MalformedFrame, exit_in, fates_in, report_in
from supervisor.hosts.placement.fetched_trace import FetchedTrace
from supervisor.hosts.placement.mail_gate import MailGate
from supervisor.hosts.placement.tunnel import Tunnel
from supervisor.nodes.boot import Boot
from supervisor.nodes.child import Apart
from supervisor.nodes.in_flight import BEAT_AT, BEGUN_AT, STARVING, WINDOW, Fate, Shared
from supervisor.nodes.link import FrameType, Link, LinkClosed
from supervisor.nodes.secrets import Reveal

HOST_WINDOW = 64
"""Most envelopes in flight to a worker on a host: so many can be in doubt."""

KILL_WITHIN = 2.0
"""Seconds after which a host that does not end a worker loses the channel to it, which ends it too."""

FROM_A_HOST = frozenset(
    (
        FrameType.MAIL,
        FrameType.READY,
        FrameType.ENDED,
        FrameType.LOG,
        FrameType.DEAD,
        FrameType.WARM,
        FrameType.REVEAL,
        FrameType.FATES,
        FrameType.EXITED,
        FrameType.STREAM,
        FrameType.TRACE,
    )
)


class Pictures(Apart, Protocol):
    """What goes apart to a host, on its channel, and is told what the host has done with."""

    def send_on(self, link: Link) -> None: ...
    def done(self, slot: int) -> None: ...


class RemoteChild:
    """One worker on `host`, over the channel that `open` opens. gate: what may come from there.

    boot_on_host: what the host is sent. apart: the way of pictures, None where there are none. tunnel: to the servers
    that the worker runs. kind: what `host` is called where people read of it. on_kill: called first by `kill`."""

    pid = 0
    window = HOST_WINDOW

    def __init__(
        self,
        boot: Boot,
        reveal: Reveal,
        host: str,
        open: Callable[[], Link],
        boot_on_host: HostBoot,
        gate: MailGate,
        apart: Pictures | None = None,
        tunnel: Tunnel | None = None,
        trace: FetchedTrace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        kind: str = "host",
    ) -> None:
        self.boot = boot
        self.place = f"{kind}:{host}"
        self.on_kill: Callable[[], None] = lambda: None
        self._named = f"the {kind} {host}"
        self.reveal = gate.only_its_secrets(reveal)
        self.shared = Shared(bytearray(WINDOW + 1), array("d", (0.0, 0.0)), array("Q", [0] * PLACES))
        self.link = ChannelLink(self)
        self.apart = apart
        self.tunnel = tunnel
        self._trace = trace
        self._open = open
        self._boot_on_host = boot_on_host
        self._gate = gate
        self._monotonic = monotonic
        self._over = threading.Event()
        self._exit: Exit | None = None
        self._rss = 0
        self._killed = False
        self._why_closed = ""

    @property
    def started(self) -> bool:
        return self.link.channel is not None

    @property
    def alive(self) -> bool:
        return self.started and not self._over.is_set()

    @property
    def exitcode(self) -> int | None:
        return self._exit.code if self._exit is not None else None

    @property
    def lost(self) -> str:
        if self._exit is not None or not self._over.is_set():
            return ""
        return f"{self._named} was lost" + (f": {self._why_closed}" if self._why_closed else "")

    @property
    def refused(self) -> str:
        found = self._exit.refused if self._exit is not None else ""
        return f"{self._named} does not run it: {found}" if found else ""

    def start(self) -> None:
        """Open the channel and say what to run. Raises OSError when the host is away."""
        channel = self._open()
        self.link.channel = channel
        try:
            channel.send(FrameType.BOOT, msgspec.msgpack.encode(self._boot_on_host))
        except LinkClosed as error:
            self.end(str(error))
            raise OSError(f"{self._named} is away: {error}") from None
        if self.apart is not None:
            self.apart.send_on(channel)
        if self.tunnel is not None:
            self.tunnel.send_on(channel)
        if self._killed:
            self.kill()

    def kill(self) -> None:
        """Have the host end it; one that does not is cut off, which never blocks the caller."""
        self._killed = True
        self.on_kill()
        channel = self.link.channel
        if channel is not None and not self._over.is_set():
            threading.Thread(target=self._kill, args=(channel,), name="kill", daemon=True).start()
            threading.Thread(target=self._cut_off, args=(channel,), name="cut off", daemon=True).start()

    def _kill(self, channel: Link) -> None:
        with contextlib.suppress(LinkClosed):
            channel.send(FrameType.KILL)

    def _cut_off(self, channel: Link) -> None:
        if not self._over.wait(KILL_WITHIN):
            self._why_closed = f"it has not ended {self.boot.address} within {KILL_WITHIN:g} s"
            channel.hang_up()

    def join(self, timeout: float | None = None) -> None:
        self._over.wait(timeout)

    def ended_within(self, seconds: float) -> bool:
        """It blocks until the host says something of it, or the channel ends."""
        return not self.link.peek()

    def release(self) -> None:
        self.link.close()
        if self.tunnel is not None:
            self.tunnel.close()
        if self._trace is not None:
            self._trace.close()

    def rss(self) -> int:
        return self._rss

    def encoded(self, envelope: Envelope) -> bytes:
        return self._gate.outgoing(envelope)

    def received(self, data: bytes) -> Envelope:
        found = self._gate.incoming(data)
        return found if self.tunnel is None else self.tunnel.readdressed(found)

    def buried(self, data: bytes) -> Envelope:
        return self._gate.buried(data)

    # -- for the link

    def lives_as(self, incarnation: int) -> None:
        """Note which incarnation a standby process becomes."""
        self._gate.incarnation = incarnation

    def end(self, why: str, exit: Exit | None = None) -> None:
        """Note the end of the channel; `exit` when the host said how the worker ended."""
        if not self._over.is_set():
            self._exit = exit
            self._why_closed = self._why_closed or why
            self._over.set()

    def took(self, frame: FrameType, body: bytes) -> FrameType | None:
        """Take what is for this side; what the handle is to hear of it. Raises MalformedFrame and LinkClosed."""
        if frame not in FROM_A_HOST:
            raise MalformedFrame(f"a {frame.name} frame")
        if frame is FrameType.FATES:
            return self._take_report(body)
        if frame is FrameType.TRACE:
            if self._trace is not None:
                self._trace.take(body)
            return None
        if frame is FrameType.STREAM:
            if self.tunnel is not None:
                self.tunnel.take(body)
            return None
        if frame is FrameType.EXITED:
            self.end("", exit_in(body))
            raise LinkClosed("the worker has ended")
        return frame

    def _take_report(self, body: bytes) -> FrameType | None:
        report = report_in(body)
        now = self._monotonic()
        self._rss = report.rss
        if report.begun >= 0.0:
            self.shared.times[BEGUN_AT] = now - report.begun
        if report.beat >= 0.0:
            self.shared.times[BEAT_AT] = now - report.beat
        for place, count in report.durations:
            self.shared.durations[place] = count
        for slot, fate in fates_in(report):
            self.shared.fates[slot] = fate
            if self.apart is not None and fate >= Fate.DONE:
                self.apart.done(slot)
        return FrameType.ROOM if report.fates and self.shared.fates[STARVING] else None


class ChannelLink:
    """The link of one RemoteChild (supervisor.nodes.link.Link): takes out what the handle need not know of."""

    def __init__(self, child: RemoteChild) -> None:
        self.channel: Link | None = None
        self._child = child
        self._reading = threading.Lock()
        self._early: deque[tuple[FrameType, bytes]] = deque()

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        if self.channel is None:
            raise LinkClosed("the channel was never opened")
        if frame is FrameType.LIVE:
            self._child.lives_as(int(body))
        self.channel.send(frame, body)

    def receive(self) -> tuple[FrameType, bytes]:
        with self._reading:
            return self._early.popleft() if self._early else self._next()

    def peek(self) -> bool:
        """Wait until there is something to receive; False at the end."""
        with self._reading:
            try:
                self._early.append(self._next())
            except LinkClosed:
                return False
        return True

    def _next(self) -> tuple[FrameType, bytes]:
        if self.channel is None:
            raise LinkClosed("the channel was never opened")
        try:
            while True:
                frame, body = self.channel.receive()
                if (told := self._child.took(frame, body)) is not None:
                    return told, (b"" if told is FrameType.ROOM else body)
        except MalformedFrame as error:
            self._child.end(f"it sent what no host sends: {error}")
            self.channel.hang_up()
            raise LinkClosed(str(error)) from None
        except LinkClosed as error:
            self._child.end(str(error))
            raise

    def writable(self) -> bool:
        return self.channel is not None and self.channel.writable()

    def hang_up(self) -> None:
        if self.channel is not None:
            self.channel.hang_up()

    def close(self) -> None:
        if self.channel is not None:
            self.channel.close()
