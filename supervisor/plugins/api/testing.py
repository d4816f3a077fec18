"""A stage for one actor of a plugin, for its tests: no threads, no process, and time that is moved by hand."""

from typing import Any

from actors.kernel.actor import Actor
from actors.kernel.directory import Directory
from actors.kernel.incarnation import Incarnation
from actors.kernel.mailbox import Mailbox, Put
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure

MOST = 10_000
"""Messages that are handled in one go, so that an actor that writes to itself for ever fails its test."""
_BEGIN = 1_000.0


class _Clock:
    elapsed = 0.0

    def monotonic(self) -> float:
        return _BEGIN + self.elapsed

    def wall(self) -> float:
        return 1_700_000_000.0 + self.elapsed


class _Collector:
    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def put(self, envelope: Envelope) -> Put | None:
        self.envelopes.append(envelope)
        return None


class Stage:
    """`actor`, started at `address`. All that it sends to others is kept here; nobody else is there to answer.

    Messages are encoded and decoded as between processes. failure: what has ended it, None while it runs."""

    def __init__(self, actor: Actor, address: str) -> None:
        self.actor = actor
        self.failure: Failure | None = None
        self._address = address
        self._clock = _Clock()
        self._others = _Collector()
        self._count = 0
        directory = Directory(paranoid=True)
        directory.elsewhere = self._others
        mailbox = Mailbox()
        directory.open(address, mailbox)
        self._directory = directory
        self._incarnation = Incarnation(
            actor, address, 1, mailbox, directory, self._clock, seed="test", on_end=self._end
        )
        self._incarnation.start()
        self._run()

    def give(self, message: Message, sender: str = "test", answers: str = "") -> str:
        """Send it `message` and let it handle that; the message's id. answers: the id of what this answers."""
        self._count += 1
        envelope = Envelope(sender, 0, self._count, self._address, message, "", 0, answers)
        self._directory.deliver(envelope)
        self._run()
        return envelope.id

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; every timer fires at its own time."""
        end = self._clock.elapsed + seconds
        timers = self._incarnation.timers
        while self._incarnation.running and timers and (due := timers.heap[0][0] - _BEGIN) <= end:
            self._clock.elapsed = max(self._clock.elapsed, due)
            self._run()
        self._clock.elapsed = end
        self._run()

    def sent(self, kind: type[Any] = Message) -> list[Any]:
        """What it has sent so far of this type, in order."""
        return [one.message for one in self._others.envelopes if isinstance(one.message, kind)]

    def answer(self, to: type[Message], message: Message) -> None:
        """Answer its last question of the type `to` with `message`. Raises LookupError if there is none."""
        asked = [one for one in self._others.envelopes if isinstance(one.message, to)]
        if not asked:
            raise LookupError(f"it has not sent a {to.__name__}")
        self.give(message, asked[-1].recipient, asked[-1].id)

    def _run(self) -> None:
        for _ in range(MOST):
            if not (self._incarnation.running and self._incarnation.step(0.0)):
                return
        raise RuntimeError(f"{self._address} handled {MOST} messages without an end")

    def _end(self, failure: Failure | None) -> None:
        self.failure = failure
