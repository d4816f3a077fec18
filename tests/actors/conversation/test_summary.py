"""What stays of the talk that has fallen out of the window."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.conversation import summary as rolling
from actors.conversation.summary import SUMMARY, Summary, condensed, facts_in, lines, size, summary_faults
from actors.conversation.utterance import LONGEST, WINDOW, WINDOW_CHARACTERS, Utterance, window
from actors.vocabulary.values import UNKNOWN, Person

MIO, REN, GERALD = Person("usr_1", "Mio"), Person("usr_2", "Ren"), Person("self", "Gerald")
WORDS = (
    st.sampled_from(("I live in Kyoto.", "My cat is Tofu.", "What about dragons?", "I am " + "x" * 500))
    | st.text()
)
SAID = st.builds(
    Utterance,
    st.sampled_from(("user", "user", "assistant")),
    WORDS,
    st.sampled_from((MIO, REN, UNKNOWN)) | st.integers(0, 30).map(lambda n: Person(f"usr_{n}", f"P{n}")),
    st.integers(1, 50),
    st.floats(0.0, 4e9),
)
TALK = st.lists(SAID, max_size=80)


def said(text: str, person: Person = MIO, at: float = 1.0, turn: int = 1) -> Utterance:
    return Utterance("assistant" if person is GERALD else "user", text, person, turn, at)


@settings(deadline=None)
@given(TALK)
def test_a_summary_is_bounded_whatever_was_said(talk: list[Utterance]) -> None:
    summary = condensed(Summary(), talk)
    assert summary_faults(summary) == ()
    assert sum(map(len, lines(summary, 1000))) <= 1000


@settings(deadline=None)
@given(TALK, st.integers(0, 80))
def test_talk_condensed_bit_by_bit_leaves_what_it_leaves_at_once(talk: list[Utterance], cut: int) -> None:
    whole = condensed(Summary(), talk)
    parts = condensed(condensed(Summary(), talk[:cut]), talk[cut:])
    if size(whole) < SUMMARY / 2 and len(whole.people) < rolling.PEOPLE:
        assert parts == whole


def test_who_stated_what_and_talked_about_what_stays() -> None:
    summary = condensed(
        Summary(),
        [
            said("I live in Kyoto. Nice weather today!"),
            said("How lovely.", GERALD, 2.0),
            said("Do you know dragons?", at=3.0),
            said("My cat is called Tofu.", REN, 4.0),
        ],
    )
    assert lines(summary, 1000) == (
        "Ren talked about cat called tofu and said: “My cat is called Tofu.”",
        "Mio talked about live kyoto nice weather, dragons and said: “I live in Kyoto.”",
    )


def test_the_same_fact_again_is_one_fact_and_the_newest() -> None:
    summary = condensed(Summary(), [said("I am tired.", at=1.0), said("I am tired.", at=9.0)])
    assert [(fact.text, fact.at) for fact in summary.people["usr_1"].facts] == [("I am tired.", 9.0)]


def test_the_oldest_fact_gives_way() -> None:
    talk = [said(f"I have {n} cats.", at=float(n)) for n in range(rolling.FACTS + 2)]
    facts = condensed(Summary(), talk).people["usr_1"].facts
    assert facts[0].text == "I have 2 cats."


def test_the_person_silent_for_longest_is_left_out() -> None:
    talk = [said("I am here.", Person(f"usr_{n}", f"P{n}"), float(n)) for n in range(rolling.PEOPLE + 1)]
    assert "usr_0" not in condensed(Summary(), talk).people


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I'm from Norway, and you?", ()),
        ("I'm from Norway. And you?", ("I'm from Norway.",)),
        ("My best friend has a boat!", ("My best friend has a boat!",)),
        ("The weather is nice.", ()),
        ("", ()),
    ],
)
def test_a_fact_is_what_somebody_states_of_themselves(text: str, facts: tuple[str, ...]) -> None:
    assert facts_in(text) == facts


# -- the window


@given(st.lists(SAID, max_size=80).map(tuple))
def test_the_window_is_bounded_and_nothing_is_lost_between(talk: tuple[Utterance, ...]) -> None:
    fallen, kept = window(talk)
    assert fallen + kept == talk
    assert len(kept) <= WINDOW
    assert sum(len(one.text) for one in kept) <= WINDOW_CHARACTERS


@given(st.integers(0, LONGEST), st.integers(0, LONGEST))
def test_the_last_question_and_its_answer_always_stay(question: int, answer: int) -> None:
    talk = (*(said("x" * 900) for _ in range(20)), said("q" * question), said("a" * answer, GERALD))
    assert window(talk)[1][-2:] == talk[-2:]


def test_an_answer_never_stays_without_its_question() -> None:
    talk = tuple(said("hm", MIO if n % 2 == 0 else GERALD, turn=n // 2) for n in range(WINDOW + 3))
    assert window(talk)[1][0].role == "user"


@pytest.mark.parametrize("text", ["I have {n} cats and {pad}.", "{n}{pad}?"])
def test_however_much_many_people_said_the_whole_is_bounded_and_the_newest_stays(text: str) -> None:
    talk = [
        said(text.format(n=n, pad="x" * 70), Person(f"usr_{n % rolling.PEOPLE}", "P"), float(n))
        for n in range(10 * rolling.PEOPLE)
    ]
    summary = condensed(Summary(), talk)
    assert SUMMARY / 2 < size(summary) <= SUMMARY
    newest = summary.people[talk[-1].person.user_id]
    assert str(len(talk) - 1) in "".join((*newest.topics, *(fact.text for fact in newest.facts)))
