"""A whole state goes to persistence in parts, of which each is one handler: others are heard in between."""

from actors.kernel.protocol.lifecycle import Stop
from actors.kernel.protocol.state import UpdateState
from actors.kernel.protocol.storage import (
    Committed,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SnapshotWanted,
    Version,
)
from actors.kernel.state.document import ENTRIES
from actors.kernel.state.state_writer import GATHER, RETRY_AFTER
from tests.actors.kernel.garden import House, Orchard, Orchardist, Tree
from tests.doubles.keeper import Keeper, Shelf
from tests.doubles.virtual_world import VirtualWorld

MANY = {f"tree_{number}": Tree(float(number)) for number in range(1000)}
PARTS = 1 + -(-len(MANY) // ENTRIES)


def orchard() -> House:
    return House(Orchardist()).load(Orchard(MANY))


def want(house: House) -> None:
    house.world.tell("garden", SnapshotWanted("orchard"))


def kinds(house: House) -> list[type]:
    return [type(message) for message in house.store.messages]


def parts(house: House) -> list[tuple[Version, int]]:
    return [(part.version, part.part) for part in house.store.of(SaveSnapshot)]


def test_when_it_is_wanted_the_whole_state_is_handed_over_in_parts() -> None:
    house = orchard()
    house.update({"owner": "Ann"})
    house.answer(Committed("orchard", Version(3, 1)))
    want(house)
    house.world.run()
    assert parts(house) == [(Version(3, 1), part) for part in range(PARTS)]
    assert Shelf(house.store.messages).document(house.actor).state == house.actor.state


def test_others_are_heard_between_two_parts_and_the_state_goes_over_as_it_was() -> None:
    house = orchard()
    house.update({"owner": "Bob"})
    house.answer(Committed("orchard", Version(3, 1)))
    want(house)
    while len(house.store.of(SaveSnapshot)) < 2:
        assert house.life.step()
    house.world.tell("garden", UpdateState(b"\x81\xa5owner\xa3Ann"), sender="guest")
    house.world.run()
    assert 2 < kinds(house).index(SaveChange, 1) < len(kinds(house)) - 1
    shelf = Shelf(house.store.of(SaveSnapshot))
    assert shelf.document(house.actor).state == Orchard(MANY, "Bob")
    shelf.take(house.store.of(SaveChange)[-1])
    assert shelf.document(house.actor).state == Orchard(MANY, "Ann")


def test_what_changed_before_goes_over_first_so_that_the_copy_stands_at_its_end() -> None:
    house = orchard()
    house.update({"trees/tree_1/height": 0.0})
    house.update({"trees/tree_2/height": 0.0})
    want(house)
    house.world.run()
    assert kinds(house) == [SaveChange]
    house.answer(Committed("orchard", Version(3, 1)))
    assert kinds(house) == [SaveChange, SaveChange, *[SaveSnapshot] * PARTS]
    assert house.saves == [Version(3, 1), Version(3, 2), Version(3, 2)]


def test_nothing_builds_on_a_first_copy_before_that_is_known_to_be_kept() -> None:
    house = House(Orchardist()).load(None)
    house.update({"trees": {name: {} for name in MANY}})
    house.update({"owner": "Ann"})
    assert kinds(house) == [SaveSnapshot] * PARTS
    house.answer(Committed("orchard", Version(3, 1)))
    house.world.advance(GATHER)
    assert kinds(house) == [*[SaveSnapshot] * PARTS, SaveChange]


def test_a_copy_that_was_not_kept_is_tried_again_while_changes_go_on() -> None:
    house = orchard()
    want(house)
    house.world.run()
    house.answer(Committed("orchard", Version(3, 0)), to=0)
    house.answer(SaveFailed("orchard", Version(3, 0), "a part is missing", snapshot=True))
    house.update({"owner": "Ann"})
    assert kinds(house)[-1] is SaveChange
    house.answer(Committed("orchard", Version(3, 1)))
    house.store.clear()
    house.world.advance(RETRY_AFTER[-1])
    assert parts(house) == [(Version(3, 1), part) for part in range(PARTS)]
    assert house.said == []


def test_a_copy_on_its_way_is_given_up_for_one_that_changes_can_build_on() -> None:
    house = orchard()
    house.update({"owner": "Ann"})
    house.answer(Committed("orchard", Version(3, 1)))
    want(house)
    while len(house.store.of(SaveSnapshot)) < 2:
        assert house.life.step()
    house.world.tell("garden", UpdateState(b"\x81\xa5owner\xa3Bob"), sender="guest")
    while house.store.of(SaveChange)[-1].version != Version(3, 2):
        assert house.life.step()
    begun = len(house.store.of(SaveSnapshot))
    change = [n for n, message in enumerate(house.store.messages) if isinstance(message, SaveChange)][-1]
    assert begun < PARTS
    house.answer(SaveFailed("orchard", Version(3, 2), "does not follow", snapshot=True), to=change)
    assert parts(house)[-PARTS:] == [(Version(3, 2), part) for part in range(PARTS)]
    house.answer(Committed("orchard", Version(3, 2)))
    house.update({"owner": "Cy"})
    assert house.store.of(SaveChange)[-1].base == Version(3, 2)


def test_the_answer_to_a_copy_that_was_given_up_is_not_taken_for_that_of_the_next() -> None:
    house = orchard()
    house.update({"owner": "Ann"})
    want(house)
    house.answer(Committed("orchard", Version(3, 1)))
    house.update({"owner": "Bob"})
    first = len(house.store.messages) - 2
    house.answer(SaveFailed("orchard", Version(3, 2), "does not follow", snapshot=True))
    house.answer(Committed("orchard", Version(3, 1)), to=first)
    house.update({"owner": "Cy"})
    assert house.saves == [Version(3, 1), Version(3, 1), Version(3, 2), Version(3, 2)]
    house.answer(Committed("orchard", Version(3, 2)), to=-1)
    house.world.advance(GATHER)
    assert house.saves[-1] == Version(3, 3)


def test_at_its_stop_all_parts_are_handed_over() -> None:
    house = orchard()
    house.update({"owner": "Ann"})
    house.world.give("garden", Stop())
    assert kinds(house) == [SaveChange, *[SaveSnapshot] * PARTS]


def test_a_successor_finds_what_its_predecessor_left_half_handed_over() -> None:
    world = VirtualWorld()
    keeper = Keeper(world, Shelf.holding(Orchard(MANY)))
    life = world.start(Orchardist(), "garden")
    world.run()
    keeper.want("garden")
    world.tell("garden", UpdateState(b"\x81\xa5owner\xa3Ann", durable=True))
    while len(keeper.of(SaveChange)) < 2:
        assert life.step()
    assert 0 < len(keeper.of(SaveSnapshot)) < PARTS
    life.fence()
    successor = Orchardist()
    world.start(successor, "garden", 2, life.mailbox)
    world.run()
    assert successor.state == Orchard(MANY, "Ann")
    assert successor.version.epoch > 2
    keeper.want("garden")
    world.run()
    assert keeper.shelf.changes == []
    assert keeper.shelf.document(successor).state == successor.state
