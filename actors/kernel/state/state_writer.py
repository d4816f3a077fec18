"""Decides what of a domain is handed to persistence, and when: its changes, and all of it when a snapshot is wanted.

A change is the difference to what was handed over before. While one is on its way, further changes gather, so that the
disk sets the pace and nothing queues up.
"""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from actors.kernel.actor import AskFailed, Reply
from actors.kernel.message import Asker, Message
from actors.kernel.protocol.state import UpdateRefused
from actors.kernel.protocol.storage import (
    PERSISTENCE,
    Buffered,
    Committed,
    SaveChange,
    SaveSnapshot,
    SnapshotWanted,
    Version,
)
from actors.kernel.state.document import Document, count_parts, encoded_part
from actors.kernel.state.patch import Path, difference, pack
from actors.kernel.state.source import Source
from actors.vocabulary.type_names import durable

RETRY_AFTER = (1.0, 2.0, 5.0, 10.0, 30.0)
GATHER = 0.02
"""Seconds within which changes gather after others were handed over, unless a durable update waits for the disk."""
TOGETHER = 0.001
"""Group commit: seconds that durable updates wait for those of the previous group, so that one sync serves all."""
CROWD = 32
"""Durable updates beyond which none waits for others: a sync costs each of them next to nothing."""

S = TypeVar("S", bound=msgspec.Struct)


class SaveDue(Message):
    """Timer of a domain: hand what has changed to persistence."""


class SnapshotDue(Message):
    """Timer of a domain: encode the next part of its state."""


@durable("kernel.Snapshot")
class _Snapshot(msgspec.Struct, frozen=True):
    """The whole state on its way to persistence.

    part: the next of `parts`. number: of the snapshot, within this incarnation.
    base: changes build on it, so that none may be handed over before it is known to be stored.
    """

    document: Document[Any]
    version: Version
    parts: int
    part: int = 0
    number: int = 0
    base: bool = False
    purge_older: bool = False

    def message(self, of: Source[Any]) -> SaveSnapshot:
        """The next part, as it is handed over."""
        payload = encoded_part(self.document, of.parted, self.part)
        return SaveSnapshot(
            of.domain, of.schema, self.version, self.part, self.parts, payload, self.purge_older
        )


@durable("kernel.StateWriter")
class StateWriter(Generic[S]):
    """Remembers what was handed over, and decides what is next; `of` is the domain as it is now.

    committed: the version on disk.
    detached: nothing may be handed over, because what is stored is unknown, or written by a later version of Gerald.
    holds_back: a durable update is being made, which hands over the change itself.
    """

    def __init__(self) -> None:
        self.committed = Version()
        self.base: Document[S] | None = (
            None  # what was handed over last; None: changes have nothing to build on
        )
        self.base_version = Version()
        self.paths: list[Path] | None = []  # where alone the state differs from that; None: anywhere
        self.snapshot: _Snapshot | None = None
        self.snapshots = self.next_part = 0  # how many there were; the timer of the next part
        self.whole_version = Version()  # of the newest snapshot
        self.wanted = self.purge_older = self.busy = self.due = False
        self.detached = True
        self.failures = 0
        self.waiting: list[tuple[Version, Asker]] = []  # durable updates that are not on disk yet
        self.waited = 0  # how many there were the last time
        self.hurry = 0  # the timer of those that wait for others
        self.holds_back = False

    def attach(self, version: Version, stored: Version, base: Document[S] | None) -> None:
        """Hand over changes from `version` on. stored: the version on disk; base: its document, if any."""
        self.committed, self.detached = version, False
        self.base, self.base_version, self.paths = base, stored, []

    # -- changes

    def changed(self, of: Source[S], paths: Sequence[Path] | None) -> None:
        """Note that the state, or who subscribed, has changed: at these paths only, None for anywhere."""
        if paths is None:
            self.paths = None
        elif self.paths is not None:
            self.paths += paths
        if self.busy or self.due or self.holds_back or self.detached:
            return
        if of.save_delay:
            self._save_in(of, of.save_delay)
        else:
            self.save(of)

    def wait(self, of: Source[S], asker: Asker) -> None:
        """Answer `asker` when the current version is on disk."""
        self.waiting.append((of.version, asker))
        self._save_for_group(of)

    def move_waiting(self, version: Version) -> None:
        """Let all durable updates wait for `version`: theirs were issued before the stored state was known."""
        self.waiting = [(version, asker) for _, asker in self.waiting]

    def refuse_waiting(self, of: Source[S], reason: str) -> None:
        """Refuse all durable updates that wait: they will never be on disk."""
        waiting, self.waiting = self.waiting, []
        for _, asker in waiting:
            of.context.reply(UpdateRefused((reason,)), asker)

    def _save_for_group(self, of: Source[S]) -> None:
        """Hand over as soon as the previous group's writers are all back, and soon in any case."""
        if self.busy or self.detached:
            return
        if len(self.waiting) >= self.waited:
            self.save(of)
        elif not self.hurry:
            self.hurry = of.context.after(TOGETHER, SaveDue())

    def _save_in(self, of: Source[S], seconds: float) -> None:
        if not self.due:
            self.due = True
            of.context.after(seconds, SaveDue())

    def save_due(self, of: Source[S]) -> None:
        """Handle SaveDue."""
        self.due, self.hurry = False, 0
        self.save(of)

    def save(self, of: Source[S]) -> None:
        """Hand over what is new, if anything may be handed over now."""
        if self.busy or self.detached:
            return
        if self.base is None:
            if of.version.n or self.wanted:
                self._begin_snapshot(of)
            return
        if of.version != self.base_version and (of.version.n or self.wanted):
            self.busy = True
            of.context.cancel(self.hurry)
            self.hurry = 0
            change = self._next_change(of, self.base)
            of.context.ask(PERSISTENCE, change, "on_saved", None, of.load_within)
        if self.wanted and self.snapshot is None:
            self._begin_snapshot(of)

    def _next_change(self, of: Source[S], base: Document[S]) -> SaveChange:
        document = of.document
        steps = difference(base, document, self.paths)
        change = SaveChange(of.domain, of.schema, self.base_version, of.version, pack(steps))
        self.base, self.base_version, self.paths = document, of.version, []
        return change

    def saved(self, of: Source[S], answer: Reply | AskFailed) -> None:
        """Take persistence's answer to a change."""
        self.busy = False
        if self._is_stored(of, answer):
            self._go_on(of)
            return
        # Nobody knows what the next change would follow on: only a snapshot is sure to fit.
        self.base = None
        if isinstance(answer, Reply) and getattr(answer.message, "snapshot", False):
            self.save(of)
        else:
            self._try_later(of, answer)

    def _is_stored(self, of: Source[S], answer: Reply | AskFailed) -> bool:
        """Whether persistence has it, if only in memory."""
        message = answer.message if isinstance(answer, Reply) else None
        if isinstance(message, Committed):
            self.on_disk(of, message)
        elif isinstance(message, Buffered) and message.why:
            of.not_stored(
                f"the state is in memory only ({message.why})",
                "free some space or repair the disk; it is written when that works again",
            )
        return isinstance(message, Committed | Buffered)

    def _go_on(self, of: Source[S]) -> None:
        if self.wanted:
            self.save(of)
        elif self.waiting:
            self._save_for_group(of)
        elif of.version != self.base_version and of.version.n:
            # Nobody waits for it: a burst of changes need not keep the disk, and other threads, busy.
            self._save_in(of, max(GATHER, of.save_delay))

    def _try_later(self, of: Source[S], answer: Reply | AskFailed) -> None:
        why = answer.reason if isinstance(answer, AskFailed) else getattr(answer.message, "why", "refused")
        delay = RETRY_AFTER[min(self.failures, len(RETRY_AFTER) - 1)]
        self.failures += 1
        self._save_in(of, delay)
        of.not_stored(
            f"the state could not be handed over ({why}); going on in memory, trying again in {delay:g} s",
            "free some space or repair the disk; nothing is lost while the bot runs",
        )

    def on_disk(self, of: Source[S], message: Committed) -> None:
        """Note up to which version the state is on disk, and answer the durable updates up to it."""
        if not self.committed < message.version <= of.version:
            return
        self.committed = message.version
        self.failures = 0
        of.stored_again()
        if self.waiting:
            self.waited = min(len(self.waiting), CROWD)
            for version, asker in self.waiting:
                if version <= message.version:
                    of.context.reply(Committed(of.domain, version), asker)
            self.waiting = [waiting for waiting in self.waiting if waiting[0] > message.version]

    # -- snapshots, part by part

    def want_snapshot(self, of: Source[S]) -> None:
        """Hand over a snapshot as soon as possible."""
        self.wanted = True
        self.save(of)

    def erase(self, of: Source[S]) -> None:
        """Hand over a snapshot that replaces everything older."""
        self.wanted = self.purge_older = True
        if self.snapshot is not None and not self.snapshot.base:
            # It may still hold what was erased. One that changes build on is followed by another instead.
            self.snapshot = None
        self.save(of)

    def _begin_snapshot(self, of: Source[S]) -> None:
        self.wanted = False
        document = of.document
        is_base = self.base is None
        if is_base:
            # Changes can follow when this is known to be stored.
            self.busy = True
            self.base, self.base_version, self.paths = document, of.version, []
        self.snapshots += 1
        self.snapshot = _Snapshot(
            document,
            of.version,
            count_parts(document.state, of.parted),
            number=self.snapshots,
            base=is_base,
            purge_older=self.purge_older,
        )
        of.context.cancel(self.next_part)  # of a snapshot that is given up for this one
        self.send_part(of)

    def send_part(self, of: Source[S]) -> None:
        """Hand over one part in one handler: other messages are handled in between."""
        whole = self.snapshot
        if whole is None:
            return
        part = whole.message(of)
        if whole.part + 1 == whole.parts:
            of.context.ask(PERSISTENCE, part, "on_snapshot_saved", whole.number, of.load_within)
            return
        of.context.tell(PERSISTENCE, part)
        self.snapshot = msgspec.structs.replace(whole, part=whole.part + 1)
        self.next_part = of.context.after(0.0, SnapshotDue())

    def snapshot_saved(self, of: Source[S], answer: Reply | AskFailed) -> None:
        """Take persistence's answer to a snapshot."""
        is_stored = self._is_stored(of, answer)
        whole = self.snapshot
        if whole is None or whole.number != answer.context:
            return  # another one has taken its place
        self.snapshot = None
        if whole.base:
            self.busy = False
        if is_stored:
            self.whole_version = whole.version
            self.purge_older = self.purge_older and not whole.purge_older
            self._go_on(of)
        elif whole.base:
            self.base = None
            self.wanted = True
            self._try_later(of, answer)
        else:
            # Changes go on: what they build on is stored.
            of.context.after(RETRY_AFTER[-1], SnapshotWanted(of.domain))

    # -- the end

    def stop(self, of: Source[S]) -> None:
        """Hand over all that is new, without waiting for an answer."""
        if self.detached or of.version in (self.whole_version, Version(of.version.epoch, 0)):
            return
        # A change must not overtake the snapshot that it builds on.
        base_is_under_way = self.snapshot is not None and self.snapshot.base
        if self.base is not None and not base_is_under_way and of.version != self.base_version:
            of.context.tell(PERSISTENCE, self._next_change(of, self.base))
        # A snapshot as well: the next start then need not apply any changes.
        document = of.document
        parts = count_parts(document.state, of.parted)
        whole = _Snapshot(document, of.version, parts, purge_older=self.purge_older)
        for part in range(parts):
            of.context.tell(PERSISTENCE, msgspec.structs.replace(whole, part=part).message(of))
