"""What may come from a worker on a host: in its own name, of its own incarnation, what its actor may send to whom."""

from collections import OrderedDict

import msgspec

from actors.kernel.errors import MessageError
from actors.kernel.message import Envelope, decode, encode
from actors.kernel.protocol.lifecycle import HealthChanged
from config.sections import section_of
from supervisor.encryption import SEALER
from supervisor.hosts.permissions import ANYBODY_ASKS, Permission
from supervisor.nodes.boot import Boot
from supervisor.nodes.secrets import Reveal

REMEMBERED = 1024
"""How many of the messages that went there may still be answered."""


class Forbidden(MessageError):
    """A worker on a host has sent what it may not send."""


class MailGate:
    """Of one worker. incarnation: that it lives as. refused: how much was."""

    def __init__(self, boot: Boot, permission: Permission) -> None:
        self.incarnation = boot.incarnation
        self.refused = 0
        self._address = boot.address
        self._supervisor = boot.supervisor
        self._permission = permission
        self._sections = frozenset(boot.sections)
        self._answerable: OrderedDict[str, str] = OrderedDict()

    def only_its_secrets(self, reveal: Reveal) -> Reveal:
        """`reveal`, for the secrets of its own sections. The key of what is remembered never leaves this machine."""

        def allowed(key: str) -> str:
            if key == SEALER or section_of(tuple(key.split("."))) not in self._sections:
                self.refused += 1
                raise KeyError(f"{self._address} has no secret {key}")
            return reveal(key)

        return allowed

    def outgoing(self, envelope: Envelope) -> bytes:
        """As it is sent there; its sender may then be answered."""
        if envelope.sender:
            self._answerable[envelope.id] = envelope.sender
            if len(self._answerable) > REMEMBERED:
                self._answerable.popitem(last=False)
        # Monotonic seconds mean nothing on another machine.
        return encode(msgspec.structs.replace(envelope, sent_at=0.0) if envelope.sent_at else envelope)

    def incoming(self, data: bytes) -> Envelope:
        """Raises MessageError."""
        envelope = decode(data)
        if why := self._refusal(envelope):
            self.refused += 1
            raise Forbidden(f"{why}: {type(envelope.message).__name__} to {envelope.recipient!r:.100}")
        return msgspec.structs.replace(envelope, sent_at=0.0) if envelope.sent_at else envelope

    def buried(self, data: bytes) -> Envelope:
        """A dead letter that it reports: of its own mail. Raises MessageError."""
        envelope = decode(data)
        if self._address not in (envelope.recipient, envelope.sender.partition("~")[0]):
            self.refused += 1
            raise Forbidden(f"a dead letter of somebody else's: {type(envelope.message).__name__}")
        return envelope

    def _refusal(self, envelope: Envelope) -> str:
        kind, to, may = type(envelope.message), envelope.recipient, self._permission
        if envelope.sender != self._address:
            return f"it speaks as {envelope.sender!r:.100}"
        if envelope.incarnation != self.incarnation:
            return f"it speaks as incarnation {envelope.incarnation}"
        if envelope.answers:
            asked = self._answerable.get(envelope.answers) == to
            return "" if asked and kind in may.answers | ANYBODY_ASKS else "nobody asked it"
        if isinstance(envelope.message, HealthChanged):
            own = to == self._supervisor and envelope.message.address == self._address
            return "" if own else "it speaks of another's health"
        return "" if kind in may.to.get(to, ()) or kind in may.to_anybody else "its actor never says that"
