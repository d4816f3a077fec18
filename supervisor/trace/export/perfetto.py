"""A trace as JSON in Chrome's trace event format, which ui.perfetto.dev opens.

A node is a process, an actor in it a thread, a handled message a slice. An arrow goes from the handler that sent a
message to the handler that got it. Times are whole microseconds since the epoch.

Perfetto nests slices of a track that touch or overlap, and draws no arrow from an empty one. So successive slices of an
actor are drawn apart, and a handler that took no time, as under the simulator's clock, as if it took ten microseconds.
"""

import json
from collections.abc import Generator, Iterable, Iterator
from typing import Any, NamedTuple

from supervisor.trace.analyse.show import record, row
from supervisor.trace.read.reader import Entry
from supervisor.trace.records import DeadLine, HandledLine, MailLine

Event = dict[str, Any]

FIRST_TRACK = 1000
"""Above all process numbers: Perfetto takes a thread with its process's number for the main thread."""
STILL = 10
"""Microseconds drawn for a handler that took none."""
SLACK = 1000
"""Microseconds by which successive handlers may overlap by the wall clock."""


def document(entries: Iterable[Entry]) -> Iterator[str]:
    """The file, piece by piece. entries: by time."""
    yield '{"displayTimeUnit": "ms", "traceEvents": [\n'
    before = ""
    for event in events(entries):
        yield before + json.dumps(event, default=str)
        before = ",\n"
    yield "\n]}\n"


def events(entries: Iterable[Entry]) -> Iterator[Event]:
    """The events; each track is named before its first event."""
    tracks = _Tracks()
    drawn: dict[str, _Slice] = {}
    flow = 0
    for entry in entries:
        line = entry.line
        shown = row(entry)
        if not isinstance(line, HandledLine):
            pid, track = yield from tracks.of(entry.node, shown.recipient or entry.node)
            what = f"{shown.type} [{shown.mark}]" if isinstance(line, DeadLine) else shown.type
            yield {"ph": "i", "s": "t", "name": what, "cat": "dead" if isinstance(line, DeadLine) else "life",
                   "args": _args(entry), "pid": pid, "tid": track.number, "ts": _us(line.wall)}  # fmt: skip
            continue
        cause = drawn.get(line.cause) if line.cause != line.id else None
        sent = cause.sent(line) if cause is not None else 0
        begun, took = _us(line.wall), _us(max(0.0, line.ended - line.begun))
        pid, track = yield from tracks.of(entry.node, line.handler, begun)
        one = _Slice(line, pid, track.number, max(begun, track.free, sent + 1), took or STILL)
        track.done, track.free = begun + took, one.at + one.long
        drawn[line.id] = one
        common = {"pid": pid, "tid": track.number, "ts": one.at}
        yield {"ph": "X", "name": line.type, "cat": "failed" if line.failure else "message",
               "dur": one.long, "args": _args(entry), **common}  # fmt: skip
        if cause is not None:
            flow += 1
            arrow = {"name": line.type, "cat": "cause", "id": flow}
            yield {"ph": "s", "pid": cause.pid, "tid": cause.tid, "ts": sent, **arrow}
            yield {"ph": "f", "bp": "e", **arrow, **common}


class _Slice(NamedTuple):
    """A handled message as drawn, in microseconds."""

    line: HandledLine
    pid: int
    tid: int
    at: int
    long: int

    def sent(self, line: MailLine) -> int:
        """When this handler sent `line`, before the end of the slice: an arrow at its end is not drawn."""
        after = _us(line.sent_at - self.line.begun) if self.line.ended > self.line.begun else self.long
        return self.at + min(max(0, after), self.long - 1)


class _Track:
    """A row of slices. done: when the last handler ended; free: where its drawing ends; microseconds."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.done = self.free = 0


class _Tracks:
    """Numbers for nodes and actors: Perfetto wants integers, and an event per name."""

    def __init__(self) -> None:
        self._pids: dict[str, int] = {}
        self._rows: dict[tuple[str, str], list[_Track]] = {}
        self._last = FIRST_TRACK

    def of(
        self, node: str, actor: str, begun: int | None = None
    ) -> Generator[Event, None, tuple[int, _Track]]:
        """The events that name a track which is new; returns its process and the track. begun: of a handler, which gets
        a second track where the first is still busy: a hung incarnation and its successor."""
        if node not in self._pids:
            self._pids[node] = len(self._pids) + 1
            yield _naming("process_name", node, self._pids[node], 0)
        pid, rows = self._pids[node], self._rows.setdefault((node, actor), [])
        for track in rows:
            if begun is None or begun + SLACK >= track.done:
                return pid, track
        self._last += 1
        rows.append(_Track(self._last))
        yield _naming("thread_name", actor, pid, self._last)
        return pid, rows[-1]


def _naming(what: str, name: str, pid: int, tid: int) -> Event:
    return {"ph": "M", "name": what, "pid": pid, "tid": tid, "args": {"name": name}}


def _args(entry: Entry) -> Event:
    """The record without the fields that the slice itself shows."""
    left_out = {"kind", "wall", "begun", "ended", "node"}
    return {name: value for name, value in record(entry).items() if name not in left_out}


def _us(seconds: float) -> int:
    return round(seconds * 1e6)
