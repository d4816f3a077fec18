"""The conversation as a value, with its bounds: participants, utterances and the current turn. See turns.py."""

from collections.abc import Mapping

import msgspec

from actors.conversation.company.attention import Exchange
from actors.conversation.company.company import FILED, VOICES, Company
from actors.conversation.company.waiting import MOST, Question, Waiting
from actors.conversation.summary import Summary, summary_faults
from actors.conversation.utterance import WINDOW, WINDOW_CHARACTERS, Utterance
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Interaction, Person
from actors.vocabulary.words import joined
from actors.world.messages import PRIVATE, TRAVELING, FriendOnline

# People of one conversation; beyond it the one who was silent for the longest time is left out.
PARTICIPANTS = 32

NEAR = 100  # people around who are kept

GOALS = 4
PREFERENCES = 16


@durable("conversation.ActiveTurn")
class ActiveTurn(msgspec.Struct, frozen=True):
    """The current turn. said: sentences passed on. played: how many were heard completely; part: of the next, the words
    that were heard. asides: which of `said` are no part of the reply, such as an apology. begun: how many
    the voice has begun; shown: how many the chatbox got. language: which one was spoken, "" where it is not certain;
    likely: what it was taken for.

    complete: no further sentence will come. voiced: a voice speaks. failed: the owner's line where no reply came.
    voice: in which it was said, 0 for an unknown one. certainty: that it was `person`, in [0, 1]. addressed: it was
    surely said to the bot. waited: others were answered first. guess: who most likely said it, where that is not sure.

    asked_at: when it was said (epoch seconds), which is before `started_at`, when the bot came to it; 0 in a state from
    before that was kept."""

    turn: int
    text: str
    person: Person = UNKNOWN
    listener: str = ""
    started_at: float = 0.0
    said: tuple[str, ...] = ()
    played: int = 0
    complete: bool = False
    voiced: bool = True
    failed: str = ""
    part: str = ""
    asides: tuple[int, ...] = ()
    begun: int = 0
    shown: int = 0
    language: str = ""
    voice: int = 0
    certainty: float = 0.0
    addressed: bool = False
    waited: bool = False
    likely: str = ""
    asked_at: float = 0.0
    guess: Person = UNKNOWN

    @property
    def question(self) -> Question:
        """What was said, by whom, in which voice."""
        said = (self.text, self.started_at, self.person, self.voice, self.listener, self.addressed)
        return Question(*said, self.language, self.likely)

    @property
    def due(self) -> tuple[str, ...]:
        """The sentences to show now: those that are being spoken or were; all, where no voice speaks."""
        return self.said[self.shown : self.begun if self.voiced else len(self.said)]

    @property
    def reply(self) -> str:
        """All that was handed on."""
        return joined(self.said)

    @property
    def heard(self) -> str:
        """What was really heard: the sentences and words that were played, or all of it where it was to be read."""
        return joined((*self.said[: self.played], self.part)) if self.voiced else self.reply

    @property
    def kept(self) -> str:
        """What was heard of the reply itself."""
        heard = (*self.said[: self.played], self.part) if self.voiced else self.said
        return joined(one for number, one in enumerate(heard) if number not in self.asides)


@durable("conversation.Participant")
class Participant(msgspec.Struct, frozen=True):
    """Somebody who took part: first and last time (epoch seconds), and how often they spoke.

    newcomer: Gerald had never met them before. answered: they heard something of Gerald. language: which one they
    spoke last, "" where it is not known."""

    person: Person
    since: float
    until: float
    utterances: int = 0
    newcomer: bool = False
    answered: bool = False
    language: str = ""


@durable("conversation.Surroundings")
class Surroundings(msgspec.Struct, frozen=True):
    """Where the conversation takes place, who is near, and what is seen, as the world's domain last told.

    seat: one is within reach. located: who and what is seen and can be gone to. ways: kinds of things to which a way
    is known. world_id: "" when unknown. friends: who is online and not here, a few. looked: what a model saw when
    it was asked in this turn."""

    place: str = ""
    people: tuple[Person, ...] = ()
    seen: tuple[str, ...] = ()
    seat: bool = False
    located: tuple[Person, ...] = ()
    ways: tuple[str, ...] = ()
    world_id: str = ""
    friends: tuple[FriendOnline, ...] = ()
    looked: str = ""


def whereabouts(friend: FriendOnline, world_id: str) -> str:
    """Where a friend is, in a few words; "" where that is not told. world_id: where the bot is."""
    if friend.place == PRIVATE:
        return "in a private place"
    if friend.place == TRAVELING:
        return "on the way to another world"
    if not friend.place:
        return ""
    return "in another instance of this world" if friend.place == world_id else "in another world"


@durable("conversation.ConversationState")
class ConversationState(msgspec.Struct, frozen=True):
    """All that is known of the conversation. Times are epoch seconds, the duration is in seconds.

    messages: the last utterances, word by word. summary: what remains of the earlier ones.
    shown_from: the turn from which on prompts show them. company: what tells who speaks. exchange: the last one, with
    whom. waiting: who is answered next.
    turn: the last turn id; ids only increase. participants: by user id, of this conversation.
    user_preferences: of the last speaker. last_touch: of kind none before the first touch. language: which one was
    spoken last, "" where that is not known. touch_guess: who was seen nearest at the last touch, by name."""

    messages: tuple[Utterance, ...] = ()
    current_topic: str = ""
    emotional_tone: str = "neutral"
    speaking_style: str = "conversational"
    user_preferences: Mapping[str, str] = {}
    conversation_goals: tuple[str, ...] = ()
    last_interaction_time: float = 0.0
    conversation_duration: float = 0.0
    turn: int = 0
    active: ActiveTurn | None = None
    participants: Mapping[str, Participant] = {}
    summary: Summary = Summary()
    surroundings: Surroundings = Surroundings()
    last_touch: Interaction = Interaction()
    shown_from: int = 0
    language: str = ""
    company: Company = Company()
    exchange: Exchange = Exchange()
    waiting: Waiting = Waiting()
    touch_guess: str = ""

    def active_turn(self, turn: int) -> ActiveTurn | None:
        """The current turn, if it is `turn`."""
        return self.active if self.active is not None and self.active.turn == turn else None

    def growing_turn(self, turn: int) -> ActiveTurn | None:
        """The current turn, if it is `turn` and more of its reply may come."""
        active = self.active_turn(turn)
        return active if active is not None and not active.complete else None


def faults(state: ConversationState) -> tuple[str, ...]:
    """What is invalid in `state`."""
    sizes = {
        "messages": (len(state.messages), WINDOW),
        "characters of messages": (sum(len(said.text) for said in state.messages), WINDOW_CHARACTERS),
        "participants": (len(state.participants), PARTICIPANTS),
        "surroundings.people": (len(state.surroundings.people), NEAR),
        "conversation_goals": (len(state.conversation_goals), GOALS),
        "company.known_voices": (len(state.company.known_voices), VOICES),
        "company.filed": (len(state.company.filed), FILED),
        "waiting": (len(state.waiting.questions), MOST),
        "user_preferences": (len(state.user_preferences), PREFERENCES),
    }
    found = [f"{name}: {size}, at most {most}" for name, (size, most) in sizes.items() if size > most]
    if state.active is not None and state.active.turn > state.turn:
        found.append(f"turn {state.active.turn} is active, but the last one given away is {state.turn}")
    if not state.conversation_duration >= 0.0:
        found.append("conversation_duration is negative")
    found += [
        f"participants.{user_id}: the participant is {one.person.user_id}"
        for user_id, one in state.participants.items()
        if one.person.user_id != user_id
    ]
    return (*found, *summary_faults(state.summary))
