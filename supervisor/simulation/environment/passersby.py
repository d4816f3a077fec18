"""Simulated people who walk through the picture, and what several detectors and the reader tell of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from actors.kernel.message import Message
from actors.vision.messages import PERSON, TRACKER, Box, Detection, Looked, Plate, PlatesRead
from supervisor.simulation.environment.people import NAMES
from supervisor.simulation.scheduler import Scheduler

TURNS = 5.0
"""Seconds between two turns of the body, on average: then everybody is somewhere else in the picture."""
BETWEEN = 4.0
"""Seconds between two who come into sight, on average."""
LOOKS, READS = 0.2, 1.0
DELAYS = 0.02, 0.5
"""Seconds from a picture to when a detector is done with it: the detectors overtake each other."""
STAYS = 2.0, 12.0
OUTAGE, LASTS = 0.01, (3.0, 9.0)
"""How likely the camera fails with a picture, and for how long, in seconds."""
FOUND, IMAGINED, READ = 0.7, 0.05, 0.6


@dataclass(slots=True)
class Passerby:
    """Somebody who walks from `begins` to `ends` (shares of the picture's width) until `until`."""

    name: str
    begins: float
    ends: float
    height: float
    since: float
    until: float

    def middle(self, now: float) -> float:
        """Where they are, from the left; beyond 0 and 1 they are out of sight."""
        return self.begins + (now - self.since) / (self.until - self.since) * (self.ends - self.begins)

    def is_in_view(self, now: float) -> bool:
        """Whether they are in the picture."""
        return now < self.until and 0.0 <= self.middle(now) <= 1.0

    def box(self, now: float) -> Box:
        """The part of the picture that they fill."""
        width = self.height / 3
        return Box(max(0.0, self.middle(now) - width / 2), 0.5 - self.height / 2, width, self.height)


@dataclass(slots=True)
class Passersby:
    """tell: sends to an actor. shown: when somebody, or what was taken for it, was last told of (simulated seconds)."""

    _seed: int
    _scheduler: Scheduler
    _tell: Callable[[str, Message], object]
    shown: float = -1e9
    _until: float = 0.0
    _generation: int = 0
    _blind_until: float = 0.0
    _people: list[Passerby] = field(default_factory=list)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"passersby {self._seed}")

    def begin(self, until: float) -> None:
        """Walk from now until `until`."""
        self._until = until
        self._later(LOOKS, self._look)
        self._later(READS, self._read)
        self._later(self._dice.expovariate(1.0 / BETWEEN), self._come)
        self._later(self._dice.expovariate(1.0 / TURNS), self._turn)

    def _turn(self) -> None:
        shift = self._dice.uniform(-0.6, 0.6)
        for one in self._people:
            one.begins, one.ends = one.begins + shift, one.ends + shift
        self._later(self._dice.expovariate(1.0 / TURNS), self._turn)

    def _later(self, seconds: float, do: Callable[[], object]) -> None:
        at = self._scheduler.clock.time + seconds
        if at < self._until:
            self._scheduler.schedule_external(at, do)

    def _come(self) -> None:
        now, dice = self._scheduler.clock.time, self._dice
        places = dice.uniform(0.1, 0.9), dice.uniform(0.1, 0.9)
        stays = now + dice.uniform(*STAYS)
        self._people.append(Passerby(dice.choice(NAMES), *places, dice.uniform(0.2, 0.7), now, stays))
        self._later(dice.expovariate(1.0 / BETWEEN), self._come)

    def _look(self) -> None:
        """A picture is taken; one of the detectors is done with it a while later."""
        self._later(LOOKS, self._look)
        if not self._camera_works():
            return
        self._generation += 1
        found = [
            Detection(PERSON, self._score(), box) for box in self._boxes() if self._dice.random() < FOUND
        ]
        if self._dice.random() < IMAGINED:
            box = Box(self._dice.uniform(0.0, 0.8), self._dice.uniform(0.0, 0.5), 0.1, 0.3)
            found.append(Detection(PERSON, self._score(), box))
        wall = self._scheduler.clock.wall()
        looked = Looked(self._generation, wall, 720, 1280, 0.5, found=tuple(found), searched=True)
        self._later(self._dice.uniform(*DELAYS), partial(self._show, looked))

    def _read(self) -> None:
        self._later(READS, self._read)
        if self._scheduler.clock.time < self._blind_until:
            return
        plates = tuple(
            Plate(one.name, self._dice.uniform(0.6, 1.0), _plate(one.box(self._scheduler.clock.time)))
            for one in self._people
            if one.is_in_view(self._scheduler.clock.time) and self._dice.random() < READ
        )
        read = PlatesRead(self._scheduler.clock.wall(), plates)
        self._later(self._dice.uniform(*DELAYS), partial(self._show, read))

    def _show(self, message: Looked | PlatesRead) -> None:
        if message.found if isinstance(message, Looked) else message.plates:
            self.shown = self._scheduler.clock.time
        self._tell(TRACKER, message)

    def _camera_works(self) -> bool:
        now = self._scheduler.clock.time
        if now >= self._blind_until and self._dice.random() < OUTAGE:
            self._blind_until = now + self._dice.uniform(*LASTS)
        return now >= self._blind_until

    def _boxes(self) -> list[Box]:
        now = self._scheduler.clock.time
        self._people = [one for one in self._people if one.until > now]
        return [one.box(now) for one in self._people if one.is_in_view(now)]

    def _score(self) -> float:
        return self._dice.uniform(0.25, 0.6)


def _plate(body: Box) -> Box:
    return Box(body.left, max(0.0, body.top - 0.06), body.width, 0.03)
