"""Where an utterance begins, pauses and ends: a pure state machine from speech probabilities to events.

It knows chunk numbers only; the caller keeps the sound and cuts it by those numbers. A pause is announced before it is
long enough to be an end, so that the words can be judged meanwhile. The end of a speaker is a fall of level below their
own: fainter voices behind them do not hold the utterance."""

from math import ceil

import msgspec

from actors.speech.engines.vad import CHUNK_SECONDS

_ONSET = 3  # speech chunks before a beginning is announced: 96 ms, longer than a click
_HYSTERESIS = 0.15  # speech goes on until the probability falls this far below the threshold
_PRE_ROLL_SECONDS = 0.3  # soft beginnings of words come before the first chunk that counts
_PAUSE_SECONDS = 0.096  # silence after which the words so far are looked at
_HUSH_SECONDS = 0.064  # the same where nothing at all is heard any more
_DISMISSED_SECONDS = 0.38  # silence after what was too short to be an utterance
_FALL = 7.5  # dB below the speaker's level from which on it is somebody else, or nobody
_FAINT = 0.5  # a chunk of such a fainter voice counts as so much silence
_HUSH = 25.0  # dB below it from which on nobody is heard, though the model's memory still says speech
_ATTACK, _RELEASE = 0.3, 0.02  # how fast the level of a speaker follows louder and softer chunks
_AFTERWARDS = 94  # chunks (3 s) for which the level of the last speaker is remembered
_PIECE_PAUSE = 8  # chunks (0.26 s): a long utterance is cut into pieces at pauses of this length


class EndpointLimits(msgspec.Struct, frozen=True):
    """How to cut, in chunks; see `of`. silence: what ends an utterance; the caller changes it as it learns the words.

    pause: silence after which the words are looked at; hush: where it is silence indeed. dismissed: what ends a sound
    that is too short."""

    threshold: float
    silence: int
    least: int
    most: int
    pre_roll: int
    longest: int = 2**31
    pause: int = 2**31
    dismissed: int = 0
    hush: int = 2**31

    @staticmethod
    def of(
        threshold: float, silence: float, least: float, most: float, longest: float = 0.0
    ) -> "EndpointLimits":
        """From seconds: the silence that ends an utterance, the least speech in one, its longest piece, and all of it.

        longest: 0 for utterances of one piece."""
        return EndpointLimits(
            threshold,
            silence=max(1, chunks(silence)),
            least=max(1, chunks(least)),
            most=max(1, chunks(most)),
            pre_roll=chunks(_PRE_ROLL_SECONDS),
            longest=max(1, chunks(longest or most)),
            pause=chunks(_PAUSE_SECONDS),
            dismissed=chunks(_DISMISSED_SECONDS),
            hush=chunks(_HUSH_SECONDS),
        )


class SpeechBegan(msgspec.Struct, frozen=True):
    """Somebody speaks since chunk `first`. faint: far softer than who spoke just before."""

    first: int
    faint: bool = False


class SpeechPaused(msgspec.Struct, frozen=True):
    """Perhaps the end: chunks keep..last are the last piece so far. Other fields as for SpeechEnded."""

    keep: int
    first: int
    spoken: int
    last: int
    certainty: float


class SpeechResumed(msgspec.Struct, frozen=True):
    """The pause before was none of the end. gap: its chunks. piece: what came before it is a piece of its own."""

    gap: int
    piece: bool


class SpeechCut(msgspec.Struct, frozen=True):
    """Chunks keep..last are a piece, cut by its length; the utterance goes on."""

    keep: int
    last: int
    certainty: float


class SpeechEnded(msgspec.Struct, frozen=True):
    """A complete utterance, whose last piece is chunks keep..last; speech was heard in first..spoken.

    cut: ended by its length. certainty: mean probability of the chunks of speech. after: chunks of speech since
    the last SpeechPaused, too few to resume: the end of a word behind a closed sound, as in "parco"."""

    keep: int
    first: int
    spoken: int
    last: int
    certainty: float
    cut: bool
    faint: bool = False
    after: int = 0


class SpeechDismissed(msgspec.Struct, frozen=True):
    """What had begun at chunk `first` was too short to be an utterance: `speech` chunks. announced: by SpeechBegan."""

    first: int
    speech: int = 0
    certainty: float = 0.0
    announced: bool = False


class Endpointer(msgspec.Struct, frozen=True):
    """The state between two chunks. next: number of the next chunk. first: -1 while nobody speaks.

    floor: earlier chunks belong to an ended utterance or piece. speech: chunks of speech so far; sum: of their
    probabilities. quiet: chunks of silence since. announced: SpeechBegan was sent. level: of the speaker, in dB.
    pause: the chunk of the last SpeechPaused, -1 for none; since: chunks of speech after it; gap: its silence; resumed:
    the chunk after that.
    former: level of the last speaker until chunk `fades`. faint: the utterance began far below it.
    cuts: pieces cut by their length since the last pause. hushed: so many newest chunks in which
    nothing is heard."""

    next: int = 0
    floor: int = 0
    first: int = -1
    spoken: int = -1
    speech: int = 0
    sum: float = 0.0
    quiet: float = 0.0
    announced: bool = False
    level: float = 0.0
    pause: int = -1
    since: int = 0
    gap: int = 0
    resumed: int = -1
    former: float = -200.0
    fades: int = 0
    faint: bool = False
    cuts: int = 0
    hushed: int = 0

    def earliest(self, limits: EndpointLimits) -> int:
        """The first chunk that may still be needed; older sound can be forgotten."""
        return max(self.floor, (self.next if self.first < 0 else self.first) - limits.pre_roll)

    @property
    def certainty(self) -> float:
        """Mean probability of the chunks of speech."""
        return self.sum / self.speech if self.speech else 0.0


Event = SpeechBegan | SpeechPaused | SpeechResumed | SpeechCut | SpeechEnded | SpeechDismissed


def chunks(seconds: float) -> int:
    """So many chunks are at least `seconds`."""
    return ceil(round(seconds / CHUNK_SECONDS, 6))


def advance(
    state: Endpointer, probability: float, limits: EndpointLimits, level: float = 0.0
) -> tuple[Endpointer, Event | None]:
    """Take in the next chunk: its probability of speech, in [0, 1], and its level in dB. One event at most."""
    chunk = state.next
    hushed = level < state.level - _HUSH
    state = msgspec.structs.replace(state, next=chunk + 1, hushed=state.hushed + 1 if hushed else 0)
    is_speech = probability >= limits.threshold
    if is_speech and (state.first < 0 or level >= state.level - _FALL):
        state = _louder(state, chunk, probability, level)
    elif state.first < 0:
        return state, None
    elif is_speech:
        state = msgspec.structs.replace(state, quiet=state.quiet + _FAINT)
    elif state.quiet or hushed or probability < max(0.01, limits.threshold - _HYSTERESIS):
        state = msgspec.structs.replace(state, quiet=state.quiet + 1)
    return settled(state, limits)


def settled(state: Endpointer, limits: EndpointLimits) -> tuple[Endpointer, Event | None]:
    """What is due by `limits`, which may have changed since the last chunk."""
    if state.first < 0:
        return state, None
    chunk = state.next - 1
    if state.speech < limits.least and state.quiet >= min(limits.silence, limits.dismissed or limits.silence):
        return _nobody(state), _dismissed(state)
    if state.quiet >= limits.silence or chunk - state.first + 1 >= limits.longest:
        return _ended(state, chunk, limits)
    if not state.quiet and state.pause < 0 and chunk - max(state.floor, state.first) + 1 >= limits.most:
        return _cut(state, chunk, limits)
    return _progress(state, chunk, limits)


def interrupted(state: Endpointer, limits: EndpointLimits) -> SpeechEnded | SpeechDismissed | None:
    """What becomes of an utterance in progress when the stream breaks off."""
    if state.first < 0:
        return None
    if state.speech < limits.least:
        return _dismissed(state)
    return _ended(state, state.next - 1, limits)[1]


def _louder(state: Endpointer, chunk: int, probability: float, level: float) -> Endpointer:
    begins, above = state.first < 0, level - state.level
    follows = state.level + above * (_ATTACK if above > 0 else _RELEASE)
    return msgspec.structs.replace(
        state,
        first=chunk if begins else state.first,
        spoken=chunk,
        speech=state.speech + 1,
        sum=state.sum + probability,
        quiet=0.0,
        level=level if begins else follows,
        since=state.since + (state.pause >= 0),
        gap=chunk - state.spoken - 1 if state.quiet else state.gap,
        resumed=chunk if state.quiet else state.resumed,
    )


def _ended(state: Endpointer, chunk: int, limits: EndpointLimits) -> tuple[Endpointer, SpeechEnded]:
    cut = state.quiet < limits.silence
    keep = state.earliest(limits)
    return _over(state), SpeechEnded(
        keep, state.first, state.spoken, chunk, state.certainty, cut, state.faint, state.since
    )


def _dismissed(state: Endpointer) -> SpeechDismissed:
    return SpeechDismissed(state.first, state.speech, state.certainty, state.announced)


def _over(state: Endpointer) -> Endpointer:
    """Nobody speaks; the level of who spoke is remembered for a while."""
    if state.faint:
        return _nobody(state)
    return msgspec.structs.replace(_nobody(state), former=state.level, fades=state.next + _AFTERWARDS)


def _nobody(state: Endpointer) -> Endpointer:
    return Endpointer(next=state.next, floor=state.next, former=state.former, fades=state.fades)


def _cut(state: Endpointer, chunk: int, limits: EndpointLimits) -> tuple[Endpointer, Event]:
    if state.cuts:
        return _ended(
            state, chunk, limits
        )  # two pieces without a pause: people breathe, chatter and music do not
    cut = SpeechCut(state.earliest(limits), chunk, state.certainty)
    return msgspec.structs.replace(state, floor=chunk + 1, pause=-1, since=0, cuts=1), cut


def _progress(state: Endpointer, chunk: int, limits: EndpointLimits) -> tuple[Endpointer, Event | None]:
    if state.speech >= _ONSET and not state.announced:
        faint = chunk < state.fades and state.level < state.former - _FALL
        return msgspec.structs.replace(state, announced=True, faint=faint), SpeechBegan(state.first, faint)
    if state.pause >= 0 and state.since >= _ONSET:
        return _resumed(state, limits)
    has_words = state.speech >= limits.least and state.spoken >= state.floor
    pauses = state.quiet >= limits.pause or state.hushed >= limits.hush
    if state.pause < 0 and pauses and has_words:
        paused = SpeechPaused(state.earliest(limits), state.first, state.spoken, chunk, state.certainty)
        return msgspec.structs.replace(state, pause=chunk, since=0, cuts=0), paused
    return state, None


def _resumed(state: Endpointer, limits: EndpointLimits) -> tuple[Endpointer, Event]:
    length = state.pause - max(state.floor, state.first)
    piece = state.gap >= _PIECE_PAUSE and 2 * length >= limits.most
    floor = max(state.pause + 1, state.resumed - limits.pre_roll) if piece else state.floor
    return msgspec.structs.replace(state, floor=floor, pause=-1, since=0), SpeechResumed(state.gap, piece)
