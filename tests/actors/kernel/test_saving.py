"""What changed is handed to persistence, change by change, at its pace; whole where changes would not do."""

import msgspec

from actors.kernel.protocol.lifecycle import Health, Stop
from actors.kernel.protocol.state import Updated, UpdateRefused
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    StateLoaded,
    Version,
)
from actors.kernel.state.document import Document
from actors.kernel.state.patch import pack
from actors.kernel.state.state_writer import GATHER, RETRY_AFTER, TOGETHER
from tests.actors.kernel.garden import House, Orchard, Orchardist, Tree
from tests.actors.kernel.parts import Garden, Gardener
from tests.doubles.keeper import Shelf

encode = msgspec.msgpack.encode


class Lazy(Gardener):
    save_delay = 2.0


# -- handing over


def test_the_first_save_is_a_whole_one_and_the_next_is_what_changed() -> None:
    house = House().load(None)
    house.update(plants=1)
    (whole,) = house.store.messages
    assert whole == SaveSnapshot("garden", 1, Version(3, 1), 0, 1, encode(Document(Garden(1))))
    house.answer(Committed("garden", Version(3, 1)))
    house.update(plants=2)
    change = house.store.messages[-1]
    assert change == SaveChange(
        "garden", 1, Version(3, 1), Version(3, 2), pack([(0, ("state", "plants"), 2)])
    )


def test_after_a_stored_state_the_first_save_is_a_change_of_it() -> None:
    house = House().load(Garden(1))
    house.update(plants=2)
    (change,) = house.store.of(SaveChange)
    assert (change.base, change.version) == (Version(2, 9), Version(3, 1))


def test_a_field_that_is_new_since_is_stored_whole_first() -> None:
    house = House()
    older = encode({"state": {"plants": 1}, "subscriptions": []})
    house.answer(StateLoaded("garden", 3, Version(2, 9), parts=(older,)))
    house.update(name="new")
    assert len(house.store.of(SaveSnapshot)) == 1


def test_changes_gather_while_one_is_being_written_and_follow_as_one() -> None:
    house = House().load(Garden())
    for plants in (1, 2, 3):
        house.update(plants=plants)
    assert house.saves == [Version(3, 1)]
    house.answer(Committed("garden", Version(3, 1)))
    assert house.saves == [Version(3, 1)]
    house.world.advance(GATHER)
    assert house.saves == [Version(3, 1), Version(3, 3)]
    house.answer(Committed("garden", Version(3, 3)))
    assert house.actor.committed == Version(3, 3)
    house.world.advance(100.0)
    assert len(house.saves) == 2


def durably(house: House, *plants: int) -> None:
    for number in plants:
        house.update(plants=number, durable=True)


def test_who_waits_for_the_disk_alone_waits_for_nobody_else() -> None:
    house = House().load(Garden())
    for n in (1, 2, 3):
        durably(house, n)
        assert house.saves[-1] == Version(3, n)
        house.answer(Committed("garden", Version(3, n)))
    assert house.actor.committed == Version(3, 3)


def test_those_who_waited_together_are_waited_for_the_next_time_and_share_one_change() -> None:
    house = House().load(Garden())
    durably(house, 1, 2, 3)
    assert house.saves == [Version(3, 1)]
    house.answer(Committed("garden", Version(3, 1)))
    assert house.saves == [Version(3, 1)]  # the first may come again
    durably(house, 4)
    assert house.saves == [Version(3, 1), Version(3, 4)]
    house.answer(Committed("garden", Version(3, 4)))
    durably(house, 5, 6)
    assert len(house.saves) == 2
    durably(house, 7)
    assert house.saves[2:] == [Version(3, 7)]


def test_nobody_waits_long_for_those_who_do_not_come() -> None:
    house = House().load(Garden())
    durably(house, 1, 2, 3)
    house.answer(Committed("garden", Version(3, 1)))
    house.world.advance(TOGETHER)
    assert house.saves == [Version(3, 1), Version(3, 3)]
    house.answer(Committed("garden", Version(3, 3)))
    durably(house, 4)
    house.world.advance(TOGETHER)
    assert house.saves[2:] == [Version(3, 4)]
    house.answer(Committed("garden", Version(3, 4)))
    durably(house, 5)  # by now it is known to be alone
    assert house.saves[3:] == [Version(3, 5)]


def test_a_change_that_is_refused_holds_nothing_back() -> None:
    house = House().load(Garden())
    assert isinstance(house.update(plants=-1, durable=True), UpdateRefused)
    house.update(plants=1)
    assert house.saves == [Version(3, 1)]


def test_with_a_delay_changes_within_it_are_handed_over_as_one() -> None:
    house = House(Lazy()).load(Garden())
    house.update(plants=1)
    house.world.advance(1.0)
    house.update(plants=2)
    assert house.saves == []
    house.world.advance(1.0)
    assert house.saves == [Version(3, 2)]


def test_a_change_that_does_not_follow_is_followed_by_the_whole_state_at_once() -> None:
    house = House().load(Garden())
    house.update(plants=1)
    house.answer(SaveFailed("garden", Version(3, 1), "does not follow", snapshot=True))
    assert [type(message) for message in house.store.messages] == [SaveChange, SaveSnapshot]
    house.answer(Committed("garden", Version(3, 1)))
    assert house.said == []
    house.update(plants=2)
    assert house.store.of(SaveChange)[-1].base == Version(3, 1)


def test_what_fails_is_tried_again_later_and_later_and_said_until_it_works() -> None:
    house = House().load(Garden())
    house.update(plants=1)
    for number, delay in enumerate((*RETRY_AFTER, RETRY_AFTER[-1]), 1):
        house.answer(SaveFailed("garden", Version(3, 1), "too large"))
        house.world.advance(delay - 0.001)
        assert len(house.saves) == number
        house.world.advance(0.001)
        assert len(house.saves) == number + 1
    assert {said.health for said in house.said} == {Health.DEGRADED}
    assert "too large" in house.said[0].reason
    house.answer(Committed("garden", Version(3, 1)))
    assert house.said[-1].health is Health.OK


def test_what_changes_during_the_back_off_is_saved_with_the_next_try() -> None:
    house = House().load(Garden())
    house.update(plants=1)
    house.answer(SaveFailed("garden", Version(3, 1), "too large"))
    house.update(plants=2)
    assert house.saves == [Version(3, 1)]
    house.world.advance(RETRY_AFTER[0])
    assert house.saves == [Version(3, 1), Version(3, 2)]


def test_where_no_answer_comes_the_whole_state_is_handed_over_later() -> None:
    house = House().load(Garden())
    house.update(plants=1)
    house.world.advance(Gardener.load_within + RETRY_AFTER[0])
    assert [type(message) for message in house.store.messages] == [SaveChange, SaveSnapshot]
    assert "timeout" in house.said[0].reason


def test_what_is_in_memory_only_is_said_and_changes_go_on() -> None:
    house = House().load(Garden())
    house.update(plants=1)
    house.answer(Buffered("garden", Version(3, 1), "disk full"))
    assert "disk full" in house.said[-1].reason
    house.update(plants=2)
    house.answer(Buffered("garden", Version(3, 2), "disk full"))
    assert house.actor.committed == Version(3, 0)
    house.world.give("garden", Committed("garden", Version(3, 2)))
    assert house.actor.committed == Version(3, 2)
    assert house.said[-1].health is Health.OK


def test_kept_because_it_is_not_due_yet_is_no_trouble() -> None:
    house = House().load(Garden())
    house.update(plants=1)
    house.answer(Buffered("garden", Version(3, 1)))
    assert house.said == []


# -- durable updates


def test_a_durable_update_is_answered_exactly_when_it_is_on_disk() -> None:
    house = House().load(Garden())
    assert house.update(plants=1, durable=True) is None
    assert house.update(plants=2, durable=True) is None
    house.answer(Buffered("garden", Version(3, 1)), to=0)
    assert house.guest.messages == []
    house.world.give("garden", Committed("garden", Version(3, 1)))
    assert house.guest.messages == [Committed("garden", Version(3, 1))]
    house.answer(Committed("garden", Version(3, 2)))
    assert house.guest.messages[1:] == [Committed("garden", Version(3, 2))]
    assert house.update(plants=2, durable=True) == Updated(Version(3, 2))


# -- the end


def test_at_its_stop_it_hands_over_what_changed_and_the_whole_state() -> None:
    house = House(Lazy()).load(Garden())
    house.update(plants=1)
    house.world.give("garden", Stop())
    assert [type(message) for message in house.store.messages] == [SaveChange, SaveSnapshot]
    assert house.saves == [Version(3, 1), Version(3, 1)]


def test_at_its_stop_it_hands_over_nothing_when_nothing_changed_or_all_is_stored_whole() -> None:
    for house in (House().load(Garden()), House().load(None)):
        house.world.give("garden", Stop())
        assert house.store.messages == []
    house = House().load(None)
    house.update(plants=1)
    house.answer(Committed("garden", Version(3, 1)))
    house.world.give("garden", Stop())
    assert house.saves == [Version(3, 1)]


def test_stopped_while_its_first_save_is_on_its_way_it_hands_over_the_newest() -> None:
    house = House().load(None)
    house.update(plants=1)
    house.update(plants=2)
    house.world.give("garden", Stop())
    assert house.saves == [Version(3, 1), Version(3, 2)]
    assert Shelf(house.store.messages).document(house.actor).state == Garden(2)


def test_a_whole_state_may_be_set_without_a_word_on_what_differs() -> None:
    house = House(Orchardist()).load(Orchard({"t1": Tree(1.0), "t2": Tree(2.0)}, "Ann"))
    house.actor.become(Orchard({"t1": Tree(1.0), "t2": Tree(3.0)}, "Ann"))
    assert house.actor.state.trees["t2"] == Tree(3.0)
    assert house.actor.version.n == 1
