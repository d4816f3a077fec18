"""Blocking somebody: who is meant, what is kept, and that it outlives restarts and forgetting."""

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    ErasureRecorded,
    RecordErasure,
    SaveChange,
    SaveSnapshot,
)
from actors.users.blocking import blocked, unblocked
from actors.users.messages import (
    BlockPerson,
    ForgetPerson,
    GetBlocked,
    InteractionHappened,
    NotBlocked,
    PeopleBlocked,
    PersonBlocked,
    PreferenceStated,
    UsersBegan,
)
from actors.users.state import UsersState, UserState
from actors.users.users import Users
from actors.vocabulary.blocks import MOST, Blocks
from actors.vocabulary.names import folded
from actors.vocabulary.values import Interaction, Person, person_named
from config.schema import Bot, Memory
from tests.actors.users.test_users import ANN, answer_load, begin
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import Probe, VirtualWorld

TALK = Interaction("talk", "Ann", "I like tea", 1_700_000_000.0)


def store(world: VirtualWorld) -> None:
    """The disk has what was handed over."""
    persistence = world.directory.boxes["persistence"]
    assert isinstance(persistence, Probe)
    for _ in range(3):  # one at a time is on its way
        world.advance(1.0)
        for envelope in tuple(persistence.envelopes):
            if isinstance(envelope.message, SaveChange | SaveSnapshot):
                version = envelope.message.version
                world.tell("users", Buffered("users", version), sender="persistence", answers=envelope.id)
                world.tell("users", Committed("users", version), sender="persistence")
        world.run()


def asked(world: VirtualWorld, question: Message) -> Message:
    """The answer, of a users' actor with a disk."""
    asker = world.probe("asker")
    world.give("users", question, sender="asker")
    store(world)
    (answer,) = asker.messages
    return answer


def known(*people: Person) -> UsersState:
    names: dict[str, tuple[str, ...]] = {}
    for one in people:
        names[folded(one.name)] = (*names.get(folded(one.name), ()), one.user_id)
    return UsersState({one.user_id: UserState(one.user_id, one.name, met_at=1.0) for one in people}, names)


def test_what_they_do_is_not_kept_until_they_are_unblocked() -> None:
    world, actor, _ = begin()
    world.give("users", InteractionHappened(ANN, TALK))
    before = actor.state.users
    answer = asked(world, BlockPerson("Ann"))
    assert isinstance(answer, PersonBlocked)
    later = msgspec.structs.replace(TALK, detail="I hate tea", at=TALK.at + 9)
    world.give("users", InteractionHappened(ANN, later))
    world.give("users", PreferenceStated(ANN, "tea", "hates"))
    world.give("users", InteractionHappened(person_named("ANN"), later))
    assert actor.state.users == before
    assert isinstance(asked(world, BlockPerson("ann", False)), PersonBlocked)
    world.give("users", InteractionHappened(ANN, later))
    assert len(actor.state.users["usr_ann"].interaction_history) == 2


def test_everybody_concerned_hears_of_it_at_once_and_when_they_ask() -> None:
    world, actor, _ = begin()
    rooms = [world.probe(name) for name in ("conversation", "behaviour")]
    asked(world, BlockPerson("Troll"))
    for probe in rooms:
        assert probe.of(PeopleBlocked) == [PeopleBlocked(actor.state.blocked)]
    asked(world, BlockPerson("troll"))
    assert len(actor.state.blocked.blocks) == 1
    assert asked(world, GetBlocked()) == PeopleBlocked(actor.state.blocked)


def test_it_is_kept_and_told_after_a_restart() -> None:
    world, actor, persistence = begin()
    asked(world, BlockPerson("Troll"))
    assert persistence.of(SaveChange) or persistence.of(SaveSnapshot)
    _, successor, _ = begin(Shelf.holding(actor.state, schema=Users.schema))
    assert successor.state.blocked.holds(person_named("troll"))


def test_the_account_that_followed_is_told_when_the_users_begin_anew() -> None:
    world, _, persistence = begin()
    account = world.probe("vrchat")
    assert account.messages == [], "at first it asks by itself"
    persistence.clear()
    world.start(Users(Bot(), Memory()), "users", 2)
    answer_load(world, persistence, "users", None)
    assert account.messages == [UsersBegan()]


def test_it_is_confirmed_when_it_is_on_disk_and_counts_before() -> None:
    """Else the power could fail after somebody was told that it is done."""
    world, actor, _ = begin()
    asker = world.probe("asker")
    world.give("users", BlockPerson("Troll"), sender="asker")
    assert actor.state.blocked.holds(person_named("Troll"))
    assert asker.messages == []
    store(world)
    (answer,) = asker.messages
    assert isinstance(answer, PersonBlocked)


def test_where_the_disk_takes_nothing_that_is_said() -> None:
    world, actor, _ = begin()
    asker = world.probe("asker")
    world.give("users", BlockPerson("Troll"), sender="asker")
    world.advance(60.0)
    (answer,) = asker.messages
    assert isinstance(answer, NotBlocked)
    assert "Troll is blocked as long as Gerald runs" in answer.reason
    assert actor.state.blocked.holds(person_named("Troll"))


def test_forgetting_leaves_the_block_and_no_name() -> None:
    world, actor, persistence = begin()
    world.give("users", InteractionHappened(ANN, TALK))
    asked(world, BlockPerson("Ann"))
    world.give("users", ForgetPerson("Ann"), sender="asker")
    request = next(e for e in persistence.envelopes if isinstance(e.message, RecordErasure))
    world.tell(
        "users", ErasureRecorded("users", request.message.hashes), sender="persistence", answers=request.id
    )
    world.run()
    assert actor.state.users == {}
    assert "ann" not in str(actor.state).casefold()
    assert actor.state.blocked.holds(ANN)


def test_of_namesakes_one_must_be_named_by_the_id() -> None:
    state = known(Person("usr_1", "Sam"), Person("usr_2", "Sam"))
    assert "say which id" in blocked(state, "sam").why_not
    chosen = blocked(state, "usr_1")
    assert chosen.who is not None
    assert chosen.blocks.holds(Person("usr_1", "Sam"))
    assert not chosen.blocks.holds(Person("usr_2", "Sam"))


def test_who_was_never_met_is_blocked_by_name_or_id() -> None:
    assert blocked(known(), "Troll").blocks.holds(Person("usr_9", "TROLL"))
    assert blocked(known(), "usr_9").blocks.holds(Person("usr_9", "whatever name"))
    assert blocked(known(), "  ").why_not == "no name is given"


def test_who_is_not_blocked_cannot_be_unblocked() -> None:
    world, _, _ = begin()
    answer = asked(world, BlockPerson("Bob", False))
    assert isinstance(answer, NotBlocked)
    assert "nobody who goes by it is blocked" in answer.reason
    assert unblocked(known(ANN), "Ann").who is None


def test_the_list_has_its_limit() -> None:
    blocks = Blocks()
    for number in range(MOST + 3):
        blocks = blocked(UsersState(blocked=blocks), f"Troll {number}").blocks
    assert len(blocks.blocks) == MOST
    assert blocks.named("Troll 0") == ()
