"""The number of an utterance's voice: found on a thread, not waited for, and without the points it comes from."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actors.kernel.checkpoint import LeftOut, taken
from actors.speech.diarization.clusters import Points
from actors.speech.diarization.diarizer import NUMBERS, Diarizer
from actors.speech.engines.engine import RATE, Samples
from actors.speech.listening.segments import SpeechSegment
from actors.speech.recognizer import Recognizer
from config.schema import Speech

AT = 1_700_000_000.0


class Context:
    """What the diarizer asks of its actor."""

    address = "speech.recognizer"

    def __init__(self, incarnation: int = 1) -> None:
        self.incarnation = incarnation


class LevelIsVoice:
    """A double of the encoder: the level of the sound is the direction of its points. It waits for `go`."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.seconds: list[float] = []

    def windows(self, audio: Samples) -> Points:
        assert self.go.wait(10.0)
        self.seconds.append(audio.size / RATE)
        direction = round(float(audio.max()) * 32768)
        if direction == 9:
            raise ValueError("broken on purpose")
        return np.tile(np.eye(256, dtype=np.float32)[direction], (max(0, audio.size // 6400 - 1), 1))


class Ears:
    """A diarizer, and pieces for it."""

    def __init__(self, incarnation: int = 1) -> None:
        self.encoder = LevelIsVoice()
        self.unwanted: set[int] = set()
        self.diarizer = Diarizer(lambda segment: segment not in self.unwanted)
        context: Any = Context(incarnation)
        self.diarizer.open(self.encoder, context)

    def listen(self, segment: int, direction: int, seconds: float = 4.0) -> None:
        pcm = np.full(int(seconds * RATE), direction, dtype="<i2").tobytes()
        self.diarizer.listen(SpeechSegment(pcm, segment, 0.9, "cause"))

    def settled(self) -> None:
        with self.diarizer._change:
            assert self.diarizer._change.wait_for(lambda: not self.diarizer._pending, 10.0)

    def voice(self, segment: int, direction: int, **how: bool) -> int:
        self.listen(segment, direction)
        self.settled()
        return self.diarizer.voice((segment,), AT, **how)


@pytest.fixture
def ears() -> Iterator[Ears]:
    made = Ears()
    yield made
    made.encoder.go.set()
    made.diarizer.stop()


def test_two_voices_have_two_numbers(ears: Ears) -> None:
    assert [ears.voice(n, direction) for n, direction in enumerate((1, 2, 1, 2))] == [1, 2, 1, 2]


def test_a_guess_knows_the_voice_and_learns_none(ears: Ears) -> None:
    ears.listen(1, 1)
    ears.settled()
    assert ears.diarizer.guess((1,)) == 0
    assert ears.diarizer.voice((1,), AT) == 1
    ears.listen(2, 1)
    ears.settled()
    assert ears.diarizer.guess((2,)) == 1


def test_what_is_not_known_in_time_is_nobodys(ears: Ears) -> None:
    ears.encoder.go.clear()
    ears.listen(1, 1)
    assert ears.diarizer.voice((1,), AT) == 0


def test_the_pieces_of_an_utterance_are_one_voice(ears: Ears) -> None:
    for piece in (1, 2):
        ears.listen(piece, 1, 1.6)  # three windows each: too short alone
    ears.settled()
    assert ears.diarizer.guess((1,)) == 0
    assert ears.diarizer.voice((1, 2), AT) == 1


def test_what_is_over_the_bots_voice_is_told_but_makes_no_voice(ears: Ears) -> None:
    assert ears.voice(1, 1, learn=False) == 0
    assert ears.voice(2, 1) == 1
    assert ears.voice(3, 1, learn=False) == 1


def test_a_piece_that_nobody_asks_for_any_more_is_not_looked_at(ears: Ears) -> None:
    ears.unwanted.add(1)
    assert ears.voice(1, 1) == 0
    assert ears.encoder.seconds == []


def test_only_the_newest_seconds_of_a_long_piece_are_looked_at(ears: Ears) -> None:
    ears.listen(1, 1, 15.0)
    ears.settled()
    assert ears.encoder.seconds == [6.0]


def test_an_encoder_that_fails_costs_a_number_and_nothing_else(ears: Ears) -> None:
    assert ears.voice(1, 9) == 0
    assert ears.voice(2, 1) == 1


def test_the_numbers_of_the_next_incarnation_begin_above() -> None:
    second = Ears(incarnation=2)
    assert second.voice(1, 1) == NUMBERS + 1
    second.diarizer.stop()


def test_without_an_encoder_every_voice_is_zero() -> None:
    diarizer = Diarizer(lambda _: True)
    diarizer.listen(SpeechSegment(bytes(64000), 1, 0.9, "cause"))
    assert (diarizer.guess((1,)), diarizer.voice((1,), AT)) == (0, 0)
    diarizer.stop()


def test_a_checkpoint_of_the_recognizer_leaves_the_voices_out() -> None:
    assert dict(taken(Recognizer(Speech(), Path())))["_diarizer"] == LeftOut("Diarizer")
