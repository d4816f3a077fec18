"""What an actor does while it handles a message: it sends, asks, sets timers, and looks at clocks and dice.

All of it belongs to the message being handled, whose id is the cause of whatever is sent.
"""

import random
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

import msgspec

from actors.kernel.actor import Actor, AskFailed, Reply
from actors.kernel.asks import AskTimeout, PendingAsk, ask_failed
from actors.kernel.checkpoint import taken
from actors.kernel.directory import Directory
from actors.kernel.errors import HandlerError
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Asker, Envelope, Message
from actors.kernel.protocol.lifecycle import Failure, Health, HealthChanged, Undelivered
from actors.kernel.record import Began, Checkpoint, Handled, RecordSink
from actors.kernel.timers import Timers
from actors.vocabulary.type_names import name_of_class

__all__ = ["Clock", "Handling"]


class Clock(Protocol):
    """Where time comes from."""

    def monotonic(self) -> float: ...
    def wall(self) -> float: ...


class Handling:
    """The effects of `actor` at `address`. All but `post` belong to the one thread that drives the actor.

    current: the envelope being handled. fenced: what is sent is refused, and counted in `refused`. over: so is what
    I/O threads still post.
    """

    def __init__(
        self,
        actor: Actor,
        address: str,
        number: int,
        mailbox: Mailbox,
        directory: Directory,
        clock: Clock,
        seed: str,
        supervisor: str,
        recorder: RecordSink | None,
    ) -> None:
        self.actor = actor
        self.address = address
        self.incarnation = number
        self.mailbox = mailbox
        self.fenced = False
        self.over = False
        self.refused = 0
        self.is_ready = False
        self.current: Envelope | None = None
        self.timers = Timers()
        self._directory = directory
        self._deliver = directory.deliver
        self._clock = clock
        self._monotonic = clock.monotonic
        self._seed = seed
        self._supervisor = supervisor
        self._recorder = recorder
        self._versioned = hasattr(actor, "version")
        self._prefix = f"{address}/{number}/"
        self._sequence = count(1)
        self._io_sequence = count(1)
        self._handlers: dict[type[Message], Callable[[Any], None]] = {
            message: getattr(actor, name) for message, name in type(actor).handlers().items()
        }
        self._pending: dict[str, PendingAsk] = {}
        self._cause = ""
        self._turn = 0
        self._now = 0.0
        self._wall = 0.0
        self._random: random.Random | None = None
        self._random_for = ""
        self._sent: list[Envelope] = []
        self._set: list[tuple[int, float, str]] = []
        self._unset: list[int] = []

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str:
        envelope = self._make(to, message, "", notify)
        self._dispatch(envelope)
        return f"{self._prefix}{envelope.sequence}"

    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> str:
        if not callable(getattr(self.actor, then, None)):
            raise HandlerError(f"{type(self.actor).__name__} has no method {then!r} to continue with")
        envelope = self._make(to, message, "", True)
        id = f"{self._prefix}{envelope.sequence}"
        timer = self.after(within, AskTimeout(id))
        self._pending[id] = PendingAsk(then, context, timer, self._turn)
        self._dispatch(envelope)
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
            self._dispatch(self._make(address, message, id, False))

    def after(self, seconds: float, message: Message) -> int:
        timer = self.timers.set(self._monotonic() + max(0.0, seconds), message, self._why(), self._turn)
        if self._recorder is not None:
            self._set.append((timer, seconds, type(message).__name__))
        return timer

    def cancel(self, timer: int) -> None:
        if self.timers.cancel(timer) and self._recorder is not None:
            self._unset.append(timer)

    def post(self, message: Message, cause: str = "") -> None:
        envelope = Envelope(
            f"{self.address}~io",
            self.incarnation,
            next(self._io_sequence),
            self.address,
            message,
            cause,
            message.turn,  # type: ignore[attr-defined]
            "",
            False,
            0.0 if self._recorder is None else self._monotonic(),
        )
        if self.over:
            self.refused += 1
            self._directory.dead_letter(
                envelope, "fenced", "posted by a thread of an incarnation that is over"
            )
            return
        self._directory.hand(envelope, self.mailbox)

    def side_effect(self, do: Callable[[], object]) -> None:
        do()

    def now(self) -> float:
        return self._now

    def wall(self) -> float:
        if not self._wall:
            # What the clock on the wall showed when the handler began.
            self._wall = self._clock.wall() - (self._monotonic() - self._now)
        return self._wall

    @property
    def random(self) -> random.Random:
        key = self._why() or "start"
        if self._random is None or self._random_for != key:
            self._random_for = key
            self._random = random.Random(f"{self._seed}/{self.address}/{key}")
        return self._random

    def health(self, health: Health, reason: str = "", remedy: str = "") -> None:
        if self._supervisor:
            self.tell(self._supervisor, HealthChanged(self.address, health, reason, remedy))

    # -- inside

    def _why(self) -> str:
        if not self._cause and self.current is not None:
            self._cause = self.current.id
        return self._cause

    def _make(self, to: str, message: Message, answers: str, notify: bool) -> Envelope:
        return Envelope(
            self.address,
            self.incarnation,
            next(self._sequence),
            to,
            message,
            self._cause or self._why(),
            message.turn or self._turn,  # type: ignore[attr-defined]
            answers,
            notify,
            0.0 if self._recorder is None else self._monotonic(),
        )

    def _dispatch(self, envelope: Envelope) -> None:
        if self.fenced:
            self.refused += 1
            self._directory.dead_letter(
                envelope, "fenced", "sent by an incarnation that another one has replaced"
            )
            return
        if self._recorder is not None:
            self._sent.append(envelope)
        self._deliver(envelope)

    def _answered(self, envelope: Envelope) -> None:
        message = envelope.message
        if not isinstance(message, Undelivered):
            if not self._continue(envelope.answers, Reply(message)):
                self._directory.dead_letter(envelope, "late", "nobody waits for this answer any more")
            return
        if not self._continue(envelope.answers, ask_failed(message)):
            handler = self._handlers.get(Undelivered)
            if handler is not None:
                handler(message)

    def _continue(self, id: str, outcome: Reply | AskFailed) -> bool:
        """Give its outcome to the continuation of the ask `id`; False if no such ask is pending."""
        pending = self._pending.pop(id, None)
        if pending is None:
            return False
        self.cancel(pending.timer)
        self._turn = self._turn or pending.turn
        getattr(self.actor, pending.then)(msgspec.structs.replace(outcome, context=pending.context))
        return True

    def _begin_record(self) -> None:
        self._wall = self._clock.wall()
        if self._sent:
            self._sent = []
        if self._set:
            self._set = []
        if self._unset:
            self._unset = []

    def _record_start(self, recorder: RecordSink, failure: Failure | None) -> None:
        version = self.actor.version if self._versioned else None  # type: ignore[attr-defined]
        recorder.append(
            Began(
                self.address,
                self.incarnation,
                self._now,
                self._monotonic(),
                self._wall,
                tuple(self._sent),
                tuple(self._set),
                tuple(self._unset),
                (version.epoch, version.n) if version is not None else None,
                failure,
            )
        )

    def _write_checkpoint(self) -> None:
        if self._recorder is None or not self.actor.deterministic:
            return
        asks = self._pending.items()
        self._recorder.append(
            Checkpoint(
                self.address,
                self.incarnation,
                self._wall,
                self.is_ready,
                int(self._sequence.__reduce__()[1][0]),
                self.timers.next_number,
                name_of_class(type(self.actor)) or "",
                self._supervisor,
                self._seed,
                taken(self.actor),
                tuple((id, ask.then, ask.context, ask.timer, ask.turn) for id, ask in asks),
                self.timers.pending,
            )
        )

    def _record(self, recorder: RecordSink, envelope: Envelope, failure: Failure | None) -> None:
        version = self.actor.version if self._versioned else None  # type: ignore[attr-defined]
        recorder.append(
            Handled(
                envelope,
                self._now,
                self._monotonic(),
                self._wall,
                tuple(self._sent) if self._sent else (),
                tuple(self._set) if self._set else (),
                tuple(self._unset) if self._unset else (),
                (version.epoch, version.n) if version is not None else None,
                failure,
                "" if envelope.recipient == self.address else self.address,
            )
        )
