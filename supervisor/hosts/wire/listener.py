"""Who looks at what comes from the network: a thread of its own, or better one that waits for it anyway.

Each hand-over from thread to thread costs as much as all else that is done with a small frame. So whoever waits for a
frame receives by itself what comes, for others too, while the listener's own thread stands by: it takes over when that
one is away for some milliseconds, since it may be busy with its frame for long.
"""

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

STEP = 0.005
"""Seconds between two looks at whether somebody still receives, while something comes."""
QUIET = 10
"""Steps without anything, after which nobody looks until something comes."""


class Listener:
    """Gives what a subscriber of zenoh receives to `take`, one after another, until it is closed.

    over: what its handler raises when it is closed. nudge: puts bytes to the subscriber, from this session only."""

    def __init__(
        self,
        subscriber: Any,
        name: str,
        take: Callable[[Any], None],
        over: type[Exception],
        nudge: Callable[[bytes], None] | None = None,
    ) -> None:
        self._subscriber, self._take, self._over, self._nudge = subscriber, take, over, nudge
        self._receive, self._receive_now = subscriber.handler.recv, subscriber.handler.try_recv
        self._turn = threading.Lock()
        self._helper = 0
        self._wanted = False
        self._taken = 0
        self._asleep = False
        self._wake = threading.Event()
        self._closed = False
        self.nothing = secrets.token_bytes(16)
        """What a nudge brings, which nobody else knows: `take` is to leave it alone."""
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def help(self, done: Callable[[], bool]) -> None:
        """Receive in this thread until `done`. Returns at once if another thread does so; then that goes on."""
        if not self._turn.acquire(blocking=False):
            self._wanted = True
            return
        self._helper = threading.get_ident()
        try:
            while not done() and not self._closed:
                self._taken += 1
                self._take(self._receive())
        except self._over:
            self._closed = True
        finally:
            self._helper = 0
            self._turn.release()
            if self._asleep:
                self._asleep = False
                self._wake.set()

    def nudge(self) -> None:
        """Have whoever helps look whether it is done."""
        if self._nudge is not None and self._helper not in (0, threading.get_ident()):
            with contextlib.suppress(OSError):
                self._nudge(self.nothing)

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(self._over):  # its session is gone
            self._subscriber.undeclare()
        self._wake.set()

    # -- the listener's own thread

    def _run(self) -> None:
        try:
            while not self._closed:
                with self._turn:
                    self._receive_until_wanted()
                self._stand_by()
        except self._over:
            self._closed = True

    def _receive_until_wanted(self) -> None:
        self._wanted = False
        while not self._wanted:
            self._take_safely(self._receive())
            while (sample := self._receive_now()) is not None:
                self._take_safely(sample)

    def _take_safely(self, sample: Any) -> None:
        try:
            self._take(sample)
        except Exception:  # what comes later must be looked at
            log.exception("what came was not understood")

    def _stand_by(self) -> None:
        """Returns when nobody receives."""
        quiet = 0
        while not self._closed:
            before = self._taken
            time.sleep(STEP)
            if self._taken != before:
                quiet = 0
            elif not self._turn.locked():
                return
            elif (quiet := quiet + 1) > QUIET:
                self._wake.clear()
                self._asleep = True
                if self._turn.locked() and not self._closed:
                    self._wake.wait()
                self._asleep = False
                quiet = 0
