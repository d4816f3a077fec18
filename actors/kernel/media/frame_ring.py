"""Pictures between processes: a ring of slots in shared memory, one writer, several readers, the newest wins.

Only a small reference travels as a message. Nothing is queued: the writer never waits, and a reader that is late finds
that its picture is gone. Each slot has a sequence number, odd while it is written, so that a torn or stale picture is
noticed. The owner, which outlives writer and readers, makes the ring and takes it away.
"""

import contextlib
import errno
import os
import sys
import threading
from collections.abc import Iterator
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
import numpy.typing as npt

from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.media.ring_names import SHARED

Picture = npt.NDArray[np.uint8]
"""uint8, shape (height, width, channels)."""

_ALIGN = 64
_FIELDS = 8  # 64-bit words of a slot's header, one cache line
_SEQUENCE, _HEIGHT, _WIDTH, _CHANNELS, _CAPTURED = range(5)


class _Memory(SharedMemory):
    """Shared memory that may be finalized while somebody still views it; the mapping goes with the last view."""

    def __del__(self) -> None:
        with contextlib.suppress(BufferError):
            self.close()


class NoRoom(Exception):
    """The system has no memory to share for a picture."""


class Ring:
    """The owner's hold on a ring: as long as it is open, the ring is there; if the owner is killed, multiprocessing's
    resource tracker takes it away."""

    def __init__(self, name: str, slots: int, slot_bytes: int) -> None:
        """Raises OSError when the system has no room for it."""
        size = _header_bytes(slots) + slots * _aligned(slot_bytes)
        self._memory = _Memory(name, create=True, size=size)
        self.address = RingAddress(self._memory.name, slots, slot_bytes)

    def close(self) -> None:
        """Take the ring away. Who is still attached keeps what it has until it lets go."""
        with contextlib.suppress(FileNotFoundError):
            self._memory.unlink()
        self._memory.close()


class _Attached:
    """Views of a ring that somebody else owns."""

    def __init__(self, address: RingAddress) -> None:
        """Raises FileNotFoundError when the ring is gone."""
        self.address = address
        self._memory = _attach(address.name)
        buffer: Any = self._memory.buf
        words = address.slots * _FIELDS
        self._words: Any = np.frombuffer(buffer, np.uint64, words).reshape(address.slots, _FIELDS)
        self._times: Any = np.frombuffer(buffer, np.float64, words).reshape(address.slots, _FIELDS)
        start, step = _header_bytes(address.slots), _aligned(address.slot_bytes)
        self._data: Any = [
            np.frombuffer(buffer, np.uint8, address.slot_bytes, start + slot * step)
            for slot in range(address.slots)
        ]
        self._order = threading.Lock()

    def close(self) -> None:
        """Let go. Pictures that were not copied must not be used any more."""
        self._words = self._times = self._data = None
        with contextlib.suppress(BufferError):  # somebody still looks at a picture; it goes with the process
            self._memory.close()

    def __del__(self) -> None:
        if hasattr(self, "_memory"):
            self.close()  # the views first: a memory that is still looked at cannot be closed

    def _fence(self) -> None:
        # On x86 stores and loads keep their order by themselves; elsewhere a lock's atomic operations keep it.
        with self._order:
            pass


class RingWriter(_Attached):
    """The one writer. It goes on counting where another one, that died, had stopped."""

    def __init__(self, address: RingAddress) -> None:
        super().__init__(address)
        self._generation = (int(self._words[:, _SEQUENCE].max()) + 1) // 2
        self._reserved = [0] * address.slots

    def write(self, picture: Picture, captured_at: float) -> Frame:
        """Put the picture over the oldest one. captured_at: epoch seconds. Raises ValueError if it is too large,
        NoRoom if the system has no memory to share for it."""
        return self.write_as(self._generation + 1, picture, captured_at)

    def write_as(self, generation: int, picture: Picture, captured_at: float) -> Frame:
        """Like `write`, under the number that it has in another ring. Numbers must increase."""
        if picture.nbytes > self.address.slot_bytes:
            raise ValueError(f"a picture of {picture.nbytes} bytes; a slot has {self.address.slot_bytes}")
        if generation <= self._generation:
            raise ValueError(f"picture {generation} comes after {self._generation}")
        height, width, channels = picture.shape
        slot = generation % self.address.slots
        self._reserve(slot, picture.nbytes)
        self._generation = generation
        words = self._words[slot]
        words[_SEQUENCE] = 2 * generation - 1
        self._fence()
        words[_HEIGHT], words[_WIDTH], words[_CHANNELS] = height, width, channels
        self._times[slot, _CAPTURED] = captured_at
        np.copyto(self._data[slot][: picture.nbytes].reshape(picture.shape), picture)
        self._fence()
        words[_SEQUENCE] = 2 * generation
        return Frame(generation, height, width, channels, captured_at)

    def _reserve(self, slot: int, size: int) -> None:
        """Memory that was promised need not be there: in a container /dev/shm is small, and a write beyond its room
        kills the process (SIGBUS)."""
        if size > self._reserved[slot]:
            start = _header_bytes(self.address.slots) + slot * _aligned(self.address.slot_bytes)
            _reserve(self.address.name, start, size)
            self._reserved[slot] = size


class RingReader(_Attached):
    """One of the readers."""

    def read(self, frame: Frame) -> Picture | None:
        """A copy of the picture; None when it has been overwritten, before or meanwhile."""
        with self.look(frame) as seen:
            copy = seen.picture.copy() if seen is not None else None
            return copy if seen is not None and seen.whole else None

    @contextlib.contextmanager
    def look(self, frame: Frame) -> "Iterator[_Seen | None]":
        """The picture in its place, without a copy; None when it is gone. What was made of it counts only if it is
        still `whole` afterwards."""
        slot = frame.generation % self.address.slots
        shape = (frame.height, frame.width, frame.channels)
        size = frame.height * frame.width * frame.channels
        if not 0 < size <= self.address.slot_bytes or not self._holds(slot, frame):
            yield None
            return
        seen = _Seen(self, slot, frame, self._data[slot][:size].reshape(shape))
        try:
            yield seen
        finally:
            seen.picture = _NOTHING  # nobody may keep hold of memory that is written over

    def latest(self) -> Frame | None:
        """The newest picture that is whole; None when there is none yet."""
        newest = 0
        for slot in range(self.address.slots):
            sequence = int(self._words[slot, _SEQUENCE])
            if sequence % 2 == 0:
                newest = max(newest, sequence // 2)
        if not newest:
            return None
        slot = newest % self.address.slots
        height, width, channels = (int(self._words[slot, field]) for field in (_HEIGHT, _WIDTH, _CHANNELS))
        frame = Frame(newest, height, width, channels, float(self._times[slot, _CAPTURED]))
        return frame if self._holds(slot, frame) else None

    def _holds(self, slot: int, frame: Frame) -> bool:
        self._fence()
        return int(self._words[slot, _SEQUENCE]) == 2 * frame.generation


_NOTHING = np.zeros((0, 0, 0), np.uint8)


class _Seen:
    """A picture that may be overwritten at any moment."""

    def __init__(self, reader: RingReader, slot: int, frame: Frame, picture: Picture) -> None:
        self.picture = picture
        self._reader = reader
        self._slot = slot
        self._frame = frame

    @property
    def whole(self) -> bool:
        """Whether nothing has been written over it until now."""
        return self._reader._holds(self._slot, self._frame)


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN


def _header_bytes(slots: int) -> int:
    return _aligned(slots * _FIELDS * 8)


def _reserve(name: str, start: int, size: int) -> None:
    """Have the system provide these bytes now. Raises NoRoom. Elsewhere than on Linux memory is there once mapped."""
    if sys.platform == "linux":
        with contextlib.suppress(FileNotFoundError):  # taken away: who is attached keeps what it has
            file = os.open(f"{SHARED}/{name}", os.O_RDWR)
            try:
                os.posix_fallocate(file, start, size)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.ENOMEM, errno.EDQUOT):
                    raise NoRoom(f"{SHARED} has no room for a picture of {size} bytes") from None
            finally:
                os.close(file)


_attaching = threading.Lock()


def _attach(name: str) -> _Memory:
    """Attach without becoming responsible for it.

    Before Python 3.13 whoever attached was registered as an owner, and took the ring away from everybody when it died
    (https://github.com/python/cpython/issues/82300).
    """
    if sys.version_info >= (3, 13):
        return _Memory(name, track=False)
    with _attaching:
        register = resource_tracker.register
        resource_tracker.register = lambda *_: None
        try:
            return _Memory(name)
        finally:
            resource_tracker.register = register
