"""The world as a value: who comes, who goes, and what is forgotten when the bot goes elsewhere."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.message import check_annotations
from actors.vocabulary.values import UNKNOWN, Person, Vector3, person_named
from actors.world.state import (
    PLAYERS,
    AvatarInfo,
    NavigationGraph,
    Passage,
    WorldObject,
    WorldState,
    departed,
    entered,
    faults,
    joined,
    left,
    present,
)

MIO = Person("usr_1", "Mio")
REN = Person("usr_2", "Ren")
PEOPLE = st.sampled_from([MIO, REN, person_named("Mio"), person_named("Aki"), UNKNOWN])
TIMES = st.floats(0.0, 2e9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("joined"), PEOPLE, TIMES),
        st.tuples(st.just("left"), PEOPLE, TIMES),
        st.tuples(st.just("entered"), st.sampled_from(["", "wrld_a", "wrld_b"]), TIMES),
        st.tuples(st.just("departed"), st.none(), TIMES),
    ),
    max_size=30,
)


def after(steps: list[tuple[str, object, float]]) -> list[WorldState]:
    states = [WorldState()]
    for kind, what, at in steps:
        state = states[-1]
        if kind == "joined":
            states.append(joined(state, what, at))  # type: ignore[arg-type]
        elif kind == "left":
            states.append(left(state, what, at))  # type: ignore[arg-type]
        elif kind == "entered":
            states.append(entered(state, str(what), "", at))
        else:
            states.append(departed(state, at))
    return states


@given(STEPS)
def test_whatever_happens_the_state_is_sound_and_its_time_never_runs_back(
    steps: list[tuple[str, object, float]],
) -> None:
    states = after(steps)
    assert all(faults(state) == () for state in states)
    times = [state.last_updated for state in states]
    assert times == sorted(times)


@given(STEPS)
def test_every_state_survives_the_store(steps: list[tuple[str, object, float]]) -> None:
    state = after(steps)[-1]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=WorldState) == state


def test_the_state_is_frozen_all_the_way_down() -> None:
    assert check_annotations(WorldState) == ()


def test_the_state_has_the_fields_of_the_design() -> None:
    assert WorldState.__struct_fields__ == (
        "world_id",
        "world_name",
        "player_count",
        "avatars",
        "objects",
        "interactive_elements",
        "navigation_graph",
        "last_updated",
    )


def test_the_bots_own_account_counts_as_a_player_but_is_nobody_to_talk_with() -> None:
    state = joined(joined(WorldState(), REN, 1.0, own=True), MIO, 2.0)
    assert state.player_count == 2
    assert present(state) == (MIO,)


def test_somebody_who_joins_again_has_been_here_since_the_first_time() -> None:
    state = joined(joined(WorldState(), MIO, 1.0), Person("usr_1", "Mio2"), 5.0)
    assert state.avatars == {"usr_1": AvatarInfo(Person("usr_1", "Mio2"), 1.0)}
    assert state.player_count == 1


def test_somebody_unknown_is_not_counted() -> None:
    assert joined(WorldState(), UNKNOWN, 1.0) == WorldState()


def test_somebody_leaves_by_name_alone_where_no_id_is_known() -> None:
    assert left(joined(WorldState(), MIO, 1.0), person_named("mio"), 2.0).player_count == 0


def test_somebody_who_was_not_here_cannot_leave() -> None:
    state = joined(WorldState(), MIO, 1.0)
    assert left(state, REN, 2.0) is state


def test_the_name_that_comes_after_the_id_keeps_who_is_here() -> None:
    state = joined(entered(WorldState(), "wrld_a", "", 1.0), MIO, 2.0)
    named = entered(state, "wrld_a", "Home", 3.0)
    assert (named.world_name, present(named)) == ("Home", (MIO,))


def test_the_same_world_again_is_the_same_visit() -> None:
    state = joined(entered(WorldState(), "wrld_a", "Home", 1.0), MIO, 2.0)
    assert entered(state, "wrld_a", "Home", 9.0) is state


@pytest.mark.parametrize("there", [("wrld_b", "Home"), ("wrld_a", "Away"), ("wrld_b", "")])
def test_in_another_world_nothing_is_known_yet(there: tuple[str, str]) -> None:
    state = joined(entered(WorldState(), "wrld_a", "Home", 1.0), MIO, 2.0)
    state = msgspec.structs.replace(state, objects={"1": WorldObject("chair")})
    assert entered(state, *there, 3.0) == WorldState(*there, last_updated=3.0)


def test_the_one_who_came_first_is_forgotten_when_too_many_are_here() -> None:
    state = WorldState()
    for n in range(PLAYERS + 3):
        state = joined(state, Person(f"usr_{n}", str(n)), float(n))
    assert state.player_count == PLAYERS
    assert "usr_2" not in state.avatars
    assert f"usr_{PLAYERS + 2}" in state.avatars
    assert "usr_3" in state.avatars


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (WorldState(player_count=1), "player_count is 1, but there are 0 avatars"),
        (WorldState(last_updated=-1.0), "last_updated is negative"),
        (
            WorldState(player_count=1, avatars={"usr_2": AvatarInfo(MIO)}),
            "avatars.usr_2: the player's id is another",
        ),
        (
            WorldState(navigation_graph=NavigationGraph({"door": Vector3()}, (Passage("door", "bar", 1.0),))),
            "no place is called 'bar'",
        ),
        (
            WorldState(objects={str(n): WorldObject("chair") for n in range(10_001)}),
            "objects: 10001 entries, at most 10000",
        ),
    ],
)
def test_an_unsound_state_is_refused_with_its_reason(state: WorldState, reason: str) -> None:
    assert reason in "; ".join(faults(state))
