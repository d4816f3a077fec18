"""Simulated people who want the body to act or to stop, its owner, the panic switch, and who introduces themselves."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from actors.behaviour.messages import BEHAVIOUR, MakeAct, StopActs
from actors.conversation.messages import CONVERSATION, TextReceived
from actors.kernel.message import Message
from actors.osc.parameters import PREFIX
from actors.osc.wire import datagram
from actors.speech.messages import TranscriptReady
from actors.vocabulary.values import Person, person_named
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.people import NAMES
from supervisor.simulation.scheduler import Scheduler

BETWEEN = {"ask": 15.0, "stop": 30.0, "order": 12.0, "end": 30.0, "panic": 30.0, "introduce": 20.0}
"""Seconds between two of each, on average."""

ASKED = ("Wave at me, please!", "Turn around!", "Dance and jump!", "Could you smile?", "Give me a thumbs up.")
STOP_WORDS = ("Stop!", "Stop it, please.", "Freeze!")
ORDERED = ("wave", "dance", "turn_around", "step_forward", "jump", "happy", "sit", "fly")
SWITCH = "GeraldStop"


@dataclass(slots=True)
class Onlookers:
    """tell: sends to an actor. here: whom the bot knows to be here, of those who may introduce themselves.

    said: called with the words of who speaks."""

    _seed: int
    _scheduler: Scheduler
    _game: Game
    _tell: Callable[[str, Message], object]
    _here: Callable[[], tuple[Person, ...]]
    _said: Callable[[str, Person], None]
    _until: float = 0.0
    _dice: random.Random = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._dice = random.Random(f"onlookers {self._seed}")

    def begin(self, until: float) -> None:
        """Act from now until `until`."""
        self._until = until
        for name in BETWEEN:
            self._later(name)

    def _later(self, name: str) -> None:
        at = self._scheduler.clock.time + self._dice.expovariate(1.0 / BETWEEN[name])
        if at < self._until:
            self._scheduler.schedule_external(at, partial(self._act, name))

    def _act(self, name: str) -> None:
        getattr(self, f"_{name}")()
        self._later(name)

    def _somebody(self) -> Person:
        return person_named(self._dice.choice(NAMES))

    def _ask(self) -> None:
        self._tell(CONVERSATION, TextReceived(self._dice.choice(ASKED), self._somebody()))

    def _stop(self) -> None:
        self._tell(CONVERSATION, TextReceived(self._dice.choice(STOP_WORDS), self._somebody()))

    def _order(self) -> None:
        self._tell(BEHAVIOUR, MakeAct(self._dice.choice(ORDERED)))

    def _end(self) -> None:
        self._tell(BEHAVIOUR, StopActs())

    def _panic(self) -> None:
        """The switch is on for a while; it may be off again before anybody looks."""
        self._switch(True)
        seconds = self._dice.choice((0.005, 0.5, 5.0))
        self._scheduler.schedule_external(
            self._scheduler.clock.time + seconds, partial(self._switch, on=False)
        )

    def _switch(self, on: bool) -> None:
        self._game.port.send(datagram(PREFIX + SWITCH, on))

    def _introduce(self) -> None:
        """Somebody who is here says aloud who they are, and something that nobody else says."""
        here = self._here()
        if not here:
            return
        person, now = self._dice.choice(here), self._scheduler.clock.wall()
        text = f"My name is {person.name}, and I collect stamps of the year {1900 + next(self._numbers)}."
        self._said(text, person)
        voice = NAMES.index(person.name) + 1
        self._tell(CONVERSATION, TranscriptReady(text, now - 2.5, now - 0.5, 0.4, 0.1, voice=voice))
