"""What people outside would notice: a stale turn that sounds, an input that stays pressed."""

import re
from collections.abc import Callable

from actors.kernel.record import Handled
from actors.osc.inputs import LONGEST
from actors.speech.messages import Cancel, SpeakRequested
from supervisor.simulation.environment.devices import NAMELESS, sign_of
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.model import question_in
from supervisor.simulation.scheduler import SimulatedClock

__all__ = ["HeldInputs", "TurnOrder"]

SILENT_WITHIN = 0.25
"""Seconds after a cancellation, or after the speaker can work again, within which a stale turn must be silent."""

ZEROED_WITHIN = 0.5
AGAIN_WITHIN = 2.0
"""Seconds after a life's begin, and after the network works again, within which inputs must be at rest."""

_TURN = re.compile(r"turn (\d+)")


class TurnOrder:
    """What sounds, and whether it may. well_since: since when the speaker has been able to work; None while not."""

    def __init__(
        self, clock: SimulatedClock, well_since: Callable[[], float | None], fault: Callable[[str], None]
    ) -> None:
        self.heard = 0
        self._clock = clock
        self._well_since = well_since
        self._fault = fault
        self._turns: dict[int, int] = {}
        self._voided: list[tuple[float, int]] = []

    def begin(self) -> None:
        """Another process: nothing sounds, and turns may be counted from an earlier one that was kept."""
        self._turns.clear()
        self._voided.clear()

    def conversation(self, record: Handled) -> None:
        """The conversation has handled something: which turns it voided, and which question a turn answers."""
        for envelope in record.sent:
            message = envelope.message
            if isinstance(message, Cancel):
                if not self._voided or message.turn > self._voided[-1][1]:
                    self._voided.append((self._clock.time, message.turn))
            elif isinstance(message, SpeakRequested):
                question = question_in(message.text)
                if question:
                    self._turns[sign_of(question)] = message.turn

    def sounds(self, signs: set[int]) -> None:
        """The answers to the questions with these signs can be heard now."""
        self.heard += 1
        for sign in signs:
            turn = self._turns.get(sign)
            if sign == NAMELESS or turn is None:
                continue
            voided = next((at for at, upto in self._voided if upto >= turn), None)
            well = self._well_since()
            now = self._clock.time
            if voided is not None and well is not None and now - max(voided, well) > SILENT_WITHIN:
                self._fault(
                    f"stale turn: turn {turn} can be heard at {now:.3f} s, "
                    f"{now - voided:.3f} s after it was cancelled"
                )


class HeldInputs:
    """Whether inputs come to rest. well_since: since when the sender has been able to work; None while not.
    life_since: since when it has lived."""

    def __init__(
        self,
        game: Game,
        clock: SimulatedClock,
        well_since: Callable[[], float | None],
        life_since: Callable[[], float],
        fault: Callable[[str], None],
    ) -> None:
        self._game = game
        self._clock = clock
        self._well_since = well_since
        self._life_since = life_since
        self._fault = fault

    def look(self) -> None:
        """Whatever is held must have been pressed by who lives now, and not for too long."""
        well, up, now = self._well_since(), self._life_since(), self._clock.time
        reachable = self._game.unplugged_until
        if well is None or now - well < ZEROED_WITHIN or now - reachable < AGAIN_WITHIN:
            return
        for name, since in tuple(self._game.held.items()):
            if since < up:
                self._complain(
                    name, f"was pressed at {since:.3f} s, before the sender's life began at {up:.3f} s"
                )
            elif now - since > LONGEST + AGAIN_WITHIN:
                self._complain(name, f"has been held since {since:.3f} s")

    def _complain(self, name: str, why: str) -> None:
        self._fault(f"inputs: {name} {why}, and is still held at {self._clock.time:.3f} s")
        self._game.held.pop(name, None)
