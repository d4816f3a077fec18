"""Statistics of a trace: messages of each type, how long they waited and were handled, and the stages of turns.

The wait is the time from sending to the start of the handler, by the monotonic clock that all processes of a machine
share. It is unknown where the clocks of sender and handler differ.
"""

import heapq
import math
from array import array
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

import msgspec

from supervisor.otp.messages import ROOT
from supervisor.trace.read.query import is_actor
from supervisor.trace.read.reader import Entry
from supervisor.trace.records import DeadLine, HandledLine

SAME_CLOCK = 1.0
"""Seconds by which two nodes' clocks may differ and still count as one: the wall clock is adjusted at times."""


class Spread(msgspec.Struct, frozen=True):
    """The distribution of durations, in seconds."""

    p50: float
    p95: float
    p99: float
    most: float


class TypeStats(msgspec.Struct, frozen=True):
    """One message type. rate: handled messages per second. busy: total seconds of handlers. waited: None if unknown."""

    type: str
    handled: int
    dead: int
    failed: int
    rate: float
    busy: float
    handling: Spread | None
    waited: Spread | None


class StageStats(msgspec.Struct, frozen=True):
    """A stage of turns. took: the duration of the stage itself. after: from the start of the turn, which is the end of
    the person's speech, or the first message of a typed turn."""

    stage: str
    turns: int
    took: Spread | None
    after: Spread | None


class Slow(msgspec.Struct, frozen=True):
    """A slow message. seconds: in its handler, or waiting for it."""

    id: str
    type: str
    handler: str
    wall: float
    seconds: float


class TraceStats(msgspec.Struct, frozen=True):
    """All selected records. began, ended: epoch seconds, 0 for none. unclear: handled messages with an unknown wait."""

    began: float
    ended: float
    handled: int
    dead: int
    failed: int
    types: tuple[TypeStats, ...]
    stages: tuple[StageStats, ...]
    slowest: tuple[Slow, ...]
    longest_waits: tuple[Slow, ...]
    unclear: int

    @property
    def seconds(self) -> float:
        return max(0.0, self.ended - self.began)


def percentile(ordered: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of the ordered values do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def measure(entries: Iterable[Entry], slowest: int = 10) -> TraceStats:
    """The statistics of `entries`. slowest: how many of the slowest messages to name."""
    measured = _Measurements(slowest)
    for entry in entries:
        measured.take(entry)
    return measured.stats()


class _Type:
    def __init__(self) -> None:
        self.dead = self.failed = 0
        self.handling = array("d")
        self.waits: dict[tuple[str, str], array[float]] = {}


class _Measurements:
    def __init__(self, slowest: int) -> None:
        self._most = slowest
        self._number = count()
        self._began, self._ended = math.inf, 0.0
        self._types: dict[str, _Type] = {}
        self._clocks: dict[str, float] = {}
        self._nodes: dict[str, str] = {}
        self._slow: list[tuple[float, int, Slow]] = []
        self._waits: list[tuple[float, int, Slow, tuple[str, str]]] = []
        self._stages: dict[tuple[int, str], tuple[float, float]] = {}
        self._turns: dict[int, float] = {}

    def take(self, entry: Entry) -> None:
        line = entry.line
        self._began, self._ended = min(self._began, line.wall), max(self._ended, line.wall)
        if isinstance(line, DeadLine):
            self._types.setdefault(line.type, _Type()).dead += 1
        elif isinstance(line, HandledLine):
            self._handled(entry.node, line)

    def _handled(self, node: str, line: HandledLine) -> None:
        kind = self._types.setdefault(line.type, _Type())
        took = max(0.0, line.ended - line.begun)
        kind.handling.append(took)
        kind.failed += line.failure is not None
        self._clocks.setdefault(node, line.wall - line.begun)
        self._nodes[line.handler] = node
        slow = Slow(line.id, line.type, line.handler, line.wall, took)
        _keep(self._slow, (took, next(self._number), slow), self._most)
        if line.sent_at:
            sender = line.sender.partition("~")[0]
            waited = max(0.0, line.begun - line.sent_at)
            kind.waits.setdefault((sender, node), array("d")).append(waited)
            if len(self._waits) < self._most or waited > self._waits[0][0]:
                late = Slow(line.id, line.type, line.handler, line.wall, waited)
                # Some may prove unclear, so more are kept.
                _keep(self._waits, (waited, next(self._number), late, (sender, node)), self._most * 10)
        if line.turn:
            self._turns[line.turn] = min(line.wall, self._turns.get(line.turn, math.inf))
            if line.type == "StageReached":
                self._stage(line.turn, line.message)

    def _stage(self, turn: int, message: Any) -> None:
        if not isinstance(message, dict):
            return
        stage, at, seconds = message.get("stage"), message.get("at"), message.get("seconds", 0.0)
        if isinstance(stage, str) and isinstance(at, int | float) and isinstance(seconds, int | float):
            self._stages.setdefault((turn, stage), (float(at), float(seconds)))

    def stats(self) -> TraceStats:
        seconds = max(self._ended - self._began, 1e-9)
        types = tuple(self._of_type(name, kind, seconds) for name, kind in self._types.items())
        known = sum(
            len(w) for kind in self._types.values() for key, w in kind.waits.items() if self._one_clock(key)
        )
        handled = sum(kind.handled for kind in types)
        waits = (slow for _, _, slow, key in sorted(self._waits, reverse=True) if self._one_clock(key))
        return TraceStats(
            began=self._began if self._ended else 0.0,
            ended=self._ended,
            handled=handled,
            dead=sum(kind.dead for kind in types),
            failed=sum(kind.failed for kind in types),
            types=tuple(sorted(types, key=lambda kind: (-kind.busy, kind.type))),
            stages=self._of_stages(),
            slowest=tuple(slow for _, _, slow in sorted(self._slow, reverse=True)),
            longest_waits=tuple(waits)[: self._most],
            unclear=handled - known,
        )

    def _of_type(self, name: str, kind: _Type, seconds: float) -> TypeStats:
        waits = [wait for key, some in kind.waits.items() if self._one_clock(key) for wait in some]
        handled = len(kind.handling)
        busy = sum(kind.handling)
        rate = handled / seconds
        spread = _spread(kind.handling)
        return TypeStats(name, handled, kind.dead, kind.failed, rate, busy, spread, _spread(waits))

    def _one_clock(self, key: tuple[str, str]) -> bool:
        """Whether sender and handler share a clock. A sender that handled nothing counts as the root's."""
        sender, node = key
        home = self._nodes.get(sender) or next(
            (found for address, found in self._nodes.items() if is_actor(address, sender)), ROOT
        )
        here = self._clocks[node]
        return abs(self._clocks.get(home, here) - here) <= SAME_CLOCK

    def _of_stages(self) -> tuple[StageStats, ...]:
        begins = dict(self._turns)
        for (turn, stage), (at, _) in self._stages.items():
            if stage == "speech_ended":
                begins[turn] = at
        took: dict[str, list[float]] = {}
        after: dict[str, list[float]] = {}
        for (turn, stage), (at, seconds) in self._stages.items():
            took.setdefault(stage, []).extend([seconds] if seconds else [])
            after.setdefault(stage, []).append(max(0.0, at - begins[turn]))
        stages = [
            StageStats(name, len(after[name]), _spread(took[name]), _spread(after[name])) for name in took
        ]
        return tuple(sorted(stages, key=lambda stage: stage.after.p50 if stage.after else 0.0))


def _keep(kept: list[Any], item: Any, most: int) -> None:
    if len(kept) < most:
        heapq.heappush(kept, item)
    elif most:
        heapq.heappushpop(kept, item)


def _spread(values: Iterable[float]) -> Spread | None:
    ordered = sorted(values)
    if not ordered:
        return None
    p50, p95, p99 = (percentile(ordered, part) for part in (0.5, 0.95, 0.99))
    return Spread(p50, p95, p99, ordered[-1])
