"""The persistence room's door. What passes it is the kernel's protocol, so that every domain can speak it."""

from actors.kernel.protocol import (
    Buried,
    Bury,
    Committed,
    Kept,
    LoadState,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SnapshotWanted,
    StateLoaded,
)

__all__ = [
    "Buried",
    "Bury",
    "Committed",
    "Kept",
    "LoadState",
    "SaveChange",
    "SaveFailed",
    "SaveSnapshot",
    "SnapshotWanted",
    "StateLoaded",
]
