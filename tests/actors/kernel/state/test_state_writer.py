"""What is handed to persistence, and when: the writer alone, with its effects noted down."""

import msgspec

from actors.kernel.actor import AskFailed, Reply
from actors.kernel.message import Asker
from actors.kernel.protocol.lifecycle import Health
from actors.kernel.protocol.state import UpdateRefused
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SnapshotWanted,
    Version,
)
from actors.kernel.state.document import ENTRIES
from actors.kernel.state.domain import DomainActor
from actors.kernel.state.state_writer import (
    GATHER,
    RETRY_AFTER,
    TOGETHER,
    SaveDue,
    SnapshotDue,
    StateWriter,
)
from tests.actors.kernel.garden import Orchard, Tree
from tests.actors.kernel.state.effects import Answer, Ask, Cancel, Effect, Effects, Remind, Report, Tell

GUEST, OTHER = Asker("guest", "guest/1/1"), Asker("guest", "guest/1/2")


class Grove(DomainActor[Orchard]):
    """A domain that does nothing by itself; `grow` changes it."""

    domain = "orchard"
    parted = "trees"

    def __init__(self) -> None:
        super().__init__(Orchard())
        self.effects = Effects()
        self.context = self.effects.context
        self.version = Version(3, 0)
        self.writer: StateWriter[Orchard] = StateWriter()
        self.writer.attach(self.version, Version(2, 9), self.document)

    def grow(self, trees: int = 1) -> list[Effect]:
        self.version = Version(3, self.version.n + 1)
        self.state = Orchard({f"t{n}": Tree(float(self.version.n)) for n in range(trees)})
        self.writer.changed(self, None)
        return self.effects.take()

    def answered(self, answer: Reply | AskFailed) -> list[Effect]:
        self.writer.saved(self, answer)
        return self.effects.take()

    def save_due(self) -> list[Effect]:
        self.writer.save_due(self)
        return self.effects.take()

    def next_part(self) -> list[Effect]:
        self.writer.send_part(self)
        return self.effects.take()

    def want_snapshot(self) -> list[Effect]:
        self.writer.want_snapshot(self)
        return self.effects.take()

    def wait(self, asker: Asker) -> list[Effect]:
        self.writer.wait(self, asker)
        return self.effects.take()

    def stop(self) -> list[Effect]:
        self.writer.stop(self)
        return self.effects.take()

    def committed(self, n: int) -> Reply:
        return Reply(Committed(self.domain, Version(3, n)))


class Lazy(Grove):
    save_delay = 2.0


def handed(effects: list[Effect]) -> list[Version]:
    """The versions that are handed over, as changes or whole."""
    messages = [effect.message for effect in effects if isinstance(effect, Tell | Ask)]
    return [message.version for message in messages if isinstance(message, SaveChange | SaveSnapshot)]


def test_a_change_is_handed_over_at_once_and_what_follows_waits_for_the_answer() -> None:
    grove = Grove()
    cancelled, hand = grove.grow()
    assert cancelled == Cancel(0)
    assert isinstance(hand, Ask)
    assert isinstance(hand.message, SaveChange)
    assert (hand.message.base, hand.message.version, hand.then) == (Version(2, 9), Version(3, 1), "on_saved")
    assert grove.grow() == []
    assert grove.answered(grove.committed(1)) == [Remind(GATHER, SaveDue())]
    assert handed(grove.save_due()) == [Version(3, 2)]


def test_what_may_wait_is_handed_over_when_it_is_due_and_not_before() -> None:
    grove = Lazy()
    assert grove.grow() == [Remind(2.0, SaveDue())]
    assert grove.grow() == []
    assert handed(grove.save_due()) == [Version(3, 2)]


def test_nothing_is_handed_over_while_it_is_not_known_what_is_stored() -> None:
    grove = Grove()
    grove.writer = StateWriter()
    assert grove.grow() == []
    assert grove.wait(GUEST) == []
    assert grove.stop() == []


def test_those_who_wait_for_the_disk_are_answered_up_to_what_is_there() -> None:
    grove = Grove()
    grove.grow()
    assert grove.wait(GUEST) == []
    grove.grow()
    assert grove.wait(OTHER) == []
    answer, *more = grove.answered(grove.committed(1))
    assert answer == (Answer(Committed("orchard", Version(3, 1)), GUEST))
    assert grove.writer.waiting == [(Version(3, 2), OTHER)]
    # Two waited the last time: the one who still does waits for another, and not for long.
    assert more == [Remind(TOGETHER, SaveDue())]


def test_news_of_the_disk_that_is_late_or_of_another_time_changes_nothing() -> None:
    grove = Grove()
    for _ in range(3):
        grove.grow()
    grove.answered(grove.committed(2))
    for late in (Version(3, 1), Version(2, 9), Version(3, 9)):
        assert grove.answered(Reply(Committed("orchard", late), None)) is not None
        assert grove.writer.committed == Version(3, 2)


def test_whoever_waits_is_refused_or_waits_for_another_version() -> None:
    grove = Grove()
    grove.grow()
    grove.wait(GUEST)
    grove.writer.move_waiting(Version(4, 1))
    assert grove.writer.waiting == [(Version(4, 1), GUEST)]
    grove.writer.refuse_waiting(grove, "gone")
    assert grove.effects.take() == [Answer(UpdateRefused(("gone",)), GUEST)]
    assert grove.writer.waiting == []


def test_a_change_that_was_not_kept_is_followed_by_the_whole_state_later_and_later() -> None:
    grove = Grove()
    grove.grow()
    for delay in (*RETRY_AFTER, RETRY_AFTER[-1]):
        remind, report = grove.answered(AskFailed("timeout"))
        assert remind == Remind(delay, SaveDue())
        assert isinstance(report, Report)
        assert grove.writer.base is None
        effects = grove.save_due()
        assert [type(step.message) for step in effects if isinstance(step, Tell | Ask)] == [SaveSnapshot]
        grove.writer.snapshot = None


def test_persistence_may_ask_for_the_whole_state_at_once() -> None:
    grove = Grove()
    grove.grow()
    refused = Reply(SaveFailed("orchard", Version(3, 1), "does not follow", snapshot=True))
    assert handed(grove.answered(refused)) == [Version(3, 1)]


def test_a_disk_that_does_not_work_is_said_and_changes_go_on() -> None:
    grove = Grove()
    grove.grow()
    (report,) = grove.answered(Reply(Buffered("orchard", Version(3, 1), "full")))
    assert isinstance(report, Report)
    assert report.health is Health.DEGRADED
    assert "full" in report.reason
    assert handed(grove.grow()) == [Version(3, 2)]


def test_a_large_state_is_handed_over_part_by_part() -> None:
    grove = Grove()
    grove.grow(trees=ENTRIES + 1)
    grove.answered(grove.committed(1))
    cancelled, first, remind = grove.want_snapshot()
    assert (cancelled, remind) == (Cancel(0), Remind(0.0, SnapshotDue()))
    second, _ = grove.next_part()
    (last,) = grove.next_part()
    parts = [step.message for step in (first, second, last) if isinstance(step, Tell | Ask)]
    assert [part.part for part in parts if isinstance(part, SaveSnapshot)] == [0, 1, 2]
    assert isinstance(last, Ask)
    assert last.then == "on_snapshot_saved"


def test_what_is_erased_is_stored_whole_once_more_though_another_is_under_way() -> None:
    grove = Grove()
    grove.grow(trees=ENTRIES + 1)
    grove.answered(grove.committed(1))
    grove.want_snapshot()
    grove.writer.erase(grove)
    hand = next(step for step in grove.effects.take() if isinstance(step, Tell | Ask))
    assert isinstance(hand.message, SaveSnapshot)
    assert (hand.message.part, hand.message.purge_older) == (0, True)


def test_a_whole_state_that_was_not_kept_is_tried_again_while_changes_go_on() -> None:
    grove = Grove()
    grove.grow()
    grove.answered(grove.committed(1))
    grove.want_snapshot()
    number = grove.writer.snapshots
    grove.writer.snapshot_saved(grove, AskFailed("timeout", context=number))
    assert grove.effects.take() == [Remind(RETRY_AFTER[-1], SnapshotWanted("orchard"))]
    assert handed(grove.grow()) == [Version(3, 2)]


def test_at_the_end_the_change_and_the_whole_are_handed_over_unless_that_has_been_done() -> None:
    grove = Lazy()
    assert grove.stop() == []
    grove.grow()
    change, *whole = (step.message for step in grove.stop() if isinstance(step, Tell | Ask))
    assert isinstance(change, SaveChange)
    assert [part.part for part in whole if isinstance(part, SaveSnapshot)] == [0, 1]
    grove.writer.whole_version = grove.version
    assert grove.stop() == []


def test_the_parts_of_a_state_are_of_the_version_it_was_begun_at() -> None:
    grove = Grove()
    grove.grow(trees=ENTRIES + 1)
    grove.answered(grove.committed(1))
    grove.want_snapshot()
    grove.grow()
    (part,) = (step.message for step in grove.next_part() if isinstance(step, Tell | Ask))
    assert isinstance(part, SaveSnapshot)
    assert part.version == Version(3, 1)
    assert msgspec.msgpack.decode(part.payload)["t0"] == {"height": 1.0, "picked": []}
