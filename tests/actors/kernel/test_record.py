"""What a handler did is noted while it runs, and recorded when it has ended."""

from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.protocol.storage import Version
from actors.kernel.record import Began, Handled, HandlerLog
from tests.actors.kernel.parts import Diary, Memo, envelope


class Versioned:
    version = Version(3, 4)


def test_a_record_holds_what_was_noted_since_the_handler_began() -> None:
    diary = Diary()
    log = HandlerLog(diary, Versioned(), "a", 2)
    log.sent.append(envelope(Memo(1)))
    log.begin()
    sent = envelope(Memo(2), to="b")
    log.sent.append(sent)
    log.set.append((1, 0.5, "Memo"))
    log.unset.append(7)
    given = envelope(Memo(0))
    log.handled(given, 1.0, 2.0, 3.0, None)
    log.begin()
    log.handled(given, 4.0, 5.0, 6.0, Failure("Boom", ""))
    first, second = diary.records
    assert isinstance(first, Handled)
    assert isinstance(second, Handled)
    assert (first.envelope, first.begun, first.ended, first.wall, first.by) == (given, 1.0, 2.0, 3.0, "")
    assert (first.sent, first.timers_set, first.timers_cancelled) == ((sent,), ((1, 0.5, "Memo"),), (7,))
    assert (first.version, first.failure) == ((3, 4), None)
    assert (second.sent, second.timers_set, second.timers_cancelled) == ((), (), ())
    assert second.failure == Failure("Boom", "")


def test_it_says_who_handled_what_was_for_another_and_has_no_version_without_a_state() -> None:
    diary = Diary()
    log = HandlerLog(diary, object(), "a/1", 1)
    log.handled(envelope(Memo(0)), 0.0, 0.0, 0.0, None)
    log.started(1.0, 2.0, 3.0, None)
    handled, began = diary.records
    assert isinstance(handled, Handled)
    assert (handled.by, handled.version) == ("a/1", None)
    assert isinstance(began, Began)
    assert (began.address, began.incarnation, began.begun, began.ended) == ("a/1", 1, 1.0, 2.0)
