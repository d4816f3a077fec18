"""`--live`: plays the recorded input of the senses to a running instance."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from actors.system.messages import SYSTEM
from config.schema import Config
from supervisor.otp.spec import walk
from supervisor.replay.reconstruct import Unreplayable
from supervisor.trace.read.segment_reader import encoded_lines
from supervisor.trace.records import HandledLine, Line, decode_line
from supervisor.tree import DOMAINS, tree

SENSES = frozenset(child.address for child in walk(tree(Config())) if child.sense)
TOLD = frozenset(DOMAINS) - {SYSTEM}
"""The domains that get the input. Gerald measures by itself how it is doing."""
TYPED = "TextReceived"
LONGEST_PAUSE = 60.0
"""Seconds of trace time; longer pauses are shortened."""


class RecordedInput(msgspec.Struct, frozen=True):
    """A message to send. at: seconds after the first one. message: as JSON."""

    at: float
    to: str
    type: str
    message: Any


def recorded_inputs(lines: Iterable[Line]) -> Iterator[RecordedInput]:
    """The messages from the senses, and from people in writing, to the domains, by time."""
    first = last = skipped = 0.0
    for line in sorted((line for line in lines if _is_input(line)), key=lambda line: line.wall):
        assert isinstance(line, HandledLine)
        first = first or line.wall
        skipped += max(0.0, line.wall - (last or line.wall) - LONGEST_PAUSE)
        last = line.wall
        yield RecordedInput(line.wall - first - skipped, line.recipient, line.type, line.message)


def _is_input(line: Line) -> bool:
    if not isinstance(line, HandledLine) or line.recipient not in TOLD or line.answers:
        return False
    return line.sender.partition("/")[0] in SENSES or line.type == TYPED


def read_inputs(trace: Path) -> tuple[RecordedInput, ...]:
    """The inputs in a run's folder or a file. Raises Unreplayable if there are none."""
    lines = (
        decode_line(data) for data in encoded_lines(trace) if any(domain.encode() in data for domain in TOLD)
    )
    found = tuple(recorded_inputs(lines))
    if not found:
        raise Unreplayable(f"the senses told nothing in {trace}")
    return found


def play(
    found: Iterable[RecordedInput],
    tell: Callable[[str, str, Any], None],
    speed: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[RecordedInput]:
    """Send each input at its time, `speed` times as fast, and then yield it."""
    begun = clock()
    for item in found:
        if (left := item.at / speed - (clock() - begun)) > 0:
            wait(left)
        tell(item.to, item.type, item.message)
        yield item
