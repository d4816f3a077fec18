"""What a simulated node needs of the world around it."""

from collections.abc import Callable
from typing import Any, Protocol

from actors.kernel.record import Record
from supervisor.otp.slot import ActorSlot
from supervisor.simulation.environment.configuration import SimulatedSource
from supervisor.simulation.environment.disk import Disk
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.model import ModelServer
from supervisor.simulation.scheduler import Scheduler

__all__ = ["NodeEnvironment"]


class NodeEnvironment(Protocol):
    """Implemented by supervisor.simulation.world.SimulatedWorld."""

    name: str
    scheduler: Scheduler
    source: SimulatedSource
    disk: Disk
    game: Game
    model: ModelServer
    ear: Any
    mouth: Any
    trace: Callable[[Record], None] | None

    def changed(self, slot: ActorSlot) -> None:
        """The state or health of the actor in `slot` has changed."""

    def cut_power(self) -> None:
        """The machine is off."""
