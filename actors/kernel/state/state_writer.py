"""What of a domain must be handed to persistence, and when: what changed, and the whole of it when wanted. Pure.

What is handed over is the difference to what was handed over before; between handing over and the answer further
changes gather, so that the disk sets the pace and nothing queues up.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from actors.kernel.actor import AskFailed, Reply
from actors.kernel.message import Asker, Message
from actors.kernel.protocol.state import UpdateRefused
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    SaveChange,
    SaveSnapshot,
    SnapshotWanted,
    Version,
)
from actors.kernel.state.document import Document, count_parts, encoded_part
from actors.kernel.state.patch import Path, difference, pack
from actors.kernel.state.steps import Answer, Cancel, Hand, Recovered, Remind, Steps, Trouble
from actors.vocabulary.type_names import durable

__all__ = ["RETRY_AFTER", "SaveDue", "SnapshotDue", "Source", "StateWriter"]

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

    def message(self, of: "Source[Any]") -> SaveSnapshot:
        """The next part, as it is handed over."""
        payload = encoded_part(self.document, of.parted, self.part)
        return SaveSnapshot(
            of.domain, of.schema, self.version, self.part, self.parts, payload, self.purge_older
        )


class Source(Protocol[S]):
    """The domain as its writer sees it. See DomainActor for the promises."""

    domain: ClassVar[str]
    schema: ClassVar[int]
    parted: ClassVar[str]
    save_delay: ClassVar[float]
    version: Version

    @property
    def document(self) -> Document[S]: ...


@durable("kernel.StateWriter")
class StateWriter(Generic[S]):
    """Remembers what was handed over, and decides what is next; `of` is the domain as it is now.

    committed: the version on disk. detached: nothing may be handed over, because what is stored is not known, or not
    ours to touch. holds_back: what changes now is handed over by whoever changes it.
    """

    def __init__(self) -> None:
        self.committed = Version()
        self.base: Document[S] | None = None  # what was handed over last; None: nothing to build on
        self.base_version = Version()
        self.paths: list[Path] | None = []  # where alone the state differs from that; None: anywhere
        self.snapshot: _Snapshot | None = None
        self.snapshots = self.next_part = 0  # how many there were; the timer of the next part
        self.whole_version = Version()  # the newest that was handed over whole
        self.wanted = self.purge_older = self.busy = self.due = False
        self.detached = True
        self.failures = 0
        self.waiting: list[tuple[Version, Asker]] = []  # who is to be told when it is on disk
        self.waited = 0  # how many of them the last time
        self.hurry = 0  # the timer of those who wait for others
        self.holds_back = False

    def attach(self, version: Version, stored: Version, base: Document[S] | None) -> None:
        """From `version` on changes are handed over. stored: the version that was, base: its document, if any."""
        self.committed, self.detached = version, False
        self.base, self.base_version, self.paths = base, stored, []

    # -- changes

    def changed(self, of: Source[S], paths: Sequence[Path] | None) -> Steps:
        """The state, or who subscribed, has changed: at these paths only, None for anywhere."""
        if paths is None:
            self.paths = None
        elif self.paths is not None:
            self.paths += paths
        if self.busy or self.due or self.holds_back or self.detached:
            return
        if of.save_delay:
            self.due = True
            yield Remind(of.save_delay, SaveDue())
        else:
            yield from self.save(of)

    def wait(self, of: Source[S], asker: Asker) -> Steps:
        """`asker` is answered when today's version is on disk."""
        self.waiting.append((of.version, asker))
        yield from self._save_for_all_who_wait(of)

    def wait_anew(self, version: Version) -> None:
        """Whoever waits for what was changed before the versions counted waits for this one."""
        self.waiting = [(version, asker) for _, asker in self.waiting]

    def refuse(self, reason: str) -> Steps:
        """What others wait for will never be."""
        waiting, self.waiting = self.waiting, []
        for _, asker in waiting:
            yield Answer(UpdateRefused((reason,)), asker)

    def _save_for_all_who_wait(self, of: Source[S]) -> Steps:
        """Hand over as soon as all have come who waited for the disk the last time, and soon in any case."""
        if self.busy or self.detached:
            return
        if len(self.waiting) >= self.waited:
            yield from self.save(of)
        elif not self.hurry:
            yield Remind(TOGETHER, SaveDue(), "hurry")

    def save_due(self, of: Source[S]) -> Steps:
        """A reminder has come."""
        self.due, self.hurry = False, 0
        return self.save(of)

    def save(self, of: Source[S]) -> Steps:
        """Hand over what is new, if anything may be handed over now."""
        if self.busy or self.detached:
            return
        if self.base is None:
            if of.version.n or self.wanted:
                yield from self._begin_snapshot(of)
            return
        if of.version != self.base_version and (of.version.n or self.wanted):
            self.busy = True
            yield Cancel(self.hurry)
            self.hurry = 0
            yield Hand(self._next_change(of, self.base), then="on_saved")
        if self.wanted and self.snapshot is None:
            yield from self._begin_snapshot(of)

    def _next_change(self, of: Source[S], base: Document[S]) -> SaveChange:
        document = of.document
        steps = difference(base, document, self.paths)
        change = SaveChange(of.domain, of.schema, self.base_version, of.version, pack(steps))
        self.base, self.base_version, self.paths = document, of.version, []
        return change

    def saved(self, of: Source[S], answer: Reply | AskFailed) -> Steps:
        """What became of a change."""
        self.busy = False
        yield from self._heard(of, answer)
        if _is_kept(answer):
            yield from self._go_on(of)
            return
        # Nobody knows what the next change would follow on: only the whole state is sure to fit.
        self.base = None
        if isinstance(answer, Reply) and getattr(answer.message, "snapshot", False):
            yield from self.save(of)
        else:
            yield from self._try_later(answer)

    def _heard(self, of: Source[S], answer: Reply | AskFailed) -> Steps:
        message = answer.message if isinstance(answer, Reply) else None
        if isinstance(message, Committed):
            yield from self.on_disk(of, message)
        elif isinstance(message, Buffered) and message.why:
            yield Trouble(
                f"the state is in memory only ({message.why})",
                "free some space or repair the disk; it is written when that works again",
            )

    def _go_on(self, of: Source[S]) -> Steps:
        if self.wanted:
            yield from self.save(of)
        elif self.waiting:
            yield from self._save_for_all_who_wait(of)
        elif of.version != self.base_version and of.version.n and not self.due:
            # Nobody waits for it: what comes in a burst need not keep the disk, and other threads, busy.
            self.due = True
            yield Remind(max(GATHER, of.save_delay), SaveDue())

    def _try_later(self, answer: Reply | AskFailed) -> Steps:
        why = answer.reason if isinstance(answer, AskFailed) else getattr(answer.message, "why", "refused")
        delay = RETRY_AFTER[min(self.failures, len(RETRY_AFTER) - 1)]
        self.failures += 1
        if not self.due:
            self.due = True
            yield Remind(delay, SaveDue())
        yield Trouble(
            f"the state could not be handed over ({why}); going on in memory, trying again in {delay:g} s",
            "free some space or repair the disk; nothing is lost while the bot runs",
        )

    def on_disk(self, of: Source[S], message: Committed) -> Steps:
        """Persistence says up to where it is on disk."""
        if not self.committed < message.version <= of.version:
            return
        self.committed = message.version
        self.failures = 0
        yield Recovered()
        if self.waiting:
            self.waited = min(len(self.waiting), CROWD)
            for version, asker in self.waiting:
                if version <= message.version:
                    yield Answer(Committed(of.domain, version), asker)
            self.waiting = [waiting for waiting in self.waiting if waiting[0] > message.version]

    # -- the whole state, part by part

    def want_snapshot(self, of: Source[S]) -> Steps:
        """Have the state stored whole."""
        self.wanted = True
        return self.save(of)

    def erase(self, of: Source[S]) -> Steps:
        """Have it stored whole, and nothing older kept."""
        self.wanted = self.purge_older = True
        if self.snapshot is not None and not self.snapshot.base:
            # It may still hold what is to go; one that changes build on is followed by another.
            self.snapshot = None
        return self.save(of)

    def _begin_snapshot(self, of: Source[S]) -> Steps:
        self.wanted = False
        document = of.document
        is_base = self.base is None
        if is_base:
            # Changes can follow when this is known to be kept.
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
        yield Cancel(self.next_part)  # of one that is given up for this
        yield from self.send_part(of)

    def send_part(self, of: Source[S]) -> Steps:
        """One part in one handler: others are heard in between."""
        whole = self.snapshot
        if whole is None:
            return
        part = whole.message(of)
        if whole.part + 1 == whole.parts:
            yield Hand(part, then="on_snapshot_saved", context=whole.number)
            return
        yield Hand(part)
        self.snapshot = msgspec.structs.replace(whole, part=whole.part + 1)
        yield Remind(0.0, SnapshotDue(), "next_part")

    def snapshot_saved(self, of: Source[S], answer: Reply | AskFailed) -> Steps:
        """What became of a whole state."""
        yield from self._heard(of, answer)
        whole = self.snapshot
        if whole is None or whole.number != answer.context:
            return  # another one has taken its place
        self.snapshot = None
        if whole.base:
            self.busy = False
        if _is_kept(answer):
            self.whole_version = whole.version
            self.purge_older = self.purge_older and not whole.purge_older
            yield from self._go_on(of)
        elif whole.base:
            self.base = None
            self.wanted = True
            yield from self._try_later(answer)
        else:
            # Changes go on: what they build on is there.
            yield Remind(RETRY_AFTER[-1], SnapshotWanted(of.domain))

    # -- the end

    def stop(self, of: Source[S]) -> Steps:
        """Hand over all there is; nobody hears an answer."""
        if self.detached or of.version in (self.whole_version, Version(of.version.epoch, 0)):
            return
        # Whether what changes build on is itself not handed over whole yet.
        first_on_its_way = self.snapshot is not None and self.snapshot.base
        if self.base is not None and not first_on_its_way and of.version != self.base_version:
            yield Hand(self._next_change(of, self.base))
        # Whole as well: the next start then has no changes to go through.
        document = of.document
        parts = count_parts(document.state, of.parted)
        whole = _Snapshot(document, of.version, parts, purge_older=self.purge_older)
        for part in range(parts):
            yield Hand(msgspec.structs.replace(whole, part=part).message(of))


def _is_kept(answer: Reply | AskFailed) -> bool:
    return isinstance(answer, Reply) and isinstance(answer.message, Committed | Buffered)
