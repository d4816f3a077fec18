"""The way between Gerald's actors and the small world, under the virtual clock: late, and with losses if asked for."""

import random
from collections import deque
from collections.abc import Callable, Mapping

from actors.osc.inputs import PREFIX
from actors.osc.messages import ParametersChanged, TrackingChanged
from actors.osc.parameters import event_of
from actors.osc.wire import Value
from tests.doubles.virtual_world import VirtualWorld
from tests.doubles.vrchat.small_world import SmallWorld

FRAME = 1.0 / 30.0
FUZZ = 1e-6  # frames are added up


class Link:
    """Stands in for the two UDP ports. loses: the part of datagrams that get lost. late: seconds that each takes.

    tracked: the game shares the head's pose. each_frame: called after every frame of the game, with its time."""

    def __init__(
        self,
        world: VirtualWorld,
        game: SmallWorld,
        *,
        loses: float = 0.0,
        late: float = 0.0,
        seed: int = 0,
        tracked: bool = False,
        each_frame: Callable[[], None] = lambda: None,
    ) -> None:
        self.world, self.game = world, game
        self.loses, self.late, self.tracked = loses, late, tracked
        self.each_frame = each_frame
        self.sent: list[tuple[str, float]] = []
        self._dice = random.Random(f"link {seed}")
        self._inward: deque[tuple[float, str, float]] = deque()
        self._outward: deque[tuple[float, Mapping[str, Value] | tuple[float, ...]]] = deque()

    # -- the socket of osc.sender (actors.osc.wire.Wire)

    def __call__(self, ip: str, port: int) -> "Link":
        return self

    def send(self, address: str, *values: Value) -> None:
        if address.startswith(PREFIX):
            name, value = address.removeprefix(PREFIX), float(values[0])
            self.sent.append((name, value))
            if self._arrives():
                self._inward.append((self.world.clock.elapsed + self.late, name, value))

    def close(self) -> None:
        """Nothing to close."""

    # -- time

    def advance(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let game and actors go on, frame by frame, for so long or until something is so: whether it is."""
        end = self.world.clock.elapsed + seconds
        while not until():
            if self.world.clock.elapsed >= end - 1e-6:
                return False
            self._frame()
        return True

    def _frame(self) -> None:
        now = self.world.clock.elapsed
        while self._inward and self._inward[0][0] <= now + FUZZ:
            _, name, value = self._inward.popleft()
            self.game.apply(name, value)
        for name, value in self.game.advance(FRAME).items():
            if self._arrives():
                self._outward.append((now + self.late, {name: value}))
        if self.tracked and self._arrives():
            self._outward.append((now + self.late, self.game.pose))
        self._tell(now)
        self.each_frame()
        self.world.advance(FRAME)

    def _tell(self, now: float) -> None:
        """As the receiver does: what has come is told as one message."""
        values: dict[str, Value] = {}
        while self._outward and self._outward[0][0] <= now + FUZZ:
            _, told = self._outward.popleft()
            if isinstance(told, Mapping):
                values |= told
            else:
                self.world.tell("avatar", TrackingChanged(told[:3], told[3:]), sender="osc.receiver")
        if values:
            events = {name: event_of(name) for name in values}
            self.world.tell("avatar", ParametersChanged(values, (), events), sender="osc.receiver")
        self.world.run()

    def _arrives(self) -> bool:
        return self._dice.random() >= self.loses
