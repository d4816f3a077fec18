"""The fate of a message, in whatever order it is told."""

from supervisor.audit.fates import HANDLED, OPEN, UNKNOWN, MessageFates


def test_a_message_is_open_until_it_has_a_fate() -> None:
    fates: MessageFates[str] = MessageFates()
    for number in (1, 2, 3):
        assert fates.sent(("a", 1, number), f"no. {number}") == UNKNOWN
    assert fates.settle(("a", 1, 1), HANDLED) == OPEN
    assert fates.settle(("a", 1, 2), "superseded") == OPEN
    assert list(fates.open.values()) == ["no. 3"]
    assert fates.counts == {HANDLED: 1, "superseded": 1}
    assert list(fates.missing({("a", 1, 3)})) == []
    assert list(fates.missing(())) == ["no. 3"]


def test_the_end_may_be_told_before_the_sending() -> None:
    fates: MessageFates[str] = MessageFates()
    assert fates.settle(("a", 1, 7), HANDLED) == UNKNOWN
    assert fates.sent(("a", 1, 7), "late") == HANDLED
    assert fates.open == {}
    assert fates.fate(("a", 1, 7)) == HANDLED


def test_a_second_fate_takes_the_place_of_the_first() -> None:
    fates: MessageFates[str] = MessageFates()
    fates.settle(("a", 1, 1), "crashed")
    assert fates.settle(("a", 1, 1), HANDLED) == "crashed"
    assert +fates.counts == {HANDLED: 1}


def test_numbers_of_which_nothing_is_known_are_counted() -> None:
    fates: MessageFates[str] = MessageFates()
    for number in (3, 4, 9):
        fates.sent(("a", 1, number), "")
    fates.sent(("a", 2, 1), "")
    assert list(fates.gaps()) == [("a", 1, 4), ("a", 2, 0)]


def test_a_damaged_number_takes_no_memory() -> None:
    fates: MessageFates[str] = MessageFates()
    fates.sent(("a", 1, 2**60), "damaged")
    assert list(fates.gaps()) == []
    assert fates.settle(("a", 1, 2**60), HANDLED) == UNKNOWN
    assert fates.open == {}
