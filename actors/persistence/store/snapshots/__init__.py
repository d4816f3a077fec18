"""Where snapshots are kept: in the database, in files beside it, and in memory. One module for each."""

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot

__all__ = ["NONE", "FoundSnapshots"]

NONE = Version(-1, -1)
"""Lower than any version."""


class FoundSnapshots(msgspec.Struct, frozen=True):
    """The valid snapshots of a domain, newest first; and a text for each damaged one."""

    snapshots: tuple[Snapshot, ...] = ()
    damaged: tuple[str, ...] = ()
