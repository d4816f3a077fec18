"""What people tell of themselves, as it is understood by rules."""

import pytest

from actors.users.facts.days import day_meant, day_name
from actors.users.facts.fact import DOUBTED, STATED
from actors.users.facts.telling import is_confided, told_in

NOW = 1_700_000_000.0  # Tuesday 14 November 2023


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("My dog is called Rex.", "pet", "pet:dog"),
        ("My dog's name is Max", "pet", "pet:dog"),
        ("I have a cat called Tofu", "pet", "pet:cat"),
        ("I don't have a dog anymore.", "pet", "pet:dog"),
        ("I live in Bergen.", "home", "home"),
        ("I moved to Oslo last week.", "home", "home"),
        ("I'm allergic to nuts.", "health", "allergy:nut"),
        ("I have asthma", "health", "health:asthma"),
        ("I work as a nurse.", "work", "work"),
        ("I'm a plumber", "work", "work"),
        ("I'm 23.", "age", "age"),
        ("I am twenty three years old", "age", "age"),
        ("My favourite colour is green.", "favourite", "favourite:colour"),
        ("My birthday is on May 3rd.", "birthday", "birthday"),
        ("Well, I've got two brothers.", "family", ""),
        ("I'm from Peru", "origin", "origin"),
        ("I'm afraid of spiders", "fear", "fear:spider"),
        ("I don't like coffee", "dislike", "view:coffee"),
        ("I really love coffee!", "like", "view:coffee"),
        ("I promise to bring you a cake.", "promise", ""),
        ("We danced at the Black Cat yesterday", "together", ""),
        ("I play the violin in an orchestra", "does", ""),
        ("Remember that the code is 4512", "remember", ""),
        ("I want to be an astronaut", "wants", ""),
        ("My dog is brown", "pet", "pet:dog:is:brown"),
        ("My dog lives in a barn", "pet", "pet:dog:live"),
        ("My name is Ann", "name", "name"),
        ("My names are Ann and Mary", "has", "mine:name:are:ann and mary"),
        ("The colour I like best is green.", "favourite", "favourite:colour"),
    ],
)
def test_a_sentence_about_oneself_is_a_fact_of_its_kind(text: str, kind: str, key: str) -> None:
    (told,) = told_in(text, NOW)
    assert (told.kind, told.key) == (kind, key)


@pytest.mark.parametrize(
    "text",
    [
        "What is my name?",
        "Do you like tea",
        "Hello Gerald, how are you?",
        "I would buy a boat if I were rich.",
        "I feel tired today.",
        "The weather is nice.",
        "",
        "?!",
    ],
)
def test_what_states_nothing_of_oneself_is_no_fact(text: str) -> None:
    assert told_in(text, NOW) == ()


def test_a_fact_is_in_the_persons_own_words_without_the_words_around_them() -> None:
    (told,) = told_in("Oh, well, by the way,  I live   in Bergen!!", NOW)
    assert told.text == "I live in Bergen"


def test_each_clause_is_a_fact_of_its_own() -> None:
    told = told_in("I live in Bergen and I work as a nurse. I hate rain, but I love snow.", NOW)
    assert [one.kind for one in told] == ["home", "work", "dislike", "like"]


def test_a_relative_who_is_named_is_whom_it_is_about() -> None:
    for text in ("My sister Lena is a nurse.", "My sister Lena is called Leni."):
        (told,) = told_in(text, NOW)
        assert (told.kind, told.who) == ("family", "lena")


def test_what_is_not_certain_counts_for_less() -> None:
    assert [one.certainty for one in told_in("I live in Rome. Maybe I work in Milan.", NOW)] == [
        STATED,
        DOUBTED,
    ]
    assert [one.certainty for one in told_in("I think I'm 30.", NOW)] == [DOUBTED]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("let us meet on friday", "Friday 17 November"),
        ("let us meet on monday", "Monday 20 November"),
        ("let us meet on tuesday", "Tuesday 21 November"),
        ("see you tonight", "Tuesday 14 November"),
        ("see you tomorrow", "Wednesday 15 November"),
        ("i have an exam in two weeks", "Tuesday 28 November"),
        ("my exam is on 3 may", "Friday 3 May"),
        ("i have an exam on may 3", "Friday 3 May"),
    ],
)
def test_a_day_to_come_is_understood(text: str, day: str) -> None:
    assert day_name(day_meant(text, NOW)) == day


@pytest.mark.parametrize("text", ["i go there every friday", "i like mondays", "on 31 june", "nothing"])
def test_what_is_no_day_to_come_is_none(text: str) -> None:
    assert day_meant(text, NOW) == 0.0


def test_an_appointment_has_its_day() -> None:
    (told,) = told_in("I have an exam on Friday.", NOW)
    assert told.kind == "plan"
    assert day_name(told.when) == "Friday 17 November"


@pytest.mark.parametrize(
    "text", ["It's a secret, I love Tom.", "Don't tell anyone, but I am rich.", "Nobody else knows."]
)
def test_who_asks_for_it_tells_in_confidence(text: str) -> None:
    assert is_confided(text)
    assert not is_confided("I love Tom.")
