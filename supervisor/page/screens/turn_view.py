"""One turn as its page draws it: bars in hundredths of the whole. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STEPS = 300
"""Messages of the tree that are shown."""
DEEPEST = 12
STAGES = {
    "speech_ended": "The person stopped speaking",
    "end_of_speech": "Waiting whether they had finished",
    "recognition": "Recognizing the words",
    "first_token": "The model's first word",
    "first_sentence": "The model's first sentence",
    "synthesis": "Making its first sound",
    "first_audio": "The sound device",
    "chatbox": "Shown in the chatbox",
    "reply_ended": "The reply was over",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar. x, width: of 100; an instant is as wide as can be seen."""

    label: str
    begin: float
    took: float
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DrawnStep:
    """A message of the tree with its bar. indent: levels."""

    step: Mapping[str, Any]
    indent: int
    bar: Drawn | None


@dataclass(frozen=True, slots=True)
class TurnView:
    """turn: what `supervisor trace turn --json` says. left_out: how many of its messages are not shown."""

    turn: Mapping[str, Any]
    stages: tuple[Drawn, ...]
    steps: tuple[DrawnStep, ...]
    left_out: int

    def told(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        """What the model was told of this kind."""
        return tuple(one for one in self.turn["told"] if one["kind"] == kind)


def view(turn: Mapping[str, Any]) -> TurnView:
    stages = turn["stages"]
    first = min((one["begin"] for one in stages), default=0.0)
    last = max((one["begin"] + one["took"] for one in stages), default=0.0)
    drawn = tuple(
        _drawn(STAGES.get(one["stage"], one["stage"]), one["begin"], one["took"], first, last)
        for one in stages
    )
    steps = turn["steps"]
    return TurnView(turn, drawn, _steps(steps), max(0, len(steps) - STEPS) + turn["left_out"])


def _steps(steps: Sequence[Mapping[str, Any]]) -> tuple[DrawnStep, ...]:
    """Their bars lie within the turn: what led to it may be long ago."""
    handled = [step for step in steps if step["took"] is not None]
    first = max(0.0, min((step["begin"] for step in handled), default=0.0))
    last = max((step["begin"] + step["took"] for step in handled), default=0.0)
    return tuple(
        DrawnStep(
            step,
            min(step["depth"], DEEPEST),
            None if step["took"] is None else _drawn("", step["begin"], step["took"], first, last),
        )
        for step in steps[:STEPS]
    )


def _drawn(label: str, begin: float, took: float, first: float, last: float) -> Drawn:
    whole = max(last - first, 1e-6)
    x = min(max((begin - first) / whole * 100, 0.0), 99.5)
    return Drawn(label, begin, took, round(x, 2), round(min(max(took / whole * 100, 0.5), 100 - x), 2))
