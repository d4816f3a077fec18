"""Checks that a reload leaves every actor with one and the same configuration, and nobody prepared for another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from actors.kernel.incarnation import Incarnation
from actors.kernel.protocol.reconfigure import AbortSections, CommitSections, PrepareSections, SectionsReady
from actors.kernel.record import Handled, Stopped
from config.changes import changed_keys, restarts, takes_over_live
from config.schema import Config
from config.syntax.problem import Key, dotted
from supervisor.runtime.config_reload import ConfigurationReload
from supervisor.simulation.environment.configuration import SimulatedSource

PREPARED_WITHIN = 45.0
TAKEN_WITHIN = 45.0
"""Seconds after which nobody is prepared any more, and everybody has taken a new configuration over: every fault of an
actor or a link is shorter."""

ASKED_WITHIN = 3.0
"""Seconds that asking for votes takes at most: whoever ended after it began may have died over a vote."""


@dataclass(slots=True)
class Reloads:
    """store, running: of the present process. prepared: who voted for which version, and when."""

    _source: SimulatedSource
    _now: Callable[[], float]
    _store: Callable[[], ConfigurationReload]
    _running: Callable[[], Iterator[Incarnation]]
    _fault: Callable[[str], None]
    prepared: dict[str, tuple[int, int, float]] = field(default_factory=dict)
    _asked: dict[str, str] = field(default_factory=dict)
    _agreed: set[str] = field(default_factory=set)
    _asked_at: float = 0.0
    _ended: dict[str, float] = field(default_factory=dict)
    _version: int = 1
    _since: float = 0.0
    _compared: bool = True

    def begin(self) -> None:
        """A new process: nobody has voted yet."""
        self.prepared.clear()
        self._asked.clear()
        self._version, self._since, self._compared = 1, self._now(), False

    def handled(self, record: Handled) -> None:
        """Note a vote, or what became of it."""
        envelope, message = record.envelope, record.envelope.message
        if isinstance(message, PrepareSections):
            for sent in record.sent:
                if isinstance(sent.message, SectionsReady):
                    self._agreed.add(envelope.id)
                    self.prepared[envelope.recipient] = (sent.incarnation, message.version, self._now())
        elif isinstance(message, CommitSections | AbortSections):
            self.prepared.pop(envelope.recipient, None)

    def decided(self, record: Handled) -> None:
        """Note who is asked for a vote; and check that whoever was asked, and lives, agreed to what is in force."""
        if asked := {e.id: e.recipient for e in record.sent if isinstance(e.message, PrepareSections)}:
            self._asked, self._asked_at = asked, self._now()
        elif any(isinstance(e.message, CommitSections) for e in record.sent):
            since = self._asked_at - ASKED_WITHIN
            alive = {i.address for i in self._running() if self._ended.get(i.address, -1e9) < since}
            for id, address in self._asked.items():
                if id not in self._agreed and address in alive:
                    self._fault(
                        f"reload: version {self._store().version} is in force without the vote of {address}"
                    )
            self._asked = {}
            self._agreed.clear()

    def stopped(self, record: Stopped) -> None:
        """Whoever has ended is prepared for nothing."""
        self._ended[record.address] = self._now()
        voted = self.prepared.get(record.address)
        if voted is not None and voted[0] == record.incarnation:
            del self.prepared[record.address]

    def check(self, *, final: bool = False) -> None:
        """Check that what was decided has reached everybody in time."""
        now, version = self._now(), self._store().version
        for address, (_, voted, at) in tuple(self.prepared.items()):
            if final or now - at > PREPARED_WITHIN:
                del self.prepared[address]
                self._fault(f"reload: {address} has been prepared for version {voted} since {at:.3f} s")
        if version != self._version:
            self._version, self._since, self._compared = version, now, False
        if final or (not self._compared and now - self._since > TAKEN_WITHIN):
            self._compared = True
            self._compare()
        if final:
            self._explain()

    def _compare(self) -> None:
        config = self._store().config
        for incarnation in self._running():
            if stale := tuple(map(dotted, _stale(incarnation, config))):
                held = f"still works with another {', '.join(stale)} than version {self._version}"
                self._fault(f"reload: {incarnation.address} {held}")

    def _explain(self) -> None:
        """What is not in force has a reason."""
        store, source = self._store(), self._source
        if (source.broken or changed_keys(store.config, source.config)) and not store.status()["problems"]:
            self._fault("reload: what was saved is not in force, and nothing says why")


def _stale(incarnation: Incarnation, config: Config) -> Iterator[Key]:
    """The keys of which an actor holds other values than those in force."""
    for name, value in _sections_of(incarnation.actor):
        held = config.model_copy(update={name: value})
        for key in changed_keys(held, config):
            if takes_over_live(key) or incarnation.address in restarts((key,)):
                yield key


def _sections_of(actor: object) -> Iterator[tuple[str, Any]]:
    for value in tuple(vars(actor).values()):
        if (name := _NAMES.get(type(value))) is not None:
            yield name, value


_NAMES = {type(value): name for name, value in Config() if name != "actors"}
