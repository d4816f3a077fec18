"""One life of an actor, without a thread: it handles one envelope at a time and carries out the actor's effects.

Every host (a pykka thread, a pinned process, the virtual clock, replay) drives this same class, so that an actor
behaves alike in all of them.
"""

import heapq
import random
import traceback
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from actors.kernel.actor import Actor, AskFailed, Reply
from actors.kernel.directory import Directory
from actors.kernel.errors import HandlerError, Unhandled
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Asker, Envelope, Message
from actors.kernel.protocol import Failure, Health, HealthChanged, Ping, Pong, Stop, Undelivered
from actors.kernel.record import Handled, Recorder

__all__ = ["Clock", "Ended", "Incarnation"]

Ended = Callable[[Failure | None], None]
"""Called once, when the incarnation is over: with the failure that killed it, or None after an orderly stop."""

ASK_FAILED = {"rejected": "rejected", "dropped": "rejected", "superseded": "superseded"}


class Clock(Protocol):
    """Where time comes from."""

    def monotonic(self) -> float: ...
    def wall(self) -> float: ...


class _Pending:
    """An ask that waits for its answer."""

    __slots__ = ("context", "then", "timer", "turn")

    def __init__(self, then: str, context: Any, timer: int, turn: int) -> None:
        self.then = then
        self.context = context
        self.timer = timer
        self.turn = turn


class _Timeout(Message):
    """An incarnation's own reminder that the ask `id` has run out of time."""

    id: str


class Incarnation:
    """Runs `actor` at `address` on `mailbox` until it stops, dies, or is fenced.

    supervisor: the address told of health. on_ready, on_end: how the host hears of the life's two turning points.
    All methods but `post` and `fence` belong to the one thread that drives it.
    """

    def __init__(
        self,
        actor: Actor,
        address: str,
        number: int,
        mailbox: Mailbox,
        directory: Directory,
        clock: Clock,
        *,
        seed: str = "",
        supervisor: str = "",
        recorder: Recorder | None = None,
        on_ready: Callable[[], None] = lambda: None,
        on_end: Ended = lambda _: None,
    ) -> None:
        self.actor = actor
        self.address = address
        self.incarnation = number
        self.mailbox = mailbox
        self.running = True
        self.is_ready = False
        self.fenced = False
        self.refused = 0
        self.current: Envelope | None = None
        self.timers: list[tuple[float, int, Message, str, int]] = []
        self._directory = directory
        self._deliver = directory.deliver
        self._clock = clock
        self._seed = seed
        self._supervisor = supervisor
        self._recorder = recorder
        self._on_ready = on_ready
        self._on_end = on_end
        self._sequence = count(1)
        self._io_sequence = count(1)
        self._timer_ids = count(1)
        self._cancelled: set[int] = set()
        self._pending: dict[str, _Pending] = {}
        self._handlers: dict[type[Message], Callable[[Any], None]] = {
            message: getattr(actor, name) for message, name in type(actor).handlers().items()
        }
        self._cause = ""
        self._turn = 0
        self._now = 0.0
        self._wall = 0.0
        self._random = random.Random(0)
        self._random_for = ""
        self._sent: list[Envelope] = []
        self._set: list[tuple[int, float, str]] = []
        self._unset: list[int] = []
        actor.host = self

    # -- life

    def start(self) -> bool:
        """Run `on_start`. False when it failed: the incarnation is over."""
        try:
            self.actor.on_start()
        except Exception as error:
            self._end(self._failure(error))
            return False
        if self.actor.starts_ready:
            self.ready()
        return True

    def step(self, timeout: float | None = 0.0) -> bool:
        """Handle the next due timer or waiting envelope; wait up to `timeout` seconds for one. False if there was none."""
        timers = self.timers
        if timers:
            wait = timers[0][0] - self._clock.monotonic()
            if wait <= 0:
                self._fire()
                return True
            if timeout is None or wait < timeout:
                timeout = wait
        box = self.mailbox
        urgent = not self.is_ready
        envelope = box.take(urgent) if timeout == 0.0 else box.wait(timeout, urgent)
        if envelope is None:
            return False
        self.handle(envelope)
        return True

    def handle(self, envelope: Envelope) -> None:
        """Give one envelope to the actor. A failure ends the incarnation and makes the envelope a dead letter."""
        if self.fenced:
            self.mailbox.restore((envelope,))
            self.running = False
            return
        self.current = envelope
        self._turn = envelope.turn
        self._cause = ""
        self._now = self._wall = 0.0
        recorder = self._recorder
        if recorder is not None:
            self._begin()
        try:
            handler = self._handlers.get(type(envelope.message))
            if handler is not None and not envelope.answers:
                handler(envelope.message)
            else:
                self._special(envelope)
        except Exception as error:
            failure = self._failure(error)
            if recorder is not None:
                self._record(recorder, envelope, failure)
            self.current = None
            self._directory.bury(envelope, "crashed", f"{failure.kind}: {failure.text}", failure)
            self._end(failure)
            return
        if recorder is not None:
            self._record(recorder, envelope, None)
        self.current = None

    def fence(self) -> None:
        """Refuse whatever this incarnation still sends: another one has taken over its mailbox."""
        self.fenced = True
        self.running = False

    # -- effects (actor.Effects)

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str:
        return self._send(to, message, notify=notify).id

    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> str:
        if not callable(getattr(self.actor, then, None)):
            raise HandlerError(f"{type(self.actor).__name__} has no method {then!r} to continue with")
        envelope = self._make(to, message, notify=True)
        timer = self.after(within, _Timeout(envelope.id))
        self._pending[envelope.id] = _Pending(then, context, timer, self._turn)
        self._dispatch(envelope)
        return envelope.id

    def reply(self, message: Message, to: Asker | None = None) -> None:
        current = self.current
        if to is None and current is not None:
            to = Asker(current.sender, current.id, current.turn)
        if to is not None and to.address:
            self._send(to.address, message, answers=to.id)

    def after(self, seconds: float, message: Message) -> int:
        timer = next(self._timer_ids)
        entry = (self._clock.monotonic() + max(0.0, seconds), timer, message, self._why(), self._turn)
        heapq.heappush(self.timers, entry)
        if self._recorder is not None:
            self._set.append((timer, seconds, type(message).__name__))
        return timer

    def cancel(self, timer: int) -> None:
        kept = [entry for entry in self.timers if entry[1] != timer]
        if len(kept) != len(self.timers):
            heapq.heapify(kept)
            self.timers[:] = kept
            if self._recorder is not None:
                self._unset.append(timer)

    def post(self, message: Message, cause: str = "") -> None:
        if self.fenced:
            self.refused += 1
            return
        number = next(self._io_sequence)
        turn = message.turn  # type: ignore[attr-defined]
        envelope = Envelope(
            f"{self.address}~io", self.incarnation, number, self.address, message, cause, turn, sent_at=self._stamp()
        )
        fell = self.mailbox.put(envelope)
        if fell is not None:
            self._directory.bury(fell.envelope, fell.why)

    def now(self) -> float:
        if not self._now:
            self._now = self._clock.monotonic()
        return self._now

    def wall(self) -> float:
        if not self._wall:
            self._wall = self._clock.wall()
        return self._wall

    @property
    def random(self) -> random.Random:
        key = self.current.id if self.current is not None else "start"
        if self._random_for != key:
            self._random_for = key
            self._random = random.Random(f"{self._seed}/{self.address}/{key}")
        return self._random

    def health(self, health: Health, reason: str = "", remedy: str = "") -> None:
        if self._supervisor:
            self._send(self._supervisor, HealthChanged(self.address, health, reason, remedy))

    def ready(self) -> None:
        if not self.is_ready:
            self.is_ready = True
            self._on_ready()

    def stop(self) -> None:
        self._stop()

    # -- inside

    def _why(self) -> str:
        if not self._cause and self.current is not None:
            self._cause = self.current.id
        return self._cause

    def _stamp(self) -> float:
        return self._clock.monotonic() if self._recorder is not None else 0.0

    def _make(self, to: str, message: Message, *, notify: bool = False, answers: str = "") -> Envelope:
        cause = self._cause
        if not cause and self.current is not None:
            cause = self._cause = self.current.id
        turn = message.turn or self._turn  # type: ignore[attr-defined]
        sent_at = 0.0 if self._recorder is None else self._clock.monotonic()
        return Envelope(
            self.address, self.incarnation, next(self._sequence), to, message, cause, turn, answers, notify, sent_at
        )

    def _send(self, to: str, message: Message, *, notify: bool = False, answers: str = "") -> Envelope:
        envelope = self._make(to, message, notify=notify, answers=answers)
        self._dispatch(envelope)
        return envelope

    def _dispatch(self, envelope: Envelope) -> None:
        if self.fenced:
            self.refused += 1
            self._directory.bury(envelope, "fenced")
            return
        if self._recorder is not None:
            self._sent.append(envelope)
        self._deliver(envelope)

    def _special(self, envelope: Envelope) -> None:
        message = envelope.message
        if envelope.answers:
            self._answered(envelope)
        elif isinstance(message, Stop):
            self._stop()
        elif isinstance(message, Ping):
            self.reply(Pong(self.address, self.incarnation))
        elif isinstance(message, _Timeout):
            self._fail_ask(message.id, "timeout")
        elif not isinstance(message, Undelivered):
            raise Unhandled(f"{type(self.actor).__name__} at {self.address} has no handler for {type(message).__name__}")

    def _answered(self, envelope: Envelope) -> None:
        message = envelope.message
        if isinstance(message, Undelivered):
            if envelope.answers in self._pending:
                self._fail_ask(envelope.answers, ASK_FAILED.get(message.why, "dead"), message.detail)
            elif (handler := self._handlers.get(Undelivered)) is not None:
                handler(message)
            return
        pending = self._pending.pop(envelope.answers, None)
        if pending is None:
            self._directory.bury(envelope, "late", "nobody waits for this answer any more")
            return
        self.cancel(pending.timer)
        self._turn = self._turn or pending.turn
        getattr(self.actor, pending.then)(Reply(message, pending.context))

    def _fail_ask(self, id: str, reason: str, detail: str = "") -> None:
        pending = self._pending.pop(id, None)
        if pending is None:
            return
        self.cancel(pending.timer)
        self._turn = self._turn or pending.turn
        getattr(self.actor, pending.then)(AskFailed(reason, detail, pending.context))

    def _fire(self) -> None:
        _, _, message, cause, turn = heapq.heappop(self.timers)
        self.handle(
            Envelope(
                self.address,
                self.incarnation,
                next(self._sequence),
                self.address,
                message,
                cause,
                turn,
                sent_at=self._stamp(),
            )
        )

    def _stop(self) -> None:
        if not self.running:
            return
        self.running = False
        failure = None
        stopping = self.current
        try:
            while self.actor.drains_on_stop and (envelope := self.mailbox.take()) is not None:
                if not isinstance(envelope.message, Stop):
                    self.handle(envelope)
            self.current = stopping
            self.actor.on_stop()
        except Exception as error:
            failure = self._failure(error)
        self._end(failure)

    def _end(self, failure: Failure | None) -> None:
        self.running = False
        self.timers.clear()
        self._pending.clear()
        end, self._on_end = self._on_end, lambda _: None
        end(failure)

    def _failure(self, error: Exception) -> Failure:
        current = self.current
        return Failure(
            type(error).__name__,
            str(error)[:500],
            "".join(traceback.format_exception(error))[-8000:],
            current.id if current is not None else "",
            type(current.message).__name__ if current is not None else "",
        )

    def _begin(self) -> None:
        self._now = self._clock.monotonic()
        self._wall = self._clock.wall()
        self._sent = []
        self._set = []
        self._unset = []

    def _record(self, recorder: Recorder, envelope: Envelope, failure: Failure | None) -> None:
        version = getattr(self.actor, "version", None)
        recorder.append(
            Handled(
                envelope,
                self._now,
                self._clock.monotonic(),
                self._wall,
                tuple(self._sent),
                tuple(self._set),
                tuple(self._unset),
                (version.epoch, version.n) if version is not None else None,
                failure,
            )
        )
