"""Checks that a reply under way goes on: what is asked for a turn comes, unless that turn was cancelled; and that no
turn is counted twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from actors.audio.messages import PlaySentence
from actors.kernel.message import Message
from actors.kernel.record import Handled, Stopped
from actors.llm.messages import LLM, CompletionEnded, CompletionFailed, CompletionRequested
from actors.speech.messages import SYNTHESIZER, Cancel, SpeakRequested, SynthesisFailed

WITHIN: Mapping[str, float] = {SYNTHESIZER: 20.0, LLM: 80.0}
"""Seconds until a sentence is sound, and a reply complete: more than a full line, and the limits of `llm`, take."""

Request = tuple[str, int, int]
"""Address, turn, and sentence (0 for a whole reply)."""


@dataclass(slots=True)
class Replies:
    """well_since: since when the actor at an address works; None while it does not."""

    _now: Callable[[], float]
    _well_since: Callable[[str], float | None]
    _fault: Callable[[str], None]
    _open: dict[Request, float] = field(default_factory=dict)
    _cancelled: dict[str, int] = field(default_factory=dict)
    _counted: tuple[int, int] = (0, 0)

    def begin(self) -> None:
        """Forget everything: a new process."""
        self._open.clear()
        self._cancelled.clear()
        self._counted = (0, 0)

    def stopped(self, record: Stopped) -> None:
        """Whoever has ended answers nothing."""
        self._forget(record.address, 2**62)

    def handled(self, record: Handled) -> None:
        """Note what the voice or the model was asked for, and what came of it."""
        address, message = record.envelope.recipient, record.envelope.message
        if isinstance(message, Cancel):
            self._cancelled[address] = max(message.turn, self._cancelled.get(address, 0))
            self._forget(address, message.turn)
        request = _request(address, message)
        if request is not None and request[1] > self._cancelled.get(address, 0):
            self._open[request] = self._now()
        if isinstance(message, CompletionRequested) and message.turn:
            self._count(record.envelope.incarnation, message.turn)
        for envelope in record.sent:
            if (ended := _ended(address, envelope.message)) is not None:
                self._open.pop(ended, None)

    def check(self) -> None:
        """Check that nothing is asked for since long ago."""
        for request, at in tuple(self._open.items()):
            address, turn, sentence = request
            well = self._well_since(address)
            if well is not None and self._now() - max(at, well) > WITHIN[address]:
                del self._open[request]
                what = f"sentence {sentence} of turn {turn} was asked for at {at:.3f} s"
                self._fault(f"reply: {what}, and never came from {address}")

    def _count(self, incarnation: int, turn: int) -> None:
        """A turn that the conversation's previous incarnation had counted may be cancelled already."""
        before, last = self._counted
        if incarnation > before and turn <= last:
            self._fault(
                f"reply: turn {turn} is counted again by incarnation {incarnation}, which died over {last}"
            )
        self._counted = max(self._counted, (incarnation, turn))

    def _forget(self, address: str, turn: int) -> None:
        self._open = {one: at for one, at in self._open.items() if one[0] != address or one[1] > turn}


def _request(address: str, message: Message) -> Request | None:
    if isinstance(message, SpeakRequested) and message.turn:
        return address, message.turn, message.sentence
    if isinstance(message, CompletionRequested) and message.turn:
        return address, message.turn, 0
    return None


def _ended(address: str, message: Message) -> Request | None:
    if isinstance(message, SynthesisFailed) or (isinstance(message, PlaySentence) and message.last):
        return address, message.turn, message.sentence
    if isinstance(message, CompletionEnded | CompletionFailed):
        return address, message.turn, 0
    return None
