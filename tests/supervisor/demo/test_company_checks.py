"""What the demo with visitors finds wrong, and that it finds nothing where all went well."""

from msgspec.structs import replace

from actors.vocabulary.values import UNKNOWN
from supervisor.demo.company_checks import answered_in_turn, attributed, audible, greeted
from supervisor.demo.scene import Exchange, Scene
from supervisor.demo.visitors import ANNA, BOB

DOG = Exchange(4, "What is my dog called?", ANNA.person, 0.9, "Your dog is called Rex.", "said")
TOWN = Exchange(5, "Where do I live?", BOB.person, 0.9, "Bob, you live in Rome.", "said")
ASKED = ((ANNA.person, DOG.heard, "Rex"), (BOB.person, TOWN.heard, "Rome"))


def in_turn(*exchanges: Exchange, at_once: tuple[int, ...] = (4,)) -> list[str]:
    return list(answered_in_turn(Scene(exchanges, frozenset(at_once)), ASKED))


def test_a_greeting_is_a_wave_and_the_name() -> None:
    hello = Scene((Exchange(1, reply="Hi Anna!", outcome="said"),))
    assert list(greeted(hello, ANNA.person, waved=True)) == []
    assert list(greeted(hello, ANNA.person, waved=False)) == [
        "no gesture reached VRChat for Anna, who came in"
    ]
    assert list(greeted(hello, BOB.person, waved=True)) == ["Bob was not greeted: said ['Hi Anna!']"]
    assert list(greeted(Scene(), ANNA.person, waved=True)) == ["Anna was not greeted: said []"]


def test_words_are_of_who_said_them_and_answered_where_they_must_be() -> None:
    ignored = replace(DOG, outcome="ignored", reply="")
    assert list(attributed(Scene((DOG,)), ANNA.person, DOG.heard, answered=True)) == []
    assert list(attributed(Scene((ignored,)), ANNA.person, DOG.heard, answered=False)) == []
    assert list(attributed(Scene((ignored,)), ANNA.person, DOG.heard, answered=True)) == [
        "the answer to Anna ended as ignored"
    ]
    assert list(attributed(Scene((DOG,)), BOB.person, DOG.heard, answered=True)) == [
        "Bob said 'What is my dog called?': taken for words of Anna"
    ]
    assert list(attributed(Scene(), BOB.person, "Hello there!", answered=True)) == [
        "Bob said 'Hello there!': heard []"
    ]


def test_of_two_questions_each_is_answered_to_its_asker_and_who_waited_by_name() -> None:
    withdrawn = replace(DOG, turn=3, reply="", outcome="cancelled")
    assert in_turn(withdrawn, DOG, TOWN) == []
    nameless = replace(TOWN, reply="You live in Rome.")
    assert in_turn(DOG, nameless, at_once=(4, 5)) == [], "it did not have to wait"
    assert in_turn(DOG, nameless) == ["Bob had to wait, and was not answered by name: 'You live in Rome.'"]


def test_a_question_that_is_lost_mixed_up_or_answered_wrongly_is_found() -> None:
    lost = replace(DOG, outcome="cancelled")
    assert in_turn(lost, TOWN)[0].startswith("2 questions at once: 1 were answered")
    assert in_turn(replace(DOG, person=UNKNOWN), TOWN) == [
        "Anna said 'What is my dog called?': taken for words of unknown"
    ]
    assert in_turn(replace(DOG, reply="I don't know."), TOWN) == [
        "Anna asked 'What is my dog called?': said \"I don't know.\", without Rex"
    ]


def test_what_was_said_must_be_heard_outside() -> None:
    assert list(audible(Scene((DOG, TOWN)), "your dog is called wrecks bob you live in rome")) == []
    assert list(audible(Scene(()), "")) == []
    (failure,) = audible(Scene((DOG,)), "thank you")
    assert failure.endswith("the recording says 'thank you'")
