"""The conversation's actor under the virtual clock, with every other room a probe."""

from actors.audio.messages import PlaybackEnded, PlaybackStarted, SentencePlayed
from actors.conversation.conversation import Conversation
from actors.conversation.messages import TextReceived
from actors.conversation.state import ConversationState
from actors.kernel.protocol.storage import LoadState
from actors.llm.messages import CompletionEnded, CompletionRequested, SentenceReady
from actors.users.messages import GetProfile, Profile
from actors.users.state import UserState
from actors.vocabulary.values import Person, person_named
from actors.world.messages import Present, WhoIsHere
from config.schema import Bot, KeptOfUsers, Llm, Safety, Speech
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import Probe, VirtualWorld

MIO, YU = person_named("Mio"), Person("usr_yu", "Yu")
ALONE = Present((), "")
ADDRESSES = (
    "persistence",
    "world",
    "users",
    "llm",
    "osc.sender",
    "system",
    "listener",
    "behaviour",
    "conversation.lists",
    "llm.moderator",
    "llm.eyes",
)
VOICE = ("speech.recognizer", "speech.synthesizer", "audio.speaker")


class Room:
    """The conversation and everybody whom it talks to."""

    def __init__(
        self,
        *,
        voice: bool = True,
        stored: ConversationState | None = None,
        paranoid: bool = True,
        persists: bool = True,
        number: int = 1,
        llm: Llm | None = None,
        bot: Bot | None = None,
        safety: Safety | None = None,
        users: KeptOfUsers | None = None,
    ) -> None:
        self.world = VirtualWorld(paranoid=paranoid)
        names = (*ADDRESSES, *(VOICE if voice else ()))
        self.probes: dict[str, Probe] = {name: self.world.probe(name) for name in names}
        self.actor = Conversation(bot or Bot(), Speech(), llm=llm, safety=safety, users=users)
        self.world.start(self.actor, "conversation", number)
        if not persists:
            return
        shelf = Shelf.holding(stored, schema=Conversation.schema) if stored is not None else Shelf()
        self.answer("persistence", LoadState, shelf.loaded("conversation"))

    def __getitem__(self, name: str) -> Probe:
        return self.probes[name]

    def answer(self, name: str, kind: type, message: object) -> None:
        """Answer the last `kind` that was asked of `name`."""
        asked = [e for e in self.probes[name].envelopes if isinstance(e.message, kind)][-1]
        self.world.tell("conversation", message, sender=name, answers=asked.id)  # type: ignore[arg-type]
        self.world.run()

    def give(self, *messages: object) -> None:
        for message in messages:
            self.world.give("conversation", message)  # type: ignore[arg-type]

    def hear(self, text: str, person: Person = MIO, here: Present = ALONE) -> int:
        """`person` says something, as far as the question who that is; the turn's number."""
        self.give(TextReceived(text, person, "listener"))
        self.answer("world", WhoIsHere, here)
        return self.actor.state.turn

    def ask(self, text: str = "How are you?", person: Person = MIO, user: UserState | None = None) -> int:
        """`person` asks something, as far as the question to the model; the turn's number."""
        turn = self.hear(text, person)
        self.answer("users", GetProfile, Profile(person, user, user.relationship_level if user else 0.0))
        return turn

    def talk(self, text: str, reply: str = "Fine.", person: Person = MIO) -> int:
        """A whole turn; its number."""
        turn = self.ask(text, person)
        self.give(SentenceReady(turn, 0, reply), CompletionEnded(turn, 1, reply, 6, "stop"))
        self.played(turn, 1)
        return turn

    def prompt(self) -> tuple[str, ...]:
        """What the model was asked last, message by message."""
        return tuple(message.content for message in self["llm"].of(CompletionRequested)[-1].messages)

    def played(self, turn: int, sentences: int) -> None:
        """The voice has said it all."""
        self.give(PlaybackStarted(turn, 1.0))
        self.give(*(SentencePlayed(turn, n) for n in range(sentences)), PlaybackEnded(turn, 2.0))
