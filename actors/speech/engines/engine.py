"""What speech engines do: voice activity, transcription, a voice. One thread at a time uses an engine."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import msgspec
import numpy as np
from numpy.typing import NDArray

RATE = 16000  # what is listened to, in Hz

Samples = NDArray[np.float32]  # mono sound, shape (samples,), in [-1, 1], at RATE

Sound = NDArray[np.int16]  # mono sound, shape (samples,), at the voice's own rate


class EngineBroken(Exception):
    """An engine's model is missing or not usable. The message names the file; `remedy` says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class Transcription(msgspec.Struct, frozen=True):
    """Sound as text. no_speech: probability that nobody spoke, in [0, 1]. seconds: what it took.

    language: its code; certainty: of that, in [0, 1]. log_probability: of its parts of words, the mean."""

    text: str
    no_speech: float
    seconds: float
    language: str = "en"
    certainty: float = 1.0
    log_probability: float = 0.0


class VoiceActivity(Protocol):
    """Hears whether somebody speaks, in a stream of chunks."""

    def probability(self, chunk: Samples) -> float:
        """How likely the next 512 samples are speech, in [0, 1]."""
        ...

    def reset(self) -> None:
        """Forget what was heard: the next chunk begins a new stream."""
        ...


class Transcriber(Protocol):
    """Turns one utterance into text."""

    def transcribe(self, audio: Samples, expected: str = "") -> Transcription:
        """What is said in `audio`; what lies beyond 30 s is not listened to.

        expected: the language that it is probably in, "" where that is not known."""
        ...


@runtime_checkable
class Resting(Protocol):
    """A voice that has something to give back while nobody wants it to speak."""

    def rest(self) -> None:
        """Give back the memory that only the next sentence needs again. Never raises."""
        ...


class Voice(Protocol):
    """Turns text into sound."""

    @property
    def rate(self) -> int:
        """Samples a second of what `synthesize` gives."""
        ...

    @property
    def language(self) -> str:
        """What it speaks: two or three letters, as in speech.language."""
        ...

    @property
    def unread(self) -> tuple[str, ...]:
        """Scripts of its language that it cannot read all the same, by their Unicode names."""
        ...

    def synthesize(self, text: str) -> Iterator[Sound]:
        """The sound of `text`, piece by piece as it comes into being; nothing for text without a word."""
        ...
