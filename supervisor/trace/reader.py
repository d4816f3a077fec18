"""Reads traces: the runs in a folder, and a run's records over all its nodes in the order of time.

A torn tail or a damaged chunk is cut out and reported in `Trace.torn`; it never raises, so that the
trace of a run that was killed, or that is still going on, reads like any other.
"""

import heapq
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from supervisor.trace.form import Line, MailLine, StartedLine, StoppedLine, decode_line
from supervisor.trace.scan import Segment, Torn, open_segment

__all__ = ["Entry", "Query", "Run", "Torn", "Trace", "newest_run", "runs"]

_TURN = re.compile(rb'"turn":(\d+)')
_FILE = re.compile(r"(?P<node>.+)\.(?P<number>\d+)\.mcap")


ANCESTRY = 8
"""Generations looked for above what was asked for: each costs a reading, and a timer that re-arms
itself has no first.
"""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One record, and the node that wrote it."""

    node: str
    line: Line


class Run(msgspec.Struct, frozen=True):
    """A run on disk. size: bytes. modified: epoch seconds of the last writing."""

    name: str
    path: Path
    nodes: tuple[str, ...]
    segments: int
    size: int
    modified: float


class Query(msgspec.Struct, frozen=True):
    """Which records are wanted; what is left empty does not matter.

    actor: an address, matched against recipient and sender, with all its instances (`detector` takes
    `detector/1` in). type: a message type. ids: of messages.
    """

    turn: int | None = None
    actor: str = ""
    type: str = ""
    ids: frozenset[str] = frozenset()

    def matches(self, line: Line) -> bool:
        """Whether a record is wanted."""
        if isinstance(line, MailLine):
            return (
                (self.turn is None or line.turn == self.turn)
                and (not self.type or line.type == self.type)
                and (not self.ids or line.id in self.ids)
                and (not self.actor or self._is_actor(line.recipient) or self._is_actor(line.sender))
            )
        if self.turn is not None or self.type or self.ids:
            return False
        if isinstance(line, StartedLine | StoppedLine):
            return not self.actor or self._is_actor(line.address)
        return not self.actor

    def may_match(self, data: bytes) -> bool:
        """A cheap look at an encoded line; False is certain."""
        if self.turn and b'"turn":%d' % self.turn not in data:
            return False
        return not self.type or self.type.encode() in data

    def _is_actor(self, address: str) -> bool:
        return address.partition("~")[0] == self.actor or address.startswith(f"{self.actor}/")


def runs(directory: Path) -> tuple[Run, ...]:
    """Every run in `directory`, the newest first; none if there is no such folder."""
    if not directory.is_dir():
        return ()
    found = (_run(folder) for folder in directory.iterdir() if folder.is_dir())
    return tuple(sorted((run for run in found if run is not None), key=lambda run: run.name, reverse=True))


def newest_run(directory: Path) -> Run | None:
    """The run that was started last; None when there is none."""
    return next(iter(runs(directory)), None)


class Trace:
    """One run. `torn` holds what had to be cut out of the segments read so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._torn: dict[tuple[str, int], Torn] = {}

    @property
    def torn(self) -> tuple[Torn, ...]:
        """What could not be read: which file, where, and why."""
        return tuple(self._torn.values())

    def read(self, query: Query | None = None) -> Iterator[Entry]:
        """The records that `query` asks for, by time; a handler that outlasted its segment may come late."""
        query = query or Query()
        nodes = [self._read_node(paths, query) for paths in _files(self.folder).values()]
        return (entry for _, _, entry in heapq.merge(*nodes, key=lambda item: item[:2]))

    def newest_turn(self) -> int:
        """The highest turn that was handled; 0 for none."""
        newest = 0
        for paths in _files(self.folder).values():
            for path in reversed(paths):
                before = newest
                for _, data in self._open(path).lines():
                    newest = max(newest, _turn(data, newest))
                if newest > before:
                    break
        return newest

    def ancestors(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """The causes of `entries`, and theirs, up to `ANCESTRY` generations, that are not among them."""
        known = {entry.line.id for entry in entries if isinstance(entry.line, MailLine)}
        wanted = _causes(entries) - known
        found: list[Entry] = []
        for _ in range(ANCESTRY):
            if not wanted:
                break
            more = tuple(self.read(Query(ids=frozenset(wanted))))
            found += more
            known |= wanted
            wanted = _causes(more) - known
        return tuple(found)

    def metadata(self) -> dict[str, dict[str, str]]:
        """What each segment says of itself, by file name."""
        return {
            path.name: self._open(path).metadata for paths in _files(self.folder).values() for path in paths
        }

    def _open(self, path: Path) -> Segment:
        return open_segment(path, lambda torn: self._torn.setdefault((torn.path.name, torn.at), torn))

    def _read_node(self, paths: list[Path], query: Query) -> Iterator[tuple[int, int, Entry]]:
        number = 0
        for path in paths:
            segment = self._open(path)
            node = segment.metadata.get("node", path.name.rsplit(".", 2)[0])
            wanted = sorted(
                ((at, data) for at, data in segment.lines() if query.may_match(data)),
                key=lambda item: item[0],
            )
            for at, data in wanted:
                try:
                    line = decode_line(data)
                except msgspec.DecodeError as error:
                    self._torn.setdefault(
                        (path.name, -at), Torn(path, 0, f"a line is not understood: {error}")
                    )
                    continue
                number += 1
                if query.matches(line):
                    yield at, number, Entry(node, line)


def _files(folder: Path) -> dict[str, list[Path]]:
    """The segments of each node, in the order they were written."""
    found = sorted((match["node"], int(match["number"]), path) for path, match in _named(folder))
    nodes: dict[str, list[Path]] = {}
    for node, _, path in found:
        nodes.setdefault(node, []).append(path)
    return nodes


def _named(folder: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if match := _FILE.fullmatch(path.name):
            yield path, match


def _run(folder: Path) -> Run | None:
    nodes = _files(folder)
    status = [path.stat() for paths in nodes.values() for path in paths]
    if not status:
        return None
    size, modified = sum(s.st_size for s in status), max(s.st_mtime for s in status)
    return Run(folder.name, folder, tuple(nodes), len(status), size, modified)


def _turn(data: bytes, above: int) -> int:
    """The turn of an encoded line if it is above `above`, else 0."""
    if not any(int(turn) > above for turn in _TURN.findall(data)):
        return 0
    try:
        line = decode_line(data)
    except msgspec.DecodeError:
        return 0
    return line.turn if isinstance(line, MailLine) else 0


def _causes(entries: tuple[Entry, ...]) -> set[str]:
    return {entry.line.cause for entry in entries if isinstance(entry.line, MailLine) and entry.line.cause}
