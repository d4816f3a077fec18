"""The speaker: plays a turn's sentences in order, and reports its beginning, what was heard, and its end.

A cancelled turn is silent within the device's latency. Without a device, playback goes on silently in real time, so
that the other actors continue in text."""

import logging
import queue
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from actors.audio.device_actor import DeviceActor
from actors.audio.devices.choice import open_sink
from actors.audio.devices.device import AudioSink, Sound
from actors.audio.devices.device_thread import DeviceThread
from actors.audio.devices.silence import no_speaker
from actors.audio.echo.reference import Reference
from actors.audio.internal import (
    DeviceChanged,
    FullVoiceDue,
    PlaybackQuiet,
    SoundBegan,
    SoundHeard,
    SoundPlayed,
    SoundRanOut,
    StillSilent,
)
from actors.audio.messages import (
    MICROPHONE,
    Duck,
    GetPlayback,
    Pause,
    PlaybackDone,
    PlaybackEnded,
    PlaybackStarted,
    PlayedSound,
    PlaySentence,
    Resume,
    SentenceHeard,
    SentencePlayed,
)
from actors.audio.muting import voice_muted
from actors.audio.playback.fader import RAMP
from actors.audio.playback.playback import Announcement, Playback, Step
from actors.audio.playback.playlist import Playlist
from actors.conversation.messages import CONVERSATION
from actors.kernel.actor import AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.kernel.protocol.state import GetState, StateIs
from actors.osc.messages import OSC_GAME
from actors.speech.messages import RECOGNIZER, Cancel, VoiceRestarted
from actors.system.messages import SYSTEM, StageReached
from config.schema import Audio

log = logging.getLogger(__name__)

_QUIET = 10.0
_LATE = 0.3  # seconds without sound, within a turn, that are a silence: people may speak into it
_EASED_MOST = 5.0  # seconds: whoever made the voice quieter should have decided by now


class Speaker(DeviceActor):
    """Mouth. Start arguments: the section audio, and the home. thread: makes the thread that keeps the device open."""

    what = "speaker"

    def __init__(
        self, audio: Audio, home: Path, thread: Callable[..., DeviceThread[AudioSink]] = DeviceThread
    ) -> None:
        self._audio = audio
        self._device_thread = thread
        self._home = home
        self._playlist = Playlist()
        self._playback = Playback()
        self._watching = False
        self._last_sound = 0.0
        self._first_audio = 0
        self._latency = 0.0
        self._eased = 0  # the turn that is paused or played more quietly
        self._changes = 0
        self._ran_out = 0.0
        self._last_turn = 0
        self._reference: Reference | None = None
        self._device = DeviceChanged(Health.OK)

    @property
    def eased(self) -> bool:
        """Whether its voice is quieter than it should be, or held."""
        return self._playlist.eased

    def on_start(self) -> None:
        if self.context.incarnation > 1:
            self.tell(CONVERSATION, VoiceRestarted())
        thread = self._device_thread(
            self.context.address,
            self.what,
            opening=lambda: open_sink(self._audio.output_device, self._home),
            use=self._use,
            work=self._report_marks,
            report=self.post,
            spare=no_speaker,
            rouse=lambda: self._playlist.marks.put(None),
        )
        self.keep(thread)
        if self.context.incarnation > 1:
            # What the previous incarnation was playing is gone; the others still wait for its end.
            self._announce((self._playback, (PlaybackEnded(0, self.wall(), cancelled=True),)))
            # What was cancelled is not known here, and pieces of it may still arrive.
            self.ask(CONVERSATION, GetState("turn"), "on_last")
            self.ask(CONVERSATION, GetState("active.turn"), "on_active")

    def on_stop(self) -> None:
        self._playlist.drop(2**62)
        super().on_stop()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        before, self._audio = self._audio, sections["audio"]
        if before.output_device != self._audio.output_device:
            self._thread.reopen()
        if self._reference is not None:
            self._reference.muted = self._audio.mute_voice
        if before.mute_voice != self._audio.mute_voice:
            self.healthy(self._device)
        return True

    def healthy(self, change: DeviceChanged) -> None:
        self._device = change
        muted = voice_muted(self._audio) if change.health is Health.OK else ""
        self.health(change.health, muted or change.reason, change.remedy)

    # -- what is to be played

    @handles
    def on_sentence(self, message: PlaySentence) -> None:
        if message.turn <= self._playback.voided:
            return
        self._last_sound = self.now()
        sound = _louder(np.frombuffer(message.pcm, dtype="<i2"), self._audio.volume)
        if not self._playlist.add(
            message.turn, message.sentence, sound, message.rate, message.last, self.cause()
        ):
            log.warning("%s: too much waits to be played; a piece was dropped", self.context.address)

    @handles
    def on_done(self, message: PlaybackDone) -> None:
        self._last_sound = self.now()
        self._announce(self._playback.done(message.turn, message.sentences, self.wall()))

    @handles
    def on_cancel(self, message: Cancel) -> None:
        self._playlist.drop(message.turn)
        self._announce(self._playback.cancelled(message.turn, self.wall()))

    def on_last(self, answer: Reply | AskFailed) -> None:
        self._last_turn = _number_in(answer)

    def on_active(self, answer: Reply | AskFailed) -> None:
        """Turns up to the last one are over, except the one that is under way."""
        active = _number_in(answer)
        self.on_cancel(Cancel(min(self._last_turn, active - 1) if active else self._last_turn))

    @handles
    def on_get_playback(self, _: GetPlayback) -> None:
        self.reply(self._playback.now)

    # -- how loud

    @handles
    def on_duck(self, message: Duck) -> None:
        self._ease(message.turn, message.level)

    @handles
    def on_pause(self, message: Pause) -> None:
        if self._ease(message.turn, 0.0):
            self._announce(self._playback.silent(message.turn, self.wall() + RAMP + self._latency))

    @handles
    def on_resume(self, message: Resume) -> None:
        if message.turn == self._eased:
            self._playlist.go_back(message.turn, message.sentence, message.since)
            self._go_on(message.turn)

    @handles
    def on_full_voice_due(self, message: FullVoiceDue) -> None:
        """Nobody decided: go on."""
        if (message.turn, message.change) == (self._eased, self._changes):
            log.warning("%s: nobody decided how turn %d goes on", self.context.address, message.turn)
            self._go_on(message.turn)

    def _ease(self, turn: int, level: float) -> bool:
        if not self._playback.is_open(turn):
            return False
        self._changes += 1
        self._eased = turn if level < 1.0 else 0
        self._playlist.fade(level)
        if self._eased:
            self.after(_EASED_MOST, FullVoiceDue(turn, self._changes))
        return True

    def _go_on(self, turn: int) -> None:
        self._ease(turn, 1.0)
        if self._playlist.seconds:
            self._announce(self._playback.began(turn, self.wall()))

    # -- what the device has played

    @handles
    def on_began(self, message: SoundBegan) -> None:
        self._last_sound = self.now()
        self._latency, self._ran_out = message.latency, 0.0
        self._announce(self._playback.began(message.turn, message.at))

    @handles
    def on_played(self, message: SoundPlayed) -> None:
        self._last_sound = self.now()
        self._announce(self._playback.played(message.turn, message.sentence, message.at, message.heard))

    @handles
    def on_heard(self, message: SoundHeard) -> None:
        self._last_sound = self.now()
        if not self._playback.is_open(message.turn):
            return
        if message.going and message.turn != self._eased:
            self._ran_out = 0.0
            self._announce(self._playback.began(message.turn, message.at))
        one = message
        self.tell(
            CONVERSATION,
            SentenceHeard(one.turn, one.sentence, one.seconds, one.length, one.whole, one.at, one.going),
        )

    @handles
    def on_ran_out(self, message: SoundRanOut) -> None:
        if self._playback.is_open(message.turn):
            self._ran_out = message.at
            self.after(_LATE, StillSilent(message.turn, message.at))

    @handles
    def on_still_silent(self, message: StillSilent) -> None:
        if self._ran_out == message.at:
            self._announce(self._playback.silent(message.turn, message.at))

    @handles
    def on_quiet(self, _: PlaybackQuiet) -> None:
        self._watching = False
        if self._playlist.seconds == 0.0 and self.now() - self._last_sound >= _QUIET:
            self._announce(self._playback.quiet(self.wall()))
        self._watch()

    def _watch(self) -> None:
        if not self._watching and self._playback.tracks:
            self._watching = True
            self.after(_QUIET, PlaybackQuiet())

    def _announce(self, step: Step) -> None:
        self._playback, announcements = step
        for message in announcements:
            if not isinstance(message, SentencePlayed):
                self.tell(RECOGNIZER, message)
            self.tell(CONVERSATION, message)
            self._tell_game(message)
            if isinstance(message, PlaybackEnded) and message.turn == self._eased:
                self._eased = 0
                self._playlist.fade(1.0)
            if isinstance(message, PlaybackStarted) and message.turn > self._first_audio:
                self._first_audio = message.turn
                self.tell(SYSTEM, StageReached(message.turn, "first_audio", message.at, self._latency))
        self._watch()

    def _tell_game(self, message: Announcement) -> None:
        """A voice that is muted here concerns nobody there."""
        if isinstance(message, PlaybackEnded) or (
            isinstance(message, PlaybackStarted) and not self._audio.mute_voice
        ):
            self.tell(OSC_GAME, message)

    @handles
    def on_sound(self, message: PlayedSound) -> None:
        self.tell(MICROPHONE, message)

    # -- on the device thread

    def _use(self, sink: AudioSink) -> None:
        self._playlist.set_rate(sink.rate)
        stream = self._reference.stream + 1 if self._reference is not None else int(self.wall())
        self._reference = Reference(self._playlist, sink.rate, stream, self.post)
        self._reference.muted = self._audio.mute_voice
        sink.start(self._reference)

    def _report_marks(self, timeout: float) -> None:
        try:
            marked = self._playlist.marks.get(timeout=timeout)
        except queue.Empty:
            return
        if marked is not None:
            self.post(*marked)


def _number_in(answer: Reply | AskFailed) -> int:
    """The number in a part of a state; 0 where there is none."""
    if not isinstance(answer, Reply) or not isinstance(answer.message, StateIs):
        return 0
    return msgspec.json.decode(answer.message.json, type=int | None) or 0


def _louder(sound: Sound, volume: float) -> Sound:
    if volume == 1.0:
        return sound
    scaled: Sound = np.clip(sound * volume, -32768, 32767).astype(np.int16)
    return scaled
