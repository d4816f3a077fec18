"""The invariant of what is never said: no word of `safety.words`, and none that the moderation server flags, goes to
voice, chatbox, body or listener."""

from collections.abc import Callable
from dataclasses import dataclass

from actors.behaviour.messages import SentenceBegun
from actors.conversation.messages import ReplyEnded, ReplySentence
from actors.kernel.record import Handled
from actors.osc.messages import ChatboxText
from actors.speech.messages import SpeakRequested, Spoken

TOLD = (SentenceBegun, ReplyEnded, ReplySentence, ChatboxText, Spoken, SpeakRequested)


@dataclass(slots=True)
class Wording:
    """forbidden: the word; "" for none. instead: what is said in its place. withheld: how often that was said."""

    _forbidden: str
    _instead: str
    _fault: Callable[[str], None]
    withheld: int = 0

    def conversation(self, record: Handled) -> None:
        """Check what the conversation has told; what the voice makes ready for a guess is not heard yet."""
        for envelope in record.sent if self._forbidden else ():
            message = envelope.message
            if not isinstance(message, TOLD) or (isinstance(message, SpeakRequested) and not message.turn):
                continue
            if self._forbidden in message.text.casefold():
                what = f"{envelope.recipient} is told a forbidden word of turn {message.turn}"
                self._fault(f"wording: {what} ({type(message).__name__})")
            self.withheld += isinstance(message, SpeakRequested) and message.text == self._instead
