"""The system's actor: owns the bot's own state, and forwards the stages of turns to whoever watches."""

from actors.kernel.actor import handles
from actors.kernel.domain import DomainActor
from actors.kernel.protocol import Health
from actors.system.internal import ResourcesSampled
from actors.system.messages import ModuleChanged, ModuleFailed, StageReached, WatchStages
from actors.system.resources import Sampler
from actors.system.state import Error, SystemState, failed, measured, module_changed, sampled

__all__ = ["System"]

WORKING = (Health.OK, Health.DEGRADED)


class System(DomainActor[SystemState]):
    """Gathers latencies, deaths, resources and modules."""

    domain = "system"
    save_delay = 2.0

    def __init__(self) -> None:
        super().__init__(SystemState())
        self._watchers: tuple[str, ...] = ()
        self._sampler: Sampler | None = None

    def restored(self) -> None:
        """Modules and uptime are those of this run."""
        self.become(sampled(self.state, self.state.resource_usage, 0.0))
        self._sampler = Sampler(self.post)

    def on_stop(self) -> None:
        if self._sampler is not None:
            self._sampler.stop()
        super().on_stop()

    @handles
    def on_stage(self, message: StageReached) -> None:
        self.become(measured(self.state, message.stage, message.seconds))
        for address in self._watchers:
            self.tell(address, message)

    @handles
    def on_watch(self, message: WatchStages) -> None:
        others = tuple(address for address in self._watchers if address != message.address)
        self._watchers = (*others, message.address) if message.on else others

    @handles
    def on_module(self, message: ModuleChanged) -> None:
        self.become(module_changed(self.state, message.address, message.health in WORKING))

    @handles
    def on_failed(self, message: ModuleFailed) -> None:
        error = Error(message.address, message.kind, message.text, message.at)
        self.become(module_changed(failed(self.state, error), message.address, False))

    @handles
    def on_sampled(self, message: ResourcesSampled) -> None:
        self.become(sampled(self.state, message.usage, message.uptime))
