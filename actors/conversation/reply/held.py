"""What of a reply waits to be judged. Plain bookkeeping."""

import msgspec

from actors.llm.messages import CompletionEnded, CompletionFailed, SentenceReady
from actors.vocabulary.type_names import durable


@durable("conversation.Held")
class Held(msgspec.Struct, frozen=True):
    """A piece of a reply, or its end. guess: which the turn took over. own: rules made it, and not the model.

    number: under which it is being judged, 0 if not yet. why: it is not said, "" if it may be; None until then."""

    message: SentenceReady | CompletionEnded | CompletionFailed
    guess: int = 0
    own: bool = False
    number: int = 0
    why: str | None = None

    @property
    def text(self) -> str:
        """What is to be said; "" for an end."""
        return self.message.text if isinstance(self.message, SentenceReady) else ""


@durable("conversation.Gate")
class Gate:
    """held: of the reply to `turn`, in order."""

    def __init__(self) -> None:
        self.turn = 0
        self.held: tuple[Held, ...] = ()
        self._numbers = 0

    def holds(self, turn: int) -> bool:
        """Whether something of the reply to this turn waits."""
        return turn == self.turn and bool(self.held)

    def add(self, held: Held) -> None:
        """The next of a reply; what is held of that to another turn is nobody's any more."""
        before = self.held if held.message.turn == self.turn else ()
        self.turn, self.held = held.message.turn, (*before, held)

    def number(self, place: int) -> int:
        """The piece at `place` is being judged: the number under which its verdict comes."""
        self._numbers += 1
        self._change(place, msgspec.structs.replace(self.held[place], number=self._numbers))
        return self._numbers

    def judged(self, turn: int, number: int, why: str) -> bool:
        """Whether it was one of these that was judged."""
        place = next((at for at, one in enumerate(self.held) if one.number == number), None)
        if turn != self.turn or place is None:
            return False
        self._change(place, msgspec.structs.replace(self.held[place], why=why))
        return True

    def _change(self, place: int, held: Held) -> None:
        self.held = (*self.held[:place], held, *self.held[place + 1 :])
