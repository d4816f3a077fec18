"""Checks that the movement presses nothing without an order, nor towards somebody who is not seen any more."""

from collections.abc import Callable
from dataclasses import dataclass

from actors.avatar.messages import (
    MOVEMENT,
    GoTo,
    MovementEnded,
    SeenAt,
    StopMoving,
    TurnTo,
    WalkAhead,
    WalkWay,
)
from actors.kernel.message import Message
from actors.kernel.record import Handled, Started, Stopped
from actors.osc.messages import SetInput
from config.schema import Movement

EXACT = 0.001
"""Seconds by which two sums of times may differ."""


@dataclass(slots=True)
class Walks:
    """settings: in force. pressed: how often something was. begun: how many orders there were."""

    _settings: Movement
    _fault: Callable[[str], None]
    pressed: int = 0
    begun: int = 0
    _order: TurnTo | WalkAhead | WalkWay | GoTo | None = None
    _seen: float = 0.0

    def begin(self) -> None:
        """A new process: nothing is ordered."""
        self._order = None

    def incarnation_changed(self, record: Started | Stopped) -> None:
        """Of what another incarnation was told this one knows nothing."""
        if record.address == MOVEMENT:
            self._order = None

    def movement(self, record: Handled) -> None:
        """Note what it is told, and check what it presses."""
        self._take(record.envelope.message, record.begun)
        for envelope in record.sent:
            message = envelope.message
            if isinstance(message, SetInput) and message.value:
                self._press(message.name, record.begun)
            elif isinstance(message, MovementEnded) and self._order and message.ticket == self._order.ticket:
                self._order = None

    def _take(self, message: Message, now: float) -> None:
        if isinstance(message, TurnTo | WalkAhead | WalkWay | GoTo):
            self._order, self._seen = message, now
            self.begun += 1
        elif isinstance(message, SeenAt):
            if isinstance(self._order, GoTo) and message.target == self._order.target:
                self._seen = now
        elif isinstance(message, StopMoving) and self._order and message.ticket in (0, self._order.ticket):
            self._order = None

    def _press(self, name: str, now: float) -> None:
        self.pressed += 1
        if self._order is None:
            self._fault(f"walk: {name} is pressed at {now:.3f} s, and nothing is ordered")
        elif isinstance(self._order, GoTo) and now - self._seen > self._settings.lease + EXACT:
            unseen = now - self._seen
            self._fault(f"walk: {name} is pressed towards {self._order.target}, not seen for {unseen:.3f} s")
