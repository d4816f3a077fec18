"""Simulated people who make themselves heard while Gerald speaks: nods, noises, words that were none, and silence."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from actors.conversation.messages import CONVERSATION
from actors.conversation.reply.floor import Floor
from actors.kernel.message import Message
from actors.speech.messages import NothingUnderstood, SpeechStarted, TranscriptReady, WordsHeard
from supervisor.simulation.scheduler import Scheduler

EVERY = 1.5
"""Seconds between two looks whether Gerald speaks, on average."""


@dataclass(slots=True)
class Listeners:
    """In place of what the recognizer hears over the voice. tell: sends to an actor. floor: of the conversation."""

    _seed: int
    _scheduler: Scheduler
    _tell: Callable[[str, Message], object]
    _floor: Callable[[], Floor]
    _until: float = 0.0
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"listeners {self._seed}")

    def begin(self, until: float) -> None:
        """Act from now until `until`."""
        self._until = until
        self._later()

    def _later(self) -> None:
        at = self._scheduler.clock.time + self._dice.expovariate(1.0 / EVERY)
        if at < self._until:
            self._scheduler.schedule_external(at, self._act)

    def _act(self) -> None:
        floor = self._floor()
        if floor.turn and not floor.silent:
            begun = self._scheduler.clock.wall()
            self._send(0.0, SpeechStarted(begun, clear=True))
            self._dice.choice((self._nod, self._noise, self._false_stop, self._nothing_more))(begun)
        self._later()

    def _nod(self, begun: float) -> None:
        self._send(0.45, WordsHeard(begun, "Yeah.", final=False, seconds=0.42))
        self._send(0.9, TranscriptReady("Yeah.", begun, begun + 0.4, 0.4, 0.1))

    def _noise(self, begun: float) -> None:
        self._send(0.5, NothingUnderstood(begun, 0.1, 0.9, "too short"))

    def _false_stop(self, begun: float) -> None:
        self._send(0.45, WordsHeard(begun, "A bay", final=False, seconds=0.42))
        self._send(1.1, NothingUnderstood(begun, 0.6, 0.9, "no speech"))

    def _nothing_more(self, begun: float) -> None:
        """The recognizer has died, or they left."""
        if self._dice.random() < 0.5:
            self._send(0.45, WordsHeard(begun, "A bay", final=False, seconds=0.42))

    def _send(self, after: float, message: Message) -> None:
        at = self._scheduler.clock.time + after
        self._scheduler.schedule_external(at, partial(self._tell, CONVERSATION, message))
