"""A running Gerald: connects the root supervisor with its actors, directory and trace, and with the outside."""

import logging
import os
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from actors.kernel import failure
from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.media.frames import RingAddress
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure, Stop, WriteCheckpoint
from actors.kernel.record import ConfigurationVersion, Dead, Record, RecordSink
from actors.kernel.thread_host import ExternalClient
from config.layers.source import digest_of
from config.schema import Config
from config.secret import redacted
from supervisor.cpp_runtime import words
from supervisor.encryption import DataCiphers
from supervisor.hosts.placement.hosts import HostsOfHome
from supervisor.hosts.placement.placement import Placement
from supervisor.metrics.turn_meter import TurnMeter
from supervisor.nodes.boot import register_messages
from supervisor.nodes.node_recorder import FanOut, open_recorder, recorder_options
from supervisor.nodes.process import ProcessHandle
from supervisor.nodes.thread import ThreadHandle
from supervisor.otp.messages import ROOT
from supervisor.otp.registry import ActorRegistry
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import SupervisorSpec
from supervisor.runtime.actor_factory import ActorFactory
from supervisor.runtime.actor_usage import with_usage
from supervisor.runtime.config_reload import ConfigurationReload, ConfigurationSource
from supervisor.runtime.incarnation_launcher import IncarnationLauncher
from supervisor.runtime.live_tree import LiveTree, TreeMaker
from supervisor.runtime.platform import Platform
from supervisor.runtime.readiness import Readiness
from supervisor.trace.write.recorder import new_run
from supervisor.tree import tree

log = logging.getLogger(__name__)
STOP_WITHIN = 15.0
"""Seconds that the stop of everything may take: persistence, which is the last, has its own limit within it."""


class Runtime:
    """One instance: `start`, `wait_ready`, talk through `client`, `stop`. `ended` is set when the root has ended.

    home: the instance's folder. text: without hearing and voice. safe: only the core, and what else was left out, in
    sentences; None for everything. spec: a tree in place of Gerald's own.
    directory: one that inspects the mail, say. also: called with every record.
    on_handled: called, sooner or later, with what pinned actors have handled.
    on_change: called with a slot whose state or health has changed; without it, `changes` collects rows of `status`.
    source: where the configuration came from, and is read again when it changes.
    run: the run's name, a new one by default. platform: what the instance runs on.
    """

    def __init__(
        self,
        config: "Config",
        home: Path,
        *,
        text: bool = False,
        safe: tuple[str, ...] | None = None,
        spec: SupervisorSpec | None = None,
        directory: Directory | None = None,
        on_handled: Callable[[Sequence[Envelope]], None] | None = None,
        on_change: Callable[[ActorSlot], None] | None = None,
        also: Callable[[Record], None] | None = None,
        source: ConfigurationSource | None = None,
        run: str = "",
        platform: Platform | None = None,
    ) -> None:
        register_messages()
        failure.redact, failure.words = redacted, words
        platform = platform if platform is not None else Platform()
        root = spec if spec is not None else tree(config, text=text, safe=safe is not None)
        self.home = home
        self._safe = safe
        self.run = run or new_run()
        self.clock = platform.clock
        self.started_at = self.clock.wall()
        self.launcher: Mapping[str, int] = {}
        self.changes: deque[Mapping[str, object]] = deque(maxlen=1000)
        self._commands = count(1)
        self.meter = TurnMeter(self.clock.wall)
        trace = self._open_trace(config, also)
        self._open_directory(directory)
        self._open_configuration(config, source)
        self._frames = platform.frames(home)
        self._frames.provide(root, config)
        self.actors = ActorFactory(
            self.configuration_store, home, self.run, self.ciphers, self._frames, trace, platform.makers
        )
        self.hosts = HostsOfHome(platform.wire(config, home))
        self.processes = Placement(
            platform.processes(self.directory, on_handled, self.actors.reveal),
            self.directory,
            lambda: self.config.hosts,
            self.hosts.pools(self.directory, on_handled, self.actors.reveal),
            self.command,
        )
        self._readiness = Readiness(lambda: self.registry.slots)
        self.registry = self._make_registry(root, platform, on_change)
        self.processes.slots = self.registry.slots.values
        self._watchdog = platform.watchdog(self.registry.slots.values, self.directory, self.clock.monotonic())
        make_tree = TreeMaker(text=text, safe=safe is not None) if spec is None else None
        self._live = self.configuration_store.tree = self._live_tree(make_tree)
        self.ended = self._readiness.ended
        self.wait_until = self._readiness.wait_until
        self.wait_ready = self._readiness.wait_ready
        self.wait_incarnation = self._readiness.wait_incarnation

    def _open_trace(self, config: "Config", also: Callable[[Record], None] | None) -> Mapping[str, Any]:
        trace = recorder_options(config, self.home)
        self.recorder = open_recorder(trace, "root", self.run)
        self._records: RecordSink | None = self.recorder if also is None else FanOut(self.recorder, also)
        if self.recorder is not None:
            self.recorder.new_segment = self._ask_for_checkpoints
        return trace

    def _open_directory(self, directory: Directory | None) -> None:
        self.directory = directory if directory is not None else Directory()
        self.dead_letters = self.directory.dead_letters
        self.dead_letters.watch = self._record_dead
        self.client = ExternalClient(self.directory)

    def _open_configuration(self, config: "Config", source: ConfigurationSource | None) -> None:
        self.configuration_store = ConfigurationReload(config, source)
        self.ciphers = DataCiphers(
            self.home,
            lambda: self.config.storage,
            source.environ if source is not None else os.environ,
            lambda: self.config.users.voice_prints or self.config.vrchat.api_enabled,
        )

    def _make_registry(
        self, root: SupervisorSpec, platform: Platform, on_change: Callable[[ActorSlot], None] | None
    ) -> ActorRegistry:
        launcher = IncarnationLauncher(
            self.actors,
            self.directory,
            self.clock,
            self.run,
            self._records,
            self.configuration_store.reveal,
            platform.threads(self.client),
            self.processes,
            self.meter,
        )
        launcher.registry = ActorRegistry(
            root,
            self.directory,
            launcher.launch,
            self._records,
            self.actors.record_start,
            self.clock.wall,
            on_change=on_change if on_change is not None else self._changed,
            on_close=self.processes.discard,
            on_end=self._readiness.end,
        )
        return launcher.registry

    def _live_tree(self, make_tree: TreeMaker | None) -> LiveTree:
        return LiveTree(
            self.registry,
            make_tree,
            self.command,
            self.actors,
            self.processes,
            self._frames,
            self._records,
            self.clock,
            self.home,
        )

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.configuration_store.config

    @property
    def frames(self) -> RingAddress | None:
        """How to open the ring of pictures; None if no actor uses pictures."""
        return self._frames.address

    @property
    def ready(self) -> bool:
        """Whether no actor is starting or down."""
        return self._readiness.ready

    @property
    def failure(self) -> Failure | None:
        """Why the root has failed; None while it runs, and after an orderly stop."""
        return self._readiness.failure

    def start(self) -> None:
        """Launch the root, which starts everything else."""
        log.info("starting in %s, run %s", self.home, self.run)
        if self.recorder is not None:
            self.recorder.append(ConfigurationVersion(1, digest_of(self.config), self.clock.wall()))
        self.hosts.start(self.processes.changed)
        self.registry.launch(ROOT)
        self._watchdog.start()

    def complete(self) -> None:
        """Start what waits for everything else, such as the page: it must hold up nothing that answers."""
        self._live.complete(self.config)

    def stop(self, within: float = STOP_WITHIN) -> bool:
        """Stop everything in reverse order. False after `within` seconds: then processes are killed."""
        self._watchdog.close()
        self.processes.close()
        ended = True
        if self.registry.slot(ROOT).incarnation:
            self.client.tell(ROOT, Stop())
            ended = self.ended.wait(within)
        if not ended:
            for slot in self.registry.slots.values():
                if isinstance(slot.handle, ProcessHandle):
                    slot.handle.kill("did not stop in time")
        self.hosts.close()
        self._frames.close()
        if self.recorder is not None:
            self.recorder.close()
        return ended

    def status(self) -> Mapping[str, Any]:
        """The whole instance as plain data."""
        recorder = self.recorder
        return {
            "pid": os.getpid(),
            "home": str(self.home),
            "run": self.run,
            "launcher": self.launcher,
            "safe": self._safe is not None,
            "left_out": list(self._safe or ()),
            "started_at": self.started_at,
            "ready": self.ready,
            "dead_letters": dict(self.dead_letters.counts),
            "configuration": self.configuration_store.status(),
            "trace_lost": recorder.lost if recorder is not None else 0,
            "trace_trouble": recorder.trouble if recorder is not None else "",
            "standby": self.processes.warm(),
            "hosts": self.hosts.status(self.processes.drained()),
            "switch_interval": sys.getswitchinterval(),
            "actors": with_usage(self.registry.statuses()),
        }

    def command(self, to: str, message: Message) -> None:
        """Send `message` to an actor or supervisor, without a sender to answer to."""
        self.directory.deliver(Envelope("", 0, next(self._commands), to, message))

    def _changed(self, slot: ActorSlot) -> None:
        self.changes.append(self.registry.status(slot.address))
        self._readiness.changed()

    def _ask_for_checkpoints(self) -> None:
        """Let a replay begin at a new file of the trace."""
        for slot in tuple(self.registry.slots.values()):
            if isinstance(slot.handle, ThreadHandle) and slot.handle.deterministic:
                self.command(slot.address, WriteCheckpoint())

    def _record_dead(self, letter: DeadLetter) -> None:
        if self._records is not None:
            self._records.append(Dead(letter, self.clock.wall()))
