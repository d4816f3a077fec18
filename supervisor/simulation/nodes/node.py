"""One process of Gerald's in a simulation: the real system, whose lives sit on seats instead of threads."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from actors.audio.microphone import Microphone
from actors.audio.speaker import Speaker
from actors.configuration.configuration import Configuration
from actors.kernel.actor import Actor
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Record, Started
from actors.llm.llm import LanguageModel
from actors.osc.sender import Sender
from actors.persistence.persistence import Persistence
from actors.persistence.write_behind import WriteBehind
from actors.speech.internal import PieceReady
from actors.speech.recognizer import Recognizer
from actors.speech.synthesizer import Synthesizer
from actors.system.system import System as OwnState
from config.schema import Config
from supervisor.encryption import ARGUMENT
from supervisor.nodes.boot import Boot
from supervisor.nodes.thread import FailedStart, ThreadHandle
from supervisor.otp.slot import ActorHandle, ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.runtime import Runtime
from supervisor.simulation.checks.message_audit import AccountedDirectory, MessageAudit
from supervisor.simulation.environment.configuration import SimulatedReload, SimulatedSource
from supervisor.simulation.environment.devices import (
    SimulatedKeeper,
    SimulatedSampler,
    SimulatedWorker,
    load_ears,
    load_voice,
)
from supervisor.simulation.environment.disk import Disk, SimulatedStore
from supervisor.simulation.environment.external_client import (
    Game,
    SimulatedLog,
    SimulatedReceiver,
    SimulatedWire,
)
from supervisor.simulation.environment.model import ModelServer, SimulatedStreams
from supervisor.simulation.environment.writer import SimulatedWriter
from supervisor.simulation.nodes.process import SimulatedProcess
from supervisor.simulation.nodes.tasks import IncarnationTask, discard
from supervisor.simulation.scheduler import Scheduler

__all__ = ["SimulatedNode"]

HOME = Path("a simulated home")
LOOK_EVERY = 0.5
THREAD_STARTS = 0.001
"""Seconds: between two looks of the watchdog, and until a new thread runs."""


class NodeEnvironment(Protocol):
    """What a node needs of the world around it (supervisor.simulation.world.World)."""

    name: str
    scheduler: Scheduler
    source: SimulatedSource
    disk: Disk
    game: Game
    model: ModelServer
    ear: Any
    mouth: Any
    trace: Callable[[Record], None] | None

    def changed(self, slot: ActorSlot) -> None:
        """The actor in `slot` began, ended, or is another one."""

    def cut_power(self) -> None:
        """The machine is off."""


class SimulatedNode(Runtime):
    """world: what is around it. account: where its messages are accounted for.

    directory: the simulated one. seats: of the lives in threads, by address.
    """

    directory: AccountedDirectory

    def __init__(self, world: NodeEnvironment, account: MessageAudit, config: Config, number: int) -> None:
        self.world = world
        self.account = account
        self.scheduler = world.scheduler
        self.number = number
        self.tasks: dict[str, IncarnationTask] = {}
        self.actors: dict[str, Actor] = {}
        self._keepers: dict[str, SimulatedKeeper] = {}
        self._writer: SimulatedWriter | None = None
        super().__init__(
            config,
            HOME,
            directory=AccountedDirectory(account, world.scheduler),
            also=account.append,
            run=f"{world.name}/{number}",
            clock=world.scheduler.clock,
        )
        self.configuration_store = SimulatedReload(config, self, world.source)

    def start(self) -> None:
        """Launch the root, and let the watchdog look."""
        self.registry.launch("root")
        self.scheduler.after(LOOK_EVERY, self._look)

    def discard(self) -> None:
        """The process is no more: whatever still runs in it has no effect."""
        for slot in self.registry.slots.values():
            life = self.life(slot.address)
            if life is not None:
                discard(life)
        if self._writer is not None:
            self._writer.give_up()

    def life(self, address: str) -> Incarnation | None:
        """The incarnation at an address, in a thread or in a process; None while there is none."""
        held = self.registry.slots[address].handle
        if isinstance(held, SimulatedProcess):
            return held.life
        return held._life if isinstance(held, ThreadHandle) else None

    def task(self, address: str) -> IncarnationTask | None:
        """Where the incarnation at an address is driven from."""
        held = self.registry.slots[address].handle
        return held.task if isinstance(held, SimulatedProcess) else self.tasks.get(address)

    def notify(self, address: str) -> None:
        """A device's thread has something to do."""
        keeper = self._keepers.get(address)
        if keeper is not None:
            keeper.notify()

    def waiting(self) -> tuple[Envelope, ...]:
        """All that is somewhere: in mailboxes, on links, under way, or in the hands of who hangs."""
        found = list(self.directory.in_transit.values())
        for slot in self.registry.slots.values():
            found += slot.mailbox.waiting()
            if isinstance(slot.handle, SimulatedProcess):
                found += slot.handle.in_flight
            elif isinstance(slot.handle, ThreadHandle) and slot.handle.handling is not None:
                found.append(slot.handle.handling)
        return tuple(found)

    def command(self, to: str, message: Message) -> None:
        """Tell a supervisor something; nobody waits for the answer."""
        self._command(to, message)

    # -- lives

    def _look(self) -> None:
        if self.scheduler.depth:
            self._watchdog.look(self.scheduler.clock.time)
        self.scheduler.after(LOOK_EVERY, self._look)

    def _make(
        self, slot: ActorSlot, on_ready: Callable[[], None], on_end: Callable[[Failure | None], None]
    ) -> ActorHandle:
        if slot.address == "root":
            on_end = self._root_ended(on_end)
        if isinstance(slot.spec, ChildSpec) and slot.spec.pin == "process":
            return self._spawn(slot, slot.spec, on_ready, on_end)
        return self._start_thread(slot, on_ready, on_end)

    def _start_thread(self, slot: ActorSlot, on_ready: Callable[[], None], on_end: Ended) -> ActorHandle:
        try:
            life = self._incarnation(slot, on_ready, on_end)
        except Exception as error:
            failure = Failure(type(error).__name__, str(error)[:500])
            self.scheduler.after(0.0, lambda: on_end(failure))
            return FailedStart()
        task = self.tasks[slot.address] = IncarnationTask(self.scheduler, life)
        self.actors[slot.address] = life.actor
        self.scheduler.after(self.scheduler.dice.expovariate(1.0 / THREAD_STARTS), task.start)
        return ThreadHandle(life, on_end)

    def _spawn(
        self, slot: ActorSlot, spec: ChildSpec, on_ready: Callable[[], None], on_end: Ended
    ) -> SimulatedProcess:
        return SimulatedProcess(
            self.scheduler,
            slot,
            self._boot(slot, spec),
            lambda: self._actor(spec),
            self.directory,
            on_ready,
            on_end,
            self.account.taken,
            self.account.of_child,
            lambda data: self._unpacked(data),
        )

    def _boot(self, slot: ActorSlot, spec: ChildSpec) -> Boot:
        """No sections: the child has its own from here."""
        return Boot(
            spec.address,
            slot.incarnation,
            spec.actor,
            spec.arguments,
            {},
            str(HOME),
            self.run,
            slot.supervisor,
            self.run,
            "CRITICAL",
            {},
        )

    def _unpacked(self, data: bytes) -> Any:
        from config.sections import unpacked

        return unpacked(data, self.configuration_store.reveal)

    def _start_record(self, slot: ActorSlot) -> Started:
        if self.world.trace is not None:
            return super()._start_record(slot)
        return Started(slot.address, slot.incarnation, slot.pin, b"{}", self.run, self.clock.wall())

    def _changed(self, slot: ActorSlot) -> None:
        self.world.changed(slot)

    # -- actors: the real ones, with what is around them simulated

    def _actor(self, spec: ChildSpec) -> Actor:
        assert ARGUMENT not in spec.arguments or spec.address == "persistence"
        make = _MAKERS.get(spec.address)
        return make(self, self.config) if make is not None else super()._actor(spec)

    def _persistence(self, config: Config) -> Actor:
        def writer(path: Path, make: Callable[[], WriteBehind]) -> SimulatedWriter:
            if self._writer is None or self._writer.closed:
                self._writer = SimulatedWriter(
                    self._write_behind(config), self.scheduler, self.world.disk, self.world.cut_power
                )
            return self._writer

        return Persistence(config.storage, config.performance, HOME, None, writer)

    def _write_behind(self, config: Config) -> WriteBehind:
        store = SimulatedStore(self.world.disk, config.storage)
        clock = self.scheduler.clock
        return WriteBehind(store, config.storage, monotonic=clock.monotonic, wall=clock.wall)

    def _configuration(self, _: Config) -> Actor:
        def apart(work: Callable[[], None]) -> None:
            self.scheduler.after(self.scheduler.dice.uniform(0.001, 0.03), work)

        return Configuration(self.configuration_store, apart)

    def _llm(self, config: Config) -> Actor:
        streaming: Any = partial(SimulatedStreams, scheduler=self.scheduler, server=self.world.model)
        return LanguageModel(config.llm, config.performance, config.bot, config.speech, streaming)

    def _receiver(self, config: Config) -> Actor:
        receiver = SimulatedReceiver(config.osc)
        receiver.game = self.world.game
        return receiver

    def _log(self, config: Config) -> Actor:
        log = SimulatedLog(config.vrchat, HOME)
        log.game = self.world.game
        return log

    def _sender(self, config: Config) -> Actor:
        wiring: Any = lambda ip, port: SimulatedWire(self.world.game)  # noqa: E731
        return Sender(config.osc, wiring)

    def _keeper(self, device: Any) -> Any:
        return partial(SimulatedKeeper, scheduler=self.scheduler, device=device, keepers=self._keepers)

    def _synthesizer(self, config: Config) -> Actor:
        working: Any = partial(SimulatedWorker, scheduler=self.scheduler)
        actor = SimulatedSynthesizer(config.speech, config.audio, HOME, load_voice, working)
        actor.wall_clock = self.scheduler.clock.wall
        return actor

    def _recognizer(self, config: Config) -> Actor:
        working: Any = partial(SimulatedWorker, scheduler=self.scheduler)
        return Recognizer(config.speech, HOME, load_ears, working)

    def _own_state(self, _: Config) -> Actor:
        sampling: Any = partial(SimulatedSampler, scheduler=self.scheduler)
        return OwnState(HOME, sampling)


class SimulatedSynthesizer(Synthesizer):
    """The real one, whose worker's clock is the simulation's."""

    wall_clock: Callable[[], float]

    def _piece(self, *arguments: Any) -> PieceReady:
        piece = super()._piece(*arguments)
        took = 0.1 if piece.synthesis else 0.0
        return msgspec.structs.replace(piece, at=self.wall_clock(), synthesis=took)


_MAKERS: dict[str, Callable[[SimulatedNode, Config], Actor]] = {
    "persistence": SimulatedNode._persistence,
    "configuration": SimulatedNode._configuration,
    "llm": SimulatedNode._llm,
    "osc.receiver": SimulatedNode._receiver,
    "osc.sender": SimulatedNode._sender,
    "world.log": SimulatedNode._log,
    "audio.microphone": lambda node, config: Microphone(config.audio, HOME, node._keeper(node.world.ear)),
    "audio.speaker": lambda node, config: Speaker(config.audio, HOME, node._keeper(node.world.mouth)),
    "speech.synthesizer": SimulatedNode._synthesizer,
    "speech.recognizer": SimulatedNode._recognizer,
    "system": SimulatedNode._own_state,
}
