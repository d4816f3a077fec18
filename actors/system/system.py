"""The system's actor: owns the bot's own state, and forwards the stages of turns to watchers."""

from collections.abc import Callable
from pathlib import Path

from actors.kernel.actor import handles
from actors.kernel.protocol.lifecycle import Health, Undelivered
from actors.kernel.state.domain import DomainActor
from actors.system.internal import ResourcesSampled, SampleDue
from actors.system.messages import ModuleChanged, ModuleFailed, StageReached, WatchStages
from actors.system.resources import Sampler
from actors.system.state import Error, SystemState, begun, failed, faults, measured, module_changed, sampled
from actors.vocabulary.type_names import durable

WORKING = (Health.OK, Health.DEGRADED)
SAMPLE_EVERY = 5.0
WATCHERS = 32
LONGEST = 1000  # characters of an error's text that are kept


@durable("system.System", "actors.system.system:System")
class System(DomainActor[SystemState]):
    """At `system`. Gathers latencies, deaths, resources and modules. Start argument: the home."""

    domain = "system"
    save_delay = 2.0

    def __init__(
        self,
        home: Path,
        sampling: Callable[[Callable[[ResourcesSampled, str], None], Path], Sampler] = Sampler,
    ) -> None:
        super().__init__(SystemState())
        self.watchers: tuple[str, ...] = ()
        self._sampler = sampling(self.post, home)

    def validate(self, state: SystemState, before: SystemState) -> tuple[str, ...]:
        return faults(state)

    def restored(self) -> None:
        # A successor of a crashed incarnation hears nothing again of what has not changed since.
        if self.context.incarnation == 1:
            self.become(begun(self.state))
        self.after(0.0, SampleDue())

    def on_stop(self) -> None:
        self.side_effect(self._sampler.stop)
        super().on_stop()

    @handles
    def on_stage(self, message: StageReached) -> None:
        self.become(measured(self.state, message.stage, message.seconds))
        for address in self.watchers:
            self.tell(address, message, notify=True)

    @handles
    def on_watch(self, message: WatchStages) -> None:
        self._watch(message.address, message.on)

    @handles
    def on_undelivered(self, message: Undelivered) -> None:
        """A watcher that is gone is forgotten; one that is merely slow is not."""
        super().on_undelivered(message)
        if message.why in ("unknown", "stopped"):
            self._watch(message.recipient, False)

    @handles
    def on_sample_due(self, message: SampleDue) -> None:
        cause = self.cause()
        self.side_effect(lambda: self._sampler.sample(cause))
        self.after(SAMPLE_EVERY, SampleDue())

    def _watch(self, address: str, on: bool) -> None:
        others = tuple(watcher for watcher in self.watchers if watcher != address)
        self.watchers = (*others, address)[-WATCHERS:] if on else others

    @handles
    def on_module(self, message: ModuleChanged) -> None:
        self.become(module_changed(self.state, message.address, message.health in WORKING))

    @handles
    def on_failed(self, message: ModuleFailed) -> None:
        error = Error(message.address, message.kind, message.text[:LONGEST], message.at)
        self.become(module_changed(failed(self.state, error), message.address, False))

    @handles
    def on_sampled(self, message: ResourcesSampled) -> None:
        self.become(sampled(self.state, message.usage, message.uptime))
