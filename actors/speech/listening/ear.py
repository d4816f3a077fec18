"""The sound that may still be needed, and what is heard in it: where somebody begins, pauses and ends."""

from collections import deque

import msgspec
import numpy as np

from actors.audio.messages import AudioChunk
from actors.speech.engines.engine import Samples, VoiceActivity
from actors.speech.engines.vad import CHUNK_SECONDS
from actors.speech.listening.endpointing import (
    Endpointer,
    EndpointLimits,
    Event,
    advance,
    interrupted,
    settled,
)
from actors.speech.listening.segments import SpeechSegment, samples

_GAP = 0.5  # seconds without sound after which what follows is another stream
_BACK = 0.1  # seconds by which sound may seem older: an echo canceller that sets in makes it a little late
_DEAD = 1e-7  # mean square (-70 dB) below which nothing is to be heard: a cable that carries nothing, or muted ears
_SMOOTH = 0.3  # the share of a chunk in the level of the last ones


class Ear:
    """limits: how to cut. silence: chunks that end what is being said; the caller sets it as it learns the words.

    began_at, spoke_at: epoch seconds of the first and the last speech in what is being said, or was said last.
    endpoint: where it stands."""

    def __init__(self, limits: EndpointLimits) -> None:
        self.limits = limits
        self.silence = limits.silence
        self.began_at = self.spoke_at = 0.0
        self.activity: VoiceActivity | None = None
        self.endpoint = Endpointer()
        self._last_segment = 0
        self._chunks: deque[AudioChunk] = deque()
        self._rests = False  # the activity model, in silence
        self._power = 0.0  # of about the last 0.1 s: chatter has peaks as loud as a speaker, but no syllables

    def hear(self, chunk: AudioChunk) -> Event | None:
        """Take in the next chunk, without a gap to the one before; what is heard with it. Needs `activity`."""
        assert self.activity is not None
        self._chunks.append(chunk)
        sound = samples(chunk.pcm)
        loudness = self._level(sound)
        probability = self._probability(sound)
        self.endpoint, event = advance(self.endpoint, probability, self._now_limits(), loudness)
        if self.endpoint.first == self.endpoint.next - 1:
            self.began_at = chunk.captured_at - CHUNK_SECONDS
        if self.endpoint.spoken == self.endpoint.next - 1:
            self.spoke_at = chunk.captured_at
        return event

    def settle(self) -> Event | None:
        """What is due without another chunk, since `silence` has changed."""
        self.endpoint, event = settled(self.endpoint, self._now_limits())
        return event

    def forget(self) -> None:
        """Let go of the sound that is not needed any more."""
        while len(self._chunks) > self.endpoint.next - self.endpoint.earliest(self.limits) + 1:
            self._chunks.popleft()

    def breaks_off(self, at: float) -> bool:
        """Whether a chunk that ends at `at` belongs to another stream."""
        return bool(self._chunks) and not -_BACK <= at - self._chunks[-1].captured_at < _GAP

    def interrupted(self) -> Event | None:
        """What becomes of what is being said when the stream breaks off; then call `begin_anew`."""
        return interrupted(self.endpoint, self.limits)

    def begin_anew(self) -> None:
        """Another stream begins."""
        self.endpoint = Endpointer()
        self._chunks.clear()
        if self.activity is not None:
            self.activity.reset()

    @property
    def last(self) -> AudioChunk:
        """The newest chunk."""
        return self._chunks[-1]

    def sound(self, keep: int, last: int) -> bytes:
        """The sound of the chunks keep..last."""
        return b"".join(self._at(number).pcm for number in range(keep, last + 1))

    def heard_at(self, number: int) -> float:
        """Epoch seconds of the end of a chunk that is still here."""
        return self._at(number).captured_at

    def segment(self, keep: int, last: int, certainty: float, cause: str) -> SpeechSegment:
        """The chunks keep..last as a piece for the recognizer, under a new id."""
        # grows in every life of the actor, also after a restart
        self._last_segment = max(self._last_segment + 1, int(self.heard_at(last) * 1000))
        return SpeechSegment(
            self.sound(keep, last),
            self._last_segment,
            certainty,
            cause,
            started_at=max(self.began_at, self.heard_at(keep) - CHUNK_SECONDS),
            ended_at=self.spoke_at,
        )

    def so_far(self, seconds: float, cause: str) -> SpeechSegment:
        """What somebody has said until now, of which `seconds` are speech."""
        keep, last = self.endpoint.earliest(self.limits), self.endpoint.next - 1
        return SpeechSegment(
            self.sound(keep, last),
            segment=0,
            certainty=self.endpoint.certainty,
            cause=cause,
            so_far=seconds,
            started_at=self.began_at,
        )

    def _at(self, number: int) -> AudioChunk:
        return self._chunks[number - self.endpoint.next]

    def _probability(self, sound: Samples) -> float:
        """How likely the chunk is speech. In dead silence nobody asks the model, which takes most of the time."""
        assert self.activity is not None
        if self.endpoint.first < 0 and self._power < _DEAD:
            if not self._rests:
                self.activity.reset()
            self._rests = True
            return 0.0
        self._rests = False
        return self.activity.probability(sound)

    def _level(self, sound: Samples) -> float:
        """In dB of full scale, of the chunk or of the last ones, whichever is less."""
        power = float(sound @ sound) / sound.size
        self._power += _SMOOTH * (power - self._power)
        return float(10.0 * np.log10(min(power, self._power) + 1e-10))

    def _now_limits(self) -> EndpointLimits:
        return msgspec.structs.replace(self.limits, silence=self.silence)
