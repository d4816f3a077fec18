"""The persistence room's door. What domains say is the kernel's protocol, so that every domain can speak it; what is
said of backups is the room's own."""

from actors.kernel.message import Message
from actors.kernel.protocol.storage import (
    PERSISTENCE,
    Buffered,
    Committed,
    ErasureRecorded,
    LoadState,
    RecordErasure,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SnapshotWanted,
    StateLoaded,
)

__all__ = [
    "PERSISTENCE",
    "BackupFailed",
    "BackupMade",
    "Buffered",
    "Committed",
    "ErasureRecorded",
    "LoadState",
    "MakeBackup",
    "RecordErasure",
    "SaveChange",
    "SaveFailed",
    "SaveSnapshot",
    "SnapshotWanted",
    "StateLoaded",
]


class MakeBackup(Message):
    """Write all that is kept into one file. to: a folder, absolute; "" for the usual one. encrypt: so that only the
    key opens it. Answered by BackupMade or BackupFailed."""

    to: str = ""
    encrypt: bool = False


class BackupMade(Message):
    """The backup is durable, and was read back and checked. bytes: of the file. domains: that it holds."""

    path: str
    bytes: int
    domains: tuple[str, ...]
    sealed: bool = False


class BackupFailed(Message):
    """There is no such backup. remedy: what can be done about it."""

    why: str
    remedy: str
