"""What is known of people, as pure transitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.users import state as users
from actors.users.state import HALF_LIFE, HISTORY, UsersState, faded, interacted, preferred
from actors.vocabulary.values import UNKNOWN, Interaction, Person

ANN = Person("usr_ann", "Ann")
BOB = Person("usr_bob", "Bob")
DAY = 86400.0

TIMES = st.floats(0.0, 4e9)
EVENTS = st.lists(st.tuples(st.sampled_from((ANN, BOB, UNKNOWN)), st.sampled_from(("talk", "touch")), TIMES))


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
    assert {p.kind: p.count for p in state.users["usr_ann"].conversation_patterns} == {"talk": 2, "touch": 1}


def test_a_new_name_replaces_the_old_one() -> None:
    state = talked(talked(UsersState(), ANN, 1.0), Person("usr_ann", "Annie"), 2.0)
    assert state.users["usr_ann"].display_name == "Annie"
    assert len(state.users["usr_ann"].interaction_history) == 2


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=100))
def test_the_last_preference_in_each_matter_holds(stated: list[tuple[str, str]]) -> None:
    state = UsersState()
    for key, value in stated:
        state = preferred(state, ANN, key, value)
    expected = {key: value for key, value in dict(stated).items() if key and value}
    known = state.users["usr_ann"].preferences if state.users else {}
    assert len(known) <= users.PREFERENCES
    assert known.items() <= expected.items()


def test_beyond_the_limit_whoever_was_not_seen_for_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(users, "PEOPLE", 3)
    state = UsersState()
    for number, at in enumerate((5.0, 1.0, 3.0, 9.0)):
        state = talked(state, Person(f"usr_{number}", f"P{number}"), at)
    assert set(state.users) == {"usr_0", "usr_2", "usr_3"}
