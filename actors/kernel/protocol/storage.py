"""Between a domain and persistence: loading, saving, and erasing for good."""

from collections.abc import Mapping

import msgspec

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.type_names import durable

PERSISTENCE = Address("persistence")
"""The actor that answers all of this. Defined here, since the kernel may import no room."""


@durable("kernel.Version")
class Version(msgspec.Struct, frozen=True, order=True, gc=False):
    """A state's version. Every start opens a new epoch, so that no version is used twice."""

    epoch: int = 0
    n: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}.{self.n}"


class LoadState(Message):
    """Load the newest valid state of `domain`, without the `refused` versions, which proved unusable. Answered by
    StateLoaded."""

    domain: str
    refused: tuple[Version, ...] = ()


class SetStateAside(Message):
    """Keep the stored state of `domain`, whose schema version is too old, in a backup of its own. Answered by
    StateLoaded without a state, or not held."""

    domain: str


class StateKilled(Message):
    """The actor of `domain` dies of the state of `version` that it was given. Again and again, it is set aside."""

    domain: str
    version: Version


class StoredChange(msgspec.Struct, frozen=True, gc=False):
    """A change as it was stored: a patch (actors.kernel.state.patch) of the state in schema version `schema`."""

    schema: int
    patch: bytes


class StateLoaded(Message):
    """The state of `domain` as it was at `version`: a snapshot in parts, of schema version `schema`, and the changes
    since.

    parts: empty when nothing is stored. epoch: of the versions from now on. expired: the state is too old to be used.
    erased: hashes of what must be forgotten, and when (epoch seconds). note: what was wrong.
    held: False when the stored state could not be read: it is kept, and nothing is written over it.
    older: what is stored was begun before the newest of `erased`, so that it may still hold it somewhere.
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
    older: bool = False


class SaveChange(Message):
    """Store the change of `domain` from `base` to `version`, in schema version `schema`. Answered by Committed,
    Buffered or SaveFailed."""

    domain: str
    schema: int
    base: Version
    version: Version
    patch: bytes


class SaveSnapshot(Message):
    """One part of a snapshot of `domain` at `version`, in schema version `schema`. Parts are sent in order; the last is
    answered as a change is. purge_older: remove everything older, because of an erasure."""

    domain: str
    schema: int
    version: Version
    part: int
    parts: int
    payload: bytes
    purge_older: bool = msgspec.field(default=False, name="alone")


class SnapshotWanted(Message):
    """To a domain: hand over a snapshot, so that changes before it can be removed."""

    domain: str


class Committed(Message):
    """Everything of `domain` up to `version` is on disk."""

    domain: str
    version: Version


class Buffered(Message, tag="Kept"):
    """Everything of `domain` up to `version` is in persistence's memory; Committed follows when it is on disk. why:
    what is wrong with the disk; "" when it is only not due yet."""

    former_names = ("Kept",)

    domain: str
    version: Version
    why: str = ""


class SaveFailed(Message):
    """Not stored. snapshot: the change does not follow what is stored; a snapshot would be accepted."""

    domain: str
    version: Version
    why: str
    snapshot: bool = False


class RecordErasure(Message, tag="Bury"):
    """Record that what has one of these hashes in `domain` was erased at `at` (epoch seconds); every later StateLoaded,
    also from a backup, says so. Answered by ErasureRecorded, or by SaveFailed."""

    former_names = ("Bury",)

    domain: str
    hashes: tuple[str, ...]
    at: float


class ErasureRecorded(Message, tag="Buried"):
    """These hashes are on disk."""

    former_names = ("Buried",)

    domain: str
    hashes: tuple[str, ...]
