"""Checks that acknowledged states are on the disk at once, and in what is loaded later."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from actors.kernel.protocol.storage import Committed, StateLoaded, Version
from actors.kernel.record import Handled
from actors.kernel.state.document import Document, Unfit, restored
from actors.persistence.store import journal
from actors.persistence.store.encryption import PLAIN
from actors.persistence.store.journal import key_of
from actors.persistence.store.snapshots.in_database import DatabaseSnapshots
from supervisor.simulation.environment.disk import Disk, SimulatedTransaction
from supervisor.tree import DOMAINS

REMEMBERED = 3000


@dataclass(frozen=True, slots=True)
class Durability:
    """acknowledged: the newest version of each domain that was acknowledged as durable."""

    _disk: Disk
    _actor: Callable[[str], Any]
    _fault: Callable[[str], None]
    acknowledged: dict[str, Version] = field(default_factory=dict)
    _epochs: dict[str, set[int]] = field(default_factory=lambda: {domain: set() for domain in DOMAINS})
    _states: dict[str, dict[Version, Any]] = field(default_factory=lambda: {domain: {} for domain in DOMAINS})

    def changed(self, domain: str) -> None:
        """Note the present state of a domain."""
        actor = self._actor(domain)
        states = self._states[domain]
        states.setdefault(actor.version, actor.state)
        if len(states) > REMEMBERED:
            del states[next(iter(states))]

    def committed(self, message: Committed) -> None:
        """Check that an acknowledged version is on disk."""
        domain, version = message.domain, message.version
        if domain not in self._states:
            return
        if key_of(domain, version) not in self._disk.values and self._newest(domain) < version:
            self._fault(f"durability: {domain} {version} was acknowledged, and is not on disk")
        if version > self.acknowledged.get(domain, Version()):
            self.acknowledged[domain] = version

    def loaded(self, record: Handled) -> None:
        """Check the state with which a domain begins."""
        message = record.envelope.message
        assert isinstance(message, StateLoaded)
        domain = message.domain
        if domain not in self._states or not record.envelope.answers or not message.held:
            return
        wanted = self.acknowledged.get(domain, Version())
        if message.epoch in self._epochs[domain] or message.epoch <= wanted.epoch:
            self._fault(f"durability: the epoch {message.epoch} of {domain} was opened before")
        self._epochs[domain].add(message.epoch)
        if message.version < wanted:
            loaded = f"only {message.version} was loaded ({message.note})"
            self._fault(f"durability: {domain} was acknowledged up to {wanted}, and {loaded}")
        self._compare(domain, message)

    def _compare(self, domain: str, message: StateLoaded) -> None:
        """Check that the loaded state equals the noted one of that version."""
        expected = self._states[domain].get(message.version)
        if expected is None or not message.parts:
            return
        actor = self._actor(domain)
        try:
            found = restored(
                Document(actor.initial),
                message.parts,
                ((change.schema, change.patch) for change in message.changes),
                parted=actor.parted,
                schema=message.schema,
                now=actor.schema,
                migrations=actor.migrations,
            )
        except Unfit as error:
            self._fault(f"durability: what is stored of {domain} cannot be used: {error}")
            return
        if found.document.state != expected:
            self._fault(f"durability: {domain} {message.version} was not loaded as it was acknowledged")

    def _newest(self, domain: str) -> Version:
        """The newest version on disk, according to its keys and snapshots."""
        txn = SimulatedTransaction(self._disk)
        snapshots = DatabaseSnapshots(PLAIN).get(txn, domain, touch=False).snapshots  # type: ignore[arg-type]
        changes, _ = journal.changes(txn, domain)  # type: ignore[arg-type]
        return max((*(s.version for s in snapshots), *(c.version for c in changes)), default=Version())
