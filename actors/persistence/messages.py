"""The public messages of persistence: those of backups. What domains say to it is actors.kernel.protocol.storage."""

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
    """Write everything that is stored into one file. to: a folder, absolute; "" for the default one. encrypt: whether
    in any case. Answered by BackupMade or BackupFailed."""

    to: str = ""
    encrypt: bool = False


class BackupMade(Message):
    """The backup is durable, was read back and verified. bytes: of the file. domains: in it. sealed: whether it is
    encrypted."""

    path: str
    bytes: int
    domains: tuple[str, ...]
    sealed: bool = False


class BackupFailed(Message):
    """No backup was made. remedy: what can be done about it."""

    why: str
    remedy: str
