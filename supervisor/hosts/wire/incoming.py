"""What has arrived for one channel and was not received from it yet: bounded by the window, whoever sends."""

import queue
import threading
from collections import deque
from collections.abc import Sequence

from supervisor.hosts.wire.records import LANES, MAX_FRAME, Lane, Piece, RecordRefused
from supervisor.hosts.wire.refusals import Reason
from supervisor.nodes.link import FrameType

WINDOW = 1024 * 1024
"""Most bytes in each lane that were sent and not yet received from the channel."""

LARGE = WINDOW // 4
"""What a frame counts at most until it is received, though it may be larger than the window."""

CREDIT = WINDOW // 4
"""When so much needs no room any longer, the other end is told."""

OVERHEAD = 64
"""What a frame counts beside its bytes, so that empty ones are limited too."""

END = 255
"""The kind of the last frame, after which its sender neither sends nor receives."""

_KINDS: list[FrameType | None] = [None] * 256
for _frame in FrameType:
    _KINDS[_frame] = _frame


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
        return self._frame, b"".join(self.parts), self._held


class Incoming:
    """What has arrived and was not received yet. One thread puts, one takes."""

    def __init__(self) -> None:
        self._records: tuple[deque[tuple[list[tuple[FrameType, bytes]], int]], ...] = tuple(
            deque() for _ in LANES
        )
        self._tokens: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._urgent: deque[tuple[FrameType, bytes]] = deque()
        self._current: deque[tuple[FrameType, bytes]] = deque()
        self._partial = [_Partial() for _ in LANES]
        self._lock = threading.Lock()
        self._put, self._freed, self._consumed, self._credited = ([0] * len(LANES) for _ in range(4))

    def put(self, lane: int, pieces: Sequence[Piece]) -> int:
        """Note what a record brought; returns a sum of the lane that is to be told, or 0. Raises RecordRefused."""
        frames: list[tuple[FrameType, bytes]] = []
        free = cost = waits = 0
        for kind, body, more in pieces:
            if kind == END:
                continue
            frame = _KINDS[kind]
            if frame is None:
                raise RecordRefused(Reason.MALFORMED)
            own = len(body) + OVERHEAD
            cost += own
            if more or self._partial[lane].parts:
                free += self._partial[lane].add(frame, body, own)
                if more:
                    continue
                frame, body, own = self._partial[lane].whole()
                self._partial[lane] = _Partial()
            frames.append((frame, body))
            waits += own
        self._put[lane] += cost
        if self._put[lane] - self._credited[lane] > WINDOW:
            raise RecordRefused(Reason.FLOOD)
        if frames:
            self._records[lane].append((frames, waits))
            self._tokens.put(True)
        if not free:
            return 0
        self._freed[lane] += free
        return self._due(lane)

    def next(self) -> tuple[FrameType, bytes] | None:
        """A frame of a record that was taken; None when another record must be taken first."""
        if self._urgent:
            return self._urgent.popleft()
        if self._current and not self._records[Lane.CONTROL]:
            return self._current.popleft()
        return None

    def there(self) -> bool:
        """Whether `take` would not wait."""
        return not self._tokens.empty()

    def take(self) -> tuple[int, int] | None:
        """Wait for a record and take the most urgent. Its lane and a sum of that which is to be told, or 0; None when
        there will be none."""
        if not self._tokens.get():
            self._tokens.put(False)
            return None
        for lane in LANES:
            if self._records[lane]:
                frames, cost = self._records[lane].popleft()
                (self._urgent if lane is Lane.CONTROL else self._current).extend(frames)
                self._consumed[lane] += cost
                return lane, self._due(lane)
        raise AssertionError("a token without a record")

    def _due(self, lane: int) -> int:
        """The lane's sum of what needs no room any longer, when it is time to tell the other end, else 0."""
        if self._consumed[lane] + self._freed[lane] - self._credited[lane] < CREDIT:
            return 0
        with self._lock:
            total = self._consumed[lane] + self._freed[lane]
            if total - self._credited[lane] < CREDIT:
                return 0
            self._credited[lane] = total
            return total

    def end(self) -> None:
        self._tokens.put(False)
