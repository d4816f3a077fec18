"""A domain as it is stored: snapshots of its state, the changes since, and which of them lead furthest. Pure."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.record import Kind, Record


class Snapshot(msgspec.Struct, frozen=True):
    """The state of a domain at `version` in schema version `schema`. parts: MessagePack. saved_at: epoch seconds."""

    domain: str
    schema: int
    version: Version
    saved_at: float
    parts: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(map(len, self.parts))


class Chain(msgspec.Struct, frozen=True):
    """A snapshot and all changes since, each based on the one before."""

    snapshot: Snapshot
    changes: tuple[Record, ...] = ()

    @property
    def version(self) -> Version:
        """The version after the last change."""
        return self.changes[-1].version if self.changes else self.snapshot.version

    @property
    def saved_at(self) -> float:
        """When it was saved, in epoch seconds."""
        return self.changes[-1].saved_at if self.changes else self.snapshot.saved_at


def records_of(snapshot: Snapshot) -> tuple[Record, ...]:
    """The snapshot as records, one for each part."""
    s, count = snapshot, len(snapshot.parts)
    return tuple(
        Record(Kind.PART, s.domain, s.schema, s.version, s.saved_at, payload, part=part, parts=count)
        for part, payload in enumerate(s.parts)
    )


def assembled(records: Iterable[Record]) -> Snapshot | None:
    """The snapshot with these parts; None when one is missing, or they belong to several snapshots."""
    parts = sorted(records, key=lambda record: record.part)
    if (
        not parts
        or parts[0].parts != len(parts)
        or [record.part for record in parts] != list(range(len(parts)))
    ):
        return None
    if len({(p.domain, p.version, p.schema, p.parts) for p in parts}) > 1:
        return None
    first, payloads = parts[0], tuple(record.payload for record in parts)
    return Snapshot(first.domain, first.schema, first.version, first.saved_at, payloads)


def best(
    snapshots: Iterable[Snapshot], changes: Sequence[Record], refused: Collection[Version] = ()
) -> tuple[Chain | None, tuple[Record, ...]]:
    """The chain with the fewest changes to the newest version that is not `refused`, None for none; and the
    newer changes, which do not follow on it."""
    line = _Line(changes)
    chains: list[Chain] = []
    for snapshot in snapshots:
        whole = Chain(snapshot, line.following(snapshot.version))
        chains.append(whole)
        if refused:
            # The last change may be the only invalid one; else the snapshot without changes is tried.
            chains += [Chain(snapshot, whole.changes[:-1]), Chain(snapshot)]
    usable = [chain for chain in chains if chain.version not in refused]
    if not usable:
        return None, line.changes
    found = max(usable, key=lambda chain: (chain.version, chain.snapshot.version))
    return found, line.changes[bisect_right(line.versions, found.version) :]


class _Line:
    """Changes in the order of their versions, each once. is_straight: each is based on the one before, as is usual."""

    def __init__(self, changes: Sequence[Record]) -> None:
        self.changes = tuple(changes)
        self.versions = [change.version for change in self.changes]
        bases = [change.base for change in self.changes]
        # Lists are compared and sorted without Python code for each of ten thousand changes.
        self.is_straight = self.versions[:-1] == bases[1:] and sorted(self.versions) == self.versions
        if not self.is_straight:
            once = {(change.version, change.base): change for change in self.changes}
            self.changes = tuple(once[key] for key in sorted(once))
            self.versions = [change.version for change in self.changes]

    def following(self, version: Version) -> tuple[Record, ...]:
        """The changes from `version` to the newest reachable one. Some may lead elsewhere, such as the last change of a
        killed process whose successor went on from the one before."""
        first = bisect_right(self.versions, version)
        if self.is_straight and first < len(self.changes) and self.changes[first].base == version:
            return self.changes[first:]
        reached_by: dict[Version, Record | None] = {version: None}
        for change in self.changes:
            if change.base in reached_by and change.version not in reached_by:
                reached_by[change.version] = change
        following = []
        at = max(reached_by)
        while (change_to := reached_by[at]) is not None:
            following.append(change_to)
            at = change_to.base
        return tuple(reversed(following))
