"""Decides whether recognized text was a person: not Gerald's own voice, nor an invention out of silence. Pure."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

import msgspec

from actors.speech.engines.engine import Transcription
from actors.speech.engines.repetition import SQUEEZED, loops, once, squeezes
from actors.speech.engines.vad import CHUNK_SECONDS
from actors.speech.listening.inventions import is_credit, is_farewell

_NO_SPEECH = 0.6
_UNSURE = 0.8  # mean probability of speech below which a lone "you" is taken for noise
# Means of the logarithms of the probability of parts of words. English by tiny.en: -0.02 to -0.95, of which the last is
# what a machine said; other languages, taken for English: below -0.79, and loops of -0.25 to -0.6.
_GUESSED_AT = -0.95
_GUESSED_AT_FEW = -1.6
_GUESSED_AT_LOOP = -0.2
_FEW = 3
_LONGEST_CLOSURE = 300.0  # after this a playback whose end was never announced counts as over
_SECONDS_A_CHARACTER = 0.09
_ECHO_SECONDS = 10.0
_WHOLE_ONLY = 2  # so few words are an echo only of an equally short sentence: anybody says "yes, I do"

_LOOPED = 3


class Closure(msgspec.Struct, frozen=True):
    """When recognition is closed because the bot itself is heard. Times are epoch seconds."""

    since: float = 0.0
    until: float = 0.0

    def started(self, at: float) -> "Closure":
        """The bot's voice began at `at`, and its end is still to come."""
        return Closure(self.since if at <= self.until else at, at + _LONGEST_CLOSURE)

    def ended(self, at: float, tail: float) -> "Closure":
        """The bot's voice ended at `at`; `tail` seconds of it are still in the air."""
        return Closure(self.since, min(self.until, at + tail))

    def covers(self, captured_at: float) -> bool:
        """Whether the chunk that ended at `captured_at` holds some of the bot's voice."""
        return self.since <= captured_at and captured_at - CHUNK_SECONDS < self.until


def without_loops(text: str) -> str:
    """`text` with looped phrases said once (Whisper makes them of laughter or music); "" if nothing else remains."""
    short = once(text)
    looped = len(short) < len(text.strip(" ,.!?"))
    if not looped:
        return text
    rest = _words(short)
    return "" if len(set(rest)) <= 1 or (squeezes(text) > SQUEEZED and len(rest) <= _LOOPED) else short


def invented(heard: Transcription, certainty: float) -> bool:
    """Whether `heard` is no speech: empty, improbable, or noise. certainty: mean speech probability, in [0, 1]."""
    if not _words(heard.text) or heard.no_speech > _NO_SPEECH or is_credit(heard.text):
        return True
    return certainty < _UNSURE and is_farewell(heard.text)


def plainly_speech(heard: Transcription, certainty: float) -> bool:
    """Whether somebody spoke, whatever the words. certainty: mean speech probability, in [0, 1]."""
    return heard.no_speech <= _NO_SPEECH and certainty >= _UNSURE


def not_understood(heard: Transcription) -> bool:
    """Whether these words were guessed at: so improbable that they are of another language, or of no clear speech.

    Fewer than three words must be more so: they are improbable as such."""
    few = len(_words(heard.text)) < _FEW
    return heard.log_probability < (_GUESSED_AT_FEW if few else _GUESSED_AT) or (
        loops(heard.text) and heard.log_probability < _GUESSED_AT_LOOP
    )


class Remembered(msgspec.Struct, frozen=True):
    """Something the bot said, to be known again until `until` (monotonic seconds)."""

    text: str
    until: float

    @staticmethod
    def of(text: str, now: float) -> "Remembered":
        """Remembered for as long as it takes to say, and then some."""
        return Remembered(text, now + len(text) * _SECONDS_A_CHARACTER + _ECHO_SECONDS)


def still_remembered(said: Iterable[Remembered], now: float, most: int = 20) -> tuple[Remembered, ...]:
    """Those not forgotten yet, in order; the newest `most` at most."""
    return tuple(one for one in said if one.until > now)[-most:]


def resembles(heard: str, said: Iterable[str], similarity: float) -> bool:
    """Whether `heard` resembles what was `said` or a part of it, even across sentences. similarity: 1 is equal.

    One or two words must resemble a whole sentence."""
    words = _words(heard)
    if not words:
        return False
    sentences = [_words(text) for text in said]
    if any(_alike(words, sentence, similarity) for sentence in sentences):
        return True
    if len(words) <= _WHOLE_ONLY:
        return False
    stream = [word for sentence in sentences for word in sentence]
    return any(
        _alike(words, stream[begin : begin + size], similarity)
        for size in (len(words) - 1, len(words), len(words) + 1)
        for begin in range(len(stream) - size + 1)
    )


def _alike(a: list[str], b: list[str], similarity: float) -> bool:
    if set(a).isdisjoint(b):
        return False
    matcher = SequenceMatcher(None, " ".join(a), " ".join(b), autojunk=False)
    # The first two are upper bounds of the third, and take a fraction of its time.
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(bound() >= similarity for bound in bounds)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("'", "").replace("’", ""))
