"""What people say of who they are."""

import pytest

from actors.conversation.company.introductions import asks_who, introductions
from actors.vocabulary.values import Person, person_named

ANNA, BOB, TIRED = Person("usr_a", "Anna"), Person("usr_b", "Bob"), Person("usr_t", "Tiredness")
HERE = (ANNA, BOB, TIRED)


def told(text: str, here: tuple[Person, ...] = HERE, *, asked_who: bool = False) -> list[tuple[str, str]]:
    return [(one.kind, one.person.name) for one in introductions(text, here, asked_who=asked_who)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My name is Anna and I like trains.", [("self", "Anna")]),
        ("Hi, I'm Anna.", [("self", "Anna")]),
        ("Hey, I am Bob, nice to meet you.", [("self", "Bob")]),
        ("It's me, Anna!", [("self", "Anna")]),
        ("Anna here.", [("self", "Anna")]),
        ("This is Anna speaking.", [("self", "Anna")]),
        ("Ich heiße Anna.", [("self", "Anna")]),
        ("Je m'appelle Anna.", [("self", "Anna")]),
        ("Me llamo Bob.", [("self", "Bob")]),
        ("This is Bob.", [("other", "Bob")]),
        ("Meet my friend Bob!", [("other", "Bob")]),
        ("Have you met Anna?", [("other", "Anna")]),
        ("I'm tired.", []),
        ("I'm not sure about that.", []),
        ("I am Anna's sister.", []),
        ("It's Bob's turn.", []),
        ("It's Bob!", []),
        ("This is great.", []),
        ("My name is on the list.", []),
    ],
)
def test_an_introduction_is_of_somebody_who_is_here(text: str, found: list[tuple[str, str]]) -> None:
    assert told(text) == found


def test_a_correction_says_who_it_was_not() -> None:
    told = list(introductions("No, I'm not Anna, I'm Bob.", HERE))
    assert [(one.kind, one.person, one.corrects) for one in told] == [
        ("not", ANNA, True),
        ("self", BOB, True),
    ]


def test_a_lone_name_answers_the_question_who_it_is() -> None:
    assert told("Anna.") == []
    assert told("Anna.", asked_who=True) == [("self", "Anna")]
    assert told("It's Bob.", asked_who=True) == [("self", "Bob")]


def test_where_nobody_knows_who_is_here_only_a_plain_introduction_counts() -> None:
    assert told("My name is Lena.", ()) == [("self", "Lena")]
    assert told("I'm Lena.", ()) == []
    assert told("My name is not important.", ()) == []
    assert next(introductions("my name is lena", ())).person == person_named("Lena")


def test_the_bots_own_question_is_known() -> None:
    assert asks_who("Hello! Who am I talking to?")
    assert asks_who("And what is your name?")
    assert not asks_who("Who likes tea?")
