"""A directory that reports its mail to an audit."""

import time
from collections.abc import Callable

from actors.kernel.directory import Directory, Recipient
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from supervisor.audit.message_audit import MessageAudit
from supervisor.otp.router import Router


class AuditedDirectory(Directory):
    """Reports to `audit` what is sent and what becomes a dead letter. Actors report what they handle."""

    def __init__(self, audit: MessageAudit, *, wall: Callable[[], float] = time.time) -> None:
        super().__init__(wall=wall)
        self._audit = audit

    def deliver(self, envelope: Envelope) -> None:
        self._audit.sent(envelope)
        self._transmit(envelope)

    def hand(self, envelope: Envelope, box: Recipient) -> None:
        self._audit.sent(envelope)
        super().hand(envelope, box)

    def dead_letter(
        self, envelope: Envelope, why: str, detail: str = "", failure: Failure | None = None
    ) -> None:
        self._audit.dead_lettered(envelope, why)
        super().dead_letter(envelope, why, detail, failure)

    def _transmit(self, envelope: Envelope) -> None:
        box = self.boxes.get(envelope.recipient)
        if box is None or isinstance(box, Mailbox | Router):
            super().deliver(envelope)
            return
        # A listener outside the actors handles what it takes, unless its `put` refuses it.
        fell = box.put(envelope)
        if fell is not None:
            self.dead_letter(fell.envelope, fell.why)
        else:
            self._audit.handled((envelope,))
