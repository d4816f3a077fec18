"""The public messages of persistence: backups. What domains say to it is in actors.kernel.protocol.storage."""

from actors.kernel.message import Message

STOP_WITHIN = 6.0
"""Seconds that a stop may take: what waits is written, and the used part of the file is read once, which a slow disk
does with 200 MB a second."""


class MakeBackup(Message):
    """Write everything that is stored into one file; answered by BackupMade or BackupFailed.

    to: a folder, absolute; "" for the default one. encrypt: also when the store is not encrypted.
    """

    to: str = ""
    encrypt: bool = False


class BackupMade(Message):
    """The backup is durable, was read back and verified. bytes: of the file. sealed: whether it is encrypted."""

    path: str
    bytes: int
    domains: tuple[str, ...]
    sealed: bool = False


class BackupFailed(Message):
    """No backup was made. remedy: what can be done about it."""

    why: str
    remedy: str
