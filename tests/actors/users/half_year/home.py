"""The users' actor and the conversation's under the virtual clock, with every other room a probe, and a disk."""

from actors.conversation.conversation import Conversation
from actors.conversation.messages import TextReceived
from actors.kernel.message import Envelope
from actors.kernel.protocol.storage import LoadState
from actors.llm.messages import ChatMessage, CompletionEnded, CompletionRequested, SentenceReady
from actors.users.messages import InteractionHappened
from actors.users.users import Users
from actors.vocabulary.values import Interaction, Person
from actors.world.messages import Present, WhoIsHere
from config.schema import Bot, Memory, Speech
from tests.actors.users.half_year.generate import BEGIN, DAY, Asked
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import VirtualWorld

AWAY = ("world", "llm", "osc.sender", "system", "listener")


class Disk:
    """A persistence at which both domains are kept. stored: what is kept of users."""

    def __init__(self, world: VirtualWorld, stored: Shelf) -> None:
        self.shelves = {"users": stored, "conversation": Shelf()}
        self._world = world
        world.directory.open("persistence", self)

    def put(self, envelope: Envelope) -> None:
        message = envelope.message
        shelf = self.shelves[message.domain]  # type: ignore[attr-defined]
        loads = isinstance(message, LoadState)
        answer = shelf.loaded(message.domain) if loads else shelf.take(message)
        if answer is not None:
            self._world.tell(envelope.sender, answer, sender="persistence", answers=envelope.id)


class Home:
    """The users' actor and the conversation's, with every other room a probe."""

    def __init__(self, stored: Shelf | None = None, at: float = BEGIN) -> None:
        self.world = VirtualWorld(paranoid=False)
        self.world.clock.elapsed = at - BEGIN
        self.probes = {name: self.world.probe(name) for name in AWAY}
        self.disk = Disk(self.world, stored or Shelf())
        self.users, self.conversation = Users(Bot(), Memory()), Conversation(Bot(), Speech())
        self.world.start(self.users, "users")
        self.world.start(self.conversation, "conversation")
        self.world.run()

    def say(self, at: float, person: Person, text: str, here: tuple[Person, ...]) -> None:
        self.world.clock.elapsed = at - BEGIN
        talk = Interaction("talk", person.name, text, at, "I see.")
        self.world.give("users", InteractionHappened(person, talk, here))

    def ask(self, question: Asked) -> tuple[ChatMessage, ...]:
        """The prompt for the question's words."""
        self.world.give("conversation", TextReceived(question.text, question.person, "listener"))
        asked = [e for e in self.probes["world"].envelopes if isinstance(e.message, WhoIsHere)][-1]
        here = Present((question.person, *question.here) if question.here else (), "")
        self.world.tell("conversation", here, sender="world", answers=asked.id)
        self.world.run()
        prompt = self.probes["llm"].of(CompletionRequested)[-1]
        self.world.give("conversation", SentenceReady(prompt.turn, 0, "I see."))
        self.world.give("conversation", CompletionEnded(prompt.turn, 1, "I see.", 6, "stop"))
        self.world.advance(DAY / 24)
        for probe in self.probes.values():
            probe.clear()
        return tuple(prompt.messages)
