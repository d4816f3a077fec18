"""What a place offers in which incarnations run in processes of their own: this machine, a host, or a simulation."""

from collections.abc import Callable, Mapping
from typing import Protocol

from actors.kernel.incarnation import Ended
from supervisor.nodes.boot import Boot
from supervisor.otp.slot import ActorHandle, ActorSlot


class Processes(Protocol):
    """Runs incarnations in processes of their own (supervisor.nodes.standby_pool.StandbyPool)."""

    def launch(
        self, slot: ActorSlot, boot: Boot, on_ready: Callable[[], None], on_end: Ended
    ) -> ActorHandle: ...
    def provide(self, boot: Boot) -> None:
        """Keep as many standby processes for this start as it asks for."""

    def discard(self, address: str) -> None: ...
    def renew(self, boot: Boot) -> None: ...
    def warm(self) -> Mapping[str, int]: ...
    def close(self) -> None: ...
