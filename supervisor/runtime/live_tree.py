"""Applies a reload of the configuration to the running tree."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from actors.kernel.handler_context import Clock
from actors.kernel.message import Message
from actors.kernel.record import ConfigurationVersion, RecordSink
from config.layers.source import digest_of
from config.schema import Config, Logging
from supervisor.hosts.placement.placement import Placement
from supervisor.logs import start_logging
from supervisor.nodes.process import ProcessHandle
from supervisor.otp.messages import RestartChild, Revise
from supervisor.otp.registry import ActorRegistry
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec, SupervisorSpec, walk
from supervisor.otp.tree_diff import Revision
from supervisor.runtime.actor_factory import ActorFactory
from supervisor.runtime.shared_frames import SharedFrames
from supervisor.tree import tree

log = logging.getLogger(__name__)


class TreeMaker:
    """Makes Gerald's tree as a configuration asks; `text` and `safe` as of `tree`. complete: whether what waits for
    everything else is started."""

    def __init__(self, *, text: bool, safe: bool) -> None:
        self.complete = False
        self._text, self._safe = text, safe

    def __call__(self, config: Config) -> SupervisorSpec:
        return tree(config, text=self._text, safe=self._safe, complete=self.complete)


@dataclass(frozen=True, slots=True, repr=False)
class LiveTree:
    """A registry's tree (supervisor.runtime.config_reload.SupervisionTree).

    make_tree: None for a fixed tree. command: see Runtime.command.
    """

    _registry: ActorRegistry
    _make_tree: TreeMaker | None
    _command: Callable[[str, Message], None]
    _actors: ActorFactory
    _processes: Placement
    _frames: SharedFrames
    _recorder: RecordSink | None
    _clock: Clock
    _home: Path
    _planning: threading.Lock = field(default_factory=threading.Lock)

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

    def complete(self, config: Config) -> None:
        """Start what is to start when everything else is ready."""
        if self._make_tree is None or self._make_tree.complete:
            return
        with self._planning:
            self._make_tree.complete = True
            self._plan(self._make_tree(config))

    def apply(self, old: Config, new: Config, version: int) -> None:
        """Put `new` in force for the log, the trace and the standby processes."""
        if old.logging != new.logging:
            self._log_as(new.logging)
        if self._recorder is not None:
            self._recorder.append(ConfigurationVersion(version, digest_of(new), self._clock.wall()))
        self._processes.reconsider()
        for slot, spec in self._actor_slots():
            if spec.process.standby and slot.handle is not None:
                self._processes.renew(self._actors.boot(slot, spec))

    def revise(self, old: Config, new: Config) -> tuple[str, ...]:
        if self._make_tree is None:
            return ()
        with self._planning:
            before, after = self._make_tree(old), self._make_tree(new)
            self._frames.provide(after, new)
            self._plan(after)
        pairs = zip(walk(before), walk(after), strict=True)
        return tuple(b.address for a, b in pairs if Revision(a, b).interrupts)

    def _plan(self, after: SupervisorSpec) -> None:
        for address in self._registry.plan(after):
            self._command(address, Revise())

    def _log_as(self, settings: Logging) -> None:
        if trouble := start_logging(settings, self._home / "data"):
            log.warning("%s", trouble)
        for slot, _ in self._actor_slots():
            if isinstance(slot.handle, ProcessHandle):
                slot.handle.set_level(settings.level)

    def _actor_slots(self) -> tuple[tuple[ActorSlot, ChildSpec], ...]:
        slots = tuple(self._registry.slots.values())
        return tuple((slot, slot.spec) for slot in slots if isinstance(slot.spec, ChildSpec))
