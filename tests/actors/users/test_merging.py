"""Two entries of one person become one, and what was to be forgotten stays so."""

import msgspec

from actors.users.acquaintance import interacted, profile_of
from actors.users.blocking import blocked, unblocked
from actors.users.forget import chosen
from actors.users.merging import Merging, merged_entries
from actors.users.remembering import learned, said
from actors.users.state import NAMES, UsersState, UserState, faults, faults_at, find, without
from actors.vocabulary.values import Interaction, Person, person_named, tombstone

TIM, TIMO, ANNA = person_named("Tim"), Person("usr_timo", "Timo"), Person("usr_anna", "Anna")


def talk(
    state: UsersState, person: Person, text: str, at: float, here: tuple[Person, ...] = ()
) -> UsersState:
    what = Interaction("talk", person.name, text, at, "I see.")
    met = interacted(state, person, what).state
    return learned(met, said(person, what, here, int(at), "Gerald")).state


def known() -> UsersState:
    state = talk(UsersState(), TIM, "I like tea. My dog is called Rex.", 100.0, (ANNA,))
    state = talk(state, TIMO, "I live in Bergen.", 200.0)
    state = talk(state, ANNA, "Tim has a boat. I work with Tim.", 300.0, (TIM,))
    return talk(state, TIM, "Anna lives in Oslo.", 400.0)


def merged(state: UsersState, one: str = "Tim", other: str = "Timo") -> Merging:
    found = merged_entries(state, one, other, {})
    assert not found.why_not
    assert faults(found.change.state) == ()
    return found


def texts(user: UserState) -> set[str]:
    return {fact.text for fact in user.facts}


def test_the_account_has_all_that_both_had() -> None:
    for names in (("Tim", "Timo"), ("usr_timo", "name:tim")):
        found = merged(known(), *names)
        assert (found.into, found.absorbed) == (TIMO, TIM)
        assert set(found.change.state.users) == {"usr_timo", "usr_anna"}
        timo = found.change.state.users["usr_timo"]
        assert {"My dog is called Rex", "I live in Bergen"} <= texts(timo)
        assert any("boat" in text for text in texts(timo)), "what others told of him"
        assert [one.at for one in timo.interaction_history] == [100.0, 200.0, 400.0]
        assert (timo.met_at, timo.preferences["tea"]) == (100.0, "likes")
        assert timo.also_called == ("Tim",)


def test_nothing_points_at_the_entry_that_is_gone() -> None:
    state = merged(known()).change.state
    told = [fact for user in state.users.values() for fact in user.facts]
    assert any(fact.source == "usr_timo" and "Oslo" in fact.text for fact in told)
    for fact in told:
        assert "name:tim" not in (fact.source, fact.subject, *fact.heard_by)
        assert "name:tim" not in fact.names or "usr_timo" in fact.names


def test_whoever_comes_under_the_old_name_is_the_same_person() -> None:
    state = merged(known()).change.state
    assert [user.user_id for user in find(state, "TIM")] == ["usr_timo"]
    later = talk(state, TIM, "I have a cat.", 500.0)
    assert set(later.users) == {"usr_timo", "usr_anna"}
    assert any("cat" in text for text in texts(later.users["usr_timo"]))
    profile = profile_of(state, TIM)
    assert profile is not None
    assert profile.user_id == "usr_timo"


def test_the_change_says_every_place_that_it_touched() -> None:
    before = known()
    change = merged(before).change
    touched = set(change.paths)
    for user_id in {*before.users, *change.state.users}:
        if before.users.get(user_id) is not change.state.users.get(user_id):
            assert ("users", user_id) in touched
    for name in {*before.names, *change.state.names}:
        if before.names.get(name) != change.state.names.get(name):
            assert ("names", name) in touched
    assert faults_at(change.state, change.paths) == ()
    for user_id in set(before.users) & set(change.state.users):
        if before.users[user_id] is not change.state.users[user_id]:
            assert change.state.users[user_id].revision > before.users[user_id].revision


def test_forgetting_the_person_forgets_what_came_under_either_name() -> None:
    state = merged(known()).change.state
    gone = chosen(state, "usr_timo")
    assert {one.user_id for one in gone.aliases} >= {"usr_timo", "name:timo", "name:tim"}
    left = without(state, {tombstone(one.user_id): 900.0 for one in gone.aliases})
    assert set(left.users) == {"usr_anna"}
    assert not any("Tim" in text for text in texts(left.users["usr_anna"]))
    assert "tim" not in left.names


def test_what_was_said_before_the_person_was_forgotten_does_not_come_back() -> None:
    """Timo was forgotten, and met again; what Tim had said before was his."""
    erased = {tombstone("usr_timo"): 250.0}
    state = talk(known(), TIM, "I play chess.", 500.0)
    state = UsersState({**state.users, "usr_timo": UserState("usr_timo", "Timo", met_at=260.0)}, state.names)
    after = merged_entries(state, "Tim", "Timo", erased).change.state
    timo = after.users["usr_timo"]
    assert timo.met_at == 260.0
    assert [one.at for one in timo.interaction_history] == [400.0, 500.0]
    assert "tea" not in timo.preferences
    assert not any("Rex" in text for text in texts(timo))
    assert without(after, erased) is after, "no load later takes anything away"


def test_nothing_but_old_words_leaves_nothing_but_the_name() -> None:
    erased = {tombstone("usr_timo"): 1000.0}
    state = known()
    state = UsersState({**state.users, "usr_timo": UserState("usr_timo", "Timo", met_at=1001.0)}, state.names)
    timo = merged_entries(state, "Tim", "Timo", erased).change.state.users["usr_timo"]
    assert (timo.met_at, timo.interaction_history, timo.facts) == (1001.0, (), ())


def test_who_is_blocked_under_one_name_is_blocked_under_all() -> None:
    for name in ("Tim", "Timo"):
        state = known()
        state = msgspec.structs.replace(state, blocked=blocked(state, name).blocks)
        found = merged(state).change
        assert ("blocked",) in found.paths
        assert all(found.state.blocked.holds(one) for one in (TIM, TIMO))
        assert not found.state.blocked.holds(ANNA)
        assert len(found.state.blocked.blocks) == 1
        free = unblocked(found.state, "Tim").blocks
        assert not any(free.holds(one) for one in (TIM, TIMO))
    block = blocked(merged(known()).change.state, "Timo").blocks
    assert all(block.holds(one) for one in (TIM, TIMO))


def test_of_two_names_the_second_stays() -> None:
    state = talk(known(), person_named("Timmy"), "I like cake.", 500.0)
    found = merged(state, "Tim", "Timmy")
    assert (found.into.user_id, found.absorbed.user_id) == ("name:timmy", "name:tim")
    again = merged(found.change.state, "Timmy", "Timo").change.state
    assert again.users["usr_timo"].also_called == ("Timmy", "Tim")
    assert again.names.keys() >= {"timmy", "tim", "timo"}


def test_what_cannot_be_merged_is_said() -> None:
    state = known()
    names = tuple(f"name {n}" for n in range(NAMES))
    full = msgspec.structs.replace(state.users["usr_timo"], also_called=names)
    crowded = UsersState({**state.users, "usr_timo": full}, state.names)
    for one, other, of, why in (
        ("Tim", "Tim", state, "one entry already"),
        ("Timo", "Anna", state, "an account each"),
        ("Tim", "Nobody", state, "nobody is known by 'Nobody'"),
        ("Tim", "Timo", crowded, f"more than {NAMES} other names"),
    ):
        found = merged_entries(of, one, other, {})
        assert why in found.why_not
        assert found.change.state is of


def test_an_index_without_the_other_names_is_cleared_with_whoever_goes() -> None:
    state = merged(known()).change.state
    renamed = interacted(state, Person("usr_timo", "Tom"), Interaction("talk", "Tom", "hi", 600.0)).state
    assert [user.display_name for user in find(renamed, "tim")] == ["Tom"]
    assert find(renamed, "Timo") == ()
    assert "timo" not in renamed.names
