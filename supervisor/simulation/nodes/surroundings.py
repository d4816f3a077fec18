"""What the processes of a simulation need of the world around them (supervisor.simulation.world)."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from actors.kernel.record import Record
from supervisor.otp.slot import ActorSlot
from supervisor.simulation.checks.osc_in import OscIn
from supervisor.simulation.environment.configuration import SimulatedSource
from supervisor.simulation.environment.disk import Disk
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.model import ModelServer
from supervisor.simulation.nodes.host import SimulatedHost
from supervisor.simulation.scheduler import Scheduler


class NodeEnvironment(Protocol):
    """Devices, servers, files, other machines and time."""

    name: str
    scheduler: Scheduler
    source: SimulatedSource
    disk: Disk
    game: Game
    osc_in: OscIn
    model: ModelServer
    microphone: Any
    speaker: Any
    trace: Callable[[Record], None] | None
    hosts: Mapping[str, SimulatedHost]

    def changed(self, slot: ActorSlot) -> None:
        """The actor in `slot` started, ended, or has other health."""

    def cut_power(self) -> None:
        """The machine is off."""
