"""A trace as JSON in Chrome's trace event format, which ui.perfetto.dev opens.

A node is a process, an actor in it a thread, a handled message a slice. An arrow goes from the handler that sent a
message to the handler that got it. Times are microseconds since the epoch.
"""

import json
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from supervisor.trace.form import DeadLine, HandledLine, MailLine
from supervisor.trace.reader import Entry
from supervisor.trace.show import record, row

__all__ = ["document", "events"]

Event = dict[str, Any]


def document(entries: Iterable[Entry]) -> Iterator[str]:
    """The file piece by piece. entries: by time."""
    yield '{"displayTimeUnit": "ms", "traceEvents": [\n'
    before = ""
    for event in events(entries):
        yield before + json.dumps(event, ensure_ascii=False, default=str)
        before = ",\n"
    yield "\n]}\n"


def events(entries: Iterable[Entry]) -> Iterator[Event]:
    """The events, those that name a track before the first on it."""
    tracks = _Tracks()
    begun: dict[str, tuple[HandledLine, int, int]] = {}
    flow = 0
    for entry in entries:
        line = entry.line
        shown = row(entry)
        handler = line.handler if isinstance(line, HandledLine) else shown.recipient or entry.node
        pid, tid = yield from tracks.of(entry.node, handler)
        common = {"pid": pid, "tid": tid, "ts": _us(line.wall)}
        if not isinstance(line, HandledLine):
            what = f"{shown.type} [{shown.mark}]" if isinstance(line, DeadLine) else shown.type
            yield {"ph": "i", "s": "t", "name": what, "cat": "dead" if isinstance(line, DeadLine) else "life",
                   "args": _args(entry), **common}  # fmt: skip
            continue
        yield {"ph": "X", "name": line.type, "cat": "failed" if line.failure else "message",
               "dur": _us(max(0.0, line.ended - line.begun)), "args": _args(entry), **common}  # fmt: skip
        begun[line.id] = (line, pid, tid)
        if line.cause in begun and line.cause != line.id:
            flow += 1
            cause, from_pid, from_tid = begun[line.cause]
            arrow = {"name": line.type, "cat": "cause", "id": flow}
            yield {"ph": "s", "pid": from_pid, "tid": from_tid, "ts": _us(_sent(cause, line)), **arrow}
            yield {"ph": "f", "bp": "e", **arrow, **common}


class _Tracks:
    """Numbers for nodes and actors: Perfetto wants integers, and an event for each name."""

    def __init__(self) -> None:
        self._pids: dict[str, int] = {}
        self._tids: dict[tuple[str, str], int] = {}

    def of(self, node: str, actor: str) -> Generator[Event, None, tuple[int, int]]:
        """The events that name a track which is new; returns its process and thread."""
        if node not in self._pids:
            self._pids[node] = len(self._pids) + 1
            yield _naming("process_name", node, self._pids[node], 0)
        pid, key = self._pids[node], (node, actor)
        if key not in self._tids:
            self._tids[key] = len(self._tids) + 1
            yield _naming("thread_name", actor, pid, self._tids[key])
        return pid, self._tids[key]


def _naming(what: str, name: str, pid: int, tid: int) -> Event:
    return {"ph": "M", "name": what, "pid": pid, "tid": tid, "args": {"name": name}}


def _sent(cause: HandledLine, line: MailLine) -> float:
    """When `line` was sent, within the slice of what sent it, epoch seconds."""
    after = line.sent_at - cause.begun
    return cause.wall + min(max(0.0, after), max(0.0, cause.ended - cause.begun))


def _args(entry: Entry) -> Event:
    """What Perfetto shows of a slice: the record without what the slice itself shows."""
    left_out = {"kind", "wall", "begun", "ended", "node"}
    return {name: value for name, value in record(entry).items() if name not in left_out}


def _us(seconds: float) -> float:
    return round(seconds * 1e6, 3)
