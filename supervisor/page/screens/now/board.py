"""The board: what the first screen's pages show, kept while any of them is open, and the newest picture for them."""

import contextlib
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from supervisor.control.wire import RequestRefused
from supervisor.page.asking import Asking, InstanceAway
from supervisor.page.live.merge import merged
from supervisor.page.screens.now.state import Heard, Level, NowState, fold

WIDTH = 640
"""Pixels of a picture's width."""
LOOK_EVERY = 0.5
WITHOUT_EYES = 2.0
"""Seconds until it is looked whether the eyes are open by now."""


class Picture(NamedTuple):
    """A JPEG, and when it was captured (epoch seconds)."""

    jpeg: bytes
    at: float


NO_PICTURE = Picture(b"", 0.0)


class Board:
    """state: as the last event left it; it outlives the pages, so that one that is loaded anew shows what it did.

    One feed reads at a time. The picture is in memory only, and goes with the last page that shows it."""

    def __init__(self, asking: Asking) -> None:
        self.state = NowState()
        self.picture = NO_PICTURE
        self._asking = asking
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._looked_at = time.monotonic() - LOOK_EVERY
        self._reader = object()
        self._readings = 0

    def read(self, stop: threading.Event) -> Iterator[NowState]:
        """The state after each event, until `stop` is set. Blocks. Raises as Asking does."""
        reader = self._reader = object()
        self._readings += 1
        try:
            with contextlib.closing(merged(stop, self._events, self._looks)) as events:
                for event in events:
                    if self._reader is not reader:  # a page that was loaded anew has begun another one
                        return
                    before, self.state = self.state, fold(self.state, event)
                    if self.state is not before:
                        yield self.state
        finally:
            self._readings -= 1
            self._keep(NO_PICTURE, reader)

    def once(self) -> NowState:
        """The state with what is known now, for a page that is just being loaded. Blocks. Raises as Asking does."""
        if self._readings:
            return self.state
        state = replace(self.state, level=Level(), heard=Heard())
        for event in self._asking.stream("now", threading.Event(), once=True):
            state = fold(state, event)
        if not state.senses.get("closed", "unknown"):
            with contextlib.suppress(RequestRefused):  # the eyes are open, and see nothing
                state = fold(state, {"event": "Looked", **self._seen()})
        if not self._readings:
            self.state = state
        return state

    def look(self) -> Picture:
        """The newest picture, taken anew where none is kept. Blocks. Raises as Asking does."""
        kept = self.picture
        if kept.jpeg:
            return kept
        found = self._seen()
        return Picture(found["picture"], found["pictured_at"])

    def _events(self, over: threading.Event) -> Generator[Mapping[str, Any]]:
        yield from self._asking.stream("now", over)

    def _looks(self, over: threading.Event) -> Generator[Mapping[str, Any]]:
        """What the eyes see, with the picture that it was seen in, while they are open."""
        while not over.is_set():
            wait = LOOK_EVERY
            if self.state.senses.get("closed", "unknown"):
                over.wait(LOOK_EVERY)
                continue
            try:
                found = self._seen()
            except (RequestRefused, InstanceAway):  # the eyes have closed, or see nothing
                wait = WITHOUT_EYES
            else:
                if not over.is_set():
                    self._keep(Picture(found["picture"], found["pictured_at"]), self._reader)
                yield {"event": "Looked", **found, "picture": b""}
            over.wait(wait)

    def _keep(self, picture: Picture, reader: object) -> None:
        with self._lock:
            if self._reader is reader:
                self.picture = picture

    def _seen(self) -> dict[str, Any]:
        """The newest picture and what is seen in it, not earlier than LOOK_EVERY after the one before."""
        with self._looking:
            wait = self._looked_at + LOOK_EVERY - time.monotonic()
            if wait > 0.0:
                time.sleep(wait)
            self._looked_at = time.monotonic()
        found: dict[str, Any] = {}
        for part in self._asking.stream("look", threading.Event(), width=WIDTH):
            found = part
        return found
