"""Decides whether recognized text was a person: not Gerald's own voice, nor an invention out of silence. Pure."""

import re
import zlib
from collections.abc import Iterable
from difflib import SequenceMatcher

import msgspec

from actors.speech.engines.engine import Transcription
from actors.speech.engines.vad import CHUNK_SECONDS

_NO_SPEECH = 0.6
_UNSURE = 0.8  # mean probability of speech below which a lone "you" is taken for noise
_OUT_OF_NOTHING = frozenset(
    ("you", "thank you", "thanks", "bye", "thanks for watching", "thank you for watching", "so", "oh", "the")
)
_LONGEST_CLOSURE = 300.0  # after this a playback whose end was never announced counts as over
_SECONDS_A_CHARACTER = 0.09
_ECHO_SECONDS = 10.0
_WHOLE_ONLY = 2  # so few words are an echo only of an equally short sentence: anybody says "yes, I do"


# a phrase of up to six words, four times or more; the same without spaces, for scripts that have none
_LOOP = re.compile(r"\b((?:[\w'’]+\W+){0,5}?[\w'’]+)(?:\W+\1\b){3,}", re.I)
_RUN = re.compile(r"([^\W\d_]{1,8}?)\1{5,}", re.I)
_LOOPING = 2.4
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
    short = _LOOP.sub(lambda match: match[1], _RUN.sub(lambda match: match[1], text)).strip(" ,.!?")
    looped = len(short) < len(text.strip(" ,.!?"))
    if not looped:
        return text
    rest = _words(short)
    return "" if len(set(rest)) <= 1 or (_squeezes(text) > _LOOPING and len(rest) <= _LOOPED) else short


def _squeezes(text: str) -> float:
    """How many times smaller the text gets by compression: that of speech is below 2.4, whatever the language."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def invented(heard: Transcription, certainty: float) -> bool:
    """Whether `heard` is no speech: empty, improbable, or noise. certainty: mean speech probability, in [0, 1]."""
    words = _words(heard.text)
    if not words or heard.no_speech > _NO_SPEECH:
        return True
    return certainty < _UNSURE and " ".join(words) in _OUT_OF_NOTHING


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
