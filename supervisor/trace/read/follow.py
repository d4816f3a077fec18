"""Follows a run while it is written: every segment of every node, including new ones."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import small_mcap

from supervisor.trace.layout import segments
from supervisor.trace.read.decode import decode
from supervisor.trace.read.reader import Entry, node_of
from supervisor.trace.read.segment_reader import open_segment


class NewRecord(msgspec.Struct, frozen=True):
    """A new record. at: its time, ns since the epoch. channel, schema: as in the file, None if damaged."""

    entry: Entry
    at: int
    channel: small_mcap.Channel | None = None
    schema: small_mcap.Schema | None = None


class _Tail:
    """How far one segment was read."""

    def __init__(self, path: Path) -> None:
        # A file that is being written always has a torn end.
        self.segment = open_segment(path, lambda torn: None)
        self.offset = 0

    def skip(self) -> None:
        """Skip the records so far, but learn their topics."""
        for _ in self.segment.blocks(((0, 2**63),), lambda data: True):
            pass
        self.offset = self.segment.whole_until

    def news(self) -> Iterator[NewRecord]:
        if not self.segment.metadata:
            self.segment.read_metadata()
        segment, node = self.segment, node_of(self.segment)
        for block in segment.blocks(((self.offset, 2**63),)):
            self.offset = block.end
            for at, data, number in block.lines:
                try:
                    line = decode(data, at)
                except msgspec.DecodeError:
                    continue
                channel = segment.known.channels.get(number)
                schema = segment.known.schemas.get(channel.schema_id) if channel is not None else None
                yield NewRecord(Entry(node, line, data), at, channel, schema)
        self.offset = max(self.offset, segment.whole_until)


class Follower:
    """Reads what is new in a run. from_start: begin with what is there already.

    folder: called for the run each time, so that a restart of Gerald is followed to its new run.
    """

    def __init__(self, folder: Callable[[], Path | None], *, from_start: bool = False) -> None:
        self._folder = folder
        self._tails: dict[Path, _Tail] = {}
        self.run: Path | None = None
        self._look(skip=not from_start)

    def news(self) -> tuple[NewRecord, ...]:
        """The records written since the last call, by time."""
        self._look(skip=False)
        found = [news for tail in self._tails.values() if _grew(tail) for news in tail.news()]
        return tuple(sorted(found, key=lambda news: news.at))

    def topics(self) -> Iterator[tuple[small_mcap.Channel, small_mcap.Schema | None]]:
        """The topics of the segments so far."""
        for tail in self._tails.values():
            known = tail.segment.known
            for channel in known.channels.values():
                yield channel, known.schemas.get(channel.schema_id)

    def _look(self, *, skip: bool) -> None:
        folder = self._folder()
        if folder is None:
            return
        if folder != self.run:
            self.run = folder
            self._tails = {}
        paths = segments(folder)
        for path in paths:
            if path not in self._tails:
                self._tails[path] = _Tail(path)
                if skip:
                    self._tails[path].skip()
        for gone in self._tails.keys() - set(paths):
            del self._tails[gone]


def _grew(tail: _Tail) -> bool:
    try:
        return tail.segment.path.stat().st_size > tail.offset
    except OSError:
        return False
