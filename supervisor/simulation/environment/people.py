"""The load: simulated people who ask in writing and aloud, touch, come and go, and check the answers."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

import msgspec

from actors.avatar.messages import AVATAR, GestureRequested
from actors.conversation.messages import CONVERSATION, ReplyEnded, ReplySentence, TextReceived, TurnStarted
from actors.kernel.directory import Directory
from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Undelivered
from actors.kernel.protocol.state import UpdateState
from actors.kernel.protocol.storage import Committed
from actors.osc.messages import OSC_SENDER, SetInput
from actors.users.messages import USERS, ForgetPerson, PreferenceStated
from actors.vocabulary.values import UNKNOWN, Person, person_named
from supervisor.simulation.environment.datagrams import CONTACTS, FLOOD, HOSTILE, SLIDERS, STRANGER, Sights
from supervisor.simulation.environment.devices import SimulatedMicrophone
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.model import question_in
from supervisor.simulation.scheduler import Scheduler

DURABLE_WITHIN = 90.0
"""Seconds within which a durable update is on disk: every fault of the disk is shorter."""

ANSWER_WITHIN = 120.0
"""Seconds within which a question is answered or refused (supervisor.control.requests.REPLY_WITHIN)."""

REMEMBERED_WITHIN = 10.0
"""Seconds after a restart within which the conversation reports the outcome of a turn."""

NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve")
INPUTS = ("Vertical", "Horizontal", "Jump", "Run", "LookHorizontal", "MoveForward")
BETWEEN = {
    "ask": 6.0,
    "say": 25.0,
    "touch": 0.7,
    "move": 4.0,
    "walk": 10.0,
    "update": 8.0,
    "wave": 15.0,
    "see": 2.0,
}
CALM = BETWEEN | {"ask": 20.0, "say": 60.0, "touch": 0.5}
"""Seconds between two of each, on average. CALM: without interruptions."""

INTERRUPTS = 0.35
"""The probability of another question before the answer is over."""


class Question(msgspec.Struct):
    """A typed question. process, incarnation: of the conversation at that time."""

    number: int
    at: float
    process: int
    incarnation: int
    turn: int = 0


@dataclass
class LoadGenerator:
    """A recipient of mail (actors.kernel.directory.Recipient). address: where answers go."""

    address = "people"

    _scheduler: Scheduler
    _game: Game
    _microphone: SimulatedMicrophone
    _fault: Callable[[str], None]
    questions: dict[int, Question] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    committed: Callable[[Committed], None] = lambda _: None
    directory: Directory | None = None
    process: int = 0
    conversation: Callable[[], int] = lambda: 0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _sent: Iterator[int] = field(default_factory=lambda: count(1))
    _until: float = 0.0
    _between: Mapping[str, float] = field(default_factory=lambda: BETWEEN)
    _interrupts: float = INTERRUPTS
    _sights: Sights = field(init=False)
    _here: list[str] = field(default_factory=list)
    _incarnations: dict[int, float] = field(default_factory=dict)
    _updates: dict[str, tuple[float, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sights = Sights(self._scheduler.dice)

    # -- actions

    def begin(self, until: float, *, calm: bool = False) -> None:
        """Act from now until `until`. calm: people act less often, and do not interrupt."""
        self._until = until
        self._between, self._interrupts = (CALM, 0.0) if calm else (BETWEEN, INTERRUPTS)
        for name in BETWEEN:
            self._later(name)

    def _later(self, name: str) -> None:
        at = self._scheduler.clock.time + self._scheduler.dice.expovariate(1.0 / self._between[name])
        if at < self._until:
            self._scheduler.schedule_external(at, lambda: self._act(name))

    def _act(self, name: str) -> None:
        getattr(self, f"_{name}")()
        self._later(name)

    def _ask(self) -> None:
        if self._scheduler.dice.random() < self._interrupts:
            again = self._scheduler.clock.time + self._scheduler.dice.uniform(0.3, 3.0)
            self._scheduler.schedule_external(again, self._ask_once)
        self._ask_once()

    def _ask_once(self) -> None:
        number = next(self._numbers)
        person: Person = (
            person_named(self._scheduler.dice.choice(NAMES))
            if self._scheduler.dice.random() < 0.7
            else UNKNOWN
        )
        if self.directory is None:
            return
        now = self._scheduler.clock.time
        self.questions[number] = Question(number, now, self.process, self.conversation())
        text = f"Question {number}, what do you think of it?"
        self.tell(CONVERSATION, TextReceived(text, person, self.address), notify=True)

    def _say(self) -> None:
        self._microphone.hear(next(self._numbers))

    def _touch(self) -> None:
        name = self._scheduler.dice.choice(CONTACTS)
        on = self._scheduler.dice.random() < 0.5
        self._game.port.send(self._sights.contact(name, on))

    def _see(self) -> None:
        for _ in range(self._scheduler.dice.randint(1, 4)):
            self._game.port.send(self._sights.next())

    def attack(self, way: int) -> None:
        """Send what is no OSC (0 to 2), what comes from elsewhere (3), or more than can be read at once (4, 5)."""
        dice, port = self._scheduler.dice, self._game.port
        if way < 3:
            for _ in range(10):
                port.send(dice.choice(HOSTILE))
        elif way == 3:
            port.send(self._sights.next(), STRANGER)
        else:
            for _ in range(FLOOD // 10 * (1 if way == 4 else 10)):
                port.send(self._sights.slider(SLIDERS[0]) if dice.random() < 0.1 else dice.choice(HOSTILE))

    def finish(self) -> None:
        """Touch everything shortly, and move every slider, a last time."""
        for name in CONTACTS:
            self._game.port.send(self._sights.contact(name, True))
            self._game.port.send(self._sights.contact(name, False))
        for name in SLIDERS * 3:
            self._game.port.send(self._sights.slider(name))

    def _move(self) -> None:
        value = self._scheduler.dice.choice((1.0, -1.0, 0.5))
        self.tell(
            OSC_SENDER,
            SetInput(self._scheduler.dice.choice(INPUTS), value, self._scheduler.dice.uniform(0.1, 4.0)),
        )

    def _walk(self) -> None:
        if self._scheduler.dice.random() < 0.2:
            self._game.log(f"[Behaviour] Entering Room: World {self._scheduler.dice.randrange(5)}")
            self._here.clear()
        name = self._scheduler.dice.choice(NAMES)
        (self._here.remove if name in self._here else self._here.append)(name)
        self._game.log(f"[Behaviour] OnPlayer{'Joined' if name in self._here else 'Left'} {name}")

    def _update(self) -> None:
        """Change something that must be on disk before the answer."""
        chance = self._scheduler.dice.random()
        if chance < 0.2:
            self.tell(USERS, ForgetPerson(self._scheduler.dice.choice(NAMES)))
            for _ in range(3):  # other updates go on meanwhile
                at = self._scheduler.clock.time + self._scheduler.dice.uniform(0.0, 0.02)
                self._scheduler.schedule_external(at, self._prefer)
        elif chance < 0.5:
            self._prefer()
        else:
            topic = msgspec.msgpack.encode({"current_topic": f"topic {self._scheduler.dice.randrange(1000)}"})
            id = self.tell(CONVERSATION, UpdateState(topic, durable=True), notify=True)
            if self.directory is not None:
                self._updates[id] = (self._scheduler.clock.time, self.conversation())

    def _prefer(self) -> None:
        liked = f"likes {self._scheduler.dice.randrange(1000)}"
        self.tell(USERS, PreferenceStated(person_named(self._scheduler.dice.choice(NAMES)), "tea", liked))

    def _wave(self) -> None:
        self.tell(AVATAR, GestureRequested(0, self._scheduler.dice.choice(("wave", "dance", "clap"))))

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str:
        """Send to an actor, unless the power is off. Returns the message's id."""
        turn: int = message.turn  # type: ignore[attr-defined]
        envelope = Envelope(self.address, self.process, next(self._sent), to, message, "", turn, "", notify)
        if self.directory is not None:
            self.directory.deliver(envelope)
        return envelope.id

    # -- answers

    def put(self, envelope: Envelope) -> Put | None:
        message = envelope.message
        self._updates.pop(envelope.answers, None)
        if isinstance(message, TurnStarted):
            if question := self.questions.get(question_in(message.text)):
                question.turn = message.turn
        elif isinstance(message, ReplySentence | ReplyEnded):
            self._replied(message)
        elif isinstance(message, Undelivered):
            question = self._unstarted()
            if message.message_type == "TextReceived" and question is not None:
                self._end(question, "refused")
        elif isinstance(message, Committed):
            self.committed(message)
        return None

    def _replied(self, message: ReplySentence | ReplyEnded) -> None:
        question = next((q for q in self.questions.values() if 0 < q.turn == message.turn), None)
        answered = {int(n) for n in re.findall(r"Answer (\d+)", message.text)}
        if question is not None and answered - {question.number}:
            self._fault(f"answers: question {question.number} was told an answer to {answered}")
        if isinstance(message, ReplyEnded):
            # A turn that a newer one overtakes at once ends before its TurnStarted arrives.
            question = question or self._unstarted()
            if question is not None:
                if message.outcome == "said" and not message.text:
                    self._fault(f"answers: question {question.number} was answered with nothing")
                self._end(question, message.outcome)

    def _unstarted(self) -> Question | None:
        """The oldest of them; one that a restart may have lost last."""
        found = [question for question in self.questions.values() if not question.turn]
        now = self.conversation()
        return min(found, key=lambda one: (one.incarnation != now, one.number), default=None)

    def _end(self, question: Question, outcome: str) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        del self.questions[question.number]

    # -- checks

    def cut(self) -> None:
        """Note that the process has ended, and with it every open question."""
        self.directory = None
        self._updates.clear()
        for question in tuple(self.questions.values()):
            self._end(question, "cut off")

    def check(self, *, final: bool = False) -> None:
        """Check that no update and no question is open for too long."""
        now, incarnation = self._scheduler.clock.time, self.conversation()
        self._incarnations.setdefault(incarnation, now)
        for id, (at, asked_of) in tuple(self._updates.items()):
            if incarnation != asked_of or now - at > DURABLE_WITHIN:
                del self._updates[id]
                if incarnation == asked_of:
                    self._fault(f"durability: the update {id} of {at:.3f} s was never acknowledged")
        for question in tuple(self.questions.values()):
            restarted = next((at for n, at in self._incarnations.items() if n > question.incarnation), None)
            if restarted is not None and now - max(restarted, question.at) > REMEMBERED_WITHIN:
                self._end(question, "forgotten in a restart")
            elif now - question.at > ANSWER_WITHIN or (final and restarted is None):
                which = f"question {question.number} of {question.at:.3f} s (turn {question.turn})"
                self._fault(f"answers: {which} was neither answered nor refused by {now:.3f} s")
                self._end(question, "unanswered")
