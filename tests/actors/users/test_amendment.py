"""What the owner corrects in a record."""

import pytest

from actors.users.acquaintance import interacted
from actors.users.amendment import amended
from actors.users.facts.fact import DOUBTED, LONGEST, STATED, Fact, name_id
from actors.users.remembering import learned, said
from actors.users.state import UsersState, UserState, faults, without
from actors.vocabulary.values import Interaction, Person, person_named, tombstone

ANNA, BOB = Person("usr_a", "Anna"), Person("usr_b", "Bob")


def talk(state: UsersState, person: Person, text: str, at: float) -> UsersState:
    what = Interaction("talk", person.name, text, at, "I see.")
    return learned(interacted(state, person, what).state, said(person, what, (BOB,), int(at), "Gerald")).state


def known() -> UsersState:
    state = talk(UsersState(), ANNA, "I live in Bergen. My dog is called Rex. Call me Ann.", 100.0)
    state = talk(state, ANNA, "I like tea. Maybe I like dogs.", 200.0)
    return talk(state, BOB, "Anna has a boat.", 300.0)


def change(what: str, to: str, name: str = "Anna") -> UserState:
    found = amended(known(), name, what, to, {}, 900.0)
    assert not found.why_not
    assert faults(found.change.state) == ()
    assert ("users", "usr_a") in found.change.paths
    return found.change.state.users["usr_a"]


def fact_of(user: UserState, word: str) -> Fact:
    (found,) = (fact for fact in user.facts if word in fact.text)
    return found


def test_a_fact_is_said_anew_and_stays_of_who_said_it_when() -> None:
    for what in ("I live in Bergen", "i LIVE  in bergen", "Bergen"):
        fact = fact_of(change(what, "I work as a nurse"), "nurse")
        assert (fact.kind, fact.key, fact.source, fact.at, fact.turn, fact.heard_by) == (
            "work",
            "work",
            "usr_a",
            100.0,
            100,
            ("usr_b",),
        )


def test_what_it_contradicts_goes() -> None:
    user = change("My dog is called Rex", "I live in Oslo")
    assert not any("Bergen" in fact.text or "Rex" in fact.text for fact in user.facts)


def test_what_is_understood_of_no_rule_keeps_its_kind() -> None:
    fact = fact_of(change("boat", "Anna has two boats"), "boats")
    assert (fact.source, fact.subject, fact.kind) == ("usr_b", "usr_a", "has")
    assert fact.certainty == STATED > DOUBTED


def test_a_fact_is_dropped() -> None:
    user = change("Rex", "")
    assert not any("Rex" in fact.text for fact in user.facts)
    assert any("Bergen" in fact.text for fact in user.facts)


def test_a_preference_is_changed_and_dropped() -> None:
    assert change("tea", "dislikes").preferences["tea"] == "dislikes"
    assert "tea" not in change("Tea", "").preferences


def test_the_name_they_are_called_by_is_in_no_fact_that_says_otherwise() -> None:
    user = change("called", "Anni")
    assert user.preferences["called"] == "Anni"
    assert not any(fact.kind == "name" for fact in user.facts)
    assert "called" not in change("called", "").preferences


def test_a_name_that_the_new_words_have_is_forgotten_with_them() -> None:
    found = amended(known(), "Anna", "Rex", "My dog is called Bob", {}, 900.0)
    fact = fact_of(found.change.state.users["usr_a"], "called Bob")
    assert {name_id("Bob"), "usr_b"} <= set(fact.names)
    gone = {tombstone("usr_b"): 950.0, tombstone(person_named("Bob").user_id): 950.0}
    left = without(found.change.state, gone)
    assert not any("Bob" in one.text for one in left.users["usr_a"].facts)


def test_it_does_not_bring_back_who_was_forgotten() -> None:
    erased = {tombstone(name_id("Carl")): 500.0}
    found = amended(known(), "Anna", "Rex", "My dog is called Carl", erased, 900.0)
    assert "forgotten" in found.why_not
    assert found.change.state.users == known().users


@pytest.mark.parametrize(
    ("name", "what", "to", "why"),
    [
        ("Nobody", "Rex", "", "nobody is known by"),
        ("Anna", " ", "", "say which fact"),
        ("Anna", "a dragon", "", "nothing that is known of Anna has the words"),
        ("Anna", "I", "x", "say more of one"),
        ("Anna", "Rex", "x" * (LONGEST + 1), f"at most {LONGEST} characters"),
        ("Bob", "called", "", "how Bob is called"),
    ],
)
def test_what_cannot_be_corrected_is_said(name: str, what: str, to: str, why: str) -> None:
    state = known()
    found = amended(state, name, what, to, {}, 900.0)
    assert why in found.why_not
    assert found.change.state is state
