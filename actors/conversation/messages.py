"""What the conversation accepts and announces: something said in, a reply out, sentence by sentence."""

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import UNKNOWN, Person

CONVERSATION = Address("conversation")
WORD_LISTS = Address("conversation.lists")


class TextReceived(Message):
    """Somebody said `text`, typed or heard. `listener`: an address that receives the reply as it grows, "" for none."""

    text: str
    person: Person = UNKNOWN
    listener: str = ""


class TurnStarted(Message):
    """To the listener, before anything else of it: what was said has become turn `turn`.

    certainty: that it was `person`, in [0, 1]; for somebody unknown, of the best guess."""

    turn: int
    text: str
    person: Person
    certainty: float = 1.0


class TurnWaits(Message):
    """To the listener: others are answered first; so many are before it, with the one who is answered now."""

    before: int


class ReplySentence(Message):
    """To the listener: the next sentence of the reply to `turn`."""

    turn: int
    sentence: int
    text: str


class ReplyEnded(Message):
    """To the listener: turn `turn` is over. outcome: said, cancelled, failed or ignored. text: what was said in all."""

    turn: int
    outcome: str
    text: str
    detail: str = ""


class SpeakFirst(Message):
    """Say `words`, sentence by sentence, without having been asked, to `person`; answered by SpokeFirst.

    It is not said while a turn is under way, or if somebody spoke within the last `quiet` seconds, to whomever.
    at_once: the owner wants it said, so whatever is under way ends. What must never be said is not said even so.
    listener: as in TextReceived."""

    words: tuple[str, ...]
    person: Person = UNKNOWN
    quiet: float = 0.0
    at_once: bool = False
    listener: str = ""


class SpokeFirst(Message):
    """turn: what it has become, without words of anybody; 0 if it is not said, and why."""

    turn: int
    why: str = ""


class CancelTurn(Message):
    """Stop talking: cancel the current turn and all before it. Answered by TurnCancelled."""

    reason: str = "asked"


class TurnCancelled(Message):
    """turn: which was under way, 0 for none. waiting: how many others waited for an answer, and get none."""

    turn: int
    waiting: int = 0


class WatchTurns(Message):
    """Send `address` what the listener of each turn gets; with `on` false no more.

    closely: also SentenceBegun of each sentence as it begins to be heard, and PersonForgotten."""

    address: str
    on: bool = True
    closely: bool = False
