"""The microphone: what its device captures goes to the recognizer, in chunks of 32 ms, while the device lasts."""

import queue
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from actors.audio.device_actor import DeviceActor
from actors.audio.devices.capture import Chunker
from actors.audio.devices.choice import open_source
from actors.audio.devices.device import AudioSource, Sound
from actors.audio.devices.device_thread import DeviceThread
from actors.audio.echo.control import Canceller, open_control
from actors.audio.echo.double_talk import open_canceller
from actors.audio.echo.path import EchoMode
from actors.audio.internal import CaptureBegan, DeviceChanged, Resubscribe
from actors.audio.messages import AudioChunk, PlayedSound, WatchLevel
from actors.audio.meter import Meter
from actors.audio.muting import ears_muted, watched
from actors.kernel.actor import handles
from actors.kernel.protocol.lifecycle import Health
from actors.osc.messages import OSC_RECEIVER, ParametersChanged, SubscribeParameters
from actors.speech.messages import RECOGNIZER
from config.schema import Audio, Speech

_SUBSCRIBE_EVERY = 10.0
_WAITING = 500  # deliveries that may wait for the thread that cuts them


class Microphone(DeviceActor):
    """Sends chunks to the recognizer, without the bot's own voice where that can be had.

    thread: makes the thread that keeps the device open. canceller: makes the echo canceller. The device's callback only
    queues its sound; the device thread cuts it into chunks."""

    what = "microphone"

    def __init__(
        self,
        audio: Audio,
        speech: Speech,
        home: Path,
        thread: Callable[..., DeviceThread[AudioSource]] = DeviceThread,
        canceller: Callable[[], Canceller] = open_canceller,
    ) -> None:
        self._audio = audio
        self._speech = speech
        self._device_thread = thread
        self._home = home
        self._canceller = canceller
        self._captured: queue.SimpleQueue[tuple[Sound, float] | None] = (
            queue.SimpleQueue()
        )  # None rouses the thread
        self._chunker = Chunker(audio.sample_rate)
        self._device = DeviceChanged(Health.OK)
        self._said: tuple[EchoMode, str, int] | None = None
        self._parameters: Mapping[str, bool] = {}
        self._meter = Meter()

    def on_start(self) -> None:
        self._echo = open_control(self._speech.echo, self._canceller)
        thread = self._device_thread(
            self.context.address,
            self.what,
            opening=lambda: open_source(self._audio.input_device, self._audio.sample_rate, self._home),
            use=self._use,
            work=self._cut,
            report=self.post,
            rouse=lambda: self._captured.put(None),
        )
        self.keep(thread)
        self._subscribe(Resubscribe())

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._speech = sections.get("speech", self._speech)
        self._echo.setting = self._speech.echo
        before, self._audio = self._audio, sections.get("audio", self._audio)
        if (before.input_device, before.sample_rate) != (self._audio.input_device, self._audio.sample_rate):
            self._thread.reopen()
        if watched(before) != watched(self._audio):
            self.tell(OSC_RECEIVER, SubscribeParameters(watched(self._audio), self.context.address))
        if self._answered:
            self._tell_health()
        return True

    # -- what is heard

    @handles
    def on_began(self, _: CaptureBegan) -> None:
        self._echo.forget()

    @handles
    def on_played(self, message: PlayedSound) -> None:
        self._echo.play(message)

    @handles
    def on_chunk(self, chunk: AudioChunk) -> None:
        if self._meter.watchers and (level := self._meter.take(chunk)) is not None:
            for watcher in self._meter.watchers:
                self.tell(watcher, level)
        heard = self._echo.capture(chunk)
        if self._muted:
            self._echo.ignore()
            # Silence ends what was being said; nothing at all would leave it open.
            heard = replace(heard, pcm=bytes(len(heard.pcm)))
        for one in (*self._echo.recovered(heard), heard):
            self.tell(RECOGNIZER, one)
        if self._said != (self._echo.mode, self._muted, self._echo.lost):
            self._tell_health()

    @handles
    def on_watch(self, message: WatchLevel) -> None:
        self._meter.watch(message.address, on=message.on)

    # -- whether it hears

    @property
    def _muted(self) -> str:
        return ears_muted(self._audio, self._parameters)

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        known = {name: bool(value) for name, value in message.values.items() if name in watched(self._audio)}
        self._parameters = {**self._parameters, **known}

    @handles
    def on_resubscribe(self, message: Resubscribe) -> None:
        self._subscribe(message)

    def _subscribe(self, again: Resubscribe) -> None:
        """A restarted receiver has forgotten it."""
        if watched(self._audio):
            self.tell(OSC_RECEIVER, SubscribeParameters(watched(self._audio), self.context.address))
        self.after(_SUBSCRIBE_EVERY, again)

    # -- how it is

    def healthy(self, change: DeviceChanged) -> None:
        self._device = change
        self._tell_health()

    def _tell_health(self) -> None:
        device, mode, lost = self._device, self._echo.mode, self._echo.lost
        self._said = (mode, self._muted, lost)
        reason = f"{_NAMES[mode.name]}: {mode.reason}"
        if lost:
            reason += f" (what was said over {lost} {'replies' if lost > 1 else 'reply'} may be lost)"
        if device.health is not Health.OK:
            self.health(device.health, device.reason, device.remedy)
        elif self._muted:
            self.health(Health.OK, self._muted)
        elif mode.able:
            self.health(Health.OK, reason)
        else:
            self.health(Health.DEGRADED, reason, mode.remedy)

    # -- on the device's thread

    def _deliver(self, sound: Sound, at: float) -> None:
        if self._captured.qsize() < _WAITING:
            self._captured.put((sound, at))

    # -- on the device thread

    def _use(self, source: AudioSource) -> None:
        self._chunker = Chunker(source.rate)
        self.post(CaptureBegan())
        source.start(self._deliver)

    def _cut(self, timeout: float) -> None:
        try:
            captured = self._captured.get(timeout=timeout)
        except queue.Empty:
            return
        if captured is None:
            return
        for chunk in self._chunker.feed(*captured):
            self.post(chunk)


_NAMES = {
    "free": "hears people while the bot speaks",
    "cancel": "hears people while the bot speaks",
    "half_duplex": "hears nobody while the bot speaks",
}
