"""Applies a reload of the configuration to the running tree."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from actors.kernel.handler_context import Clock
from actors.kernel.message import Message
from actors.kernel.record import ConfigurationVersion, RecordSink
from config.layers.source import digest_of
from config.schema import Config, Logging
from supervisor.logs import start_logging
from supervisor.nodes.process import ProcessHandle
from supervisor.otp.messages import RestartChild, Revise
from supervisor.otp.registry import ActorRegistry
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec, SupervisorSpec, walk
from supervisor.otp.tree_diff import Revision
from supervisor.runtime.actor_factory import ActorFactory
from supervisor.runtime.platform import Processes
from supervisor.runtime.shared_frames import SharedFrames

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class LiveTree:
    """A registry's tree (supervisor.runtime.config_reload.SupervisionTree).

    make_tree: makes the tree that a configuration asks for; None for a fixed tree. command: see Runtime.command.
    """

    _registry: ActorRegistry
    _make_tree: Callable[[Config], SupervisorSpec] | None
    _command: Callable[[str, Message], None]
    _actors: ActorFactory
    _processes: Processes
    _frames: SharedFrames
    _recorder: RecordSink | None
    _clock: Clock
    _home: Path

    def living(self) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
        return tuple(
            (slot.address, spec.arguments, slot.state == "running")
            for slot, spec in self._actor_slots()
            if slot.state in ("starting", "running")
        )

    def restart(self, address: str) -> None:
        """Ask the supervisor to restart an actor and its replicas."""
        for slot, spec in self._actor_slots():
            if not spec.disabled_reason and address in (spec.address, spec.replica_of):
                self._command(slot.supervisor, RestartChild(slot.address))

    def apply(self, old: Config, new: Config, version: int) -> None:
        """Put `new` in force for the log, the trace and the standby processes."""
        if old.logging != new.logging:
            self._log_as(new.logging)
        if self._recorder is not None:
            self._recorder.append(ConfigurationVersion(version, digest_of(new), self._clock.wall()))
        for slot, spec in self._actor_slots():
            if spec.process.standby and slot.handle is not None:
                self._processes.renew(self._actors.boot(slot, spec))

    def revise(self, old: Config, new: Config) -> tuple[str, ...]:
        if self._make_tree is None:
            return ()
        before, after = self._make_tree(old), self._make_tree(new)
        self._frames.provide(after, new)
        for address in self._registry.plan(after):
            self._command(address, Revise())
        pairs = zip(walk(before), walk(after), strict=True)
        return tuple(b.address for a, b in pairs if Revision(a, b).interrupts)

    def _log_as(self, settings: Logging) -> None:
        if trouble := start_logging(settings, self._home / "data"):
            log.warning("%s", trouble)
        for slot, _ in self._actor_slots():
            if isinstance(slot.handle, ProcessHandle):
                slot.handle.set_level(settings.level)

    def _actor_slots(self) -> tuple[tuple[ActorSlot, ChildSpec], ...]:
        slots = tuple(self._registry.slots.values())
        return tuple((slot, slot.spec) for slot in slots if isinstance(slot.spec, ChildSpec))
