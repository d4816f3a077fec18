"""Messages from this package's worker threads to its actors."""

from actors.kernel.message import Message


class UtteranceRecognized(Message):
    """The worker transcribed sound `segment`, in `recognition` seconds. certainty: mean speech probability, in [0, 1].

    started_at, ended_at: of the speech in it (epoch seconds). unwanted: why its words were left out. language, spoken:
    which one it is in, and how certain that is."""

    text: str
    no_speech: float
    certainty: float
    recognition: float
    segment: int
    started_at: float
    ended_at: float
    unwanted: str = ""
    language: str = "en"
    spoken: float = 1.0


class PartRecognized(Message):
    """The worker transcribed what somebody said so far, of which `seconds` are speech. Else as UtteranceRecognized."""

    text: str
    no_speech: float
    certainty: float
    started_at: float
    seconds: float


class RecognitionBroke(Message):
    """The recognizer's worker died of `why`."""

    why: str


class PieceReady(Message):
    """A piece of a synthesized sentence, made at `at` (epoch seconds). pcm: int16 little-endian, mono, at `rate` Hz.

    synthesis: seconds from the sentence's begin to this piece if it is the first, else 0. guess: for which guess it was
    made, 0 for a turn's own."""

    turn: int
    sentence: int
    pcm: bytes
    rate: int
    last: bool
    at: float
    synthesis: float = 0.0
    guess: int = 0


class VoiceReplaced(Message):
    """The synthesizer's worker has put the embedded voice in the place of one that failed, because of `why`."""

    why: str


class SynthesisBroke(Message):
    """The synthesizer's worker could not speak a sentence, because of `why`. guess: as for PieceReady."""

    turn: int
    sentence: int
    why: str
    guess: int = 0
