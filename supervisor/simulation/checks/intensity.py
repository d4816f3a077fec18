"""Checks that supervisors respect their restart intensity, with its own counts of starts and ends."""

import contextlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from actors.kernel.record import Started, Stopped
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import OnGiveUp, SupervisorSpec
from supervisor.simulation.scheduler import SimulatedClock

TOLERANCE = 1.0
"""Seconds by which the counts may differ from the supervisor's: it learns of an end later."""


@dataclass(slots=True)
class Intensity:
    """slot: returns the slot at an address."""

    _clock: SimulatedClock
    _slot: Callable[[str], ActorSlot]
    _fault: Callable[[str], None]
    _failures: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _stopping: set[str] = field(default_factory=set)
    _asked: dict[str, float] = field(default_factory=dict)

    def asked(self, address: str) -> None:
        """Note a requested restart, which needs no failure, and ends a pause."""
        self._asked[address] = self._clock.time

    def changed(self, slot: ActorSlot) -> None:
        """Note a slot's new state."""
        if slot.state == "stopping":
            self._stopping.add(slot.address)

    def incarnation_changed(self, record: Started | Stopped) -> None:
        """Count the end of an incarnation, or check the begin of one."""
        address = record.address
        if isinstance(record, Stopped):
            if record.failure is not None and address not in self._stopping:
                self._failures[address].append(self._clock.time)
            self._stopping.discard(address)
            return
        self._started(address)
        for child in tuple(self._failures):
            if self._supervisor(child) == address:
                del self._failures[child]  # a new supervisor starts its counts at zero

    def _started(self, address: str) -> None:
        supervisor = self._supervisor(address)
        if not supervisor or self._clock.time - self._asked.get(address, -1e9) < 60.0:
            return
        spec = self._slot(supervisor).spec
        assert isinstance(spec, SupervisorSpec)
        escalates = spec.on_give_up is OnGiveUp.ESCALATE
        counted, now = [address], self._clock.time
        if escalates:
            counted = [child for child in self._failures if self._supervisor(child) == supervisor]
        since = now - spec.period + TOLERANCE
        recent = sorted(at for child in counted for at in self._failures[child] if at > since)
        if len(recent) <= spec.intensity:
            return
        exceeded = recent[-1] if not escalates else recent[spec.intensity]
        allowed = exceeded + (TOLERANCE if escalates else 0.0)
        least = exceeded + (0.0 if escalates else spec.backoff.slow - TOLERANCE)
        if now > allowed and (escalates or now < least):
            many = f"{len(recent)} failures within {spec.period:g} s"
            self._fault(f"intensity: {address} was started at {now:.3f} s after {many}")

    def _supervisor(self, address: str) -> str:
        with contextlib.suppress(KeyError):
            return self._slot(address).supervisor
        return ""
