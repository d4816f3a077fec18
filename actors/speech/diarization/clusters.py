"""Which utterances are of one voice? Clusters of points, made as they come. Pure: the same points, the same numbers.

Wrong is worse than unknown: a number is given only to what is near one voice and clearly farther from all others."""

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

Points = NDArray[np.float32]  # of windows of speech, each of length 1: shape (windows, 256)
Point = NDArray[np.float32]  # of length 1: shape (256,)

VOICES = 32  # that are known at once; the one not heard for longest makes room
FEWEST = 4  # windows from which on there can be a new voice: 2 s of speech
SHORTEST = 2  # windows from which on a known voice can be told: 1.2 s of speech
_NEAR, _CLEAR = (
    0.8,
    0.1,
)  # cosine to a voice from which on it may be that one, and so much nearer than to any other
_NEAR_SHORT, _CLEAR_SHORT = 0.84, 0.15  # the same for what is shorter than FEWEST
_FAR = 0.65  # below it to all voices it is a new one
_AGAIN = 0.88  # cosine from which on two utterances that may be of a known voice or not are of one
_UNSURE = 8  # such utterances that are remembered
_SAME = 0.9  # two voices as near as this have been one all the time
_ONE = 0.5  # cosine below which the two halves of an utterance are of two people
_MOST = 75.0  # windows that the middle of a voice remembers: half a minute of speech
_FORGOTTEN = 3600.0  # seconds after which a voice that was not heard is none any more


class Voice(msgspec.Struct, frozen=True):
    """A voice by its number: the sum of its points, how many they are, and when it was heard last (epoch seconds)."""

    number: int
    sum: NDArray[np.float64]
    weight: float
    at: float

    def near(self, direction: NDArray[np.float64]) -> float:
        """Cosine of the angle to the middle of the voice, in [-1, 1]."""
        return float(self.sum @ direction) / float(np.linalg.norm(self.sum) * np.linalg.norm(direction))

    def and_more(self, sum_: NDArray[np.float64], weight: float, at: float) -> "Voice":
        """The voice with further points, so that what is old counts for less and less."""
        share = min(1.0, _MOST / (self.weight + weight))
        return Voice(self.number, (self.sum + sum_) * share, (self.weight + weight) * share, max(self.at, at))


class Voices(msgspec.Struct, frozen=True):
    """Those that are known, and the last number that was given. unsure: utterances too near a known voice for a new
    one, and too far for it."""

    known: tuple[Voice, ...] = ()
    last: int = 0
    unsure: tuple[Voice, ...] = ()

    def numbered(self, number: int) -> Voice | None:
        """The voice with this number, if it is known still."""
        return next((voice for voice in self.known if voice.number == number), None)


def told(voices: Voices, points: Points) -> int:
    """The number of the known voice that says this; 0 for another one, or where it is not certain."""
    short = len(points) < FEWEST
    near, clear = (_NEAR_SHORT, _CLEAR_SHORT) if short else (_NEAR, _CLEAR)
    if len(points) < SHORTEST or not (short or _is_one(points)):
        return 0
    ranked = _ranked(voices, points)
    if not ranked or ranked[0][0] < near:
        return 0
    return ranked[0][1].number if len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= clear else 0


def heard(voices: Voices, points: Points, at: float) -> tuple[Voices, int]:
    """`voices` after an utterance at `at` (epoch seconds), and its number; 0 where it is not certain."""
    voices = _one_where_same(_recent(voices, at), points)
    if number := told(voices, points):
        # What is short tells who it is, and little of how they sound.
        more = (_sum(points), len(points)) if len(points) >= FEWEST else (np.zeros(points.shape[1]), 0)
        known = (one.and_more(*more, at) if one.number == number else one for one in voices.known)
        return replace(voices, known=tuple(known)), number
    if not _is_one(points):
        return voices, 0
    this = Voice(0, _sum(points), len(points), at)
    nearest = max((near for near, _ in _ranked(voices, points)), default=-1.0)
    if nearest < _FAR:
        return _with_new(voices, this)
    # Alike once is chance; a second utterance that is as far from what is known, and near the first, is a voice.
    again = next((one for one in voices.unsure if one.near(this.sum) >= max(_AGAIN, nearest + _CLEAR)), None)
    if again is None:
        return replace(voices, unsure=(*voices.unsure, this)[-_UNSURE:]), 0
    rest = tuple(one for one in voices.unsure if one is not again)
    return _with_new(replace(voices, unsure=rest), again.and_more(this.sum, this.weight, at))


def _with_new(voices: Voices, voice: Voice) -> tuple[Voices, int]:
    new = replace(voice, number=voices.last + 1)
    return replace(voices, known=(*_with_room(voices.known), new), last=new.number), new.number


def _is_one(points: Points) -> bool:
    """Whether it is long enough, and both halves are of one voice."""
    if len(points) < FEWEST:
        return False
    first, second = _sum(points[: len(points) // 2]), _sum(points[len(points) // 2 :])
    return float(first @ second) >= _ONE * float(np.linalg.norm(first) * np.linalg.norm(second))


def _ranked(voices: Voices, points: Points) -> list[tuple[float, Voice]]:
    """How near each voice is, the nearest first."""
    direction = _sum(points)
    found = [(voice.near(direction), voice) for voice in voices.known]
    return sorted(found, key=lambda pair: -pair[0])


def _one_where_same(voices: Voices, points: Points) -> Voices:
    """The two voices that are nearest to this may turn out to be one: it has the older number from now on."""
    ranked = _ranked(voices, points) if _is_one(points) else []
    if len(ranked) < 2 or ranked[1][0] < _NEAR or ranked[0][1].near(ranked[1][1].sum) < _SAME:
        return voices
    older, newer = sorted((voice for _, voice in ranked[:2]), key=lambda voice: voice.number)
    both = older.and_more(newer.sum, newer.weight, newer.at)
    others = (voice for voice in voices.known if voice.number not in (older.number, newer.number))
    return replace(voices, known=(both, *others))


def _recent(voices: Voices, at: float) -> Voices:
    known, unsure = (
        tuple(one for one in some if at - one.at < _FORGOTTEN) for some in (voices.known, voices.unsure)
    )
    return Voices(known, voices.last, unsure)


def _with_room(known: tuple[Voice, ...]) -> tuple[Voice, ...]:
    if len(known) < VOICES:
        return known
    oldest = min(known, key=lambda voice: voice.at)
    return tuple(voice for voice in known if voice is not oldest)


def _sum(points: Points) -> NDArray[np.float64]:
    return np.asarray(points.sum(axis=0), dtype=np.float64)
