"""The real actors, with simulated devices, servers, files and threads around them."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from actors.audio.messages import MICROPHONE, SPEAKER
from actors.audio.microphone import Microphone
from actors.audio.speaker import Speaker
from actors.configuration.configuration import Configuration
from actors.configuration.messages import CONFIGURATION
from actors.configuration.store import ConfigurationStore
from actors.kernel.actor import Actor
from actors.kernel.media.frames import RingAddress
from actors.kernel.protocol.storage import PERSISTENCE
from actors.llm.llm import LanguageModel
from actors.llm.messages import LLM, MODERATOR
from actors.llm.moderator import Moderator
from actors.osc.messages import OSC_RECEIVER, OSC_SENDER
from actors.osc.sender import Sender
from actors.persistence.persistence import Persistence
from actors.persistence.write_behind import WriteBehind
from actors.speech.internal import PieceReady
from actors.speech.messages import RECOGNIZER, SYNTHESIZER
from actors.speech.recognizer import Recognizer
from actors.speech.synthesizer import Synthesizer
from actors.system.messages import SYSTEM
from actors.system.system import System
from actors.world.messages import WORLD_LOG
from config.schema import Config
from supervisor.otp.spec import SupervisorSpec, walk
from supervisor.runtime.shared_frames import SharedFrames
from supervisor.simulation.environment.configuration import FLAGGED, HOME
from supervisor.simulation.environment.devices import (
    SimulatedCanceller,
    SimulatedDeviceThread,
    SimulatedSampler,
    SimulatedWorker,
    load_recognizer,
    load_voice,
)
from supervisor.simulation.environment.disk import SimulatedStore
from supervisor.simulation.environment.external_client import SimulatedLog, SimulatedReceiver, SimulatedWire
from supervisor.simulation.environment.model import SimulatedStreams
from supervisor.simulation.environment.moderation import SimulatedModerations
from supervisor.simulation.environment.osc_port import SimulatedListener
from supervisor.simulation.environment.writer import SimulatedWriter
from supervisor.simulation.nodes.surroundings import NodeEnvironment
from supervisor.tree import tree

# What looks at pictures: nobody takes any here (see Passersby for what is told of them).
_EYES = tuple(child.address for child in walk(tree(Config())) if "frames" in child.arguments)


class Blindfold(Actor):
    """In place of what looks at pictures."""


class SimulatedFrames(SharedFrames):
    """A ring that nobody reads, without memory that is shared."""

    def provide(self, root: SupervisorSpec, config: Config) -> None:
        """Nothing is made."""
        self.address = RingAddress("simulated", 1, 1)


class SimulatedActors:
    """Makes the actors of one process (supervisor.runtime.platform.Platform). store: of the configuration."""

    def __init__(self, world: NodeEnvironment, store: Callable[[], ConfigurationStore]) -> None:
        self._world = world
        self._scheduler = world.scheduler
        self._store = store
        self._device_threads: dict[str, SimulatedDeviceThread] = {}
        self._writer: SimulatedWriter | None = None
        self.makers: Mapping[str, Callable[[Config], Actor]] = {
            PERSISTENCE: self._persistence,
            CONFIGURATION: self._configuration,
            LLM: self._llm,
            MODERATOR: self._moderator,
            OSC_RECEIVER: self._receiver,
            OSC_SENDER: lambda config: Sender(config.osc, self._wire),
            WORLD_LOG: self._log,
            MICROPHONE: lambda config: Microphone(
                config.audio, config.speech, HOME, self._keeper(world.microphone), SimulatedCanceller
            ),
            SPEAKER: lambda config: Speaker(config.audio, HOME, self._keeper(world.speaker)),
            SYNTHESIZER: self._synthesizer,
            RECOGNIZER: self._recognizer,
            SYSTEM: lambda _: System(HOME, self._driven(SimulatedSampler)),
            **dict.fromkeys(_EYES, lambda _: Blindfold()),
        }

    def notify(self, address: str) -> None:
        """Wake the thread of the device at an address."""
        if thread := self._device_threads.get(address):
            thread.notify()

    def discard(self) -> None:
        """End with the process: nothing is written any more."""
        if self._writer is not None:
            self._writer.give_up()

    def _driven(self, what: Any, **options: Any) -> Any:
        return partial(what, scheduler=self._scheduler, **options)

    def _persistence(self, config: Config) -> Actor:
        def writer(path: Path, make: Callable[[], WriteBehind]) -> SimulatedWriter:
            if self._writer is None or self._writer.closed:
                disk, clock = self._world.disk, self._scheduler.clock
                store = SimulatedStore(disk, config.storage)
                behind = WriteBehind(store, config.storage, monotonic=clock.monotonic, wall=clock.wall)
                self._writer = SimulatedWriter(behind, self._scheduler, disk, self._world.cut_power)
            return self._writer

        return Persistence(config.storage, config.performance, HOME, None, writer)

    def _configuration(self, _: Config) -> Actor:
        def apart(work: Callable[[], None]) -> None:
            self._scheduler.after(self._scheduler.dice.uniform(0.001, 0.03), work)

        return Configuration(self._store(), apart)

    def _llm(self, config: Config) -> Actor:
        streaming = self._driven(SimulatedStreams, server=self._world.model)
        return LanguageModel(
            config.llm, config.performance, config.bot, config.speech, config.behaviour, streaming
        )

    def _moderator(self, config: Config) -> Actor:
        return Moderator(config.safety, config.llm, self._driven(SimulatedModerations, flagged=FLAGGED))

    def _receiver(self, config: Config) -> Actor:
        (spec,) = (child for child in walk(tree(config)) if child.address == OSC_RECEIVER)
        receiver = SimulatedReceiver(config.osc, spec.subscribers, config.behaviour)
        receiver.game = self._world.game
        receiver.listening = self._driven(SimulatedListener, observer=self._world.osc_in)
        return receiver

    def _wire(self, ip: str, port: int) -> Any:
        return SimulatedWire(self._world.game)

    def _log(self, config: Config) -> Actor:
        log = SimulatedLog(config.vrchat, HOME)
        log.game = self._world.game
        return log

    def _keeper(self, device: Any) -> Any:
        return self._driven(SimulatedDeviceThread, device=device, threads=self._device_threads)

    def _synthesizer(self, config: Config) -> Actor:
        worker = self._driven(SimulatedWorker)
        actor = SimulatedSynthesizer(config.speech, config.audio, HOME, load_voice, worker)
        actor.wall_clock = self._scheduler.clock.wall
        return actor

    def _recognizer(self, config: Config) -> Actor:
        return Recognizer(
            config.speech,
            HOME,
            loading=load_recognizer,
            working=self._driven(SimulatedWorker),
            encoding=lambda _: None,
        )


class SimulatedSynthesizer(Synthesizer):
    """The real one, with the simulation's clock."""

    wall_clock: Callable[[], float]

    def _piece(self, *arguments: Any) -> PieceReady:
        piece = super()._piece(*arguments)
        took = 0.1 if piece.synthesis else 0.0
        return msgspec.structs.replace(piece, at=self.wall_clock(), synthesis=took)
