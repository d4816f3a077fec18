"""Checks that supervisors respect their restart intensity, by counting starts and ends independently of them."""

from collections import defaultdict
from collections.abc import Callable

from actors.kernel.record import Started, Stopped
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import OnGiveUp, SupervisorSpec
from supervisor.simulation.scheduler import SimulatedClock

__all__ = ["Intensity"]

TOLERANCE = 1.0
"""Seconds that the news of an end may take, and by which the counts may differ at the edges."""


class Intensity:
    """slot: gives the slot at an address."""

    def __init__(
        self, clock: SimulatedClock, slot: Callable[[str], ActorSlot], fault: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._slot = slot
        self._fault = fault
        self._failures: dict[str, list[float]] = defaultdict(list)
        self._stopping: set[str] = set()
        self._asked: dict[str, float] = {}

    def asked(self, address: str) -> None:
        """Note that somebody asked for a restart, which needs no failure, and ends every pause."""
        self._asked[address] = self._clock.time

    def changed(self, slot: ActorSlot) -> None:
        """Note that a slot is in another state."""
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
                del self._failures[child]  # a new supervisor counts anew

    def _started(self, address: str) -> None:
        supervisor = self._supervisor(address)
        if not supervisor or self._clock.time - self._asked.get(address, -1e9) < 60.0:
            return
        spec = self._slot(supervisor).spec
        assert isinstance(spec, SupervisorSpec)
        escalates = spec.on_give_up is OnGiveUp.ESCALATE
        counted = (
            [child for child in self._failures if self._supervisor(child) == supervisor]
            if escalates
            else [address]
        )
        now = self._clock.time
        recent = sorted(
            at for child in counted for at in self._failures[child] if now - at < spec.period - TOLERANCE
        )
        if len(recent) <= spec.intensity:
            return
        exceeded = recent[-1] if not escalates else recent[spec.intensity]
        allowed = exceeded + (TOLERANCE if escalates else 0.0)
        least = exceeded + (0.0 if escalates else spec.backoff.slow - TOLERANCE)
        if now > allowed and (escalates or now < least):
            self._fault(
                f"intensity: {address} was started at {now:.3f} s after {len(recent)} failures within {spec.period:g} s"
            )

    def _supervisor(self, address: str) -> str:
        try:
            return self._slot(address).supervisor
        except KeyError:
            return ""
