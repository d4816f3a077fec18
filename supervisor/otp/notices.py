"""Lifecycle messages from slots to supervisors and actors. Sending them never blocks."""

from collections.abc import Sequence
from itertools import count

import msgspec

from actors.kernel.directory import Directory
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure, Stop
from supervisor.otp.messages import ChildEnded, ChildReady
from supervisor.otp.slot import ActorSlot


class _DeferredEnd(msgspec.Struct):
    """A dead supervisor's end, announced after those of its children."""

    slot: ActorSlot
    incarnation: int
    failure: Failure | None
    children: set[str]


class LifecycleNotices:
    """Sends Stop to actors, and ChildReady and ChildEnded to their supervisors."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._numbers = count(1)
        self._deferred: dict[str, _DeferredEnd] = {}

    def stop(self, slot: ActorSlot) -> None:
        self._tell(slot.address, Stop(), slot.supervisor)

    def ready(self, slot: ActorSlot) -> None:
        self._tell(slot.supervisor, ChildReady(slot.address, slot.incarnation), slot.address)

    def ended(self, slot: ActorSlot, failure: Failure | None, orphans: Sequence[ActorSlot] = ()) -> None:
        """Announce the end of the incarnation in `slot`.

        orphans: slots in which its children still run. They are killed, and their ends are announced before its own.
        """
        if not orphans:
            self._announce(slot, slot.incarnation, failure)
            return
        children = {child.address for child in orphans}
        self._deferred[slot.address] = _DeferredEnd(slot, slot.incarnation, failure, children)
        for child in orphans:
            if (handle := child.handle) is not None:
                handle.kill(f"its supervisor {slot.address} has died")
            elif child.ended:
                self._announce(child, child.incarnation, None)

    def _announce(self, slot: ActorSlot, incarnation: int, failure: Failure | None) -> None:
        self._tell(slot.supervisor, ChildEnded(slot.address, incarnation, failure), slot.address)
        if (deferred := self._deferred.get(slot.supervisor)) is None:
            return
        deferred.children.discard(slot.address)
        if not deferred.children and self._deferred.pop(slot.supervisor, None) is not None:
            self._announce(deferred.slot, deferred.incarnation, deferred.failure)

    def _tell(self, to: str, message: Message, sender: str) -> None:
        if to:
            # "cell" is in the ids of every recorded run, and ids seed the receivers' randomness: it stays.
            self._directory.deliver(Envelope(f"{sender}~cell", 0, next(self._numbers), to, message))
