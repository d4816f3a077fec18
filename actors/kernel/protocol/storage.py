"""Between a domain and persistence: loading, saving, and erasing for good."""

from collections.abc import Mapping

import msgspec

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.type_names import durable

__all__ = [
    "PERSISTENCE",
    "Buffered",
    "Committed",
    "ErasureRecorded",
    "LoadState",
    "RecordErasure",
    "SaveChange",
    "SaveFailed",
    "SaveSnapshot",
    "SetStateAside",
    "SnapshotWanted",
    "StateLoaded",
    "StoredChange",
    "Version",
]

PERSISTENCE = Address("persistence")
"""Who answers all of this. A constant of the protocol, since the kernel speaks to it and may import no room; the room
hands it on to everybody else."""


@durable("kernel.Version")
class Version(msgspec.Struct, frozen=True, order=True, gc=False):
    """A state's version. Every start opens a new epoch, so that no version is issued twice."""

    epoch: int = 0
    n: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}.{self.n}"


class LoadState(Message):
    """Ask persistence for the newest valid state of `domain`; answered by StateLoaded.

    refused: versions that turned out to be unusable; the newest one before them is answered.
    """

    domain: str
    refused: tuple[Version, ...] = ()


class SetStateAside(Message):
    """To persistence: what is stored of `domain` is of a schema version too old to read. It is kept in a backup of its
    own; answered by StateLoaded without a state, or not held."""

    domain: str


class StoredChange(msgspec.Struct, frozen=True, gc=False):
    """A change as it was stored: a patch (actors.kernel.state.patch) of the state in schema version `schema`."""

    schema: int
    patch: bytes


class StateLoaded(Message):
    """The state of `domain` as it was at `version`: a snapshot in parts, of schema version `schema`, and the changes
    since.

    No parts: there is none yet. epoch: the one to count versions in from now on. expired: it is older than the
    policy lets it live. erased: hashes of what was to be forgotten, and when (epoch seconds). held: False when what is
    stored could not be read: it is kept, and nothing is written over it. note: what was wrong.
    """

    domain: str
    epoch: int
    version: Version = Version()
    schema: int = 1
    parts: tuple[bytes, ...] = ()
    changes: tuple[StoredChange, ...] = ()
    expired: bool = False
    erased: Mapping[str, float] = msgspec.field(default_factory=dict, name="buried")
    held: bool = True
    note: str = ""


class SaveChange(Message):
    """Store the change of `domain` from `base` to `version`, in schema version `schema`. Answered by Committed,
    Buffered or SaveFailed."""

    domain: str
    schema: int
    base: Version
    version: Version
    patch: bytes


class SaveSnapshot(Message):
    """One part of a snapshot of `domain` at `version`, in schema version `schema`; all parts are sent in order, and the
    last one is answered as a change is. purge_older: nothing older may be left of the domain, because of an erasure."""

    domain: str
    schema: int
    version: Version
    part: int
    parts: int
    payload: bytes
    purge_older: bool = msgspec.field(default=False, name="alone")


class SnapshotWanted(Message):
    """To a domain: hand over a snapshot, so that the changes before it need not be kept."""

    domain: str


class Committed(Message):
    """Everything of `domain` up to `version` is on disk."""

    domain: str
    version: Version


class Buffered(Message, tag="Kept"):
    """Everything of `domain` up to `version` is kept in memory by persistence, which says Committed when it is on disk.

    why: what is wrong with the disk; "" when nothing is, and it is only not due yet.
    """

    former_names = ("Kept",)

    domain: str
    version: Version
    why: str = ""


class SaveFailed(Message):
    """Not stored. snapshot: because the change does not follow what is stored; a snapshot would be taken."""

    domain: str
    version: Version
    why: str
    snapshot: bool = False


class RecordErasure(Message, tag="Bury"):
    """Remember durably that whatever has one of these hashes in `domain` is forgotten, as of `at` (epoch seconds).

    Answered by ErasureRecorded, or by SaveFailed. What is loaded later, also from a backup, is told of it.
    """

    former_names = ("Bury",)

    domain: str
    hashes: tuple[str, ...]
    at: float


class ErasureRecorded(Message, tag="Buried"):
    """These hashes are remembered on disk."""

    former_names = ("Buried",)

    domain: str
    hashes: tuple[str, ...]
