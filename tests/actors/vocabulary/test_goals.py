"""To whom or what a request leads: named in it, else whoever speaks, and only if it is known where they are."""

import pytest

from actors.vocabulary.goals import Goal, goal, kind_of
from actors.vocabulary.requests import asked_for, leads_to
from actors.vocabulary.values import UNKNOWN, Person

ANNA, LEE = ("usr_a", "Anna"), ("usr_l", "Lee Brown")
SPEAKER = Person("usr_a", "Anna")


@pytest.mark.parametrize(
    ("text", "act", "named"),
    [
        ("Come here!", "come", ""),
        ("Gerald, could you come to me, please?", "come", ""),
        ("go to Lee now", "come", "lee"),
        ("Walk over to the chair, please", "come", "chair"),
        ("follow me", "follow", ""),
        ("Follow Lee Brown, please", "follow", "lee brown"),
        ("follow him", "follow", "him"),
        ("Turn to me", "look", ""),
        ("wave and come here", "come", ""),
        ("komm mal bitte her", "come", ""),
    ],
)
def test_who_or_what_is_named_in_a_request(text: str, act: str, named: str) -> None:
    assert act in asked_for(text)
    assert leads_to(text, act) == named


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("", Goal(target="usr_a")),
        ("anna", Goal(target="usr_a")),
        ("lee brown", Goal(target="usr_l")),
        ("lee", Goal(target="usr_l")),
        ("brown", Goal()),
        ("him", Goal()),
        ("chair", Goal(way="seat")),
        ("bar", Goal()),
    ],
)
def test_only_what_is_seen_or_known_can_be_gone_to(named: str, found: Goal) -> None:
    assert goal(named, SPEAKER, (ANNA, LEE), ("seat",)) == found


def test_a_speaker_whom_nobody_knows_is_the_only_one_who_is_seen() -> None:
    assert goal("", UNKNOWN, (ANNA,)) == Goal(target="usr_a")
    assert goal("", UNKNOWN, (ANNA, LEE)) == Goal()
    assert goal("", Person("usr_x", "Xi"), (ANNA,)) == Goal()


def test_the_beginning_of_several_names_means_none_of_them() -> None:
    assert goal("lee", SPEAKER, (LEE, ("usr_m", "Lee Miller"))) == Goal()


def test_a_bench_is_a_seat_and_a_bar_is_what_it_is_called() -> None:
    assert (kind_of("bench"), kind_of("red bench"), kind_of("bar"), kind_of("")) == (
        "seat",
        "seat",
        "bar",
        "",
    )
