"""What persistence holds in memory of one domain: its newest versions, and what is not on disk yet. No I/O."""

import msgspec

from actors.kernel.protocol.storage import SaveChange, SaveSnapshot, Version
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.record import Kind, Record

HARD_LIMIT = 10_000
"""Maximum of changes after a snapshot."""
NEARLY_FULL = 8_000
"""Changes after which a snapshot is requested, however large it is."""
LARGEST = 2**30
"""Maximum size of one state, in bytes."""
SMALL = 2**20
"""Bytes of changes below which their size does not call for a snapshot."""
HELD = 2**24
"""Bytes of changes that stay in memory after they were written."""
UNWRITTEN = 2**26
"""Bytes of changes that may wait in memory for a failing disk; beyond it a snapshot is requested instead."""


class Refusal(msgspec.Struct, frozen=True):
    """Why something is not stored. snapshot: a snapshot would be stored."""

    why: str
    snapshot: bool = False


class DomainLog:
    """newest: the newest version, in memory or on disk; None when a snapshot must come first. written: the one on disk.

    snapshot, changes: those that are not on disk. recent: the changes since the newest snapshot that are in memory.
    since: how many changes there are since it. snapshot_bytes, recent_bytes: the sizes of it and of these.
    journal_bytes: of all changes still on disk. keeper: the address of the domain's actor.
    owed: by address, the version whose commit must be reported. asked: a snapshot was requested.
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
        """Begin with what was read; None for nothing that changes can follow."""
        self.newest, self.written = (None, Version()) if chain is None else (chain.version, chain.version)
        self.recent = [] if chain is None else list(chain.changes)
        self.snapshot_bytes = 0 if chain is None else chain.snapshot.size
        self._count([(change.version, len(change.payload)) for change in self.recent])
        self.journal_bytes = self.recent_bytes
        self._clear()
        self._parts.clear()
        self.asked = False

    def add(self, change: SaveChange, now: float) -> Refusal | None:
        """Take a change; None when it is taken, or known already."""
        if self.newest is None:
            return Refusal("there is no snapshot that the change could follow", snapshot=True)
        if change.version <= self.newest:
            return None  # again, or late
        if change.base != self.newest:
            why = f"the change is based on version {change.base}, not on {self.newest}"
            return Refusal(why, snapshot=True)
        if self.since >= HARD_LIMIT or self._bytes > UNWRITTEN:
            return Refusal("there are too many changes since the last snapshot", snapshot=True)
        version, patch = change.version, change.patch
        record = Record(Kind.CHANGE, change.domain, change.schema, version, now, patch, change.base)
        self.changes.append(record)
        self.recent.append(record)
        self.newest, size = version, len(patch)
        self._after.append((version, size))
        self.since += 1
        self._bytes += size
        self.recent_bytes += size
        self.journal_bytes += size
        return None

    def wants_snapshot(self, changes: int) -> bool:
        """Whether a snapshot is worth it: `changes` changes take a quarter of its size, or any number all of it."""
        if self.recent_bytes >= max(self.snapshot_bytes, SMALL) or self.since >= NEARLY_FULL:
            return True
        return self.since >= changes and 4 * self.recent_bytes >= self.snapshot_bytes

    def take(self, part: SaveSnapshot, now: float) -> Snapshot | Refusal | None:
        """Take a part of a snapshot; the snapshot when the part is the last."""
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
        """Make this snapshot the newest. Unless there are too many, the changes before it are written as well: the
        snapshot before needs them if this one gets damaged."""
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
        """Note that everything that was due is on disk."""
        if self.newest is not None:
            self.written = max(self.written, self.newest)
        self._clear()

    def _count(self, after: list[tuple[Version, int]]) -> None:
        self._after = after
        self.since = len(after)
        self.recent_bytes = sum(size for _, size in after)

    def _clear(self) -> None:
        """Nothing is due. What is large is read from the disk again if the domain's actor is restarted."""
        self.snapshot = None
        self.changes.clear()
        self._bytes = 0
        if self.recent_bytes > HELD:
            self.recent.clear()
