"""What the room's own worker threads post to their actors; nobody else sends these."""

from actors.kernel.message import Message


class UtteranceRecognized(Message):
    """The recognizer's worker has listened to an utterance. Times are epoch seconds, the rest seconds.

    certainty: mean probability of speech, in [0, 1]."""

    text: str
    no_speech: float
    certainty: float
    started_at: float
    ended_at: float
    silence: float
    recognition: float


class RecognitionBroke(Message):
    """The recognizer's worker died of `why`."""

    why: str


class PieceReady(Message):
    """The synthesizer's worker has made a piece of a sentence. pcm: int16 little-endian, mono, at `rate` Hz.

    synthesis: seconds from the beginning of the sentence to this piece when it is the sentence's first, else 0; `at` is
    the moment in epoch seconds."""

    turn: int
    sentence: int
    pcm: bytes
    rate: int
    last: bool
    at: float
    synthesis: float = 0.0


class SynthesisBroke(Message):
    """The synthesizer's worker could not speak a sentence, because of `why`."""

    turn: int
    sentence: int
    why: str
