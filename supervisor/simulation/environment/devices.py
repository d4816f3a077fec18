"""The simulated microphone and loudspeaker, and the engines of the real speech actors.

Every sample of the sound of a question, and of its answer, contains the question's number.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from actors.audio.devices.device import Feed, Sound
from actors.audio.internal import DeviceBroke, DeviceChanged
from actors.kernel.protocol.lifecycle import Health
from actors.speech.engines.choice import Note
from actors.speech.engines.engine import Samples, Transcription
from actors.system.internal import ResourcesSampled
from actors.system.state import ResourceUsage
from config.schema import Audio, Speech
from supervisor.simulation.environment.model import question_in
from supervisor.simulation.scheduler import Scheduler

RATE = 1000
"""Samples a second: few, since all are equal."""

TICK = 0.1
"""Seconds between two pulls of the loudspeaker."""

LOOK_EVERY = 2.0
"""Seconds between two checks whether a device is connected."""

CHUNK = 512
SPOKEN, SILENT = 14, 16
"""Chunks of 32 ms: of an utterance, and of the silence after it."""

PAUSES = 0.5
"""The probability that somebody pauses in the middle of what they say."""

GAP = (10, 30)
"""The least and the most chunks of such a pause."""

UNFINISHED, FINISHED = 10_000, 20_000
"""Added to the sound of the words before it, and of the last words."""

STEP, RING = 64, 500
"""A sample of a question's answer is its number, modulo RING, times STEP. Rate conversion changes the edges of a sound,
which then are hardly ever multiples of STEP."""

NAMELESS = RING + 1
"""The sign of sound that answers no question, for example an apology."""
LEAST = 5
"""How many equal samples count as a sound."""

A_CHARACTER = 0.04


@dataclass(slots=True)
class SimulatedWorker:
    """In place of a thread that does slow work (actors.speech.worker.Worker)."""

    name: str
    work: Callable[[Any], None]
    limit: int
    scheduler: Scheduler
    rest: object = None
    _jobs: deque[Any] = field(default_factory=deque)
    _guess: deque[Any] = field(default_factory=lambda: deque(maxlen=1))
    _busy: bool = False
    _stopped: bool = False

    def give(self, job: Any) -> bool:
        if len(self._jobs) >= self.limit:
            return False
        self._jobs.append(job)
        self._begin()
        return True

    def guess(self, job: Any) -> None:
        self._guess.append(job)
        self._begin()

    def promote(self) -> None:
        self._jobs.extendleft(self._guess)
        self._guess.clear()

    def stop(self, timeout: float) -> None:
        self._stopped = True

    def _begin(self) -> None:
        if not self._busy:
            self._busy = True
            self.scheduler.after(self.scheduler.dice.uniform(0.05, 0.3), self._do)

    def _do(self) -> None:
        if self._stopped:
            return
        self.work((self._jobs or self._guess).popleft())
        self._busy = False
        if self._jobs or self._guess:
            self._begin()


def sign_of(question: int) -> int:
    """The number by which the sound of an answer to this question is recognized."""
    return (question - 1) % RING + 1 if question else NAMELESS


class _Voice:
    rate = RATE
    language = "und"  # of no language's words: numbers stay digits, by which a sound is known
    unread = ()

    def synthesize(self, text: str) -> Iterator[Sound]:
        size = int(len(text) * A_CHARACTER * RATE)
        yield np.full(size, STEP * sign_of(question_in(text)), dtype=np.int16)


class _Activity:
    def probability(self, chunk: Samples) -> float:
        return 0.97 if chunk[0] else 0.01

    def reset(self) -> None:
        """There is no state."""


class _Transcriber:
    def transcribe(self, audio: Samples, expected: str = "") -> Transcription:
        spoken = audio[audio > 0.0]
        if not spoken.size:
            return Transcription("", 0.01, 0.2)
        number = round(float(spoken[-1]) * 32768)
        rest = "for you" if number > FINISHED else "and"
        return Transcription(f"Here comes question {number % UNFINISHED} {rest}", 0.01, 0.2)


class SimulatedCanceller:
    """In place of WebRTC's echo canceller (actors.audio.echo.control.Canceller): the microphone hears no echo."""

    def cancel(self, captured: Sound, played: Sound) -> Sound:
        return captured

    def reset(self) -> None:
        """There is no state."""


def load_voice(speech: Speech, audio: Audio, home: Path) -> tuple[_Voice, Note]:
    """In place of actors.speech.engines.choice.open_voice."""
    return _Voice(), Note("a simulated voice")


def load_recognizer(speech: Speech, home: Path) -> tuple[_Activity, _Transcriber, Note]:
    """In place of actors.speech.recognizer.load."""
    return _Activity(), _Transcriber(), Note("simulated ears")


@dataclass(frozen=True, slots=True)
class SimulatedSampler:
    """In place of actors.system.resources.Sampler."""

    tell: Callable[[ResourcesSampled, str], None]
    home: Path
    scheduler: Scheduler

    def sample(self, cause: str = "") -> None:
        usage, clock = ResourceUsage(10.0, 10**8, 4, 30, 10**10), self.scheduler.clock
        self.scheduler.after(0.01, lambda: self.tell(ResourcesSampled(usage, clock.time), cause))

    def stop(self) -> None:
        """Nothing to stop."""


@dataclass
class SimulatedSpeaker:
    """The loudspeaker. heard: called with the signs of what is played. unplugged_until: when it is back."""

    scheduler: Scheduler
    heard: Callable[[set[int]], None]
    unplugged_until: float = 0.0
    rate = RATE

    def play(self, feed: Feed, *, aloud: bool) -> bool:
        """Play the samples that are due. False when there are none."""
        if not feed.wait(0.0):
            return False
        sound = feed.pull(int(TICK * RATE), self.scheduler.clock.wall())
        samples = sound.tolist() if aloud else []
        if heard := set(samples) - {0}:
            self.heard({v // STEP for v in heard if v % STEP == 0 and samples.count(v) >= LEAST})
        return True


@dataclass
class SimulatedMicrophone:
    """The microphone. deliver: called with its sound while it is open. cut: called after each chunk."""

    scheduler: Scheduler
    unplugged_until: float = 0.0
    deliver: Callable[[Sound, float], None] | None = None
    cut: Callable[[float], None] = lambda _: None
    rate = 16_000

    def hear(self, number: int) -> None:
        """Deliver the sound of question `number`, in real time."""
        sound = [number + FINISHED] * SPOKEN
        if self.scheduler.dice.random() < PAUSES:
            sound = [number + UNFINISHED] * SPOKEN + [0] * self.scheduler.dice.randint(*GAP) + sound
        for chunk, loud in enumerate(sound + [0] * SILENT):
            at = self.scheduler.clock.time + chunk * 0.032
            self.scheduler.schedule_external(at, partial(self._chunk, loud))

    def _chunk(self, loud: int) -> None:
        if self.deliver is not None and self.scheduler.clock.time >= self.unplugged_until:
            self.deliver(np.full(CHUNK, loud, dtype=np.int16), self.scheduler.clock.wall())
            self.cut(0.0)


@dataclass
class SimulatedDeviceThread:
    """In place of an audio actor's actors.audio.devices.device_thread.DeviceThread. threads: those of the process, by
    address: the device belongs to the address, and not to the incarnation."""

    _address: str
    _what: str
    use: Callable[[Any], None]
    work: Callable[[float], None]
    report: Callable[[DeviceChanged | DeviceBroke], None]
    scheduler: Scheduler
    device: SimulatedSpeaker | SimulatedMicrophone
    threads: "dict[str, SimulatedDeviceThread]"
    opening: object = None
    spare: object = None
    rouse: object = None
    stopping: bool = False
    _feed: Feed | None = None
    _plays: bool = False
    _said: Health | None = None

    def start(self) -> None:
        before = self.threads.get(self._address)
        self.threads[self._address] = self
        if before is not None:
            before.stopping = True
        # It waits until its predecessor has released the device.
        self.scheduler.after(self.scheduler.dice.uniform(0.02, 0.15), self._open)

    def reopen(self) -> None:
        self._said = None

    def leave(self) -> None:
        """Its successor makes it stop."""

    def stop(self, timeout: float) -> bool:
        self.stopping = True
        return True

    def _open(self) -> None:
        if self.stopping:
            return
        if isinstance(self.device, SimulatedMicrophone):
            self.device.deliver, self.device.cut = None, self.work
        self.use(
            SimpleNamespace(rate=self.device.rate, start=self.begin)
        )  # actors.audio.devices.device.Device
        self._look()
        self.notify()

    def notify(self) -> None:
        """Go on playing: the feed may have sound now."""
        if not self._plays and self._feed is not None:
            self._plays = True
            self.scheduler.after(TICK, self._tick)

    def begin(self, feed_or_deliver: Any) -> None:
        """Use the device from now on."""
        if isinstance(self.device, SimulatedMicrophone):
            self.device.deliver = feed_or_deliver
        else:
            self._feed = feed_or_deliver

    @property
    def _is_there(self) -> bool:
        return self.scheduler.clock.time >= self.device.unplugged_until

    def _look(self) -> None:
        if not self.stopping:
            self._say(Health.OK if self._is_there else Health.DOWN)
            self.scheduler.after(LOOK_EVERY, self._look)

    def _tick(self) -> None:
        """Play until the feed is empty."""
        self._plays = False
        if self.stopping or self._feed is None or not isinstance(self.device, SimulatedSpeaker):
            return
        if self.device.play(self._feed, aloud=self._is_there):
            for _ in range(6):
                self.work(0.0)
            self.notify()

    def _say(self, health: Health) -> None:
        if health is not self._said:
            self._said = health
            why = "" if health is Health.OK else f"the {self._what} is missing: unplugged"
            self.report(DeviceChanged(health, why, "plug it in" if why else ""))
