"""A running Gerald: the node that holds the root supervisor, its directory, its trace and the way in from outside."""

import itertools
import json
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actors.kernel import failure
from actors.kernel.actor import Actor
from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.incarnation import Clock, Ended, Incarnation
from actors.kernel.media.frames import RingAddress
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure, Health, Stop, WriteCheckpoint
from actors.kernel.record import ConfigurationVersion, Dead, Record, Started
from actors.kernel.record import RecordSink as Recording
from actors.kernel.thread_host import ExternalClient, SystemClock, ThreadHost
from config.layers.source import ConfigSource, digest_of
from config.schema import Config, Logging, dump
from config.secret import redacted
from config.sections import unpacked
from supervisor.encryption import ARGUMENT, SEALER, DataCiphers
from supervisor.logs import start_logging
from supervisor.nodes.boot import Boot, make_actor, register_messages
from supervisor.nodes.process import ProcessHandle
from supervisor.nodes.standby_pool import StandbyPool
from supervisor.nodes.thread import FailedStart, ThreadHandle
from supervisor.otp.messages import RestartChild, Revise
from supervisor.otp.registry import ActorRegistry
from supervisor.otp.slot import ActorHandle, ActorSlot
from supervisor.otp.spec import ChildSpec, SupervisorSpec, walk
from supervisor.otp.supervisor import Supervisor
from supervisor.otp.tree_diff import Revision
from supervisor.otp.watchdog import Watchdog
from supervisor.runtime.config_reload import ConfigurationReload
from supervisor.runtime.cpu_usage import with_cpu
from supervisor.trace.write.fan_out import FanOut
from supervisor.trace.write.recorder import Recorder, new_run
from supervisor.tree import tree

if TYPE_CHECKING:
    from actors.kernel.media.frame_ring import Ring

__all__ = ["Runtime"]

log = logging.getLogger(__name__)
STOP_WITHIN = 5.0


class Runtime:
    """One instance. `start`, wait for `ready`, talk through `outside`, `stop`. `ended` is set when the root has ended.
    changes: the newest changes of actors' lives and health, as rows of `status`; whoever shows them takes them out.

    home: the instance's folder. text: no ears, no voice. spec: another tree than Gerald's own. directory: one that
    looks at the mail, say. on_handled: told, sooner or later, what pinned actors have handled. also: told of every
    record. source: where the configuration came from, and what is watched for changes of it. run: the run's name,
    another one each time unless it is given. clock: where time comes from.
    """

    def __init__(
        self,
        config: Config,
        home: Path,
        *,
        text: bool = False,
        spec: SupervisorSpec | None = None,
        directory: Directory | None = None,
        on_handled: Callable[[Sequence[Envelope]], None] | None = None,
        also: Callable[[Record], None] | None = None,
        source: ConfigSource | None = None,
        run: str = "",
        clock: Clock | None = None,
    ) -> None:
        register_messages()
        failure.redact = redacted
        self.configuration_store = ConfigurationReload(config, self, source)
        self.home = home
        self.seals = DataCiphers(
            home, lambda: self.config.storage, source.environ if source is not None else os.environ
        )
        self.run = run or new_run()
        self.clock = clock if clock is not None else SystemClock()
        self.started_at = self.clock.wall()
        self.ended = threading.Event()
        self.failure: Failure | None = None
        self.changes: deque[Mapping[str, object]] = deque(maxlen=1000)
        self._settled = threading.Condition()
        self._numbers = itertools.count(1)
        self._text = text
        self._trace = _trace_options(config, home) if config.trace.enabled else {}
        self.recorder = _open_recorder(self._trace, self.run)
        if self.recorder is not None:
            self.recorder.new_segment = self._ask_for_checkpoints
        self._records: Recording | None = self.recorder if also is None else FanOut(self.recorder, also)
        self.directory = directory if directory is not None else Directory()
        self.dead_letters = self.directory.dead_letters
        self.dead_letters.watch = self._record_dead
        self.client = ExternalClient(self.directory)
        self.launcher: Mapping[str, int] = {}
        self.frames: RingAddress | None = None
        self._ring: Ring | None = None
        self._own_tree = spec is None
        spec = spec if spec is not None else tree(config, text=text)
        if _needs_ring(spec):
            self._ring = _open_ring(config)
            self.frames = self._ring.address
        self.registry = ActorRegistry(
            spec, self.directory, self._make, self._records, self._start_record, self.clock.wall
        )
        self.registry.changed = self._changed
        self.standby_pool = StandbyPool(self.directory, on_handled, self._reveal)
        self.registry.retired = self.standby_pool.retire
        self._watchdog = Watchdog(self.registry.slots.values, self.directory, self.clock.monotonic())

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.configuration_store.config

    def start(self) -> None:
        """Launch the root; everything else follows by itself."""
        log.info("starting in %s, run %s", self.home, self.run)
        if self.recorder is not None:
            self.recorder.append(ConfigurationVersion(1, digest_of(self.config), self.clock.wall()))
        self.registry.launch("root")
        self._watchdog.start()

    def wait_ready(self, timeout: float) -> bool:
        """True when every actor that can work does; False after `timeout` seconds, or when the root has ended."""
        with self._settled:
            return self._settled.wait_for(lambda: self.ended.is_set() or self.ready, timeout) and self.ready

    def wait_incarnation(self, address: str, number: int, timeout: float) -> bool:
        """True when this incarnation of `address`, or a later one, runs; False after `timeout` seconds."""
        with self._settled:
            return self._settled.wait_for(lambda: self._runs(address, number), timeout)

    def _runs(self, address: str, number: int) -> bool:
        slot = self.registry.slots.get(address)
        return slot is not None and slot.incarnation >= number and slot.state == "running"

    @property
    def ready(self) -> bool:
        """True when nothing is starting any more, and the conversation and a language model can answer."""
        slots = self.registry.slots
        return all(
            slot.state == "disabled" or (slot.state != "down" and slot.health is not Health.STARTING)
            for slot in tuple(slots.values())
        )

    def stop(self, within: float = STOP_WITHIN) -> bool:
        """Stop everything in reverse order; True when it ended in time."""
        self._watchdog.close()
        self.standby_pool.close()
        if self.registry.slot("root").incarnation:
            self.client.tell("root", Stop())
            ended = self.ended.wait(within)
        else:
            ended = True
        if not ended:
            for slot in self.registry.slots.values():
                if isinstance(slot.handle, ProcessHandle):
                    slot.handle.kill("did not stop in time")
        if self._ring is not None:
            self._ring.close()
        if self.recorder is not None:
            self.recorder.close()
        return ended

    def status(self) -> Mapping[str, Any]:
        """The whole instance as plain data."""
        return {
            "pid": os.getpid(),
            "home": str(self.home),
            "run": self.run,
            "launcher": self.launcher,
            "started_at": self.started_at,
            "ready": self.ready,
            "dead_letters": dict(self.dead_letters.counts),
            "configuration": self.configuration_store.status(),
            "trace_lost": self.recorder.lost if self.recorder is not None else 0,
            "trace_trouble": self.recorder.trouble if self.recorder is not None else "",
            "spares": self.standby_pool.warm(),
            "switch_interval": sys.getswitchinterval(),
            "actors": with_cpu(self.registry.statuses()),
        }

    # -- making lives

    def _make(
        self, slot: ActorSlot, on_ready: Callable[[], None], on_end: Callable[[Failure | None], None]
    ) -> ActorHandle:
        if slot.address == "root":
            on_end = self._root_ended(on_end)
        if isinstance(slot.spec, ChildSpec) and slot.spec.pin == "process":
            return self.standby_pool.launch(slot, self._boot(slot, slot.spec), on_ready, on_end)
        return self._start_thread(slot, on_ready, on_end)

    def _start_thread(self, slot: ActorSlot, on_ready: Callable[[], None], on_end: Ended) -> ActorHandle:
        holder: list[Incarnation] = []

        def make(ended: Ended) -> Incarnation:
            def end(failure: Failure | None) -> None:
                ended(failure)
                on_end(failure)

            life = self._incarnation(slot, on_ready, end)
            holder.append(life)
            return life

        try:
            ThreadHost.start(make, self.client)
        except Exception as error:
            log.exception("%s: could not be made", slot.address)
            failure = Failure(type(error).__name__, str(error)[:500])
            threading.Thread(target=on_end, args=(failure,), daemon=True).start()
            return FailedStart()
        return ThreadHandle(holder[0], on_end)

    def _incarnation(self, slot: ActorSlot, on_ready: Callable[[], None], end: Ended) -> Incarnation:
        spec = slot.spec
        if isinstance(spec, SupervisorSpec):
            actor: Actor = Supervisor(self.registry.current(spec), self.registry)
        else:
            actor = self._actor(spec)
        return Incarnation(
            actor,
            slot.address,
            slot.incarnation,
            slot.mailbox,
            self.directory,
            self.clock,
            seed=self.run,
            supervisor=slot.supervisor,
            recorder=self._records,
            on_ready=on_ready,
            on_end=end,
            sections=lambda data: unpacked(data, self.configuration_store.reveal),
        )

    def _actor(self, spec: ChildSpec) -> Actor:
        sections = {
            "config": self.config,
            "configuration_store": self.configuration_store,
            "frames": self.frames,
            ARGUMENT: self.seals.sealer() if ARGUMENT in spec.arguments else None,
            **{name: getattr(self.config, name) for name in type(self.config).model_fields},
        }
        return make_actor(spec.actor, spec.arguments, sections, self.home)

    def _boot(self, slot: ActorSlot, spec: ChildSpec) -> Boot:
        return Boot(
            spec.address,
            slot.incarnation,
            spec.actor,
            spec.arguments,
            self._sections(spec),
            str(self.home),
            self.run,
            slot.supervisor,
            self.run,
            self.config.logging.level,
            self._trace,
            spec.process,
            self.frames,
            self.seals.id() if ARGUMENT in spec.arguments else "",
        )

    def _reveal(self, key: str) -> str:
        """What a process asks for over its private wire (supervisor.nodes.secrets.Reveal)."""
        return self.seals.told() if key == SEALER else self.configuration_store.reveal(key)

    def _sections(self, spec: ChildSpec) -> Mapping[str, Any]:
        """What a process needs to know of the configuration, as plain data."""
        whole = dump(self.config)
        if "config" in spec.arguments:
            return whole
        return {name: whole[name] for name in spec.arguments if name in whole}

    def _start_record(self, slot: ActorSlot) -> Started:
        """What a replay must know of a start; secrets are references to their keys."""
        spec = slot.spec
        names = spec.arguments if isinstance(spec, ChildSpec) else ()
        whole = dump(self.config) if names else {}
        told = {
            name: whole if name == "config" else whole.get(name, str(self.home))
            for name in names
            if name not in ("frames", "configuration_store", ARGUMENT)
        }
        arguments = json.dumps(told).encode()
        return Started(
            slot.address,
            slot.incarnation,
            slot.pin,
            arguments,
            self.run,
            self.clock.wall(),
            supervisor=slot.supervisor,
        )

    # -- a new configuration (supervisor.runtime.config_reload.House)

    def living(self) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
        """Who is not down, with what it was started with, and whether it runs already."""
        return tuple(
            (slot.address, slot.spec.arguments, slot.state == "running")
            for slot in tuple(self.registry.slots.values())
            if isinstance(slot.spec, ChildSpec) and slot.state in ("starting", "running")
        )

    def restart(self, address: str) -> None:
        """Have an actor, and its fellows, started again by their supervisor."""
        for slot in tuple(self.registry.slots.values()):
            spec = slot.spec
            if (
                isinstance(spec, ChildSpec)
                and not spec.disabled_reason
                and address in (spec.address, spec.fellow_of)
            ):
                self._command(slot.supervisor, RestartChild(slot.address))

    def _command(self, supervisor: str, message: Message) -> None:
        """Without a sender: nobody waits for the answer."""
        self.directory.deliver(Envelope("", 0, next(self._numbers), supervisor, message))

    def take_over(self, old: Config, new: Config, version: int) -> None:
        """The desk's configuration is another one: the log, the trace and the spares follow."""
        if old.logging != new.logging:
            self._log_as(new.logging)
        if self._records is not None:
            self._records.append(ConfigurationVersion(version, digest_of(new), self.clock.wall()))
        for slot in tuple(self.registry.slots.values()):
            if isinstance(slot.spec, ChildSpec) and slot.spec.process.standby and slot.handle is not None:
                self.standby_pool.renew(self._boot(slot, slot.spec))

    def revise(self, old: Config, new: Config) -> tuple[str, ...]:
        """Let the tree be as the new configuration wants it; the actors that are moved, started or ended for it."""
        if not self._own_tree:
            return ()
        before, after = tree(old, text=self._text), tree(new, text=self._text)
        if self._ring is None and _needs_ring(after):
            self._ring = _open_ring(new)
            self.frames = self._ring.address
        for address in self.registry.plan(after):
            self._command(address, Revise())
        pairs = zip(walk(before), walk(after), strict=True)
        return tuple(b.address for a, b in pairs if Revision(a, b).uproots)

    def _log_as(self, settings: Logging) -> None:
        if trouble := start_logging(settings, self.home / "data"):
            log.warning("%s", trouble)
        for slot in tuple(self.registry.slots.values()):
            if isinstance(slot.handle, ProcessHandle):
                slot.handle.set_level(settings.level)

    # -- watching

    def _root_ended(self, on_end: Ended) -> Ended:
        def ended(failure: Failure | None) -> None:
            on_end(failure)
            self.failure = failure
            self.ended.set()
            with self._settled:
                self._settled.notify_all()

        return ended

    def _changed(self, slot: ActorSlot) -> None:
        self.changes.append(self.registry.status(slot.address))
        with self._settled:
            self._settled.notify_all()

    def _ask_for_checkpoints(self) -> None:
        """A new file of the trace begins: let a replay begin there, too."""
        for slot in tuple(self.registry.slots.values()):
            if isinstance(slot.handle, ThreadHandle) and slot.handle.deterministic:
                self._command(slot.address, WriteCheckpoint())

    def _record_dead(self, letter: DeadLetter) -> None:
        if self._records is not None:
            self._records.append(Dead(letter, self.clock.wall()))


def _needs_ring(spec: SupervisorSpec) -> bool:
    return any("frames" in child.arguments and not child.disabled_reason for child in walk(spec))


def _open_ring(config: Config) -> "Ring":
    # Imported here: numpy is nothing that a bot without eyes should load.
    from actors.kernel.media.frame_ring import Ring
    from actors.vision.size import ring_size

    return Ring(*ring_size(config.computer_vision))


def _trace_options(config: Config, home: Path) -> dict[str, Any]:
    trace = config.trace
    return {
        "directory": str(home / trace.directory),
        "flush_interval": trace.flush_interval,
        "max_segment_size": trace.max_size,
        "max_segment_age": trace.max_age,
        "compression": trace.compression,
        "keep": trace.keep,
        "words": trace.words,
    }


def _open_recorder(options: Mapping[str, Any], run: str) -> Recorder | None:
    if not options:
        return None
    options = dict(options)
    return Recorder(Path(options.pop("directory")), "root", run=run, **options)
