"""A persistence without a disk: keeps one domain as the real one does, and refuses what does not follow."""

from collections.abc import Iterable
from typing import Any

import msgspec

from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.storage import (
    PERSISTENCE,
    Buffered,
    Committed,
    LoadState,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SetStateAside,
    SnapshotWanted,
    StateLoaded,
    StoredChange,
    Version,
)
from actors.kernel.state.document import Document, restored
from actors.kernel.state.domain import DomainActor
from tests.doubles.virtual_world import VirtualWorld


class Shelf:
    """What is kept of one domain: the parts of a whole state, and the changes since. seen: each change and each whole
    state that was taken in, in order."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self.newest: Version | None = None
        self.epoch = 0
        self.whole: tuple[SaveSnapshot, ...] = ()
        self.changes: list[SaveChange] = []
        self.seen: list[SaveChange | SaveSnapshot] = []
        self._parts: list[SaveSnapshot] = []
        for message in messages:
            self.take(message)

    @classmethod
    def holding(cls, state: msgspec.Struct, epoch: int = 1, schema: int = 1) -> "Shelf":
        """With this state, that nobody subscribed to."""
        payload = msgspec.msgpack.encode(Document(state))
        shelf = cls([SaveSnapshot("", schema, Version(epoch, 9), 0, 1, payload)])
        shelf.epoch = epoch
        return shelf

    def take(self, message: Message) -> Message | None:
        """The answer to what was handed over; None for a part before the last, and for anything else."""
        if isinstance(message, SaveSnapshot):
            return self._take_part(message)
        return self._take_change(message) if isinstance(message, SaveChange) else None

    def loaded(self, domain: str) -> StateLoaded:
        """What is kept, as it is given back in a new epoch."""
        self.epoch += 1
        self._parts.clear()
        if not self.whole:
            return StateLoaded(domain, self.epoch)
        version = self.changes[-1].version if self.changes else self.whole[0].version
        changes = tuple(StoredChange(change.schema, change.patch) for change in self.changes)
        parts = tuple(part.payload for part in self.whole)
        return StateLoaded(domain, self.epoch, version, self.whole[0].schema, parts, changes)

    def set_aside(self) -> None:
        """Have no state any more."""
        self.newest, self.whole, self.changes = None, (), []

    def begin(self, damaged: bool) -> None:
        """Forget the parts of an unfinished whole state; when `damaged`, only a whole one is taken next."""
        self._parts.clear()
        self.newest = None if damaged else self.newest

    def document(self, actor: DomainActor[Any]) -> Document[Any]:
        """What an actor like this one would find."""
        kind = type(actor)
        return restored(
            Document(actor.state),
            tuple(part.payload for part in self.whole),
            ((change.schema, change.patch) for change in self.changes),
            parted=kind.parted,
            schema=self.whole[0].schema,
            now=kind.schema,
            migrations=kind.migrations,
        ).document

    def _take_change(self, change: SaveChange) -> Message:
        if self.newest is None:
            return SaveFailed(change.domain, change.version, "nothing to follow on", snapshot=True)
        if change.version > self.newest:
            if change.base != self.newest:
                return SaveFailed(change.domain, change.version, "does not follow", snapshot=True)
            self.changes.append(change)
            self.seen.append(change)
            self.newest = change.version
        return Committed(change.domain, change.version)

    def _take_part(self, part: SaveSnapshot) -> Message | None:
        if part.part == 0:
            self._parts.clear()
        if part.part != len(self._parts) or (self._parts and part.version != self._parts[0].version):
            self._parts.clear()
            return SaveFailed(part.domain, part.version, "a part is missing", snapshot=True)
        self._parts.append(part)
        if len(self._parts) < part.parts:
            return None
        if not self.whole or part.version >= self.whole[0].version:
            self.whole = tuple(self._parts)
            self.changes = [change for change in self.changes if change.version > part.version]
        self._parts.clear()
        self.seen.append(part)
        self.newest = part.version if self.newest is None else max(self.newest, part.version)
        return Committed(part.domain, part.version)


class Keeper:
    """A Shelf at `persistence` of a VirtualWorld, with everything that can go wrong there.

    lost: what is handed over never comes. mute: it comes, but no answer goes out. disk: why it does not work, "" when
    it does; then what comes is Kept, and Committed is told when `settle` repairs it. slow: answers wait for `settle`.
    """

    def __init__(self, world: VirtualWorld, shelf: Shelf | None = None) -> None:
        self.shelf = shelf or Shelf()
        self.lost = self.mute = self.slow = False
        self.disk = ""
        self.messages: list[Message] = []
        self._world = world
        self._answers: list[tuple[str, Message, str]] = []
        world.directory.open(PERSISTENCE, self)

    def put(self, envelope: Envelope) -> Put | None:
        message = envelope.message
        if self.lost:
            return None
        self.messages.append(message)
        if isinstance(message, SetStateAside):
            self.shelf.set_aside()
        wants_state = isinstance(message, LoadState | SetStateAside)
        answer = self.shelf.loaded(message.domain) if wants_state else self.shelf.take(message)
        if answer is None or self.mute:
            return None
        if isinstance(answer, Committed) and self.disk:
            self._answers.append((envelope.sender, answer, ""))
            answer = Buffered(answer.domain, answer.version, self.disk)
        if self.slow:
            self._answers.append((envelope.sender, answer, envelope.id))
        else:
            self._world.tell(envelope.sender, answer, sender=PERSISTENCE, answers=envelope.id)
        return None

    def of(self, kind: type[Any]) -> list[Any]:
        """What came of one type, in order."""
        return [message for message in self.messages if isinstance(message, kind)]

    def want(self, address: str) -> None:
        """Ask the domain at `address` for its whole state."""
        self._world.tell(address, SnapshotWanted(address), sender=PERSISTENCE)

    def forget(self, what_follows: bool) -> None:
        """Begin anew with what is kept, as after a restart: parts so far are void; so is, on demand, what the next
        change could follow on, as after damage."""
        self.shelf.begin(what_follows)

    def settle(self) -> None:
        """All is well again: whatever waits is answered, and what was in memory only is on disk."""
        self.lost = self.mute = self.slow = False
        self.disk = ""
        answers, self._answers = self._answers, []
        for address, answer, id in answers:
            self._world.tell(address, answer, sender=PERSISTENCE, answers=id)
        self._world.run()
