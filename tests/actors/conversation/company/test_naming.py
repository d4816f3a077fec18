"""Names as they are spoken."""

import pytest

from actors.conversation.company.naming import named_anywhere, named_first, names_bot
from actors.vocabulary.values import UNKNOWN, Person

ANNA, BOB, CARL = Person("usr_a", "Anna"), Person("usr_b", "xXBobXx"), Person("usr_c", "Carl_77")
MIO, SECOND_ANNA, CYRILLIC = Person("usr_m", "MioChan"), Person("usr_a2", "ANNA"), Person("usr_y", "Юля")
PEOPLE = (ANNA, BOB, CARL, MIO, CYRILLIC)


@pytest.mark.parametrize(
    ("spoken", "who"),
    [
        ("Anna", ANNA),
        ("anna and I like trains", ANNA),
        ("Anner", UNKNOWN),
        ("Hannah", UNKNOWN),
        ("Bob", BOB),
        ("Carl", CARL),
        ("Karl", CARL),
        ("Mio", MIO),
        ("Mio chan", MIO),
        ("Юля", CYRILLIC),
        ("Anna's sister", UNKNOWN),
        ("tired", UNKNOWN),
        ("", UNKNOWN),
        ("not sure", UNKNOWN),
    ],
)
def test_a_spoken_name_is_one_of_the_people_here_or_nobody(spoken: str, who: Person) -> None:
    assert named_first(spoken, PEOPLE).person == who


def test_of_namesakes_nobody_is_meant() -> None:
    assert named_first("Anna", (ANNA, SECOND_ANNA)).person == UNKNOWN


def test_everybody_who_is_named_is_found() -> None:
    assert named_anywhere("Did Anna and Carl see that?", PEOPLE) == (ANNA, CARL)


@pytest.mark.parametrize(
    "text",
    [
        "Gerald, how are you?",
        "what do you think, gerald?",
        "Hey Jerald!",
        "Harold, come here.",
        "Okay Geralt, tell me a joke.",
        "Is that so, Gerold?",
    ],
)
def test_the_bot_hears_its_name_also_where_the_recognizer_misheard_it(text: str) -> None:
    assert names_bot(text, ("Gerald",))


@pytest.mark.parametrize(
    "text",
    [
        "World of dreams is a nice place.",
        "The girl over there is funny.",
        "Ronald, come here.",
        "I was born in March.",
        "Carl, what is that?",
        "Really?",
    ],
)
def test_other_words_are_not_its_name(text: str) -> None:
    assert not names_bot(text, ("Gerald",))


def test_somebody_who_is_really_called_so_is_not_the_bot() -> None:
    assert not names_bot("Harold, come here.", ("Gerald",), (Person("usr_h", "Harold"),))


def test_a_name_in_another_script_is_found_where_it_stands() -> None:
    assert names_bot("ねえジェラルド、元気？", ("Gerald", "ジェラルド"))
    assert not names_bot("ねえハロルド、元気？", ("Gerald", "ジェラルド"))
