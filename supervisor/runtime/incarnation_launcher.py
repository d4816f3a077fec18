"""Launches incarnations of actors and supervisors: in threads, in processes, or on other machines."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors.kernel.directory import Directory
from actors.kernel.handler_context import Clock
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.record import RecordSink
from actors.system.messages import ModuleChanged, ModuleFailed
from config.sections import unpacked
from supervisor.hosts.placement.placement import Placement
from supervisor.metrics.turn_meter import TurnMeter
from supervisor.otp.registry import ActorRegistry
from supervisor.otp.slot import ActorHandle, ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.otp.supervisor import Observer, Supervisor
from supervisor.runtime.actor_factory import ActorFactory
from supervisor.runtime.platform import Threads

SYSTEM_ACTOR = Observer(
    "system",
    ModuleChanged,
    lambda address, failure, at: ModuleFailed(address, failure.kind, failure.text, at),
)
"""The actor that receives every actor's health and failures."""


@dataclass(slots=True, repr=False)
class IncarnationLauncher:
    """registry: what supervisors act on; set it before the first launch."""

    _actors: ActorFactory
    _directory: Directory
    _clock: Clock
    _run: str
    _recorder: RecordSink | None
    _reveal: Callable[[str], str]
    _threads: Threads
    _placement: Placement
    _meter: TurnMeter
    registry: ActorRegistry = field(init=False)

    def launch(self, slot: ActorSlot, on_ready: Callable[[], None], on_end: Ended) -> ActorHandle:
        """Start the current incarnation of `slot` (supervisor.otp.slot.MakeHandle)."""
        spec = slot.spec
        place = self._placement.place(slot)
        if isinstance(spec, ChildSpec) and place.kind != "thread":
            return self._placement.launch(slot, self._actors.boot(slot, spec), on_ready, on_end, place)
        return self._threads.launch(slot, lambda ended: self._incarnation(slot, on_ready, ended), on_end)

    def _incarnation(self, slot: ActorSlot, on_ready: Callable[[], None], on_end: Ended) -> Incarnation:
        spec = slot.spec
        if isinstance(spec, ChildSpec):
            actor = self._actors.make(spec)
        else:
            actor = Supervisor(self.registry.current_spec(spec), self.registry, SYSTEM_ACTOR)
        return Incarnation(
            actor,
            slot.address,
            slot.incarnation,
            slot.mailbox,
            self._directory,
            self._clock,
            seed=self._run,
            supervisor=slot.supervisor,
            recorder=self._recorder,
            on_ready=on_ready,
            on_end=on_end,
            sections=lambda data: unpacked(data, self._reveal),
            around=lambda handle: self._meter.around(slot.address, handle),
        )
