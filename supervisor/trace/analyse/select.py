"""Selects what `supervisor trace show` shows: by default the newest turn, with all that led to it."""

from collections import deque
from collections.abc import Iterable
from pathlib import Path

import msgspec

from supervisor.trace.analyse.causes import effects
from supervisor.trace.layout import segments_by_node
from supervisor.trace.read.query import Query
from supervisor.trace.read.reader import Entry, Trace, newest_run
from supervisor.trace.read.segment_reader import Torn


class Selection(msgspec.Struct, frozen=True):
    """What to show, by time. turn: the one shown, 0 for none. left_out: how many older records exceed the limit."""

    run: str
    entries: tuple[Entry, ...] = ()
    turn: int = 0
    left_out: int = 0
    torn: tuple[Torn, ...] = ()


def select(
    directory: Path, query: Query | None = None, *, run: str = "", cause: str = "", limit: int = 2000
) -> Selection | None:
    """The records of `run` ("" for the newest) that `query` asks for; None if there is no such run.

    cause: the id of a message; only it and its effects are selected.
    Without a query: the newest turn and its causes, or the newest `limit` records if there was no turn yet.
    """
    query = query or Query()
    folder = folder_of(directory, run)
    if folder is None:
        return None
    trace = Trace(folder)
    if query == Query() and not cause and (newest := trace.newest_turn()):
        query = Query(turn=newest)
    kept: deque[Entry] = deque(maxlen=limit)
    count = 0
    for entry in _found(trace, query, cause):
        kept.append(entry)
        count += 1
    entries = tuple(kept)
    if query.turn and query == Query(turn=query.turn):
        entries = trace.ancestors(entries) + entries
    entries = tuple(sorted(entries, key=lambda entry: entry.line.wall))
    return Selection(folder.name, entries, query.turn or 0, count - len(kept), trace.torn)


def _found(trace: Trace, query: Query, cause: str) -> Iterable[Entry]:
    if not cause:
        return trace.read(query)
    return (entry for entry in effects(trace, cause, query.until) if query.matches(entry.line))


def folder_of(directory: Path, run: str) -> Path | None:
    """The folder of a run, or None. run: its name, its folder anywhere, or "" for the newest."""
    if not run:
        newest = newest_run(directory)
        return newest.path if newest is not None else None
    named = (directory / run,) if Path(run).name == run else ()
    return next((folder for folder in (*named, Path(run)) if segments_by_node(folder)), None)
