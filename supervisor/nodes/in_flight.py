"""The envelopes in flight to a worker process, and the fate of each, in memory that the parent owns.

Each envelope in flight has a slot. Around its handler the child writes BEGUN, then DONE. The parent reads the slots
when it needs room, and after a death: it then knows which envelopes were handled, which one killed the child, and which
were never begun. Only a parent that waits for room gets a message.
"""

import enum
import multiprocessing
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from actors.kernel.durations import PLACES
from actors.kernel.message import Envelope

WINDOW = 256
"""Most envelopes in flight to one child."""

STARVING = WINDOW
"""The place after the fates where the parent notes that it waits for room."""

BEGUN_AT, BEAT_AT = 0, 1


class Fate(enum.IntEnum):
    """What became of an envelope in a slot."""

    SENT = 0
    BEGUN = 1
    DONE = 2
    FALLEN = 3  # a dead letter in the child, which has reported it
    REFUSED = 4  # the child could not decode it


class Shared(NamedTuple):
    """What parent and child share. fates: a byte per slot, and one that says that the parent waits for room.
    times: when the child began what it handles, and its last sign of life, in monotonic seconds.
    durations: what the child has handled, by how long it took (actors.kernel.durations)."""

    fates: Any
    times: Any
    durations: Any


def shared_memory() -> Shared:
    """Memory for one child. It has no name, so nothing can leak."""
    spawn = multiprocessing.get_context("spawn")
    return Shared(spawn.RawArray("B", WINDOW + 1), spawn.RawArray("d", 2), spawn.RawArray("Q", PLACES))


class InFlightTable:
    """The parent's side: which envelope is in which slot. Not thread-safe; its owner locks.

    on_handled: called with the envelopes that `settle` finds handled. window: most in flight, up to WINDOW.
    """

    def __init__(
        self,
        shared: Shared,
        on_handled: Callable[[Sequence[Envelope]], None] | None = None,
        window: int = WINDOW,
    ) -> None:
        self._fates = shared.fates
        self._times = shared.times
        self._free = deque(range(window))
        self._flying: dict[int, Envelope] = {}
        self._on_handled = on_handled
        self.refused: list[Envelope] = []
        """What the child could not decode, until the owner makes dead letters of it."""

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def room(self) -> int:
        """How many more envelopes may be sent."""
        return len(self._free)

    def enter(self, envelope: Envelope) -> int:
        """Give the envelope a slot; returns its number. Raises IndexError if none is free."""
        slot = self._free.popleft()
        self._fates[slot] = Fate.SENT
        self._flying[slot] = envelope
        return slot

    def settle(self) -> int:
        """Free the slots of what is done; returns how many."""
        fates = bytes(self._fates)
        done = [slot for slot in self._flying if fates[slot] >= Fate.DONE]
        handled = []
        for slot in done:
            envelope = self._flying.pop(slot)
            if fates[slot] == Fate.DONE:
                handled.append(envelope)
            elif fates[slot] == Fate.REFUSED:
                self.refused.append(envelope)
        self._free.extend(done)
        if handled and self._on_handled is not None:
            self._on_handled(handled)
        return len(done)

    def starve(self, starving: bool) -> None:
        """Ask the child to report room, or no longer."""
        self._fates[STARVING] = starving

    def handling(self) -> Envelope | None:
        slot = bytes(self._fates).find(Fate.BEGUN, 0, WINDOW)
        return self._flying.get(slot) if slot >= 0 else None

    @property
    def begun(self) -> float:
        """When the child began what it handles, in monotonic seconds. Read it after `handling`."""
        return float(self._times[BEGUN_AT])

    @property
    def beat(self) -> float:
        """The child's last sign of life, in monotonic seconds; 0.0 before it is ready."""
        return float(self._times[BEAT_AT])

    def close(self) -> tuple[tuple[Envelope, ...], tuple[Envelope, ...]]:
        """After the child's death and the wire's end: those begun and not done, and those never begun, in order."""
        self.settle()
        begun = [e for slot, e in self._flying.items() if self._fates[slot] == Fate.BEGUN]
        untouched = [e for slot, e in self._flying.items() if self._fates[slot] == Fate.SENT]
        self._flying.clear()
        return tuple(begun), tuple(untouched)
