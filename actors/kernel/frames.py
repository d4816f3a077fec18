"""Pictures between processes: a ring of slots in shared memory, one writer, several readers, the newest wins."""

import msgspec

__all__ = ["RingAddress"]


class RingAddress(msgspec.Struct, frozen=True):
    """Where a ring is: what a process needs to attach to it."""

    name: str
    slots: int
    slot_bytes: int
