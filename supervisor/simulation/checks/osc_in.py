"""Checks what becomes of datagrams: in order and complete where they are good, counted and without effect where not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from actors.kernel.message import Message
from actors.kernel.record import Handled
from actors.osc.datagram import BadDatagram, decode
from actors.osc.datagram_queue import DatagramQueue
from actors.osc.messages import OscStatistics, ParametersChanged
from actors.osc.parameters import PREFIX
from supervisor.simulation.environment.datagrams import CONTACTS, EVIL, HOSTILE, SLIDERS, STRANGER

_HOSTILE = frozenset(HOSTILE)


@dataclass(slots=True)
class OscIn:
    """sent: the newest value of each slider that has arrived at the port. heard: that the avatar was told."""

    _fault: Callable[[str], None]
    sent: dict[str, float] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)
    _expected: list[tuple[bytes, str]] = field(default_factory=list)
    _before: OscStatistics | None = None

    def begin(self) -> None:
        """A new process: what waited at the port of the last one is lost."""
        self._expected.clear()
        self._touched.clear()
        self._before = None

    def restarted(self) -> None:
        """Another incarnation reads the port: what the one before had read and not announced is lost with it."""
        self._touched.clear()

    def lost(self) -> None:
        """What waited at the port is lost with it."""
        self._expected.clear()

    def arrived(self, data: bytes, host: str) -> None:
        """Note a datagram that waits at the port now."""
        self._expected.append((data, host))

    def read(self, queue: DatagramQueue, taken: int) -> None:
        """The counts follow from what was read."""
        now, before = queue.statistics(0), self._before
        self._before = now
        if not taken or before is None:
            return
        batch, self._expected = self._expected[:taken], self._expected[taken:]
        foreign = sum(host == STRANGER for _, host in batch)
        refused = sum(data in _HOSTILE for data, host in batch if host != STRANGER)
        good = taken - foreign - refused
        found = (
            now.received - before.received,
            now.foreign - before.foreign,
            sum(now.refused.values()) - sum(before.refused.values()),
            now.handled - before.handled,
        )
        if found != (taken, foreign, refused, good):
            wanted = f"{taken} read, {foreign} foreign, {refused} refused, {good} handled"
            self._fault(f"osc: of {wanted} it counted {', '.join(map(str, found))}")
        for data, host in batch:
            if host != STRANGER and data not in _HOSTILE:
                self._note(data)

    def announced(self, message: Message) -> None:
        """Check what the reader announces."""
        if not isinstance(message, ParametersChanged):
            return
        for name, value in message.values.items():
            if EVIL in name:
                self._fault(f"osc: {name} was taken out of a datagram that was refused")
            elif name in self._touched and not (value is True or name in message.touched):
                self._fault(f"osc: a touch of {name} was lost between two announcements")
            self._touched.discard(name)

    def told(self, record: Handled) -> None:
        """Check what the avatar is told."""
        message = record.envelope.message
        assert isinstance(message, ParametersChanged)
        for name in SLIDERS:
            value = message.values.get(name)
            if value is None:
                continue
            if value <= self.heard.get(name, 0.0):
                self._fault(f"osc: {name} {value} was told after {self.heard[name]}")
            elif value > self.sent.get(name, 0.0):
                self._fault(f"osc: {name} {value} was told, and never sent")
            self.heard[name] = float(value)

    def check(self) -> None:
        """Where nothing is wrong any more, the newest value of everything was told."""
        for name, value in self.sent.items():
            if self.heard.get(name) != value:
                self._fault(f"osc: {name} {value} was never told; the last was {self.heard.get(name)}")

    def _note(self, data: bytes) -> None:
        for name, value in _parameters(data):
            if name in SLIDERS:
                self.sent[name] = value
            elif name in CONTACTS and value:
                self._touched.add(name)


@cache
def _parameters(data: bytes) -> tuple[tuple[str, float], ...]:
    """The parameters in a good datagram."""
    try:
        calls = decode(data)
    except BadDatagram:
        return ()
    found = ((address.removeprefix(PREFIX), arguments) for address, arguments in calls)
    return tuple((name, arguments[0]) for name, arguments in found if name in SLIDERS or name in CONTACTS)
