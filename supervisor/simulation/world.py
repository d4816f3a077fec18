"""A simulated world: Gerald's processes one after another, what is around them, and who watches."""

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from actors.audio.messages import SPEAKER
from actors.conversation.messages import CONVERSATION
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Stop
from actors.kernel.protocol.storage import Committed, StateLoaded
from actors.kernel.record import Handled, Record, Started, Stopped
from actors.osc.messages import OSC_SENDER
from supervisor.otp.messages import ROOT
from supervisor.otp.slot import ActorSlot
from supervisor.simulation.checks.durability import Durability
from supervisor.simulation.checks.intensity import Intensity
from supervisor.simulation.checks.invariants import HeldInputs, TurnOrder
from supervisor.simulation.checks.message_audit import Digest, MessageAudit
from supervisor.simulation.environment.configuration import SimulatedSource, configuration
from supervisor.simulation.environment.devices import SimulatedMicrophone, SimulatedSpeaker
from supervisor.simulation.environment.disk import Disk
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.model import ModelServer
from supervisor.simulation.environment.people import LoadGenerator
from supervisor.simulation.nodes.node import SimulatedNode
from supervisor.simulation.scheduler import Scheduler
from supervisor.tree import DOMAINS

__all__ = ["SimulatedWorld"]

RESTART_AFTER = 1.0
"""Seconds after which a process that is no more is followed by another one."""

LOOK_EVERY = 1.0
AUDIT_EVERY = 10.0
MOST_FAULTS = 50

_config = configuration()


class SimulatedWorld:
    """faults: what must not be, a line each. trace: told of every record. trouble: when what was done to it is over."""

    def __init__(self, seed: int, trace: Callable[[Record], None] | None = None) -> None:
        self.name = f"seed {seed}"
        self.scheduler = Scheduler(f"order {seed}")
        self.clock = self.scheduler.clock
        self.trace = trace
        self.faults: list[str] = []
        self.digest = Digest()
        self.source = SimulatedSource(_config)
        self.disk = Disk(self.clock.monotonic, self.scheduler.dice)
        self.game = Game(self.clock.monotonic)
        self.model = ModelServer()
        self.stage = TurnOrder(self.clock, lambda: self._well_since(SPEAKER), self.fault)
        self.mouth: SimulatedSpeaker = SimulatedSpeaker(self.scheduler, self.stage.sounds)
        self.ear: SimulatedMicrophone = SimulatedMicrophone(self.scheduler)
        self.people = LoadGenerator(self.scheduler, self.game, self.ear, self.fault)
        self.people.conversation = lambda: self._incarnation(CONVERSATION)
        self.durability = Durability(self.disk, lambda domain: self.node.actors[domain], self.fault)
        self.people.committed = self.durability.committed
        self.inputs = HeldInputs(
            self.game,
            self.clock,
            lambda: self._well_since(OSC_SENDER),
            lambda: self._since.get(OSC_SENDER, 0.0),
            self.fault,
        )
        self.intensity = Intensity(self.clock, lambda address: self.node.registry.slot(address), self.fault)
        self.processes = 0
        self.restarts = 0
        self.waiting_for_power = False
        self._since: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._stopping = False
        self._looks = self._make_looks()
        self._notes = self._make_notes()
        self.node = self._begin_process()

    def fault(self, what: str) -> None:
        """Something is as it must never be."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{self.clock.time:.3f} s: {what}")

    # -- time

    def run(self, until: float) -> None:
        """Let time pass, through power cuts and restarts of the whole."""
        while True:
            self.scheduler.run(until)
            if not self.scheduler.halted:
                return
            self.scheduler.renew()
            self.waiting_for_power = True
            back = self.clock.time + RESTART_AFTER
            self.scheduler.schedule_external(back, self._return)

    def watch(self) -> None:
        """Look at all that can be seen at any time, again and again."""
        self.scheduler.schedule_external(self.clock.time + LOOK_EVERY, self._look)
        self.scheduler.schedule_external(self.clock.time + AUDIT_EVERY, self._audit)

    def stop(self, within: float) -> bool:
        """Stop Gerald in order; False when that took longer."""
        self._stopping = True
        self.node.command(ROOT, Stop())
        self.scheduler.run(self.clock.time + within, self.node.ended.is_set)
        return self.node.ended.is_set()

    def close(self) -> None:
        """The last look."""
        self.people.look(final=True)
        self.node.account.close(self.node.waiting())

    # -- processes

    def cut_power(self) -> None:
        """The machine is off: what is not durable is gone."""
        self._end_process()
        self.disk.undo()

    def _end_process(self) -> None:
        if self.waiting_for_power or self.scheduler.halted:
            return
        self.node.account.close(self.node.waiting())
        self.node.discard()
        self.people.cut()
        self.game.receiver = None
        self.ear.deliver = None
        self.scheduler.halt()

    def _return(self) -> None:
        self.waiting_for_power = False
        self.node = self._begin_process()

    def _begin_process(self) -> SimulatedNode:
        self.processes += 1
        self._since.clear()
        self._held.clear()
        self.stage.begin()
        account = MessageAudit(self.digest, self.fault, self._looks, self._life, self.trace, self._notes)
        self.node = node = SimulatedNode(self, account, self.source.config, self.processes)
        node.directory.open(self.people.address, self.people)
        self.people.directory, self.people.process = node.directory, self.processes
        self.people.taken = account.taken
        node.start()
        return node

    def changed(self, slot: ActorSlot) -> None:
        """A cell's life or health is another one."""
        self.intensity.changed(slot)
        if slot.state == "running":
            self._since.setdefault(slot.address, self.clock.time)
        else:
            self._since.pop(slot.address, None)

    def _life(self, record: Started | Stopped) -> None:
        self.intensity.life(record)
        if isinstance(record, Started):
            self.restarts += record.incarnation > 1
        elif record.address == ROOT and not self._stopping:
            self.scheduler.after(0.0, self._end_process)  # the launcher begins another one

    # -- watching

    def _make_looks(self) -> dict[type[Message], tuple[Callable[[Handled], None], ...]]:
        return {
            Committed: (lambda record: self._committed(record),),
            StateLoaded: (self.durability.loaded,),
        }

    def _committed(self, record: Handled) -> None:
        message = record.envelope.message
        assert isinstance(message, Committed)
        self.durability.committed(message)

    def _make_notes(self) -> dict[str, Callable[[Handled], None]]:
        notes: dict[str, Callable[[Handled], None]] = dict.fromkeys(DOMAINS, self._note_domain)
        return notes | {CONVERSATION: self._note_conversation, SPEAKER: self._note_speaker}

    def _note_domain(self, record: Handled) -> None:
        if record.version is not None:
            self.durability.changed(record.envelope.recipient)

    def _note_conversation(self, record: Handled) -> None:
        self._note_domain(record)
        if record.sent:
            self.stage.conversation(record)

    def _note_speaker(self, _: Handled) -> None:
        self.node.notify(SPEAKER)

    def _look(self) -> None:
        if not self.waiting_for_power:
            self.inputs.look()
            self.people.look()
        self.scheduler.schedule_external(self.clock.time + LOOK_EVERY, self._look)

    def _audit(self) -> None:
        if not (self.waiting_for_power or self.scheduler.halted):
            self.node.account.audit(self.node.waiting())
        self.scheduler.schedule_external(self.clock.time + AUDIT_EVERY, self._audit)

    def _incarnation(self, address: str) -> int:
        return self.node.registry.slot(address).incarnation

    def _well_since(self, address: str) -> float | None:
        """Since when an actor runs and hangs on nothing; None while it does not."""
        task = self.node.task(address)
        if self.waiting_for_power or task is None or task.held:
            return None
        since = self._since.get(address)
        return since if since is None else max(since, self._held.get(address, 0.0))

    def held_until_now(self, address: str) -> None:
        """An actor has hung: it has been well only since now."""
        self._held[address] = self.clock.time


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing is logged: a simulation's disasters are nobody's. Garbage is collected less often: there is little."""
    before, seldom = logging.root.manager.disable, gc.get_threshold()
    logging.disable(logging.CRITICAL)
    gc.set_threshold(100_000, *seldom[1:])
    try:
        yield
    finally:
        logging.disable(before)
        gc.set_threshold(*seldom)


class Unrest(msgspec.Struct, frozen=True):
    """Who is not as they should be."""

    address: str
    state: str


def unrest(world: SimulatedWorld) -> tuple[Unrest, ...]:
    """Who does not run although nothing is wrong any more."""
    slots: Any = world.node.registry.slots.values()
    return tuple(
        Unrest(slot.address, slot.state) for slot in slots if slot.state not in ("running", "disabled")
    )
