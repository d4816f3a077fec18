"""What was filed under a wrong name moves to whose it is."""

from actors.users.acquaintance import Change, interacted
from actors.users.correction import misattributed
from actors.users.messages import Misattributed
from actors.users.remembering import learned, said
from actors.users.state import UsersState
from actors.vocabulary.values import UNKNOWN, Interaction, Person

ANNA, BOB = Person("usr_a", "Anna"), Person("usr_b", "Bob")


def talk(state: UsersState, person: Person, text: str, at: float, turn: int) -> UsersState:
    what = Interaction("talk", person.name, text, at, "I see.")
    met = interacted(state, person, what)
    return learned(met.state, said(person, what, (), turn, "Gerald")).state


def corrected(state: UsersState, to: Person) -> Change:
    return misattributed(state, Misattributed(ANNA, to, 200.0, 2), "Gerald")


def two_talks() -> UsersState:
    state = talk(UsersState(), ANNA, "I like tea.", 100.0, 1)
    return talk(state, ANNA, "I like trains. My dog is called Rex.", 200.0, 2)


def test_the_talk_and_all_that_was_learned_of_it_alone_moves() -> None:
    change = corrected(two_talks(), BOB)
    anna, bob = change.state.users[ANNA.user_id], change.state.users[BOB.user_id]
    assert [one.at for one in anna.interaction_history] == [100.0]
    assert [(one.at, one.person) for one in bob.interaction_history] == [(200.0, "Bob")]
    assert (set(anna.preferences), set(bob.preferences)) == ({"tea"}, {"trains"})
    assert not any("Rex" in fact.text for fact in anna.facts)
    assert any("Rex" in fact.text and fact.source == BOB.user_id for fact in bob.facts)
    assert {path for path in change.paths if path[0] == "users"} == {("users", "usr_a"), ("users", "usr_b")}


def test_what_they_told_in_other_turns_stays() -> None:
    state = talk(two_talks(), ANNA, "I live in Oslo.", 300.0, 3)
    before = state.users[ANNA.user_id]
    anna = corrected(talk(state, ANNA, "I work as a nurse.", 50.0, 1), BOB).state.users[ANNA.user_id]
    assert {fact.turn for fact in before.facts} >= {2, 3}
    assert {fact.turn for fact in anna.facts} >= {1, 3}
    assert 2 not in {fact.turn for fact in anna.facts}


def test_each_record_that_changes_is_one_revision_on_or_more() -> None:
    """What others told in that turn stands in other records, which change with it."""
    state = talk(two_talks(), BOB, "I like tea.", 10.0, 9)
    state = talk(state, ANNA, "Bob has a boat.", 200.0, 2)
    before = state.users[BOB.user_id]
    assert any("boat" in fact.text for fact in before.facts)
    after = corrected(state, UNKNOWN).state.users[BOB.user_id]
    assert not any("boat" in fact.text for fact in after.facts)
    assert after.revision == before.revision + 1
    assert before.revision > 1


def test_what_nobody_knows_whose_it_is_goes() -> None:
    change = corrected(two_talks(), UNKNOWN)
    assert set(change.state.users) == {ANNA.user_id}
    assert not any("Rex" in fact.text for fact in change.state.users[ANNA.user_id].facts)


def test_what_is_moved_without_a_turn_is_of_none() -> None:
    moved = misattributed(two_talks(), Misattributed(ANNA, BOB, 200.0), "Gerald").state.users[BOB.user_id]
    assert [fact.turn for fact in moved.facts if "Rex" in fact.text] == [0]


def test_of_a_talk_that_is_not_there_nothing_changes() -> None:
    state = talk(UsersState(), ANNA, "I like tea.", 100.0, 1)
    assert corrected(state, BOB) == Change(state)
