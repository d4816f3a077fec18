"""The account of every message: each id that was sent has exactly one fate.

What is counted: everything that passes the root's directory, which is all mail between actors, and what actors' I/O
threads post in the root process. What a pinned actor posts or sets timers for inside its own process begins and ends
there, and is not seen from here.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from actors.kernel.directory import Directory, Recipient
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Handled, Record
from supervisor.otp.router import Router

__all__ = ["Audit", "AuditedDirectory", "DeliveryCounts"]

OPEN, HANDLED = "open", "handled"
FENCED = "fenced"
NO_FATE = frozenset({"late"})
"""A dead letter of this kind is an answer that nobody waited for: the actor has handled it by burying it."""


class DeliveryCounts(msgspec.Struct, frozen=True):
    """dead: dead letters by reason, superseded among them. waiting: in mailboxes. faults: what must not be, a line for
    each id."""

    sent: int
    handled: int
    dead: dict[str, int]
    waiting: int
    faults: tuple[str, ...]


class Audit:
    """Keeps the fate of every id. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fates: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._faults: list[str] = []
        self.handled_types: Counter[str] = Counter()

    def sent(self, envelope: Envelope) -> None:
        """An envelope is on its way."""
        id = envelope.id
        with self._lock:
            if id in self._fates:
                self._fault(f"{id} was sent twice", envelope)
            self._fates[id] = OPEN
            self._types[id] = f"{type(envelope.message).__name__} to {envelope.recipient}"

    def handled(self, envelopes: Sequence[Envelope]) -> None:
        """These have been handled."""
        with self._lock:
            for envelope in envelopes:
                self._settle(envelope, HANDLED)

    def dead_lettered(self, envelope: Envelope, why: str) -> None:
        """This one is a dead letter."""
        with self._lock:
            if why in NO_FATE and self._fates.get(envelope.id) != OPEN:
                return  # a stale stop, say, that had never been anybody's
            self._settle(envelope, why)

    def record(self, record: Record) -> None:
        """What an actor's host noted down: here is heard of what threads handle."""
        if isinstance(record, Handled) and record.failure is None:
            envelope = record.envelope
            with self._lock:
                self._settle(envelope, HANDLED)

    def account(self, waiting: Sequence[Envelope] = ()) -> DeliveryCounts:
        """How it stands; waiting: what is in mailboxes."""
        with self._lock:
            counts = Counter(self._fates.values())
            there = {envelope.id for envelope in waiting}
            lost = [id for id, fate in self._fates.items() if fate == OPEN and id not in there]
            faults = [*self._faults, *(f"{id} was lost: {self._types[id]}" for id in lost)]
            kept = sum(self._fates.get(id) == OPEN for id in there)
            dead = {why: n for why, n in sorted(counts.items()) if why not in (OPEN, HANDLED)}
            return DeliveryCounts(len(self._fates), counts[HANDLED], dead, kept, tuple(faults))

    def fate(self, envelope: Envelope) -> str:
        """What became of it: open, handled, or the reason of a dead letter; "" for one that is unknown."""
        return self._fates.get(envelope.id, "")

    @property
    def count(self) -> int:
        """How many were sent."""
        return len(self._fates)

    @property
    def open(self) -> int:
        """How many have no fate yet."""
        return len(self._types)

    def _settle(self, envelope: Envelope, fate: str) -> None:
        id = envelope.id
        known = self._fates.get(id)
        if fate == HANDLED and known in NO_FATE:
            return
        if known is None and envelope.sender == envelope.recipient:
            return  # a timer, which nobody sent
        if known is None and fate == FENCED:
            pass  # it was refused before it was on its way
        elif known is None:
            self._fault(f"{id} was {fate} and had never been sent", envelope)
        elif known != OPEN:
            self._fault(f"{id} was {known}, and then {fate}", envelope)
        self._fates[id] = fate
        self._types.pop(id, None)
        if fate == HANDLED:
            self.handled_types[type(envelope.message).__name__] += 1

    def _fault(self, what: str, envelope: Envelope) -> None:
        self._faults.append(f"{what}: {type(envelope.message).__name__} to {envelope.recipient}")


class AuditedDirectory(Directory):
    """A directory whose mail is accounted for."""

    def __init__(self, audit: Audit) -> None:
        super().__init__()
        self._audit = audit

    def deliver(self, envelope: Envelope) -> None:
        self._audit.sent(envelope)
        box = self.boxes.get(envelope.recipient)
        if box is None or isinstance(box, Mailbox | Router):
            super().deliver(envelope)
        else:
            self._give(envelope, box)

    def hand(self, envelope: Envelope, box: Recipient) -> None:
        self._audit.sent(envelope)
        super().hand(envelope, box)

    def dead_letter(
        self, envelope: Envelope, why: str, detail: str = "", failure: Failure | None = None
    ) -> None:
        self._audit.dead_lettered(envelope, why)
        super().dead_letter(envelope, why, detail, failure)

    def _give(self, envelope: Envelope, box: Any) -> None:
        """To a listener outside the actors: it has handled what it takes, unless it buries it itself."""
        fell = box.put(envelope)
        if fell is not None:
            self.dead_letter(fell.envelope, fell.why)
        elif self._audit.fate(envelope) not in NO_FATE:
            self._audit.handled((envelope,))
