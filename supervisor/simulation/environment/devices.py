"""The simulated microphone and loudspeaker, and the engines behind the real speech actors.

Every sample of a question's sound, and of its answer's, tells the number of the question.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from actors.audio.device import Feed, Sound
from actors.audio.internal import DeviceBroke, DeviceChanged
from actors.kernel.protocol.lifecycle import Health
from actors.speech.choice import Note
from actors.speech.engines import Samples, Transcription
from actors.system.internal import ResourcesSampled
from actors.system.state import ResourceUsage
from config.schema import Audio, Speech
from supervisor.simulation.environment.model import question_in
from supervisor.simulation.scheduler import Scheduler

__all__ = [
    "SimulatedKeeper",
    "SimulatedMicrophone",
    "SimulatedSampler",
    "SimulatedSpeaker",
    "SimulatedWorker",
    "load_recognizer",
    "load_voice",
    "sign_of",
]

RATE = 1000
"""Samples a second: few, since each says the same."""

TICK = 0.1
"""Seconds between two pulls of the loudspeaker."""

LOOK_EVERY = 2.0
"""Seconds between two looks whether a device is there."""

CHUNK = 512
SPOKEN, SILENT = 14, 16
"""Chunks of 32 ms: of an utterance, and of the silence after it."""

STEP, RING = 64, 500
"""The sample of a question's answer is its number, counted up to RING and then anew, times STEP. What converting the
rate makes of the edges of a sound is hardly ever a multiple of it."""

NAMELESS = RING + 1
"""The sign of sound that answers no question: an apology, say."""
LEAST = 5
"""So many samples must be alike to be taken for a sound."""

A_CHARACTER = 0.04


class SimulatedWorker:
    """In place of a thread that does slow work (actors.speech.worker.Worker)."""

    def __init__(self, name: str, work: Callable[[Any], None], limit: int, *, scheduler: Scheduler) -> None:
        self._work = work
        self._limit = limit
        self._scheduler = scheduler
        self._jobs: list[Any] = []
        self._stopped = False

    def give(self, job: Any) -> bool:
        if len(self._jobs) > self._limit:
            return False
        self._jobs.append(job)
        if len(self._jobs) == 1:
            self._next()
        return True

    def stop(self, timeout: float) -> None:
        self._stopped = True

    def _next(self) -> None:
        self._scheduler.after(self._scheduler.dice.uniform(0.05, 0.3), self._do)

    def _do(self) -> None:
        if self._stopped:
            return
        self._work(self._jobs[0])
        self._jobs.pop(0)
        if self._jobs:
            self._next()


def sign_of(question: int) -> int:
    """What the sound of an answer to it is known by."""
    return (question - 1) % RING + 1 if question else NAMELESS


class _Voice:
    rate = RATE

    def synthesize(self, text: str) -> Iterator[Sound]:
        size = int(len(text) * A_CHARACTER * RATE)
        yield np.full(size, STEP * sign_of(question_in(text)), dtype=np.int16)


class _Activity:
    def probability(self, chunk: Samples) -> float:
        return 0.97 if chunk[0] else 0.01

    def reset(self) -> None:
        """Nothing is remembered."""


class _Transcriber:
    def transcribe(self, audio: Samples) -> Transcription:
        number = round(float(audio.max()) * 32768)
        return Transcription(f"Here comes question {number} for you" if number else "", 0.01, 0.2)


def load_voice(speech: Speech, audio: Audio, home: Path) -> tuple[_Voice, Note]:
    """In place of actors.speech.choice.open_voice."""
    return _Voice(), Note("a simulated voice")


def load_recognizer(speech: Speech, home: Path) -> tuple[_Activity, _Transcriber, Note]:
    """In place of actors.speech.recognizer.load."""
    return _Activity(), _Transcriber(), Note("simulated ears")


class SimulatedSampler:
    """In place of actors.system.resources.Sampler."""

    def __init__(
        self, tell: Callable[[ResourcesSampled, str], None], home: Path, *, scheduler: Scheduler
    ) -> None:
        self._tell = tell
        self._scheduler = scheduler

    def sample(self, cause: str = "") -> None:
        usage = ResourceUsage(10.0, 10**8, 4, 30, 10**10)
        self._scheduler.after(
            0.01, lambda: self._tell(ResourcesSampled(usage, self._scheduler.clock.time), cause)
        )

    def stop(self) -> None:
        """Nothing is under way for long."""


class SimulatedSpeaker:
    """The loudspeaker. heard: called with the signs of what is played. unplugged_until: when it is back."""

    rate = RATE

    def __init__(self, scheduler: Scheduler, heard: Callable[[set[int]], None]) -> None:
        self.unplugged_until = 0.0
        self._scheduler = scheduler
        self._heard = heard

    def play(self, feed: Feed, *, aloud: bool) -> bool:
        """Pull what is due; False when there was nothing."""
        if not feed.wait(0.0):
            return False
        sound = feed.pull(int(TICK * RATE), self._scheduler.clock.wall())
        samples = sound.tolist() if aloud else []
        if heard := set(samples) - {0}:
            self._heard({v // STEP for v in heard if v % STEP == 0 and samples.count(v) >= LEAST})
        return True


class SimulatedMicrophone:
    """The microphone. deliver: where its sound goes while it is open."""

    rate = 16_000

    def __init__(self, scheduler: Scheduler) -> None:
        self.unplugged_until = 0.0
        self.deliver: Callable[[Sound, float], None] | None = None
        self.cut: Callable[[float], None] = lambda _: None
        self._scheduler = scheduler

    def hear(self, number: int) -> None:
        """Somebody asks question `number` aloud."""
        for chunk in range(SPOKEN + SILENT):
            loud = number if chunk < SPOKEN else 0
            self._scheduler.schedule_external(
                self._scheduler.clock.time + chunk * 0.032, partial(self._chunk, loud)
            )

    def _chunk(self, loud: int) -> None:
        if self.deliver is not None and self._scheduler.clock.time >= self.unplugged_until:
            self.deliver(np.full(CHUNK, loud, dtype=np.int16), self._scheduler.clock.wall())
            self.cut(0.0)


class SimulatedKeeper:
    """In place of an audio actor's thread (actors.audio.device_thread.DeviceThread). keepers: those of the process, by
    address: the device belongs to the address, and not to the incarnation."""

    def __init__(
        self,
        address: str,
        what: str,
        *,
        use: Callable[[Any], None],
        work: Callable[[float], None],
        report: Callable[[DeviceChanged | DeviceBroke], None],
        scheduler: Scheduler,
        device: "SimulatedSpeaker | SimulatedMicrophone",
        keepers: "dict[str, SimulatedKeeper]",
        **_: Any,
    ) -> None:
        self.stopping = False
        self._address = address
        self._what = what
        self._use = use
        self._work = work
        self._report = report
        self._scheduler = scheduler
        self._device = device
        self._keepers = keepers
        self._feed: Feed | None = None
        self._plays = False
        self._said: Health | None = None

    def start(self) -> None:
        before = self._keepers.get(self._address)
        self._keepers[self._address] = self
        if before is not None:
            before.stopping = True
        # It waits until its predecessor has let go of the device.
        self._scheduler.after(self._scheduler.dice.uniform(0.02, 0.15), self._open)

    def reopen(self) -> None:
        self._said = None

    def stop(self, timeout: float) -> bool:
        self.stopping = True
        return True

    def _open(self) -> None:
        if self.stopping:
            return
        if isinstance(self._device, SimulatedMicrophone):
            self._device.deliver, self._device.cut = None, self._work
        self._use(_Device(self))
        self._look()
        self.notify()

    def notify(self) -> None:
        """There may be something to play."""
        if not self._plays and self._feed is not None:
            self._plays = True
            self._scheduler.after(TICK, self._tick)

    def begin(self, feed_or_deliver: Any) -> None:
        """The device is used from now on."""
        if isinstance(self._device, SimulatedMicrophone):
            self._device.deliver = feed_or_deliver
        else:
            self._feed = feed_or_deliver

    @property
    def _is_there(self) -> bool:
        return self._scheduler.clock.time >= self._device.unplugged_until

    def _look(self) -> None:
        if not self.stopping:
            self._say(Health.OK if self._is_there else Health.DOWN)
            self._scheduler.after(LOOK_EVERY, self._look)

    def _tick(self) -> None:
        """As long as there is something to play."""
        self._plays = False
        if self.stopping or self._feed is None or not isinstance(self._device, SimulatedSpeaker):
            return
        if self._device.play(self._feed, aloud=self._is_there):
            for _ in range(3):
                self._work(0.0)
            self.notify()

    def _say(self, health: Health) -> None:
        if health is not self._said:
            self._said = health
            why = "" if health is Health.OK else f"the {self._what} is missing: unplugged"
            self._report(DeviceChanged(health, why, "plug it in" if why else ""))


class _Device:
    """An open device, as its actor sees it (actors.audio.device.Device)."""

    def __init__(self, keeper: SimulatedKeeper) -> None:
        self.rate = keeper._device.rate
        self.start = keeper.begin
