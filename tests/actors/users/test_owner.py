"""What the owner asks of the users' actor: who is there, merging, correcting; confirmed when it is on disk."""

from actors.users.messages import (
    BlockPerson,
    CorrectPerson,
    ForgetPerson,
    Forgotten,
    GetPeople,
    InteractionHappened,
    MergePeople,
    NotCorrected,
    NotMerged,
    PeopleAre,
    PeopleBlocked,
    PeopleMerged,
    PersonCorrected,
)
from actors.users.users import Users
from actors.vocabulary.values import Interaction, Person, person_named
from tests.actors.users.test_blocking import asked, store
from tests.actors.users.test_users import ANN, begin
from tests.actors.users.test_users import asked as asked_of_disk
from tests.doubles.virtual_world import VirtualWorld

ALIAS = person_named("Annie")


def talked(world: VirtualWorld, person: Person, text: str, at: float) -> None:
    world.give("users", InteractionHappened(person, Interaction("talk", person.name, text, at, "I see.")))


def both() -> tuple[VirtualWorld, Users]:
    world, actor, _ = begin()
    talked(world, ANN, "I live in Bergen.", 1_700_000_000.0)
    talked(world, ALIAS, "My dog is called Rex.", 1_700_000_100.0)
    return world, actor


def test_a_merged_entry_is_confirmed_when_it_is_on_disk() -> None:
    world, actor = both()
    asker = world.probe("asker")
    world.give("users", MergePeople("Annie", "Ann"), sender="asker")
    assert set(actor.state.users) == {ANN.user_id}
    assert asker.messages == []
    store(world)
    assert asker.messages == [PeopleMerged(ANN, ALIAS)]
    assert isinstance(asked(world, MergePeople("Annie", "Ann")), NotMerged)


def test_who_listens_hears_that_the_block_holds_for_both_names() -> None:
    world, _ = both()
    asked(world, BlockPerson("Annie"))
    conversation = world.probe("conversation")
    asked(world, MergePeople("Annie", "Ann"))
    (told,) = conversation.of(PeopleBlocked)
    assert told.blocks.holds(ANN)
    assert told.blocks.holds(ALIAS)


def test_a_correction_is_confirmed_when_it_is_on_disk() -> None:
    world, _ = both()
    asker = world.probe("asker")
    world.give("users", CorrectPerson("Ann", "Bergen", "I live in Oslo"), sender="asker")
    assert asker.messages == []
    store(world)
    assert asker.messages == [PersonCorrected(ANN, "I live in Bergen", "I live in Oslo")]
    assert isinstance(asked(world, CorrectPerson("Ann", "Bergen")), NotCorrected)


def test_it_counts_until_a_stop_where_no_disk_confirms_it() -> None:
    world, _ = both()
    asker = world.probe("asker")
    world.give("users", CorrectPerson("Ann", "Bergen"), sender="asker")
    world.give("users", MergePeople("Annie", "Ann"), sender="asker")
    world.advance(60.0)
    assert [type(one) for one in asker.messages] == [NotCorrected, NotMerged]
    assert all("could not be stored yet" in one.reason for one in asker.messages)  # type: ignore[attr-defined]


def test_whoever_is_forgotten_goes_with_the_names_they_had() -> None:
    world, _ = both()
    asked(world, MergePeople("Annie", "Ann"))
    assert asked_of_disk(world, ForgetPerson("Annie")) == Forgotten((ANN,), (ALIAS,))


def test_everybody_is_listed() -> None:
    world, _ = both()
    asker = world.probe("asker")
    world.give("users", GetPeople("ann", first=-1, count=1, order="name"), sender="asker")
    (answer,) = asker.messages
    assert isinstance(answer, PeopleAre)
    assert [row.display_name for row in answer.people] == ["Ann"]
    assert (answer.found, answer.known) == (2, 2)
