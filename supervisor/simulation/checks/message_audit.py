"""The account of a process: every message has one fate, keeps its order, and goes into the digest of the run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from actors.kernel.directory import Directory, Recipient
from actors.kernel.message import Envelope, Lane, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Handled, Record, Started, Stopped
from supervisor.simulation.scheduler import Scheduler

__all__ = ["AccountedDirectory", "Digest", "MessageAudit"]

Key = tuple[str, int, int]
TOGETHER = 2**16
"""Bytes of messages that go into the digest at a time."""
Look = Callable[[Handled], None]

_encode_into = msgspec.msgpack.Encoder().encode_into
_SYSTEM, _LATEST = Lane.SYSTEM, Lane.LATEST


def key_of(envelope: Envelope) -> Key:
    """What an envelope's id is made of: cheaper than the id."""
    return (envelope.sender, envelope.incarnation, envelope.sequence)


class Digest:
    """Of every message that was handled, in order: equal for two runs that are the same."""

    def __init__(self) -> None:
        self.handled = 0
        self._sum = blake2b(digest_size=16)
        self._new = bytearray()

    def add(self, record: Handled) -> None:
        """One more."""
        e = record.envelope
        self.handled += 1
        # Into one buffer: sound is long, and a copy of each piece would cost more than all the rest.
        new = self._new
        _encode_into((e.recipient, e.sender, e.incarnation, e.sequence, record.begun, e.message), new, -1)
        if len(new) >= TOGETHER:
            self._take_in()

    @property
    def text(self) -> str:
        """32 hexadecimal digits."""
        self._take_in()
        return self._sum.hexdigest()

    def _take_in(self) -> None:
        self._sum.update(self._new)
        self._new.clear()


class MessageAudit:
    """Of one process, as long as it lives (actors.kernel.record.Recorder).

    looks: who wants to see what was handled, by the message's type; notes: by the actor's address. lives: who
    wants to see starts and ends.
    """

    def __init__(
        self,
        digest: Digest,
        fault: Callable[[str], None],
        looks: dict[type[Message], tuple[Look, ...]],
        lives: Callable[[Started | Stopped], None],
        trace: Callable[[Record], None] | None,
        notes: Mapping[str, Look] = {},
    ) -> None:
        self.of_child = ChildRecords(self)
        self._notes = notes
        self.open: dict[Key, Envelope] = {}
        self.closed = False
        self._digest = digest
        self._fault = fault
        self._looks = looks
        self._lives = lives
        self._trace = trace
        self._last: dict[tuple[str, str, object], tuple[int, int]] = {}
        self._late: Key | None = None

    # -- fates

    def sent(self, envelope: Envelope) -> None:
        """It is on its way."""
        key = (envelope.sender, envelope.incarnation, envelope.sequence)
        if key in self.open:
            self._fault(f"conservation: {envelope.id} was sent twice")
        self.open[key] = envelope

    def taken(self, envelopes: Iterable[Envelope]) -> None:
        """Handled, by somebody who keeps no record here."""
        for envelope in envelopes:
            self._settle(envelope)

    def dead_lettered(self, envelope: Envelope, why: str) -> None:
        """It is a dead letter."""
        key = key_of(envelope)
        if self.open.pop(key, None) is not None:
            self._late = key if why == "late" else None
        elif why not in ("fenced", "late") and not self.closed and not _is_own(envelope):
            self._fault(
                f"conservation: {envelope.id} ({type(envelope.message).__name__}) was {why}, and on its way no more"
            )

    def _settle(self, envelope: Envelope) -> None:
        key = (envelope.sender, envelope.incarnation, envelope.sequence)
        if self.open.pop(key, None) is None and envelope.sender != envelope.recipient:
            if key == self._late:
                self._late = None  # the answer that nobody waited for, which was buried while it was handled
            elif not self.closed:
                self._fault(f"conservation: {envelope.id} was handled, and on its way no more")

    def close(self, waiting: Sequence[Envelope]) -> None:
        """The process ends: what has no fate yet must be waiting somewhere."""
        self.audit(waiting)
        self.closed = True

    def audit(self, waiting: Sequence[Envelope]) -> None:
        """Whether all that is open is there, and nothing else."""
        there = {key_of(envelope) for envelope in waiting}
        for key, envelope in self.open.items():
            if key not in there:
                self._fault(
                    f"conservation: {envelope.id} ({type(envelope.message).__name__} to {envelope.recipient}) "
                    "was lost silently"
                )

    # -- records

    def append(self, record: Record) -> None:
        """Of an actor in this process."""
        if type(record) is Handled:
            if record.failure is None:
                self._settle(record.envelope)
                self._handled(record)
        elif isinstance(record, Started | Stopped):
            self._lives(record)
        if self._trace is not None:
            self._trace(record)

    def child(self, record: Record) -> None:
        """Of an actor in a process of its own, whose parent accounts for its mail."""
        if type(record) is Handled and record.failure is None:
            self._handled(record)
        if self._trace is not None:
            self._trace(record)

    def _handled(self, record: Handled) -> None:
        envelope = record.envelope
        message = envelope.message
        self._digest.add(record)
        # The note of a dead letter has that one's number.
        if "~post@" not in envelope.sender:
            self._note_order(envelope, message)
        note = self._notes.get(envelope.recipient)
        if note is not None:
            note(record)
        looks = self._looks.get(type(message))
        if looks is not None:
            for look in looks:
                look(record)

    def _note_order(self, envelope: Envelope, message: Message) -> None:
        lane: object = message.lane
        if lane is _LATEST:
            lane = message.latest_key()
        elif envelope.answers and lane is not _SYSTEM:
            lane = "answers"
        pair = (envelope.sender, envelope.recipient, lane)
        number = (envelope.incarnation, envelope.sequence)
        last = self._last.get(pair)
        if last is not None and number <= last:
            self._fault(
                f"order: {envelope.recipient} handled {envelope.id} ({type(message).__name__}) after "
                f"{envelope.sender}/{last[0]}/{last[1]}"
            )
        self._last[pair] = number


def _is_own(envelope: Envelope) -> bool:
    """Whether it is a timer, or a post of an actor's own thread: within its own process nobody sees it being sent."""
    return envelope.sender in (envelope.recipient, f"{envelope.recipient}~io")


class ChildRecords:
    """A recorder for a process of an actor's own (actors.kernel.record.Recorder)."""

    def __init__(self, account: MessageAudit) -> None:
        self.append = account.child


class AccountedDirectory(Directory):
    """The real directory, with every message accounted for; and where mail is late, lost, or in another order.

    in_transit: what is under way because of that.
    """

    def __init__(self, account: MessageAudit, scheduler: Scheduler) -> None:
        super().__init__(wall=scheduler.clock.wall)
        self.account = account
        self.reordered: dict[str, float] = {}
        self.late: dict[str, tuple[float, float]] = {}
        self.lost: dict[str, float] = {}
        self.in_transit: dict[Key, Envelope] = {}
        self.troubled = False
        self._scheduler = scheduler
        self._arrivals: dict[tuple[str, str], float] = {}

    def deliver(self, envelope: Envelope) -> None:
        self.account.sent(envelope)
        if self.troubled and self._interfered(envelope):
            return
        super().deliver(envelope)

    def hand(self, envelope: Envelope, box: Recipient) -> None:
        self.account.sent(envelope)
        super().hand(envelope, box)

    def dead_letter(
        self, envelope: Envelope, why: str, detail: str = "", failure: Failure | None = None
    ) -> None:
        self.account.dead_lettered(envelope, why)
        super().dead_letter(envelope, why, detail, failure)

    def _interfered(self, envelope: Envelope) -> bool:
        """Whether something is wrong with its way."""
        if envelope.message.lane is _SYSTEM:
            return False
        now, to = self._scheduler.clock.time, envelope.recipient
        pair = (envelope.sender, to)
        arrival = self._arrivals.get(pair, 0.0)
        if envelope.answers and self.lost.get(to, 0.0) > now:
            self.dead_letter(envelope, "lost", "lost on its way")
            return True
        until, by = self.late.get(to, (0.0, 0.0))
        if envelope.answers and until > now:
            arrival = max(arrival, now + by)
        if self.reordered.get(to, 0.0) > now:
            arrival = max(arrival, now + self._scheduler.random() * 0.05)
        if arrival <= now:
            return False
        # Nothing of the same pair overtakes it.
        self._arrivals[pair] = arrival
        self.in_transit[key_of(envelope)] = envelope
        self._scheduler.at(arrival, lambda: self._arrive(envelope))
        return True

    def _arrive(self, envelope: Envelope) -> None:
        del self.in_transit[key_of(envelope)]
        super().deliver(envelope)
