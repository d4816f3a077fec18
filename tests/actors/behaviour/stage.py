"""The behaviour's actor under the virtual clock, with probes in place of the rooms around it."""

from actors.behaviour.behaviour import Behaviour
from actors.conversation.messages import ReplyEnded, SpeakFirst, SpokeFirst, TurnStarted
from actors.kernel.message import Message
from actors.users.messages import GetProfile, Profile
from actors.users.state import UserState
from actors.vocabulary.values import UNKNOWN, Person, person_named
from config.schema import Behaviour as Settings
from config.schema import Bot, Initiative, Speech
from tests.doubles.virtual_world import VirtualWorld

ANNA, BOB = person_named("Anna"), person_named("Bob")
QUIET = Initiative(silence=0.0)


class Stage:
    """The actor, the avatar's and the sender's mail. profiles: what the users answer."""

    def __init__(
        self, settings: Settings | None = None, number: int = 1, bot: Bot | None = None, **fields: object
    ) -> None:
        self.world = VirtualWorld()
        self.avatar = self.world.probe("avatar")
        self.sender = self.world.probe("osc.sender")
        self.receiver = self.world.probe("osc.receiver")
        self.users = self.world.probe("users")
        self.conversation = self.world.probe("conversation")
        self.rest_of_world = self.world.probe("world")
        self.actor = Behaviour(settings or Settings(idle=0.0, initiative=QUIET, **fields), Speech(), bot)
        self.world.start(self.actor, "behaviour", number)
        self.world.run()
        self.profiles: dict[str, UserState] = {}
        self.closeness = 0.0

    def give(self, *messages: Message) -> None:
        for message in messages:
            self.world.give("behaviour", message)

    def turn(self, turn: int, text: str, person: Person = UNKNOWN) -> None:
        self.give(TurnStarted(turn, text, person))

    def end(self, turn: int, outcome: str = "said") -> None:
        self.give(ReplyEnded(turn, outcome, ""))

    def body(self) -> list[Message]:
        """What the body was told since the last time."""
        found = [*self.avatar.messages, *self.sender.messages]
        self.avatar.clear()
        self.sender.clear()
        return found

    def advance(self, seconds: float, accepts: bool = True) -> list[SpeakFirst]:
        """Let time pass, step by step; what was to be said unasked, which the conversation accepts or not."""
        said = []
        for _ in range(round(seconds / 0.5)):
            self.world.advance(0.5)
            self.answer()
            said += self.spoken(accepts)
        return said

    def answer(self) -> None:
        for envelope in self.users.envelopes:
            if isinstance(envelope.message, GetProfile):
                person = envelope.message.person
                found = Profile(person, self.profiles.get(person.user_id), self.closeness)
                self.world.tell("behaviour", found, sender="users", answers=envelope.id)
        self.users.clear()
        self.world.run()

    def spoken(self, accepts: bool = True) -> list[SpeakFirst]:
        said = []
        for envelope in self.conversation.envelopes:
            assert isinstance(envelope.message, SpeakFirst)
            said.append(envelope.message)
            answer = SpokeFirst(900) if accepts else SpokeFirst(0, "somebody speaks, or did just now")
            self.world.tell("behaviour", answer, sender="conversation", answers=envelope.id)
        self.conversation.clear()
        self.world.run()
        return said
