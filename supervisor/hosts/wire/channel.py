"""One channel of a connection: a link (supervisor.nodes.link) whose other end is on another machine."""

import threading
from collections.abc import Callable
from typing import Protocol

from supervisor.hosts.wire.incoming import END, OVERHEAD, WINDOW, Incoming
from supervisor.hosts.wire.lane_writer import LaneWriter
from supervisor.hosts.wire.listener import Listener
from supervisor.hosts.wire.records import LANES, MAX_FRAME, PIECE, Lane, Opener, RecordRefused, Sealer, split
from supervisor.hosts.wire.refusals import Reason
from supervisor.nodes.link import FrameType, LinkClosed

_LANES = [Lane.MAIL] * 256
_LANES[FrameType.KILL] = Lane.CONTROL
_LANES[FrameType.PICTURE] = Lane.PICTURE


class Carrier(Protocol):
    """What a channel needs of its connection. writers: by lane. listener: who looks at what comes."""

    writers: tuple[LaneWriter, ...]
    listener: Listener | None

    def acknowledge(self, channel: "Channel", lane: int, total: int) -> None: ...
    def forget(self, channel: "Channel") -> None: ...


class Channel:
    """A Link. `send` waits while its lane's window is full; what it took is delivered in order, once, or the channel
    ends."""

    def __init__(self, number: int, sealer: Sealer, opener: Opener, carrier: Carrier) -> None:
        self.number = number
        self.sealer, self.opener = sealer, opener
        self._carrier, self._writers = carrier, carrier.writers
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._closed = ""
        self._left = [WINDOW] * len(LANES)
        self._acknowledged = [0] * len(LANES)
        self._in_pieces = [False] * len(LANES)
        self._incoming = Incoming()

    # -- sending

    def send(self, frame: FrameType, body: bytes = b"", lane: Lane | None = None) -> None:
        """Raises LinkClosed, and ValueError for a body of more than MAX_FRAME bytes.

        lane: which one, if not the frame's own (KILL goes as CONTROL, PICTURE as PICTURE, all others as MAIL)."""
        at = _LANES[frame] if lane is None else lane
        cost = len(body) + OVERHEAD
        if cost > PIECE:
            self._send_in_pieces(frame, body, at)
            return
        writer = self._writers[at]
        with self._lock:
            if self._closed or self._in_pieces[at] or self._left[at] < cost:
                self._wait(lambda: not self._in_pieces[at] and self._left[at] >= cost)
            self._left[at] -= cost
            writer.post((self, frame, body, False))
        writer.flush(cost)

    def _send_in_pieces(self, frame: FrameType, body: bytes, lane: Lane) -> None:
        if len(body) > MAX_FRAME:
            raise ValueError(f"a frame of {len(body)} bytes; the most is {MAX_FRAME}")
        writer = self._writers[lane]
        with self._lock:
            self._wait(lambda: not self._in_pieces[lane])
            self._in_pieces[lane] = True
        try:
            for at in range(0, len(body), PIECE):
                piece, more = body[at : at + PIECE], at + PIECE < len(body)
                cost = len(piece) + OVERHEAD
                with self._lock:
                    self._wait(lambda cost=cost: self._left[lane] >= cost)  # type: ignore[misc]
                    self._left[lane] -= cost
                    writer.post((self, frame, piece, more))
                writer.flush(cost)
        finally:
            with self._lock:
                self._in_pieces[lane] = False
                self._room.notify_all()

    def _wait(self, until: Callable[[], bool]) -> None:
        self._room.wait_for(lambda: self._closed or until())
        if self._closed:
            raise LinkClosed(self._closed)

    def writable(self, lane: Lane = Lane.MAIL) -> bool:
        """Whether `send` takes some ten thousand bytes without waiting, neither for the window nor for the network."""
        return not self._closed and self._left[lane] > PIECE and self._writers[lane].idle

    def acknowledged(self, lane: int, total: int) -> None:
        """The other end has received so many bytes of a lane. Raises RecordRefused if it cannot have."""
        with self._lock:
            more = total - self._acknowledged[lane]
            if more < 0:
                return  # said before one that came first
            if self._left[lane] + more > WINDOW:
                raise RecordRefused(Reason.MALFORMED)
            self._acknowledged[lane] = total
            self._left[lane] += more
            self._room.notify_all()

    # -- receiving

    def receive(self) -> tuple[FrameType, bytes]:
        """The next frame; of those that are there, one of CONTROL first. Raises LinkClosed when all were received."""
        incoming = self._incoming
        while (frame := incoming.next()) is None:
            listener = self._carrier.listener
            if listener is not None and not incoming.there():
                listener.help(incoming.there)
            taken = incoming.take()
            if taken is None:
                raise LinkClosed(self._closed)
            self._credit(*taken)
        return frame

    def arrived(self, lane: int, sealed: bytes | memoryview) -> None:
        """Take what was in a record. Raises RecordRefused if the other end may not send it."""
        if self._closed:
            raise RecordRefused(Reason.LATE)
        pieces = split(sealed)
        self._credit(lane, self._incoming.put(lane, pieces))
        if pieces and pieces[-1][0] == END:
            self.end("the other end hung up")

    def _credit(self, lane: int, total: int) -> None:
        if total:
            self._carrier.acknowledge(self, lane, total)

    # -- the end

    def hang_up(self) -> None:
        """Send and receive no more; what is here already can still be received. The other end is told after all that
        was sent."""
        if not self._closed:
            self._writers[Lane.MAIL].post((self, END, b"", False))
            self._writers[Lane.MAIL].flush()
            self.end("it was closed here")

    def close(self) -> None:
        self.hang_up()

    def end(self, why: str) -> None:
        """It is over: senders that wait are told, and `receive` ends when all is received."""
        with self._lock:
            if self._closed:
                return
            self._closed = why
            self._room.notify_all()
        self._incoming.end()
        self._carrier.forget(self)
