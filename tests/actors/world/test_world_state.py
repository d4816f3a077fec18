"""The world as a value: who comes, who goes, and what is forgotten when the bot goes elsewhere."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vocabulary.values import UNKNOWN, Person, Vector3, person_named, tombstone
from actors.world import navigation, things
from actors.world.seeing import MOVED, MOVING, moving, still, visible
from actors.world.state import (
    PLAYERS,
    AvatarInfo,
    NavigationGraph,
    WorldObject,
    WorldState,
    departed,
    entered,
    faded,
    faults,
    joined,
    left,
    moved,
    place_called,
    present,
    without,
)
from tests.doubles.annotations import check_annotations

MIO = Person("usr_1", "Mio")
REN = Person("usr_2", "Ren")
PEOPLE = st.sampled_from([MIO, REN, person_named("Mio"), person_named("Aki"), UNKNOWN])
TIMES = st.floats(0.0, 2e9)
PARTS = st.floats(0.0, 1.0)
AXES = st.floats(-6.0, 6.0) | st.floats(-4e38, 4e38)
POSITIONS = st.builds(Vector3, AXES, AXES, AXES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("joined"), PEOPLE, TIMES),
        st.tuples(st.just("left"), PEOPLE, TIMES),
        st.tuples(st.just("entered"), st.sampled_from(["", "wrld_a", "wrld_b"]), TIMES),
        st.tuples(st.just("departed"), st.none(), TIMES),
        st.tuples(st.just("moved"), st.tuples(POSITIONS, st.booleans()), TIMES),
        st.tuples(st.just("moving"), st.tuples(PARTS, PARTS, st.floats(0.001, 1.0)), TIMES),
        st.tuples(st.just("still"), st.none(), TIMES),
        st.tuples(st.just("faded"), st.none(), TIMES),
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
        elif kind == "moved":
            states.append(moved(state, *what, at))  # type: ignore[misc]
        elif kind == "moving":
            states.append(moving(state, *what, at))  # type: ignore[misc]
        else:
            states.append({"departed": departed, "still": still, "faded": faded}[kind](state, at))
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
        "body",
        "frame",
        "friends",
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
            WorldState(navigation_graph=NavigationGraph({"door": Vector3()}, {"door": {"bar": 1.0}})),
            "no place is called 'bar'",
        ),
        (
            WorldState(objects={str(n): WorldObject("chair") for n in range(65)}),
            "objects: 65 entries, at most 64",
        ),
    ],
)
def test_an_unsound_state_is_refused_with_its_reason(state: WorldState, reason: str) -> None:
    assert reason in "; ".join(faults(state))


def test_what_moves_is_seen_where_it_is_and_forgotten_after_a_while() -> None:
    state = moving(WorldState(), 0.1, 0.5, 0.02, 100.0)
    assert visible(state, 101.0) == (f"{MOVING} on the left",)
    assert state.objects["motion on the left"].confidence == pytest.approx(0.5)
    assert visible(state, 100.0 + things.FADES) == ()
    assert faded(state, 100.0 + things.FADES).objects == {}
    assert faded(state, 101.0) is state


def test_what_has_stopped_is_no_longer_said_to_move() -> None:
    state = still(moving(WorldState(), 0.5, 0.9, 0.3, 100.0), 102.0)
    assert visible(state, 103.0) == (f"{MOVED} below",)


def test_the_surest_thing_is_named_first() -> None:
    state = moving(moving(WorldState(), 0.1, 0.5, 0.01, 100.0), 0.9, 0.5, 0.5, 101.0)
    assert visible(state, 102.0) == (f"{MOVING} on the right", f"{MOVING} on the left")


def test_where_the_bot_sits_there_is_a_seat_to_go_back_to() -> None:
    seat = Vector3(0.5, 1.0, 0.5)
    state = moved(moved(WorldState(), seat, True, 1.0), Vector3(2.5, 1.0, 0.5), False, 2.0)
    (name,) = state.interactive_elements
    assert state.interactive_elements[name].kind == "seat"
    assert place_called(state, name) == navigation.place_of(seat)
    assert place_called(state, "") == navigation.place_of(Vector3(2.5, 1.0, 0.5))


def test_the_bots_own_account_is_where_its_body_is() -> None:
    state = moved(joined(WorldState(), REN, 1.0, own=True), Vector3(1.0, 1.0, 1.0), False, 2.0)
    assert state.avatars["usr_2"].position == Vector3(1.0, 1.0, 1.0)


def test_a_position_that_cannot_be_is_none() -> None:
    state = moved(WorldState(), Vector3(3e38, 0.0, 0.0), False, 1.0)
    assert state == WorldState()


def test_in_another_world_other_ways_are_learned() -> None:
    state = moved(entered(WorldState(), "wrld_a", "Home", 1.0), Vector3(1.0, 1.0, 1.0), True, 2.0)
    assert entered(state, "wrld_b", "Away", 3.0) == WorldState("wrld_b", "Away", last_updated=3.0)


def test_things_and_elements_are_bounded_and_the_newest_stay() -> None:
    objects, elements = {}, {}
    for n in range(300):
        objects = things.seen(objects, str(n), WorldObject("chair", seen_at=n / 1000))
        elements = things.used(elements, str(n), things.InteractiveElement("seat", used_at=float(n)))
    assert (len(objects), len(elements)) == (things.OBJECTS, things.ELEMENTS)
    assert "299" in objects
    assert "299" in elements
    assert "0" not in elements


def test_who_was_to_be_forgotten_is_not_here_until_they_come_again() -> None:
    state = joined(joined(WorldState(), MIO, 1.0), REN, 2.0)
    after = without(state, {tombstone("usr_1"): 5.0})
    assert (present(after), after.player_count) == ((REN,), 1)
    again = joined(after, MIO, 9.0)
    assert without(again, {tombstone("usr_1"): 5.0}) is again
