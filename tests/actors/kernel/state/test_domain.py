"""A state domain: one writer; every change is announced, or refused with every reason."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from actors.kernel.actor import Actor, handles
from actors.kernel.errors import InvalidUpdate, SynchronizationError
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.kernel.protocol.state import GetState, StateIs, Updated, UpdateRefused, UpdateState
from actors.kernel.protocol.storage import Version
from actors.kernel.protocol.subscription import StateChanged, Subscribe, Unsubscribe, UpToDate
from actors.kernel.state.domain import checked
from actors.kernel.state.subscriptions import NEWS, PROBE_EVERY, SUBSCRIPTIONS
from actors.kernel.state.update import atomic_update
from tests.actors.kernel.garden import House, Orchard, Orchardist, Tree
from tests.actors.kernel.parts import Garden, Memo
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import Probe

# -- changing


def test_an_update_bumps_the_version_and_changes_what_it_names() -> None:
    house = House().load(Garden(1, "old"))
    assert house.update(name="new") == Updated(Version(3, 1))
    assert house.actor.state == Garden(1, "new")


def test_an_update_to_the_same_values_is_no_change() -> None:
    house = House().load(Garden(100_000, "same", (1.5,)))
    assert house.update(plants=100_000, name="same", sizes=[1.5]) == Updated(Version(3, 0))
    assert house.saves == []


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        (
            {"plants": "many", "nmae": "x"},
            ("plants: Expected `int`, got `str`", "Garden has no field 'nmae'"),
        ),
        (
            {"plants": -1, "name": "far too long a name"},
            ("plants: less than none", "name: longer than 10 characters"),
        ),
        ({"sizes": [1.0, math.nan]}, ("sizes: a number that is not finite",)),
    ],
)
def test_a_refused_update_gives_every_reason_and_changes_nothing(
    changes: Mapping[str, Any], reasons: tuple[str, ...]
) -> None:
    house = House().load(Garden(1, "old"))
    friend = house.world.probe("friend")
    house.world.give("garden", Subscribe(), sender="friend")
    house.store.clear()
    assert house.update(**changes) == UpdateRefused(reasons)
    assert (house.actor.state, house.actor.version) == (Garden(1, "old"), Version(3, 1))
    assert friend.of(StateChanged) == []
    assert house.saves == []
    assert house.life.running


def test_an_update_of_an_older_version_is_refused() -> None:
    house = House().load()
    assert house.update(expected=Version(3, 0), plants=1) == Updated(Version(3, 1))
    refused = house.update(expected=Version(3, 0), plants=2)
    assert isinstance(refused, UpdateRefused)
    assert house.actor.state.plants == 1


def test_changes_that_are_no_map_are_refused() -> None:
    house = House().load()
    house.world.give("garden", UpdateState(b"\xc1"), sender="guest")
    (refused,) = house.guest.of(UpdateRefused)
    assert "no MessagePack map" in refused.reasons[0]


def test_checked_converts_each_field_to_its_type() -> None:
    assert checked(Garden(), {"sizes": [1, 2]}) == Garden(sizes=(1.0, 2.0))
    with pytest.raises(InvalidUpdate) as refused:
        checked(Garden(), {"plants": 1.5, "name": 3, "x": 0})
    assert len(refused.value.reasons) == 3


# -- places


def orchard(count: int = 2) -> House:
    return House(Orchardist()).load(Orchard({f"t{n}": Tree(float(n)) for n in range(count)}))


def test_an_update_reaches_places_by_path_and_removes_keys() -> None:
    house = orchard()
    answer = house.update({"trees/t1/height": 9.0, "trees/new": {"height": 1}}, remove=("trees/t0",))
    assert answer == Updated(Version(3, 1))
    assert house.actor.state == Orchard({"t1": Tree(9.0), "new": Tree(1.0)})


def test_a_refused_path_says_where_it_ended_and_nothing_changes() -> None:
    house = orchard()
    refused = house.update(
        {"trees/none/height": 1.0, "owner/name": 1, "trees/t0/height": "high"}, remove=("trees/gone", "owner")
    )
    assert isinstance(refused, UpdateRefused)
    assert [reason.partition(":")[0] for reason in refused.reasons] == [
        "trees/none/height",
        "owner/name",
        "trees/t0/height",
        "trees/gone",
        "only the keys of a mapping can be removed",
    ]
    assert house.actor.version == Version(3, 0)


@pytest.mark.parametrize(
    ("path", "json"),
    [
        ("trees/t1/height", b"1.0"),
        ("trees/t1", b'{"height":1.0,"picked":[]}'),
        ("trees/none/height", b"null"),
        ("__class__", b"null"),
        ("owner/upper", b"null"),
        ("trees/items", b"null"),
    ],
)
def test_what_is_at_a_path_is_given_and_null_where_there_is_nothing(path: str, json: bytes) -> None:
    house = orchard()
    house.world.give("garden", GetState(path), sender="guest")
    assert house.guest.messages == [StateIs("orchard", Version(3, 0), json, path)]


# -- subscriptions


def test_subscribers_are_given_the_state_and_every_change_until_they_leave() -> None:
    house = House().load()
    friend = house.world.probe("friend")
    for _ in range(2):
        house.world.give("garden", Subscribe(), sender="friend")
    house.update(plants=1, name="x")
    house.world.advance(NEWS)
    house.update(plants=2)
    house.world.advance(NEWS)
    house.world.give("garden", Unsubscribe(), sender="friend")
    house.update(plants=3)
    assert [whole.version for whole in friend.of(StateIs)] == [Version(3, 1), Version(3, 1)]
    assert friend.of(StateChanged) == [
        StateChanged("garden", Version(3, 2), ("plants", "name"), since=Version(3, 1)),
        StateChanged("garden", Version(3, 3), ("plants",), since=Version(3, 2)),
    ]


def test_who_is_slow_finds_the_newest_change_only_and_sees_that_one_is_missing() -> None:
    house = House().load()
    slow = Mailbox()
    house.world.directory.open("slow", slow)
    house.world.give("garden", Subscribe(), sender="slow")
    slow.take()
    for plants in (1, 2, 3):
        house.update(plants=plants)
        house.world.advance(NEWS)
    (left,) = slow.waiting()
    assert left.message == StateChanged("garden", Version(3, 4), ("plants",), since=Version(3, 3))


def test_a_burst_of_changes_is_announced_at_once_and_then_as_one() -> None:
    house = House().load()
    friend = house.world.probe("friend")
    house.world.give("garden", Subscribe(), sender="friend")
    house.update(plants=1)
    house.update(name="x")
    house.update(plants=3)
    assert friend.of(StateChanged) == [StateChanged("garden", Version(3, 2), ("plants",), Version(3, 1))]
    house.world.advance(NEWS)
    last = StateChanged("garden", Version(3, 4), ("name", "plants"), Version(3, 2))
    assert friend.of(StateChanged)[1:] == [last]
    house.world.advance(1.0)
    assert len(friend.of(StateChanged)) == 2


def test_whoever_subscribes_to_a_place_hears_of_that_alone() -> None:
    house = orchard()
    friend = house.world.probe("friend")
    house.world.give("garden", Subscribe(path="trees/t1"), sender="friend")
    house.update({"owner": "Ann"})
    house.update({"trees/t0/height": 5.0})
    house.update({"trees/t1/height": 5.0})
    house.world.advance(NEWS)
    house.update(remove=("trees/t1",))
    path = "trees/t1"
    assert friend.of(StateChanged) == [
        StateChanged("orchard", Version(3, 4), ("trees",), Version(3, 1), path),
        StateChanged("orchard", Version(3, 5), ("trees",), Version(3, 4), path),
    ]


def test_a_subscriber_that_knows_the_state_is_not_given_it_again() -> None:
    house = House().load(Garden(1))
    friend = house.world.probe("friend")
    house.world.give("garden", Subscribe(known=Version(3, 0)), sender="friend")
    house.world.give("garden", Subscribe(known=Version(3, 1)), sender="friend")
    house.world.give("garden", Subscribe(known=Version(3, 0)), sender="friend")
    newest = UpToDate("garden", Version(3, 1))
    assert friend.messages[:2] == [newest, newest]
    assert isinstance(friend.messages[2], StateIs)


def test_somebody_else_can_be_subscribed() -> None:
    house = House().load()
    friend = house.world.probe("friend")
    house.world.give("garden", Subscribe("friend"), sender="guest")
    house.update(plants=1)
    assert len(friend.of(StateChanged)) == 1


def test_whoever_is_gone_is_told_no_more() -> None:
    house = House().load()
    house.world.probe("friend")
    house.world.give("garden", Subscribe(), sender="friend")
    house.world.directory.close("friend")
    house.world.advance(2.0)
    house.update(plants=1)
    assert house.actor.subscriptions == ()


class Reader(Actor):
    """Dies of some news."""

    def __init__(self, dies_of: set[int]) -> None:
        self.dies_of = dies_of

    @handles
    def on_news(self, news: StateChanged) -> None:
        if news.version.n in self.dies_of:
            raise ValueError("not this again")


def read_by(house: House, dies_of: set[int]) -> None:
    """Tell a subscriber at `reader` four news, which comes back each time that it died."""
    mailbox = Mailbox()
    house.world.start(Reader(dies_of), "reader", mailbox=mailbox)
    house.world.give("garden", Subscribe("reader"))
    for number in range(4):
        house.world.advance(PROBE_EVERY)
        house.update(plants=number + 1)
        if house.world.failures.pop("reader", None) is not None:
            house.world.start(Reader(dies_of), "reader", number + 2, mailbox)
            house.world.run()


def test_a_subscription_that_kills_twice_in_a_row_is_set_aside_and_said() -> None:
    house = House().load()
    read_by(house, {2, 3, 4, 5})
    assert house.actor.subscriptions == ()
    said = house.world.supervisor.of(HealthChanged)[-1]
    assert said.health is Health.DEGRADED
    assert said.reason == "reader died 2 times in a row of what it had subscribed to here: this was set aside"


def test_a_subscriber_that_dies_now_and_then_keeps_its_subscription() -> None:
    house = House().load()
    read_by(house, {2, 4})
    assert [s.address for s in house.actor.subscriptions] == ["reader"]


def test_whoever_takes_no_such_news_is_told_no_more() -> None:
    house = House().load()
    house.world.start(Actor(), "deaf")
    house.world.give("garden", Subscribe("deaf"))
    house.world.advance(PROBE_EVERY)
    house.update(plants=1)
    assert house.actor.subscriptions == ()


def test_beyond_so_many_subscriptions_the_oldest_ends() -> None:
    house = House().load()
    for number in range(SUBSCRIPTIONS + 3):
        house.world.give("garden", Subscribe(f"friend_{number}"))
    addresses = [subscription.address for subscription in house.actor.subscriptions]
    assert addresses == [f"friend_{number}" for number in range(3, SUBSCRIPTIONS + 3)]


def test_subscribers_are_known_again_after_a_restart() -> None:
    house = House().load()
    house.world.give("garden", Subscribe(), sender="friend")
    again = House()
    friend = again.world.probe("friend")
    again.answer(Shelf(house.store.messages).loaded("garden"))
    again.update(plants=1)
    assert friend.of(StateChanged) == [StateChanged("garden", Version(1, 1), ("plants",), since=Version())]


# -- atomic_update


class Waiting:
    """Asks in a VirtualWorld and waits for the answer, as Outside does with threads."""

    def __init__(self, house: House, meddle: int = 0) -> None:
        self.house = house
        self.meddle = meddle

    def answer(self, to: str, message: Message, timeout: float) -> Message:
        if isinstance(message, UpdateState) and self.meddle:
            self.meddle -= 1
            self.house.update(plants=self.house.actor.state.plants + 100)
        probe: Probe = self.house.world.probe("outside")
        self.house.world.give(to, message, sender="outside")
        return probe.messages[-1]


def one_more(state: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"plants": state["plants"] + 1}


def test_atomic_update_applies_what_was_computed_from_the_current_state() -> None:
    house = House().load(Garden(5))
    assert atomic_update(Waiting(house), "garden", one_more) == Version(3, 1)
    assert house.actor.state.plants == 6


def test_atomic_update_tries_again_when_somebody_was_faster_and_loses_no_change() -> None:
    house = House().load(Garden(5))
    assert atomic_update(Waiting(house, meddle=3), "garden", one_more) == Version(3, 4)
    assert house.actor.state.plants == 306


def test_atomic_update_gives_up_when_it_is_always_overtaken() -> None:
    house = House().load()
    with pytest.raises(SynchronizationError, match="garden: overtaken 4 times in a row"):
        atomic_update(Waiting(house, meddle=99), "garden", one_more, tries=4)


def test_atomic_update_does_not_repeat_what_is_refused() -> None:
    house = House().load()
    waiting = Waiting(house)
    with pytest.raises(InvalidUpdate, match="plants: less than none"):
        atomic_update(waiting, "garden", lambda _: {"plants": -1})


def test_a_domain_is_an_actor_like_any_other_and_lives_on_after_what_it_does_not_handle() -> None:
    house = House().load()
    house.world.give("garden", Memo(1))
    assert "garden" not in house.world.failures
    assert [letter.why for letter in house.world.dead_letters.last] == ["unhandled"]
