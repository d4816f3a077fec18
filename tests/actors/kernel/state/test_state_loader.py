"""A state that persistence keeps is loaded before anything else, and never written over where it is not known."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from actors.kernel.actor import AskFailed, Reply
from actors.kernel.protocol.lifecycle import Health, Stop
from actors.kernel.protocol.state import GetState, StateIs, Updated, UpdateRefused
from actors.kernel.protocol.storage import (
    Committed,
    LoadState,
    SaveChange,
    SaveSnapshot,
    SetStateAside,
    StateKilled,
    StateLoaded,
    StoredChange,
    Version,
)
from actors.kernel.protocol.subscription import StateChanged, Subscribe
from actors.kernel.state.document import Document
from actors.kernel.state.patch import pack
from actors.kernel.state.state_loader import LOAD_AGAIN, TRIES, Begin, LoadDue, StateLoader
from tests.actors.kernel.garden import House
from tests.actors.kernel.parts import Garden, Gardener
from tests.actors.kernel.state.effects import Ask, Effect, Effects, Remind, Report
from tests.doubles.keeper import Shelf

encode = msgspec.msgpack.encode
ON_DISK = (encode(Document(Garden(7, "old"))),)


class Thrifty(Gardener):
    """Keeps the name of a state that is too old, and forgets the name ann."""

    def expired(self, state: Garden) -> Garden:
        return Garden(name=state.name)

    def forget(self, state: Garden, erased: Mapping[str, float]) -> Garden:
        return msgspec.structs.replace(state, name="") if state.name in erased else state


class Adding(Gardener):
    """Counts what was planted in the interim on top."""

    def merged(self, stored: Garden, interim: Garden) -> Garden:
        return msgspec.structs.replace(stored, plants=stored.plants + interim.plants)


def loaded(epoch: int = 3, **more: Any) -> StateLoaded:
    values: dict[str, Any] = {"version": Version(2, 9), "parts": ON_DISK, **more}
    return StateLoaded("garden", epoch, **values)


# -- loading


def test_it_asks_for_its_state_and_does_nothing_else_until_it_has_it() -> None:
    house = House()
    house.world.give("garden", GetState(), sender="guest")
    assert house.store.messages == [LoadState("garden")]
    assert house.guest.messages == []
    house.answer(loaded())
    assert house.guest.messages == [StateIs("garden", Version(3, 0), b'{"plants":7,"name":"old","sizes":[]}')]
    assert isinstance(house.actor, Gardener)
    assert house.actor.restores == 1
    assert house.life.is_ready
    assert house.said == []


def test_without_a_stored_state_it_begins_with_the_initial_one() -> None:
    house = House().load(None)
    assert (house.actor.state, house.actor.version) == (Garden(), Version(3, 0))


def test_the_changes_since_are_part_of_it() -> None:
    house = House()
    changes = tuple(StoredChange(1, pack([(0, ("state", "plants"), plants)])) for plants in (8, 9))
    house.answer(loaded(changes=changes))
    assert house.actor.state == Garden(9, "old")


def test_versions_are_counted_anew_in_each_epoch() -> None:
    house = House().load(Garden(), epoch=3)
    assert house.update(plants=1) == Updated(Version(3, 1))
    again = House().load(house.actor.state, epoch=4)
    assert again.update(plants=2) == Updated(Version(4, 1))


def test_what_has_expired_is_handed_over_as_a_change() -> None:
    house = House(Thrifty())
    house.answer(loaded(expired=True))
    assert (house.actor.state, house.actor.version) == (Garden(name="old"), Version(3, 1))
    assert house.store.of(SaveChange)[0].base == Version(2, 9)
    forgetful = House()
    forgetful.answer(loaded(expired=True))
    assert forgetful.actor.state == Garden()


def test_what_is_buried_is_forgotten_again() -> None:
    house = House(Thrifty())
    house.answer(loaded(erased={"old": 1.0}))
    assert house.actor.state == Garden(7)
    assert house.saves == [Version(3, 1)]


def test_a_stored_state_too_old_to_read_is_set_aside_before_a_new_one_begins() -> None:
    class Newer(Gardener):
        schema = 2

    house = House(Newer())
    house.answer(loaded())
    assert not house.life.is_ready
    assert house.store.messages == [LoadState("garden"), SetStateAside("garden")]
    assert "set aside" in house.said[-1].reason
    house.answer(StateLoaded("garden", 5))
    assert (house.actor.state, house.actor.version) == (Garden(), Version(5, 0))
    assert house.life.is_ready
    house.update(plants=1)
    (saved,) = house.store.of(SaveSnapshot)
    assert (saved.schema, saved.version) == (2, Version(5, 1))


def test_where_it_cannot_be_set_aside_nothing_is_written_over_it() -> None:
    class Newer(Gardener):
        schema = 2

    house = House(Newer())
    house.answer(loaded())
    house.answer(StateLoaded("garden", 0, held=False, note="no space"))
    assert house.update(plants=1) == Updated(Version(0, 1))
    assert house.saves == []
    house.world.advance(LOAD_AGAIN)
    assert house.store.messages[-1] == LoadState("garden")


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ((b"\xc1",), "cannot be read"),
        ((encode({"state": {"plants": "many"}}),), "Expected `int`"),
        ((encode(Document(Garden(-1))),), "it is invalid: plants: less than none"),
    ],
)
def test_a_stored_state_of_no_use_is_said_and_an_older_one_asked_for(
    parts: tuple[bytes, ...], why: str
) -> None:
    house = House()
    house.answer(loaded(4, parts=parts))
    assert not house.life.is_ready
    assert house.store.messages[-1] == LoadState("garden", (Version(2, 9),))
    house.answer(loaded(5, version=Version(1, 2)))
    assert (house.actor.state, house.actor.version) == (Garden(7, "old"), Version(5, 0))
    assert house.life.is_ready
    (said,) = house.said
    assert said.health is Health.DEGRADED
    assert why in said.reason


def test_when_all_is_of_no_use_it_begins_anew_and_recovers_when_that_is_on_disk() -> None:
    house = House()
    for number in range(TRIES):
        assert not house.life.is_ready
        house.answer(loaded(4, version=Version(2, 99 - number), parts=(b"",)))
    assert house.life.is_ready
    assert (house.actor.state, house.actor.version) == (Garden(), Version(4, 0))
    house.update(plants=1)
    house.answer(Committed("garden", Version(4, 1)))
    assert house.said[-1].health is Health.OK


@pytest.mark.parametrize(
    "newer", [loaded(schema=2), loaded(changes=(StoredChange(2, b"whatever"),))], ids=["copy", "change"]
)
def test_what_a_later_version_wrote_is_never_written_over(newer: StateLoaded) -> None:
    house = House()
    house.answer(newer)
    house.store.clear()
    assert isinstance(house.update(plants=1), Updated)
    house.world.advance(1000.0)
    house.world.give("garden", Stop())
    assert house.store.messages == []
    assert "later version" in house.said[0].reason
    assert house.said[0].remedy == "update Gerald"


# -- when the stored state comes late


def test_without_persistence_it_works_in_memory_says_so_and_tries_again() -> None:
    house = House()
    house.world.advance(Gardener.load_within)
    assert house.life.is_ready
    assert "timeout" in house.said[0].reason
    house.update(plants=1)
    house.world.advance(LOAD_AGAIN)
    assert house.store.messages == [LoadState("garden")] * 2
    house.answer(StateLoaded("garden", 0, held=False, note="the disk hums"))
    assert "the disk hums" in house.said[-1].reason
    house.world.advance(LOAD_AGAIN)
    house.answer(loaded())
    assert house.said[-1].health is Health.OK
    assert isinstance(house.actor, Gardener)
    assert house.actor.restores == 1


def test_who_worked_in_memory_until_the_stop_says_that_it_is_not_stored() -> None:
    house = House()
    house.world.advance(Gardener.load_within)
    house.update(plants=1)
    house.world.give("garden", Stop())
    failure = house.world.failures["garden"]
    assert failure is not None
    assert "what happened since the start is not stored" in failure.text


def test_who_had_nothing_to_store_until_the_stop_ends_well() -> None:
    house = House()
    house.world.advance(Gardener.load_within)
    house.world.give("garden", Stop())
    assert house.world.failures["garden"] is None


class Fragile(Gardener):
    """Dies of a garden with seven plants."""

    def restored(self) -> None:
        if self.state.plants == 7:
            raise ZeroDivisionError("too many plants")


def test_who_dies_of_the_stored_state_tells_persistence_of_which() -> None:
    house = House(Fragile())
    house.answer(loaded())
    assert house.world.failures["garden"] is not None
    assert house.store.of(StateKilled) == [StateKilled("garden", Version(2, 9))]


def test_who_dies_without_a_stored_state_blames_none() -> None:
    house = House(Fragile())
    house.answer(StateLoaded("garden", 1))
    assert house.store.of(StateKilled) == []


def interim(house: House) -> House:
    """It has worked in memory, and asks again for what is stored."""
    house.world.probe("friend")
    house.world.advance(Gardener.load_within)
    house.world.give("garden", Subscribe(), sender="friend")
    house.update(plants=2, durable=True)
    house.world.advance(LOAD_AGAIN)
    return house


def test_the_stored_state_takes_the_place_of_the_interim_one_and_everybody_hears_of_it() -> None:
    house = interim(House())
    friend = house.world.probe("friend")
    house.answer(loaded())
    assert house.actor.state == Garden(7, "old")
    (told,) = friend.of(StateChanged)
    assert (told.version, told.fields) == (Version(3, 1), ("plants", "name"))
    (refused,) = house.guest.of(UpdateRefused)
    assert "replaced this one" in refused.reasons[0]
    shelf = Shelf.holding(Garden(7, "old"), epoch=2)
    shelf.take(house.store.of(SaveChange)[0])
    assert shelf.document(house.actor) == Document(house.actor.state, house.actor.subscriptions)
    assert len(house.actor.subscriptions) == 1


def test_a_domain_can_merge_the_two_and_durable_updates_are_answered_when_that_is_on_disk() -> None:
    house = interim(House(Adding()))
    house.answer(loaded())
    assert house.actor.state == Garden(9, "old")
    assert house.guest.messages == []
    house.answer(Committed("garden", Version(3, 1)))
    assert house.guest.messages == [Committed("garden", Version(3, 1))]


def test_an_interim_state_is_kept_when_there_was_none_stored() -> None:
    house = interim(House())
    house.answer(StateLoaded("garden", 3))
    assert house.actor.state == Garden(2)
    (whole,) = house.store.of(SaveSnapshot)
    assert whole.version == Version(3, 1)
    assert house.guest.messages == []
    house.answer(Committed("garden", Version(3, 1)))
    assert house.guest.messages == [Committed("garden", Version(3, 1))]


class Forgetful(Gardener):
    """Has no plants any more where it was to forget some."""

    def forget(self, state: Garden, erased: Mapping[str, float]) -> Garden:
        return msgspec.structs.replace(state, plants=0) if "plants" in erased else state


@pytest.mark.parametrize(("erased", "purge_older"), [("plants", True), ("others", False)])
def test_what_is_loaded_and_was_to_be_forgotten_is_stored_again_alone(erased: str, purge_older: bool) -> None:
    house = House(Forgetful())
    loaded = Shelf.holding(Garden(7)).loaded("garden")
    house.answer(msgspec.structs.replace(loaded, erased={erased: 5.0}))
    if purge_older:
        house.answer(Committed("garden", house.actor.version))
    assert house.actor.state.plants == (0 if purge_older else 7)
    assert [whole.purge_older for whole in house.store.of(SaveSnapshot)] == [True] * purge_older


def test_where_what_is_stored_began_before_an_erasure_it_is_replaced_though_nothing_of_that_is_loaded() -> (
    None
):
    """Whoever erased has died before everything older was removed."""
    house = House(Forgetful())
    loaded = Shelf.holding(Garden(7)).loaded("garden")
    house.answer(msgspec.structs.replace(loaded, erased={"others": 5.0}, older=True))
    house.answer(Committed("garden", house.actor.version))
    assert house.actor.state.plants == 7
    assert [whole.purge_older for whole in house.store.of(SaveSnapshot)] == [True]


def test_what_is_to_be_erased_while_the_first_copy_is_on_its_way_is_erased_after_it() -> None:
    house = House().load(None)
    house.update(plants=1)
    house.actor.erase()
    assert [whole.purge_older for whole in house.store.of(SaveSnapshot)] == [False]
    house.answer(Committed("garden", house.actor.version))
    assert [whole.purge_older for whole in house.store.of(SaveSnapshot)] == [False, True]
    house.answer(Committed("garden", house.actor.version))
    house.update(plants=2)
    assert [change.version for change in house.store.of(SaveChange)] == [house.actor.version]


# -- the loader alone


def begun(
    loader: StateLoader[Garden], answer: Reply | AskFailed
) -> tuple[Begin[Garden] | None, list[Effect]]:
    """How a domain begins after the answer, and what the loader did."""
    thrifty, effects = Thrifty(), Effects()
    thrifty.context = effects.context
    return loader.loaded(thrifty, answer), effects.take()


def test_it_begins_with_what_is_stored_without_what_was_erased() -> None:
    loader: StateLoader[Garden] = StateLoader()
    document = Document(Garden(7, "old"))
    assert begun(loader, Reply(loaded())) == (
        Begin(Version(2, 9), 3, document, True, document.state, False),
        [],
    )
    assert begun(loader, Reply(loaded(erased={"old": 1.0}))) == (
        Begin(Version(2, 9), 3, document, True, Garden(7), True, {"old": 1.0}),
        [],
    )
    assert begun(loader, Reply(loaded(parts=()))) == (Begin(Version(2, 9), 3), [])


def test_what_cannot_be_read_is_asked_for_later_and_nothing_is_known_of_it() -> None:
    for answer in (AskFailed("timeout"), Reply(loaded(held=False))):
        begin, (remind, report) = begun(StateLoader(), answer)
        assert remind == Remind(LOAD_AGAIN, LoadDue())
        assert isinstance(report, Report)
        assert report.health is Health.DEGRADED
        assert begin == Begin()


def test_unusable_states_are_refused_one_by_one_until_there_have_been_too_many() -> None:
    loader: StateLoader[Garden] = StateLoader()
    for n in range(1, TRIES):
        begin, (report, again) = begun(loader, Reply(loaded(version=Version(2, n), parts=(b"\xc1",))))
        assert begin is None
        assert isinstance(report, Report)
        assert again == Ask(LoadState("garden", loader.refused), "on_loaded")
        assert loader.refused[-1] == Version(2, n)
    begin, _ = begun(loader, Reply(loaded(version=Version(2, TRIES), parts=(b"\xc1",))))
    assert begin == Begin(Version(2, TRIES), 3)


def test_what_a_later_version_wrote_is_not_touched() -> None:
    begin, effects = begun(StateLoader(), Reply(loaded(schema=99)))
    assert [type(effect) for effect in effects] == [Report]
    assert begin == Begin()
