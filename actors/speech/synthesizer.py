"""The synthesizer: turns sentences into sound, in order, and sends it to the speaker piece by piece.

The voice works on a thread; a cancelled turn or a dropped guess stops it between pieces. What is made ready for a guess
stays here until a turn takes it over."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from actors.audio.messages import SPEAKER, PlaySentence
from actors.conversation.messages import CONVERSATION
from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.lifecycle import Health
from actors.speech.engines.choice import Note, open_voice
from actors.speech.engines.engine import EngineBroken, Sound, Voice
from actors.speech.engines.voices import FAILING, Voices
from actors.speech.free_memory import give_back
from actors.speech.internal import PieceReady, SynthesisBroke, VoiceReplaced
from actors.speech.messages import Cancel, Drop, SpeakRequested, SynthesisFailed, VoiceRestarted
from actors.speech.prepared import PreparedSound
from actors.speech.text.delivery import Delivery
from actors.speech.worker import Worker
from actors.system.messages import SYSTEM, StageReached
from config.schema import Audio, Speech

log = logging.getLogger(__name__)

_PIECE_SECONDS = 0.15
_WAITING = 64  # sentences that may wait to be spoken
_NO_VOICE_RATE = 22050
_EVERY_TURN = 2**62
_LEADS = 0.005, 0.1  # seconds of silence that may stand before a reply, and before each further sentence
_SILENT = 100  # of 32768: what is softer than this is silence
_NO_WAIT = 1e-3  # seconds to hand over sound that is ready
_OTHER_VOICE = "Choose another voice in audio.voice_model, or remove it for the embedded one."


class SynthesisTask(msgspec.Struct, frozen=True):
    """A sentence to speak, and the id of the message that asked for it."""

    turn: int
    sentence: int
    text: str
    cause: str
    guess: int = 0
    language: str = ""


class Synthesizer(Actor):
    """Words to sound. Start arguments: the sections speech and audio, and the home."""

    def __init__(
        self,
        speech: Speech,
        audio: Audio,
        home: Path,
        loading: Callable[[Speech, Audio, Path], tuple[Voices | Voice, Note]] = open_voice,
        working: Callable[..., Worker[SynthesisTask]] = Worker,
    ) -> None:
        self._speech = speech
        self._audio = audio
        self._home = home
        self._loading = loading
        self._working = working
        self._voided = 0
        self._prepared = PreparedSound()
        self._delivery = Delivery()
        self._worker: Worker[SynthesisTask] | None = None
        self._loaded: tuple[Voices | Voice, Note] | EngineBroken = EngineBroken("not loaded yet", "")
        self._broken = ""
        self._note = Note()
        self._failed = 0  # sentences in a row
        self._said: tuple[Health, str] | None = None

    def preload(self) -> None:
        try:
            self._loaded = self._loading(self._speech, self._audio, self._home)
        except EngineBroken as broken:
            self._loaded = broken

    def on_start(self) -> None:
        if self.context.incarnation > 1:
            self.tell(CONVERSATION, VoiceRestarted())
        loaded = self._loaded
        if isinstance(loaded, EngineBroken):
            self._broken = f"no voice: {loaded}"
            self.health(Health.DOWN, f"cannot speak: {loaded}", loaded.remedy)
            return
        voice, note = loaded
        self._voices = voice if isinstance(voice, Voices) else Voices(voice)
        self._worker = self._working(f"{self.context.address} voice", self._speak, _WAITING, rest=self._rest)
        # The first run allocates what the later ones use.
        self._worker.give(SynthesisTask(0, 0, "Ready.", ""))
        self._note = note
        self._say_choice()

    def _say_choice(self) -> None:
        note = self._note
        self._say(Health.DEGRADED if note.worse else Health.OK, note.text, note.remedy)

    def _say(self, health: Health, reason: str, remedy: str) -> None:
        if (health, reason) != self._said:
            self._said = (health, reason)
            self.health(health, reason, remedy)

    def _rest(self) -> None:
        self._voices.rest()
        give_back()

    def on_stop(self) -> None:
        if self._worker is not None:
            self._voided = _EVERY_TURN
            self._worker.stop(2.0)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """The voice itself changes by a restart; nothing else of these sections is used here."""
        self._speech = sections.get("speech", self._speech)
        self._audio = sections.get("audio", self._audio)
        return True

    @handles
    def on_cancel(self, message: Cancel) -> None:
        self._voided = max(self._voided, message.turn)

    @handles
    def on_drop(self, message: Drop) -> None:
        self._prepared.drop(message.guess)

    @handles
    def on_speak(self, message: SpeakRequested) -> None:
        if message.guess and not message.turn:
            self._prepare(message)
        elif message.turn > self._voided:
            ready = self._prepared.take(message.guess, message.sentence, message.text, message.turn)
            if ready is None:
                self._begin(message)
            else:
                self._take_over(ready)

    def _prepare(self, message: SpeakRequested) -> None:
        if self._worker is not None and self._prepared.begin(message.guess, message.sentence, message.text):
            self._worker.guess(self._task(message, message.guess))

    def _take_over(self, ready: tuple[PieceReady, ...]) -> None:
        if self._worker is not None:
            self._worker.promote()
        for piece in ready:
            waited = _NO_WAIT if piece.synthesis else 0.0  # it was made before anybody waited for it
            self._play(msgspec.structs.replace(piece, at=self.wall(), synthesis=waited))

    def _begin(self, message: SpeakRequested) -> None:
        if self._worker is None:
            self._give_up(message.turn, message.sentence, self._broken)
        elif not self._worker.give(self._task(message)):
            self._give_up(message.turn, message.sentence, f"{_WAITING} sentences are waiting already")

    def _task(self, message: SpeakRequested, guess: int = 0) -> SynthesisTask:
        turn, sentence = message.turn, message.sentence
        return SynthesisTask(turn, sentence, message.text, self.cause(), guess, message.language)

    @handles
    def on_piece(self, piece: PieceReady) -> None:
        if piece.pcm and self._failed:
            self._failed = 0
            self._say_choice()
        wanted = self._prepared.add(piece) if piece.guess else piece
        if wanted is not None and wanted.turn > self._voided:
            self._play(wanted)

    def _play(self, piece: PieceReady) -> None:
        if piece.synthesis and piece.pcm and piece.sentence == 0:
            self.tell(SYSTEM, StageReached(piece.turn, "synthesis", piece.at, piece.synthesis))
        self.tell(SPEAKER, PlaySentence(piece.turn, piece.sentence, piece.pcm, piece.rate, piece.last))

    @handles
    def on_broke(self, message: SynthesisBroke) -> None:
        self._failed += 1
        turn = self._prepared.fail(message.guess, message.sentence) if message.guess else message.turn
        if self._failed >= FAILING or (message.turn == 0 and not message.guess):
            self._say(Health.DEGRADED, f"every sentence fails: {message.why[:200]}", _OTHER_VOICE)
        if turn > self._voided:
            log.warning("%s: sentence %d of turn %d failed", self.context.address, message.sentence, turn)
            self._give_up(turn, message.sentence, message.why)

    @handles
    def on_replaced(self, message: VoiceReplaced) -> None:
        self._failed = 0
        text = (
            f"the voice fails at every sentence ({message.why[:200]}); the embedded one speaks in its place"
        )
        self._note = Note(text, _OTHER_VOICE, worse=True)
        self._say_choice()

    def _give_up(self, turn: int, sentence: int, why: str) -> None:
        self.tell(CONVERSATION, SynthesisFailed(turn, sentence, why))
        # The speaker counts sentences; one without sound counts, and is not announced as heard.
        self.tell(SPEAKER, PlaySentence(turn, sentence, b"", _NO_VOICE_RATE, last=True))

    # -- on the worker's thread

    def _is_wanted(self, task: SynthesisTask) -> bool:
        if not task.guess:
            return task.turn > self._voided
        turn = self._prepared.turn_of(task.guess, task.sentence)
        return turn is not None and (turn or _EVERY_TURN) > self._voided

    def _speak(self, task: SynthesisTask) -> None:
        if task.cause and not self._is_wanted(task):
            return
        voice = self._voices.of(task.language)
        try:
            self._speak_by(voice, task)
            self._voices.spoke()
        except Exception as error:  # one failed sentence must not stop the others
            self._fail(voice, task, f"{type(error).__name__}: {error}")

    def _fail(self, voice: Voice, task: SynthesisTask, why: str) -> None:
        """The sentence fails, or is spoken by what takes the place of a voice that fails at all of them."""
        spare = self._voices.failed(voice, certain=not task.cause)
        if spare is None:
            self.post(SynthesisBroke(task.turn, task.sentence, why, task.guess), task.cause)
            return
        self.post(VoiceReplaced(why), task.cause)
        self._speak(task)

    def _speak_by(self, voice: Voice, task: SynthesisTask) -> None:
        begun = time.perf_counter()
        lead = _LEADS[bool(task.sentence)]
        for sound, last in pieces(without_lead(self._sounds(task.text, voice), voice.rate, lead), voice.rate):
            if not self._is_wanted(task):
                return
            took, begun = (time.perf_counter() - begun if begun else 0.0), 0.0
            self.post(self._piece(task, sound, last, took, voice.rate), task.cause)

    def _sounds(self, text: str, voice: Voice) -> Iterator[Sound]:
        """The sound of what is to be said of `text`, which may be nothing."""
        forms = self._speech.pronunciations
        words = self._delivery.words(text, voice.language, forms, time.monotonic(), voice.unread)
        return voice.synthesize(words) if words else iter(())

    def _piece(self, task: SynthesisTask, sound: Sound, last: bool, took: float, rate: int) -> PieceReady:
        pcm, now = sound.astype("<i2").tobytes(), time.time()
        return PieceReady(task.turn, task.sentence, pcm, rate, last, now, took, task.guess)


def without_lead(sounds: Iterator[Sound], rate: int, seconds: float) -> Iterator[Sound]:
    """`sounds` with at most `seconds` of silence before the first that is heard: voices often begin with more."""
    keep, begun = round(rate * seconds), False
    for sound in sounds:
        heard = np.flatnonzero(np.abs(sound.astype(np.int32)) > _SILENT)
        if begun or heard.size:
            yield sound if begun else sound[max(0, int(heard[0]) - keep) :]
        begun = begun or bool(heard.size)


def pieces(sounds: Iterator[Sound], rate: int) -> Iterator[tuple[Sound, bool]]:
    """`sounds` in pieces of at most 150 ms as they come, and whether each is the last, which is an empty one."""
    size = round(rate * _PIECE_SECONDS)
    for sound in sounds:
        for begin in range(0, sound.size, size):
            yield sound[begin : begin + size], False
    yield np.zeros(0, dtype=np.int16), True
