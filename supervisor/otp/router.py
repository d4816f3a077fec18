"""Distributes an address's mail among its replicas."""

import threading
import zlib
from collections.abc import Callable, Mapping

from actors.kernel.mailbox import Mailbox, Put, RejectReason
from actors.kernel.message import Envelope, Lane
from actors.kernel.protocol.lifecycle import Stop


class Router:
    """Stands in the directory for an address with replicas (actors.kernel.directory.Recipient).

    Data goes to the instances in turn, to running ones first; with `routing_key`, to the same instance for the same
    value of that message field. Answers go to the first instance: only it asks under this address. System messages go
    to all, as copies with their own ids.
    """

    def __init__(
        self,
        address: str,
        routing_key: str,
        first: Mailbox,
        deliver: Callable[[Envelope], None],
        runs: Callable[[str], bool],
    ) -> None:
        self._address = address
        self._routing_key = routing_key
        self._deliver = deliver
        self._runs = runs
        self._lock = threading.Lock()
        self._turn = 0
        self._boxes: Mapping[str, Mailbox] = {address: first}

    @property
    def instances(self) -> tuple[str, ...]:
        """The addresses of all instances, in order."""
        return tuple(self._boxes)

    def add(self, address: str, box: Mailbox) -> None:
        with self._lock:
            self._boxes = {**self._boxes, address: box}

    def remove(self, address: str) -> None:
        """Send nothing more to `address`. The caller must `put` again what waits there."""
        with self._lock:
            self._boxes = {name: box for name, box in self._boxes.items() if name != address}

    def put(self, envelope: Envelope) -> Put | None:
        """Queue the envelope at one instance; at the next one if that is full or leaves."""
        boxes = self._boxes
        first = boxes[self._address]
        if envelope.answers or isinstance(envelope.message, Stop):
            return first.put(envelope)
        if envelope.message.lane is Lane.SYSTEM:
            for name in boxes:
                if name != self._address:
                    self._deliver(_copy(envelope, name))
            return first.put(envelope)
        key = getattr(envelope.message, self._routing_key, None) if self._routing_key else None
        return self._by_key(envelope, boxes, key) if key is not None else self._in_turn(envelope, boxes)

    def _in_turn(self, envelope: Envelope, boxes: Mapping[str, Mailbox]) -> Put | None:
        names = tuple(boxes)
        with self._lock:
            self._turn += 1
            start = self._turn % len(names)
        names = names[start:] + names[:start]
        fell: Put | None = None
        for name in sorted(names, key=lambda name: not self._runs(name)):
            fell = boxes[name].put(envelope)
            if fell is None or fell.envelope is not envelope:
                return fell
        return fell

    def _by_key(self, envelope: Envelope, boxes: Mapping[str, Mailbox], key: object) -> Put | None:
        names = tuple(boxes)
        # Python's own hash of a text differs from process to process; a replay must route alike.
        name = names[zlib.crc32(str(key).encode()) % len(names)]
        fell = boxes[name].put(envelope)
        left = fell is not None and fell.envelope is envelope and fell.why is RejectReason.STOPPED
        return boxes[self._address].put(envelope) if left and name != self._address else fell


def _copy(envelope: Envelope, to: str) -> Envelope:
    e = envelope
    return Envelope(
        f"{e.sender}~{to}", e.incarnation, e.sequence, to, e.message, e.id, e.turn, "", False, e.sent_at
    )
