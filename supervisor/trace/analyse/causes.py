"""Follows causes through a trace: down from a message to all that it led to, and up to the outside event."""

import re
from collections.abc import Iterator

import msgspec

from supervisor.trace.read.decode import decode, failure_of
from supervisor.trace.read.query import Query
from supervisor.trace.read.reader import Entry, Trace
from supervisor.trace.records import HandledLine, MailLine

LONGEST = 1000
"""Most causes followed upwards: a timer that re-arms itself has no first cause."""

_CAUSE = re.compile(rb'"cause":"((?:[^"\\]|\\.)*)"')


class CauseChain(msgspec.Struct, frozen=True):
    """How a message came about.

    entries: from the outside event, or the first in the trace, to the message.
    missing: the first entry's cause, which is not in the trace; "" if it came from outside.
    cut: whether the chain goes on beyond the limit."""

    entries: tuple[Entry, ...]
    missing: str = ""
    cut: bool = False


def why(trace: Trace, id: str, limit: int = LONGEST) -> CauseChain | None:
    """The chain of causes of message `id`; None if the trace has no such message."""
    entries: list[Entry] = []
    seen: set[str] = set()
    wanted = id
    while wanted and wanted not in seen and len(entries) < limit:
        if (found := _one(trace, wanted)) is None:
            break
        seen.add(wanted)
        entries.append(found)
        assert isinstance(found.line, MailLine)
        wanted = found.line.cause
    if not entries:
        return None
    cut = len(entries) == limit and bool(wanted)
    return CauseChain(tuple(reversed(entries)), "" if cut or wanted in seen else wanted, cut)


def effects(trace: Trace, id: str, until: float | None = None) -> Iterator[Entry]:
    """Message `id` and all its effects, by time, up to `until` (epoch seconds). Reads once, forwards from its time."""
    first = _one(trace, id)
    if first is None:
        return
    wanted = {_encoded(id)}
    yield first
    for node, at, data in trace.read_encoded(Query(since=first.line.wall, until=until)):
        if wanted.isdisjoint(_CAUSE.findall(data)):
            continue
        line = decode(data, at)
        # A message may also have a field of that name; only the decoded line is certain.
        if isinstance(line, MailLine) and line.id != id and _encoded(line.cause) in wanted:
            wanted.add(_encoded(line.id))
            yield Entry(node, line, data)


def _encoded(id: str) -> bytes:
    return msgspec.json.encode(id)[1:-1]


def _one(trace: Trace, id: str) -> Entry | None:
    """The record of a message: its handling before its death, a failed one before others."""

    def weight(entry: Entry) -> tuple[bool, bool]:
        return isinstance(entry.line, HandledLine), failure_of(entry.line) is not None

    return max(trace.read(Query(ids=frozenset({id}))), key=weight, default=None)
