"""The directory of a simulated process: the real one, in which mail may be late, lost, or overtaken."""

from actors.kernel.message import Envelope, Lane
from supervisor.audit.directory import AuditedDirectory
from supervisor.audit.fates import Key
from supervisor.audit.message_audit import MessageAudit, key_of
from supervisor.simulation.scheduler import Scheduler

REORDER_WITHIN = 0.05
"""Seconds by which messages are delayed so that others overtake them."""


class SimulatedDirectory(AuditedDirectory):
    """Delays and loses mail to an actor, by the actor's address.

    reordered: until when its messages overtake each other.
    lost: until when answers to it are lost.
    late: until when answers to it are late, and by how many seconds.
    faulty: whether any of these was ever set.
    in_transit: the delayed messages.
    """

    def __init__(self, audit: MessageAudit, scheduler: Scheduler) -> None:
        super().__init__(audit, wall=scheduler.clock.wall)
        self.reordered: dict[str, float] = {}
        self.late: dict[str, tuple[float, float]] = {}
        self.lost: dict[str, float] = {}
        self.in_transit: dict[Key, Envelope] = {}
        self.faulty = False
        self._scheduler = scheduler
        self._arrivals: dict[tuple[str, str], float] = {}

    def _transmit(self, envelope: Envelope) -> None:
        if not self.faulty or envelope.message.lane is Lane.SYSTEM or not self._delay(envelope):
            super()._transmit(envelope)

    def _delay(self, envelope: Envelope) -> bool:
        """Delay or lose the envelope because of a fault. False when there is none."""
        now, to = self._scheduler.clock.time, envelope.recipient
        pair = (envelope.sender, to)
        arrival = self._arrivals.get(pair, 0.0)
        if envelope.answers and self.lost.get(to, 0.0) > now:
            self.dead_letter(envelope, "lost", "lost on its way")
            return True
        until, by = self.late.get(to, (0.0, 0.0))
        if envelope.answers and until > now:
            arrival = max(arrival, now + by)
        if self.reordered.get(to, 0.0) > now:
            arrival = max(arrival, now + self._scheduler.random() * REORDER_WITHIN)
        if arrival < now:  # at the same moment one may be about to arrive
            return False
        # Messages between the same two actors keep their order.
        self._arrivals[pair] = arrival
        self.in_transit[key_of(envelope)] = envelope
        self._scheduler.at(arrival, lambda: self._arrive(envelope))
        return True

    def _arrive(self, envelope: Envelope) -> None:
        del self.in_transit[key_of(envelope)]
        super()._transmit(envelope)
