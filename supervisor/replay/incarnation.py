"""An incarnation replayed from a trace, which provides its messages, clock, random numbers and timers."""

from collections.abc import Callable
from functools import reduce
from typing import Any

from actors.kernel.actor import Actor
from actors.kernel.asks import PendingAsk
from actors.kernel.directory import DeadLetters, Directory, Recipient
from actors.kernel.incarnation import Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Began, Handled, Record
from supervisor.replay.reconstruct import UNFIT, Adjust, Unreplayable, read_sections
from supervisor.trace.checkpoint_json import CheckpointDecoder, UnreadableCheckpoint
from supervisor.trace.records import BeganLine, CheckpointLine, HandledLine, Sent, StartedLine, TimerSet


class _RecordedClock:
    now = epoch = 0.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.epoch


class _NullDirectory(Directory):
    """Delivers nothing: the trace holds what threads posted."""

    def deliver(self, envelope: Envelope) -> None:
        pass

    def hand(self, envelope: Envelope, box: Recipient) -> None:
        pass

    def dead_letter(
        self, envelope: Envelope, why: str, detail: str = "", failure: Failure | None = None
    ) -> None:
        pass


class _LastRecord:
    """A recorder that keeps the last record of a handler."""

    last: Record | None = None

    def append(self, record: Record) -> None:
        if isinstance(record, Handled | Began):
            self.last = record


class ReplayedIncarnation:
    """The incarnation of `actor` that `started` records, without side effects.

    Each handler begins with its recorded numbers of messages and timers, so that one difference does not change all
    that follows. propagate: it may send other messages, and more; then no number is used twice.
    """

    def __init__(
        self, actor: Actor, started: StartedLine, adjust: Adjust = dict, *, propagate: bool = False
    ) -> None:
        self.actor = actor
        self.address = started.address
        self.incarnation = started.incarnation
        self._clock = _RecordedClock()
        self._notes = _LastRecord()
        self._sent_to_self: set[str] = set()
        self._propagates = propagate
        self._incarnation = Incarnation(
            actor,
            started.address,
            started.incarnation,
            Mailbox(),
            _NullDirectory(DeadLetters()),
            self._clock,
            seed=started.seed,
            supervisor=started.supervisor,
            recorder=self._notes,
            sections=lambda data: read_sections(data, adjust),
            side_effect=lambda do: None,
        )
        self._incarnation.preloaded = True
        self._context, self._timers = self._incarnation.context, self._incarnation.timers

    def begin(self, line: BeganLine) -> Began:
        self._set_clock(line.begun, line.wall)
        self._align(line.out, line.timers_set)
        self._incarnation.start()
        record = self._notes.last
        assert isinstance(record, Began)
        self._remember(line.out, record.sent)
        return record

    def resume(self, line: CheckpointLine) -> None:
        """Continue from a checkpoint. Raises Unreplayable if it does not fit today's classes."""
        if line.why:
            raise Unreplayable(f"{line.address} left no checkpoint there: {line.why}")
        decode = CheckpointDecoder().value
        try:
            for name, shown in line.kept.items():
                holder, name = _located(self.actor, name)
                setattr(holder, name, decode(shown, getattr(holder, name, None)))
            for id, then, context, timer, turn in map(decode, line.pending):
                self._context.asks.add(id, PendingAsk(then, context, timer, turn))
            for due, number, message, cause, turn in map(decode, line.timers):
                self._timers.restore((due, number, message, cause, turn))
        except (UnreadableCheckpoint, *UNFIT) as error:
            what = f"{line.address}: its checkpoint does not fit today's classes"
            raise Unreplayable(f"{what}: {error}") from None
        self._incarnation.is_ready = line.ready
        self._context.count_from(line.sequence)
        self._timers.count_from(line.timer)

    def replay(self, line: HandledLine, message: Message) -> Handled:
        """Handle `message` as recorded in `line`."""
        self._set_clock(line.begun, line.wall)
        if self.is_fired(line):
            self._timers.take(message, line.cause, line.turn)
        self._sent_to_self.discard(line.id)
        self._align(line.out, line.timers_set)
        sender, incarnation, sequence = line.id.rsplit("/", 2)
        origin = line.cause, line.turn, line.answers, False, line.sent_at
        envelope = Envelope(sender, int(incarnation), int(sequence), line.recipient, message, *origin)
        self._incarnation.handle(envelope)
        record = self._notes.last
        assert isinstance(record, Handled)
        self._remember(line.out, record.sent)
        return record

    def is_fired(self, line: HandledLine) -> bool:
        """Whether the message came from a timer of this incarnation."""
        own = line.id.rpartition("/")[0] == f"{self.address}/{self.incarnation}"
        return own and line.id not in self._sent_to_self

    def is_set(self, message: Message, turn: int) -> bool:
        """Whether a timer with this message is set."""
        return any(timer[2] == message and timer[4] == turn for timer in self._timers.pending)

    def next_id(self, at_least: int) -> str:
        """Use the next number from `at_least` on; returns the id with it."""
        number = max(at_least, self._context.next_number)
        self._context.count_from(number + 1)
        return f"{self.address}/{self.incarnation}/{number}"

    def call_through(self, message: type[Message], around: Callable[[Any, Any], None]) -> None:
        """Call the handler of `message` through `around(handler, message)`, a debugger, say."""
        handlers = self._incarnation.handlers
        handler = handlers[message]
        handlers[message] = lambda given: around(handler, given)

    def _set_clock(self, now: float, wall: float) -> None:
        self._clock.now, self._clock.epoch = now, wall

    def _align(self, out: tuple[Sent, ...], timers: tuple[TimerSet, ...]) -> None:
        if out:
            first = int(out[0].id.rpartition("/")[2])
            used = self._context.next_number if self._propagates else 0
            self._context.count_from(max(first, used))
        if timers and not self._propagates:
            self._timers.count_from(timers[0].id)

    def _remember(self, then: tuple[Sent, ...], now: tuple[Envelope, ...]) -> None:
        if self._propagates:
            self._sent_to_self.update(envelope.id for envelope in now if envelope.recipient == self.address)
        else:
            self._sent_to_self.update(sent.id for sent in then if sent.to == self.address)


def _located(actor: Actor, name: str) -> tuple[Any, str]:
    """The object that holds a checkpoint's attribute `name`, and the attribute's name today."""
    *path, last = (actor.former_attributes[name].split(".")) if name in actor.former_attributes else (name,)
    if "." in last or last.startswith("__") or last == "context":
        raise UnreadableCheckpoint(f"{name[:60]!r} is not an attribute that an actor keeps")
    return reduce(getattr, path, actor), last
