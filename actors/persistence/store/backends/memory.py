"""Copies in memory, for a limited time; also the read cache in front of the other backends."""

from collections.abc import Callable

from actors.persistence.store.backends import Found
from actors.persistence.store.chain import Snapshot

__all__ = ["MemoryBackend"]


class MemoryBackend:
    """ttl: seconds that a copy is kept after it was last saved or read, by its domain; 0 for ever. clock: seconds."""

    def __init__(self, ttl: Callable[[str], float], clock: Callable[[], float]) -> None:
        self._ttl = ttl
        self._clock = clock
        self._kept: dict[str, tuple[Snapshot, float]] = {}

    def save(self, snapshot: Snapshot) -> None:
        known = self._kept.get(snapshot.domain)
        if known is None or snapshot.version > known[0].version:
            self._kept[snapshot.domain] = (snapshot, self._clock())

    def load(self, domain: str) -> Found:
        self.sweep()
        if domain not in self._kept:
            return Found()
        snapshot, _ = self._kept[domain]
        self._kept[domain] = (snapshot, self._clock())
        return Found((snapshot,))

    def forget(self, domain: str) -> None:
        self._kept.pop(domain, None)

    def sweep(self) -> tuple[str, ...]:
        """Let go of what has expired; of which domains."""
        now = self._clock()
        gone = tuple(
            domain for domain, (_, since) in self._kept.items() if 0.0 < self._ttl(domain) <= now - since
        )
        for domain in gone:
            del self._kept[domain]
        return gone
