"""The hub: reads each feed once while anybody listens, and gives every listener what it has not seen."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Mapping

from supervisor.control.wire import RequestRefused
from supervisor.page.asking import InstanceAway
from supervisor.page.live.feed import Feed, Fragments

log = logging.getLogger(__name__)
MOST_LISTENERS = 64
MOST_LOOKING = 48
"""Of them by those who may only look: an owner always finds a place."""
AGAIN_AFTER = 1.0
"""Seconds until a feed that failed is begun again."""
BEAT = 5.0
"""Seconds after which a listener hears that nothing is new."""
Topic = tuple[str, bool]


class TooManyListeners(Exception):
    """No further page can be kept up to date."""


class Listener:
    """What one browser has yet to be sent: the newest fragment of each place, whatever its speed."""

    def __init__(self) -> None:
        self._new: dict[str, str] = {}
        self._changed = asyncio.Event()

    def offer(self, fragments: Fragments) -> None:
        self._new.update(fragments)
        self._changed.set()

    async def take(self) -> Mapping[str, str]:
        """What is new; nothing after BEAT seconds without news."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), BEAT)
        new, self._new = self._new, {}
        self._changed.clear()
        return new


class Hub:
    """For the server's event loop only, but for `close`."""

    def __init__(self) -> None:
        self._readings: dict[str, Reading] = {}
        self._listeners = 0
        self._closed = threading.Event()

    def close(self) -> None:
        """Let every feed end. From any thread."""
        self._closed.set()
        for reading in tuple(self._readings.values()):
            reading.end()

    async def listen(self, feed: Feed, may_act: bool) -> AsyncIterator[Mapping[str, str]]:
        """What is new of a feed, beginning with what is known. Raises TooManyListeners."""
        most = MOST_LISTENERS if may_act else MOST_LOOKING
        if self._listeners >= most:
            raise TooManyListeners(f"{most} pages are open already")
        reading = self._readings.get(feed.topic)
        if reading is None:
            reading = self._readings[feed.topic] = Reading(feed, asyncio.get_running_loop())
        listener = Listener()
        self._listeners += 1
        reading.add(listener, may_act)
        try:
            while not self._closed.is_set():
                yield await listener.take()
        finally:
            self._listeners -= 1
            if not reading.remove(listener, may_act):
                self._readings.pop(feed.topic, None)


class Reading:
    """One feed that is being read, for whoever listens."""

    def __init__(self, feed: Feed, loop: asyncio.AbstractEventLoop) -> None:
        self._feed = feed
        self._loop = loop
        self._stop = threading.Event()
        self._listeners: dict[bool, set[Listener]] = {True: set(), False: set()}
        self._shown: dict[bool, dict[str, str]] = {True: {}, False: {}}
        self._last: object = None
        threading.Thread(target=self._read, name=f"feed {feed.topic}", daemon=True).start()

    def add(self, listener: Listener, may_act: bool) -> None:
        self._listeners[may_act].add(listener)
        if len(self._listeners[may_act]) == 1 and self._last is not None:
            self._shown[may_act] = dict(self._feed.show(self._last, may_act))
        if self._shown[may_act]:
            listener.offer(self._shown[may_act])

    def remove(self, listener: Listener, may_act: bool) -> bool:
        """Whether anybody is left."""
        self._listeners[may_act].discard(listener)
        left = any(self._listeners.values())
        if not left:
            self.end()
        return left

    def end(self) -> None:
        self._stop.set()

    def _read(self) -> None:
        """On the feed's own thread."""
        while not self._stop.is_set():
            try:
                for news in self._feed.read(self._stop):
                    if self._stop.is_set() or self._loop.is_closed():
                        return
                    self._loop.call_soon_threadsafe(self._tell, news)
            except (InstanceAway, RequestRefused) as error:
                log.debug("feed %s: %s", self._feed.topic, error)
            except RuntimeError:  # the loop has closed meanwhile
                return
            except Exception:
                log.exception("the feed %s failed", self._feed.topic)
            self._stop.wait(AGAIN_AFTER)

    def _tell(self, news: object) -> None:
        self._last = news
        for may_act, listeners in self._listeners.items():
            if not listeners:
                continue
            shown = self._shown[may_act]
            new = {
                place: html
                for place, html in self._feed.show(news, may_act).items()
                if shown.get(place) != html
            }
            shown.update(new)
            for listener in listeners if new else ():
                listener.offer(new)
