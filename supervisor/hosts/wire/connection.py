"""One connection of a home and a host, from the end of the handshake until one of them is lost: channels, signs of
life, measurements. It knows of the network only how to put a record there."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from supervisor.hosts.wire import talk
from supervisor.hosts.wire.channel import Channel
from supervisor.hosts.wire.clock import ClockEstimate
from supervisor.hosts.wire.handshake import SessionKeys
from supervisor.hosts.wire.lane_writer import LaneWriter, Put
from supervisor.hosts.wire.listener import Listener
from supervisor.hosts.wire.records import (
    LANES,
    MAX_RECORD,
    Lane,
    Opener,
    RecordRefused,
    Sealer,
    head_of,
    join,
    split,
)
from supervisor.hosts.wire.refusals import RateLimit, Reason, Refusals

log = logging.getLogger(__name__)

MOST_CHANNELS = 256
"""Open at a time."""

OPENED_WITHIN = 5.0
"""Seconds that the other end has to say that it listens to a new channel."""

NO_NUMBERS: Iterator[int] = iter(())
"""Of whoever opens no channels."""

TALK = 0
"""The kind of the frames of channel 0."""

MOST_WORDS, WORDS_AT_ONCE = 2_000.0, 10_000.0
"""Words a second and at once, beyond which the other end is out of its mind."""


class Events(Protocol):
    """Who is told; each call may come from any thread, and must not block."""

    def on_up(self, connection: "Connection") -> None:
        """The other end has proven that it is there."""

    def on_channel(self, connection: "Connection", channel: Channel) -> None:
        """The other end has opened a channel."""

    def on_renewed(self, connection: "Connection", certificate: bytes) -> None:
        """The home has given a newer certificate. Of a host only."""

    def on_end(self, connection: "Connection", why: str) -> None:
        """It is over, and all of its channels are. Called once."""


class _Trunk:
    """Channel 0."""

    def __init__(self, sealer: Sealer, opener: Opener) -> None:
        self.sealer, self.opener = sealer, opener


class Connection:
    """`put` hands a record of a lane to the network, may block, and raises OSError. `take` gets what came from there,
    in one thread. Call `tick` some times a second. Times are of `steady` (monotonic) and `wall` (epoch), in seconds.

    name: of the other end. numbers: of new channels; only a home opens any.
    """

    def __init__(
        self,
        name: str,
        keys: SessionKeys,
        at_home: bool,
        put: Put,
        events: Events,
        refusals: Refusals,
        *,
        numbers: Iterator[int] = NO_NUMBERS,
        lost_after: float = 3.0,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.name, self.session = name, keys.session
        self.since = wall()
        self.refusals = refusals
        self._keys, self._at_home, self._events = keys, at_home, events
        self._numbers = numbers
        self._lost_after, self._beat = lost_after, lost_after / 6
        self._steady, self._wall = steady, wall
        self._trunk = _Trunk(*self._ciphers(0))
        self._channels: dict[int, Channel] = {}
        self._opening: dict[int, threading.Event] = {}
        self._newest = 0
        self._lock = threading.Lock()
        self.quick = True
        """Whether the other end was heard of lately, so that nothing is stuck on the way."""
        self.writers = tuple(
            LaneWriter(lane, f"wire/{name}/{lane.name.lower()}", put, self, self.end) for lane in LANES
        )
        self._words = RateLimit(MOST_WORDS, WORDS_AT_ONCE)
        self._clock = ClockEstimate()
        self._asked: dict[int, tuple[float, float]] = {}
        self._pings = 0
        self._heard = self._ticked = self._pinged = steady()
        self._up = threading.Event()
        self._ended = ""
        self.listener: Listener | None = None
        """Who gives `take` what comes, where that is one."""
        self._space = memoryview(bytearray(MAX_RECORD))
        self.received = 0
        """Bytes that came for it, refused ones included."""

    def _ciphers(self, channel: int) -> tuple[Sealer, Opener]:
        out, back = (self._keys.key(channel, to_host) for to_host in (self._at_home, not self._at_home))
        return Sealer(out, self.session, channel), Opener(back)

    # -- what others see

    @property
    def up(self) -> bool:
        return self._up.is_set() and not self._ended

    def await_up(self, seconds: float) -> bool:
        """Whether the other end has proven within so many seconds that it is there."""
        return self._up.wait(seconds)

    @property
    def ended(self) -> str:
        """Why it is over; "" while it is not."""
        return self._ended

    @property
    def clock(self) -> ClockEstimate:
        return self._clock

    @property
    def sent(self) -> int:
        """Bytes of all records that were put."""
        return sum(writer.bytes for writer in self.writers)

    @property
    def channels(self) -> int:
        return len(self._channels)

    def open(self) -> Channel:
        """A new channel, to which the other end listens. Raises ConnectionError."""
        listening = threading.Event()
        with self._lock:
            if not self.up or len(self._channels) >= MOST_CHANNELS:
                raise ConnectionError(self._ended or "it is not up, or has too many channels")
            channel = self._add(next(self._numbers))
            self._opening[channel.number] = listening
            self._say(talk.Open(channel.number))  # in the order of their numbers
        in_time = listening.wait(OPENED_WITHIN)
        with self._lock:
            self._opening.pop(channel.number, None)
        if not in_time or self._ended:
            channel.end("the other end did not listen to it")
            raise ConnectionError(self._ended or f"it did not open a channel within {OPENED_WITHIN:g} s")
        return channel

    def first_word(self) -> bytes | bytearray:
        """Of a host: the record with which it proves that it is there. It may be put again until an answer comes, for
        the network may not know yet where to."""
        return self._trunk.sealer.seal(Lane.CONTROL, join([(TALK, talk.encode(self._ping()), False)]))

    def renew(self, certificate: bytes) -> None:
        """Of a home: give the host a newer certificate."""
        self._say(talk.Renewed(certificate))

    def leave(self, why: str) -> None:
        """Send what waits, tell the other end, and end. Blocks as long as the network does."""
        if not self._ended:
            self.writers[Lane.MAIL].drain()
            self._say(talk.Leave(why))
            self.writers[Lane.CONTROL].drain()
            self.end(why)

    def end(self, why: str) -> None:
        """Over at once."""
        with self._lock:
            if self._ended:
                return
            self._ended = why or "it ended"
            channels, opening = tuple(self._channels.values()), tuple(self._opening.values())
        for channel in channels:
            channel.end(why)
        for event in opening:
            event.set()
        for writer in self.writers:
            writer.close()
        self._events.on_end(self, why)

    # -- time

    def tick(self) -> None:
        """Give a sign of life, and notice that the other end gives none. Never blocks."""
        now = self._steady()
        if now - self._ticked > self._lost_after / 3:
            # nobody looked for a while, as after a machine's sleep: silence counts from now on
            self._heard = max(self._heard, now - self._lost_after / 3)
        self._ticked = now
        if self._ended:
            return
        self.quick = now - self._heard < 2 * self._beat
        if now - self._heard > self._lost_after:
            self.end(f"it was silent for {self._lost_after:g} s")
        elif self._up.is_set() and now - self._pinged >= self._beat:
            self._pinged = now
            self._say(self._ping())

    def _ping(self) -> talk.Ping:
        self._pings += 1
        at = self._wall()
        self._asked[self._pings] = (self._steady(), at)
        while len(self._asked) > 16:
            del self._asked[next(iter(self._asked))]
        return talk.Ping(self._pings, at)

    # -- what comes in, in one thread

    def take(self, record: bytes) -> None:
        """A record from the network: from the other end, or from anybody."""
        self.received += len(record)
        try:
            session, number, lane, sequence = head_of(record)
            if session != self.session:
                raise RecordRefused(Reason.UNKNOWN)
            if self._ended:
                raise RecordRefused(Reason.LATE)
            if number:
                self._take_frames(number, lane, sequence, record)
            else:
                self._take_words(lane, sequence, record)
        except RecordRefused as refused:
            self.refusals.count(refused.reason)

    def _take_frames(self, number: int, lane: int, sequence: int, record: bytes) -> None:
        channel = self._channels.get(number)
        if channel is None:
            raise RecordRefused(Reason.LATE if number <= self._newest else Reason.UNKNOWN)
        try:
            sealed = channel.opener.open(lane, sequence, record, self._space)
        except RecordRefused as refused:
            if refused.reason is Reason.GAP:
                self._break(channel, refused.reason)
            raise
        self._heard = self._steady()
        try:
            channel.arrived(lane, sealed)
        except RecordRefused as refused:
            if refused.reason is not Reason.LATE:
                self._break(channel, refused.reason)
            raise

    def _break(self, channel: Channel, reason: Reason) -> None:
        """End a channel of which something is missing or wrong, at both ends."""
        log.warning("the channel %d of %s ended: %s", channel.number, self.name, reason)
        channel.end(f"what came was refused: {reason}")
        self._say(talk.Ended(channel.number, f"what came was refused there: {reason}"))

    def _take_words(self, lane: int, sequence: int, record: bytes) -> None:
        if lane != Lane.CONTROL:
            raise RecordRefused(Reason.MALFORMED)
        try:
            sealed = self._trunk.opener.open(lane, sequence, record, self._space)
        except RecordRefused as refused:
            if refused.reason is Reason.GAP:
                self.end("records of it are gone")
            elif refused.reason is Reason.REPLAYED and sequence == 0 and self._at_home:
                return  # a host's first word is put more than once
            raise
        self._heard = self._steady()
        try:
            for _, word, _ in split(sealed):
                if not self._words.allows(self._heard):
                    raise RecordRefused(Reason.FLOOD)
                self._hear(talk.decode(word))
        except (RecordRefused, msgspec.DecodeError) as error:
            reason = error.reason if isinstance(error, RecordRefused) else Reason.MALFORMED
            self.end(f"what it said was refused: {reason}")
            raise RecordRefused(reason) from None
        if not self._up.is_set() and not self._ended:
            self._up.set()
            self._events.on_up(self)

    def _hear(self, word: talk.Words) -> None:
        match word:
            case talk.Ping(number, at):
                now = self._wall()
                self._say(talk.Pong(number, at, now, self._wall()))
            case talk.Pong():
                self._measure(word)
            case talk.Received(number, lane, total):
                if channel := self._channels.get(number):
                    channel.acknowledged(lane, total)
            case talk.Open(number):
                self._accept(number)
            case talk.Opened(number):
                if event := self._opening.get(number):
                    event.set()
            case talk.Ended(number, why):
                if channel := self._channels.get(number):
                    channel.end(why)
            case talk.Renewed(certificate):
                if self._at_home:
                    raise RecordRefused(Reason.MALFORMED)
                self._events.on_renewed(self, certificate)
            case talk.Leave(why):
                self.end(why)

    def _measure(self, pong: talk.Pong) -> None:
        asked = self._asked.pop(pong.number, None)
        if asked is not None:
            took = self._steady() - asked[0]
            self._clock = self._clock.with_answer(took, asked[1], pong.heard, pong.at)

    def _accept(self, number: int) -> None:
        """Of a host: the home has opened a channel. Raises RecordRefused."""
        with self._lock:
            if self._at_home or number <= self._newest or len(self._channels) >= MOST_CHANNELS:
                raise RecordRefused(Reason.MALFORMED)
            channel = self._add(number)
        self._events.on_channel(self, channel)
        self._say(talk.Opened(number))

    def _add(self, number: int) -> Channel:
        self._newest = max(self._newest, number)
        channel = Channel(number, *self._ciphers(number), self)
        self._channels[number] = channel
        return channel

    # -- what goes out (channel.Carrier)

    def acknowledge(self, channel: Channel, lane: int, total: int) -> None:
        self._say(talk.Received(channel.number, lane, total))

    def forget(self, channel: Channel) -> None:
        with self._lock, contextlib.suppress(KeyError):
            del self._channels[channel.number]
        if self.listener is not None:
            self.listener.nudge()

    def _say(self, word: talk.Words) -> None:
        """Never blocks."""
        if not self._ended:
            writer = self.writers[Lane.CONTROL]
            writer.post((self._trunk, TALK, talk.encode(word), False))
            writer.wake()
