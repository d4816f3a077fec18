"""What an actor does to have its one state kept: it hands persistence what changed, and the whole of it when wanted.

What is handed over is the difference to what was handed over before; between handing over and the answer further
changes gather, so that the disk sets the pace and nothing queues up.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.message import Asker, Message
from actors.kernel.protocol.lifecycle import Health
from actors.kernel.protocol.storage import (
    PERSISTENCE,
    Buffered,
    Committed,
    SaveChange,
    SaveSnapshot,
    SnapshotWanted,
    Version,
)
from actors.kernel.state.document import Document, Subscription, count_parts, encoded_part
from actors.kernel.state.patch import Path, difference, pack
from actors.vocabulary.type_names import durable

__all__ = ["RETRY_AFTER", "StateWriter"]

RETRY_AFTER = (1.0, 2.0, 5.0, 10.0, 30.0)
GATHER = 0.02
"""Seconds within which changes gather after others were handed over, unless somebody waits for them to be on disk."""
TOGETHER = 0.001
"""Seconds that those who wait for the disk wait for the others who did so the last time: one sync serves them all."""
CROWD = 32
"""So many that wait for the disk wait for no others: a sync costs each of them next to nothing."""

S = TypeVar("S", bound=msgspec.Struct)


class SaveDue(Message):
    """A domain's own reminder to hand what changed to persistence."""


class SnapshotDue(Message):
    """A domain's own reminder to encode the next part of its state."""


@durable("kernel.Snapshot")
class _Snapshot(msgspec.Struct, frozen=True):
    """The whole state on its way to persistence: `part` is the next of `parts`. number: which one of this incarnation.
    base: what changes build on from now on; none may be handed over before this one is known to be kept."""

    document: Document[Any]
    version: Version
    parts: int
    part: int = 0
    number: int = 0
    base: bool = False
    purge_older: bool = False


class StateWriter(Actor, Generic[S]):
    """domain: its name, in the store too. state: what is kept; version: what it is at; committed: what is on disk.
    save_delay: seconds within which changes are handed over as one; 0 hands over at once. schema: the stored form.
    parted: a field whose mapping grows large, and is stored in parts.
    """

    domain: ClassVar[str]
    schema: ClassVar[int] = 1
    parted: ClassVar[str] = ""
    save_delay: ClassVar[float] = 0.0
    load_within: ClassVar[float] = 10.0

    def __init__(self, initial: S) -> None:
        self.state: S = initial
        self.version = Version()
        self.committed = Version()
        self.subscriptions: tuple[Subscription, ...] = ()
        self._base: Document[S] | None = None  # what was handed over last; None: nothing to build on
        self._base_version = Version()
        self._paths: list[Path] | None = []  # where alone the state differs from that; None: anywhere
        self._snapshot: _Snapshot | None = None
        self._snapshots = self._next_part = 0  # how many there were; the timer of the next part
        self._whole_version = Version()  # the newest that was handed over whole
        self._wanted = self._purge_older = self._busy = self._due = False
        self._detached = True  # nothing may be handed over: what is stored is not known, or not ours to touch
        self._failures = 0
        self._trouble = False
        self._waiting: list[tuple[Version, Asker]] = []  # who is to be told when it is on disk
        self._waited = 0  # how many of them the last time
        self._hurry = 0  # the timer of those who wait for others
        self._holds_back = False  # what changes now is handed over by whoever changes it

    # -- changes

    def _moved(self, paths: Sequence[Path] | None) -> None:
        """The state, or who subscribed, has changed: at these paths only, None for anywhere."""
        self.version = Version(self.version.epoch, self.version.n + 1)
        if paths is None:
            self._paths = None
        elif self._paths is not None:
            self._paths += paths
        if not (self._busy or self._due or self._holds_back):
            self._save_soon()

    def _save_soon(self) -> None:
        if self._busy or self._due or self._detached:
            return
        if self.save_delay:
            self._due = True
            self.after(self.save_delay, SaveDue())
        else:
            self._save()

    def _save_for_all_who_wait(self) -> None:
        """Hand over as soon as all have come who waited for the disk the last time, and soon in any case."""
        if self._busy or self._detached:
            return
        if len(self._waiting) >= self._waited:
            self._save()
        elif not self._hurry:
            self._hurry = self.after(TOGETHER, SaveDue())

    @handles
    def on_save_due(self, message: SaveDue) -> None:
        self._due, self._hurry = False, 0
        self._save()

    def _save(self) -> None:
        """Hand over what is new, if anything may be handed over now."""
        if self._busy or self._detached:
            return
        if self._base is None:
            if self.version.n or self._wanted:
                self._begin_snapshot()
            return
        if self.version != self._base_version and (self.version.n or self._wanted):
            self._busy = True
            self.cancel(self._hurry)
            self._hurry = 0
            self.ask(PERSISTENCE, self._next_change(self._base), then="on_saved", within=self.load_within)
        if self._wanted and self._snapshot is None:
            self._begin_snapshot()

    def _document(self) -> Document[S]:
        return Document(self.state, self.subscriptions)

    def _next_change(self, base: Document[S]) -> SaveChange:
        document = self._document()
        steps = difference(base, document, self._paths)
        change = SaveChange(self.domain, self.schema, self._base_version, self.version, pack(steps))
        self._base, self._base_version, self._paths = document, self.version, []
        return change

    def on_saved(self, answer: Reply | AskFailed) -> None:
        self._busy = False
        if self._is_kept(answer):
            self._go_on()
            return
        # Nobody knows what the next change would follow on: only the whole state is sure to fit.
        self._base = None
        if isinstance(answer, Reply) and getattr(answer.message, "snapshot", False):
            self._save()
        else:
            self._try_later(answer)

    def _is_kept(self, answer: Reply | AskFailed) -> bool:
        message = answer.message if isinstance(answer, Reply) else None
        if isinstance(message, Committed):
            self.on_committed(message)
        elif isinstance(message, Buffered) and message.why:
            self._complain(
                f"the state is in memory only ({message.why})",
                "free some space or repair the disk; it is written when that works again",
            )
        return isinstance(message, Committed | Buffered)

    def _go_on(self) -> None:
        if self._wanted:
            self._save()
        elif self._waiting:
            self._save_for_all_who_wait()
        elif self.version != self._base_version and self.version.n and not self._due:
            # Nobody waits for it: what comes in a burst need not keep the disk, and other threads, busy.
            self._due = True
            self.after(max(GATHER, self.save_delay), SaveDue())

    def _try_later(self, answer: Reply | AskFailed) -> None:
        why = answer.reason if isinstance(answer, AskFailed) else getattr(answer.message, "why", "refused")
        delay = RETRY_AFTER[min(self._failures, len(RETRY_AFTER) - 1)]
        self._failures += 1
        if not self._due:
            self._due = True
            self.after(delay, SaveDue())
        self._complain(
            f"the state could not be handed over ({why}); going on in memory, trying again in {delay:g} s",
            "free some space or repair the disk; nothing is lost while the bot runs",
        )

    @handles
    def on_committed(self, message: Committed) -> None:
        if not self.committed < message.version <= self.version:
            return
        self.committed = message.version
        self._failures = 0
        self._recover()
        if self._waiting:
            self._waited = min(len(self._waiting), CROWD)
            for version, asker in self._waiting:
                if version <= message.version:
                    self.reply(Committed(self.domain, version), asker)
            self._waiting = [waiting for waiting in self._waiting if waiting[0] > message.version]

    # -- the whole state, part by part

    @handles
    def on_snapshot_wanted(self, message: SnapshotWanted) -> None:
        self._wanted = True
        self._save()

    def erase(self) -> None:
        """Have the state stored whole, and nothing older kept: what it does not hold any more was to be forgotten."""
        self._wanted = self._purge_older = True
        if self._snapshot is not None and not self._snapshot.base:
            self._snapshot = (
                None  # it may still hold what is to go; one that changes build on is followed by another
            )
        self._save()

    def _begin_snapshot(self) -> None:
        self._wanted = False
        document = self._document()
        is_base = self._base is None
        if is_base:
            # Changes can follow when this is known to be kept.
            self._busy = True
            self._base, self._base_version, self._paths = document, self.version, []
        self._snapshots += 1
        self._snapshot = _Snapshot(
            document,
            self.version,
            count_parts(self.state, self.parted),
            number=self._snapshots,
            base=is_base,
            purge_older=self._purge_older,
        )
        self.cancel(self._next_part)  # of one that is given up for this
        self._send_part()

    @handles
    def on_snapshot_due(self, message: SnapshotDue) -> None:
        if self._snapshot is not None:
            self._send_part()

    def _send_part(self) -> None:
        """One part in one handler: others are heard in between."""
        whole = self._snapshot
        assert whole is not None
        part = self._part(whole)
        if whole.part + 1 == whole.parts:
            self.ask(
                PERSISTENCE, part, then="on_snapshot_saved", context=whole.number, within=self.load_within
            )
            return
        self.tell(PERSISTENCE, part)
        self._snapshot = msgspec.structs.replace(whole, part=whole.part + 1)
        self._next_part = self.after(0.0, SnapshotDue())

    def _part(self, whole: _Snapshot) -> SaveSnapshot:
        payload = encoded_part(whole.document, self.parted, whole.part)
        return SaveSnapshot(
            self.domain, self.schema, whole.version, whole.part, whole.parts, payload, whole.purge_older
        )

    def on_snapshot_saved(self, answer: Reply | AskFailed) -> None:
        kept = self._is_kept(answer)
        whole = self._snapshot
        if whole is None or whole.number != answer.context:
            return  # another one has taken its place
        self._snapshot = None
        if whole.base:
            self._busy = False
        if kept:
            self._whole_version = whole.version
            self._purge_older = self._purge_older and not whole.purge_older
            self._go_on()
        elif whole.base:
            self._base = None
            self._wanted = True
            self._try_later(answer)
        else:
            # Changes go on: what they build on is there.
            self.after(RETRY_AFTER[-1], SnapshotWanted(self.domain))

    # -- the end

    def on_stop(self) -> None:
        if self._detached or self.version in (self._whole_version, Version(self.version.epoch, 0)):
            return
        if self._base is not None and not self._first_on_its_way() and self.version != self._base_version:
            self.tell(PERSISTENCE, self._next_change(self._base))
        # Whole as well: the next start then has no changes to go through.
        parts = count_parts(self.state, self.parted)
        whole = _Snapshot(self._document(), self.version, parts, purge_older=self._purge_older)
        for part in range(whole.parts):
            self.tell(PERSISTENCE, self._part(msgspec.structs.replace(whole, part=part)))

    def _first_on_its_way(self) -> bool:
        """Whether what changes build on is itself not handed over whole yet."""
        return self._snapshot is not None and self._snapshot.base

    # -- health

    def _complain(self, reason: str, remedy: str) -> None:
        self._trouble = True
        self.health(Health.DEGRADED, reason, remedy)

    def _recover(self) -> None:
        if self._trouble:
            self._trouble = False
            self.health(Health.OK)
