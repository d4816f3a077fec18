"""The audit of mail as it happens: each message that was sent has exactly one fate.

It follows what passes a node's directory: all mail between actors, and posts of actors' I/O threads in that process. It
does not see posts and timers of a pinned actor inside its own process.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable

import msgspec

from actors.kernel.message import Envelope
from supervisor.audit.fates import HANDLED, OPEN, UNKNOWN, Key, MessageFates

FENCED, SAID_BY_RECIPIENT = "fenced", frozenset({"late", "unhandled"})
"""Reasons of dead letters. fenced: refused before it was sent. late, unhandled: its recipient said so, because the
asker no longer waits for the answer, or because it has no handler."""


def key_of(envelope: Envelope) -> Key:
    """The parts of an envelope's id, which are cheaper than the id."""
    return (envelope.sender, envelope.incarnation, envelope.sequence)


class DeliveryCounts(msgspec.Struct, frozen=True):
    """dead: by reason, with the superseded ones. waiting: in mailboxes. faults: violations, a line each."""

    sent: int
    handled: int
    dead: dict[str, int]
    waiting: int
    faults: tuple[str, ...] = ()


class MessageAudit:
    """Follows the mail of one process, and reports every violation to `fault`. May be used by several threads.

    handled_types: the number of handled messages of each type.
    """

    def __init__(self, fault: Callable[[str], object]) -> None:
        self.handled_types: Counter[str] = Counter()
        self._fault = fault
        self._fates: MessageFates[Envelope] = MessageFates()
        self._late: set[Key] = set()
        self._closed = False
        self._lock = threading.Lock()

    @property
    def sent_count(self) -> int:
        """The number of sent messages."""
        return self.open_count + self._fates.counts.total()

    @property
    def open_count(self) -> int:
        """The number of messages without a fate."""
        return len(self._fates.open)

    def sent(self, envelope: Envelope) -> None:
        """Note that an envelope was sent."""
        with self._lock:
            if self._fates.sent(key_of(envelope), envelope) != UNKNOWN:
                self._violated(envelope, "was sent twice")

    def handled(self, envelopes: Iterable[Envelope]) -> None:
        """Note that these were handled."""
        with self._lock:
            for envelope in envelopes:
                key = key_of(envelope)
                if self._late and key in self._late:
                    self._late.discard(key)
                elif (
                    envelope.sender != envelope.recipient or self._fates.fate(key) != UNKNOWN
                ):  # else a timer
                    self._settle(envelope, HANDLED)
                    self.handled_types[type(envelope.message).__name__] += 1

    def dead_lettered(self, envelope: Envelope, why: str) -> None:
        """Note that an envelope became a dead letter."""
        key = key_of(envelope)
        with self._lock:
            before = self._fates.fate(key)
            if why in SAID_BY_RECIPIENT:
                if before != OPEN:
                    return  # a stale stop, for example, that was never sent
                self._late.add(key)
            elif before == UNKNOWN and envelope.sender in (envelope.recipient, f"{envelope.recipient}~io"):
                return  # a timer, or a post inside another process: its sending was not seen
            self._settle(envelope, why)

    def find_lost(self, waiting: Iterable[Envelope]) -> None:
        """Report every open message that is not in `waiting`: all messages in mailboxes and on their way."""
        with self._lock:
            for envelope in tuple(self._fates.missing({key_of(envelope) for envelope in waiting})):
                self._violated(envelope, "was lost")

    def close(self, waiting: Iterable[Envelope]) -> None:
        """Report lost messages as the process ends. Later violations are not reported."""
        self.find_lost(waiting)
        self._closed = True

    def account(self, waiting: Collection[Envelope], faults: Iterable[str] = ()) -> DeliveryCounts:
        """The counts. waiting: the messages in mailboxes."""
        with self._lock:
            dead = {why: n for why, n in sorted(self._fates.counts.items()) if n and why != HANDLED}
            kept = sum(key in self._fates.open for key in {key_of(envelope) for envelope in waiting})
            return DeliveryCounts(self.sent_count, self._fates.counts[HANDLED], dead, kept, tuple(faults))

    def _settle(self, envelope: Envelope, fate: str) -> None:
        before = self._fates.settle(key_of(envelope), fate)
        if before == UNKNOWN and fate != FENCED:
            self._violated(envelope, f"was {fate} and had never been sent")
        elif before not in (UNKNOWN, OPEN):
            self._violated(envelope, f"was {before}, and then {fate}")

    def _violated(self, envelope: Envelope, what: str) -> None:
        if not self._closed:
            self._fault(f"{envelope.id} {what}: {type(envelope.message).__name__} to {envelope.recipient}")
