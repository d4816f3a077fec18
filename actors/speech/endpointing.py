"""Where an utterance begins and ends: a pure state machine from speech probabilities to events.

It knows chunk numbers only; the caller keeps the sound and cuts it by those numbers."""

from math import ceil

import msgspec

from actors.speech.vad import CHUNK_SECONDS

_ONSET = 3  # speech chunks before a beginning is announced: 96 ms, longer than a click
_HYSTERESIS = 0.15  # speech goes on until the probability falls this far below the threshold
_PRE_ROLL_SECONDS = 0.3  # soft beginnings of words come before the first chunk that counts


class EndpointLimits(msgspec.Struct, frozen=True):
    """How to cut, in chunks; see `of`."""

    threshold: float
    silence: int
    least: int
    most: int
    pre_roll: int

    @staticmethod
    def of(threshold: float, silence: float, least: float, most: float) -> "EndpointLimits":
        """From seconds: the silence that ends an utterance, the least speech in one, the longest one."""
        chunks = [
            ceil(round(seconds / CHUNK_SECONDS, 6)) for seconds in (silence, least, most, _PRE_ROLL_SECONDS)
        ]
        return EndpointLimits(threshold, max(1, chunks[0]), max(1, chunks[1]), max(1, chunks[2]), chunks[3])


class SpeechBegan(msgspec.Struct, frozen=True):
    """Somebody speaks since chunk `first`."""

    first: int


class SpeechEnded(msgspec.Struct, frozen=True):
    """A complete utterance: chunks keep..last; speech was heard in first..spoken. cut: ended by its length.

    certainty: mean probability of the chunks of speech."""

    keep: int
    first: int
    spoken: int
    last: int
    certainty: float
    cut: bool


class SpeechDismissed(msgspec.Struct, frozen=True):
    """What had begun at chunk `first` was too short to be an utterance."""

    first: int


class Endpointer(msgspec.Struct, frozen=True):
    """The state between two chunks. next: number of the next chunk. first: -1 while nobody speaks.

    floor: earlier chunks belong to an ended utterance. speech: chunks of speech so far; sum: of their probabilities.
    announced: SpeechBegan was sent."""

    next: int = 0
    floor: int = 0
    first: int = -1
    spoken: int = -1
    speech: int = 0
    sum: float = 0.0
    quiet: int = 0
    announced: bool = False

    def earliest(self, limits: EndpointLimits) -> int:
        """The first chunk that may still be needed; older sound can be forgotten."""
        return max(self.floor, (self.next if self.first < 0 else self.first) - limits.pre_roll)


Event = SpeechBegan | SpeechEnded | SpeechDismissed


def advance(state: Endpointer, probability: float, limits: EndpointLimits) -> tuple[Endpointer, Event | None]:
    """Take in the next chunk's probability of speech, in [0, 1]; at most one event comes of it."""
    chunk = state.next
    state = msgspec.structs.replace(state, next=chunk + 1)
    if probability >= limits.threshold:
        state = _louder(state, chunk, probability)
    elif state.first < 0:
        return state, None
    elif state.quiet or probability < max(0.01, limits.threshold - _HYSTERESIS):
        state = msgspec.structs.replace(state, quiet=state.quiet + 1)
    return _event(state, chunk, limits)


def _louder(state: Endpointer, chunk: int, probability: float) -> Endpointer:
    return msgspec.structs.replace(
        state,
        first=chunk if state.first < 0 else state.first,
        spoken=chunk,
        speech=state.speech + 1,
        sum=state.sum + probability,
        quiet=0,
    )


def _event(state: Endpointer, chunk: int, limits: EndpointLimits) -> tuple[Endpointer, Event | None]:
    cut = chunk - state.first + 1 >= limits.most
    if state.quiet < limits.silence and not cut:
        if state.speech >= _ONSET and not state.announced:
            return msgspec.structs.replace(state, announced=True), SpeechBegan(state.first)
        return state, None
    after = Endpointer(next=state.next, floor=state.next)
    if state.speech < limits.least:
        return after, SpeechDismissed(state.first)
    ended = SpeechEnded(
        state.earliest(limits), state.first, state.spoken, chunk, state.sum / state.speech, cut
    )
    return after, ended
