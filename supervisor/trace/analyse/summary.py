"""A run in numbers, from the indexes of its segments, so that a large one is as quick as a small one."""

from functools import reduce

import msgspec

from supervisor.trace.read.index import Counts
from supervisor.trace.read.reader import Run, Trace
from supervisor.trace.read.segment_reader import Torn


class RunSummary(msgspec.Struct, frozen=True):
    """A run in numbers.

    began, ended: epoch seconds of the first and last record, 0 for none. size: bytes. turns: of conversation.
    lost: records noted as missing. unfinished: segments being written, or whose writer was killed.
    """

    run: str
    began: float
    ended: float
    nodes: tuple[str, ...]
    segments: int
    size: int
    handled: int
    dead: int
    failed: int
    lost: int
    turns: int
    unfinished: int
    torn: tuple[Torn, ...] = ()

    @property
    def seconds(self) -> float:
        return max(0.0, self.ended - self.began)


def summary(run: Run) -> RunSummary:
    """The numbers of `run`. A missing index is built."""
    trace = Trace(run.path)
    indexes = trace.indexes().values()
    counts: Counts = reduce(lambda so_far, index: so_far + index.counts, indexes, Counts())
    times = [index.times for index in indexes if index.times is not None]
    return RunSummary(
        run=run.name,
        began=min((first for first, _ in times), default=0.0),
        ended=max((last for _, last in times), default=0.0),
        nodes=run.nodes,
        segments=run.segments,
        size=run.size,
        handled=counts.handled,
        dead=counts.dead,
        failed=counts.failed,
        lost=counts.lost,
        turns=len({turn for index in indexes for part in index.parts for turn in part.turns if turn}),
        unfinished=sum(not index.complete for index in indexes),
        torn=tuple(torn for torn in trace.torn if not torn.why.startswith("not finished")),
    )
