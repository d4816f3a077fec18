"""The recognizer: finds the utterances in the microphone's chunks and has them transcribed on a thread.

It never hears Gerald: sound that may be Gerald's own voice is silence to it, and what was said over that voice and
resembles what Gerald just said is dropped."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from actors.audio.messages import (
    SPEAKER,
    AudioChunk,
    GetPlayback,
    PlaybackEnded,
    PlaybackStarted,
    VoiceSilent,
)
from actors.conversation.messages import CONVERSATION
from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.speech import embedded
from actors.speech.choice import Note, open_transcriber
from actors.speech.endpointing import Endpointer, EndpointLimits, SpeechBegan, SpeechEnded, advance
from actors.speech.engines import EngineBroken, Samples, Transcriber, Transcription, VoiceActivity
from actors.speech.hearing import Closure, Remembered, invented, resembles, still_remembered, without_loops
from actors.speech.internal import PartRecognized, RecognitionBroke, UtteranceRecognized
from actors.speech.messages import NothingUnderstood, SpeechStarted, Spoken, TranscriptReady, WordsHeard
from actors.speech.overlap import Overlap
from actors.speech.own_voice import OverVoice, person_only
from actors.speech.vad import CHUNK, CHUNK_SECONDS, Silero
from actors.speech.worker import Worker
from config.schema import Speech

log = logging.getLogger(__name__)

_GAP = 0.5  # seconds without sound after which what follows is another stream
_BACK = 0.1  # seconds by which sound may seem older: an echo canceller that sets in makes it a little late
_WAITING = 4  # utterances that may wait for Whisper


class SpeechSegment(msgspec.Struct, frozen=True):
    """Sound to recognize (int16, mono, 16 kHz), when it was heard (epoch seconds), and the id of its last chunk.

    so_far: seconds of speech in an utterance that goes on; 0 for a whole one."""

    pcm: bytes
    started_at: float
    ended_at: float
    silence: float
    certainty: float
    cause: str
    so_far: float = 0.0


Engines = tuple[VoiceActivity, Transcriber, Note]


def load(speech: Speech, home: Path) -> Engines:
    """The engines that the configuration asks for. Raises EngineBroken."""
    transcriber, note = open_transcriber(speech, home)
    return Silero(embedded.activity_model()), transcriber, note


def _limits(speech: Speech) -> EndpointLimits:
    return EndpointLimits.of(
        speech.vad_threshold, speech.end_of_speech_silence, speech.min_speech, speech.max_utterance
    )


class Recognizer(Actor):
    """Ears to words. Start arguments: the sections speech, and the home."""

    def __init__(
        self,
        speech: Speech,
        home: Path,
        loading: Callable[[Speech, Path], Engines] = load,
        working: Callable[..., Worker[SpeechSegment]] = Worker,
    ) -> None:
        self._speech = speech
        self._home = home
        self._loading = loading
        self._working = working
        self._limits = _limits(speech)
        self._endpoint = Endpointer()
        self._chunks: deque[AudioChunk] = deque()
        self._closure = Closure()
        self._overlap = Overlap()
        self._over_voice = OverVoice()
        self._said: tuple[Remembered, ...] = ()
        self._loaded: Engines | EngineBroken = EngineBroken("not loaded yet", "")
        self._activity: VoiceActivity | None = None
        self._worker: Worker[SpeechSegment] | None = None
        self.dropped: Counter[str] = Counter()  # utterances that never became a transcript, by reason

    def preload(self) -> None:
        try:
            self._loaded = self._loading(self._speech, self._home)
        except EngineBroken as broken:
            self._loaded = broken

    def on_start(self) -> None:
        loaded = self._loaded
        if isinstance(loaded, EngineBroken):
            self.health(Health.DOWN, f"cannot hear: {loaded}", loaded.remedy)
            return
        self._activity, self._transcriber, note = loaded
        self._worker = self._working(f"{self.context.address} whisper", self._recognize, _WAITING)
        # The first run allocates what the later ones use.
        self._worker.give(SpeechSegment(bytes(2 * CHUNK), 0.0, 0.0, 0.0, 0.0, ""))
        self.health(Health.DEGRADED if note.worse else Health.OK, note.text, note.remedy)
        if self.context.incarnation > 1:
            self.ask(SPEAKER, GetPlayback(), then="on_playback")

    def on_stop(self) -> None:
        if self._worker is not None:
            self._worker.stop(2.0)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """Another language needs other engines, and so a restart."""
        before, self._speech = self._speech, sections["speech"]
        self._limits = _limits(self._speech)
        return bool(before.language == self._speech.language)

    # -- what the bot says itself

    @handles
    def on_playback_started(self, message: PlaybackStarted) -> None:
        self._closure = self._closure.started(message.at)
        self._overlap = self._overlap.reply(under_way=True)

    @handles
    def on_playback_ended(self, message: PlaybackEnded) -> None:
        self._overlap = self._overlap.reply(under_way=False)
        self._closure = self._closure.ended(message.at, self._speech.tail_after_playback)

    @handles
    def on_voice_silent(self, message: VoiceSilent) -> None:
        """He is in mid-reply and says nothing: what people say now is heard."""
        self._closure = self._closure.ended(message.at, self._speech.tail_after_playback)

    def on_playback(self, answer: Reply | AskFailed) -> None:
        """After a restart: what the speaker is doing."""
        if isinstance(answer, Reply) and isinstance(answer.message, PlaybackStarted):
            self.on_playback_started(answer.message)

    @handles
    def on_spoken(self, message: Spoken) -> None:
        remembered = Remembered.of(message.text, self.now())
        self._said = still_remembered((*self._said, remembered), self.now())

    # -- what it hears

    @handles
    def on_chunk(self, chunk: AudioChunk) -> None:
        if self._activity is None or len(chunk.pcm) != 2 * CHUNK:
            return
        closed = self._closure.covers(chunk.captured_at)
        self._over_voice = self._over_voice.heard(chunk, closed)
        chunk = person_only(chunk, closed)
        if self._chunks and not -_BACK <= chunk.captured_at - self._chunks[-1].captured_at < _GAP:
            self._begin_anew()
        self._chunks.append(chunk)
        probability = self._activity.probability(_samples(chunk.pcm))
        self._endpoint, event = advance(self._endpoint, probability, self._limits)
        if isinstance(event, SpeechBegan):
            self.tell(
                CONVERSATION, SpeechStarted(self._chunk(event.first).captured_at - CHUNK_SECONDS, chunk.clear)
            )
        elif isinstance(event, SpeechEnded):
            self._hand_over(event)
        elif event is not None:
            self.dropped["too short"] += 1
            self.tell(CONVERSATION, NothingUnderstood(chunk.captured_at, 0.0, 0.0, "too short"))
        elif self._overlap.is_due(self._endpoint):
            self._look_ahead()
        while len(self._chunks) > self._endpoint.next - self._endpoint.earliest(self._limits) + 1:
            self._chunks.popleft()

    def _begin_anew(self) -> None:
        self._endpoint = Endpointer()
        self._chunks.clear()
        if self._activity is not None:
            self._activity.reset()

    def _chunk(self, number: int) -> AudioChunk:
        return self._chunks[number - self._endpoint.next]

    def _hand_over(self, ended: SpeechEnded) -> None:
        spoken = self._chunk(ended.spoken).captured_at
        utterance = SpeechSegment(
            b"".join(self._chunk(number).pcm for number in range(ended.keep, ended.last + 1)),
            started_at=self._chunk(ended.first).captured_at - CHUNK_SECONDS,
            ended_at=spoken,
            silence=self._chunk(ended.last).captured_at - spoken,
            certainty=ended.certainty,
            cause=self.cause(),
        )
        if self._worker is None or not self._worker.give(utterance):
            self.dropped["busy"] += 1
            log.warning("%s: an utterance was dropped: %d others wait", self.context.address, _WAITING)

    def _look_ahead(self) -> None:
        """Have the words so far of what somebody says over the bot recognized: do they interrupt?"""
        endpoint = self._endpoint
        self._overlap = self._overlap.passed(endpoint)
        keep, last = endpoint.earliest(self._limits), endpoint.next - 1
        so_far = SpeechSegment(
            b"".join(self._chunk(number).pcm for number in range(keep, last + 1)),
            started_at=self._chunk(endpoint.first).captured_at - CHUNK_SECONDS,
            ended_at=self._chunk(last).captured_at,
            silence=0.0,
            certainty=endpoint.sum / endpoint.speech,
            cause=self.cause(),
            so_far=self._overlap.speech,
        )
        if self._worker is None or not self._worker.give(so_far):
            self._overlap = self._overlap.over()

    # -- on the worker's thread

    def _recognize(self, utterance: SpeechSegment) -> None:
        try:
            heard = self._transcriber.transcribe(_samples(utterance.pcm))
        except Exception as error:  # the actor dies of it, by its own handler
            self.post(RecognitionBroke(f"{type(error).__name__}: {error}"), utterance.cause)
            return
        if utterance.so_far:
            u, h = utterance, heard
            self.post(PartRecognized(h.text, h.no_speech, u.certainty, u.started_at, u.so_far), u.cause)
        elif utterance.cause:
            u, h = utterance, heard
            times = (u.certainty, u.started_at, u.ended_at, u.silence, h.seconds)
            self.post(UtteranceRecognized(h.text, h.no_speech, *times), u.cause)

    # -- what it understood

    @handles
    def on_broke(self, message: RecognitionBroke) -> None:
        raise RuntimeError(f"recognition failed: {message.why}")

    @handles
    def on_recognized(self, heard: UtteranceRecognized) -> None:
        heard = msgspec.structs.replace(heard, text=without_loops(heard.text))
        if reason := self._unwanted(heard):
            self.dropped[reason] += 1
            log.info("%s: dropped (%s), %d so far", self.context.address, reason, self.dropped[reason])
            seconds = heard.ended_at - heard.started_at
            self.tell(CONVERSATION, NothingUnderstood(heard.started_at, seconds, heard.certainty, reason))
            return
        times = (heard.started_at, heard.ended_at, heard.silence, heard.recognition)
        over = self._over_voice.seconds(heard.started_at, heard.ended_at)
        self.tell(CONVERSATION, TranscriptReady(heard.text, *times, heard.no_speech, over_voice=over))

    @handles
    def on_part(self, heard: PartRecognized) -> None:
        """What is said over the bot, so far."""
        self._overlap = self._overlap.over()
        text = without_loops(heard.text)
        if self._unwanted(msgspec.structs.replace(heard, text=text)):
            text = ""
        self.tell(CONVERSATION, WordsHeard(heard.started_at, text, final=False, seconds=heard.seconds))

    def _unwanted(self, heard: UtteranceRecognized | PartRecognized) -> str:
        if invented(Transcription(heard.text, heard.no_speech, 0.0), heard.certainty):
            return "no speech"
        ended_at = (
            heard.ended_at if isinstance(heard, UtteranceRecognized) else heard.started_at + heard.seconds
        )
        if not self._over_voice.mostly(heard.started_at, ended_at):
            return ""  # people say again what they heard
        self._said = still_remembered(self._said, self.now())
        said = [one.text for one in self._said]
        return "echo" if resembles(heard.text, said, self._speech.echo_similarity) else ""


def _samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
