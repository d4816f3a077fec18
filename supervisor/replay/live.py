"""`--live`: what the senses told then, told to a system that runs now."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from actors.system.messages import SYSTEM
from config.schema import Config
from supervisor.otp.spec import walk
from supervisor.replay.reconstruct import Unreplayable
from supervisor.trace.layout import segments_by_node
from supervisor.trace.read.segment_reader import open_segment
from supervisor.trace.records import HandledLine, Line, decode_line
from supervisor.tree import DOMAINS, tree

__all__ = ["Cue", "cues", "play", "read_cues"]

SENSES = frozenset(child.address for child in walk(tree(Config())) if child.sense)
TOLD = frozenset(DOMAINS) - {SYSTEM}
"""How Gerald itself is doing is measured anew."""
TYPED = "TextReceived"
LONGEST_PAUSE = 60.0
"""Seconds of trace time of a pause that is kept; in a longer one nothing happens anyway."""


class Cue(msgspec.Struct, frozen=True):
    """A message to give: how many seconds after the first one, to whom, of what type, and the message as JSON."""

    at: float
    to: str
    type: str
    message: Any


def cues(lines: Iterable[Line]) -> Iterator[Cue]:
    """What the senses, and whoever wrote, told the domains, in the order of time."""
    first = last = skipped = 0.0
    for line in sorted((line for line in lines if _is_cue(line)), key=lambda line: line.wall):
        assert isinstance(line, HandledLine)
        first = first or line.wall
        skipped += max(0.0, line.wall - (last or line.wall) - LONGEST_PAUSE)
        last = line.wall
        yield Cue(line.wall - first - skipped, line.recipient, line.type, line.message)


def _is_cue(line: Line) -> bool:
    if not isinstance(line, HandledLine) or line.recipient not in TOLD or line.answers:
        return False
    return line.sender.partition("/")[0] in SENSES or line.type == TYPED


def read_cues(trace: Path) -> tuple[Cue, ...]:
    """Of a run's folder or a file. Raises Unreplayable when there are none."""
    lines = (
        decode_line(data)
        for paths in segments_by_node(trace).values()
        for path in paths
        for _, data in open_segment(path, lambda torn: None).lines()
        if any(domain.encode() in data for domain in TOLD)
    )
    found = tuple(cues(lines))
    if not found:
        raise Unreplayable(f"the senses told nothing in {trace}")
    return found


def play(
    found: Iterable[Cue],
    tell: Callable[[str, str, Any], None],
    speed: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[Cue]:
    """Tell each at its time, `speed` times as fast; each that was told."""
    begun = clock()
    for cue in found:
        if (left := cue.at / speed - (clock() - begun)) > 0:
            wait(left)
        tell(cue.to, cue.type, cue.message)
        yield cue
