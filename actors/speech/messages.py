"""What the speech room accepts and announces: words out of sound, and sound out of words."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address

RECOGNIZER = Address("speech.recognizer")
SYNTHESIZER = Address("speech.synthesizer")


class SpeechStarted(Message):
    """Somebody has begun to speak, at `at` (epoch seconds)."""

    at: float


class TranscriptReady(Message):
    """An utterance as text. Times are epoch seconds of the captured sound; all else is durations in seconds.

    speech_ended_at: end of the last speech frame. silence: waited for to be sure. recognition: what transcription took.
    no_speech: probability that nobody spoke, in [0, 1]."""

    text: str
    speech_started_at: float
    speech_ended_at: float
    silence: float
    recognition: float
    no_speech: float = 0.0


class Spoken(Message):
    """The conversation's word to the recognizer on what the bot has just begun to say, so that an echo is dropped."""

    turn: int
    text: str


class SpeakRequested(Message):
    """Say `text` as sentence `sentence` (from 0) of `turn`."""

    turn: int
    sentence: int
    text: str


class SynthesisFailed(Message):
    """A sentence could not be spoken."""

    turn: int
    sentence: int
    why: str


class Cancel(Message):
    """Every turn <= `turn` is cancelled, at every stage, also for messages that arrive later."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int
    reason: str = ""
