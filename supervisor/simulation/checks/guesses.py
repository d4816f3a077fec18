"""The invariant of thinking ahead: what is only a guess is not heard."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors.kernel.record import Handled
from actors.speech.messages import SpeakRequested
from supervisor.simulation.environment.devices import NAMELESS, sign_of
from supervisor.simulation.environment.model import question_in
from supervisor.simulation.scheduler import SimulatedClock


@dataclass(slots=True)
class Guesses:
    """Checks that no sound of a guess is heard before a turn asks for it. prepared: how many guesses had sound made."""

    _clock: SimulatedClock
    _fault: Callable[[str], None]
    prepared: int = 0
    _guessed: set[int] = field(default_factory=set)
    _decided: set[int] = field(default_factory=set)

    def begin(self) -> None:
        """Forget everything: a new process."""
        self._guessed.clear()
        self._decided.clear()

    def conversation(self, record: Handled) -> None:
        """Note what the conversation had said, for a guess or for a turn."""
        for envelope in record.sent:
            message = envelope.message
            if isinstance(message, SpeakRequested) and (question := question_in(message.text)):
                known = self._decided if message.turn else self._guessed
                known.add(sign_of(question))
                self.prepared += not message.turn

    def heard(self, signs: set[int]) -> None:
        """Check the answers that can be heard now, to the questions with these signs."""
        for sign in signs - self._decided - {NAMELESS}:
            if sign in self._guessed:
                self._decided.add(sign)  # told once
                self._fault(f"guess: an answer that is only a guess can be heard at {self._clock.time:.3f} s")
