"""Who touched the body: what is sure, what is guessed and said as a guess, and what nobody knows."""

import pytest

from actors.avatar.messages import SeenAt
from actors.conversation.answers.answer import answer_to
from actors.conversation.answers.known import Known
from actors.conversation.touch_guess import SPOKEN_OF, guessed
from actors.conversation.utterance import Utterance
from actors.vocabulary.values import Interaction, Person, person_named
from actors.world.sights import ARM, Sights

ANNA, BOB = person_named("Anna"), person_named("Bob")
AT = 1_700_000_000.0
UNSEEN = Interaction("touch", "", "nose", AT)


def asked(text: str, touch: Interaction = UNSEEN, guess: str = "", later: float = 5.0) -> tuple[str, ...]:
    return answer_to(text, Known("Gerald", ANNA, 0, AT + later, touch=touch, touch_guess=guess))


@pytest.mark.parametrize(
    "text",
    [
        "Who touched you?",
        "Gerald, who booped your nose?",
        "Who was patting you?",
        "Who just hugged you?",
        "Did somebody poke you?",
        "Did you feel that?",
        "Do you know who touched you?",
    ],
)
def test_what_nobody_saw_is_said_so(text: str) -> None:
    assert asked(text) == ("Somebody touched me (nose) just now, but I did not see who.",)


@pytest.mark.parametrize(
    "text", ["I touched a frog.", "Who are you?", "Did you feel happy?", "Who petted the dog?"]
)
def test_what_asks_for_no_touch_is_not_answered_with_one(text: str) -> None:
    assert not any("touched me" in one for one in asked(text))


def test_a_guess_is_said_as_one() -> None:
    (answer,) = asked("Who touched you?", guess="Bob")
    assert answer.endswith("but I did not see who. I think it was Bob, but I am not sure.")
    (answer,) = asked("Who touched you?", guess="Anna")
    assert answer.endswith("I think it was you, but I am not sure.")


def test_who_was_alone_with_it_is_named() -> None:
    alone = Interaction("touch", "Bob", "Contacts/HeadPat", AT)
    assert asked("Who touched you?", alone, later=60.0) == ("Bob touched me (head pat) a moment ago.",)
    mine = Interaction("touch", "Anna", "", AT)
    assert asked("Did you feel that?", mine, later=300.0) == ("You touched me 5 minutes ago.",)


def test_without_a_touch_there_was_none() -> None:
    assert asked("Who touched you?", Interaction()) == ("I have felt no touch lately.",)
    assert asked("Who touched you?", later=3600.0) == ("I have felt no touch lately.",)


def said(text: str, person: Person = BOB, after: float = 2.0) -> Utterance:
    return Utterance("user", text, person, 1, AT + after)


def test_who_spoke_of_it_is_the_guess_before_who_stood_nearest() -> None:
    assert guessed(UNSEEN, "Anna", [said("Boop!")]) == "Bob"
    assert guessed(UNSEEN, "Anna", [said("Who touched you?")]) == "Anna", "who asks does not tell"
    assert guessed(UNSEEN, "Anna", [said("I patted your head", after=SPOKEN_OF + 1.0)]) == "Anna"
    assert guessed(UNSEEN, "", [said("Nice weather")]) == ""
    assert guessed(Interaction("touch", "Bob", "nose", AT), "Anna", []) == "", "it is known"


def test_within_reach_is_who_was_seen_near_the_nearest_first() -> None:
    sights = Sights()
    for target, metres in (("usr_a", ARM - 0.1), ("usr_b", 0.4), ("usr_c", ARM + 0.1)):
        sights = sights.with_sight(SeenAt(target, target, 0.0, metres, AT))
    assert sights.within_reach() == ("usr_b", "usr_a")
