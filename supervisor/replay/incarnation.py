"""An incarnation that is replayed from a trace: its messages, clock, random numbers and timers, and nothing else."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from actors.kernel.actor import Actor
from actors.kernel.asks import PendingAsk
from actors.kernel.directory import DeadLetters, Directory
from actors.kernel.incarnation import Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Began, Handled, Record
from supervisor.replay.reconstruct import Adjust, Unreplayable, read_sections
from supervisor.trace.checkpoint_json import CheckpointDecoder, UnreadableCheckpoint
from supervisor.trace.records import BeganLine, CheckpointLine, HandledLine, Sent, StartedLine, TimerSet

__all__ = ["ReplayedIncarnation"]


class _RecordedClock:
    """Shows the recorded time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.epoch = 0.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.epoch


class _NullDirectory(Directory):
    """Delivers nothing."""

    def deliver(self, envelope: Envelope) -> None:
        pass

    def dead_letter(
        self, envelope: Envelope, why: str, detail: str = "", failure: Failure | None = None
    ) -> None:
        pass


class _LastRecord:
    """A recorder that keeps the last record of a handler."""

    def __init__(self) -> None:
        self.last: Record | None = None

    def append(self, record: Record) -> None:
        if isinstance(record, Handled | Began):
            self.last = record


class ReplayedIncarnation(Incarnation):
    """The incarnation of `actor` that `started` tells of, without side effects.

    Each handler begins with the numbers of messages and timers that it began with in the trace, so that one difference
    does not make everything after it different. propagate: it may send other messages, and more; no number is used
    twice then.
    """

    def __init__(
        self, actor: Actor, started: StartedLine, adjust: Adjust = dict, *, propagate: bool = False
    ) -> None:
        self._recorded_clock = _RecordedClock()
        self._notes = _LastRecord()
        self._sent_to_self: set[str] = set()
        self._propagates = propagate
        super().__init__(
            actor,
            started.address,
            started.incarnation,
            Mailbox(),
            _NullDirectory(DeadLetters()),
            self._recorded_clock,
            seed=started.seed,
            supervisor=started.supervisor,
            recorder=self._notes,
            sections=lambda data: read_sections(data, adjust),
        )
        self.preloaded = True

    def side_effect(self, do: Callable[[], object]) -> None:
        """Do nothing."""

    def post(self, message: Message, cause: str = "") -> None:
        """Do nothing: what threads posted is in the trace."""

    def begin(self, line: BeganLine) -> Began:
        """Start as recorded."""
        self._set_clock(line.begun, line.wall)
        self._align(line.out, line.timers_set)
        self.start()
        record = self._notes.last
        assert isinstance(record, Began)
        self._remember(line.out, record.sent)
        return record

    def resume(self, line: CheckpointLine) -> None:
        """Continue from a checkpoint. Raises Unreplayable when it does not fit today's classes."""
        if line.why:
            raise Unreplayable(f"{line.address} left no checkpoint there: {line.why}")
        decode = CheckpointDecoder().value
        try:
            for name, shown in line.kept.items():
                setattr(self.actor, name, decode(shown, getattr(self.actor, name, None)))
            for id, then, context, timer, turn in map(decode, line.pending):
                self._pending[id] = PendingAsk(then, context, timer, turn)
            for due, number, message, cause, turn in map(decode, line.timers):
                self.timers.restore((due, number, message, cause, turn))
        except (UnreadableCheckpoint, TypeError, ValueError, KeyError, AttributeError) as error:
            raise Unreplayable(
                f"{line.address}: its checkpoint does not fit today's classes: {error}"
            ) from None
        self.is_ready = line.ready
        self._sequence = count(line.sequence)
        self.timers.count_from(line.timer)

    def replay(self, line: HandledLine, message: Message) -> Handled:
        """Handle `message` as recorded in `line`."""
        self._set_clock(line.begun, line.wall)
        if self.is_fired(line):
            self.timers.take(message, line.cause, line.turn)
        self._sent_to_self.discard(line.id)
        self._align(line.out, line.timers_set)
        sender, incarnation, sequence = line.id.rsplit("/", 2)
        envelope = Envelope(
            sender,
            int(incarnation),
            int(sequence),
            line.recipient,
            message,
            line.cause,
            line.turn,
            line.answers,
            False,
            line.sent_at,
        )
        self.handle(envelope)
        record = self._notes.last
        assert isinstance(record, Handled)
        self._remember(line.out, record.sent)
        return record

    def is_fired(self, line: HandledLine) -> bool:
        """Whether the message is from a timer of this incarnation."""
        return line.id.rpartition("/")[0] == self._prefix[:-1] and line.id not in self._sent_to_self

    def is_set(self, message: Message, turn: int) -> bool:
        """Whether a timer with this message waits."""
        return any(timer[2] == message and timer[4] == turn for timer in self.timers.pending)

    def next_id(self, at_least: int) -> str:
        """Use the next number that is at least `at_least`. Returns the id with it."""
        number = max(at_least, int(self._sequence.__reduce__()[1][0]))
        self._sequence = count(number + 1)
        return f"{self._prefix}{number}"

    def call_through(self, message: type[Message], around: Callable[[Any, Any], None]) -> None:
        """From now on call the handler of `message` through `around(handler, message)`: a debugger, say."""
        handler = self._handlers[message]
        self._handlers = {**self._handlers, message: lambda given: around(handler, given)}

    @property
    def handlers(self) -> Mapping[type[Message], Callable[[Any], None]]:
        """The actor's handlers by message type."""
        return self._handlers

    def _set_clock(self, now: float, wall: float) -> None:
        self._recorded_clock.now, self._recorded_clock.epoch = now, wall

    def _align(self, out: tuple[Sent, ...], timers: tuple[TimerSet, ...]) -> None:
        if out:
            first = int(out[0].id.rpartition("/")[2])
            used = int(self._sequence.__reduce__()[1][0]) if self._propagates else 0
            self._sequence = count(max(first, used))
        if timers and not self._propagates:
            self.timers.count_from(timers[0].id)

    def _remember(self, then: tuple[Sent, ...], now: tuple[Envelope, ...]) -> None:
        if self._propagates:
            self._sent_to_self.update(envelope.id for envelope in now if envelope.recipient == self.address)
        else:
            self._sent_to_self.update(sent.id for sent in then if sent.to == self.address)
