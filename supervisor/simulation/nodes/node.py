"""One simulated process of Gerald: the real runtime, with simulated threads, processes, devices and time."""

from collections.abc import Iterator
from functools import partial

from actors.kernel.incarnation import Incarnation
from actors.kernel.message import Envelope
from config.schema import Config
from config.sections import unpacked
from supervisor.nodes.thread import ThreadHandle
from supervisor.runtime.platform import Platform
from supervisor.runtime.runtime import Runtime
from supervisor.simulation.checks.recorder import CheckingRecorder
from supervisor.simulation.environment.configuration import HOME
from supervisor.simulation.nodes.actors import SimulatedActors, SimulatedFrames
from supervisor.simulation.nodes.directory import SimulatedDirectory
from supervisor.simulation.nodes.process import SimulatedProcess, SimulatedProcesses
from supervisor.simulation.nodes.surroundings import NodeEnvironment
from supervisor.simulation.nodes.tasks import IncarnationTask, discard
from supervisor.simulation.nodes.threads import SimulatedThreads, SimulatedWatchdog


class SimulatedNode:
    """account: its recorder. actors: those in threads, by address."""

    def __init__(
        self, world: NodeEnvironment, account: CheckingRecorder, config: Config, number: int
    ) -> None:
        world.source.close()
        scheduler = world.scheduler
        self.account = account
        self.directory = SimulatedDirectory(account.audit, scheduler)
        self._simulated = SimulatedActors(world, lambda: self.runtime.configuration_store)
        self._threads = SimulatedThreads(scheduler)
        self.actors = self._threads.actors
        processes = SimulatedProcesses(
            scheduler,
            self.directory,
            lambda spec: self.runtime.actors.make(spec),
            account.audit.handled,
            account.of_child,
            lambda data: unpacked(data, self.runtime.configuration_store.reveal),
            world.hosts,
        )
        self._hosts = frozenset(world.hosts.values())
        watchdog = partial(SimulatedWatchdog, scheduler)
        threads, makers = self._threads, self._simulated.makers
        self.runtime = Runtime(
            config,
            HOME,
            directory=self.directory,
            on_change=world.changed,
            also=account.append,
            source=world.source,
            run=f"{world.name}/{number}",
            platform=Platform(
                scheduler.clock,
                lambda _: threads,
                lambda *_: processes,
                watchdog,
                makers,
                SimulatedFrames,
            ),
        )
        self.registry = self.runtime.registry
        self.command = self.runtime.command
        self.ended = self.runtime.ended
        self.start = self.runtime.start
        self.notify = self._simulated.notify

    def discard(self) -> None:
        """End the process: whatever still runs in it has no effect."""
        for incarnation in filter(None, map(self.incarnation, self.registry.slots)):
            discard(incarnation)
        for host in self._hosts:
            host.discard()
        self._simulated.discard()

    def incarnation(self, address: str) -> Incarnation | None:
        """The incarnation at an address, in a thread or in a process; None while there is none."""
        handle = self.registry.slots[address].handle
        return handle.incarnation if isinstance(handle, SimulatedProcess | ThreadHandle) else None

    def task(self, address: str) -> IncarnationTask | None:
        """The task that runs the incarnation at an address."""
        handle = self.registry.slots[address].handle
        return handle.task if isinstance(handle, SimulatedProcess) else self._threads.tasks.get(address)

    def running(self) -> Iterator[tuple[Incarnation, IncarnationTask]]:
        """All incarnations that run, with their tasks."""
        tasks = self._threads.tasks
        for address, slot in tuple(self.registry.slots.items()):
            handle = slot.handle
            if isinstance(handle, ThreadHandle):
                task = tasks.get(address)
            elif isinstance(handle, SimulatedProcess):
                task = handle.task
            else:
                continue
            incarnation = handle.incarnation
            if incarnation is not None and task is not None and incarnation.running:
                yield incarnation, task

    def waiting(self) -> tuple[Envelope, ...]:
        """All messages in mailboxes, on links, on their way, or in handlers that hang."""
        found = list(self.directory.in_transit.values())
        for slot in self.registry.slots.values():
            found += slot.mailbox.waiting()
            if isinstance(slot.handle, SimulatedProcess):
                found += slot.handle.in_flight
            elif isinstance(slot.handle, ThreadHandle) and slot.handle.handling is not None:
                found.append(slot.handle.handling)
        return tuple(found)
