"""What the audio room accepts and announces: sound in, sound out, and where playback stands."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address

MICROPHONE = Address("audio.microphone")
SPEAKER = Address("audio.speaker")


class AudioChunk(Message):
    """Captured sound. pcm: int16 little-endian, mono, 16 kHz, 512 samples. captured_at: epoch seconds of its end.

    voice: RMS, in [0, 1], of the bot's own voice as it was played at that time; 0 when it was silent.
    clear: none of that voice is left in the sound, because it does not come back or was cancelled."""

    pcm: bytes
    captured_at: float
    voice: float = 0.0
    clear: bool = False


class PlayedSound(Message):
    """The bot's voice as it goes to the device. pcm: int16 little-endian, mono, 16 kHz; silence is not sent.

    stream: grows with each opening of the device. position: samples at 16 kHz from that opening to the first of these,
    silence included. heard_at: when that one is heard, by the device's word (epoch seconds); only a hint."""

    stream: int
    position: int
    pcm: bytes
    heard_at: float


class PlaySentence(Message):
    """Sound to play, in order. pcm: int16 little-endian, mono, at `rate` Hz. last: the sentence ends with it.

    Sentences of a turn count from 0. Pieces of a cancelled turn are dropped. A sentence that cannot be spoken is one
    empty last piece."""

    turn: int
    sentence: int
    pcm: bytes
    rate: int
    last: bool


class PlaybackStarted(Message):
    """The first sample of turn `turn` went to the device at `at` (epoch seconds)."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int
    at: float


class SentencePlayed(Message):
    """Sentence `sentence` of `turn` has been heard to its end. Not said of a sentence without sound."""

    turn: int
    sentence: int


class PlaybackEnded(Message):
    """Nothing of `turn` is playing any more: it ended, or was cancelled, at `at` (epoch seconds)."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int
    at: float
    cancelled: bool = False


class PlaybackDone(Message):
    """The conversation sends no further sentence of `turn`; the speaker ends the turn when all have been played."""

    turn: int
    sentences: int


class GetPlayback(Message):
    """Asks what the speaker does. Answers: PlaybackStarted of what plays, or PlaybackEnded of what played last."""
