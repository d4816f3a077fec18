"""Whose voice is it? A number for the voice of each utterance, found beside its words and never before them.

Points and clusters stay in this object: no message has them, and a checkpoint of the recognizer leaves it out."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from actors.kernel.actor import ActorContext
from actors.speech.diarization.clusters import Points, Voices, heard, told
from actors.speech.diarization.prints import VoicePrints
from actors.speech.engines.engine import RATE, Samples
from actors.speech.listening.segments import SpeechSegment, samples
from actors.speech.worker import Worker
from actors.vocabulary.values import Person, Resemblance

log = logging.getLogger(__name__)

NUMBERS = 1_000_000  # of one incarnation of the recognizer: the next one begins above
_WITHIN = 0.25  # seconds for which the last points are waited for: they are late on a busy machine only
_LONGEST = 6 * RATE  # samples of a piece that are looked at: the newest
_WAITING = 8  # pieces that may wait for the encoder
_REMEMBERED = 16  # pieces whose points are kept for the end of their utterance


class Encoder(Protocol):
    """Turns sound into points that lie near one another when one person spoke."""

    def windows(self, audio: Samples) -> Points:
        """A point for each window of speech: shape (windows, 256), each of length 1."""
        ...


class Diarizer:
    """Belongs to one recognizer. Until it is opened every voice is 0. wanted: whether a piece is still asked for.

    The points are made on a thread of its own; what waits for too long is left out."""

    def __init__(self, wanted: Callable[[int], bool], prints: VoicePrints | None = None) -> None:
        self._wanted = wanted
        self._prints = prints or VoicePrints()
        self._owners: dict[int, Person] = {}
        self._encoder: Encoder | None = None
        self._worker: Worker[SpeechSegment] | None = None
        self._voices = Voices()
        self._points: dict[int, Points] = {}
        self._pending: set[int] = set()
        self._change = threading.Condition()

    def open(
        self,
        encoder: Encoder | None,
        context: ActorContext,
        working: Callable[..., Worker[SpeechSegment]] = Worker,
    ) -> None:
        """Tell voices apart from now on, by numbers that no incarnation before has given; without an encoder, not."""
        if encoder is not None:
            self._encoder = encoder
            self._voices = Voices(last=NUMBERS * (context.incarnation - 1))
            self._worker = working(f"{context.address} voices", self._look_at, _WAITING)

    def listen(self, segment: SpeechSegment) -> None:
        """A piece of an utterance, perhaps its last."""
        if self._worker is None:
            return
        with self._change:
            self._pending.add(segment.segment)
        if not self._worker.give(segment):
            self._settle(segment.segment, None)

    def guess(self, pieces: Sequence[int]) -> int:
        """The voice of an utterance that may go on, if it is known already; nothing is waited for or learned."""
        with self._change:
            found = self._found(pieces)
        return told(self._voices, found) if found is not None else 0

    def voice(self, pieces: Sequence[int], at: float, *, learn: bool = True) -> int:
        """The voice of an utterance that ended at `at` (epoch seconds). learn: False for what is not heard clearly."""
        with self._change:
            self._change.wait_for(lambda: self._pending.isdisjoint(pieces), _WITHIN)
            found = self._found(pieces)
            for piece in pieces:
                self._points.pop(piece, None)
        if found is None:
            return 0
        if not learn:
            return told(self._voices, found)
        self._voices, number = heard(self._voices, found, at)
        return number

    def resembles(self, number: int) -> tuple[Resemblance, ...]:
        """Whose voices, of those kept from earlier visits, this one resembles, the likeliest first."""
        voice = self._voices.numbered(number)
        return self._prints.like(voice) if voice is not None and number not in self._owners else ()

    def belongs(self, number: int, person: Person) -> None:
        """The voice is surely theirs: it is kept for later visits, where voices are."""
        before, voice = self._owners.get(number), self._voices.numbered(number)
        if before is not None and before != person:
            self._prints.forget((before,))  # it holds another's voice
        if voice is not None:
            self._owners[number] = person
            self._prints.keep(person, voice)

    def forget(self, people: tuple[Person, ...]) -> None:
        """Nothing of these people's voices is kept, nor whose a voice is."""
        ids = {person.user_id for person in people}
        self._owners = {number: one for number, one in self._owners.items() if one.user_id not in ids}
        self._prints.forget(people)

    def stop(self) -> None:
        """End the thread; what it has in hand may take a tenth of a second."""
        if self._worker is not None:
            self._worker.stop(2.0)

    def _found(self, pieces: Sequence[int]) -> Points | None:
        points = [self._points[piece] for piece in pieces if piece in self._points]
        return np.concatenate(points) if points else None

    # -- on the worker's thread

    def _look_at(self, segment: SpeechSegment) -> None:
        points = None
        if self._encoder is not None and self._wanted(segment.segment):
            try:
                points = self._encoder.windows(samples(segment.pcm)[-_LONGEST:])
            except Exception as error:  # onnxruntime's own classes; hearing goes on without it
                log.warning("a voice was not looked at: %s: %s", type(error).__name__, error)
        self._settle(segment.segment, points)

    def _settle(self, segment: int, points: Points | None) -> None:
        with self._change:
            self._pending.discard(segment)
            if points is not None:
                self._points[segment] = points
                for old in list(self._points)[:-_REMEMBERED]:
                    del self._points[old]
            self._change.notify_all()
