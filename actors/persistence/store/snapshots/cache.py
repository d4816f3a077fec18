"""The read cache: the newest snapshot of each domain in memory, for a limited time."""

from collections.abc import Callable

from actors.persistence.store.chain import Snapshot

LARGEST = 2**24
"""Bytes of a snapshot beyond which it is not cached."""


class SnapshotCache:
    """ttl: seconds for which a snapshot stays after it was last saved or read; 0 caches nothing. clock: monotonic."""

    def __init__(self, ttl: float, clock: Callable[[], float]) -> None:
        self.ttl = ttl
        self._clock = clock
        self._cached: dict[str, tuple[Snapshot, float]] = {}

    def save(self, snapshot: Snapshot) -> None:
        """Cache it, unless a newer one is cached; one that is too large only removes the cached one."""
        known = self._cached.get(snapshot.domain)
        if snapshot.size > LARGEST:
            self.forget(snapshot.domain)
        elif known is None or snapshot.version > known[0].version:
            self._cached[snapshot.domain] = (snapshot, self._clock())

    def load(self, domain: str) -> Snapshot | None:
        """The newest snapshot of `domain`; None for none."""
        self.sweep()
        if domain not in self._cached:
            return None
        snapshot, _ = self._cached[domain]
        self._cached[domain] = (snapshot, self._clock())
        return snapshot

    def forget(self, domain: str) -> None:
        """Remove the snapshot of `domain`, if there is one."""
        self._cached.pop(domain, None)

    def sweep(self) -> tuple[str, ...]:
        """Remove what has expired; its domains."""
        now = self._clock()
        expired = tuple(domain for domain, (_, since) in self._cached.items() if self.ttl <= now - since)
        for domain in expired:
            del self._cached[domain]
        return expired
