"""References to pictures that are in shared memory (ring.py): light enough for every process to know."""

import msgspec


class RingAddress(msgspec.Struct, frozen=True):
    """Where a ring is: what a process needs to attach to it."""

    name: str
    slots: int
    slot_bytes: int


class Frame(msgspec.Struct, frozen=True):
    """A reference to one picture. generation: counts the ring's pictures from 1. captured_at: epoch seconds."""

    generation: int
    height: int
    width: int
    channels: int
    captured_at: float
