"""What is known of people, as pure transitions."""

from typing import NoReturn

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.users import acquaintance as moves
from actors.users import state as users
from actors.users.acquaintance import GROWTH, HALF_LIFE, Change, called, faded, profile_of
from actors.users.state import HISTORY, UsersState, UserState, faults, faults_at, find, without
from actors.vocabulary.values import UNKNOWN, Interaction, Person, person_named, tombstone

ANN = Person("usr_ann", "Ann")
BOB = Person("usr_bob", "Bob")
DAY = 86400.0

TIMES = st.floats(0.0, 4e9)
EVENTS = st.lists(st.tuples(st.sampled_from((ANN, BOB, UNKNOWN)), st.sampled_from(("talk", "touch")), TIMES))


class Unread(dict):  # type: ignore[type-arg]
    """Everybody, who may be copied and looked up, but not looked through."""

    def __iter__(self) -> NoReturn:
        raise AssertionError("looked through everybody")

    values = items = __iter__  # type: ignore[assignment]


def interacted(state: UsersState, person: Person, interaction: Interaction) -> UsersState:
    return moves.interacted(state, person, interaction).state


def preferred(state: UsersState, person: Person, key: str, value: str) -> UsersState:
    return moves.preferred(state, person, key, value).state


def talked(state: UsersState, person: Person, *times: float) -> UsersState:
    for at in times:
        state = interacted(state, person, Interaction("talk", person.name, "hello", at))
    return state


@given(EVENTS)
def test_a_relationship_stays_between_stranger_and_old_friend(
    events: list[tuple[Person, str, float]],
) -> None:
    state = UsersState()
    for person, kind, at in events:
        state = interacted(state, person, Interaction(kind, person.name, "", at))
    assert all(0.0 <= user.relationship_level <= 1.0 for user in state.users.values())
    assert set(state.users) == {person.user_id for person, _, _ in events if person.is_known}


@given(st.integers(1, 50), TIMES)
def test_every_talk_brings_closer(talks: int, at: float) -> None:
    levels = [0.0]
    state = UsersState()
    for _ in range(talks):
        state = talked(state, ANN, at)
        levels.append(state.users["usr_ann"].relationship_level)
    assert levels == sorted(set(levels))


@given(TIMES, st.floats(0.0, 4e9))
def test_a_relationship_fades_while_nothing_happens(at: float, away: float) -> None:
    user = talked(UsersState(), ANN, at + 1.0).users["usr_ann"]
    assert 0.0 <= faded(user, at + 1.0 + away) <= user.relationship_level


def test_a_relationship_fades_by_half_in_thirty_days() -> None:
    user = talked(UsersState(), ANN, DAY).users["usr_ann"]
    assert faded(user, DAY + HALF_LIFE) == pytest.approx(user.relationship_level / 2)


def test_somebody_unknown_changes_no_record() -> None:
    state = talked(UsersState(), ANN, 1.0)
    assert talked(state, UNKNOWN, 2.0) is state
    assert preferred(state, UNKNOWN, "colour", "blue") is state


def test_what_happens_with_one_leaves_the_others_alone() -> None:
    before = talked(UsersState(), ANN, 1.0)
    after = talked(before, BOB, 2.0)
    assert after.users["usr_ann"] is before.users["usr_ann"]


def test_the_history_keeps_the_newest_interactions() -> None:
    times = tuple(float(at) for at in range(HISTORY + 30))
    history = talked(UsersState(), ANN, *times).users["usr_ann"].interaction_history
    assert [interaction.at for interaction in history] == list(times[-HISTORY:])


def test_a_long_text_is_cut() -> None:
    state = interacted(UsersState(), ANN, Interaction("talk", "Ann", "x" * 100_000, 1.0))
    assert len(state.users["usr_ann"].interaction_history[0].detail) == users.LONGEST


def test_patterns_count_what_somebody_does() -> None:
    state = talked(UsersState(), ANN, 1.0, 2.0)
    state = interacted(state, ANN, Interaction("touch", "Ann", "head", 3.0))
    counts = {p.kind: p.count for p in state.users["usr_ann"].conversation_patterns}
    assert (counts["talk"], counts["touch"]) == (2, 1)


def test_a_new_name_replaces_the_old_one() -> None:
    state = talked(talked(UsersState(), ANN, 1.0), Person("usr_ann", "Annie"), 2.0)
    assert state.users["usr_ann"].display_name == "Annie"
    assert len(state.users["usr_ann"].interaction_history) == 2
    assert dict(state.names) == {"annie": ("usr_ann",)}


def test_who_becomes_known_by_an_id_keeps_the_days_of_before() -> None:
    alias = person_named("Ann")
    state = talked(UsersState(), ANN, 4 * DAY, 5 * DAY)
    state = UsersState(state.users)
    nameless = talked(UsersState(), alias, DAY, 2 * DAY, 3 * DAY).users
    merged = talked(UsersState({**state.users, **nameless}), ANN, 6 * DAY).users["usr_ann"]
    assert merged.talk_days == 6
    assert merged.met_at == DAY


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=100))
def test_the_last_preference_in_each_matter_holds(stated: list[tuple[str, str]]) -> None:
    state = UsersState()
    for key, value in stated:
        state = preferred(state, ANN, key, value)
    expected = {key: value for key, value in dict(stated).items() if key and value}
    known = state.users["usr_ann"].preferences if state.users else {}
    assert len(known) <= users.PREFERENCES
    assert known.items() <= expected.items()


def test_beyond_the_limit_the_person_not_seen_for_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moves, "PEOPLE", 3)
    state = UsersState()
    for number, at in enumerate((5.0, 1.0, 3.0, 9.0)):
        state = talked(state, Person(f"usr_{number}", f"P{number}"), at)
    assert set(state.users) == {"usr_0", "usr_2", "usr_3"}
    assert find(state, "P1") == ()


# -- everything at once

PEOPLE = st.sampled_from(
    (
        ANN,
        BOB,
        Person("usr_2", "Ann"),
        Person("usr_ann", "Bob"),
        person_named("Ann"),
        person_named("bob"),
        UNKNOWN,
    )
)
SAID = (
    st.sampled_from(("I like tea!", "I hate rain. Call me Annie.", "What is that?", "", "x" * 2000))
    | st.text()
)
HAPPENED = st.builds(Interaction, st.sampled_from(("talk", "touch")), st.text(max_size=5), SAID, TIMES, SAID)
STEPS = st.lists(
    st.tuples(PEOPLE, HAPPENED) | st.tuples(PEOPLE, st.tuples(st.text(max_size=5), st.text(max_size=5))),
    max_size=25,
)


def steps_taken(steps: list[tuple[Person, object]]) -> list[tuple[UsersState, Change]]:
    """Each state, and the change that followed."""
    state, taken = UsersState(), []
    for person, what in steps:
        if isinstance(what, Interaction):
            change = moves.interacted(state, person, what)
        else:
            change = moves.preferred(state, person, *what, 5.0)  # type: ignore[misc]
        taken.append((state, change))
        state = change.state
    return taken


@settings(deadline=None)
@given(STEPS)
def test_no_transition_leads_to_a_state_that_is_refused(steps: list[tuple[Person, object]]) -> None:
    for before, change in steps_taken(steps):
        assert faults(change.state) == ()
        assert faults(change.state, before) == ()
        assert faults_at(change.state, change.paths) == ()


@settings(deadline=None)
@given(STEPS)
def test_a_change_says_all_that_it_touched(steps: list[tuple[Person, object]]) -> None:
    for before, change in steps_taken(steps):
        for field in ("users", "names"):
            old, new = getattr(before, field), getattr(change.state, field)
            differing = {(field, key) for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
            assert differing <= set(change.paths)
        if change.state is before:
            assert change.paths == ()


@settings(deadline=None)
@given(STEPS)
def test_every_change_of_a_record_is_a_new_revision_of_it(steps: list[tuple[Person, object]]) -> None:
    for before, change in steps_taken(steps):
        for user_id, user in change.state.users.items():
            old = before.users.get(user_id)
            assert (
                old is user or (old is None and user.revision > 0) or (old and user.revision > old.revision)
            )


@settings(deadline=None)
@given(STEPS)
def test_everybody_is_found_by_id_and_by_name_in_any_case(steps: list[tuple[Person, object]]) -> None:
    for _, change in steps_taken(steps):
        for user_id, user in change.state.users.items():
            assert find(change.state, user_id) == (user,)
            assert user in find(change.state, user.display_name.upper())


@settings(deadline=None)
@given(STEPS)
def test_what_is_stored_is_what_is_read(steps: list[tuple[Person, object]]) -> None:
    for _, change in steps_taken(steps)[-1:]:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(change.state), type=UsersState) == change.state


@pytest.mark.parametrize("person", [ANN, BOB, person_named("Bob"), Person("usr_ann", "Anna")])
def test_what_happens_with_one_is_noted_without_looking_through_all(person: Person) -> None:
    known = talked(talked(UsersState(), ANN, 1.0), BOB, 2.0)
    state = UsersState(Unread(known.users), Unread(known.names))
    assert talked(state, person, 3.0).users


# -- who is who


def test_the_one_seen_last_is_found_first_where_several_go_by_a_name() -> None:
    state = talked(talked(UsersState(), ANN, 9.0), Person("usr_2", "ANN"), 5.0)
    assert [user.user_id for user in find(state, "ann")] == ["usr_ann", "usr_2"]
    assert find(state, "nobody") == ()


def test_a_record_by_name_alone_becomes_part_of_the_one_with_an_id() -> None:
    state = preferred(
        talked(UsersState(), person_named("Ann"), 1.0, 2.0), person_named("Ann"), "tea", "likes"
    )
    state = talked(state, ANN, 3.0)
    assert set(state.users) == {"usr_ann"}
    ann = state.users["usr_ann"]
    assert [seen.at for seen in ann.interaction_history] == [1.0, 2.0, 3.0]
    assert ann.preferences == {"tea": "likes"}
    assert ann.met_at == 1.0
    assert ann.relationship_level > talked(UsersState(), ANN, 3.0).users["usr_ann"].relationship_level


def test_who_is_known_by_an_id_is_recognised_by_the_mere_name() -> None:
    state = talked(UsersState(), ANN, 1.0)
    assert profile_of(state, person_named("ann")) == state.users["usr_ann"]
    state = talked(state, person_named("ANN"), 2.0)
    assert set(state.users) == {"usr_ann"}
    assert state.users["usr_ann"].last_seen == 2.0


def test_a_mere_name_that_two_go_by_is_nobodys() -> None:
    state = talked(talked(UsersState(), ANN, 1.0), Person("usr_2", "Ann"), 2.0)
    assert profile_of(state, person_named("Ann")) is None
    state = talked(talked(state, person_named("Ann"), 3.0), ANN, 4.0)
    assert set(state.users) == {"usr_ann", "usr_2", "name:ann"}


def test_a_new_name_is_found_and_the_old_one_is_not() -> None:
    state = talked(talked(UsersState(), ANN, 1.0), Person("usr_ann", "Annie"), 2.0)
    assert [user.user_id for user in find(state, "annie")] == ["usr_ann"]
    assert find(state, "Ann") == ()


def test_a_touch_brings_closer_by_less_than_a_talk() -> None:
    state = interacted(UsersState(), ANN, Interaction("touch", "Ann", "head", 1.0))
    assert 0.0 < state.users["usr_ann"].relationship_level < GROWTH


def test_what_was_said_and_what_was_answered_stand_together() -> None:
    state = interacted(UsersState(), ANN, Interaction("talk", "Ann", "I like tea.", 1.0, "So do I."))
    (talk,) = state.users["usr_ann"].interaction_history
    assert (talk.detail, talk.reply) == ("I like tea.", "So do I.")
    assert state.users["usr_ann"].preferences == {"tea": "likes"}


def test_changing_ones_mind_leaves_one_view_in_each_matter() -> None:
    state = interacted(UsersState(), ANN, Interaction("talk", "Ann", "I like tea.", 1.0))
    state = interacted(state, ANN, Interaction("talk", "Ann", "I don't like tea.", 2.0))
    assert state.users["usr_ann"].preferences == {"tea": "dislikes"}


# -- forgetting


def test_who_is_forgotten_is_gone_and_who_is_met_again_afterwards_stays() -> None:
    state = talked(talked(UsersState(), ANN, 1.0), BOB, 2.0)
    tombstones = {tombstone("usr_ann"): 5.0}
    state = without(state, tombstones)
    assert set(state.users) == {"usr_bob"}
    assert find(state, "Ann") == ()
    again = talked(state, ANN, 6.0)
    assert without(again, tombstones) is again
    assert again.users["usr_ann"].met_at == 6.0


@settings(deadline=None)
@given(STEPS, st.dictionaries(st.sampled_from(("usr_ann", "usr_bob", "usr_2", "name:ann", "usr_9")), TIMES))
def test_exactly_those_met_before_they_were_to_be_forgotten_are(
    steps: list[tuple[Person, object]], asked: dict[str, float]
) -> None:
    for _, change in steps_taken(steps)[-1:]:
        after = without(change.state, {tombstone(user_id): at for user_id, at in asked.items()})
        kept = {i for i, u in change.state.users.items() if i not in asked or u.met_at > asked[i]}
        assert set(after.users) == kept
        assert faults(after) == ()
        assert set().union(*after.names.values(), set()) <= kept


@pytest.mark.parametrize(
    ("user", "fault"),
    [
        (UserState("usr_ann", "Ann", 7.0), "relationship_level is not in [0, 1]"),
        (UserState("usr_ann", "Ann", met_at=-1.0), "met_at is negative"),
        (
            UserState("usr_ann", "Ann", interaction_history=(Interaction(),) * 201),
            "more than 20 interactions",
        ),
        (UserState("usr_bob", "Ann"), "the record says it is usr_bob"),
    ],
)
def test_a_record_that_must_not_be_is_named_with_its_fault(user: UserState, fault: str) -> None:
    assert faults(UsersState({"usr_ann": user})) == (f"usr_ann: {fault}",)


def test_what_a_change_touched_is_checked_and_nobody_else() -> None:
    wrong = UserState("usr_ann", "Ann", 7.0)
    state = UsersState(Unread({"usr_ann": wrong, "usr_bob": UserState("usr_bob", "Bob", 9.0)}))
    assert faults_at(state, (("users", "usr_ann"), ("users", "usr_gone"), ("names", "ann"))) == (
        "usr_ann: relationship_level is not in [0, 1]",
    )


def test_a_list_whose_names_were_folded_in_case_only_is_still_found_by_what_people_type() -> None:
    ten = UserState("usr_10", "Ten․exe")
    state = UsersState({"usr_10": ten}, {"ten․exe": ("usr_10",)})
    assert find(state, "Ten.exe") == (ten,)


def test_a_record_that_stayed_does_not_hide_the_fault_of_the_next_one() -> None:
    before = talked(UsersState(), ANN, 5.0)
    wrong = UserState("usr_bob", "Bob", relationship_level=7.0)
    after = msgspec.structs.replace(before, users={**before.users, "usr_bob": wrong})
    assert faults(after, before) == ("usr_bob: relationship_level is not in [0, 1]",)


def test_who_is_called_otherwise_stays_the_same_person() -> None:
    ann, ren = Person("usr_ann", "Ann"), Person("usr_ren", "Ren")
    state = interacted(UsersState(), ann, Interaction("talk", "Ann", "I like tea", 1.0))
    change = called(state, (Person("usr_ann", "Annie"), ren))
    assert set(change.state.users) == {"usr_ann"}, "nobody is met by being a friend"
    assert change.state.users["usr_ann"].preferences == state.users["usr_ann"].preferences
    assert find(change.state, "annie") == (change.state.users["usr_ann"],)
    assert find(change.state, "Ann") == ()
    assert called(change.state, (Person("usr_ann", "Annie"),)) == Change(change.state)
