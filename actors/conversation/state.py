"""The conversation as a value: what was said, and the turn that is under way. Pure transitions."""

from collections.abc import Mapping

import msgspec

from actors.vocabulary.values import UNKNOWN, Person

WINDOW = 200
"""Utterances kept."""

PAUSE = 300.0
"""Seconds of silence after which talk counts as a new conversation."""


class Utterance(msgspec.Struct, frozen=True):
    """Something said, by a person or by the bot itself (role user or assistant). at: epoch seconds."""

    role: str
    text: str
    person: Person
    turn: int
    at: float


class ActiveTurn(msgspec.Struct, frozen=True):
    """The turn under way. said: sentences handed on so far. played: how many of them were heard to their end.

    complete: no further sentence will come. voiced: there is a voice that speaks them. failed: the owner's line where
    the model gave none.
    """

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

    @property
    def reply(self) -> str:
        """All that was handed on."""
        return " ".join(self.said)

    @property
    def heard(self) -> str:
        """What was really heard: the whole sentences played, or all of it where it was only to be read."""
        return " ".join(self.said[: self.played]) if self.voiced else self.reply


class ConversationState(msgspec.Struct, frozen=True):
    """All that is known of the conversation. Times are epoch seconds, the duration is in seconds.

    turn: the last turn id that was given away; ids only ever increase.
    """

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


def begin(
    state: ConversationState, text: str, person: Person, listener: str, at: float, voiced: bool = True
) -> ConversationState:
    """What was said becomes the next turn. voiced: there is a voice to answer with."""
    turn = state.turn + 1
    since = at - state.last_interaction_time
    duration = state.conversation_duration + since if 0 <= since < PAUSE else 0.0
    return msgspec.structs.replace(
        state,
        turn=turn,
        active=ActiveTurn(turn, text, person, listener, at, voiced=voiced),
        current_topic=topic_of(text) or state.current_topic,
        emotional_tone=tone_of(text),
        last_interaction_time=at,
        conversation_duration=duration,
    )


def attribute(state: ConversationState, person: Person) -> ConversationState:
    """It is known now who said it: note the utterance under that name."""
    active = state.active
    if active is None:
        return state
    said = Utterance("user", active.text, person, active.turn, active.started_at)
    return msgspec.structs.replace(
        state,
        active=msgspec.structs.replace(active, person=person),
        messages=(*state.messages, said)[-WINDOW:],
    )


def add_sentence(state: ConversationState, text: str) -> ConversationState:
    """The reply has grown by a sentence."""
    active = state.active
    if active is None:
        return state
    return msgspec.structs.replace(state, active=msgspec.structs.replace(active, said=(*active.said, text)))


def end(state: ConversationState, name: str, at: float) -> ConversationState:
    """The turn is over: keep what was really heard of the reply, under the bot's name."""
    active = state.active
    if active is None:
        return state
    messages = state.messages
    if active.heard and not active.failed:
        messages = (*messages, Utterance("assistant", active.heard, Person("self", name), active.turn, at))[
            -WINDOW:
        ]
    since = max(0.0, at - state.last_interaction_time)
    return msgspec.structs.replace(
        state,
        messages=messages,
        active=None,
        last_interaction_time=at,
        conversation_duration=state.conversation_duration + since,
    )


_SMALL = frozenset(
    [
        "a",
        "about",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "hello",
        "her",
        "hey",
        "hi",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "just",
        "know",
        "like",
        "me",
        "my",
        "no",
        "not",
        "of",
        "oh",
        "on",
        "or",
        "our",
        "please",
        "she",
        "so",
        "some",
        "tell",
        "than",
        "thank",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "think",
        "this",
        "to",
        "today",
        "too",
        "us",
        "was",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "yes",
        "you",
        "your",
    ]
)


def topic_of(text: str) -> str:
    """The words of `text` that carry its subject, at most four; "" when there are none."""
    words = [word.strip(".,;:!?\"'()").casefold() for word in text.split()]
    return " ".join([word for word in words if len(word) > 2 and word not in _SMALL][:4])


_GLAD = frozenset(
    [
        "great",
        "good",
        "love",
        "lovely",
        "nice",
        "happy",
        "fun",
        "awesome",
        "cool",
        "thanks",
        "thank",
        "wonderful",
        "amazing",
        "haha",
    ]
)
_SAD = frozenset(
    [
        "sad",
        "bad",
        "hate",
        "angry",
        "awful",
        "terrible",
        "sorry",
        "cry",
        "lonely",
        "tired",
        "hurt",
        "annoying",
        "stupid",
    ]
)


def tone_of(text: str) -> str:
    """positive, negative or neutral, by the words of `text`."""
    words = {word.strip(".,;:!?\"'()").casefold() for word in text.split()}
    glad, sad = len(words & _GLAD), len(words & _SAD)
    return "positive" if glad > sad else "negative" if sad > glad else "neutral"
