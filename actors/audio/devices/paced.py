"""A sink without a device: it takes sound in real time and passes it to a function."""

import threading
import time
from collections.abc import Callable

from actors.audio.devices.device import Feed, Sound

_BLOCK_SECONDS = 0.02
_LONG = 60.0  # seconds of silence after which it looks again
_LOST = 1.0  # further behind than this (the machine slept), nothing is made up for


class Pacer:
    """Keeps a loop in real time: each `wait` returns `seconds` after the one before should have."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._due = time.monotonic()

    def restart(self) -> None:
        """Count from now."""
        self._due = time.monotonic()

    def wait(self, seconds: float) -> None:
        """Wait until it is time, or until the loop is to stop."""
        self._due += seconds
        left = self._due - time.monotonic()
        if left < -_LOST:
            self.restart()
        elif left > 0:
            self._stopping.wait(left)


class PacedSink:
    """Plays in real time into `write`, on its own thread; silence is not written. finish: called by `close`."""

    def __init__(self, rate: int, write: Callable[[Sound], None], finish: Callable[[], None]) -> None:
        self.rate = rate
        self._write = write
        self._finish = finish
        self._stopping = threading.Event()
        self._feed: Feed | None = None
        self._thread: threading.Thread | None = None

    def start(self, feed: Feed) -> None:
        self._feed = feed
        self._thread = threading.Thread(target=self._run, args=(feed,), name="paced speaker", daemon=True)
        self._thread.start()

    def idle(self) -> float:
        """0: it asks only when there is something."""
        return 0.0

    def close(self) -> None:
        if self._stopping.is_set():
            return
        self._stopping.set()
        if self._feed is not None and self._thread is not None:
            self._feed.give_up()
            self._thread.join(2.0)
        self._finish()

    def _run(self, feed: Feed) -> None:
        block = round(self.rate * _BLOCK_SECONDS)
        pacer = Pacer(self._stopping)
        while not self._stopping.is_set():
            if not feed.wait(0.0):
                while not self._stopping.is_set() and not feed.wait(_LONG):
                    pass
                pacer.restart()
                continue
            self._write(feed.pull(block, time.time()))
            pacer.wait(block / self.rate)
