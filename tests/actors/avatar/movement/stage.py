"""The actors that move the body, real ones, in the small world under the virtual clock, and eyes that see people."""

import math
from collections import deque

from actors.avatar.avatar import Avatar
from actors.avatar.messages import MovementEnded, SeenAt
from actors.avatar.movement.movement import Movement
from actors.kernel.message import Message
from actors.kernel.protocol.storage import LoadState
from actors.kernel.record import RecordSink
from actors.osc.sender import Sender
from actors.vocabulary.values import Vector3
from actors.world.world import World
from config.schema import Behaviour, Osc
from config.schema import Movement as Settings
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import VirtualWorld
from tests.doubles.vrchat.link import FRAME, Link
from tests.doubles.vrchat.small_world import SmallWorld

LOOKS = 0.2  # seconds between two pictures
VIEW = 90.0  # degrees to each side that the eyes see


class Stage:
    """game: where the body is. asker: whoever gives orders. blind: the eyes see nobody. sees_through_walls: as through
    glass, or over a counter."""

    def __init__(
        self,
        game: SmallWorld,
        *,
        loses: float = 0.0,
        late: float = 0.0,
        seed: int = 0,
        tracked: bool = False,
        recorder: RecordSink | None = None,
        **settings: float | bool,
    ) -> None:
        self.game = game
        self.blind = self.sees_through_walls = False
        self.world = VirtualWorld(recorder=recorder)
        self.asker = self.world.probe("behaviour")
        self.link = Link(
            self.world, game, loses=loses, late=late, seed=seed, tracked=tracked, each_frame=self._see
        )
        self._late = late
        self._seen: deque[tuple[float, SeenAt]] = deque()
        self._looked = 0.0
        persistence = self.world.probe("persistence")
        self.avatar, self.places = Avatar(), World()
        self.world.start(self.avatar, "avatar")
        self.world.start(self.places, "world")
        self.world.start(Sender(Osc(), self.link), "osc.sender")
        self.movement = Movement(Behaviour(movement=Settings(**settings)))  # type: ignore[arg-type]
        self.world.start(self.movement, "avatar.movement")
        self.world.run()
        for envelope in persistence.envelopes:
            if isinstance(envelope.message, LoadState):
                domain = envelope.message.domain
                loaded = Shelf().loaded(domain)
                self.world.tell(domain, loaded, sender="persistence", answers=envelope.id)
        self.link.advance(0.5)

    def order(self, message: Message) -> None:
        """The behaviour asks for it."""
        self.world.give("avatar.movement", message, sender="behaviour")

    def until_ended(self, within: float = 90.0) -> MovementEnded:
        """How the movement ends."""
        self.asker.clear()
        assert self.link.advance(within, lambda: bool(self.asker.of(MovementEnded))), "it did not end"
        ended: MovementEnded = self.asker.of(MovementEnded)[0]
        return ended

    def advance(self, seconds: float) -> None:
        self.link.advance(seconds)

    @property
    def found(self) -> Vector3:
        """Where the avatar takes the body to be."""
        return self.avatar.state.position

    def gap(self, x: float, z: float) -> float:
        """Metres from where the body is to a point of the game."""
        return math.dist(self.game.at, (x, z))

    def _see(self) -> None:
        """A picture now and then; what is seen in it is told a little later."""
        now = self.world.clock.elapsed
        if now - self._looked >= LOOKS - 1e-6 and not self.blind:
            self._looked = now
            for name in self.game.people:
                sight = self.game.sight(name, through=self.sees_through_walls)
                if sight is not None and abs(sight[0]) <= VIEW:
                    seen = SeenAt(f"usr_{name}", name, *sight, self.world.clock.wall())
                    self._seen.append((now + self._late, seen))
        while self._seen and self._seen[0][0] <= now:
            self.world.tell("world", self._seen.popleft()[1], sender="eyes")


__all__ = ["FRAME", "Stage"]
