"""What persistence holds in memory of one domain: its newest versions, and what is not on disk yet. No I/O."""

import msgspec

from actors.kernel.protocol.storage import SaveChange, SaveSnapshot, Version
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.record import Kind, Record

__all__ = ["HARD_LIMIT", "LARGEST", "DomainLog", "Refusal"]

HARD_LIMIT = 10_000
"""Changes after a snapshot at most."""
NEARLY_FULL = 8_000
"""Changes after which a snapshot is asked for, however large it is."""
LARGEST = 2**30
"""Bytes of one state at most."""
SMALL = 2**20
"""Bytes of changes that are never too much."""
HELD = 2**24
"""Bytes of changes that stay in memory when they are on disk."""
UNWRITTEN = 2**26
"""Bytes of changes that may wait in memory for a disk that fails; then a snapshot is asked for instead."""


class Refusal(msgspec.Struct, frozen=True):
    """Why something is not stored. snapshot: a snapshot would be."""

    why: str
    snapshot: bool = False


class DomainLog:
    """newest: the newest version held, in memory or on disk; None when a snapshot must come first. written: on disk.

    snapshot: the newest one, while it is not on disk. changes: those not on disk. recent: all since the newest
    snapshot, as far as they are in memory; since: how many there are. Sizes in bytes: snapshot_bytes, of the newest
    snapshot; recent_bytes, of the changes since it; journal_bytes, of those and of the ones that only the snapshot
    before it needs. keeper: the domain's actor. owed: who is to be told when a version is on disk. asked: a snapshot
    was asked for.
    """

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.newest: Version | None = None
        self.written = Version()
        self.snapshot: Snapshot | None = None
        self.changes: list[Record] = []
        self.recent: list[Record] = []
        self.since = 0
        self.recent_bytes = self.journal_bytes = self.snapshot_bytes = 0
        self._after: list[tuple[Version, int]] = []  # each since the newest snapshot, and its bytes
        self.keeper = ""
        self.owed: dict[str, Version] = {}
        self.asked = False
        self._parts: list[SaveSnapshot] = []
        self._bytes = 0

    @property
    def is_due(self) -> bool:
        """Whether there is anything that is not on disk."""
        return bool(self.changes or self.snapshot is not None)

    def loaded(self, chain: Chain | None) -> None:
        """Take over what was read; None when there is nothing that changes can follow."""
        self.newest = chain.version if chain is not None else None
        self.written = chain.version if chain is not None else Version()
        self.recent = list(chain.changes) if chain is not None else []
        self._count([(change.version, len(change.payload)) for change in self.recent])
        self.journal_bytes = self.recent_bytes
        self._let_go()
        self.snapshot_bytes = chain.snapshot.size if chain is not None else 0
        self.snapshot = None
        self.changes.clear()
        self._bytes = 0
        self._parts.clear()
        self.asked = False

    def add(self, change: SaveChange, now: float) -> Refusal | None:
        """Take a change; None when it was taken, or is known already."""
        if self.newest is None:
            return Refusal("there is no snapshot that the change could follow", snapshot=True)
        if change.version <= self.newest:
            return None  # again, or late
        if change.base != self.newest:
            return Refusal(
                f"the change is based on version {change.base}, not on {self.newest}", snapshot=True
            )
        if self.since >= HARD_LIMIT or self._bytes > UNWRITTEN:
            return Refusal("there are too many changes since the last snapshot", snapshot=True)
        record = Record(
            Kind.CHANGE, change.domain, change.schema, change.version, now, change.patch, change.base
        )
        self.changes.append(record)
        self.recent.append(record)
        self.newest = change.version
        size = len(change.patch)
        self._after.append((change.version, size))
        self.since += 1
        self._bytes += size
        self.recent_bytes += size
        self.journal_bytes += size
        return None

    def wants_snapshot(self, changes: int) -> bool:
        """Whether a snapshot is worth writing: after `changes` changes that take a quarter of its size, or when they
        take as much as it does."""
        if self.recent_bytes >= max(self.snapshot_bytes, SMALL) or self.since >= NEARLY_FULL:
            return True
        return self.since >= changes and 4 * self.recent_bytes >= self.snapshot_bytes

    def take(self, part: SaveSnapshot, now: float) -> Snapshot | Refusal | None:
        """Take a part of a snapshot; the snapshot when it was the last part."""
        if part.part == 0:
            self._parts.clear()
        first = self._parts[0] if self._parts else part
        if part.part != len(self._parts) or part.version != first.version:
            self._parts.clear()
            return Refusal("a part of the snapshot is missing", snapshot=True)
        if sum(len(p.payload) for p in self._parts) + len(part.payload) > LARGEST:
            self._parts.clear()
            return Refusal(f"the state has more than {LARGEST} bytes")
        self._parts.append(part)
        if len(self._parts) < part.parts:
            return None
        payloads = tuple(p.payload for p in self._parts)
        self._parts.clear()
        return Snapshot(part.domain, part.schema, part.version, now, payloads)

    def replace(self, snapshot: Snapshot) -> None:
        """Make this snapshot the newest. The changes before it are written all the same: the snapshot before needs them
        if this one gets damaged; unless there are too many."""
        if self.since >= HARD_LIMIT or self._bytes > UNWRITTEN:
            self.changes = [change for change in self.changes if change.version > snapshot.version]
            self._bytes = sum(len(change.payload) for change in self.changes)
        self.newest = snapshot.version if self.newest is None else max(self.newest, snapshot.version)
        if self.snapshot is None or snapshot.version >= self.snapshot.version:
            self.snapshot = snapshot
        self.recent = [change for change in self.recent if change.version > snapshot.version]
        self.journal_bytes = self.recent_bytes
        self._count([counted for counted in self._after if counted[0] > snapshot.version])
        self.snapshot_bytes = snapshot.size
        self.asked = False

    def forget(self, upto: Version) -> None:
        """Drop what led to `upto`, because of an erasure. Changes since then stay: they may have come between the parts
        of the snapshot of `upto`."""
        self.changes = [change for change in self.changes if change.version > upto]
        self.recent = [change for change in self.recent if change.version > upto]
        self.snapshot = None
        self._bytes = sum(len(change.payload) for change in self.changes)

    def wrote(self) -> None:
        """Everything that was due is on disk."""
        if self.newest is not None:
            self.written = max(self.written, self.newest)
        self.snapshot = None
        self.changes.clear()
        self._bytes = 0
        self._let_go()

    def _count(self, after: list[tuple[Version, int]]) -> None:
        self._after = after
        self.since = len(after)
        self.recent_bytes = sum(size for _, size in after)

    def _let_go(self) -> None:
        """What is large is read from the disk again if the domain's actor is restarted."""
        if self.recent_bytes > HELD:
            self.recent.clear()
