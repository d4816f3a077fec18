"""Checks of two kinds of stillness: mail that waits while its reader rests, and a machine that stood still."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from actors.kernel.incarnation import Incarnation
from actors.kernel.record import Handled
from supervisor.otp.messages import ChildHung
from supervisor.simulation.scheduler import Task

JUST_NOW = 1.5
"""Seconds after the machine goes on within which nobody can have hung: less than any handler_timeout."""


@dataclass(slots=True)
class Stillness:
    """running: incarnations of the present process, with their tasks."""

    _now: Callable[[], float]
    _running: Callable[[], Iterator[tuple[Incarnation, Task]]]
    _fault: Callable[[str], None]
    _suspended: dict[str, tuple[int, float]] = field(default_factory=dict)

    def suspended(self, address: str, incarnation: int) -> None:
        """Note that the machine has stood still while this incarnation handled a message."""
        self._suspended[address] = (incarnation, self._now())

    def hung(self, record: Handled) -> None:
        """Check that the watchdog blames nobody for the time in which the machine stood still."""
        message = record.envelope.message
        assert isinstance(message, ChildHung)
        incarnation, at = self._suspended.get(message.address, (0, 0.0))
        if incarnation == message.incarnation and self._now() - at < JUST_NOW:
            self._fault(f"suspend: {message.address} is ended for time in which the machine stood still")

    def check(self) -> None:
        """Check that no reader rests while there is mail for it."""
        for incarnation, task in self._running():
            mailbox = incarnation.mailbox
            if (
                len(mailbox)
                and incarnation.running
                and incarnation.is_ready
                and not (task.queued or task.held)
            ):
                what = f"{len(mailbox)} messages wait for {incarnation.address}, which rests"
                self._fault(f"wake-up: {what}")
