"""Delivers envelopes: mailboxes by address, and dead letters for what reaches none."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from actors.kernel.mailbox import Put, RejectReason
from actors.kernel.message import Envelope, decode, encode
from actors.kernel.protocol.lifecycle import Failure, Undelivered


class Recipient(Protocol):
    """Anything that takes envelopes: a mailbox, a link to another node, an external client."""

    def put(self, envelope: Envelope) -> Put | None: ...


class DeadLetter(msgspec.Struct, frozen=True):
    """An envelope that will not be handled. why: rejected, dropped, stopped, unknown, crashed, late, fenced...
    wall: since when, in epoch seconds."""

    envelope: Envelope
    why: str
    detail: str = ""
    failure: Failure | None = None
    wall: float = 0.0


class DeadLetters:
    """Keeps the last `keep` dead letters, counts all by reason, and notifies senders that asked for it."""

    def __init__(self, keep: int = 1000) -> None:
        self.last: deque[DeadLetter] = deque(maxlen=keep)
        self.counts: Counter[str] = Counter()
        self.announces = True
        self.watch: Callable[[DeadLetter], None] = lambda _: None
        self._lock = threading.Lock()

    def dead_letter(self, letter: DeadLetter, deliver: Callable[[Envelope], None]) -> None:
        """Record `letter`; if the sender asked for it, `deliver` an Undelivered."""
        with self._lock:
            self.counts[letter.why] += 1
            if letter.why != RejectReason.SUPERSEDED:
                self.last.append(letter)
        self.watch(letter)
        envelope = letter.envelope
        if self.announces and envelope.notify and not isinstance(envelope.message, Undelivered):
            deliver(_undelivered(letter))


def _undelivered(letter: DeadLetter) -> Envelope:
    lost = letter.envelope
    note = Undelivered(lost.id, lost.recipient, type(lost.message).__name__, letter.why, letter.detail)
    # The lost envelope's own numbers under the recipient's name: unique, and never random.
    post, id = f"{lost.recipient}~post@{lost.sender}", lost.id
    return Envelope(post, lost.incarnation, lost.sequence, lost.sender, note, id, lost.turn, id)


class Directory:
    """The mailboxes of one node. `deliver` never raises and never blocks.

    elsewhere: takes envelopes for unknown addresses (the parent node); None makes them dead letters.
    paranoid: encode and decode every envelope, so that threads behave like processes. wall: the clock, epoch seconds.
    """

    def __init__(
        self,
        dead_letters: DeadLetters | None = None,
        *,
        paranoid: bool = False,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.dead_letters = dead_letters or DeadLetters()
        self.elsewhere: Recipient | None = None
        self._boxes: dict[str, Recipient] = {}
        self._paranoid = paranoid
        self._wall = wall

    @property
    def boxes(self) -> Mapping[str, Recipient]:
        """All mailboxes of this node, by address."""
        return self._boxes

    def open(self, address: str, box: Recipient) -> None:
        """From now on, deliver mail for `address` to `box`."""
        self._boxes[address] = box

    def close(self, address: str) -> None:
        """From now on, mail for `address` becomes a dead letter."""
        self._boxes.pop(address, None)

    def deliver(self, envelope: Envelope) -> None:
        """Put the envelope into its mailbox; what falls out becomes a dead letter."""
        if self._paranoid:
            envelope = decode(encode(envelope))
        box = self._boxes.get(envelope.recipient, self.elsewhere)
        if box is None:
            self.dead_letter(envelope, "unknown", f"nobody lives at {envelope.recipient!r}")
            return
        fell = box.put(envelope)
        if fell is not None:
            self.dead_letter(fell.envelope, fell.why)

    def hand(self, envelope: Envelope, box: Recipient) -> None:
        """Put the envelope into `box`, whatever its address; what falls out becomes a dead letter."""
        fell = box.put(envelope)
        if fell is not None:
            self.dead_letter(fell.envelope, fell.why)

    def dead_letter(
        self, envelope: Envelope, why: str, detail: str = "", failure: Failure | None = None
    ) -> None:
        """Make `envelope` a dead letter."""
        self.dead_letters.dead_letter(DeadLetter(envelope, why, detail, failure, self._wall()), self.deliver)
