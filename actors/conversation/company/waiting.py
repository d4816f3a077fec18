"""Questions that wait until the bot has answered the one before. Pure."""

import msgspec

from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person

MOST = 8  # questions that wait; one more is turned away
MOST_EACH = 3  # of one person; what they ask beyond is remembered, and not answered
PATIENCE = 120.0  # seconds after which nobody expects an answer any more, where the bot was away meanwhile


@durable("conversation.Question")
class Question(msgspec.Struct, frozen=True):
    """What was said, by whom, in which voice, and who hears of its reply. at: epoch seconds, of its begin.

    addressed: it is surely said to the bot. language: which one was spoken, "" where that is not certain;
    likely: what it was taken for."""

    text: str
    at: float
    person: Person = UNKNOWN
    voice: int = 0
    listener: str = ""
    addressed: bool = False
    language: str = ""
    likely: str = ""


@durable("conversation.Waiting")
class Waiting(msgspec.Struct, frozen=True):
    """Oldest first."""

    questions: tuple[Question, ...] = ()

    @property
    def full(self) -> bool:
        """No further question can wait."""
        return len(self.questions) >= MOST

    def add(self, question: Question) -> "Waiting":
        """`question` waits, behind the others."""
        return Waiting((*self.questions, question)[:MOST])

    def of(self, person: Person, voice: int) -> int:
        """How many questions of this person or, of somebody unknown, of this voice wait."""
        if person.is_known:
            return sum(1 for one in self.questions if one.person == person)
        return sum(1 for one in self.questions if voice and one.voice == voice)

    def since(self, now: float) -> "Waiting":
        """Of these, whoever still waits for an answer at `now`."""
        return Waiting(tuple(one for one in self.questions if 0.0 <= now - one.at < PATIENCE))

    def without(self, ids: set[str]) -> "Waiting":
        """Nothing waits that these asked."""
        return Waiting(tuple(one for one in self.questions if one.person.user_id not in ids))


def another(person: Person, voice: int, than: Person, than_voice: int) -> bool:
    """Whether `person`, who speaks in `voice`, is surely not the one who is `than` and speaks in `than_voice`."""
    if person.is_known and than.is_known:
        return person != than
    return bool(voice and than_voice) and voice != than_voice
