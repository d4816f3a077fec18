"""Reads traces: the runs in a folder, and a run's records of all nodes by time.

A torn tail or a damaged chunk never raises: it is left out and reported in `Trace.torn`. So the trace of a run that was
killed, or still goes on, reads like any other.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from supervisor.trace.layout import segments, segments_by_node
from supervisor.trace.read.decode import AnyLine, decode
from supervisor.trace.read.index import Index, IndexBuilder, load_index, save_index, spans
from supervisor.trace.read.query import Query
from supervisor.trace.read.segment_reader import EVERYTHING, SegmentReader, Torn, open_segment
from supervisor.trace.records import MailLine

ANCESTRY = 8
"""Most generations of causes: each costs a reading, and a timer that re-arms itself has no first cause."""
WINDOW = 65_536
"""Lines of a node that are held for sorting: they are written when a handler ends and ordered by its start."""
WORTH_SAVING = 2**20
"""Bytes by which an unfinished segment's index must have grown to be saved."""

EVERY = Query()

T = TypeVar("T")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One record, the node that wrote it, and the line as written."""

    node: str
    line: AnyLine
    data: bytes = b""


class Run(msgspec.Struct, frozen=True):
    """A run on disk. size: bytes. modified: epoch seconds."""

    name: str
    path: Path
    nodes: tuple[str, ...]
    segments: int
    size: int
    modified: float


def runs(directory: Path) -> tuple[Run, ...]:
    """Every run in `directory`, the newest first; none if the folder does not exist."""
    if not directory.is_dir():
        return ()
    found = (_run(folder) for folder in directory.iterdir() if folder.is_dir())
    return tuple(sorted((run for run in found if run is not None), key=lambda run: run.name, reverse=True))


def newest_run(directory: Path) -> Run | None:
    """The run that was started last, or None."""
    return next(iter(runs(directory)), None)


class Trace:
    """One run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._torn: dict[tuple[str, int], Torn] = {}
        self._indexes: dict[Path, Index] = {}

    @property
    def torn(self) -> tuple[Torn, ...]:
        """What could not be read of the segments so far: file, place and reason."""
        return tuple(self._torn.values())

    def read(self, query: Query | None = None) -> Iterator[Entry]:
        """The records that `query` asks for, by time. A handler that outlasted its segment may come late."""
        return self._merged(lambda path: self._segment(path, query or EVERY))

    def read_encoded(self, query: Query | None = None) -> Iterator[tuple[str, int, bytes]]:
        """Encoded lines that include these records, by time: node, time (ns), line."""
        return self._merged(lambda path: self._lines(path, query or EVERY))

    def scan(self, query: Query | None = None) -> Iterator[Entry]:
        """The same records as `read`, node by node in the order of writing, which is faster."""
        for path in segments(self.folder):
            for _, entry in self._segment(path, query or EVERY):
                yield entry

    def newest_turn(self) -> int:
        """The highest recorded turn; 0 for none."""
        parts = (part for index in self.indexes().values() for part in index.parts)
        return max((turn for part in parts for turn in part.turns), default=0)

    def ancestors(self, entries: tuple[Entry, ...], generations: int = ANCESTRY) -> tuple[Entry, ...]:
        """The causes of `entries` that are not among them, for several generations, the first cause first."""
        known = {entry.line.id for entry in entries if isinstance(entry.line, MailLine)}
        wanted = _causes(entries) - known
        found: list[Entry] = []
        for _ in range(generations):
            if not wanted:
                break
            more = tuple(self.read(Query(ids=frozenset(wanted))))
            found[:0] = more
            known |= wanted
            wanted = _causes(more) - known
        return tuple(found)

    def indexes(self) -> dict[Path, Index]:
        """The index of every segment. A missing one is built."""
        return {path: self._index(self._open(path)) for path in segments(self.folder)}

    def _open(self, path: Path) -> SegmentReader:
        return open_segment(path, self._report)

    def _report(self, torn: Torn) -> None:
        self._torn.setdefault((torn.path.name, torn.at), torn)

    def _merged(self, read: Callable[[Path], Iterator[tuple[int, T]]]) -> Iterator[T]:
        nodes = [_in_order(paths, read) for paths in segments_by_node(self.folder).values()]
        return (item for _, _, item in heapq.merge(*nodes, key=lambda found: found[:2]))

    def _segment(self, path: Path, query: Query) -> Iterator[tuple[int, Entry]]:
        everything = query == EVERY
        for at, (node, _, data) in self._lines(path, query):
            line = self._decoded(path, at, data)
            if line is not None and (everything or query.matches(line)):
                yield at, Entry(node, line, data)

    def _lines(self, path: Path, query: Query) -> Iterator[tuple[int, tuple[str, int, bytes]]]:
        segment = self._open(path)
        node = node_of(segment)
        if not query.is_of_node(node):
            return
        everything = query == EVERY or query == Query(node=query.node)
        wanted = EVERYTHING if everything else spans(self._index(segment), query)
        if not wanted:
            return
        for block in segment.blocks(wanted, None if everything else query.may_match):
            for at, data, _ in block.lines:
                if everything or query.may_match(data):
                    yield at, (node, at, data)

    def _decoded(self, path: Path, at: int, data: bytes) -> AnyLine | None:
        try:
            return decode(data, at)
        except msgspec.DecodeError as error:
            self._torn.setdefault((path.name, -at), Torn(path, 0, f"a line is not understood: {error}"))
            return None

    def _index(self, segment: SegmentReader) -> Index:
        """The index of the segment, extended if the segment has grown."""
        path = segment.path
        index = self._indexes.get(path) or load_index(path)
        if not index.complete:
            before = index.covered
            index = self._grown(index, segment)
            if index.covered - before >= WORTH_SAVING or (index.complete and not before):
                save_index(path, index)
        self._indexes[path] = index
        return index

    def _grown(self, index: Index, segment: SegmentReader) -> Index:
        builder = IndexBuilder(index)
        for block in segment.blocks(((index.covered, 2**63),)):
            for at, data, _ in block.lines:
                line = self._decoded(segment.path, at, data)
                if line is not None:
                    builder.line(line)
            builder.cut(block.end)
        return builder.index(complete=segment.finished)


def _in_order(
    paths: Sequence[Path], read: Callable[[Path], Iterator[tuple[int, T]]]
) -> Iterator[tuple[int, int, T]]:
    number = 0
    for path in paths:
        held: list[tuple[int, int, T]] = []
        for at, item in read(path):
            number += 1
            if len(held) < WINDOW:
                heapq.heappush(held, (at, number, item))
            else:
                yield heapq.heappushpop(held, (at, number, item))
        while held:
            yield heapq.heappop(held)


def node_of(segment: SegmentReader) -> str:
    """The node that wrote a segment, from its metadata or its file's name."""
    return segment.metadata.get("node", segment.path.name.rsplit(".", 2)[0])


def _run(folder: Path) -> Run | None:
    nodes = segments_by_node(folder)
    status = [path.stat() for paths in nodes.values() for path in paths]
    if not status:
        return None
    size, modified = sum(s.st_size for s in status), max(s.st_mtime for s in status)
    return Run(folder.name, folder, tuple(nodes), len(status), size, modified)


def _causes(entries: Sequence[Entry]) -> set[str]:
    return {entry.line.cause for entry in entries if isinstance(entry.line, MailLine) and entry.line.cause}
