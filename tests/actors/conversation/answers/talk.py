"""Conversation and users under the virtual clock, with a model that is told what to say, and everybody else a probe."""

from actors.conversation.conversation import Conversation
from actors.conversation.messages import ReplySentence, TextReceived
from actors.kernel.message import Envelope
from actors.llm.messages import CompletionEnded, CompletionRequested, SentenceReady
from actors.users.users import Users
from actors.vocabulary.values import Person, person_named
from actors.world.messages import Present, WhoIsHere
from config.schema import Bot, Llm, Memory, Speech
from tests.actors.users.half_year.home import Disk
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import VirtualWorld

ANNA = person_named("Anna")
NONSENSE = "My blog is about a beautiful number, and so is my cat."
PROBES = ("osc.sender", "system", "listener")


class Scripted:
    """Stands at `address`; answers each message as `reply` says."""

    def __init__(self, world: VirtualWorld, address: str, kind: type, reply: object) -> None:
        self.asked: list[object] = []
        self._answers = kind is WhoIsHere  # it is asked; the model is told
        self._world, self._address, self._kind, self._reply = world, address, kind, reply
        world.directory.open(address, self)

    def put(self, envelope: Envelope) -> None:
        message = envelope.message
        if not isinstance(message, self._kind):
            return
        self.asked.append(message)
        for answer in self._reply(message):  # type: ignore[operator]
            self._world.tell(
                envelope.sender, answer, sender=self._address, answers=envelope.id if self._answers else ""
            )


class Talk:
    """A talk with the real conversation and the real users' actor. said: what the model says to everything."""

    def __init__(
        self,
        said: str = NONSENSE,
        here: Present | None = None,
        llm: Llm | None = None,
        bot: Bot | None = None,
    ) -> None:
        self.world = VirtualWorld(paranoid=False)
        self.probes = {name: self.world.probe(name) for name in PROBES}
        Disk(self.world, Shelf())
        Scripted(self.world, "world", WhoIsHere, lambda _: [here or Present((ANNA,), "")])
        self.model = Scripted(self.world, "llm", CompletionRequested, lambda asked: _reply(asked, said))
        self.world.start(Users(bot or Bot(), Memory()), "users")
        self.conversation = Conversation(bot or Bot(), Speech(), llm=llm or Llm())
        self.world.start(self.conversation, "conversation")
        self.world.run()

    def say(self, text: str, person: Person = ANNA) -> str:
        """What is answered to `text`, all of it."""
        listener = self.probes["listener"]
        listener.clear()
        self.world.give("conversation", TextReceived(text, person, "listener"))
        self.world.advance(1.0)
        return " ".join(one.text for one in listener.of(ReplySentence))

    @property
    def prompts(self) -> list[CompletionRequested]:
        """What the model was asked."""
        return list(self.model.asked)  # type: ignore[arg-type]


def _reply(asked: CompletionRequested, said: str) -> list[object]:
    return [SentenceReady(asked.turn, 0, said), CompletionEnded(asked.turn, 1, said, 6, "stop")]
