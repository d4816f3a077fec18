"""One channel of a connection: a link (supervisor.nodes.link) whose other end is on another machine."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from supervisor.hosts.wire.records import LANES, MAX_FRAME, PIECE, Lane, Opener, Piece, RecordRefused, Sealer
from supervisor.hosts.wire.refusals import Reason
from supervisor.nodes.link import FrameType, LinkClosed

WINDOW = 1024 * 1024
"""Most bytes in each lane that were sent and not yet received from the channel."""

LARGE = WINDOW // 4
"""What a frame counts at most until it is received, though it may be larger than the window."""

OVERHEAD = 64
"""What a frame counts beside its bytes, so that empty ones are limited too."""

END = 255
"""The kind of the last frame, after which its sender neither sends nor receives."""

_KINDS = {int(frame): frame for frame in FrameType}
_LANES = {FrameType.KILL: Lane.CONTROL, FrameType.PICTURE: Lane.PICTURE}


class Carrier(Protocol):
    """What a channel needs of its connection."""

    def post(self, channel: "Channel", lane: int, piece: Piece) -> None: ...
    def flush(self, lane: int) -> None: ...
    def acknowledge(self, channel: "Channel", lane: int, total: int) -> None: ...
    def forget(self, channel: "Channel") -> None: ...
    def idle(self, lane: int) -> bool: ...


class Channel:
    """A Link. `send` waits while its lane's window is full; what it took is delivered in order, once, or the channel
    ends."""

    def __init__(self, number: int, sealer: Sealer, opener: Opener, carrier: Carrier) -> None:
        self.number = number
        self.sealer, self.opener = sealer, opener
        self._carrier = carrier
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._closed = ""
        self._sent, self._acknowledged = [0] * len(LANES), [0] * len(LANES)
        self._in_pieces = [False] * len(LANES)
        self._incoming = _Incoming()

    # -- sending

    def send(self, frame: FrameType, body: bytes = b"", lane: Lane | None = None) -> None:
        """Raises LinkClosed, and ValueError for a body of more than MAX_FRAME bytes.

        lane: which one, if not the frame's own (KILL goes as CONTROL, PICTURE as PICTURE, all others as MAIL)."""
        at = _LANES.get(frame, Lane.MAIL) if lane is None else lane
        size = len(body)
        if size > PIECE:
            self._send_in_pieces(frame, body, at)
            return
        with self._lock:
            if self._closed or self._in_pieces[at] or self._left(at) < size + OVERHEAD:
                self._wait(lambda: not self._in_pieces[at] and self._left(at) >= size + OVERHEAD)
            self._sent[at] += size + OVERHEAD
            self._carrier.post(self, at, Piece(frame, body))
        self._carrier.flush(at)

    def _send_in_pieces(self, frame: FrameType, body: bytes, lane: Lane) -> None:
        if len(body) > MAX_FRAME:
            raise ValueError(f"a frame of {len(body)} bytes; the most is {MAX_FRAME}")
        with self._lock:
            self._wait(lambda: not self._in_pieces[lane])
            self._in_pieces[lane] = True
        try:
            for at in range(0, len(body), PIECE):
                piece = Piece(frame, body[at : at + PIECE], at + PIECE < len(body))
                cost = len(piece.body) + OVERHEAD
                with self._lock:
                    self._wait(lambda cost=cost: self._left(lane) >= cost)  # type: ignore[misc]
                    self._sent[lane] += cost
                    self._carrier.post(self, lane, piece)
                self._carrier.flush(lane)
        finally:
            with self._lock:
                self._in_pieces[lane] = False
                self._room.notify_all()

    def _left(self, lane: int) -> int:
        return WINDOW - self._sent[lane] + self._acknowledged[lane]

    def _wait(self, until: Callable[[], bool]) -> None:
        self._room.wait_for(lambda: self._closed or until())
        if self._closed:
            raise LinkClosed(self._closed)

    def writable(self, lane: Lane = Lane.MAIL) -> bool:
        """Whether `send` takes some ten thousand bytes without waiting, neither for the window nor for the network."""
        return not self._closed and self._left(lane) > PIECE and self._carrier.idle(lane)

    def acknowledged(self, lane: int, total: int) -> None:
        """The other end has received so many bytes of a lane. Raises RecordRefused if it cannot have."""
        with self._lock:
            if not self._acknowledged[lane] <= total <= self._sent[lane]:
                raise RecordRefused(Reason.MALFORMED)
            self._acknowledged[lane] = total
            self._room.notify_all()

    # -- receiving

    def receive(self) -> tuple[FrameType, bytes]:
        """The next frame; of those that are there, one of CONTROL first. Raises LinkClosed when all were received."""
        incoming = self._incoming
        while True:
            frame = incoming.next()
            if frame is not None:
                return frame
            taken = incoming.take()
            if taken is None:
                raise LinkClosed(self._closed)
            self._credit(*taken)

    def arrived(self, lane: int, pieces: Sequence[Piece]) -> None:
        """Take what a record brought. Raises RecordRefused if the other end may not send it."""
        if self._closed:
            raise RecordRefused(Reason.LATE)
        self._credit(lane, self._incoming.put(lane, pieces))
        if pieces and pieces[-1].kind == END:
            self.end("the other end hung up")

    def _credit(self, lane: int, cost: int) -> None:
        total = self._incoming.consumed(lane, cost)
        if total:
            self._carrier.acknowledge(self, lane, total)

    # -- the end

    def hang_up(self) -> None:
        """Send and receive no more; what is here already can still be received. The other end is told after all that
        was sent."""
        if not self._closed:
            self._carrier.post(self, Lane.MAIL, Piece(END, b""))
            self._carrier.flush(Lane.MAIL)
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


class _Partial:
    """A frame of which some pieces have come. held: what it counts until it is received."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._frame: FrameType | None = None
        self._size = self._held = 0

    def add(self, frame: FrameType, body: bytes, cost: int) -> int:
        """Take one more piece; returns how much need not be held, since a frame may be larger than the window. Raises
        RecordRefused."""
        if self.parts and frame is not self._frame:
            raise RecordRefused(Reason.MALFORMED)
        self._frame = frame
        self.parts.append(body)
        self._size += len(body)
        if self._size > MAX_FRAME:
            raise RecordRefused(Reason.OVERSIZED)
        if self._held + cost > LARGE:
            return cost
        self._held += cost
        return 0

    def whole(self) -> tuple[FrameType, bytes, int]:
        """The frame, and what it counts."""
        assert self._frame is not None
        whole = self._frame, b"".join(self.parts), self._held
        self.__init__()  # type: ignore[misc]
        return whole


class _Incoming:
    """What has arrived and was not received yet. One thread puts, one takes."""

    def __init__(self) -> None:
        self._records: tuple[deque[tuple[list[tuple[FrameType, bytes]], int]], ...] = tuple(
            deque() for _ in LANES
        )
        self._tokens: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._urgent: deque[tuple[FrameType, bytes]] = deque()
        self._current: deque[tuple[FrameType, bytes]] = deque()
        self._partial = tuple(_Partial() for _ in LANES)
        self._lock = threading.Lock()
        self._put, self._consumed, self._credited = ([0] * len(LANES) for _ in range(3))

    def put(self, lane: int, pieces: Sequence[Piece]) -> int:
        """Note what a record brought; returns how much of it needs no room any longer. Raises RecordRefused."""
        frames: list[tuple[FrameType, bytes]] = []
        free = cost = waits = 0
        for kind, body, more in pieces:
            if kind == END:
                continue
            frame = _KINDS.get(kind)
            if frame is None:
                raise RecordRefused(Reason.MALFORMED)
            own = len(body) + OVERHEAD
            cost += own
            if more or self._partial[lane].parts:
                free += self._partial[lane].add(frame, body, own)
                if more:
                    continue
                frame, body, held = self._partial[lane].whole()
                own = held
            frames.append((frame, body))
            waits += own
        self._put[lane] += cost
        if self._put[lane] - self._credited[lane] > WINDOW:
            raise RecordRefused(Reason.FLOOD)
        if frames:
            self._records[lane].append((frames, waits))
            self._tokens.put(True)
        return free

    def next(self) -> tuple[FrameType, bytes] | None:
        """A frame of a record that was taken; None when another record must be taken first."""
        if self._urgent:
            return self._urgent.popleft()
        if self._current and not self._records[Lane.CONTROL]:
            return self._current.popleft()
        return None

    def take(self) -> tuple[int, int] | None:
        """Wait for a record and take the most urgent; its lane and cost, or None when there will be none."""
        if not self._tokens.get():
            self._tokens.put(False)
            return None
        for lane in LANES:
            if self._records[lane]:
                frames, cost = self._records[lane].popleft()
                (self._urgent if lane is Lane.CONTROL else self._current).extend(frames)
                return lane, cost
        raise AssertionError("a token without a record")

    def consumed(self, lane: int, cost: int) -> int:
        """Note room that is free again; the lane's sum, when it is time to tell the other end, else 0."""
        with self._lock:
            total = self._consumed[lane] = self._consumed[lane] + cost
            if total - self._credited[lane] < WINDOW // 4:
                return 0
            self._credited[lane] = total
            return total

    def end(self) -> None:
        self._tokens.put(False)
