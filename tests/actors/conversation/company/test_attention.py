"""Whom the bot answers."""

import pytest

from actors.conversation.company.attention import EXCHANGE, Exchange, Mode, Said, attention
from actors.vocabulary.values import UNKNOWN, Interaction, Person

ANNA, BOB = Person("usr_a", "Anna"), Person("usr_b", "Bob")
BOTH = (ANNA, BOB)
NOW = 1000.0
WITH_ANNA = Exchange(ANNA, 1, NOW - 5.0)


NONE = Exchange()


def answers(said: Said, exchange: Exchange = NONE, mode: Mode = "auto") -> bool:
    return attention(mode, ("Gerald",), said, exchange).answers


@pytest.mark.parametrize(
    ("said", "exchange", "expected"),
    [
        (Said("Nice weather.", NOW, ANNA, here=(ANNA,)), Exchange(), True),
        (Said("Nice weather.", NOW), Exchange(), True),
        (Said("Nice weather.", NOW, ANNA, here=BOTH), Exchange(), False),
        (Said("Gerald, nice weather.", NOW, ANNA, here=BOTH), Exchange(), True),
        (Said("And you?", NOW, ANNA, 1, BOTH), WITH_ANNA, True),
        (Said("And you?", NOW, BOB, 2, BOTH), WITH_ANNA, False),
        (Said("And you?", NOW, UNKNOWN, 2, BOTH), WITH_ANNA, False),
        (Said("And you?", NOW, UNKNOWN, 0, BOTH), WITH_ANNA, True),
        (Said("And you?", NOW + EXCHANGE, ANNA, 1, BOTH), WITH_ANNA, False),
        (Said("Bob, and you?", NOW, ANNA, 1, BOTH), WITH_ANNA, False),
        (Said("What do you think, Bob?", NOW, ANNA, 1, BOTH), WITH_ANNA, False),
        (Said("Gerald, is Bob nice?", NOW, ANNA, 1, BOTH), Exchange(), True),
    ],
)
def test_among_several_only_what_is_said_to_it(said: Said, exchange: Exchange, expected: bool) -> None:
    assert answers(said, exchange) is expected


def test_whoever_touched_it_speaks_to_it() -> None:
    touch = Interaction("touch", "Bob", "HeadPat", NOW - 3.0)
    assert answers(Said("Good boy.", NOW, BOB, here=BOTH, touch=touch))
    assert not answers(Said("Good boy.", NOW, ANNA, here=BOTH, touch=touch))
    assert not answers(Said("Good boy.", NOW + 60.0, BOB, here=BOTH, touch=touch))


def test_the_modes_differ_when_nobody_calls_it() -> None:
    alone, among = Said("Nice weather.", NOW, ANNA, here=(ANNA,)), Said("Nice weather.", NOW, ANNA, here=BOTH)
    assert [answers(alone, mode=mode) for mode in ("always", "addressed", "auto")] == [True, False, True]
    assert [answers(among, mode=mode) for mode in ("always", "addressed", "auto")] == [True, False, False]
