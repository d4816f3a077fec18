"""What is handed to persistence, and when, is decided without an actor: given messages, it returns what to do."""

from typing import ClassVar

import msgspec

from actors.kernel.actor import AskFailed, Reply
from actors.kernel.message import Asker
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
from actors.kernel.state.document import ENTRIES, Document
from actors.kernel.state.state_writer import (
    GATHER,
    RETRY_AFTER,
    TOGETHER,
    SaveDue,
    SnapshotDue,
    StateWriter,
)
from actors.kernel.state.steps import Answer, Cancel, Hand, Recovered, Remind, Step, Trouble
from tests.actors.kernel.garden import Orchard, Tree

GUEST, OTHER = Asker("guest", "guest/1/1"), Asker("guest", "guest/1/2")


class Grove:
    """A domain as a writer sees it, whose `grow` changes it."""

    domain: ClassVar[str] = "orchard"
    schema: ClassVar[int] = 1
    parted: ClassVar[str] = "trees"
    save_delay: ClassVar[float] = 0.0

    def __init__(self) -> None:
        self.version = Version(3, 0)
        self.document = Document(Orchard())
        self.writer: StateWriter[Orchard] = StateWriter()
        self.writer.attach(self.version, Version(2, 9), self.document)

    def grow(self, trees: int = 1) -> list[Step]:
        self.version = Version(3, self.version.n + 1)
        whole = {f"t{n}": Tree(float(self.version.n)) for n in range(trees)}
        self.document = Document(Orchard(whole))
        return list(self.writer.changed(self, None))

    def committed(self, n: int) -> Reply:
        return Reply(Committed(self.domain, Version(3, n)))


class Lazy(Grove):
    save_delay = 2.0


def handed(steps: list[Step]) -> list[Version]:
    """The versions that are handed over, as changes or whole."""
    messages = [step.message for step in steps if isinstance(step, Hand)]
    return [message.version for message in messages if isinstance(message, SaveChange | SaveSnapshot)]


def test_a_change_is_handed_over_at_once_and_what_follows_waits_for_the_answer() -> None:
    grove = Grove()
    cancelled, hand = grove.grow()
    assert cancelled == Cancel(0)
    assert isinstance(hand, Hand)
    assert isinstance(hand.message, SaveChange)
    assert (hand.message.base, hand.message.version, hand.then) == (Version(2, 9), Version(3, 1), "on_saved")
    assert grove.grow() == []
    assert list(grove.writer.saved(grove, grove.committed(1))) == [Recovered(), Remind(GATHER, SaveDue())]
    assert handed(list(grove.writer.save_due(grove))) == [Version(3, 2)]


def test_what_may_wait_is_handed_over_when_it_is_due_and_not_before() -> None:
    grove = Lazy()
    assert grove.grow() == [Remind(2.0, SaveDue())]
    assert grove.grow() == []
    assert handed(list(grove.writer.save_due(grove))) == [Version(3, 2)]


def test_nothing_is_handed_over_while_it_is_not_known_what_is_stored() -> None:
    grove = Grove()
    grove.writer = StateWriter()
    assert grove.grow() == []
    assert list(grove.writer.wait(grove, GUEST)) == []
    assert list(grove.writer.stop(grove)) == []


def test_those_who_wait_for_the_disk_are_answered_up_to_what_is_there() -> None:
    grove = Grove()
    grove.grow()
    assert list(grove.writer.wait(grove, GUEST)) == []
    grove.grow()
    assert list(grove.writer.wait(grove, OTHER)) == []
    steps = list(grove.writer.saved(grove, grove.committed(1)))
    assert steps[:2] == [Recovered(), Answer(Committed("orchard", Version(3, 1)), GUEST)]
    assert grove.writer.waiting == [(Version(3, 2), OTHER)]
    # Two waited the last time: the one who still does waits for another, and not for long.
    assert steps[2:] == [Remind(TOGETHER, SaveDue(), "hurry")]


def test_whoever_waits_is_refused_or_waits_for_another_version() -> None:
    grove = Grove()
    grove.grow()
    list(grove.writer.wait(grove, GUEST))
    grove.writer.wait_anew(Version(4, 1))
    assert grove.writer.waiting == [(Version(4, 1), GUEST)]
    assert list(grove.writer.refuse("gone")) == [Answer(UpdateRefused(("gone",)), GUEST)]
    assert grove.writer.waiting == []


def test_a_change_that_was_not_kept_is_followed_by_the_whole_state_later_and_later() -> None:
    grove = Grove()
    grove.grow()
    for delay in (*RETRY_AFTER, RETRY_AFTER[-1]):
        remind, trouble = grove.writer.saved(grove, AskFailed("timeout"))
        assert remind == Remind(delay, SaveDue())
        assert isinstance(trouble, Trouble)
        assert grove.writer.base is None
        steps = list(grove.writer.save_due(grove))
        assert [type(step.message) for step in steps if isinstance(step, Hand)] == [SaveSnapshot]
        grove.writer.snapshot = None


def test_persistence_may_ask_for_the_whole_state_at_once() -> None:
    grove = Grove()
    grove.grow()
    refused = Reply(SaveFailed("orchard", Version(3, 1), "does not follow", snapshot=True))
    assert handed(list(grove.writer.saved(grove, refused))) == [Version(3, 1)]


def test_a_disk_that_does_not_work_is_said_and_changes_go_on() -> None:
    grove = Grove()
    grove.grow()
    (trouble,) = grove.writer.saved(grove, Reply(Buffered("orchard", Version(3, 1), "full")))
    assert isinstance(trouble, Trouble)
    assert "full" in trouble.reason
    assert handed(grove.grow()) == [Version(3, 2)]


def test_a_large_state_is_handed_over_part_by_part() -> None:
    grove = Grove()
    grove.grow(trees=ENTRIES + 1)
    list(grove.writer.saved(grove, grove.committed(1)))
    cancelled, first, remind = grove.writer.want_snapshot(grove)
    assert (cancelled, remind) == (Cancel(0), Remind(0.0, SnapshotDue(), "next_part"))
    second, _ = grove.writer.send_part(grove)
    (last,) = grove.writer.send_part(grove)
    parts = [step.message for step in (first, second, last) if isinstance(step, Hand)]
    assert [part.part for part in parts if isinstance(part, SaveSnapshot)] == [0, 1, 2]
    assert isinstance(last, Hand)
    assert last.then == "on_snapshot_saved"


def test_what_is_erased_is_stored_whole_once_more_though_another_is_under_way() -> None:
    grove = Grove()
    grove.grow(trees=ENTRIES + 1)
    list(grove.writer.saved(grove, grove.committed(1)))
    list(grove.writer.want_snapshot(grove))
    hand = next(step for step in grove.writer.erase(grove) if isinstance(step, Hand))
    assert isinstance(hand.message, SaveSnapshot)
    assert (hand.message.part, hand.message.purge_older) == (0, True)


def test_a_whole_state_that_was_not_kept_is_tried_again_while_changes_go_on() -> None:
    grove = Grove()
    grove.grow()
    list(grove.writer.saved(grove, grove.committed(1)))
    list(grove.writer.want_snapshot(grove))
    number = grove.writer.snapshots
    assert list(grove.writer.snapshot_saved(grove, AskFailed("timeout", context=number))) == [
        Remind(RETRY_AFTER[-1], SnapshotWanted("orchard"))
    ]
    assert handed(grove.grow()) == [Version(3, 2)]


def test_at_the_end_the_change_and_the_whole_are_handed_over_unless_that_has_been_done() -> None:
    grove = Lazy()
    assert list(grove.writer.stop(grove)) == []
    grove.grow()
    change, *whole = (step.message for step in grove.writer.stop(grove) if isinstance(step, Hand))
    assert isinstance(change, SaveChange)
    assert [part.part for part in whole if isinstance(part, SaveSnapshot)] == [0, 1]
    grove.writer.whole_version = grove.version
    assert list(grove.writer.stop(grove)) == []


def test_the_parts_of_a_state_are_of_the_version_it_was_begun_at() -> None:
    grove = Grove()
    grove.grow(trees=ENTRIES + 1)
    list(grove.writer.saved(grove, grove.committed(1)))
    list(grove.writer.want_snapshot(grove))
    grove.grow()
    (part,) = (step.message for step in grove.writer.send_part(grove) if isinstance(step, Hand))
    assert isinstance(part, SaveSnapshot)
    assert part.version == Version(3, 1)
    assert msgspec.msgpack.decode(part.payload)["t0"] == {"height": 1.0, "picked": []}
