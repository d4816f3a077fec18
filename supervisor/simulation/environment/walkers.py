"""Simulated people whom the eyes see for a while and who want the body to come, and the body that its inputs move."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from actors.avatar.messages import SeenAt
from actors.behaviour.messages import BEHAVIOUR, MakeAct
from actors.conversation.messages import CONVERSATION, TextReceived
from actors.kernel.message import Message
from actors.osc.parameters import PREFIX
from actors.osc.wire import datagram
from actors.vocabulary.values import Person, person_named
from actors.world.messages import WORLD
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.people import NAMES
from supervisor.simulation.scheduler import Scheduler

BETWEEN = 9.0
"""Seconds between two who want something, on average."""

LOOKS = 0.2
WALKING, TURNING = 2.0, math.radians(150.0)  # a second, at full deflection
WISHES = ("Come here!", "Follow me, please.", "Look at me!", "Gerald, come over here.")


@dataclass(slots=True)
class Walkers:
    """tell: sends to an actor. The body moves while nobody asks for it, too: as a player's does."""

    _seed: int
    _scheduler: Scheduler
    _game: Game
    _tell: Callable[[str, Message], object]
    _until: float = 0.0
    _person: Person | None = None
    _seen_until: float = 0.0
    _there: tuple[float, float] = (0.0, 0.0)
    _body: tuple[float, float, float] = (0.0, 0.0, 0.0)  # east, north, and yaw in radians
    _told: dict[str, float] = field(default_factory=dict)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"walkers {self._seed}")

    def begin(self, until: float) -> None:
        """Act from now until `until`; the body moves also afterwards, while something is pressed."""
        self._until = until
        self._later(LOOKS, self._look)
        self._later(self._dice.expovariate(1.0 / BETWEEN), self._wish)

    def _later(self, seconds: float, do: Callable[[], object]) -> None:
        self._scheduler.schedule_external(self._scheduler.clock.time + seconds, do)

    def _wish(self) -> None:
        """Somebody stands somewhere, is seen for a while, and says what they want."""
        if self._scheduler.clock.time >= self._until:
            return
        person = self._person = person_named(self._dice.choice(NAMES))
        self._there = (self._dice.uniform(-8.0, 8.0), self._dice.uniform(-8.0, 8.0))
        self._seen_until = self._scheduler.clock.time + self._dice.uniform(0.5, 5.0)
        ordered = self._dice.random() < 0.3
        wish = MakeAct("come") if ordered else TextReceived(self._dice.choice(WISHES), person)
        self._later(0.5, partial(self._tell, BEHAVIOUR if ordered else CONVERSATION, wish))
        self._later(self._dice.expovariate(1.0 / BETWEEN), self._wish)

    def _look(self) -> None:
        self._move()
        now = self._scheduler.clock.time
        if self._person is not None and now < self._seen_until:
            self._tell(WORLD, self._sight(self._person))
        if now < self._until or self._game.held:
            self._later(LOOKS, self._look)

    def _sight(self, person: Person) -> SeenAt:
        east, north = self._there[0] - self._body[0], self._there[1] - self._body[1]
        bearing = math.degrees(math.atan2(east, north) - self._body[2])
        wall = self._scheduler.clock.wall()
        return SeenAt(person.user_id, person.name, bearing, math.hypot(east, north), wall)

    def _move(self) -> None:
        """The body goes as the inputs say, and the game tells what has changed."""
        speed = WALKING * self._game.held_at("Vertical")
        turning = TURNING * self._game.held_at("LookHorizontal")
        east, north, yaw = self._body
        yaw += turning * LOOKS
        self._body = (
            east + speed * LOOKS * math.sin(yaw),
            north + speed * LOOKS * math.cos(yaw),
            yaw,
        )
        for name, value in (("VelocityZ", speed), ("AngularY", turning)):
            if self._told.get(name) != value:
                self._told[name] = value
                self._game.port.send(datagram(PREFIX + name, value))
