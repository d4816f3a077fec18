"""The watchdog: finds actors that hang, processes that are frozen, and processes that hold too much memory.

A thread of its own looks and tells the supervisors, which decide. It reads what an actor handles, and since when, from
the incarnation or from memory shared with its process: no message is needed, so an actor that hangs cannot hide it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from itertools import count

import msgspec

from actors.kernel.directory import Directory
from actors.kernel.message import Envelope
from supervisor.otp.messages import ChildHung
from supervisor.otp.slot import ActorHandle, ActorSlot
from supervisor.otp.spec import ChildSpec

log = logging.getLogger(__name__)

PERIOD = 0.25
"""Most seconds between two looks while something may be wrong soon."""

IDLE = 1.0
"""Most seconds between two looks while nothing can be: nothing is handled, and every process has just shown life."""

WEIGH_EVERY = 1.0
SILENCE = 2.0
"""Seconds that a process may be silent, however small its actor's handler_timeout."""


class Observation(msgspec.Struct, frozen=True):
    """What is seen of an incarnation at one time.

    begun, beat: monotonic seconds; 0.0 for an unknown beat. rss: bytes, 0 if unknown.
    """

    handling: str = ""
    type: str = ""
    begun: float = 0.0
    beat: float = 0.0
    rss: int = 0


class HangReport(msgspec.Struct, frozen=True):
    """Why an incarnation must end. kind: Hung, Frozen or OutOfMemory. message: the id of what it hangs on."""

    kind: str
    why: str
    message: str = ""


def examine(
    seen: Observation, now: float, awake_since: float, handler_timeout: float, memory_limit: int
) -> HangReport | None:
    """What is wrong, if anything. Time before `awake_since` does not count: the watchdog did not run then either."""
    handled_for = now - max(seen.begun, awake_since)
    if seen.handling and handled_for > handler_timeout:
        return HangReport("Hung", f"{seen.type} has been handled for {handled_for:.1f} s", seen.handling)
    silent_for = now - max(seen.beat, awake_since)
    if seen.beat and silent_for > max(handler_timeout, SILENCE):
        return HangReport("Frozen", f"its process has shown no sign of life for {silent_for:.1f} s")
    if memory_limit and seen.rss > memory_limit:
        held = f"{seen.rss / 1e6:.0f} MB, more than memory_limit ({memory_limit / 1e6:.0f} MB)"
        return HangReport("OutOfMemory", f"its process holds {held}")
    return None


def until_suspect(seen: Observation, now: float, handler_timeout: float) -> float:
    """Seconds until it can have handled one message, or have been silent, for too long."""
    handled = handler_timeout - max(0.0, now - seen.begun if seen.handling else 0.0)
    silent = max(handler_timeout, SILENCE) - (now - seen.beat) if seen.beat else handled
    return min(handled, silent)


class Watchdog:
    """Looks at all `slots` until closed. now: the time at which it begins, in monotonic seconds.

    looked_at: when it looked last, or could have (monotonic seconds)."""

    def __init__(
        self, slots: Callable[[], Iterable[ActorSlot]], directory: Directory, now: float | None = None
    ) -> None:
        self._slots = slots
        self._directory = directory
        self._numbers = count(1)
        self._closed = threading.Event()
        self.looked_at = self._awake_since = time.monotonic() if now is None else now
        self._period = PERIOD
        self._weighed_at = 0.0
        self._reported: dict[str, tuple[int, str]] = {}
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        self.looked_at = time.monotonic()
        while not self._closed.wait(self._period):
            self.look_again(time.monotonic())

    def look_again(self, now: float) -> None:
        """`look`, and notice when the time since the last look was longer than it should have been."""
        if now - self.looked_at > 4 * PERIOD + self._period:
            # This process was stopped or starved, and perhaps all others too: no actor is to blame.
            self._awake_since = now
        self.looked_at = now
        self._period = self.look(now)

    def look(self, now: float) -> float:
        """Look once, at `now` (monotonic seconds); returns the seconds until the next look."""
        weigh = now - self._weighed_at >= WEIGH_EVERY
        if weigh:
            self._weighed_at = now
        shortest, soonest = 4 * PERIOD, 4 * IDLE
        for slot in tuple(self._slots()):
            handle, spec = slot.handle, slot.spec
            if handle is None or not isinstance(spec, ChildSpec) or slot.state != "running":
                continue
            shortest = min(shortest, spec.handler_timeout)
            limit = spec.memory_limit if weigh else 0
            seen = _observe(handle, limit)
            found = examine(seen, now, self._awake_since, spec.handler_timeout, limit)
            if found is not None:
                self._report(slot, found)
            soonest = min(soonest, until_suspect(seen, now, spec.handler_timeout))
        return max(shortest, soonest) / 4

    def _report(self, slot: ActorSlot, found: HangReport) -> None:
        """Tell the supervisor, once for each fault of an incarnation."""
        known = (slot.incarnation, found.message or found.kind)
        if self._reported.get(slot.address) == known:
            return
        self._reported[slot.address] = known
        log.warning("%s: %s: %s", slot.address, found.kind, found.why)
        message = ChildHung(slot.address, slot.incarnation, found.kind, found.why, found.message)
        envelope = Envelope(f"{slot.address}~watchdog", 0, next(self._numbers), slot.supervisor, message)
        self._directory.deliver(envelope)


def _observe(handle: ActorHandle, memory_limit: int) -> Observation:
    handling = handle.handling
    begun = handle.begun  # read after it: an incarnation notes first when, then what
    rss = handle.rss() if memory_limit else 0
    if handling is None or begun is None:
        return Observation(beat=handle.beat, rss=rss)
    return Observation(handling.id, type(handling.message).__name__, begun, handle.beat, rss)
