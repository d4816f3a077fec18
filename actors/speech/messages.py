"""What the speech room accepts and announces: words out of sound, and sound out of words."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import Person, Resemblance

RECOGNIZER = Address("speech.recognizer")
SYNTHESIZER = Address("speech.synthesizer")


class SpeechStarted(Message):
    """Somebody has begun to speak, at `at` (epoch seconds).

    clear: the sound holds none of the bot's own voice, so this is a person also while the bot speaks. faint: far softer
    than whoever spoke just before."""

    at: float
    clear: bool = False
    faint: bool = False


class TranscriptReady(Message):
    """An utterance as text. Times are epoch seconds of the captured sound; all else is durations in seconds.

    speech_ended_at: end of the last speech frame. silence: waited for to be sure. recognition: how long the
    words were waited for after it. faint: as in SpeechStarted.
    no_speech: probability that nobody spoke, in [0, 1]. guess: the TranscriptGuessed that said the same, 0 for none.
    over_voice: how much of it overlaps the bot's own voice. language: what it is in (a code as in speech.language), ""
    where that is not certain; likely: what its words were taken to be in. voice: a number for whoever spoke, the same
    for the same voice while the recognizer lives; 0 for a voice that could not be told. resembles: whose voices, of
    those kept from earlier visits, it sounds like, the likeliest first; none where none are kept."""

    text: str
    speech_started_at: float
    speech_ended_at: float
    silence: float
    recognition: float
    no_speech: float = 0.0
    guess: int = 0
    over_voice: float = 0.0
    faint: bool = False
    language: str = ""
    voice: int = 0
    likely: str = ""
    resembles: tuple[Resemblance, ...] = ()


class TranscriptGuessed(Message):
    """What somebody has said so far, at a pause that may be their end: think ahead, but let nobody notice.

    guess: its id; ids increase, and the guess before is over. All else as in TranscriptReady."""

    guess: int
    text: str
    speech_started_at: float
    speech_ended_at: float
    language: str = ""
    voice: int = 0
    likely: str = ""
    resembles: tuple[Resemblance, ...] = ()


class VoiceBelongs(Message):
    """The conversation's word to the recognizer: the voice with this number is surely `person`'s. It may be kept.

    In the lane of ForgetVoices, so that it never comes after a later one of those."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    voice: int
    person: Person


class ForgetVoices(Message):
    """The conversation's word to the recognizer: of these people no voice is kept any longer."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    people: tuple[Person, ...]


class Drop(Message):
    """The guess `guess` came to nothing: whatever was begun on it ends. It says nothing of any other, nor of a turn."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    guess: int


class NothingUnderstood(Message):
    """What began with a SpeechStarted gave no words. seconds: of speech in it. certainty: its mean probability.

    why: "too short", "no speech", "echo", or "language": the words were guessed at, as of a language that is not
    understood."""

    started_at: float
    seconds: float
    certainty: float
    why: str


class LanguageExpected(Message):
    """The conversation's word to the recognizer: whoever speaks now is known to speak `language`."""

    language: str


class WatchWords(Message):
    """Send `address` the words of whoever speaks as WordsHeard; with `on` false no more."""

    address: str
    on: bool = True


class WordsHeard(Message):
    """To a watcher: what somebody who began to speak at `started_at` (epoch seconds) has said so far; "" as they begin.

    The conversation is told what is said over the bot's voice, also when that gives no words yet ("").
    final: they have finished, and these are the words of the TranscriptReady; "" if it was nothing that could be
    understood. seconds: of speech so far."""

    started_at: float
    text: str
    final: bool
    seconds: float = 0.0


class Spoken(Message):
    """The conversation's word to the recognizer on what the bot has just begun to say, so that an echo is dropped."""

    turn: int
    text: str


class SpeakRequested(Message):
    """Say `text` as sentence `sentence` (from 0) of `turn`.

    guess: with turn 0, make the sound ready for this guess, unheard; with a turn, take it from there if it is the same.
    language: what it is in, "" for what the voice speaks anyway.
    """

    turn: int
    sentence: int
    text: str
    guess: int = 0
    language: str = ""


class VoiceRestarted(Message):
    """To the conversation: another incarnation of the voice, or of the speaker, begins. What the one before had in
    hand is never heard."""


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
