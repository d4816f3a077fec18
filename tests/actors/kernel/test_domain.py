"""A state domain: one writer, restored before it works, every change announced, kept, or refused with every reason."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from actors.kernel.domain import PERSISTENCE, RETRY_AFTER, atomic_update, checked
from actors.kernel.errors import InvalidUpdate, SynchronizationError
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Message
from actors.kernel.protocol import (
    Committed,
    GetState,
    Health,
    HealthChanged,
    LoadState,
    SaveFailed,
    SaveState,
    StateChanged,
    StateIs,
    StateLoaded,
    Stop,
    Subscribe,
    Unsubscribe,
    Updated,
    UpdateRefused,
    UpdateState,
    Version,
)
from actors.kernel.virtual import Probe, VirtualWorld
from tests.actors.kernel.parts import Garden, Gardener, Memo


class Lazy(Gardener):
    save_delay = 2.0


class House:
    """A Gardener, with persistence and a guest played by the test."""

    def __init__(self, actor: Gardener | None = None, mailbox: Mailbox | None = None) -> None:
        self.world = VirtualWorld()
        self.store = self.world.probe(PERSISTENCE)
        self.guest = self.world.probe("guest")
        self.actor = actor or Gardener()
        self.life = self.world.start(self.actor, "garden", mailbox=mailbox)

    def answer(self, message: Message) -> None:
        """Persistence answers the newest request."""
        last = self.store.envelopes[-1]
        self.world.tell("garden", message, sender=PERSISTENCE, answers=last.id)
        self.world.run()

    def load(self, state: Garden | None = None, epoch: int = 3) -> "House":
        payload = b"" if state is None else msgspec.msgpack.encode(state)
        self.answer(StateLoaded("garden", payload, epoch))
        self.store.clear()
        return self

    def update(self, expected: Version | None = None, **changes: Any) -> Message:
        self.guest.clear()
        self.world.give("garden", UpdateState(msgspec.msgpack.encode(changes), expected), sender="guest")
        return self.guest.messages[-1]

    def saves(self) -> list[Version]:
        return [message.version for message in self.store.of(SaveState)]


# -- restoring


def test_it_asks_for_its_state_and_does_nothing_else_until_it_has_it() -> None:
    house = House()
    house.world.give("garden", GetState(), sender="guest")
    assert house.store.messages == [LoadState("garden")]
    assert house.guest.messages == []
    house.load(Garden(7, "back"))
    assert house.guest.messages == [
        StateIs("garden", Version(3, 0), b'{"plants":7,"name":"back","sizes":[]}')
    ]
    assert house.actor.restores == 1
    assert house.life.is_ready


def test_without_a_stored_state_it_begins_with_the_initial_one() -> None:
    house = House().load(None)
    assert (house.actor.state, house.actor.version) == (Garden(), Version(3, 0))


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"\xc1", "does not fit"),
        (msgspec.msgpack.encode({"plants": "many"}), "does not fit"),
        (msgspec.msgpack.encode(Garden(-1)), "is invalid (plants: less than none)"),
    ],
)
def test_a_stored_state_that_cannot_be_used_is_said_and_not_used(payload: bytes, why: str) -> None:
    house = House()
    house.answer(StateLoaded("garden", payload, 4))
    assert (house.actor.state, house.actor.version) == (Garden(), Version(4, 0))
    (said,) = house.world.supervisor.of(HealthChanged)
    assert said.health is Health.DEGRADED
    assert why in said.reason
    assert house.life.is_ready


def test_without_persistence_it_works_in_memory_and_says_so() -> None:
    house = House()
    house.world.advance(10.0)
    assert house.life.is_ready
    (said,) = house.world.supervisor.of(HealthChanged)
    assert said.health is Health.DEGRADED
    assert "timeout" in said.reason
    assert isinstance(house.update(plants=1), Updated)


def test_versions_are_counted_anew_in_each_epoch() -> None:
    house = House().load(epoch=3)
    assert house.update(plants=1) == Updated(Version(3, 1))
    again = House().load(house.actor.state, epoch=4)
    assert again.update(plants=2) == Updated(Version(4, 1))


# -- changing


def test_an_update_bumps_the_version_and_changes_what_it_names() -> None:
    house = House().load(Garden(1, "old"))
    assert house.update(name="new") == Updated(Version(3, 1))
    assert house.actor.state == Garden(1, "new")


def test_an_update_to_the_same_values_is_no_change() -> None:
    house = House().load(Garden(100_000, "same", (1.5,)))
    assert house.update(plants=100_000, name="same", sizes=[1.5]) == Updated(Version(3, 0))
    assert house.saves() == []


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
    house.world.give("garden", Subscribe(), sender="friend")
    assert house.update(**changes) == UpdateRefused(reasons)
    assert (house.actor.state, house.actor.version) == (Garden(1, "old"), Version(3, 0))
    assert house.saves() == []
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


def test_subscribers_are_given_the_state_and_every_change_until_they_leave() -> None:
    house = House().load()
    friend = house.world.probe("friend")
    for _ in range(2):
        house.world.give("garden", Subscribe(), sender="friend")
    house.update(plants=1, name="x")
    house.world.give("garden", Unsubscribe(), sender="friend")
    house.update(plants=2)
    assert friend.of(StateChanged) == [StateChanged("garden", Version(3, 1), ("plants", "name"))]
    assert len(friend.of(StateIs)) == 2


def test_somebody_else_can_be_subscribed() -> None:
    house = House().load()
    friend = house.world.probe("friend")
    house.world.give("garden", Subscribe("friend"), sender="guest")
    house.update(plants=1)
    assert len(friend.of(StateChanged)) == 1


# -- keeping


def test_a_change_is_handed_to_persistence_at_once() -> None:
    house = House().load()
    house.update(plants=1)
    (save,) = house.store.of(SaveState)
    assert (save.domain, save.schema, save.version) == ("garden", 1, Version(3, 1))
    assert msgspec.msgpack.decode(save.payload, type=Garden) == Garden(1)


def test_changes_gather_while_one_is_being_written_and_only_the_newest_follows() -> None:
    house = House().load()
    for plants in (1, 2, 3):
        house.update(plants=plants)
    assert house.saves() == [Version(3, 1)]
    house.answer(Committed("garden", Version(3, 1)))
    assert house.saves() == [Version(3, 1), Version(3, 3)]
    house.answer(Committed("garden", Version(3, 3)))
    assert house.actor.committed == Version(3, 3)
    house.world.advance(100.0)
    assert len(house.saves()) == 2


def test_with_a_delay_changes_within_it_are_handed_over_as_one() -> None:
    house = House(Lazy()).load()
    house.update(plants=1)
    house.world.advance(1.0)
    house.update(plants=2)
    assert house.saves() == []
    house.world.advance(1.0)
    assert house.saves() == [Version(3, 2)]


def test_a_failed_save_is_tried_again_later_and_later_and_said_until_it_works() -> None:
    house = House().load()
    house.update(plants=1)
    for number, delay in enumerate((*RETRY_AFTER, RETRY_AFTER[-1]), 1):
        house.answer(SaveFailed("garden", Version(3, 1), "disk full"))
        house.world.advance(delay - 0.001)
        assert len(house.saves()) == number
        house.world.advance(0.001)
        assert len(house.saves()) == number + 1
    said = house.world.supervisor.of(HealthChanged)
    assert {health.health for health in said} == {Health.DEGRADED}
    assert "disk full" in said[0].reason
    house.answer(Committed("garden", Version(3, 1)))
    assert house.world.supervisor.of(HealthChanged)[-1].health is Health.OK
    house.update(plants=2)
    assert house.saves()[-1] == Version(3, 2)


def test_what_changes_during_the_back_off_is_saved_with_the_next_try() -> None:
    house = House().load()
    house.update(plants=1)
    house.answer(SaveFailed("garden", Version(3, 1), "disk full"))
    house.update(plants=2)
    assert house.saves() == [Version(3, 1)]
    house.world.advance(1.0)
    assert house.saves() == [Version(3, 1), Version(3, 2)]


def test_a_persistence_that_does_not_answer_is_a_failed_save() -> None:
    house = House().load()
    house.update(plants=1)
    house.world.advance(Gardener.load_within + RETRY_AFTER[0])
    assert house.saves() == [Version(3, 1), Version(3, 1)]


def test_at_its_stop_it_hands_over_what_is_not_committed() -> None:
    house = House(Lazy()).load()
    house.update(plants=1)
    house.world.give("garden", Stop())
    assert house.saves() == [Version(3, 1)]


def test_at_its_stop_it_hands_over_nothing_when_all_is_committed_or_nothing_changed() -> None:
    house = House().load()
    house.world.give("garden", Stop())
    assert house.saves() == []
    house = House().load()
    house.update(plants=1)
    house.answer(Committed("garden", Version(3, 1)))
    house.world.give("garden", Stop())
    assert house.saves() == [Version(3, 1)]


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


def test_a_domain_is_an_actor_like_any_other_and_dies_of_what_it_does_not_handle() -> None:
    house = House().load()
    house.world.give("garden", Memo(1))
    failure = house.world.failures["garden"]
    assert failure is not None
    assert failure.kind == "Unhandled"
