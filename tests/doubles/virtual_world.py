"""The test host: actors in one thread under a virtual clock. Mail is handled in the order of sending."""

from collections.abc import Iterator
from typing import Any

from actors.kernel.actor import Actor
from actors.kernel.directory import DeadLetters, Directory
from actors.kernel.incarnation import Incarnation
from actors.kernel.mailbox import Mailbox, Put
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import RecordSink


class VirtualClock:
    """Time that is only moved by hand. Starts at 1,000 s monotonic and 1,700,000,000 s epoch."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def monotonic(self) -> float:
        return 1_000.0 + self.elapsed

    def wall(self) -> float:
        return 1_700_000_000.0 + self.elapsed


class Probe:
    """Collects what is sent to its address."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def put(self, envelope: Envelope) -> Put | None:
        self.envelopes.append(envelope)
        return None

    @property
    def messages(self) -> list[Message]:
        """All messages, in order."""
        return [envelope.message for envelope in self.envelopes]

    def of(self, kind: type[Any]) -> list[Any]:
        """The messages of one type, in order."""
        return [message for message in self.messages if isinstance(message, kind)]

    def clear(self) -> None:
        """Forget what came so far."""
        self.envelopes.clear()


class VirtualWorld:
    """A node without threads. paranoid: every message is encoded and decoded, as between processes."""

    def __init__(self, *, paranoid: bool = True, recorder: RecordSink | None = None) -> None:
        self.clock = VirtualClock()
        self.dead_letters = DeadLetters()
        self.directory = Directory(self.dead_letters, paranoid=paranoid)
        self.lives: dict[str, Incarnation] = {}
        self.failures: dict[str, Failure | None] = {}
        self.supervisor = self.probe("supervisor")
        self._recorder = recorder
        self._sent = 0

    def probe(self, address: str) -> Probe:
        """Collect what is sent to `address`."""
        probe = Probe()
        self.directory.open(address, probe)
        return probe

    def start(
        self, actor: Actor, address: str, number: int = 1, mailbox: Mailbox | None = None
    ) -> Incarnation:
        """Start `actor` at `address`; with `mailbox`, as the successor that takes it over."""
        mailbox = Mailbox() if mailbox is None else mailbox
        self.directory.open(address, mailbox)
        life = Incarnation(
            actor,
            address,
            number,
            mailbox,
            self.directory,
            self.clock,
            seed="test",
            supervisor="supervisor",
            recorder=self._recorder,
            on_end=lambda failure: self.failures.__setitem__(address, failure),
        )
        self.lives[address] = life
        life.start()
        return life

    def tell(
        self, to: str, message: Message, *, sender: str = "test", answers: str = "", turn: int = 0
    ) -> str:
        """Send from outside; the message's id."""
        self._sent += 1
        turn = turn or message.turn  # type: ignore[attr-defined]
        envelope = Envelope(sender, 0, self._sent, to, message, "", turn, answers)
        self.directory.deliver(envelope)
        return envelope.id

    def give(self, to: str, message: Message, *, sender: str = "test") -> None:
        """Send, and `run`."""
        self.tell(to, message, sender=sender)
        self.run()

    def run(self, limit: int = 100_000) -> int:
        """Handle everything that is due now; how many messages that was. Time does not move."""
        handled = 0
        while handled < limit and any(life.step(0.0) for life in self._alive()):
            handled += 1
        return handled

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; every timer fires at its own time."""
        end = self.clock.elapsed + seconds
        self.run()
        while (due := self._next_timer()) is not None and due <= end:
            self.clock.elapsed = max(self.clock.elapsed, due)
            self.run()
        self.clock.elapsed = end
        self.run()

    def _alive(self) -> Iterator[Incarnation]:
        return (life for life in tuple(self.lives.values()) if life.running)

    def _next_timer(self) -> float | None:
        start = VirtualClock().monotonic()
        return min((life.timers.heap[0][0] - start for life in self._alive() if life.timers), default=None)
