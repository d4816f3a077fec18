"""The microphone: what its device captures goes to the recognizer, in chunks of 32 ms, while the device lasts."""

import queue
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from actors.audio.capture import Chunker
from actors.audio.choice import open_source
from actors.audio.device import AudioSource, Sound
from actors.audio.device_actor import DeviceActor
from actors.audio.device_thread import DeviceThread
from actors.audio.messages import AudioChunk
from actors.kernel.actor import handles
from actors.speech.messages import RECOGNIZER
from config.schema import Audio, Speech

_WAITING = 500  # deliveries that may wait for the thread that cuts them


class Microphone(DeviceActor):
    """Sends chunks to the recognizer. thread: makes the thread that keeps the device open.

    The device's callback only queues its sound; the device thread cuts it into chunks."""

    what = "microphone"

    def __init__(
        self,
        audio: Audio,
        speech: Speech,
        home: Path,
        thread: Callable[..., DeviceThread[AudioSource]] = DeviceThread,
    ) -> None:
        self._audio = audio
        self._speech = speech
        self._device_thread = thread
        self._home = home
        self._captured: queue.SimpleQueue[tuple[Sound, float]] = queue.SimpleQueue()
        self._chunker = Chunker(audio.sample_rate)

    def on_start(self) -> None:
        thread = self._device_thread(
            self.context.address,
            self.what,
            opening=lambda: open_source(self._audio.input_device, self._audio.sample_rate, self._home),
            use=self._use,
            work=self._cut,
            report=self.post,
        )
        self.keep(thread)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._speech = sections.get("speech", self._speech)
        before, self._audio = self._audio, sections.get("audio", self._audio)
        if (before.input_device, before.sample_rate) != (self._audio.input_device, self._audio.sample_rate):
            self._thread.reopen()
        return True

    @handles
    def on_chunk(self, chunk: AudioChunk) -> None:
        self.tell(RECOGNIZER, msgspec.structs.replace(chunk, clear=self._speech.echo == "free"))

    # -- on the device's thread

    def _deliver(self, sound: Sound, at: float) -> None:
        if self._captured.qsize() < _WAITING:
            self._captured.put((sound, at))

    # -- on the device thread

    def _use(self, source: AudioSource) -> None:
        self._chunker = Chunker(source.rate)
        source.start(self._deliver)

    def _cut(self, timeout: float) -> None:
        try:
            sound, at = self._captured.get(timeout=timeout)
        except queue.Empty:
            return
        for chunk in self._chunker.feed(sound, at):
            self.post(chunk)
