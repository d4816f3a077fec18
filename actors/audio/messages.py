"""What the audio room accepts and announces: sound in, sound out, and where playback stands."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address

MICROPHONE = Address("audio.microphone")
SPEAKER = Address("audio.speaker")


class AudioChunk(Message):
    """Captured sound. pcm: int16 little-endian, mono, 16 kHz, 512 samples. captured_at: epoch seconds of its end.

    voice: RMS, in [0, 1], of the bot's own voice as it was played about that time; 0 when it was silent.
    clear: none of that voice is left in the sound, because it does not come back or was cancelled. echo: the RMS
    that the voice has in the sound where it is not clear; 1 if that is not known, so that all of it may be.
    again: it was told before as if the voice might be in it, and has turned out to be without. Such chunks come in
    order, without a gap up to the next one that is told for the first time."""

    pcm: bytes
    captured_at: float
    voice: float = 0.0
    clear: bool = False
    echo: float = 1.0
    again: bool = False


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


class Duck(Message):
    """Play `turn` at `level`, in (0, 1], of its voice: less while somebody speaks, 1 for the full voice.

    It ends by itself after five seconds without another Duck or Pause, and with the turn."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int
    level: float


class Pause(Message):
    """Stop `turn` where it is within 30 ms and keep what is left of it. It ends by itself, as Duck does."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int


class Resume(Message):
    """Go on with `turn` at full voice; if sentence `sentence` is under way, from about `since` seconds of it.

    It never goes on later than where it stopped."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int
    sentence: int
    since: float


class PlaybackStarted(Message):
    """The first sample of turn `turn` went to the device at `at` (epoch seconds), or the first after VoiceSilent."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int
    at: float


class SentencePlayed(Message):
    """Sentence `sentence` of `turn` has been heard to its end. Not said of a sentence without sound."""

    turn: int
    sentence: int


class SentenceHeard(Message):
    """How far a sentence has been heard at `at` (epoch seconds), four times a second and where it is paused.

    seconds: of the `length` seconds of it that are known so far. whole: that is all of it. going: it goes on."""

    turn: int
    sentence: int
    seconds: float
    length: float
    whole: bool
    at: float
    going: bool = True


class VoiceSilent(Message):
    """`turn` is not over, and nothing of it is heard since `at` (epoch seconds): it is paused, or its sound is late."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int
    at: float


class PlaybackEnded(Message):
    """Nothing of `turn` is playing any more: it ended, or was cancelled, at `at` (epoch seconds).

    sentences: how many of its first sentences are over; it may overtake the SentencePlayed of the last ones."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    turn: int
    at: float
    cancelled: bool = False
    sentences: int = 0


class PlaybackDone(Message):
    """The conversation sends no further sentence of `turn`; the speaker ends the turn when all have been played."""

    turn: int
    sentences: int


class GetPlayback(Message):
    """Asks what the speaker does. Answers: PlaybackStarted of what plays, or PlaybackEnded of what played last."""


class WatchLevel(Message):
    """To the microphone: send `address` SoundLevel, ten times a second; with `on` false no more."""

    address: str
    on: bool = True


class SoundLevel(Message):
    """To a watcher: how loud the device's sound was in the tenth of a second before `at` (epoch seconds).

    level: RMS; peak: the largest sample; both in [0, 1]. It is told of muted ears as well."""

    continuous: ClassVar[bool] = True
    lane: ClassVar[Lane] = Lane.LATEST
    at: float
    level: float
    peak: float
