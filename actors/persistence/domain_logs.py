"""What persistence holds in memory of all domains: their logs, and a cache of their snapshots. No I/O."""

from collections.abc import Iterator, Mapping

from actors.kernel.protocol.storage import Version
from actors.persistence.domain_log import DomainLog
from actors.persistence.store.chain import Chain, best
from actors.persistence.store.snapshots.cache import SnapshotCache


class DomainLogs:
    """cache: the snapshots read or written last."""

    def __init__(self, cache: SnapshotCache) -> None:
        self.cache = cache
        self._logs: dict[str, DomainLog] = {}

    def __iter__(self) -> Iterator[DomainLog]:
        return iter(self._logs.values())

    def of(self, domain: str) -> DomainLog:
        """The log of `domain`; a new one where there is none."""
        if domain not in self._logs:
            self._logs[domain] = DomainLog(domain)
        return self._logs[domain]

    @property
    def unwritten(self) -> tuple[str, ...]:
        """The domains whose newest state is in memory only."""
        return tuple(log.domain for log in self if log.is_due)

    @property
    def written(self) -> Mapping[str, Version]:
        """The newest version on disk, of each domain that has one."""
        return {log.domain: log.written for log in self if log.written.epoch}

    def newest(self, domain: str) -> Chain | None:
        """The newest state of `domain`; None when not all of it is in memory."""
        log = self._logs.get(domain)
        if log is None or log.newest is None:
            return None
        snapshot = log.snapshot or self.cache.load(domain)
        if snapshot is None:
            return None
        chain, _ = best((snapshot,), log.recent)
        return chain if chain is not None and chain.version == log.newest else None

    def loaded(self, domain: str, chain: Chain | None, *, damaged: bool) -> None:
        """Begin with what was read. damaged: refuse changes until it is written again as a snapshot."""
        log = self.of(domain)
        if log.is_due:
            return  # it is newer than the disk
        log.loaded(chain)
        if chain is not None:
            self.cache.save(chain.snapshot)
        if damaged:
            log.newest, log.asked = None, chain is not None

    def database_lost(self) -> None:
        """Let every state that is wholly in memory be written again: nothing is on disk any more."""
        for log in self:
            chain = self.newest(log.domain)
            if chain is None:
                log.newest = None  # the next change is refused, and a snapshot handed over
            else:
                log.snapshot, log.changes = chain.snapshot, list(chain.changes)
                log.written = Version()

    def sweep(self) -> None:
        """Remove what is on disk and has been in memory for too long."""
        for domain in self.cache.sweep():
            log = self._logs.get(domain)
            if log is not None and not log.is_due:
                log.recent.clear()
