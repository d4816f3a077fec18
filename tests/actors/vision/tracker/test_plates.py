"""Whom the text on a name plate means, though it was read with mistakes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.vision.tracker.plates import LONGEST, who
from actors.vocabulary.values import Person, person_named

PRESENT = tuple(
    map(
        person_named,
        ("Test Gamma", "Zoë_Müller", "Neko42", "Robin", "Anna", "さくら猫", "Kilian", "Marla Montague"),
    )
)


def name_of(text: str, *present: str) -> str | None:
    found = who(text, map(person_named, present) if present else PRESENT)
    return found.name if found is not None else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Test Gamma", "Test Gamma"),
        ("TestGamma", "Test Gamma"),  # a gap that was not read
        ("test gamma", "Test Gamma"),
        ("Zoe_Muller", "Zoë_Müller"),  # accents that were not
        ("Zoë Müller", "Zoë_Müller"),
        ("Ｎｅｋｏ４２", "Neko42"),  # full width
        ("Nek042", "Neko42"),  # nought for o
        ("Ki1ian", "Kilian"),
        ("KiIian", "Kilian"),
        ("Robln", "Robin"),
        ("Robirn", "Robin"),
        ("Robim", "Robin"),  # one sign wrong
        ("Rabim", None),  # two are too many for so short a name
        ("Mar1a Montogua", "Marla Montague"),
        ("さくら猫", "さくら猫"),
        ("Anna", "Anna"),
        ("Anne", None),  # four letters are too few for a mistake
        ("PLEASE WAIT", None),
        ("", None),
        (" ._-", None),
    ],
)
def test_a_text_means_the_one_whose_name_it_looks_like(text: str, name: str | None) -> None:
    assert name_of(text) == name


def test_what_could_be_two_people_is_nobody() -> None:
    assert name_of("Gerald", "Gerald1", "Gerald2") is None
    assert name_of("Kilian", "Ki1ian", "KiIian") is None
    assert name_of("Robim", "Robin", "Robix") is None


@pytest.mark.parametrize("other", ["Аnna", "Αnna", "Änna", "Ann a"])
def test_who_took_a_name_that_looks_like_another_s_is_not_told_from_them(other: str) -> None:
    assert name_of("Anna", "Anna", other) is None
    assert name_of("Anna", other) == other, "while they are not both here"


def test_a_name_in_another_script_is_known_by_what_it_looks_like() -> None:
    assert name_of("AHHa", "Анна", "Borja") == "Анна"
    assert name_of("POMA", "Рома") == "Рома"


def test_two_accounts_of_one_name_are_not_told_apart() -> None:
    assert who("Robin", (Person("usr_1", "Robin"), Person("usr_2", "robin"))) is None
    assert who("Robin", (Person("usr_1", "Robin"), Person("usr_1", "Robin"))) == Person("usr_1", "Robin")


def test_two_names_that_look_alike_are_nobody_with_a_sign_read_wrongly_either() -> None:
    assert name_of("Kilianx", "Kilian", "Ki1ian") is None


def test_where_nobody_is_nobody_is_meant() -> None:
    assert who("Robin", ()) is None


@given(st.text(max_size=LONGEST * 2), st.lists(st.text(min_size=1, max_size=20), max_size=6))
@settings(max_examples=200)
def test_any_text_means_somebody_present_or_nobody(text: str, names: list[str]) -> None:
    people = [Person(f"usr_{n}", name) for n, name in enumerate(names)]
    found = who(text, people)
    assert found is None or found in people
