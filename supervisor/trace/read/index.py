"""The index of a segment, which finds one turn in a gigabyte without reading the rest.

It is the file `NODE.N.index` beside the segment. The recorder writes it when it closes the segment. If it is missing,
because the writer was killed or still writes, the reader builds it once and extends it later. It holds addresses, types
and turns, and no words or names of people.
"""

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from actors.kernel.message import Envelope
from actors.kernel.record import Dead, Handled, Record
from config.files import read_limited, replace_file
from supervisor.trace.read.decode import AnyLine, address_of, failure_of
from supervisor.trace.read.query import Query, is_actor
from supervisor.trace.read.segment_reader import Span
from supervisor.trace.records import DeadLine, HandledLine, LostLine, MailLine, Number, Wall

VERSION = 1
_NUMBER = re.compile(r"[0-9]{1,18}")
BLOCK = 256 * 1024
"""Bytes of the file that one entry of the index covers, or a little more."""

LARGEST = 64 * 2**20
"""Bytes of an index. A segment of a gigabyte has one of a few hundred kilobytes."""

Route = tuple[str, int, str, str]
"""Sender, incarnation, recipient, type."""


class Counts(msgspec.Struct, array_like=True):
    """Numbers of lines by kind. lost: records noted as missing."""

    handled: int = 0
    dead: int = 0
    failed: int = 0
    lost: int = 0
    other: int = 0

    def __add__(self, more: "Counts") -> "Counts":
        pairs = ((getattr(self, name), getattr(more, name)) for name in self.__struct_fields__)
        return Counts(*(a + b for a, b in pairs))


class Part(msgspec.Struct, array_like=True):
    """A part of the file, from byte `start` to `end`. first, last: the times of its lines, epoch seconds, 0 for none.
    routes: number of the route, lowest and highest sequence, in turn. addresses: of lines other than mail."""

    start: Number
    end: Number
    first: Wall
    last: Wall
    turns: list[int]
    routes: list[int]
    addresses: list[str]
    counts: Counts


class Index(msgspec.Struct, array_like=True):
    """covered: the byte up to which the segment is indexed. complete: nothing comes after it."""

    version: int = VERSION
    covered: Number = 0
    complete: bool = False
    routes: list[Route] = []
    parts: list[Part] = []

    @property
    def counts(self) -> Counts:
        return sum((part.counts for part in self.parts), Counts())

    @property
    def times(self) -> tuple[float, float] | None:
        """Of the first and the last line, epoch seconds; None without lines."""
        parts = [part for part in self.parts if part.last]
        return (min(part.first for part in parts), max(part.last for part in parts)) if parts else None


class IndexBuilder:
    """Extends an index while a segment is written or read."""

    def __init__(self, index: Index | None = None) -> None:
        index = index or Index()
        self._parts = list(index.parts)
        self._routes = list(index.routes)
        self._numbers = {tuple(route): number for number, route in enumerate(index.routes)}
        self._start = self._end = index.covered
        self._begin()

    def _begin(self) -> None:
        # Of each sender, incarnation, recipient and type (a class while writing): lowest and highest sequence, number.
        self._ranges: dict[tuple[str, int, str, type | str], list[int]] = {}
        self._turns: set[int] = set()
        self._addresses: set[str] = set()
        self._counts = Counts()
        self._first, self._last = float("inf"), 0.0

    def records(self, records: Iterable[Record]) -> None:
        """Index what was written. It is called for every message of every actor, so it must be cheap."""
        ranges, turn_of = self._ranges, self._turns.add
        first, last = self._first, self._last
        sender = incarnation = recipient = kind = None
        seen: list[int] | None = None
        for record in records:
            wall = record.wall
            if wall < first:
                first = wall
            if wall > last:
                last = wall
            if type(record) is Handled:
                envelope = record.envelope
                if record.failure is not None:
                    self._counts.failed += 1
            elif (other := self._other(record)) is not None:
                envelope = other
            else:
                continue
            turn_of(envelope.turn)
            n = envelope.sequence
            # Many in a row go the same way: then there is nothing to look up.
            if (
                seen is None
                or envelope.sender is not sender
                or envelope.recipient is not recipient
                or type(envelope.message) is not kind
                or envelope.incarnation != incarnation
            ):
                sender, incarnation = envelope.sender, envelope.incarnation
                recipient, kind = envelope.recipient, type(envelope.message)
                seen = ranges.setdefault((sender, incarnation, recipient, kind), [n, n, 0])
            seen[2] += 1
            if n > seen[1]:
                seen[1] = n
            elif n < seen[0]:
                seen[0] = n
        self._first, self._last = first, last

    def _other(self, record: Record) -> Envelope | None:
        if type(record) is Dead:
            self._counts.dead += 1
            return record.letter.envelope
        self._counts.other += 1
        self._counts.failed += record.failure is not None
        self._addresses.add(getattr(record, "address", ""))
        return None

    def line(self, line: AnyLine) -> None:
        """Index a line that was read."""
        counts = self._counts
        self._first, self._last = min(self._first, line.wall), max(self._last, line.wall)
        failed = failure_of(line) is not None
        if not isinstance(line, MailLine):
            counts.failed += failed
            counts.lost += line.count if isinstance(line, LostLine) else 0
            counts.other += 1
            self._addresses.add(address_of(line))
            return
        counts.failed += failed and isinstance(line, HandledLine)
        counts.dead += isinstance(line, DeadLine)
        self._turns.add(line.turn)
        if isinstance(line, HandledLine) and line.by:
            self._addresses.add(line.by)
        sender, incarnation, n = split_id(line.id)
        seen = self._ranges.setdefault((sender, incarnation, line.recipient, line.type), [n, n, 0])
        seen[:] = min(seen[0], n), max(seen[1], n), seen[2] + 1

    def lost(self, count: int) -> None:
        """Note that records are missing here."""
        self._counts.lost += count

    def cut(self, end: int, *, force: bool = False) -> None:
        """Note that all lines so far are before byte `end` of the file."""
        self._end = end
        if end - self._start >= BLOCK or (force and end > self._start):
            self._parts.append(self._part(end))
            self._start = end
            self._begin()

    def index(self, *, complete: bool) -> Index:
        """The index up to the last cut."""
        self.cut(self._end, force=True)
        return Index(VERSION, self._end, complete, list(self._routes), list(self._parts))

    def _part(self, end: int) -> Part:
        routes: list[int] = []
        mail = 0
        for (sender, incarnation, recipient, kind), (low, high, count) in self._ranges.items():
            route = (sender, incarnation, recipient, kind if isinstance(kind, str) else kind.__name__)
            number = self._numbers.setdefault(route, len(self._routes))
            if number == len(self._routes):
                self._routes.append(route)
            routes += (number, low, high)
            mail += count
        counts = self._counts
        counts.handled = mail - counts.dead
        addresses = sorted(self._addresses - {""})
        first = self._first if self._last else 0.0
        return Part(self._start, end, first, self._last, sorted(self._turns), routes, addresses, counts)


def split_id(id: str) -> tuple[str, int, int]:
    """Sender, incarnation and sequence of a message; (id, 0, 0) for a malformed id."""
    sender, _, rest = id.rpartition("/")
    sender, _, incarnation = sender.rpartition("/")
    if _NUMBER.fullmatch(incarnation) and _NUMBER.fullmatch(rest):
        return sender, int(incarnation), int(rest)
    return id, 0, 0


def spans(index: Index, query: Query) -> tuple[Span, ...]:
    """The parts of the file that may hold what is asked for, neighbours merged."""
    found: list[Span] = []
    for part in filter(_PartFilter(index, query).may_hold, index.parts):
        if found and found[-1][1] == part.start:
            found[-1] = (found[-1][0], part.end)
        else:
            found.append((part.start, part.end))
    return tuple(found)


class _PartFilter:
    def __init__(self, index: Index, query: Query) -> None:
        self._query = query
        q = query
        self._routes = {
            number
            for number, (sender, _, recipient, kind) in enumerate(index.routes)
            if (not q.type or kind == q.type)
            and (not q.actor or is_actor(sender, q.actor) or is_actor(recipient, q.actor))
        }
        self._every = len(self._routes) == len(index.routes)
        ids = [split_id(id) for id in q.ids]
        self._ids = [
            (number, n)
            for number, (sender, incarnation, *_) in enumerate(index.routes)
            for s, i, n in ids
            if (s, i) == (sender, incarnation)
        ]

    def may_hold(self, part: Part) -> bool:
        q = self._query
        if q.since is not None and part.last < q.since:
            return False
        if q.until is not None and part.first > q.until:
            return False
        if q.turn is not None and q.turn not in part.turns:
            return False
        if (q.failed or q.dead) and not ((q.failed and part.counts.failed) or (q.dead and part.counts.dead)):
            return False
        if q.ids and not self._holds_id(part):
            return False
        if self._every:
            return True
        named = q.actor and any(is_actor(address, q.actor) for address in part.addresses)
        return bool(named) or not self._routes.isdisjoint(part.routes[::3])

    def _holds_id(self, part: Part) -> bool:
        routes = part.routes
        return any(
            routes[at] == number and routes[at + 1] <= n <= routes[at + 2]
            for number, n in self._ids
            for at in range(0, len(routes), 3)
        )


_decoder = msgspec.msgpack.Decoder(Index)


def index_path(segment: Path) -> Path:
    return segment.with_suffix(".index")


def load_index(segment: Path) -> Index:
    """The index of a segment; an empty one if it is missing or does not fit."""
    try:
        index = _decoder.decode(read_limited(index_path(segment), LARGEST))
        fits = index.version == VERSION and index.covered <= segment.stat().st_size
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Index()
    return index if fits and all(map(_is_whole, index.parts)) else Index()


def _is_whole(part: Part) -> bool:
    return len(part.routes) % 3 == 0


def save_index(segment: Path, index: Index) -> None:
    """Write the index beside the segment (0600), atomically. Never raises, since it can be rebuilt."""
    with contextlib.suppress(OSError):
        replace_file(index_path(segment), (msgspec.msgpack.encode(index),), durable=False, alone=False)
