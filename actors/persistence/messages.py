"""The public messages of persistence: the kernel's storage protocol, which every domain speaks, and backups."""

from actors.kernel.message import Message
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    ErasureRecorded,
    LoadState,
    RecordErasure,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SetStateAside,
    SnapshotWanted,
    StateLoaded,
)

__all__ = [
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
    "SetStateAside",
    "SnapshotWanted",
    "StateLoaded",
]


class MakeBackup(Message):
    """Write everything that is stored into one file. to: a folder, absolute; "" for the default one. encrypt: whether
    in any case. Answered by BackupMade or BackupFailed."""

    to: str = ""
    encrypt: bool = False


class BackupMade(Message):
    """The backup is durable, was read back and verified. bytes: of the file. domains: in it. sealed: it is
    encrypted."""

    path: str
    bytes: int
    domains: tuple[str, ...]
    sealed: bool = False


class BackupFailed(Message):
    """No backup was made. remedy: what can be done about it."""

    why: str
    remedy: str
