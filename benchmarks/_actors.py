"""The pinned actors of the benchmarks."""

import os
import time
from pathlib import Path

import numpy as np

from actors.kernel.actor import Actor, handles
from actors.kernel.media.frame_ring import RingReader
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.message import Message
from actors.vision.messages import FrameReady

MODEL = "GERALD_BENCHMARK_MODEL"


class Note(Message):
    number: int


class Query(Message):
    number: int


class Shot(Message):
    """A picture is in the ring. sent_at: monotonic seconds."""

    frame: FrameReady
    sent_at: float


class Seen(Message):
    """A picture has been read. way: seconds from sending to having read it; -1.0 if it was gone."""

    way: float
    pid: int


class Echo(Actor):
    """Counts notes and answers queries; with a model, loads it first."""

    def __init__(self) -> None:
        self.count = 0
        self.model: object = None

    def preload(self) -> None:
        path = os.environ.get(MODEL)
        if path:
            data = np.fromfile(Path(path), np.uint8)
            self.model = int(data[::4096].sum()), data

    @handles
    def on_note(self, message: Note) -> None:
        self.count += 1

    @handles
    def on_query(self, message: Query) -> None:
        self.reply(message)


class Viewer(Actor):
    """Reads every picture that is announced to it."""

    def __init__(self, ring: RingAddress) -> None:
        self._ring = ring

    def on_start(self) -> None:
        self._reader = RingReader(self._ring)

    @handles
    def on_shot(self, message: Shot) -> None:
        f = message.frame
        frame = Frame(f.generation, f.height, f.width, f.channels, f.captured_at)
        with self._reader.look(frame) as seen:
            whole = seen is not None and int(seen.picture[0, 0, 0]) >= 0 and seen.whole
        self.reply(Seen(time.monotonic() - message.sent_at if whole else -1.0, os.getpid()))


class Trip(Message):
    """Kills a Fragile actor."""


class Count(Message):
    """Is answered by a Fragile actor."""


class Fragile(Actor):
    """Dies of a Trip."""

    @handles
    def on_trip(self, message: Trip) -> None:
        raise ValueError("tripped")

    @handles
    def on_count(self, message: Count) -> None:
        self.reply(message)
