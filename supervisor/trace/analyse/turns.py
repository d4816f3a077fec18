"""The turns of a run in brief: who spoke, what was answered, what became of it, and how soon. Pure but for `newest`.

A trace may come from anywhere: a field that is not what it should be counts as missing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from supervisor.trace.read.query import Query
from supervisor.trace.read.reader import Entry, Trace
from supervisor.trace.records import HandledLine

TYPES = ("TurnStarted", "ReplyEnded", "StageReached")
"""The messages that a brief is made of."""


class StageTime(msgspec.Struct, frozen=True):
    """A stage that a turn reached at `at` (epoch seconds), after `seconds` in it."""

    stage: str
    at: float
    seconds: float


class TurnBrief(msgspec.Struct, frozen=True):
    """began: epoch seconds of the end of what was said to it, or of the turn's first message. person: "" where unknown.

    outcome: said, cancelled, failed or ignored; "" where the trace has no end of it. first_words, first_sound, took:
    seconds from its beginning to the reply's first sentence, to its first sound and to its end; None for none."""

    turn: int
    began: float
    person: str = ""
    said: str = ""
    replied: str = ""
    outcome: str = ""
    detail: str = ""
    first_words: float | None = None
    first_sound: float | None = None
    took: float | None = None


def briefs(entries: Iterable[Entry]) -> tuple[TurnBrief, ...]:
    """The turns of which `entries` tell, the newest last."""
    found: dict[int, _Gathered] = {}
    for entry in entries:
        line = entry.line
        if isinstance(line, HandledLine) and line.turn and line.type in TYPES:
            found.setdefault(line.turn, _Gathered()).take(line)
    return tuple(found[turn].brief(turn) for turn in sorted(found))


def newest(trace: Trace, limit: int) -> tuple[TurnBrief, ...]:
    """The last `limit` turns of a run, the newest last. Reads no more of it than where they are."""
    wanted, since = _where(trace, limit)
    entries = (entry for type in TYPES for entry in trace.scan(Query(type=type, since=since)))
    return tuple(one for one in briefs(entries) if one.turn in wanted)


def _where(trace: Trace, limit: int) -> tuple[frozenset[int], float]:
    """The last turns, and when the first record of them may be, by the indexes."""
    parts = [part for index in trace.indexes().values() for part in index.parts]
    turns = frozenset(sorted({turn for part in parts for turn in part.turns if turn})[-limit:])
    return turns, min((part.first for part in parts if not turns.isdisjoint(part.turns)), default=0.0)


def fields_of(line: HandledLine) -> Mapping[str, Any]:
    """The message's fields; none where it is no message."""
    return line.message if isinstance(line.message, dict) else {}


def text_of(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def number_of(fields: Mapping[str, Any], name: str) -> float:
    value = fields.get(name)
    return float(value) if isinstance(value, int | float) and abs(value) < 1e12 else 0.0


def name_of(fields: Mapping[str, Any], name: str = "person") -> str:
    """The name of the person in a field."""
    person = fields.get(name)
    return text_of(person, "name") if isinstance(person, dict) else ""


def stages_of(entries: Iterable[Entry], turn: int) -> tuple[StageTime, ...]:
    """The stages that a turn reached, by time; of each the first."""
    found: dict[str, StageTime] = {}
    for entry in entries:
        line = entry.line
        if isinstance(line, HandledLine) and line.type == "StageReached" and line.turn == turn:
            stage = _stage(fields_of(line))
            found.setdefault(stage.stage, stage)
    return tuple(sorted(found.values(), key=lambda stage: stage.at))


def _stage(fields: Mapping[str, Any]) -> StageTime:
    return StageTime(text_of(fields, "stage"), number_of(fields, "at"), number_of(fields, "seconds"))


class _Gathered:
    """What is known of a turn so far."""

    def __init__(self) -> None:
        self._first = float("inf")
        self._started: Mapping[str, Any] = {}
        self._ended: Mapping[str, Any] = {}
        self._stages: dict[str, StageTime] = {}

    def take(self, line: HandledLine) -> None:
        self._first = min(self._first, line.wall)
        fields = fields_of(line)
        if line.type == "TurnStarted":
            self._started = self._started or fields
        elif line.type == "ReplyEnded":
            self._ended = self._ended or fields
        else:
            stage = _stage(fields)
            self._stages.setdefault(stage.stage, stage)

    def brief(self, turn: int) -> TurnBrief:
        spoken = self._stages.get("speech_ended")
        began = spoken.at if spoken is not None else self._first
        return TurnBrief(
            turn,
            began,
            name_of(self._started),
            text_of(self._started, "text"),
            text_of(self._ended, "text"),
            text_of(self._ended, "outcome"),
            text_of(self._ended, "detail"),
            self._after(began, "first_sentence"),
            self._after(began, "first_audio"),
            self._after(began, "reply_ended"),
        )

    def _after(self, began: float, stage: str) -> float | None:
        reached = self._stages.get(stage)
        return None if reached is None else max(0.0, reached.at - began)


def dropped(texts: Iterable[str]) -> bool:
    """Whether these are the lengths that stand for words where `trace.words` is drop."""
    spoken = [text for text in texts if text]
    return bool(spoken) and all(_is_length(text) for text in spoken)


def _is_length(text: str) -> bool:
    count = text.removeprefix("[").removesuffix(" characters]")
    return text == f"[{count} characters]" and count.isascii() and count.isdigit()


def texts_of(briefs: Iterable[TurnBrief]) -> Iterator[str]:
    """What was said and replied."""
    for one in briefs:
        yield one.said
        yield one.replied
