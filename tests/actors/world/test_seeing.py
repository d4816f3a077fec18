"""What the eyes tell, as the world knows it."""

import pytest

from actors.vision.messages import PERSON, Box, Sight, Trend
from actors.vocabulary.values import UNKNOWN, Person, tombstone
from actors.world.seeing import MOST, REFRESHED, entered, moving, sighted, visible
from actors.world.sights import located
from actors.world.state import WorldState, without

MIO = Person("usr_1", "Mio")
AT = 1000.0


def sight(
    track: int = 1,
    x: float = 0.5,
    person: Person = UNKNOWN,
    distance: float = 0.0,
    trend: Trend = "",
    kind: str = PERSON,
) -> Sight:
    return Sight(
        track, kind, person, Box(x - 0.05, 0.4, 0.1, 0.2), 0.0, AT, 0.5, distance, 0.2, "height", trend
    )


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (sight(), "somebody ahead"),
        (sight(person=MIO, x=0.1, distance=3.2), "Mio on the left, 3 m away"),
        (sight(x=0.9, distance=1.3, trend="approaching"), "somebody on the right, 1.5 m away, coming closer"),
        (sight(person=MIO, trend="leaving"), "Mio ahead, going away"),
        (sight(kind="chair", x=0.9, distance=2.0), "chair on the right, 2 m away"),
    ],
)
def test_what_is_seen_is_told_in_a_few_words(seen: Sight, words: str) -> None:
    assert visible(sighted(WorldState(), [seen], AT), AT) == (words,)


def test_only_those_that_matter_are_told_people_first() -> None:
    chairs = [sight(n, kind="chair", distance=0.5) for n in range(10, 20)]
    people = [sight(1, distance=8.0), sight(2, 0.1, MIO, 9.0)]
    told = visible(sighted(WorldState(), [*chairs, *people], AT), AT)
    assert len(told) == MOST
    assert told[:2] == ("Mio on the left, 9 m away", "somebody ahead, 8 m away")


def test_who_is_not_seen_any_more_is_gone_at_once() -> None:
    state = sighted(WorldState(), [sight(1), sight(2, 0.1, MIO)], AT)
    assert visible(sighted(state, [sight(1)], AT + 1.0), AT + 1.0) == ("somebody ahead",)


def test_what_moves_where_somebody_is_seen_is_no_news() -> None:
    state = moving(moving(sighted(WorldState(), [sight()], AT), 0.5, 0.5, 0.1, AT), 0.1, 0.5, 0.1, AT)
    assert visible(state, AT) == ("somebody ahead", "something moving on the left")


def test_a_picture_that_shows_the_same_changes_nothing() -> None:
    """Five pictures a second would be five states a second to be kept."""
    state = sighted(WorldState(), [sight(distance=4.1)], AT)
    assert sighted(state, [sight(distance=3.8, x=0.51)], AT + REFRESHED / 2) is state
    assert sighted(state, [sight(distance=4.1)], AT + REFRESHED) is not state


def test_who_comes_into_sight() -> None:
    assert entered([sight(1)], [sight(1), sight(2)]) == (sight(2),)
    assert entered([sight(1)], []) == ()


def test_a_forgotten_person_is_not_seen_in_what_is_kept() -> None:
    state = sighted(WorldState(), [sight(1, person=MIO), sight(2)], AT)
    left = without(state, {tombstone("usr_1"): AT + 1.0})
    assert [thing.person for thing in left.objects.values()] == [UNKNOWN]


def test_one_can_go_to_who_has_a_name_and_a_distance_and_to_the_only_thing_of_a_kind() -> None:
    seen = (
        sight(1, person=MIO, distance=2.0),
        sight(2, distance=2.0),
        sight(3, kind="chair", distance=1.0),
        sight(4, kind="dog", distance=1.0),
        sight(5, kind="dog", distance=2.0),
        sight(6, kind="tv"),
    )
    assert [one.target for one in located(seen, AT)] == ["usr_1", "chair"]
