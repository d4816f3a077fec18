"""What a replay is compared by, and what differs when anything of it does."""

from typing import Any

import msgspec
import pytest

from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Handled
from supervisor.replay.compare import FATAL, Difference, Divergence, compare, matched, sent
from supervisor.trace.records import HandledLine, Sent
from supervisor.trace.write.encode import outcome_fields
from supervisor.trace.write.redaction import Redaction
from tests.supervisor.replay.actors import HowMany, OneMore

FAILURE = Failure("ValueError", "no good")
TOLD = Envelope("tally", 1, 7, "tally", OneMore(1))


def to(number: int, recipient: str, message: Message) -> Envelope:
    return Envelope("tally", 1, number, recipient, message)


MESSAGES = (to(8, "wall", HowMany(1)), to(9, "oracle", OneMore(2)))
DID = Handled(
    TOLD,
    1.0,
    1.0,
    1.0,
    sent=MESSAGES,
    timers_set=((3, 1.5, "TallyReminder"), (4, 9.0, "OneMore")),
    timers_cancelled=(1, 2),
    version=(2, 5),
)


def line_of(record: Handled) -> HandledLine:
    """As it would have been written."""
    fields = outcome_fields(record, Redaction())
    return HandledLine(
        id="tally/1/7",
        sender="tally",
        recipient="tally",
        type="OneMore",
        wall=1.0,
        message={},
        begun=1.0,
        ended=1.0,
        **fields,
    )


def but(**changes: Any) -> Handled:
    return msgspec.structs.replace(DID, **changes)


def digest(message: Message) -> str:
    return Redaction().digest(message)


@pytest.mark.parametrize("numbers", [True, False])
@pytest.mark.parametrize(
    "record",
    [
        DID,
        but(failure=FAILURE),
        but(version=None),
        but(sent=(), timers_set=(), timers_cancelled=()),
        but(timers_set=()),
    ],
)
def test_what_was_done_alike_does_not_differ(record: Handled, numbers: bool) -> None:
    assert compare(line_of(record), record, numbers=numbers) == ()


ONE = f"tally/1/8 HowMany to wall [{digest(HowMany(1))}]"
TWO = f"tally/1/9 OneMore to oracle [{digest(OneMore(2))}]"
THREE = f"tally/1/10 OneMore to wall [{digest(OneMore(3))}]"
DIFFERENT = [
    (but(sent=MESSAGES[:1]), ("message 2", TWO, None)),
    (but(sent=(*MESSAGES, to(10, "wall", OneMore(3)))), ("message 3", None, THREE)),
    (
        but(sent=(to(8, "hall", HowMany(1)), MESSAGES[1])),
        ("message 1", ONE, f"tally/1/8 HowMany to hall [{digest(HowMany(1))}]"),
    ),
    (
        but(sent=(to(8, "wall", HowMany(2)), MESSAGES[1])),
        ("message 1", ONE, f"tally/1/8 HowMany to wall [{digest(HowMany(2))}]"),
    ),
    (
        but(sent=(to(8, "wall", OneMore(1)), MESSAGES[1])),
        ("message 1", ONE, f"tally/1/8 OneMore to wall [{digest(OneMore(1))}]"),
    ),
    (but(version=(2, 6)), ("state version", "2.5", "2.6")),
    (but(version=(3, 5)), ("state version", "2.5", "3.5")),
    (but(version=None), ("state version", "2.5", None)),
    (but(failure=FAILURE), ("failure", None, "ValueError: no good")),
]
NUMBERED = [
    (
        but(sent=(to(18, "wall", HowMany(1)), MESSAGES[1])),
        ("message 1", ONE, ONE.replace("tally/1/8", "tally/1/18")),
    ),
    (
        but(timers_set=((3, 1.5, "TallyReminder"), (5, 9.0, "OneMore"))),
        ("timer 2", "OneMore in 9 s (no. 4)", "OneMore in 9 s (no. 5)"),
    ),
    (but(timers_cancelled=(1, 4)), ("timer 4", "one cancelled (no. 2)", "one cancelled (no. 4)")),
]


@pytest.mark.parametrize("numbers", [True, False])
@pytest.mark.parametrize(("record", "difference"), DIFFERENT)
def test_whatever_was_done_otherwise_is_named(
    record: Handled, difference: tuple[str, str | None, str | None], numbers: bool
) -> None:
    assert compare(line_of(DID), record, numbers=numbers) == (Difference(*difference),)


@pytest.mark.parametrize(("record", "difference"), NUMBERED)
def test_other_numbers_differ_only_where_numbers_count(
    record: Handled, difference: tuple[str, str, str]
) -> None:
    assert compare(line_of(DID), record) == (Difference(*difference),)
    assert compare(line_of(DID), record, numbers=False) == ()


@pytest.mark.parametrize(
    ("then", "now", "difference"),
    [
        (
            DID,
            but(timers_set=((3, 2.5, "TallyReminder"), (4, 9.0, "OneMore"))),
            ("timer 1", "TallyReminder in 1.5 s", "TallyReminder in 2.5 s"),
        ),
        (
            DID,
            but(timers_set=((3, 1.5, "TallyReminder"), (4, 9.0, "HowMany"))),
            ("timer 2", "OneMore in 9 s", "HowMany in 9 s"),
        ),
        (DID, but(timers_cancelled=(1,)), ("timer 4", "one cancelled", None)),
        (but(timers_cancelled=()), but(timers_cancelled=(1,)), ("timer 3", None, "one cancelled")),
        (but(timers_set=()), but(timers_set=(), timers_cancelled=(1,)), ("timer 2", "one cancelled", None)),
        (
            but(timers_set=(), timers_cancelled=()),
            but(timers_set=((3, 1.5, "OneMore"),), timers_cancelled=()),
            ("timer 1", None, "OneMore in 1.5 s"),
        ),
        (
            but(timers_set=((3, 1.5, "OneMore"),), timers_cancelled=()),
            but(timers_set=(), timers_cancelled=()),
            ("timer 1", "OneMore in 1.5 s", None),
        ),
    ],
)
def test_a_timer_that_is_otherwise_is_named(
    then: Handled, now: Handled, difference: tuple[str, str | None, str | None]
) -> None:
    assert compare(line_of(then), now, numbers=False) == (Difference(*difference),)


@pytest.mark.parametrize("amount", range(2, 8))
def test_whichever_content_comes_first_another_one_differs(amount: int) -> None:
    other = but(sent=(to(8, "wall", HowMany(amount)), MESSAGES[1]))
    for then, now in ((DID, other), (other, DID)):
        assert [found.what for found in compare(line_of(then), now)] == ["message 1"]


def test_a_failure_that_does_not_happen_again_and_another_one_are_named() -> None:
    then = line_of(but(failure=FAILURE))
    assert compare(then, DID) == (Difference("failure", "ValueError: no good", None),)
    other = but(failure=Failure("KeyError", "no good"))
    assert compare(then, other) == (Difference("failure", "ValueError: no good", "KeyError: no good"),)


@pytest.mark.parametrize("kind", sorted(FATAL))
def test_what_a_killed_handler_had_left_undone_is_no_difference(kind: str) -> None:
    killed = but(
        sent=MESSAGES[:1],
        timers_set=(),
        timers_cancelled=(),
        version=(2, 4),
        failure=Failure(kind, "from outside"),
    )
    assert compare(line_of(killed), DID) == ()
    otherwise = but(sent=(to(8, "hall", HowMany(1)), MESSAGES[1]))
    assert [found.what for found in compare(line_of(killed), otherwise)] == ["message 1"]
    own = but(sent=MESSAGES[:1], failure=FAILURE)
    assert [found.what for found in compare(line_of(own), DID)] == ["message 2", "failure"]


def test_the_start_of_an_incarnation_belongs_to_no_turn() -> None:
    found = Divergence("tally", 1, "", "", 1.0, (), {})
    assert (found.cause, found.turn) == ("", 0)


def test_a_recorded_message_meets_the_next_of_its_type_to_the_same_address() -> None:
    then = tuple(
        Sent(f"tally/1/{number}", to, kind, "")
        for number, to, kind in (
            (1, "b", "OneMore"),
            (2, "b", "HowMany"),
            (3, "a", "OneMore"),
            (4, "c", "OneMore"),
        )
    )
    now = (
        to(11, "c", OneMore()),
        to(12, "a", OneMore()),
        to(13, "b", OneMore()),
        to(14, "b", OneMore()),
        to(15, "a", OneMore()),
        to(16, "d", OneMore()),
    )
    met = [(item.id, None if found is None else found.id) for item, found in matched(then, now)]
    assert met == [
        ("tally/1/1", "tally/1/13"),
        ("tally/1/2", None),
        ("tally/1/3", "tally/1/15"),
        ("tally/1/4", None),
    ]
    assert sent(now[0]).id == "tally/1/11"
