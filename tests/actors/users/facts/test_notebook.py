"""Facts contradict, age, are corrected, and are bounded."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.users.facts.correction import Correction, corrected, correction_in
from actors.users.facts.erasure import without_erased
from actors.users.facts.fact import FACTS, FADES, Fact, fact_faults, worth
from actors.users.facts.hearsay import told_of_others
from actors.users.facts.names import named_in
from actors.users.facts.notebook import noted
from actors.vocabulary.values import tombstone

NOW = 1_700_000_000.0
DAY = 86400.0


def fact(text: str, kind: str = "says", key: str = "", at: float = NOW, **fields: object) -> Fact:
    return Fact(text, kind, key, "usr_ann", "usr_ann", at, **fields)  # type: ignore[arg-type]


FACT = st.builds(
    fact,
    st.text(max_size=300),
    st.sampled_from(("says", "home", "plan", "name")),
    st.sampled_from(("", "home", "pet:dog")),
    st.floats(0.0, 4e9),
)


def test_the_newest_word_on_a_matter_holds() -> None:
    facts = noted(
        noted((), fact("I live in Bergen", "home", "home")),
        fact("I moved to Oslo", "home", "home", NOW + DAY),
    )
    assert [one.text for one in facts] == ["I moved to Oslo"]


def test_what_another_says_of_them_contradicts_nothing_that_they_said() -> None:
    own, heard = (
        fact("I live in Bergen", "home", "home"),
        fact("Ann lives in Oslo", "home", "home", source_name="Bob"),
    )
    heard = msgspec.structs.replace(heard, source="usr_bob")
    assert noted((own,), heard) == (own, heard)


def test_the_same_words_again_count_as_said_once_more() -> None:
    (once,) = noted(noted((), fact("I live in Bergen")), fact("I live in Bergen", at=NOW + DAY))
    assert (once.times, once.at) == (2, NOW + DAY)


def test_of_too_many_what_is_worth_least_goes_first() -> None:
    facts = noted((), fact("I am Ann", "name", "name", NOW - 100 * DAY))
    for number in range(FACTS + 10):
        facts = noted(facts, fact(f"I saw {number}", at=NOW + number))
    assert len(facts) == FACTS
    assert facts[0].text == "I am Ann"
    assert "I saw 0" not in [one.text for one in facts]


@settings(deadline=None)
@given(st.lists(FACT, max_size=80))
def test_whatever_is_said_stays_within_its_bounds(said: list[Fact]) -> None:
    facts: tuple[Fact, ...] = ()
    for one in said:
        facts = noted(facts, one)
    assert fact_faults(facts) == ()


def test_facts_age() -> None:
    new, old = worth(fact("I have a boat"), NOW), worth(fact("I have a boat"), NOW + FADES)
    assert old == new / 2


def test_what_was_planned_counts_little_when_its_day_is_over() -> None:
    plan = fact("Let's meet on Friday", "plan", when=NOW + DAY)
    assert worth(plan, NOW + 10 * DAY) < worth(plan, NOW) / 2


def test_a_correction_says_what_was_wrong_and_what_is_right() -> None:
    assert correction_in("No, not a dog, a cat.") == Correction("dog", "cat")
    assert correction_in("Actually it's Max, not Rex.") == Correction("Rex", "Max")
    assert correction_in("No, I meant Oslo, not Bergen") == Correction("Bergen", "Oslo")
    assert correction_in("No, I don't.") is None
    assert correction_in("I like cats, not dogs") is None


def test_a_correction_says_the_fact_anew() -> None:
    dog = fact("I have a dog called Rex", "pet", "pet:dog")
    found = corrected((fact("I live in Bergen"), dog), "usr_ann", "No, not a dog, a cat!", NOW)
    assert found is not None
    assert found[0] is dog
    assert (found[1].text, found[1].key) == ("I have a cat called Rex", "pet:cat")
    assert corrected((dog,), "usr_bob", "No, not a dog, a cat!", NOW) is None


def test_what_is_told_of_somebody_who_is_known_is_understood() -> None:
    (told,) = told_of_others("I heard that Bob has a dog called Rex.", NOW, lambda name: name == "Bob")
    assert (told.who, told.kind, told.key, told.text) == (
        "Bob",
        "pet",
        "pet:dog",
        "I heard that Bob has a dog called Rex",
    )
    assert told_of_others("Tom has a dog.", NOW, lambda name: name == "Bob") == ()
    (told,) = told_of_others("Bob teaches music at a school.", NOW, lambda name: name == "Bob")
    assert told.kind == "does"


def test_names_are_found_in_several_words_and_before_an_s() -> None:
    known = {"Mad Max", "Bob"}
    assert named_in("Where are Mad Max and Bob's dog?", lambda name: name in known) == ("Mad Max", "Bob")


def test_who_is_erased_takes_what_they_said_what_is_of_them_and_what_names_them() -> None:
    facts = (
        fact("mine"),
        msgspec.structs.replace(fact("by bob"), source="usr_bob"),
        msgspec.structs.replace(fact("of bob"), subject="usr_bob"),
        fact("with bob", names=("usr_bob",)),
        fact("heard", heard_by=("usr_bob", "usr_eve")),
        msgspec.structs.replace(fact("later", at=NOW + 9.0), source="usr_bob"),
    )
    left = without_erased(facts, {tombstone("usr_bob"): NOW + 1.0})
    assert [(one.text, one.heard_by) for one in left] == [
        ("mine", ()),
        ("heard", ("usr_eve",)),
        ("later", ()),
    ]
    assert without_erased(facts, {tombstone("usr_zoe"): NOW}) is facts
