"""A simulated world: Gerald's processes one after another, their environment, and the checks."""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from actors.audio.messages import SPEAKER
from actors.audio.speaker import Speaker
from actors.avatar.messages import AVATAR, MOVEMENT
from actors.behaviour.messages import BEHAVIOUR
from actors.configuration.messages import CONFIGURATION
from actors.conversation.conversation import Conversation
from actors.conversation.messages import CONVERSATION
from actors.conversation.reply.floor import Floor
from actors.kernel.protocol.lifecycle import Stop
from actors.kernel.protocol.reconfigure import AbortSections, CommitSections, PrepareSections
from actors.kernel.protocol.storage import Committed, StateLoaded
from actors.kernel.record import Handled, Record, Started, Stopped
from actors.llm.messages import LLM, CompletionRequested
from actors.osc.messages import OSC_RECEIVER, OSC_SENDER, ParametersChanged
from actors.speech.messages import SYNTHESIZER
from actors.users.messages import USERS
from actors.vision.messages import TRACKER
from actors.vocabulary.values import Person
from actors.world.messages import WORLD
from actors.world.state import present
from actors.world.world import World
from supervisor.otp.messages import ROOT, ChildHung
from supervisor.otp.slot import ActorSlot
from supervisor.simulation.checks.acts import Acts
from supervisor.simulation.checks.blocking import Blocking
from supervisor.simulation.checks.durability import Durability
from supervisor.simulation.checks.filing import Filing
from supervisor.simulation.checks.forgetting import Forgetting
from supervisor.simulation.checks.guesses import Guesses
from supervisor.simulation.checks.intensity import Intensity
from supervisor.simulation.checks.invariants import HeldInputs, TurnOrder
from supervisor.simulation.checks.osc_in import OscIn
from supervisor.simulation.checks.recorder import CheckingRecorder, Digest
from supervisor.simulation.checks.reload import Reloads
from supervisor.simulation.checks.replies import Replies
from supervisor.simulation.checks.sights import Sights
from supervisor.simulation.checks.stillness import Stillness
from supervisor.simulation.checks.takeover import Takeover
from supervisor.simulation.checks.voice import Voice
from supervisor.simulation.checks.walks import Walks
from supervisor.simulation.checks.wording import Wording
from supervisor.simulation.environment.configuration import (
    INSTEAD,
    SPARE,
    SimulatedSource,
    configured,
    is_guarded,
    is_hosted,
    rude_word,
)
from supervisor.simulation.environment.devices import SimulatedMicrophone, SimulatedSpeaker
from supervisor.simulation.environment.disk import Disk
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.listeners import Listeners
from supervisor.simulation.environment.model import ModelServer
from supervisor.simulation.environment.onlookers import Onlookers
from supervisor.simulation.environment.owner import Owner
from supervisor.simulation.environment.passersby import Passersby
from supervisor.simulation.environment.people import NAMES, LoadGenerator
from supervisor.simulation.environment.strangers import Strangers
from supervisor.simulation.environment.walkers import Walkers
from supervisor.simulation.nodes.host import HOSTS, SimulatedHost
from supervisor.simulation.nodes.node import SimulatedNode
from supervisor.simulation.scheduler import Scheduler
from supervisor.tree import DOMAINS

RESTART_AFTER = 1.0
"""Seconds from the end of a process to the begin of the next one."""

CHECK_EVERY = 1.0
AUDIT_EVERY = 10.0
"""Seconds between two checks of questions and inputs, and between two audits of the mail."""

MOST_FAULTS = 50


class SimulatedWorld:
    """faults: violations, a line each. trace: called with every record. guarded: with the owner's guards."""

    def __init__(self, seed: int, trace: Callable[[Record], None] | None = None) -> None:
        self.name = f"seed {seed}"
        self.scheduler = Scheduler(f"order {seed}")
        self.clock = self.scheduler.clock
        self.trace = trace
        self.faults: list[str] = []
        self.digest = Digest()
        self.guarded = is_guarded(seed)
        self.source = SimulatedSource(configured(seed))
        self.disk = Disk(self.clock.monotonic, self.scheduler.dice)
        self.osc_in = OscIn(self.fault)
        self.game = Game(self.clock.monotonic, self.osc_in.arrived, self.osc_in.lost)
        self.model = ModelServer(rude=rude_word(seed), spare=SPARE if self.guarded else "")
        self.wording = Wording(self.model.rude, INSTEAD, self.fault)
        self.takeover = Takeover(self.guarded, self.fault)
        self.turns = TurnOrder(self.clock, lambda: self._well_since(SPEAKER), self.fault)
        self.guesses = Guesses(self.clock, self.fault)
        self.filing = Filing(self._here, self.fault)
        self.replies = Replies(self.clock.monotonic, self._well_since, self.fault)
        self.speaker = SimulatedSpeaker(self.scheduler, self._heard)
        self.microphone = SimulatedMicrophone(self.scheduler)
        self.durability = Durability(self.disk, lambda domain: self.node.actors[domain], self.fault)
        self.load = LoadGenerator(self.scheduler, self.game, self.microphone, self.fault)
        self.load.conversation = lambda: self.node.registry.slot(CONVERSATION).incarnation
        self.load.committed = self.durability.committed
        well, alive = lambda: self._well_since(OSC_SENDER), lambda: self._since.get(OSC_SENDER, 0.0)
        self.inputs = HeldInputs(self.game, self.clock, well, alive, self.fault)
        self.intensity = Intensity(self.clock, lambda address: self.node.registry.slot(address), self.fault)
        self.reloads = Reloads(
            self.source,
            self.clock.monotonic,
            lambda: self.node.runtime.configuration_store,
            lambda: (incarnation for incarnation, _ in self.node.running()),
            self.fault,
        )
        self.stillness = Stillness(self.clock.monotonic, lambda: self.node.running(), self.fault)
        self.forgetting = Forgetting(
            self.disk, self.clock.monotonic, lambda address: self.node.actors[address], self.fault
        )
        self.strangers = Strangers(f"strangers {seed}", self.scheduler, self.forgetting)
        self.blocking = Blocking(
            self.clock.monotonic, self._well_since, lambda address: self.node.actors[address], self.fault
        )
        self.owner = Owner(seed, self.scheduler, self.blocking)
        self.voice = Voice(
            lambda: self.clock.time, lambda: self._well_since(SPEAKER), self._is_eased, self.fault
        )
        self.listeners = Listeners(seed, self.scheduler, self.load.tell, self._floor)
        self.acts = Acts(
            self.source.config.behaviour,
            lambda: self.clock.time,
            lambda: self._well_since(BEHAVIOUR),
            self.fault,
        )
        self.walks = Walks(self.source.config.behaviour.movement, self.fault)
        self.passersby = Passersby(seed, self.scheduler, self.load.tell)
        self.sights = Sights(lambda: self.passersby.shown, self.fault)
        self.walkers = Walkers(seed, self.scheduler, self.game, self.load.tell)
        self.onlookers = Onlookers(
            seed, self.scheduler, self.game, self.load.tell, self._here, self.filing.spoke
        )
        self.host = SimulatedHost(self.scheduler, "attic")
        self.hosts: Mapping[str, SimulatedHost] = dict.fromkeys(HOSTS, self.host) if is_hosted(seed) else {}
        self.processes = 0
        self.restarts = 0
        self.waiting_for_power = False
        self._since: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._stopping = False
        self.node = self._begin_process()

    def fault(self, what: str) -> None:
        """Note a violation."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{self.clock.time:.3f} s: {what}")

    # -- time

    def run(self, until: float) -> None:
        """Run until the time `until`, through power cuts and restarts of the process."""
        while True:
            self.scheduler.run(until)
            if not self.scheduler.halted:
                return
            self.scheduler.renew()
            self.waiting_for_power = True
            self.scheduler.schedule_external(self.clock.time + RESTART_AFTER, self._return)

    def watch(self) -> None:
        """Begin the regular checks."""
        self.scheduler.schedule_external(self.clock.time + CHECK_EVERY, self._check)
        self.scheduler.schedule_external(self.clock.time + AUDIT_EVERY, self._audit)

    def stop(self, within: float) -> bool:
        """Stop Gerald in order. False when that takes more than `within` seconds."""
        self._stopping = True
        self.node.command(ROOT, Stop())
        self.scheduler.run(self.clock.time + within, self.node.ended.is_set)
        return self.node.ended.is_set()

    def settled(self) -> None:
        """Run the checks of a process in which nothing is wrong any more."""
        for slot in unsettled(self):
            self.fault(f"peace: {slot.address} is still {slot.state}")
        self.reloads.check(final=True)
        self.stillness.check()
        self.osc_in.check()
        self.forgetting.check()
        self.blocking.check()

    def close(self) -> None:
        """Run the last checks of an ended process."""
        self.load.check(final=True)
        self.node.account.audit.close(self.node.waiting())

    # -- processes

    def cut_power(self) -> None:
        """Turn the machine off: what is not durable is lost."""
        self._end_process()
        self.disk.undo()

    def _end_process(self) -> None:
        if self.waiting_for_power or self.scheduler.halted:
            return
        self.node.account.audit.close(self.node.waiting())
        self.node.discard()
        self.load.cut()
        self.strangers.directory = self.owner.directory = None
        self.game.port.close()
        self.microphone.deliver = None
        self.scheduler.halt()

    def _return(self) -> None:
        self.waiting_for_power = False
        self.node = self._begin_process()

    def _begin_process(self) -> SimulatedNode:
        self.processes += 1
        self._since.clear()
        self._held.clear()
        self.turns.begin()
        self.voice.begin()
        self.acts.begin()
        self.walks.begin()
        self.sights.begin()
        self.guesses.begin()
        self.replies.begin()
        self.reloads.begin()
        self.osc_in.begin()
        recorder = CheckingRecorder(
            self.digest,
            self.fault,
            self._incarnation_changed,
            self.trace,
            {
                Committed: self._committed,
                StateLoaded: self.durability.loaded,
                ChildHung: self.stillness.hung,
                CompletionRequested: self.forgetting.prompted,
                ParametersChanged: self._parameters_handled,
                **dict.fromkeys((PrepareSections, CommitSections, AbortSections), self.reloads.handled),
            },
            dict.fromkeys(DOMAINS, self._domain_handled)
            | {
                CONFIGURATION: self.reloads.decided,
                BEHAVIOUR: self.acts.behaviour,
                MOVEMENT: self.walks.movement,
                TRACKER: self.sights.tracker,
                CONVERSATION: self._conversation_handled,
                SPEAKER: self._speaker_handled,
                USERS: self._users_handled,
                LLM: self._llm_handled,
                SYNTHESIZER: self.replies.handled,
            },
        )
        self.node = node = SimulatedNode(self, recorder, self.source.config, self.processes)
        node.directory.open(self.load.address, self.load)
        self.load.directory, self.load.process = node.directory, self.processes
        node.directory.open(self.strangers.address, self.strangers)
        for one in (self.strangers, self.owner):
            one.directory, one.process = node.directory, self.processes
        if self.guarded:
            node.directory.open(self.owner.address, self.owner)
        node.start()
        return node

    def changed(self, slot: ActorSlot) -> None:
        """Note the new state of a slot."""
        self.intensity.changed(slot)
        if slot.state == "running":
            self._since.setdefault(slot.address, self.clock.time)
        else:
            self._since.pop(slot.address, None)

    def _incarnation_changed(self, record: Started | Stopped) -> None:
        self.intensity.incarnation_changed(record)
        self.acts.incarnation_changed(record)
        self.walks.incarnation_changed(record)
        self.sights.incarnation_changed(record)
        if isinstance(record, Stopped):
            self.reloads.stopped(record)
            self.replies.stopped(record)
            self.takeover.stopped(record)
            if record.address == OSC_RECEIVER:
                self.osc_in.restarted()
        if isinstance(record, Started):
            self.restarts += record.incarnation > 1
        elif record.address == ROOT and not self._stopping:
            self.scheduler.after(0.0, self._end_process)  # the launcher begins another one

    # -- checks

    def _committed(self, record: Handled) -> None:
        message = record.envelope.message
        assert isinstance(message, Committed)
        self.durability.committed(message)

    def _parameters_handled(self, record: Handled) -> None:
        if record.envelope.recipient == AVATAR:
            self.osc_in.told(record)

    def _domain_handled(self, record: Handled) -> None:
        if record.version is not None:
            self.durability.changed(record.envelope.recipient)

    def _users_handled(self, record: Handled) -> None:
        self._domain_handled(record)
        self.filing.users(record)

    def _conversation_handled(self, record: Handled) -> None:
        self._domain_handled(record)
        self.filing.conversation(record)
        if record.sent:
            self.turns.conversation(record)
            self.voice.conversation(record)
            self.guesses.conversation(record)
            self.acts.conversation(record)
            self.wording.conversation(record)
            self.blocking.conversation(record)

    def _llm_handled(self, record: Handled) -> None:
        self.replies.handled(record)
        self.takeover.llm(record)

    def _heard(self, signs: set[int]) -> None:
        self.turns.heard(signs)
        self.guesses.heard(signs)

    def _speaker_handled(self, record: Handled) -> None:
        self.voice.speaker(record)
        self.node.notify(SPEAKER)

    def _is_eased(self) -> bool:
        speaker = self.node.actors.get(SPEAKER)
        return isinstance(speaker, Speaker) and speaker.eased

    def _here(self) -> tuple[Person, ...]:
        """Who is here as far as the bot knows, of those who ask and tell."""
        world = self.node.actors.get(WORLD)
        here = present(world.state) if isinstance(world, World) else ()
        return tuple(one for one in here if one.name in NAMES)

    def _floor(self) -> Floor:
        """Who has the floor, as the conversation sees it."""
        conversation = self.node.actors.get(CONVERSATION)
        return conversation.floor if isinstance(conversation, Conversation) else Floor()

    def _check(self) -> None:
        if not self.waiting_for_power:
            self.inputs.check()
            self.voice.look()
            self.acts.check()
            self.load.check()
            self.reloads.check()
            self.stillness.check()
            self.replies.check()
        self.scheduler.schedule_external(self.clock.time + CHECK_EVERY, self._check)

    def _audit(self) -> None:
        if not (self.waiting_for_power or self.scheduler.halted):
            self.node.account.audit.find_lost(self.node.waiting())
        self.scheduler.schedule_external(self.clock.time + AUDIT_EVERY, self._audit)

    def _well_since(self, address: str) -> float | None:
        """Since when an actor runs and does not hang; None while it does not."""
        task = self.node.task(address)
        if self.waiting_for_power or task is None or task.held:
            return None
        since = self._since.get(address)
        return since if since is None else max(since, self._held.get(address, 0.0))

    def held_until_now(self, address: str) -> None:
        """Note that an actor has hung until now."""
        self._held[address] = self.clock.time

    def suspend(self, address: str, seconds: float) -> None:
        """Let the machine stand still, while a handler at an address is at work."""
        self.clock.time += seconds
        self.stillness.suspended(address, self.node.registry.slot(address).incarnation)
        for one in (SPEAKER, OSC_SENDER, BEHAVIOUR):
            self.held_until_now(one)


@contextmanager
def quiet() -> Iterator[None]:
    """Log nothing, and collect garbage less often, since a simulation makes little."""
    before, seldom = logging.root.manager.disable, gc.get_threshold()
    logging.disable(logging.CRITICAL)
    gc.set_threshold(100_000, *seldom[1:])
    try:
        yield
    finally:
        logging.disable(before)
        gc.set_threshold(*seldom)


def unsettled(world: SimulatedWorld) -> tuple[ActorSlot, ...]:
    """The actors that should run and do not."""
    slots = world.node.registry.slots.values()
    return tuple(slot for slot in slots if slot.state not in ("running", "disabled"))
