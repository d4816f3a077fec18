"""The events of one turn: which stages it reached, and what the runtime added. Pure."""

import re
import statistics
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

import msgspec

PARTS = {
    "end_of_speech": "end-of-speech silence",
    "recognition": "Whisper",
    "first_sentence": "first clause",
    "synthesis": "Piper's first chunk",
    "first_audio": "the device's buffer",
}
"""The stages whose own times add up to the least time of a reply, and their titles."""


class Turn(msgspec.Struct, frozen=True):
    """One turn. at: when each stage was reached (epoch seconds). seconds: what each took."""

    number: int = 0
    heard: str = ""
    reply: str = ""
    outcome: str = ""
    at: Mapping[str, float] = {}
    seconds: Mapping[str, float] = {}

    @property
    def total(self) -> float:
        """Seconds from the last speech frame to the first reply audio; 0.0 when either is missing."""
        if "speech_ended" not in self.at or "first_audio" not in self.at:
            return 0.0
        return self.at["first_audio"] - self.at["speech_ended"]

    @property
    def added(self) -> float:
        """Seconds that the runtime added to those of PARTS."""
        return self.total - sum(self.seconds.get(part, 0.0) for part in PARTS)

    @property
    def missing(self) -> tuple[str, ...]:
        """Stages that a spoken turn should have reached and did not."""
        wanted = ("speech_ended", "recognition", *self._of_model, "first_audio", "chatbox")
        return tuple(stage for stage in wanted if stage not in self.at)

    @property
    def _of_model(self) -> tuple[str, ...]:
        """The model's stages; a reply that a rule gave has neither."""
        stages = ("first_token", "first_sentence")
        by_rule = self.outcome == "said" and not any(stage in self.at for stage in stages)
        return () if by_rule else stages


def fold(turn: Turn, event: Mapping[str, object]) -> Turn:
    """The turn after one event of the instance; events of other turns change nothing."""
    if event.get("turn") != turn.number:
        return turn
    kind = event["event"]
    if kind == "TurnStarted":
        return msgspec.structs.replace(turn, heard=event["text"])
    if kind == "StageReached":
        stage = str(event["stage"])
        if stage in turn.at:
            return turn
        at, seconds = {**turn.at, stage: event["at"]}, {**turn.seconds, stage: event["seconds"]}
        return msgspec.structs.replace(turn, at=at, seconds=seconds)
    if kind == "ReplyEnded":
        return msgspec.structs.replace(turn, outcome=event["outcome"], reply=event["text"])
    return turn


def alike(a: str, b: str) -> float:
    """The share of the words of `a` that `b` has in the same order: 0 to 1."""
    left, right = _words(a), _words(b)
    if not left:
        return 0.0
    blocks = SequenceMatcher(None, left, right, False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(left)


def median(values: Iterable[float]) -> float:
    """The median; 0.0 of nothing."""
    return statistics.median(tuple(values) or (0.0,))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.casefold())
