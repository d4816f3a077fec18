"""Checks what people outside would notice: a stale turn that can be heard, an input that stays pressed."""

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
"""Seconds after the begin of an incarnation, and after the network works again, within which inputs must be at rest."""

_TURN = re.compile(r"turn (\d+)")


class TurnOrder:
    """Checks that no cancelled turn can be heard. well_since: since when the speaker has been able to work; None while
    it is not."""

    def __init__(
        self, clock: SimulatedClock, well_since: Callable[[], float | None], fault: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._well_since = well_since
        self._fault = fault
        self._turns: dict[int, int] = {}
        self._cancelled: list[tuple[float, int]] = []

    def begin(self) -> None:
        """Forget what was heard: another process counts its turns from an earlier one that was stored."""
        self._turns.clear()
        self._cancelled.clear()

    def conversation(self, record: Handled) -> None:
        """Note what the conversation has sent: which turns it cancelled, and which question a turn answers."""
        for envelope in record.sent:
            message = envelope.message
            if isinstance(message, Cancel):
                if not self._cancelled or message.turn > self._cancelled[-1][1]:
                    self._cancelled.append((self._clock.time, message.turn))
            elif isinstance(message, SpeakRequested):
                question = question_in(message.text)
                if question:
                    self._turns[sign_of(question)] = message.turn

    def heard(self, signs: set[int]) -> None:
        """Check the answers that can be heard now: to the questions with these signs."""
        for sign in signs:
            turn = self._turns.get(sign)
            if sign == NAMELESS or turn is None:
                continue
            cancelled = next((at for at, upto in self._cancelled if upto >= turn), None)
            well = self._well_since()
            now = self._clock.time
            if cancelled is not None and well is not None and now - max(cancelled, well) > SILENT_WITHIN:
                self._fault(
                    f"stale turn: turn {turn} can be heard at {now:.3f} s, "
                    f"{now - cancelled:.3f} s after it was cancelled"
                )


class HeldInputs:
    """Checks that inputs come to rest. well_since: since when the sender has been able to work; None while it is not.
    alive_since: when its incarnation began."""

    def __init__(
        self,
        game: Game,
        clock: SimulatedClock,
        well_since: Callable[[], float | None],
        alive_since: Callable[[], float],
        fault: Callable[[str], None],
    ) -> None:
        self._game = game
        self._clock = clock
        self._well_since = well_since
        self._alive_since = alive_since
        self._fault = fault

    def check(self) -> None:
        """Whatever is held must have been pressed by the incarnation of now, and not for too long."""
        well, up, now = self._well_since(), self._alive_since(), self._clock.time
        reachable = self._game.unplugged_until
        if well is None or now - well < ZEROED_WITHIN or now - reachable < AGAIN_WITHIN:
            return
        for name, since in tuple(self._game.held.items()):
            if since < up:
                self._violated(
                    name, f"was pressed at {since:.3f} s, before the sender's incarnation began at {up:.3f} s"
                )
            elif now - since > LONGEST + AGAIN_WITHIN:
                self._violated(name, f"has been held since {since:.3f} s")

    def _violated(self, name: str, why: str) -> None:
        self._fault(f"inputs: {name} {why}, and is still held at {self._clock.time:.3f} s")
        self._game.held.pop(name, None)
