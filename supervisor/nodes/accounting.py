"""Exact accounting over a death: what a pinned actor had begun, and what it had done, in memory that the parent owns.

Each envelope in flight has a slot. Around its handler the child writes BEGUN, then DONE; after a death the parent reads
the slots and knows which envelopes were handled, which one killed the child, and which were never touched.
"""

import enum
import multiprocessing
from collections import deque
from collections.abc import Sequence
from typing import Any

from actors.kernel.message import Envelope

__all__ = ["WINDOW", "Fate", "Ledger", "ledger_memory"]

WINDOW = 256
"""Envelopes in flight to one child at most."""


class Fate(enum.IntEnum):
    """What became of an envelope in a slot."""

    SENT = 0
    BEGUN = 1
    DONE = 2


def ledger_memory() -> Any:
    """Shared memory for one incarnation: a byte per slot, without a name, so that nothing can leak."""
    return multiprocessing.get_context("spawn").RawArray("B", WINDOW)


class Ledger:
    """The parent's side: which envelope is in which slot. Not thread-safe; its owner locks."""

    def __init__(self, memory: Any) -> None:
        self._memory = memory
        self._free = deque(range(WINDOW))
        self._flying: dict[int, Envelope] = {}

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def full(self) -> bool:
        """True while no further envelope may be sent."""
        return not self._free

    def enter(self, envelope: Envelope) -> int:
        """Give the envelope a slot; its number."""
        slot = self._free.popleft()
        self._memory[slot] = Fate.SENT
        self._flying[slot] = envelope
        return slot

    def settle(self, slots: Sequence[int]) -> None:
        """The child says that it has done with these slots."""
        for slot in slots:
            if self._flying.pop(slot, None) is not None:
                self._free.append(slot)

    def oldest(self) -> Envelope | None:
        """The envelope being handled, if one is."""
        for slot, envelope in tuple(self._flying.items()):
            if self._memory[slot] == Fate.BEGUN:
                return envelope
        return None

    def reckon(self) -> tuple[tuple[Envelope, ...], tuple[Envelope, ...]]:
        """After the child's death and the wire's end: (begun and not done, never begun), each in order of sending."""
        begun, untouched = [], []
        for slot, envelope in self._flying.items():
            fate = self._memory[slot]
            if fate == Fate.BEGUN:
                begun.append(envelope)
            elif fate == Fate.SENT:
                untouched.append(envelope)
        self._flying.clear()
        return tuple(begun), tuple(untouched)
