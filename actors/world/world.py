"""The world's actor: owns what is known of the instance the bot is in, and answers who is there."""

from actors.kernel.actor import handles
from actors.kernel.domain import DomainActor
from actors.world.messages import PlayerJoined, PlayerLeft, Present, WhoIsHere, WorldEntered, WorldLeft
from actors.world.state import WorldState, departed, entered, faults, joined, left, present

__all__ = ["World"]


class World(DomainActor[WorldState]):
    """Notes who comes and goes; what a burst of arrivals changes is saved as one."""

    domain = "world"
    save_delay = 1.0

    def __init__(self) -> None:
        super().__init__(WorldState())

    def validate(self, state: WorldState, before: WorldState) -> tuple[str, ...]:
        """The numbers agree, and everything is within its bounds."""
        return faults(state)

    @handles
    def on_entered(self, message: WorldEntered) -> None:
        self.become(entered(self.state, message.world_id, message.world_name, message.at))

    @handles
    def on_world_left(self, message: WorldLeft) -> None:
        self.become(departed(self.state, message.at))

    @handles
    def on_joined(self, message: PlayerJoined) -> None:
        self.become(joined(self.state, message.person, message.at, message.own))

    @handles
    def on_left(self, message: PlayerLeft) -> None:
        self.become(left(self.state, message.person, message.at))

    @handles
    def on_who_is_here(self, message: WhoIsHere) -> None:
        self.reply(Present(present(self.state), self.state.world_name))
