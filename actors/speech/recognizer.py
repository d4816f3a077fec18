"""The recognizer: finds the utterances in the microphone's chunks and has them transcribed on a thread.

At each pause the words so far are transcribed, and tell how long to wait for more. An utterance keeps all its words:
what is long is recognized in pieces, and what waits for too long joins.

It never hears Gerald: sound that may be Gerald's own voice is silence to it, and what was said over that voice and
resembles what Gerald just said is dropped."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

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
from actors.speech.diarization.diarizer import Diarizer, Encoder
from actors.speech.diarization.prints import Cipher, VoicePrints
from actors.speech.engines.choice import Engines, Note, open_ears, open_encoder
from actors.speech.engines.engine import EngineBroken
from actors.speech.engines.vad import CHUNK, CHUNK_SECONDS
from actors.speech.internal import PartRecognized, RecognitionBroke, UtteranceRecognized
from actors.speech.listening.ear import Ear
from actors.speech.listening.echo_guard import EchoGuard
from actors.speech.listening.endpointing import (
    Event,
    SpeechBegan,
    SpeechCut,
    SpeechDismissed,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
)
from actors.speech.listening.hearing import without_loops
from actors.speech.listening.overlap import Overlap
from actors.speech.listening.patience import Patience, limits
from actors.speech.listening.segments import SpeechSegment, recognized
from actors.speech.listening.spoken_language import SpokenLanguage, language_of
from actors.speech.listening.transcripts import Transcripts
from actors.speech.listening.utterances import EndedUtterance, Utterances
from actors.speech.messages import (
    ForgetVoices,
    LanguageExpected,
    SpeechStarted,
    Spoken,
    TranscriptGuessed,
    VoiceBelongs,
    WatchWords,
    WordsHeard,
)
from actors.speech.worker import Worker
from actors.vocabulary.kept_voices import voices_in
from actors.vocabulary.words import joined
from config.schema import KeptOfUsers, Speech

log = logging.getLogger(__name__)

_SYLLABLE = 2  # chunks of speech after a pause that are the end of a word; one is a click
_WAITING = 32  # pieces that may wait for Whisper


class Recognizer(Actor):
    """Ears to words. Start arguments: the sections speech and users, and the home.

    sealer: the cipher with which voices are kept, None where none are."""

    def __init__(
        self,
        speech: Speech,
        home: Path,
        users: KeptOfUsers | None = None,
        sealer: Cipher | None = None,
        loading: Callable[[Speech, Path], Engines] = open_ears,
        working: Callable[..., Worker[SpeechSegment]] = Worker,
        encoding: Callable[[Speech], Encoder | None] = open_encoder,
    ) -> None:
        self._speech = speech
        self._home = home
        self._loading = loading
        self._working = working
        self._encoding = encoding
        self._ear = Ear(limits(speech))
        self._utterances = Utterances()
        self._patience = Patience()
        self.transcripts = Transcripts(self.tell)
        self._echo = EchoGuard()
        self._overlap = Overlap()
        self._language = SpokenLanguage(self)
        self._loaded: Engines | EngineBroken = EngineBroken("not loaded yet", "")
        self._encoder: Encoder | None = None
        self._worker: Worker[SpeechSegment] | None = None
        # Without the section nothing is said of what earlier visits left, and so it stays.
        self._prints = VoicePrints(voices_in(home) if users is not None else None, sealer)
        self._diarizer = Diarizer(self._utterances.wants, self._prints)

    def preload(self) -> None:
        try:
            self._loaded = self._loading(self._speech, self._home)
            self._encoder = self._encoding(self._speech)
            self._prints.open()
        except EngineBroken as broken:
            self._loaded = broken

    def on_start(self) -> None:
        loaded = self._loaded
        if isinstance(loaded, EngineBroken):
            self.health(Health.DOWN, f"cannot hear: {loaded}", loaded.remedy)
            return
        self._ear.activity, self._transcriber, note = loaded
        self._worker = self._working(f"{self.context.address} whisper", self._recognize, _WAITING)
        # The first run allocates what the later ones use.
        self._worker.give(SpeechSegment(bytes(2 * CHUNK), 0, 0.0, ""))
        self._diarizer.open(self._encoder, self.context, self._working)
        self._language.opened(self._with_prints(note))
        if self.context.incarnation > 1:
            self.ask(SPEAKER, GetPlayback(), then="on_playback")

    def on_stop(self) -> None:
        if self._worker is not None:
            self._worker.stop(2.0)
        self._diarizer.stop()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """Another language needs other engines, and so a restart."""
        before, self._speech = self._speech, sections["speech"]
        self._ear.limits = limits(self._speech)
        return (before.language, before.languages) == (self._speech.language, self._speech.languages)

    # -- what the bot says itself

    @handles
    def on_playback_started(self, message: PlaybackStarted) -> None:
        self._echo.started(message.at)
        self._overlap = self._overlap.reply(under_way=True)
        self._patience.answered()

    @handles
    def on_playback_ended(self, message: PlaybackEnded) -> None:
        self._overlap = self._overlap.reply(under_way=False)
        self._echo.ended(message.at, self._speech.tail_after_playback)

    @handles
    def on_voice_silent(self, message: VoiceSilent) -> None:
        """He is in mid-reply and says nothing: what people say now is heard."""
        self._echo.ended(message.at, self._speech.tail_after_playback)

    def on_playback(self, answer: Reply | AskFailed) -> None:
        """After a restart: what the speaker is doing."""
        if isinstance(answer, Reply) and isinstance(answer.message, PlaybackStarted):
            self.on_playback_started(answer.message)

    @handles
    def on_language_expected(self, message: LanguageExpected) -> None:
        self._language.expect(message.language)

    @handles
    def on_spoken(self, message: Spoken) -> None:
        self._echo.spoken(message.text, self.now())

    # -- what it hears

    @handles
    def on_chunk(self, chunk: AudioChunk) -> None:
        if self._ear.activity is None or len(chunk.pcm) != 2 * CHUNK:
            return
        chunk = self._echo.person_only(chunk)
        if self._ear.breaks_off(chunk.captured_at):
            self._begin_anew(again=chunk.again)
        event = self._ear.hear(chunk)
        self._take(event)
        if event is None and self._overlap.is_due(self._ear.endpoint):
            self._look_ahead()
        self._ear.forget()

    def _begin_anew(self, *, again: bool) -> None:
        """Another stream begins; what was being said in this one is over. again: it is heard anew, from its start."""
        if again:
            self._forget_pause()
            self._utterances.abandon()
        else:
            self._take(self._ear.interrupted())
        self._ear.begin_anew()

    # -- how it goes on

    def _take(self, event: Event | None) -> None:
        match event:
            case SpeechBegan():
                self._begin(event)
            case SpeechPaused():
                self._listen_ahead(event)
            case SpeechResumed():
                self._go_on(event)
            case SpeechCut():
                self._give(event)
                self._forget_pause()
            case SpeechEnded():
                self._end(event)
            case SpeechDismissed():
                self._dismiss(event)

    def _begin(self, began: SpeechBegan) -> None:
        self._forget_pause()
        at = self._ear.began_at
        if not began.faint:
            self._patience.began(at)
        self.tell(CONVERSATION, SpeechStarted(at, self._ear.last.clear, began.faint))
        self.transcripts.began(at)

    def _listen_ahead(self, paused: SpeechPaused) -> None:
        """The words so far tell whether this is the end."""
        segment = self._ear.segment(paused.keep, paused.last, paused.certainty, self.cause())
        self._utterances.paused(segment.segment)
        if self._worker is not None:
            self._worker.guess(segment)
        self._diarizer.listen(segment)

    def _go_on(self, resumed: SpeechResumed) -> None:
        if resumed.piece:
            self._need_pause()
        self._forget_pause()

    def _forget_pause(self) -> None:
        self.transcripts.withdraw()
        self._utterances.forget_pause()
        self._ear.silence = self._ear.limits.silence

    def _need_pause(self) -> None:
        """What was cut at the pause is a piece of the utterance, and waited for."""
        if not self._utterances.keep_pause() and self._worker is not None:
            self._worker.promote()

    def _give(self, cut: SpeechCut | SpeechEnded) -> None:
        segment = self._ear.segment(cut.keep, cut.last, cut.certainty, self.cause())
        self._utterances.piece(segment.segment)
        self._diarizer.listen(segment)
        if self._worker is None or not self._worker.give(segment):
            self.transcripts.dropped["busy"] += 1
            log.warning("%s: a piece of speech was dropped: %d others wait", self.context.address, _WAITING)
            self._utterances.hear(UtteranceRecognized("", 1.0, 0.0, 0.0, segment.segment, 0.0, 0.0))

    def _end(self, ended: SpeechEnded) -> None:
        if self._utterances.pause and ended.after < _SYLLABLE:
            self._need_pause()
        elif ended.spoken >= ended.keep:
            self._give(ended)
        self._utterances.end(
            EndedUtterance(
                pieces=(),
                started_at=self._ear.began_at,
                ended_at=self._ear.spoke_at,
                silence=self._ear.heard_at(ended.last) - self._ear.spoke_at,
                seconds=(ended.spoken - ended.first + 1) * CHUNK_SECONDS,
                certainty=ended.certainty,
                faint=ended.faint,
            )
        )
        self._patience.ended(self._ear.spoke_at)
        self._echo.taken(self._ear.spoke_at)
        self._utterances.forget_pause()
        self._ear.silence = self._ear.limits.silence
        self._tell_complete()

    def _dismiss(self, dismissed: SpeechDismissed) -> None:
        seconds, sure = dismissed.speech * CHUNK_SECONDS, dismissed.certainty
        self.transcripts.too_short(self._ear.began_at, seconds, sure, announced=dismissed.announced)

    def _look_ahead(self) -> None:
        """Have the words so far recognized: do they interrupt the bot, or what can be shown of them?"""
        self._overlap = self._overlap.passed(self._ear.endpoint)
        so_far = self._ear.so_far(self._overlap.speech, self.cause())
        if self._worker is None or not self._worker.give(so_far):
            self._overlap = self._overlap.over()

    # -- on the worker's thread

    def _recognize(self, segment: SpeechSegment) -> None:
        if segment.segment and not self._utterances.wants(segment.segment):
            return  # speech went on meanwhile
        if (message := recognized(self._language.asked(segment), self._transcriber)) is not None:
            self.post(message, segment.cause)

    # -- what it understood

    @handles
    def on_broke(self, message: RecognitionBroke) -> None:
        raise RuntimeError(f"recognition failed: {message.why}")

    @handles
    def on_recognized(self, heard: UtteranceRecognized) -> None:
        heard = msgspec.structs.replace(heard, text=without_loops(heard.text))
        if reason := self._unwanted(heard):
            heard = msgspec.structs.replace(heard, text="", unwanted=reason)
        heard = self._language.heard(heard)
        if heard.segment in self._utterances.needed:
            self._utterances.hear(heard)
            self._tell_complete()
        elif heard.segment == self._utterances.pause:
            self._judge(heard)

    def _judge(self, heard: UtteranceRecognized) -> None:
        """The words so far are known, while their speaker pauses."""
        self._utterances.judged = heard
        before = self._utterances.before
        text = joined((before or "", heard.text))
        self._ear.silence = self._patience.after(text, self._speech)
        if self._overlap.replying:
            seconds = self._ear.endpoint.speech * CHUNK_SECONDS
            self.tell(CONVERSATION, WordsHeard(self._ear.began_at, text, final=False, seconds=seconds))
        if text and before is not None and self._utterances.all_told:
            began_at, spoke_at = self._ear.began_at, self._ear.spoke_at
            pieces = (*self._utterances.known, heard)
            language, likely = language_of(pieces), language_of(pieces, 0.0)
            voice = self._diarizer.guess([one.segment for one in pieces])
            alike = self._diarizer.resembles(voice)
            self.transcripts.guess(
                TranscriptGuessed(heard.segment, text, began_at, spoke_at, language, voice, likely, alike)
            )
        self._take(self._ear.settle())

    def _tell_complete(self) -> None:
        for ended, pieces in self._utterances.complete():
            over = self._echo.seconds(ended.started_at, ended.ended_at)
            voice = self._diarizer.voice(ended.pieces, ended.ended_at, learn=not over) if pieces else 0
            self.transcripts.complete(ended, pieces, over, voice, self._diarizer.resembles(voice))

    # -- whose voices these are

    @handles
    def on_belongs(self, message: VoiceBelongs) -> None:
        self._diarizer.belongs(message.voice, message.person)

    @handles
    def on_forget_voices(self, message: ForgetVoices) -> None:
        self._diarizer.forget(message.people)

    def _with_prints(self, note: Note) -> Note:
        """What the owner should know first."""
        if note.worse or not self._prints.trouble:
            return note
        return msgspec.structs.replace(
            note, text=self._prints.trouble, remedy=self._prints.remedy, worse=True
        )

    # -- who listens to the words

    @handles
    def on_watch(self, message: WatchWords) -> None:
        self.transcripts.watch(message.address, on=message.on)
        self._overlap = self._overlap.watch(self.transcripts.watched)

    @handles
    def on_part(self, heard: PartRecognized) -> None:
        """What is said so far."""
        decides = self._overlap.decides
        self._overlap = self._overlap.over()
        text = without_loops(heard.text)
        if self._unwanted(msgspec.structs.replace(heard, text=text)):
            text = ""
        if not decides:  # before the last pause they said something, too
            text = joined((self._utterances.before or "", text))
        so_far = WordsHeard(heard.started_at, text, final=False, seconds=heard.seconds)
        self.transcripts.part(so_far, over_reply=decides)

    def _unwanted(self, heard: UtteranceRecognized | PartRecognized) -> str:
        return self._echo.unwanted(heard, self.now(), self._speech.echo_similarity)
