"""From the log's lines to what the world hears: told in parts or in one, the world comes to the same."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.message import Message
from actors.vocabulary.values import Person, person_named
from actors.world.logline import Joining, LogEvent, Named, PlayerCame, PlayerGone, RoomLeft, SignedIn
from actors.world.messages import PlayerJoined, PlayerLeft, WorldEntered, WorldLeft
from actors.world.roster import Roster, announcements, apply_event
from actors.world.state import WorldState, departed, entered, joined, left, present

MIO, REN, GERALD = Person("usr_1", "Mio"), Person("usr_2", "Ren"), Person("usr_3", "Gerald")
PEOPLE = st.sampled_from([MIO, REN, GERALD])
EVENTS: st.SearchStrategy[LogEvent] = st.one_of(
    st.builds(PlayerCame, PEOPLE),
    st.builds(PlayerGone, PEOPLE),
    st.builds(Named, st.sampled_from(["Home", "Bar"])),
    st.builds(Joining, st.sampled_from(["wrld_a", "wrld_b"])),
    st.just(RoomLeft()),
    st.just(SignedIn(GERALD)),
)


def heard(state: WorldState, messages: tuple[Message, ...]) -> WorldState:
    """What the world's domain makes of it."""
    for message in messages:
        match message:
            case WorldLeft():
                state = departed(state, message.at)
            case WorldEntered():
                state = entered(state, message.world_id, message.world_name, message.at)
            case PlayerJoined():
                state = joined(state, message.person, message.at, message.own)
            case PlayerLeft():
                state = left(state, message.person, message.at)
    return state


def roster(*events: LogEvent) -> Roster:
    return reduce(apply_event, events, Roster())


@given(st.lists(st.lists(EVENTS, max_size=8), max_size=8))
def test_the_world_comes_to_the_same_in_whatever_portions_the_log_is_read(
    batches: list[list[LogEvent]],
) -> None:
    before: Roster | None = None
    now, world = (
        Roster(),
        joined(entered(WorldState(), "wrld_x", "Yesterday", 0.5), Person("usr_9", "Old"), 0.5),
    )
    for batch in batches:
        now = reduce(apply_event, batch, now)
        world, before = heard(world, announcements(before, now, 1.0)), now
        assert (world.world_id, world.world_name) == (now.world_id, now.world_name)
        assert {u: info.person for u, info in world.avatars.items()} == now.people
        assert set(present(world)) == {p for p in now.people.values() if p != now.own}


@given(st.lists(EVENTS, max_size=12))
def test_what_is_told_already_is_not_told_again(events: list[LogEvent]) -> None:
    now = roster(*events)
    assert announcements(now, now, 1.0) == ()


@pytest.mark.parametrize("order", [1, -1])
def test_name_and_id_come_in_either_order(order: int) -> None:
    lines: list[LogEvent] = [Named("Home"), Joining("wrld_a")]
    now = roster(*lines[::order], PlayerCame(MIO))
    assert (now.world_id, now.world_name, now.people) == ("wrld_a", "Home", {"usr_1": MIO})


def further(known: Roster, *events: LogEvent) -> Roster:
    return reduce(apply_event, events, known)


def test_the_same_world_entered_again_is_another_visit_with_nobody_in_it_yet() -> None:
    first = roster(Named("Home"), Joining("wrld_a"), PlayerCame(MIO))
    second = further(first, RoomLeft(), Named("Home"), Joining("wrld_a"), PlayerCame(REN))
    assert announcements(first, second, 2.0) == (
        WorldLeft(2.0),
        WorldEntered("wrld_a", "Home", 2.0),
        PlayerJoined(REN, 2.0),
    )


def test_even_where_the_line_of_leaving_is_missing() -> None:
    first = roster(Named("Home"), Joining("wrld_a"), PlayerCame(MIO))
    second = further(first, Named("Bar"), Joining("wrld_b"))
    assert (second.world_id, second.world_name, second.people) == ("wrld_b", "Bar", {})


def test_somebody_with_an_id_leaves_by_name_where_the_line_has_none() -> None:
    assert roster(PlayerCame(MIO), PlayerCame(REN), PlayerGone(person_named("mio"))).people == {"usr_2": REN}


def test_the_bots_account_is_known_by_its_id_and_nobody_else_by_the_same_name() -> None:
    double = Person("usr_4", "Gerald")
    messages = announcements(
        None, roster(SignedIn(GERALD), PlayerCame(GERALD), PlayerCame(double)), 1.0, "Gerald"
    )
    assert PlayerJoined(GERALD, 1.0, own=True) in messages
    assert PlayerJoined(double, 1.0) in messages


def test_without_that_line_the_configured_account_is_known_by_its_name() -> None:
    assert PlayerJoined(GERALD, 1.0, own=True) in announcements(
        None, roster(PlayerCame(GERALD)), 1.0, "gerald"
    )
