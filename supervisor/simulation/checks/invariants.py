"""Checks of what people would notice: a cancelled turn that can be heard, an input that stays pressed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors.audio.messages import SPEAKER
from actors.kernel.record import Handled
from actors.osc.inputs import LONGEST
from actors.speech.messages import Cancel, SpeakRequested
from supervisor.simulation.environment.devices import NAMELESS, sign_of
from supervisor.simulation.environment.external_client import Game
from supervisor.simulation.environment.model import question_in
from supervisor.simulation.scheduler import SimulatedClock

SILENT_WITHIN = 0.25
"""Seconds until a cancelled turn must be silent: from the cancellation, or from when the speaker works again."""

ZEROED_WITHIN = 0.5
AGAIN_WITHIN = 2.0
"""Seconds until inputs must be released: from the incarnation's begin, and from when the network works again."""


@dataclass(slots=True)
class TurnOrder:
    """Checks that no cancelled turn can be heard. well_since: when the speaker became able to work; None while it is
    not."""

    _clock: SimulatedClock
    _well_since: Callable[[], float | None]
    _fault: Callable[[str], None]
    _turns: dict[int, int] = field(default_factory=dict)
    _cancelled: list[tuple[float, int]] = field(default_factory=list)

    def begin(self) -> None:
        """Forget all turns: a new process counts on from a turn that was stored."""
        self._turns.clear()
        self._cancelled.clear()

    def conversation(self, record: Handled) -> None:
        """Note which turns the conversation cancelled, and which question a turn answers."""
        for envelope in record.sent:
            message = envelope.message
            # The model alone is told to stop where something of the reply is withheld, and the rest is heard.
            if isinstance(message, Cancel) and envelope.recipient == SPEAKER:
                if not self._cancelled or message.turn > self._cancelled[-1][1]:
                    self._cancelled.append((self._clock.time, message.turn))
            elif (
                isinstance(message, SpeakRequested)
                and message.turn
                and (question := question_in(message.text))
            ):
                self._turns[sign_of(question)] = message.turn

    def heard(self, signs: set[int]) -> None:
        """Check the answers that can be heard now, to the questions with these signs."""
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


@dataclass(frozen=True, slots=True)
class HeldInputs:
    """Checks that inputs are released. well_since: when the sender became able to work; None while it is not.
    alive_since: when its incarnation began."""

    _game: Game
    _clock: SimulatedClock
    _well_since: Callable[[], float | None]
    _alive_since: Callable[[], float]
    _fault: Callable[[str], None]

    def check(self) -> None:
        """Check that every held input was pressed by the present incarnation, and not too long ago."""
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
