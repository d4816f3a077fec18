"""What an actor can do while it handles a message: send, ask, set timers, read clocks and random numbers.

The id of the message being handled becomes the cause of whatever is sent.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol

from actors.kernel.actor import Actor, AskFailed, Reply
from actors.kernel.asks import Asks, AskTimeout, PendingAsk
from actors.kernel.directory import Directory
from actors.kernel.fence import Fence
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Asker, Envelope, Message
from actors.kernel.protocol.lifecycle import Failure, Health, HealthChanged
from actors.kernel.record import HandlerLog
from actors.kernel.timers import Timers


class Clock(Protocol):
    """Where time comes from."""

    def monotonic(self) -> float: ...
    def wall(self) -> float: ...


def perform(do: Callable[[], object]) -> None:
    """Do it at once."""
    do()


class HandlerContext:
    """The ActorContext of `actor` at `address`. All but `post` belong to the one thread that drives the actor.

    current: the envelope being handled.
    began: when that began, in monotonic seconds; wall_then: in epoch seconds, 0 until it is needed.
    turn, cause: of what is sent. log: records what is done, None where nothing is recorded.
    """

    def __init__(
        self,
        actor: Actor,
        address: str,
        number: int,
        mailbox: Mailbox,
        directory: Directory,
        clock: Clock,
        fence: Fence,
        log: HandlerLog | None,
        *,
        seed: str,
        supervisor: str,
        ready: Callable[[], None],
        stop: Callable[[], None],
        side_effect: Callable[[Callable[[], object]], None] = perform,
    ) -> None:
        self.address = address
        self.incarnation = number
        self.seed = seed
        self.supervisor = supervisor
        self.log = log
        self.timers = Timers()
        self.asks = Asks(actor)
        self.current: Envelope | None = None
        self.cause = ""
        self.turn = 0
        self.began = 0.0
        self.wall_then = 0.0
        self.ready = ready
        self.stop = stop
        self.side_effect = side_effect
        self._fence = fence
        self._mailbox = mailbox
        self._directory = directory
        self._deliver = directory.deliver
        self._clock = clock
        self._monotonic = clock.monotonic
        self._prefix = f"{address}/{number}/"
        self._sequence = count(1)
        self._io_sequence = count(1)
        self._random: random.Random | None = None
        self._random_for = ""

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str:
        # As `_make` and `send`, without two calls: nothing is done more often.
        number, log = next(self._sequence), self.log
        envelope = Envelope(
            self.address,
            self.incarnation,
            number,
            to,
            message,
            self.cause or self._why(),
            message.turn or self.turn,  # type: ignore[attr-defined]
            "",
            notify,
            0.0 if log is None else self._monotonic(),
        )
        if self._fence.fenced:
            self._refuse(envelope)
        else:
            if log is not None:
                log.sent.append(envelope)
            self._deliver(envelope)
        return f"{self._prefix}{number}"

    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> str:
        self.asks.check(then)
        envelope = self._make(to, message, "", True)
        id = f"{self._prefix}{envelope.sequence}"
        timer = self.after(within, AskTimeout(id))
        self.asks.add(id, PendingAsk(then, context, timer, self.turn))
        self.send(envelope)
        return id

    def reply(self, message: Message, to: Asker | None = None) -> None:
        current = self.current
        if to is not None:
            address, id = to.address, to.id
        elif current is not None:
            address, id = current.sender, self._why()
        else:
            return
        if address:
            self.send(self._make(address, message, id, False))

    def after(self, seconds: float, message: Message) -> int:
        timer = self.timers.set(self._monotonic() + max(0.0, seconds), message, self._why(), self.turn)
        if self.log is not None:
            self.log.set.append((timer, seconds, type(message).__name__))
        return timer

    def cancel(self, timer: int) -> None:
        if self.timers.cancel(timer) and self.log is not None:
            self.log.unset.append(timer)

    def post(self, message: Message, cause: str = "") -> None:
        number, turn = next(self._io_sequence), message.turn  # type: ignore[attr-defined]
        me, at = self.address, 0.0 if self.log is None else self._monotonic()
        envelope = Envelope(f"{me}~io", self.incarnation, number, me, message, cause, turn, "", False, at)
        if self._fence.over:
            self._fence.refused += 1
            why = "posted by a thread of an incarnation that is over"
            self._directory.dead_letter(envelope, "fenced", why)
            return
        self._directory.hand(envelope, self._mailbox)

    def now(self) -> float:
        return self.began

    def wall(self) -> float:
        if not self.wall_then:
            self.wall_then = self._clock.wall() - (self._monotonic() - self.began)
        return self.wall_then

    @property
    def random(self) -> random.Random:
        key = self._why() or "start"
        if self._random is None or self._random_for != key:
            self._random_for = key
            self._random = random.Random(f"{self.seed}/{self.address}/{key}")
        return self._random

    def health(self, health: Health, reason: str = "", remedy: str = "") -> None:
        if self.supervisor:
            self.tell(self.supervisor, HealthChanged(self.address, health, reason, remedy))

    # -- for the host

    def begin_log(self, log: HandlerLog) -> None:
        """Record what the handler that begins now does."""
        self.wall_then = self._clock.wall()
        log.begin()

    def record(self, envelope: Envelope, failure: Failure | None = None) -> None:
        """Record that `envelope` was handled, where messages are recorded."""
        if self.log is not None:
            self.log.handled(envelope, self.began, self._monotonic(), self.wall_then, failure)

    def send(self, envelope: Envelope) -> None:
        if self._fence.fenced:
            self._refuse(envelope)
            return
        if self.log is not None:
            self.log.sent.append(envelope)
        self._deliver(envelope)

    def settle(self, id: str, outcome: Reply | AskFailed) -> bool:
        """Give the outcome of the ask `id` to its continuation; False if it is not pending."""
        ask = self.asks.take(id)
        if ask is None:
            return False
        self.cancel(ask.timer)
        self.turn = self.turn or ask.turn
        self.asks.resume(ask, outcome)
        return True

    def fire(self) -> Envelope:
        """Remove the timer that is due first, and return its message in an envelope."""
        _, _, message, cause, turn = self.timers.pop()
        me, number, at = self.address, next(self._sequence), 0.0 if self.log is None else self._monotonic()
        return Envelope(me, self.incarnation, number, me, message, cause, turn, "", False, at)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Let other messages be handled before the current one goes on."""
        log = self.log
        kept = (self.current, self.turn, self.cause, self.began, self.wall_then)
        notes = None if log is None else (log.sent, log.set, log.unset)
        if log is not None:
            log.sent, log.set, log.unset = [], [], []
        yield
        self.current, self.turn, self.cause, self.began, self.wall_then = kept
        if log is not None and notes is not None:
            log.sent, log.set, log.unset = notes

    @property
    def next_number(self) -> int:
        """The sequence number of the next message."""
        return int(self._sequence.__reduce__()[1][0])

    def count_from(self, number: int) -> None:
        """Set the sequence number of the next message."""
        self._sequence = count(number)

    def end(self) -> None:
        """Drop all timers and asks."""
        self.timers.clear()
        self.asks.clear()

    # -- inside

    def _refuse(self, envelope: Envelope) -> None:
        self._fence.refused += 1
        why = "sent by an incarnation that another one has replaced"
        self._directory.dead_letter(envelope, "fenced", why)

    def _why(self) -> str:
        current = self.current
        if not self.cause and current is not None:
            # As `current.id`, without a call: every message that leads to another one asks for it.
            self.cause = f"{current.sender}/{current.incarnation}/{current.sequence}"
        return self.cause

    def _make(self, to: str, message: Message, answers: str, notify: bool) -> Envelope:
        number, cause = next(self._sequence), self.cause or self._why()
        turn = message.turn or self.turn  # type: ignore[attr-defined]
        at = 0.0 if self.log is None else self._monotonic()
        return Envelope(self.address, self.incarnation, number, to, message, cause, turn, answers, notify, at)
